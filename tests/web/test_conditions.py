"""What request headers ask for: RFC 9110, chapters 12 and 13."""

import pytest

from newsloom.web.conditions import takes_gzip


@pytest.mark.parametrize(
    ("accepts", "taken"),
    [
        ("", False),
        ("gzip", True),
        ("x-gzip", True),
        ("GZIP ; Q=0.5", True),
        ("deflate, gzip;q=1.0, *;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("*", True),
        ("*;q=0", False),
        ("identity", False),
        ("identity;q=1, gzip;q=0.5", False),
        ("identity;q=0.5, gzip;q=1", True),
        ("gzip;q=0, *", False),
        ("br, deflate", False),
        ("gzipped", False),
    ],
)
def test_gzip_is_taken_as_the_weights_say(accepts: str, taken: bool) -> None:
    assert takes_gzip(accepts) is taken
