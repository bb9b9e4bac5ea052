"""One POST, as a receiver gets it, and what comes of every answer."""

import asyncio
import base64
import hashlib
import hmac
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from newsloom.news.items import Webhook
from newsloom.news.pushes import Outcome, Parcel
from newsloom.news.sources import NetworkRules
from newsloom.push.webhooks import Webhooks
from tests.push.conftest import LOOPBACK, Answer, Receiver

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
PARCEL = Parcel(id=UUID(int=7), topic="news", body='{"items": ["приве́т"]}'.encode())
QUICK = timedelta(seconds=5)
VARIABLES = {"HOOK_SECRET": "whsec_" + base64.b64encode(b"s" * 24).decode(), "HOOK_TOKEN": "Bearer t0ken"}


def send(
    webhook: Webhook | str, rules: NetworkRules = LOOPBACK, *, patience: timedelta = QUICK, parcel: Parcel = PARCEL, **more: str
) -> Outcome:  # fmt: skip
    async def one() -> Outcome:
        async with Webhooks.open(rules, patience=patience, environment=VARIABLES | more, now=lambda: NOW) as webhooks:
            return await webhooks.send(Webhook(url=webhook) if isinstance(webhook, str) else webhook, parcel)

    return asyncio.run(one())


def test_a_receiver_gets_the_bytes_signed_with_the_id_and_the_headers_that_the_config_names(receiver: Receiver) -> None:
    url = receiver.url + "/hook/%7Ea?sig=%2Fx"
    hook = Webhook(url=url, secret="HOOK_SECRET", headers=(("Authorization", "HOOK_TOKEN"),))  # noqa: S106 - a name
    assert send(hook) == Outcome()
    [post] = receiver.posts
    assert (post.path, post.body) == ("/hook/%7Ea?sig=%2Fx", PARCEL.body)
    assert post.headers["content-type"] == "application/feed+json"
    assert post.headers["authorization"] == "Bearer t0ken"
    assert post.headers["user-agent"] == "newsloom/test"
    assert post.headers["webhook-id"] == str(PARCEL.id)
    assert post.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    signed = b".".join([str(PARCEL.id).encode(), str(int(NOW.timestamp())).encode(), post.body])
    digest = base64.b64encode(hmac.digest(b"s" * 24, signed, hashlib.sha256)).decode()
    assert post.headers["webhook-signature"] == f"v1,{digest}"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(status=200, body=b"thank you"), Outcome()),
        (Answer(status=202), Outcome()),
        (Answer(status=404), Outcome(error="{} answered 404")),
        (
            Answer(status=410),
            Outcome(error="{} answered 410, it wants nothing any more: take the webhook out of the config", gone=True),
        ),
        (Answer(status=413), Outcome(error="{} answered 413", too_large=True)),
        (
            Answer(status=429, headers={"Retry-After": "120"}),
            Outcome(error="{} answered 429", retry_after=timedelta(minutes=2)),
        ),
        (
            Answer(status=503, headers={"Retry-After": "Mon, 04 May 2026 12:30:00 GMT"}),
            Outcome(error="{} answered 503", retry_after=timedelta(minutes=30)),
        ),
        (
            Answer(status=503, headers={"Retry-After": "9" * 30}),
            Outcome(error="{} answered 503"),
        ),
        (
            Answer(status=503, headers={"Retry-After": "31536000"}),
            Outcome(error="{} answered 503", retry_after=timedelta(days=1)),
        ),
        (Answer(status=503, headers={"Retry-After": "soon"}), Outcome(error="{} answered 503")),
        (Answer(status=500, body=b"you sent Bearer t0ken"), Outcome(error="{} answered 500")),
    ],
)
def test_every_answer_means_something(receiver: Receiver, answer: Answer, outcome: Outcome) -> None:
    receiver.answer = lambda _: answer
    assert send(receiver.url) == replace(outcome, error=outcome.error.format(receiver.url))


