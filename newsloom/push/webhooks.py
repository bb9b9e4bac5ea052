"""The webhook of a topic: one POST of what is new."""

import io
import os
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Self
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from newsloom.news.items import Webhook
from newsloom.news.pushes import Outcome, Parcel
from newsloom.news.sources import NetworkRules
from newsloom.news.times import Now
from newsloom.push import signature
from newsloom.push.connecting import ForbiddenAddressError, Guard, Resolver

CONTENT_TYPE = "application/feed+json"

_CONNECTING = 10.0
"""Seconds until a connection must stand."""
_MOST_PATIENCE = timedelta(days=1)
"""Of a Retry-After: a slip of a receiver must not silence its webhook for a year."""


class VariableError(Exception):
    """An environment variable is missing or holds what cannot be sent; the message names it, never what is in it."""


class Webhooks:
    """What all webhooks share: the guard, one client. It keeps no cookies, follows no redirect and reads no body.

    A redirect is a failure that says where it leads: a POST must not be turned into a GET, nor a signed parcel be handed on to
    a place that the config does not name.
    """

    def __init__(
        self, client: aiohttp.ClientSession, guard: Guard, rules: NetworkRules, environment: Mapping[str, str], now: Now
    ) -> None:
        self._client = client
        self._guard = guard
        self._rules = rules
        self._environment = environment
        self._now = now

    @classmethod
    @asynccontextmanager
    async def open(
        cls, rules: NetworkRules, *, patience: timedelta, environment: Mapping[str, str], now: Now
    ) -> AsyncIterator[Self]:
        """`patience`: time for one POST. `environment`: where secrets and values of headers are looked up."""
        guard = Guard(rules.open_networks)
        trust = ssl.create_default_context()
        trust.set_alpn_protocols(["http/1.1"])
        connector = aiohttp.TCPConnector(
            # A proxy is where the config has it; the guard then judges names before they are handed over.
            resolver=Resolver(None if rules.proxy else guard), socket_factory=None if rules.proxy else guard.socket,
            ssl=trust, use_dns_cache=False, force_close=True, limit=0,
        )  # fmt: skip
        async with aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False, auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=patience.total_seconds(), connect=_CONNECTING),
            headers={"User-Agent": rules.user_agent, "Accept": "*/*", "Accept-Encoding": "identity"},
        ) as client:  # fmt: skip
            yield cls(client, guard, rules, environment, now)

    async def send(self, webhook: Webhook, parcel: Parcel) -> Outcome:
        """What it answers to this parcel. Any 2xx takes it."""
        where = _host(webhook.url)
        try:
            headers = self._headers(webhook, parcel)
        except VariableError as error:
            return Outcome(error=str(error), unsent=True)
        try:
            if self._rules.proxy:
                await self._judge(webhook.url)
            return await self._post(webhook, parcel, headers)
        except TimeoutError:
            return Outcome(error=f"{where} did not answer in time")
        except aiohttp.ClientConnectorCertificateError as error:
            return Outcome(error=f"{where} has a certificate that does not prove it: {_said(error.certificate_error)}")
        except aiohttp.ClientConnectorError as error:
            return Outcome(error=f"{where} cannot be reached: {_said(error.os_error)}")
        except (aiohttp.ClientError, OSError) as error:
            return Outcome(error=f"{where} broke off: {_said(error)}")

    async def _post(self, webhook: Webhook, parcel: Parcel, headers: Mapping[str, str]) -> Outcome:
        async with self._client.post(
            URL(webhook.url, encoded=True), data=io.BytesIO(parcel.body), headers=headers, allow_redirects=False,
            proxy=self._rules.proxy or None,
        ) as answer:  # fmt: skip
            return self._judged(_host(webhook.url), answer)

    def _judged(self, where: str, answer: aiohttp.ClientResponse) -> Outcome:
        # What else it says is not repeated: some answer errors with all that they were sent, secrets among it.
        status = answer.status
        if 200 <= status < 300:
            return Outcome()
        if 300 <= status < 400:
            there = _host(answer.headers.get("Location", ""))
            return Outcome(
                error=f"{where} answered {status}, which leads {f'to {there}' if there else 'elsewhere'}: "
                "redirects are not followed, write in the config where it is now"
            )
        if status == 410:
            return Outcome(
                error=f"{where} answered 410, it wants nothing any more: take the webhook out of the config", gone=True
            )
        return Outcome(
            error=f"{where} answered {status}",
            retry_after=self._patience(answer.headers.get("Retry-After", "")),
            too_large=status == 413,
        )

    def _headers(self, webhook: Webhook, parcel: Parcel) -> dict[str, str]:
        own = {name: self._value(parcel.topic, f"headers.{name}", at) for name, at in webhook.headers}
        try:
            key = signature.key(self._value(parcel.topic, "secret", webhook.secret)) if webhook.secret else b""
        except ValueError as error:
            raise VariableError(
                f"topics.{parcel.topic}.webhook.secret: the environment variable {webhook.secret} {error}"
            ) from None
        at = int(self._now().timestamp())
        return own | {
            "Content-Type": CONTENT_TYPE,
            **signature.headers(key, id_=str(parcel.id), timestamp=at, body=parcel.body),
        }

    def _value(self, topic: str, key: str, variable: str) -> str:
        said = f"topics.{topic}.webhook.{key}: the environment variable {variable}"
        value = self._environment.get(variable, "").strip()
        if not value:
            raise VariableError(f"{said} is not set")
        if key != "secret" and not all(c == "\t" or 31 < ord(c) < 127 for c in value):
            raise VariableError(f"{said} holds characters that cannot stand in a header")
        return value

    async def _judge(self, url: str) -> None:
        """For what a proxy will connect to: a weaker guard, it may resolve the name otherwise."""
        try:
            found = await Resolver().resolve(urlsplit(url).hostname or "")
        except OSError:
            return  # only the proxy knows the name
        for one in found:
            self._guard.check(one["host"])

    def _patience(self, said: str) -> timedelta | None:
        """Of a Retry-After (RFC 9110 10.2.3): seconds, or an instant."""
        try:
            wait = timedelta(seconds=int(said)) if said.strip().isdecimal() else _instant(said) - self._now()
        except (ValueError, OverflowError, TypeError):
            return None
        return min(max(wait, timedelta(0)), _MOST_PATIENCE)


def _host(url: str) -> str:
    """An address as far as it may be told: its path and query may be secret. Empty for none, or a relative one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""


def _instant(said: str) -> datetime:
    there = parsedate_to_datetime(said)
    return there if there.tzinfo is not None else there.replace(tzinfo=UTC)


def _said(error: BaseException) -> str:
    """In a few words, without addresses beyond the host."""
    if isinstance(error, ForbiddenAddressError):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, ConnectionError) and error.errno:
        return os.strerror(error.errno)  # asyncio's own says the address again
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__ if isinstance(error, aiohttp.ClientError) else str(error) or type(error).__name__
