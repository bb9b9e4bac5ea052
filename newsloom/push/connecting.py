"""To which addresses a webhook may lead: judged when the connection is made, of the very address it is made to.

So neither a name that answers otherwise the second time, nor an address written as a number, leads into a network that is not open.
TLS proves the name of the host all the same: it is asked for by that name, and its certificate must have it.
"""

import asyncio
import socket
import threading
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from newsloom.news.addresses import Network, may_connect


class ForbiddenAddressError(OSError):
    """A connection to a network that is not open."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address} is not public: `network: open_networks:` opens its network")


class Guard:
    """Makes sockets to public addresses and open networks only."""

    def __init__(self, opened: tuple[Network, ...]) -> None:
        self._opened = opened

    def check(self, address: str) -> None:
        """Raises ForbiddenAddressError."""
        if not may_connect(address, self._opened):
            raise ForbiddenAddressError(address)

    def allowed(self, found: list[ResolveResult]) -> list[ResolveResult]:
        """Of a name's addresses. Raises ForbiddenAddressError if there were some, and none is allowed."""
        left = [one for one in found if may_connect(one["host"], self._opened)]
        if found and not left:
            raise ForbiddenAddressError(found[0]["host"])
        return left

    def socket(self, there: tuple[int, int, int, str, tuple[Any, ...]]) -> socket.socket:
        """For aiohttp: a socket that is about to be connected to `there`, a row of getaddrinfo."""
        family, kind, protocol, _, address = there
        self.check(str(address[0]))
        return socket.socket(family=family, type=kind, proto=protocol)


class Resolver(AbstractResolver):
    """The system's answer, asked for in a thread that does not keep the process from ending: a name server may be silent for half
    a minute, and asyncio waits for threads of its own.

    With a guard, what it forbids is left out; a name that has nothing else raises ForbiddenAddressError.
    """

    def __init__(self, guard: Guard | None = None) -> None:
        self._guard = guard

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[list[ResolveResult]] = loop.create_future()

        def tell(heard: list[ResolveResult] | OSError) -> None:
            if answer.done():
                return
            if isinstance(heard, OSError):
                answer.set_exception(heard)
            else:
                answer.set_result(heard)

        def ask() -> None:
            heard: list[ResolveResult] | OSError
            try:
                heard = _addresses(host, port, family)
            except OSError as error:
                heard = error
            except UnicodeError as error:
                heard = OSError(f"no host name: {error}")
            try:
                loop.call_soon_threadsafe(tell, heard)
            except RuntimeError:  # the loop is closed: nobody waits any more
                pass

        threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
        found = await answer
        return found if self._guard is None else self._guard.allowed(found)

    async def close(self) -> None:
        """Nothing is held."""


def _addresses(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    found = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
    return [
        ResolveResult(
            hostname=host, host=str(address[0]), port=int(address[1]), family=there, proto=protocol,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for there, _, protocol, _, address in found
    ]  # fmt: skip
