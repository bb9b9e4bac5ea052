"""A person who crawls a source of which nothing may be asked yet is told why, and until when."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class _Broken(BaseHTTPRequestHandler):
    """Its robots.txt cannot be had either."""

    def do_GET(self) -> None:
        self.send_response(500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


def test_a_crawl_that_may_ask_nothing_says_what_it_waits_for(tmp_path: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), _Broken) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        (tmp_path / "config.yaml").write_text(
            f'sources: [{{url: "http://127.0.0.1:{server.server_port}/", name: news}}]\n'
            "network: {contact: me@example.org, open_networks: [127.0.0.0/8]}\n",
            encoding="utf-8",
        )
        said = [_crawl(tmp_path) for _ in range(2)]
        server.shutdown()
    assert "nothing was asked; again 20" in said[1].stdout, said
    assert "robots.txt: " in said[1].stdout
    assert "waits_for=" in said[1].stderr


def _crawl(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "newsloom", "-v", "crawl", "news"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
