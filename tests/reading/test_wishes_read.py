"""How often a feed wants to be looked at."""

import pytest

from newsloom.news.wishes import Wishes
from tests.reading.test_feeds_read import read, rss


@pytest.mark.parametrize(
    ("said", "wishes"),
    [
        ("", Wishes()),
        ("<ttl>15</ttl>", Wishes(pause=900)),
        ("<ttl> 120\n</ttl><title>x</title>", Wishes(pause=7200)),
        ("<ttl>soon</ttl>", Wishes()),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", Wishes(pause=86_400)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", Wishes(pause=900)),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", Wishes(pause=86_400)),
        # What WordPress writes into each feed says nothing of this one.
        ("<sy:updatePeriod>\n hourly </sy:updatePeriod><sy:updateFrequency>\n1 </sy:updateFrequency>", Wishes()),
        (
            "<skipHours><hour>24</hour><hour>1</hour><hour>1</hour><hour>77</hour></skipHours>",
            Wishes(skip_hours=(0, 1)),
        ),
        ("<skipDays><day>Sunday</day><day>Saturday</day><day>Someday</day></skipDays>", Wishes(skip_days=(5, 6))),
        ("<skipHours><hour>3</hour>", Wishes()),
    ],
)
def test_a_feed_s_own_word_on_when_to_come_back(said: str, wishes: Wishes) -> None:
    assert read(rss("<title>Tram</title><ttl>1</ttl>", channel=f"<title>The Paper</title>{said}")).wishes == wishes
