"""`python -m newsloom.demo`: the sites alone, until Ctrl-C."""

import asyncio
import sys

from newsloom.demo.sites import DemoSites
from newsloom.news.times import system_now


async def serve() -> None:
    async with DemoSites.open(now=system_now) as sites:
        for name, url in sites.urls.items():
            sys.stdout.write(f"{name:16} {url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(serve())
    except KeyboardInterrupt:
        pass
