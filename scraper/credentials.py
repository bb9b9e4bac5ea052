"""Headers and cookies of a source, out of environment variables: for the origin of its address only, and written nowhere."""

from collections.abc import Mapping

from scrapy import Request

from newsloom.news.identity import origin
from newsloom.news.sources import Source


class CredentialsError(Exception):
    """A variable is missing or holds no header value; the message names the variable, never what is in it."""


class Credentials:
    """Put on a request as it leaves, so that no redirect, log or store ever has them."""

    def __init__(self, source: Source, environment: Mapping[str, str]) -> None:
        """Raises CredentialsError."""
        self._origin = origin(source.url)
        self._headers = {name: _value(source, "headers", name, at, environment) for name, at in source.headers}
        pairs = [f"{name}={_value(source, 'cookies', name, at, environment)}" for name, at in source.cookies]
        if pairs:
            self._headers["Cookie"] = "; ".join(pairs)

    def __repr__(self) -> str:
        return f"<Credentials for {self._origin}>"

    def on(self, request: Request) -> Request:
        """The request as it is to be sent."""
        if not self._headers or origin(request.url) != self._origin:
            return request
        ready = request.copy()
        ready.headers.update({name: value.encode("latin-1") for name, value in self._headers.items()})
        return ready


def _value(source: Source, key: str, name: str, variable: str, environment: Mapping[str, str]) -> str:
    said = f"sources.{source.name}.{key}.{name}: the environment variable {variable}"
    value = environment.get(variable, "").strip()
    if not value:
        raise CredentialsError(f"{said} is not set")
    forbidden = ";, " if key == "cookies" else ""
    if any(c in forbidden or (ord(c) < 32 and c != "\t") or not 0 < ord(c) < 256 or ord(c) == 127 for c in value):
        raise CredentialsError(f"{said} holds characters that cannot stand in a {key[:-1]}")
    return value
