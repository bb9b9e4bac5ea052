"""Nothing connects to an address that is not public: judged after resolution, when a connection is made, on every hop."""

import asyncio
import socket
import threading
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IHostResolution
from zope.interface import implementer  # type: ignore[import-untyped]

from newsloom.news.addresses import Network as AddressRange
from newsloom.news.addresses import may_connect

_NOTED = 1_000


async def resolve(host: str) -> list[str]:
    """The addresses of a name or an address literal, as the system knows them; raises OSError.

    In a thread of its own that does not keep the process from ending: a name server may be silent for half a minute.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[str]] = loop.create_future()

    def tell(addresses: list[str] | None, error: OSError | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(addresses or [])
        else:
            answer.set_exception(error)

    def ask() -> None:
        addresses: list[str] | None = None
        error: OSError | None = None
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
        except UnicodeError as broken:
            error = OSError(f"no host name: {broken}")
        except OSError as unknown:
            error = unknown
        try:
            loop.call_soon_threadsafe(tell, addresses, error)
        except RuntimeError:  # the loop is closed: nobody waits any more
            pass

    threading.Thread(target=ask, name=f"resolve {host}", daemon=True).start()
    return await answer


@implementer(IHostResolution)
class _Resolution:
    def __init__(self, name: str) -> None:
        self.name = name
        self.task: asyncio.Task[None] | None = None

    def cancel(self) -> None:
        if self.task is not None:
            self.task.cancel()


@implementer(IHostnameResolver)
class Guard:
    """The reactor's name resolver. It passes only addresses that are public or in a network that the config opens."""

    def __init__(self, opened: tuple[AddressRange, ...], proxy_host: str = "") -> None:
        self._opened = opened
        self._proxy_host = proxy_host
        self._forbidden: OrderedDict[str, str] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    def forbidden(self, host: str) -> str:
        """The address for which `host` was refused last; empty if it was not."""
        return self._forbidden.get(host.strip("[]").lower(), "")

    async def refuses(self, host: str) -> str:
        """The forbidden address of `host`, for one that a proxy will connect to: a weaker guard, it may resolve otherwise.

        Empty if all are allowed, or if only the proxy knows the name.
        """
        try:
            addresses = await resolve(host)
        except OSError:
            return ""
        return next((a for a in addresses if not may_connect(a, self._opened)), "")

    # The parameter names are Twisted's: HostnameEndpoint passes portNumber by name.
    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: Any,  # noqa: N803 - an IResolutionReceiver
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[Any]] | None = None,  # noqa: N803, ARG002 - the interface has it
        transportSemantics: str = "TCP",  # noqa: N803, ARG002 - the interface has it
    ) -> Any:
        """IHostnameResolver; a forbidden name has no address at all."""
        resolution = _Resolution(hostName)
        resolutionReceiver.resolutionBegan(resolution)
        resolution.task = asyncio.create_task(self._answer(resolutionReceiver, hostName, portNumber))
        self._tasks.add(resolution.task)
        resolution.task.add_done_callback(self._tasks.discard)
        return resolution

    async def _answer(self, receiver: Any, host: str, port: int) -> None:
        try:
            addresses = await resolve(host)
        except OSError:
            addresses = []
        for address in addresses:
            if host == self._proxy_host or may_connect(address, self._opened):
                kind = IPv6Address if ":" in address else IPv4Address
                receiver.addressResolved(kind("TCP", address, port))
            else:
                self._note(host, address)
        receiver.resolutionComplete()

    def _note(self, host: str, address: str) -> None:
        self._forbidden[host.lower()] = address
        self._forbidden.move_to_end(host.lower())
        if len(self._forbidden) > _NOTED:
            self._forbidden.popitem(last=False)
