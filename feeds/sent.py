"""Entries for those who are sent them instead of fetching a feed."""

from urllib.parse import quote

from feeds.formats import Place, jsonfeed, render
from newsloom.news.items import Feed

CONTENT_TYPE = jsonfeed.CONTENT_TYPE


def items(feed: Feed, *, public_url: str) -> bytes:
    """A JSON Feed that holds these entries only, each as the topic's own feed has it. The same bytes for the same entries."""
    root = public_url.rstrip("/")
    place = Place(
        self_url=f"{root}/{quote(feed.topic.key)}{jsonfeed.SUFFIX}" if root else "", home_url=f"{root}/" if root else ""
    )
    return render(jsonfeed, feed, place)
