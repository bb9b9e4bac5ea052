"""anewz.tv, Baku: /<section>/<subsection>/<number>/<slug>/news."""

from scraper.extract.page import Habits
from scraper.spiders.generic import NewsSpider


class AnewzSpider(NewsSpider):
    hosts = ("anewz.tv",)
    habits = Habits(
        article_address=r"/\d+/[^/]+/news$",
        title_suffixes=(" | AnewZ",),
        zone="Asia/Baku",
    )
