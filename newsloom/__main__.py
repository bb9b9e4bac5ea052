"""`python -m newsloom`."""

from newsloom.commands import main

if __name__ == "__main__":
    main()
