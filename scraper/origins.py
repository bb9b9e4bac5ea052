"""What this process knows of scheme://host:port, beyond what memory keeps."""

import asyncio
from dataclasses import dataclass, field

from newsloom.news.memory import Robots


@dataclass
class OriginState:
    """`robots` is asked by one crawl at a time."""

    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    known: bool = False
    """Whether memory was asked."""
    robots: Robots | None = None
    why: str = ""
    """Of a robots.txt without an answer: what happened."""
    asking_tdm: asyncio.Lock = field(default_factory=asyncio.Lock)
    tdm: Robots | None = None
    """/.well-known/tdmrep.json, kept as a robots.txt is."""
