"""How Twisted's reactor makes TCP connections here: with small packets."""

import socket
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
