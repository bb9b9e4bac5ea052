"""The command line. Each file here that has a `command` is one, imported when it is called."""

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> None:
    """The console script `newsloom`; always ends with SystemExit.

    0: fine; 1: a source newly fails, or the work could not be done; 2: bad config or usage.
    """
    try:
        from newsloom.commands.shell import newsloom, run  # noqa: PLC0415 - importing the package must not bring click
    except KeyboardInterrupt:
        raise SystemExit(130) from None

    raise SystemExit(run(newsloom, argv))
