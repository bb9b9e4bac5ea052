"""The HTTP server inside the running loop. It leaves the process's signals alone and ends when it is told."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable, Generator
from ipaddress import ip_address

import uvicorn
from starlette.types import ASGIApp

_LISTEN = 512
"""Connections that may wait to be taken."""


_PATIENCE = 0.5
"""Seconds for answers that are being sent when the end comes."""


class ServeError(Exception):
    """Nothing can be served there; the message says what to do."""


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: what stops the process is the caller's affair."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


async def serve(
    application: ASGIApp, *, host: str, port: int, stop: asyncio.Event, started: Callable[[str], None] = lambda _: None
) -> None:
    """Serve until `stop`, then end within a second. `started` is told the address, with the port that port 0 became.

    Raises ServeError, before anything is served, if nothing can listen there.
    """
    listening = await _listen(host, port)
    server = _Server(
        uvicorn.Config(
            application,
            http="h11",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=1000,
            timeout_graceful_shutdown=1,
            backlog=_LISTEN,
        )
    )
    serving = asyncio.create_task(server.serve(sockets=listening), name="serve")
    stopping = asyncio.create_task(stop.wait(), name="stop serving")
    started(_address(host, listening[0]))
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        server.should_exit = True
        await _ended(serving, server)


async def _ended(serving: asyncio.Task[None], server: uvicorn.Server) -> None:
    """Idle connections are closed at once; one whose client does not read is dropped."""
    await asyncio.wait({serving}, timeout=_PATIENCE)
    for connection in list(server.server_state.connections):
        if connection.transport is not None:
            connection.transport.abort()
    await serving


async def _listen(host: str, port: int) -> list[socket.socket]:
    """A socket for every address that `host` has on this machine (localhost: 127.0.0.1 and ::1)."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError):
        raise ServeError(f"{host} is no address of this machine: set `server: host:` to 127.0.0.1") from None
    listening: list[socket.socket] = []
    failed: OSError | None = None
    for family, _, _, _, place in dict.fromkeys(found):
        if listening and port == 0:
            break  # one free port; it need not be free on the other address too
        try:
            listening.append(_bound(family, place))
        except OSError as error:
            failed = error
            if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):  # a machine without IPv6 still knows ::1
                break
    if not listening or (failed and failed.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT)):
        for one in listening:
            one.close()
        raise ServeError(_remedy(failed or OSError(), host, port)) from failed
    return listening


def _bound(family: int, place: object) -> socket.socket:
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(place)  # type: ignore[arg-type]
        one.listen(_LISTEN)
    except OSError:
        one.close()
        raise
    return one


def _remedy(error: OSError, host: str, port: int) -> str:
    place = f"{host} port {port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{place} is taken, perhaps by another newsloom: stop that, or choose another by `server: port:` or --port"
        )
    if error.errno == errno.EACCES:
        return f"{place} needs rights that this user has not: set `server: port:` to 1024 or above"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{host} is no address of this machine: set `server: host:` to 127.0.0.1"
    return f"{place} cannot be listened on ({error.strerror}): set `server: host:` and `port:`"


def _address(host: str, listening: socket.socket) -> str:
    """For people: an address that leads here from this machine."""
    try:
        wild = ip_address(host).is_unspecified
    except ValueError:
        wild = False
    shown = ("::1" if ":" in host else "127.0.0.1") if wild else host
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{listening.getsockname()[1]}"
