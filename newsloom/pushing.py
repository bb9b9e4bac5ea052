"""Connects store, feeds and push: a topic's webhook and command are told what is new in it, as its JSON Feed has it."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

from feeds.sent import items
from newsloom.config import Config
from newsloom.news.pushes import Delivery, Kind, Outcome, Parcel, Target, targets
from newsloom.news.times import Now
from newsloom.store import Store

log = logging.getLogger("newsloom")

Sender = Callable[[Parcel], Awaitable[Outcome]]

LARGE = 900_000
"""Bytes. What is larger is sent in parts, down to one entry: many servers take a megabyte and no more (nginx, as it comes)."""
_AT_ONCE = {Kind.WEBHOOK: 32, Kind.COMMAND: 4}
"""A webhook mostly waits; a command may work."""
_COMMAND_TIME = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True)
class Pushed:
    """What one push did."""

    deliveries: int = 0
    newly_failing: tuple[str, ...] = ()
    """`ukraine (webhook)`; those that took what they were told before."""


class Post:
    """Tells webhooks and commands, each by itself, so that none waits for another; one at a time each.

    Nothing is held here: what was in flight when this process ends is told again by the next one.
    """

    def __init__(self, config: Config, store: Store, now: Now) -> None:
        self._config = config
        self._store = store
        self._now = now
        self._targets = set(targets(config.topics))
        self._webhooks = {t.key: t.webhook for t in config.topics if t.webhook is not None}
        self._commands = {t.key: t.command for t in config.topics if t.command}
        self._busy: set[Target] = set()
        self._places = {kind: asyncio.Semaphore(number) for kind, number in _AT_ONCE.items()}

    def under(self, config: Config) -> "Post":
        """The same under another config. What is on its way is told as the one before said, and nobody is told by both at once."""
        post = Post(config, self._store, self._now)
        post._busy, post._places = self._busy, self._places
        return post

    async def push(self, stop: asyncio.Event | None = None) -> Pushed:
        """Tell all who may be told something now, until they have everything or fail. `stop` drops what is in flight."""
        work = asyncio.create_task(self._push())
        stopped = asyncio.create_task(stop.wait()) if stop is not None else None
        try:
            await asyncio.wait([work, *([stopped] if stopped else [])], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (work, stopped):
                if task is not None and not task.done():
                    task.cancel()
            await asyncio.wait([work])  # a command is ended before we are
        return Pushed() if work.cancelled() else work.result()

    async def _push(self) -> Pushed:
        due = [target for target in await self._store.targets_due() if target in self._targets]
        if self._busy.issuperset(due):
            return Pushed()
        async with AsyncExitStack() as rooms:
            senders: dict[Kind, Sender] = {Kind.COMMAND: self._run}
            if any(target.kind is Kind.WEBHOOK for target in due):
                senders[Kind.WEBHOOK] = await rooms.enter_async_context(self._posting())
            mine = [target for target in due if target not in self._busy]
            self._busy.update(mine)
            told = await asyncio.gather(*(self._tell(t, senders[t.kind]) for t in mine), return_exceptions=True)
        for broken in told:
            if isinstance(broken, BaseException):
                raise broken
        pushed = [one for one in told if isinstance(one, Pushed)]
        return Pushed(
            deliveries=sum(one.deliveries for one in pushed),
            newly_failing=tuple(name for one in pushed for name in one.newly_failing),
        )

    @asynccontextmanager
    async def _posting(self) -> AsyncIterator[Sender]:
        from newsloom.push.webhooks import Webhooks  # noqa: PLC0415 - brings aiohttp, for those who have a webhook

        patience = self._config.limits.request_time
        async with Webhooks.open(
            self._config.network, patience=patience, environment=os.environ, now=self._now
        ) as webhooks:
            yield lambda parcel: webhooks.send(self._webhooks[parcel.topic], parcel)

    async def _run(self, parcel: Parcel) -> Outcome:
        from newsloom.push import commands  # noqa: PLC0415 - as above

        folder = self._config.path.absolute().parent
        words = self._commands[parcel.topic]
        return await commands.run(words, parcel, folder=folder, environment=os.environ, patience=_COMMAND_TIME)

    async def _tell(self, target: Target, sender: Sender) -> Pushed:
        try:
            async with self._places[target.kind]:
                return await self._tell_all(target, sender)
        finally:
            self._busy.discard(target)

    async def _tell_all(self, target: Target, sender: Sender) -> Pushed:
        """Parcel after parcel, until the target has everything or fails."""
        done = 0
        while (delivery := await self._store.delivery(target)) is not None:
            outcome = await self._send(delivery, sender)
            if outcome.taken:
                await self._store.delivered(delivery)
                done += 1
                log.info("pushed", extra=_named(target) | {"entries": len(delivery.told)})
                continue
            newly = await self._store.undelivered(delivery, outcome)
            if outcome.too_large and len(delivery.told) > 1:
                continue  # in smaller parts
            _tell_failure(target, outcome, newly=newly)
            return Pushed(deliveries=done, newly_failing=(f"{target.topic} ({target.kind})",) if newly else ())
        return Pushed(deliveries=done)

    async def _send(self, delivery: Delivery, sender: Sender) -> Outcome:
        try:
            parcel = await asyncio.to_thread(self._parcel, delivery)
            if len(parcel.body) > LARGE and len(delivery.told) > 1:
                return Outcome(error="too large", too_large=True)
            return await sender(parcel)
        except Exception as error:
            # A defect of ours in one target must not stop the others; it is told again later and later, and the log has the trace.
            log.exception("push broke off", extra=_named(delivery.target))
            return Outcome(error=f"defect: {error!r}")

    def _parcel(self, delivery: Delivery) -> Parcel:
        """Its id is made of what it is: the same again has the same, and what changed meanwhile is not taken for known."""
        body = items(delivery.feed, public_url=self._config.public_url)
        target = delivery.target
        named = f"newsloom:push:{target.topic}:{target.kind}:{target.face}:{delivery.after}:{sha256(body).hexdigest()}"
        return Parcel(id=uuid5(NAMESPACE_URL, named), topic=target.topic, body=body)


def _tell_failure(target: Target, outcome: Outcome, *, newly: bool) -> None:
    """A failure is a warning once, as that of a source."""
    level = logging.WARNING if newly else logging.INFO
    log.log(level, "not pushed", extra=_named(target) | {"error": outcome.error})


def _named(target: Target) -> dict[str, object]:
    return {"topic": target.topic, "to": str(target.kind)}
