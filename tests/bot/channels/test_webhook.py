"""Webhooks keep the contract of channels against a server that does its worst."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.accounts.door import HttpClient, always
from bot.channels.answers import retry_after
from bot.channels.base import (
    Absent,
    Account,
    CannotTell,
    ChannelRefused,
    Content,
    Door,
    Found,
    Introduction,
    OutcomeUnknown,
)
from bot.channels.webhook import Webhook, origin, wire_body
from bot.errors import BadInput
from bot.fetch import safe_client
from storage.sealed import Medium
from tests.bot.channels.benches import BASE_URL, blank_account, door_for
from tests.bot.channels.contract import AT, KEY, TEXT, NetworkBench, NetworkContract, attempt
from tests.fakes.webhook_server import Act, WebhookServer, webhook_server

SIGNING_KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
PICTURE = Medium(sha256="ab" * 32, mime="image/png", size=1234, width=1200, height=630, alt='Ein "rotes" Velo')


class WebhookBench:
    secrets: Sequence[str] = (SIGNING_KEY, SIGNING_KEY.removeprefix("whsec_"))

    def __init__(self, server: WebhookServer, client: HttpClient) -> None:
        self.channel = Webhook(BASE_URL)
        self.server = server
        self._client = client
        self.account: Account = blank_account("webhook", options={"url": server.url})

    def door(
        self, check: Callable[[], Awaitable[None]] = always, *, deadline: timedelta = timedelta(seconds=20)
    ) -> Door:
        return door_for(
            self.account,
            client=self._client,
            secrets={"signing_key": SIGNING_KEY},
            check=check,
            deadline=deadline,
        )

    async def standing(self) -> Sequence[str]:
        return ["\n\n".join(part["text"] for part in json.loads(post.body)["parts"]) for post in self.server.posts]


@asynccontextmanager
async def open_bench(*, honours_key: bool = False, also: Sequence[WebhookServer] = ()) -> AsyncIterator[WebhookBench]:
    """A connected account at a fresh server, through the safe client as the operator would allow it."""
    async with webhook_server(honours_key=honours_key) as server:
        allowed = frozenset(f"127.0.0.1:{known.port}" for known in (server, *also))
        async with safe_client(allow_hosts=allowed, timeout_seconds=20) as client:
            bench = WebhookBench(server, client)
            bench.account = await bench.channel.connect(bench.account, bench.door())
            yield bench


def with_options(bench: WebhookBench, **options: str) -> WebhookBench:
    bench.account = bench.account.changed(options={**bench.account.options, **options})
    return bench


class TestPlainWebhook(NetworkContract):
    believes_a_yes = True
    looks_up = False

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench()


class TestWebhookThatHonoursKeys(NetworkContract):
    believes_a_yes = True

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return self._open()

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[NetworkBench]:
        async with open_bench(honours_key=True) as bench:
            yield with_options(bench, honours_key="yes", delete="yes", lookup_url=f"{bench.server.origin}/lookup")


def with_picture() -> Content:
    return Content(text=TEXT, media=(PICTURE,), link="https://velo.example/x", not_before=AT)


async def test_the_bytes_on_the_wire_come_from_the_sealed_payload_alone() -> None:
    async with open_bench() as bench:
        payload = bench.channel.build(with_picture(), bench.account)
        await bench.channel.send(payload, KEY, bench.door())
        seen = bench.server.sent[0]
        assert seen.body == wire_body(type(payload).model_validate_json(payload.canonical()))
        body = json.loads(seen.body)
        assert body["digest"] == payload.digest
        assert body["parts"][0]["text"] == payload.parts[0].text
        assert body["parts"][0]["media"] == [
            {
                "url": f"{BASE_URL}/media/{'ab' * 32}.png",
                "sha256": "ab" * 32,
                "mime": "image/png",
                "size": 1234,
                "width": 1200,
                "height": 630,
                "alt": 'Ein "rotes" Velo',
            }
        ]
        assert body["links"] == [{"shown": "https://velo.example/x", "destination": "https://velo.example/x"}]


async def test_every_request_carries_its_key_and_a_signature_over_its_body() -> None:
    async with open_bench() as bench:
        await bench.channel.send(bench.channel.build(Content(text=TEXT), bench.account), KEY, bench.door())
        for seen in bench.server.seen:
            signed_by_hand(seen.headers, seen.body)
        sent = bench.server.sent[0]
        assert sent.headers["idempotency-key"] == sent.headers["webhook-id"] == KEY.key
        assert sent.headers["webhook-timestamp"] == str(int(AT.timestamp()))


def signed_by_hand(headers: Mapping[str, str], body: bytes) -> None:
    """What a receiver does, written from the specification and not from our code."""
    secret = base64.b64decode(SIGNING_KEY.removeprefix("whsec_"))
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    wanted = base64.b64encode(hmac.new(secret, signed, "sha256").digest()).decode()
    assert headers["webhook-signature"] == f"v1,{wanted}"


async def test_an_answer_may_name_the_post_but_only_soberly() -> None:
    cases: list[tuple[bytes, str, str]] = [
        (b'{"id": "n-1", "url": "https://velo.example/n-1"}', "n-1", "https://velo.example/n-1"),
        (b'{"id": 42}', "42", ""),
        (b'{"id": true, "url": "javascript:alert(1)"}', KEY.key, ""),
        (b'{"id": "a\\u0000b", "url": "https://user:pw@velo.example/"}', KEY.key, ""),
        (b'{"id": "' + b"x" * 300 + b'", "url": "https://velo.example/' + b"x" * 3000 + b'"}', KEY.key, ""),
        (b'{"id": {"a": 1}, "url": ["https://velo.example"]}', KEY.key, ""),
        (b'["id"]', KEY.key, ""),
        (b"[" * 60_000, KEY.key, ""),
        (b"1" * 60_000, KEY.key, ""),
        (b'{"id": "n-1", "pad": "' + b"x" * 100_000 + b'"}', KEY.key, ""),
    ]
    async with open_bench() as bench:
        payload = bench.channel.build(Content(text=TEXT), bench.account)
        for body, remote_id, url in cases:
            bench.server.plan.append(Act(body=body))
            receipt = await bench.channel.send(payload, KEY, bench.door())
            assert (receipt.remote_id, receipt.url) == (remote_id, url), body[:40]


async def test_no_redirect_is_followed() -> None:
    async with webhook_server() as other, open_bench(also=[other]) as bench:
        for status in (301, 302, 303, 307, 308):
            bench.server.plan.append(Act(status, (("Location", other.url),), commits="never"))
            outcome = await attempt(bench, bench.channel.build(Content(text=TEXT), bench.account))
            assert isinstance(outcome, OutcomeUnknown | ChannelRefused)
        assert not other.seen


async def test_an_address_changed_after_approval_gets_nothing() -> None:
    async with webhook_server() as other, open_bench(also=[other]) as bench:
        payload = bench.channel.build(Content(text=TEXT), bench.account)
        with_options(bench, url=other.url)
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused)
        assert outcome.code == "other_address"
        assert not other.seen


async def test_a_private_address_is_never_called() -> None:
    async with webhook_server() as server, safe_client() as client:
        bench = WebhookBench(server, client)
        with pytest.raises(ChannelRefused):
            await bench.channel.connect(bench.account, bench.door())
        assert not server.seen


async def test_only_the_options_decide_what_may_follow_a_doubt() -> None:
    channel = Webhook(BASE_URL)
    plain = channel.capabilities_for(blank_account("webhook", options={"honours_key": "no"}))
    honest = channel.capabilities_for(blank_account("webhook", options={"honours_key": "yes", "delete": "yes"}))
    assert (plain.key_life, plain.deletes) == (None, False)
    assert (honest.key_life, honest.deletes) == (timedelta(hours=24), True)


async def test_a_look_up_finds_a_late_commit() -> None:
    async with open_bench() as bench:
        with_options(bench, lookup_url=f"{bench.server.origin}/lookup")
        payload = bench.channel.build(Content(text=TEXT), bench.account)
        bench.server.plan.append(Act(502, commits="late"))
        assert isinstance(await attempt(bench, payload), OutcomeUnknown)
        assert isinstance(await bench.channel.look_up(payload, KEY, bench.door()), Absent)
        bench.server.commit_late()
        found = await bench.channel.look_up(payload, KEY, bench.door())
        assert isinstance(found, Found)
        assert found.receipt.remote_id == bench.server.posts[0].id


async def test_a_look_up_that_fails_may_be_asked_again() -> None:
    async with open_bench() as bench:
        with_options(bench, lookup_url=f"{bench.server.origin}/lookup")
        payload = bench.channel.build(Content(text=TEXT), bench.account)
        bench.server.lookups_fail = True
        found = await bench.channel.look_up(payload, KEY, bench.door())
        assert isinstance(found, CannotTell)
        assert found.temporary


async def test_a_look_up_never_leaves_the_origin_that_was_connected() -> None:
    async with webhook_server() as other, open_bench(also=[other]) as bench:
        with_options(bench, lookup_url=f"{other.origin}/lookup")
        payload = bench.channel.build(Content(text=TEXT), bench.account)
        assert isinstance(await bench.channel.look_up(payload, KEY, bench.door()), CannotTell)
        assert not other.seen


@pytest.mark.parametrize(
    "options",
    [
        {"url": ""},
        {"url": "ftp://velo.example/"},
        {"url": "https://user:pw@velo.example/hook"},
        {"url": "https://velo.example/hook#part"},
        {"url": "https://velo.example:99999/hook"},
        {"url": "https://velo.example/" + "x" * 3000},
        {"url": "https://velo.example/\nhook"},
        {"url": "https://velo.example/", "lookup_url": "https://other.example/"},
        {"url": "https://velo.example/", "honours_key": "perhaps"},
    ],
)
async def test_options_that_cannot_work_are_told_when_connecting(options: dict[str, str]) -> None:
    account = blank_account("webhook", options=options)
    with pytest.raises(BadInput):
        await Webhook(BASE_URL).connect(account, door_for(account, secrets={"signing_key": SIGNING_KEY}))


@pytest.mark.parametrize("key", ["whsec_", "whsec_???", "short", "whsec_c2hvcnQ="])
async def test_a_weak_signing_key_is_told_when_connecting(key: str) -> None:
    account = blank_account("webhook", options={"url": "https://velo.example/hook"})
    with pytest.raises(BadInput) as told:
        await Webhook(BASE_URL).connect(account, door_for(account, secrets={"signing_key": key}))
    assert key == "whsec_" or key not in told.value.sentence()


async def test_an_address_that_refuses_the_ping_is_not_connected() -> None:
    async with open_bench() as bench:
        for act in (Act(401), Act(302), Act(500), Act(breaks="before answering")):
            bench.server.plan.append(act)
            with pytest.raises(ChannelRefused):
                await bench.channel.connect(bench.account, bench.door())
        assert not bench.server.posts


def test_another_path_on_the_same_server_is_another_place() -> None:
    assert origin("https://Velo.example:443/a") == origin("https://velo.example/b") == "https://velo.example"
    assert origin("http://[::1]:80/") == "http://[::1]"


@given(st.text(max_size=60))
def test_any_retry_after_is_seconds_within_an_hour_or_nothing(value: str) -> None:
    found = retry_after(value, AT)
    assert found is None or 1 <= found <= 3600


@given(st.text(alphabet="0123456789 ,:-+GMTueDc", max_size=40))
def test_dates_that_almost_fit_do_no_harm(value: str) -> None:
    found = retry_after(value, AT)
    assert found is None or 1 <= found <= 3600


@pytest.mark.parametrize(
    ("hello", "shown"),
    [
        (b"", Introduction(last_post=None)),
        (
            b'{"name": 5, "picture": "file:///etc/passwd", "last_post": {}, "last_at": "soon"}',
            Introduction(last_post=None),
        ),
        (b"[1]", Introduction(last_post=None)),
        (
            b'{"name": "Our site", "picture": "https://velo.example/i.png", "last_post": "Spring", '
            b'"last_at": "2026-12-01T08:00:00Z"}',
            Introduction("Our site", "https://velo.example/i.png", "Spring", AT),
        ),
        (b'{"last_post": ""}', Introduction()),
    ],
)
async def test_a_receiver_may_show_itself_in_its_answer_to_the_ping(hello: bytes, shown: Introduction) -> None:
    async with open_bench() as bench:
        bench.server.hello = hello
        assert await bench.channel.introduce(bench.account, bench.door()) == shown
        assert bench.server.sent == [], "a ping is no post"
        bench.server.plan.append(Act(500, body=hello))
        assert await bench.channel.introduce(bench.account, bench.door()) == Introduction(last_post=None)
