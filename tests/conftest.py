"""How all property tests are run: the same cases in every run, and as long as a busy machine takes.

`pytest --hypothesis-profile random` looks for cases that nobody has tried.
"""

from hypothesis import settings

settings.register_profile("random", deadline=None, print_blob=True)
settings.register_profile("suite", settings.get_profile("random"), derandomize=True)
settings.load_profile("suite")