def test_a_redirect_is_not_followed_wherever_it_leads(receiver: Receiver) -> None:
    receiver.answer = lambda _: Answer(status=307, headers={"Location": f"{receiver.url}/metadata?key=s3cret"})
    outcome = send(receiver.url + "/hook")
    assert [post.path for post in receiver.posts] == ["/hook"]
    assert outcome.error == (
        f"{receiver.url} answered 307, which leads to {receiver.url}: redirects are not followed, "
        "write in the config where it is now"
    )


def test_no_cookie_is_kept(receiver: Receiver) -> None:
    receiver.answer = lambda _: Answer(headers={"Set-Cookie": "a=b"})

    async def twice() -> None:
        async with Webhooks.open(LOOPBACK, patience=QUICK, environment={}, now=lambda: NOW) as webhooks:
            for _ in range(2):
                assert (await webhooks.send(Webhook(url=receiver.url), PARCEL)).taken

    asyncio.run(twice())
    assert all("cookie" not in post.headers for post in receiver.posts)


def test_nothing_is_sent_while_a_variable_is_missing_or_cannot_be_sent(receiver: Receiver) -> None:
    said = "topics.news.webhook"
    hook = Webhook(url=receiver.url, secret="NOWHERE")  # noqa: S106 - a name
    assert send(hook) == Outcome(error=f"{said}.secret: the environment variable NOWHERE is not set", unsent=True)
    hook = Webhook(url=receiver.url, headers=(("Authorization", "TWO_LINES"),))
    outcome = send(hook, TWO_LINES="one\r\nHost: other")
    assert outcome == Outcome(
        error=f"{said}.headers.Authorization: the environment variable TWO_LINES holds characters that cannot stand in a header",
        unsent=True,
    )
    assert receiver.posts == []


CLOSED = NetworkRules(user_agent="newsloom/test")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f.1"])
def test_a_network_that_is_not_open_is_not_asked_in_whatever_spelling(receiver: Receiver, host: str) -> None:
    outcome = send(f"http://{host}:{receiver.port}/", CLOSED)
    assert "is not public: `network: open_networks:` opens its network" in outcome.error
    assert receiver.posts == []


