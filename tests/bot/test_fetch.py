"""No address that somebody names leads inside, no answer costs more than its caps, "not sent" is proven.

Real servers on loopback stand for the inside; a connection they see is a leak. The ports rule is widened to their
port, so that it is the address rules that must hold.
"""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import cast

import httpcore2
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.fetch import FetchRefused, NotSent, check_url, fetch, safe_client
from bot.fetch.addresses import refusal_of
from bot.fetch.transport import SafeTransport

Answer = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """A raw HTTP server that counts connections and keeps each request head."""

    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


@asynccontextmanager
async def serving(
    answer: Answer | bytes, hosts: Sequence[str] = ("127.0.0.1",), port: int = 0
) -> AsyncIterator[Server]:
    seen = Server()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.connections += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            seen.requests.append(head)
            if isinstance(answer, bytes):
                writer.write(answer)
            else:
                await answer(head, writer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    server = await asyncio.start_server(handle, list(hosts), port)
    seen.port = server.sockets[0].getsockname()[1]
    async with server:
        yield seen


@asynccontextmanager
async def both_on_one_port(public: bytes, inside: bytes) -> AsyncIterator[tuple[Server, Server]]:
    """A server at 127.0.0.2 and one at 127.0.0.1 on a port that is free on both."""
    for tries_left in reversed(range(20)):
        async with AsyncExitStack() as stack:
            try:
                web = await stack.enter_async_context(serving(public, ["127.0.0.2"]))
            except OSError:
                pytest.skip("this system has no 127.0.0.2")
            try:
                other = await stack.enter_async_context(serving(inside, port=web.port))
            except OSError:  # somebody else has it
                assert tries_left
                continue
            yield web, other
            return


def page(body: bytes = b"hello", head: str = "", status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{head}\r\n".encode() + body


def redirect(to: str) -> bytes:
    return page(b"", f"Location: {to}\r\n", "302 Found")


PRIVATE_NAMES = {
    "private.example.com": ["127.0.0.1"],
    "ten.example.com": ["10.0.0.1"],
    "mixed.example.com": ["8.8.8.8", "127.0.0.1"],
    "mixed6.example.com": ["2606:4700:4700::1111", "::1"],
    "azure.example.com": ["168.63.129.16"],
    "aws.example.com": ["169.254.169.254"],
    "aws6.example.com": ["fd00:ec2::254"],
    "alibaba.example.com": ["100.100.100.200"],
    "oracle.example.com": ["192.0.0.192"],
    "mapped.example.com": ["::ffff:127.0.0.1"],
    "siit.example.com": ["::ffff:0:127.0.0.1"],
    "nat64.example.com": ["64:ff9b::7f00:1"],
    "nat64local.example.com": ["64:ff9b:1::7f00:1"],
    "sixtofour.example.com": ["2002:7f00:1::"],
    "teredo.example.com": ["2001:0:7f00:1::"],
    "isatap.example.com": ["2606:4700::5efe:7f00:1"],
    "compatible.example.com": ["::127.0.0.1"],
    "linklocal6.example.com": ["fe80::1%lo"],
    "zero.example.com": ["0.0.0.0"],
    "multicast.example.com": ["224.0.0.1"],
    "multicast6.example.com": ["ff02::1"],
    "broadcast.example.com": ["255.255.255.255"],
    "sitelocal.example.com": ["fec0::1"],
    "documentation.example.com": ["2001:db8::1"],
    "cname-to-inside.example.com": ["127.0.0.1"],  # what a CNAME ends in is all that a resolver tells
    "second-is-inside.example.com": ["1.1.1.1", "8.8.8.8", "10.1.2.3"],
    "srv6.example.com": ["5f00::1"],
    "empty.example.com": [],
    "garbage.example.com": ["not an address"],
}

HOSTILE_HOSTS = [
    # numbers
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0x0.0x0.0x1", "0x7f.1", "0177.0.0.1",
    "017700000001", "0177.0x0.1", "00000127.0.0.1", "127.0.0.1.", "127.000.000.001", "0", "0.0.0.0", "00.0.0.0",
    "0x0", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
    "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "168.63.129.16",
    "2822734096", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
    "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "4294967296", "999.1.1.1", "1.2.3",
    "1.2.3.4.5", "0x", "08.8.8.8",
    # IPv6
    "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:1]",
    "[::127.0.0.1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2001:0:7f00:1::]", "[2001:0:53aa:64c:0:0:80ff:fffe]", "[fe80::1]",
    "[fe80::1%25lo]", "[fc00::1]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]", "[100::1]", "[2001:db8::1]",
    "[3fff::1]", "[5f00::1]", "[2606:4700::5efe:127.0.0.1]", "[2606:4700::200:5efe:7f00:1]", "[::ffff:169.254.169.254]",
    # names
    "localhost", "LOCALHOST", "localhost.", "foo.localhost", "printer.local", "metadata.google.internal", "router.lan",
    "intranet", "box.home.arpa", "hidden.onion", "1.0.0.127.in-addr.arpa",
    # spelling
    "127。0。0。1", "１２７.0.0.1", "①②⑦.0.0.1", "127%2e0%2e0%2e1", "localhost%00.example.com", "user@127.0.0.1",
    "example.com@127.0.0.1", "example.com:80@127.0.0.1", ".127.0.0.1", "127..0.0.1", "-", "exa mple.com", "",
    "xn--n3h.localhost", "①②⑦。０。０。１", "127.0.0.1%2f", "127.0.0.1%09", "127.0.0.1%23",
    "%6c%6f%63%61%6c%68%6f%73%74",
    "0300.0250.0.1", "0xc0a80101", "3232235777", "0xa9.0xfe.0xa9.0xfe", "0251.254.169.254",
    "[0:0:0:0:0:ffff:127.0.0.1]", "[2001::1]",
    "[::ffff:0:0:7f00:1]", "[::a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b::c0a8:101]", "[2002:c0a8:101::1]",
    "[fe80::1%eth0]", "[fe80::a9fe:a9fe%251]", "[::1%25lo0]", "[::1%lo]",
    # clouds and clusters
    "169.254.170.2", "169.254.169.123", "169.254.42.42", "[fd20:ce::254]", "[fd00:c1::a9fe:a9fe]", "192.0.0.8",
    "metadata",
    "metadata.azure.internal", "instance-data.ec2.internal", "kubernetes.default.svc", "consul.service.consul",
    *PRIVATE_NAMES,
]  # fmt: skip
HOSTILE_URLS = [
    "ftp://example.com/", "file:///etc/passwd", "gopher://127.0.0.1/", "dict://127.0.0.1:11211/stat", "//example.com/",
    "javascript:alert(1)", "data:text/html,hi", "http:", "http://", "https:///path", "example.com", "",
    "http:example.com",
    "http://example.com:22/", "http://example.com:6379/", "http://example.com:8080/", "http://example.com:99999/",
    "http://example.com:-80/", "http://user:secret@example.com/", "http://@example.com/",
    "http://example.com\\@127.0.0.1/",
    "http://127.0.0.1\\.example.com/", "http://exam\nple.com/", "http://example.com/\r\nHost: x", "\thttp://example.com/",
    "http://example.com/\x00", "unix:///var/run/docker.sock", "http://[::1", "http://[v1.a]/",
    "http://example.com/" + "a" * 3000,
    "http://127.0.0.1#@example.com/", "http://example.com#@127.0.0.1/", "http://example.com?@127.0.0.1/",
    "http://example.com%2f@127.0.0.1/", "http://example.com%23@127.0.0.1/", "http://127.1:80?@example.com/",
    "http:\\\\127.0.0.1\\", "http:///127.0.0.1/", "http:/127.0.0.1/", "http:127.0.0.1", "http://127.0.0.1:0/",
    "http://127.0.0.1:080/", "http://example.com:80:80/", "http://example.com:+80/", "http://example.com:8０/",
    "http://%6c%6f%63%61%6c%68%6f%73%74/", "http://127.0.0.1 .example.com/", "jar:http://127.0.0.1!/", "ws://127.0.0.1/",
    "netdoc:///etc/passwd", "view-source:http://127.0.0.1/", "feed:http://127.0.0.1/", "ldap://127.0.0.1/", "tftp://127.0.0.1/",
    "blob:http://127.0.0.1/x", "https://127.0.0.1:443@example.com:22/",
]  # fmt: skip


async def inside_resolver(host: str, port: int) -> Sequence[str]:
    """DNS in an attacker's hand: known names as listed, everything else points to loopback."""
    return PRIVATE_NAMES.get(host, ["127.0.0.1"])


@pytest.fixture
def open_ports(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def widen(port: int) -> None:
        for module in ("bot.fetch.addresses", "bot.fetch.dialler"):
            monkeypatch.setattr(f"{module}.WEB_PORTS", frozenset({80, 443, port}))

    return widen


async def test_no_hostile_address_reaches_the_inside(open_ports: Callable[[int], None]) -> None:
    assert len({*HOSTILE_HOSTS, *HOSTILE_URLS}) >= 200
    async with serving(page(), ["0.0.0.0", "::1"]) as inside, safe_client(resolver=inside_resolver) as client:
        open_ports(inside.port)
        urls = [f"http://{host}:{inside.port}/" for host in HOSTILE_HOSTS] + HOSTILE_URLS
        for url in urls:
            with pytest.raises(NotSent):
                await fetch(client, url)
        for url in urls:  # an SDK calls the client itself
            with pytest.raises((NotSent, httpx2.InvalidURL, httpx2.UnsupportedProtocol, TypeError)):
                await client.post(url, content=b"secret")
        assert inside.connections == 0


async def test_the_trap_sees_what_a_plain_client_leaks() -> None:
    async with serving(page(), ["0.0.0.0"]) as inside, httpx2.AsyncClient(trust_env=False) as plain:
        for host in ("127.0.0.1", "2130706433", "127.1", "localhost"):
            await plain.get(f"http://{host}:{inside.port}/")
        assert inside.connections == 4


async def test_a_redirect_is_judged_like_the_first_address(open_ports: Callable[[int], None]) -> None:
    async with serving(page()) as inside, serving(page()) as front:
        open_ports(inside.port)
        targets = [f"http://{host}:{inside.port}/" for host in HOSTILE_HOSTS] + [
            f"//127.0.0.1:{inside.port}/", "file:///etc/passwd", "http://[", "ftp://example.com/"]  # fmt: skip
        answers = iter(targets)

        async def bounce(head: bytes, writer: asyncio.StreamWriter) -> None:
            writer.write(page(b"", status="302 Found").replace(b"\r\n\r\n", b"\r\nLocation: ", 1))
            writer.write(next(answers).encode("utf-8", "replace").replace(b"\n", b"") + b"\r\n\r\n")

        async with serving(bounce) as gate, safe_client(allow_hosts={gate.host}, resolver=inside_resolver) as client:
            for _ in targets:
                with pytest.raises(FetchRefused) as refused:
                    await fetch(client, f"http://{gate.host}/")
                assert not isinstance(refused.value, NotSent)  # the first hop was sent
            assert gate.connections == len(targets)
        assert inside.connections == front.connections == 0


async def test_no_way_of_leading_on_reaches_the_inside(open_ports: Callable[[int], None]) -> None:
    """Every status that redirects is judged; what only a browser follows (meta, Refresh, Link) is not followed."""
    async with serving(page()) as inside:
        open_ports(inside.port)
        to = f"http://127.0.0.1:{inside.port}/"
        ways = [page(b"", f"Location: {to}\r\n", f"{status} Moved") for status in (301, 302, 303, 307, 308)]
        still = [page(b"", f"Location: {to}\r\n", f"{status} Odd") for status in (201, 300, 304, 305, 306)]
        still += [page(b"", f"Refresh: 0; url={to}\r\nContent-Location: {to}\r\nLink: <{to}>; rel=preload\r\n")]
        still += [page(f'<meta http-equiv="refresh" content="0;url={to}"><base href="{to}"><img src="{to}">'.encode())]
        for number, answer in enumerate((*ways, *still)):
            async with (
                serving(answer) as gate,
                safe_client(allow_hosts={gate.host}, resolver=inside_resolver) as client,
            ):
                if number < len(ways):
                    with pytest.raises(FetchRefused):
                        await fetch(client, f"http://{gate.host}/")
                else:
                    await fetch(client, f"http://{gate.host}/")
                assert gate.connections == 1
        assert inside.connections == 0


async def test_redirects_are_followed_by_hand_and_end() -> None:
    async def hop(head: bytes, writer: asyncio.StreamWriter) -> None:
        path = head.split(b" ")[1].decode()
        writer.write(redirect("/2") if path == "/1" else redirect("/loop") if path == "/loop" else page(b"there"))

    async with serving(hop) as web, safe_client(allow_hosts={web.host}) as client:
        found = await fetch(client, f"http://{web.host}/1")
        assert (found.url, found.status, found.body) == (f"http://{web.host}/2", 200, b"there")
        with pytest.raises(FetchRefused, match="too often"):
            await fetch(client, f"http://{web.host}/loop", max_redirects=3)
        assert web.connections == 2 + 4
        answer = await client.get(f"http://{web.host}/1", follow_redirects=True)
        assert answer.status_code == 302


async def test_credentials_and_cookies_never_cross_origins() -> None:
    async with serving(page(b"other")) as other:
        away = page(b"", f"Location: http://{other.host}/\r\nSet-Cookie: sid=secret\r\n", "302 Found")
        async with serving(away) as first, safe_client(allow_hosts={first.host, other.host}) as client:
            client.headers["authorization"] = "Bearer secret"
            client.headers["x-api-key"] = "secret"
            client.auth = ("user", "secret")
            assert (await fetch(client, f"http://{first.host}/")).body == b"other"
            await fetch(client, f"http://{first.host}/")
            assert b"secret" in first.requests[0]
            assert b"cookie" not in first.requests[1].lower()
            assert all(b"secret" not in head and b"authorization" not in head.lower() for head in other.requests)


async def test_a_name_is_looked_up_once_and_the_judged_address_is_dialled(
    open_ports: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: the name answers with a public address first, with loopback afterwards (127.0.0.2 plays public)."""
    public = ipaddress.ip_address("127.0.0.2")
    monkeypatch.setattr("bot.fetch.dialler.refusal_of", lambda address: "" if address == public else "inside")
    asked: list[str] = []

    async def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.2"] if len(asked) == 1 else ["127.0.0.1"]

    async with (
        both_on_one_port(page(b"public"), page(b"inside")) as (web, inside),
        safe_client(resolver=rebinding) as client,
    ):
        open_ports(web.port)
        found = await fetch(client, f"http://rebind.example.com:{web.port}/")
        assert (found.body, asked) == (b"public", ["rebind.example.com"])
        with pytest.raises(NotSent):
            await fetch(client, f"http://rebind.example.com:{web.port}/")
        assert (web.connections, inside.connections) == (1, 0)


async def test_mail_servers_are_dialled_by_the_same_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(page(), ["0.0.0.0"]) as inside:
        monkeypatch.setattr("bot.fetch.transport.MAIL_PORTS", frozenset({inside.port}))
        async with safe_client(resolver=inside_resolver) as client:
            for host in HOSTILE_HOSTS:
                with pytest.raises(NotSent):
                    await client.dial_mail(host.strip("[]"), inside.port)
            with pytest.raises(NotSent):
                await client.dial_mail("mail.example.com", 25)
        assert inside.connections == 0
        async with safe_client(allow_hosts={inside.host}) as client:
            line = await client.dial_mail("127.0.0.1", inside.port)
            with line.socket:
                assert line.socket.getpeername() == ("127.0.0.1", inside.port)
            assert line.tls.check_hostname and line.tls.verify_mode == ssl.CERT_REQUIRED


async def test_an_answer_ends_at_its_size() -> None:
    endless = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"

    async def flood(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(endless)
        while not writer.is_closing():
            writer.write(b"x" * 65536)
            await writer.drain()

    bomb = gzip.compress(b"\0" * 50_000_000)
    for answer in (flood, page(b"x" * 20_001), page(bomb, "Content-Encoding: gzip\r\n")):
        cap = 20_000 if isinstance(answer, bytes) and len(answer) < 40_000 else 60_000
        async with serving(answer) as web, safe_client(allow_hosts={web.host}, max_bytes=cap) as client:
            with pytest.raises(FetchRefused, match="larger") as refused:
                await fetch(client, f"http://{web.host}/")
            assert not isinstance(refused.value, NotSent)


async def test_one_request_may_take_a_larger_answer_up_to_a_fixed_size() -> None:
    async with serving(page(b"x" * 50_000)) as web, safe_client(allow_hosts={web.host}, max_bytes=20_000) as client:
        larger = await client.get(f"http://{web.host}/", extensions={"max_bytes": 50_000})
        assert len(larger.content) == 50_000
        for most in (49_999, -1):
            with pytest.raises(FetchRefused, match="larger"):
                await client.get(f"http://{web.host}/", extensions={"max_bytes": most})
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 30000001\r\n\r\n"
    async with serving(head) as web, safe_client(allow_hosts={web.host}) as client:
        with pytest.raises(FetchRefused, match="larger than 30000 kB"):
            await client.get(f"http://{web.host}/", extensions={"max_bytes": 10**12})


async def test_gzip_is_unpacked_and_other_packings_are_refused() -> None:
    text = b"spring sale " * 1000
    packed = page(gzip.compress(text), "Content-Encoding: gzip\r\n")
    async with serving(packed) as web, safe_client(allow_hosts={web.host}) as client:
        assert (await fetch(client, f"http://{web.host}/")).body == text
    for head, body in (("br", b"x"), ("gzip, gzip", b"x"), ("deflate", b"x"), ("gzip", b"not gzip")):
        odd = page(body, f"Content-Encoding: {head}\r\n")
        async with serving(odd) as web, safe_client(allow_hosts={web.host}) as client:
            with pytest.raises(FetchRefused):
                await fetch(client, f"http://{web.host}/")


@pytest.mark.parametrize("head_first", [True, False], ids=["body drips", "head drips"])
async def test_a_slow_drip_ends_at_the_deadline_of_the_whole_exchange(head_first: bool) -> None:
    dripped = asyncio.Event()

    async def drip(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n" + (b"\r\n" if head_first else b"X-Slow: "))
        while not writer.is_closing():  # each byte comes well within any read timeout
            writer.write(b"x")
            await writer.drain()
            dripped.set()
            await asyncio.sleep(0.05)

    async with serving(drip) as web, safe_client(allow_hosts={web.host}, timeout_seconds=0.4) as client:
        started = asyncio.get_running_loop().time()
        with pytest.raises(httpx2.ReadTimeout):
            await client.get(f"http://{web.host}/")
        assert asyncio.get_running_loop().time() - started < 3
        assert dripped.is_set()
        with pytest.raises(FetchRefused):
            await fetch(client, f"http://{web.host}/")


async def test_not_sent_is_raised_exactly_when_nothing_left() -> None:
    async def nowhere(host: str, port: int) -> Sequence[str]:
        raise OSError("no such name")

    async def hang_up(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with serving(page()) as closing:
        gone = closing.host
    async with safe_client(allow_hosts={gone}, resolver=nowhere, timeout_seconds=5) as client:
        for url in (f"http://{gone}/", "https://nobody.example.com/", "http://10.0.0.1/"):
            with pytest.raises(NotSent):
                await client.post(url, content=b"post")
    async with serving(hang_up) as web, safe_client(allow_hosts={web.host}, timeout_seconds=0.5) as client:
        with pytest.raises(httpx2.TransportError):
            await client.post(f"http://{web.host}/", content=b"post")
        with pytest.raises(NotSent):  # TLS towards a server that never answers it: the request itself never left
            await client.post(f"https://{web.host}/", content=b"post")
        assert len(web.requests) == 1


async def test_a_name_service_that_hangs_is_not_sent() -> None:
    async def hanging(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    async with safe_client(resolver=hanging, timeout_seconds=0.2) as client:
        with pytest.raises(NotSent):
            await client.post("https://slow.example.com/", content=b"post")


async def test_the_environment_sets_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(page(b"proxied")) as proxy, serving(page(b"direct")) as web:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://{proxy.host}")
        async with safe_client(allow_hosts={web.host}) as client:
            assert (await fetch(client, f"http://{web.host}/")).body == b"direct"
        assert proxy.connections == 0


async def test_only_the_operators_list_opens_a_private_target() -> None:
    async with serving(page(b"inside")) as inside, serving(page()) as other:
        async with safe_client(allow_hosts={f" LOCALHOST:{inside.port} "}) as client:
            assert (await fetch(client, f"http://localhost:{inside.port}/")).body == b"inside"
            for url in (f"http://127.0.0.1:{inside.port}/", f"http://localhost:{other.port}/"):
                with pytest.raises(NotSent):
                    await fetch(client, url)
        assert other.connections == 0
    assert str(check_url("http://[::1]:9000/x", {"[::1]:9000"})) == "http://[::1]:9000/x"


async def test_fetch_refuses_a_client_that_is_not_safe() -> None:
    async with httpx2.AsyncClient(trust_env=False) as plain:
        with pytest.raises(TypeError):
            await fetch(plain, "https://example.com/")


def test_public_addresses_pass() -> None:
    for url in (
        "https://example.com/", "http://example.com:80/a?b=c#d", "https://münchen.example/ü", "https://8.8.8.8/",
        "https://[2606:4700:4700::1111]/", "https://a-b.co.uk:443/", "https://xn--mnchen-3ya.de",
        "https://example.com/user@host",
    ):  # fmt: skip
        check_url(url)


def test_refusals_name_no_address_of_ours_and_say_what_to_do() -> None:
    with pytest.raises(NotSent) as refused:
        check_url("http://admin:hunter2@10.1.2.3:6379/")
    assert "hunter2" not in refused.value.sentence()
    assert refused.value.do_next


@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_no_private_ipv4_passes_in_any_ipv6_wrapping(number: int) -> None:
    inner = ipaddress.IPv4Address(number)
    if inner.is_private or inner.is_multicast or inner.is_reserved or inner.is_link_local:
        assert refusal_of(inner)
    for prefix in ("::ffff:0:0", "::", "::ffff:0:0:0", "64:ff9b::", "64:ff9b:1::"):
        assert refusal_of(ipaddress.IPv6Address(int(ipaddress.IPv6Address(prefix)) + number))
    assert refusal_of(ipaddress.IPv6Address((0x2002 << 112) + (number << 80)))
    assert refusal_of(ipaddress.IPv6Address((0x20010000 << 96) + (number ^ 0xFFFFFFFF)))


@given(st.text(max_size=200) | st.from_regex(r"https?://[^/]{0,40}/?", fullmatch=True))
def test_check_url_only_ever_refuses_with_not_sent(text: str) -> None:
    try:
        parsed = check_url(text)
    except NotSent:
        return
    assert parsed.scheme in {"http", "https"}
    assert not parsed.userinfo


async def test_canary_the_pool_of_this_httpx2_dials_through_us() -> None:
    """When httpx2 is upgraded: read its AsyncHTTPTransport again, run this file, then move the number."""
    assert httpx2.__version__.split(".")[:2] == ["2", "16"]
    asked: list[tuple[str, int]] = []

    async def listening(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return ["127.0.0.1"]

    async with safe_client(resolver=listening) as client:
        transport = cast(SafeTransport, client._transport)
        assert isinstance(transport, SafeTransport)
        assert not client._mounts
        assert type(transport._inner._pool) is httpcore2.AsyncConnectionPool
        with pytest.raises(NotSent):
            await client.get("https://example.com/")
    assert asked == [("example.com", 443)]


async def test_certificates_are_checked_against_the_name_not_the_address() -> None:
    async with safe_client() as client:
        context = cast(SafeTransport, client._transport)._inner._pool._ssl_context
        assert context is not None
        assert context.check_hostname
        assert context.verify_mode == ssl.CERT_REQUIRED
