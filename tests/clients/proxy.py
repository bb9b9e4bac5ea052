"""Passes requests on, and writes down what was asked and answered."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

_ENDS_HERE = ("connection", "host", "transfer-encoding")


@dataclass(frozen=True, kw_only=True)
class Asked:
    path: str
    conditional: bool
    """Whether the reader said what it has."""
    status: int


class Proxy:
    """On loopback; `url` is its address."""

    def __init__(self, url: str, log: list[Asked]) -> None:
        self.url = url
        self._log = log

    def taken(self) -> list[Asked]:
        """What was asked since this was last called."""
        taken = self._log[:]
        del self._log[: len(taken)]
        return taken


@contextmanager
def before(origin: str) -> Iterator[Proxy]:
    log: list[Asked] = []
    place = urlsplit(origin).netloc

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = {name: value for name, value in self.headers.items() if name.lower() not in _ENDS_HERE}
            there = http.client.HTTPConnection(place, timeout=30)
            there.request("GET", self.path, headers=said)
            answer = there.getresponse()
            body = answer.read()
            there.close()
            conditional = "If-None-Match" in self.headers or "If-Modified-Since" in self.headers
            log.append(Asked(path=self.path, conditional=conditional, status=answer.status))
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _ENDS_HERE:
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: pytest shows what is wrong."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Proxy(f"http://127.0.0.1:{server.server_address[1]}", log)
    finally:
        server.shutdown()
        server.server_close()