def test_a_name_that_answers_otherwise_the_second_time_gains_nothing(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is connected to is what was judged: the name is asked for once."""
    answers = iter(["198.41.0.4", "127.0.0.1", "127.0.0.1", "127.0.0.1"])
    connected: list[str] = []
    real, connect = socket.getaddrinfo, asyncio.SelectorEventLoop.sock_connect

    def asked(host: str, *more: Any, **named: Any) -> Any:
        return real(next(answers) if host == "rebinding.example" else host, *more, **named)

    async def noted(loop: Any, sock: socket.socket, address: Any) -> None:
        connected.append(address[0])
        if address[0] != "127.0.0.1":
            raise ConnectionRefusedError(111, "Connection refused")
        await connect(loop, sock, address)

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", noted)
    for _ in range(2):
        assert not send(f"http://rebinding.example:{receiver.port}/", CLOSED).taken
    assert (connected, receiver.posts) == (["198.41.0.4"], [])


def test_a_variable_of_the_environment_that_names_a_proxy_is_not_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert send(receiver.url).taken


def test_the_proxy_of_the_config_is_asked_and_names_are_judged_before(receiver: Receiver) -> None:
    rules = replace(CLOSED, proxy=receiver.url)
    assert send("http://198.41.0.4/hook", rules).taken
    assert [post.path for post in receiver.posts] == ["http://198.41.0.4/hook"]
    assert "is not public" in send("http://localhost/hook", rules).error
    assert len(receiver.posts) == 1


@pytest.mark.parametrize(
    "talks",
    [
        lambda there: there.recv(1),
        lambda there: [there.sendall(b"HTTP/1.1 200 OK\r\n"), there.recv(1)],
        lambda there: [there.sendall(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000), there.recv(1)],
        lambda there: [there.sendall(b"HTTP/1.1 200 OK\r\nA: " + b"a" * 200_000), there.recv(1)],
        lambda there: there.sendall(b"220 mail.example ESMTP\r\n"),
        lambda there: there.shutdown(socket.SHUT_RDWR),
    ],
    ids=["silent", "unfinished", "headers", "header", "another protocol", "hangs up"],
)
def test_what_is_no_answer_is_a_failure(talks: Callable[[socket.socket], object]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        url = f"http://127.0.0.1:{server.getsockname()[1]}"

        async def both() -> Outcome:
            return (await asyncio.gather(asyncio.to_thread(_talk, server, talks), _sent(url)))[1]

        outcome = asyncio.run(both())
    assert outcome.error.startswith(f"{url} ")
    assert not outcome.taken


async def _sent(url: str) -> Outcome:
    patience = timedelta(seconds=0.5)
    async with Webhooks.open(LOOPBACK, patience=patience, environment={}, now=lambda: NOW) as webhooks:
        return await webhooks.send(Webhook(url=url), PARCEL)


def _talk(server: socket.socket, talks: Callable[[socket.socket], object]) -> None:
    there, _ = server.accept()
    with there:
        there.settimeout(10)
        while not there.recv(2**16).endswith(PARCEL.body):
            pass
        try:
            talks(there)
        except ConnectionError:
            pass


def test_nobody_there_is_a_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
    assert send(url).error == f"{url} cannot be reached: Connection refused"
    assert send("https://nowhere.invalid/").error.startswith("https://nowhere.invalid cannot be reached: ")


def test_an_answer_without_end_costs_nothing(receiver: Receiver) -> None:
    receiver.answer = lambda _: Answer(status=200, body=b"x" * 50_000_000)
    assert send(receiver.url).taken


def test_a_large_parcel_arrives_whole(receiver: Receiver) -> None:
    body = b'"' + b"x" * 5_000_000 + b'"'
    assert send(receiver.url, parcel=replace(PARCEL, body=body)).taken
    assert receiver.posts[0].body == body


# TLS


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a CA of our own (ca.pem) and what it says of hook.example (hook.pem, with its key)."""
    folder = tmp_path_factory.mktemp("ca")

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    usage = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test ca", "-days", "2", *usage)
    openssl("req", *key, "-keyout", "hook.key", "-out", "hook.csr", "-subj", "/CN=hook.example")
    (folder / "names").write_text("subjectAltName=DNS:hook.example\nauthorityKeyIdentifier=keyid\n")
    signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
    openssl("x509", "-req", "-in", "hook.csr", "-out", "hook.crt", *signing)
    (folder / "hook.pem").write_bytes((folder / "hook.key").read_bytes() + (folder / "hook.crt").read_bytes())
    return folder


@pytest.fixture
def secure(authority: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """Speaks TLS as hook.example, and is where that name and other.example lead."""
    real = socket.getaddrinfo

    def asked(host: str, *more: Any, **named: Any) -> Any:
        return real("127.0.0.1" if host.endswith(".example") else host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", asked)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(authority / "hook.pem")
    there = Receiver(tls)
    try:
        yield there
    finally:
        there.close()


def test_a_host_proves_with_its_certificate_that_it_has_the_name_we_asked_for(
    secure: Receiver, authority: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority / "ca.pem"))
    assert send(f"https://hook.example:{secure.port}/hook").taken
    assert secure.names == ["hook.example"]
    other = send(f"https://other.example:{secure.port}/hook")
    assert other.error.startswith(
        f"https://other.example:{secure.port} has a certificate that does not prove it: Hostname"
    )
    assert len(secure.posts) == 1


def test_a_certificate_that_nobody_we_know_has_signed_is_not_taken(secure: Receiver) -> None:
    outcome = send(f"https://hook.example:{secure.port}/hook")
    assert "does not prove it: unable to get local issuer certificate" in outcome.error
    assert secure.posts == []


def test_a_name_in_a_network_that_is_not_open_is_not_asked_over_tls(secure: Receiver) -> None:
    rules = replace(LOOPBACK, open_networks=(ip_network("10.0.0.0/8"),))
    assert "127.0.0.1 is not public" in send(f"https://hook.example:{secure.port}/hook", rules).error
