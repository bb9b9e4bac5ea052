"""How Twisted's reactor makes TCP connections here: with small packets, and without waiting to write."""

import socket
from collections.abc import Callable, Iterable
from typing import Any

from twisted.internet import tcp

SEGMENT = 1_460
"""Bytes, the usual on Ethernet. On a path of larger packets (in this machine, in a data centre) the server's kernel takes twice
ten of them before we have seen a header: megabytes of each video that we hang up on."""


class _Client(tcp.Client):
    def createInternetSocket(self) -> socket.socket:  # noqa: N802 - Twisted's name
        made: socket.socket = super().createInternetSocket()  # type: ignore[no-untyped-call]
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
        return made

    # A request fits into the socket's buffer. Twisted waits until the kernel says so, which costs a round of the event loop
    # and two calls of the kernel for each request.

    _writing = _asked = False

    def write(self, data: bytes) -> None:
        """ITransport."""
        self._at_once(super().write, data)

    def writeSequence(self, iovec: Iterable[bytes]) -> None:  # noqa: N802 - Twisted's name
        """ITransport."""
        self._at_once(super().writeSequence, iovec)

    def startWriting(self) -> None:  # noqa: N802 - Twisted's name
        """What is being written now is tried before the reactor is asked to."""
        if self._writing:
            self._asked = True
        else:
            super().startWriting()  # type: ignore[no-untyped-call]

    def _at_once(self, put: Callable[[Any], None], data: Any) -> None:
        if self._writing:  # within TLS, which writes in its turn
            put(data)
            return
        self._writing, self._asked = True, False
        try:
            put(data)
        finally:
            self._writing = False
            if self._asked and not self._gone():
                self.startWriting()

    def _gone(self) -> bool:
        """Whether all was written. What fails, or does not fit, is the reactor's: it tries again and draws the conclusions."""
        if self.disconnecting or not self._tempDataBuffer:
            return False
        error = self.doWrite()  # type: ignore[no-untyped-call]
        return error is None and not self.dataBuffer and not self._tempDataBuffer


class _Connector(tcp.Connector):
    def _makeTransport(self) -> _Client:  # noqa: N802 - Twisted's name
        return _Client(self.host, self.port, self.bindAddress, self, self.reactor)  # type: ignore[no-untyped-call]


def with_small_packets(reactor: Any) -> None:
    """Has the reactor's connectTCP (IReactorTCP) do so."""

    def connect(host: str, port: int, factory: Any, timeout: float = 30, bindAddress: Any = None) -> tcp.Connector:  # noqa: N803
        connector = _Connector(host, port, factory, timeout, bindAddress, reactor)
        connector.connect()
        return connector

    reactor.connectTCP = connect
