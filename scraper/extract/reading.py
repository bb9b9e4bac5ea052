"""The extract room's door: one parse of a page gives its article, its briefs and its links. Pure: no network, no clock."""

from scraper.extract.page import Habits, Link, Reading

__all__ = ["Habits", "Link", "Reading"]
