"""Telegram keeps the contract of channels: it can tell nothing after a doubt, so nothing is sent again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.accounts.door import HttpClient, always
from bot.channels.base import Account, CannotTell, ChannelRefused, Content, Door, OutcomeUnknown, Receipt
from bot.channels.telegram import Telegram, units
from bot.channels.telegram_api import chat_in
from bot.errors import BadInput
from bot.fetch import safe_client
from storage.sealed import Medium, SealedPayload
from tests.bot.channels.benches import blank_account, door_for
from tests.bot.channels.contract import AT, KEY, OUTCOMES, TEXT, NetworkBench, NetworkContract, attempt
from tests.fakes.faulty_http import Act
from tests.fakes.telegram_server import CHANNEL, TOKEN, TelegramServer, telegram_server

PICTURES = [b"\x89PNG\r\n\x1a\n" + bytes([number]) * 200 for number in range(3)]


def medium(data: bytes) -> Medium:
    sha256 = hashlib.sha256(data).hexdigest()
    return Medium(sha256=sha256, mime="image/png", size=len(data), width=1280, height=720, alt="Velo")


MEDIA = tuple(medium(data) for data in PICTURES)


class TelegramBench:
    secrets: Sequence[str] = (TOKEN, TOKEN.partition(":")[2])

    def __init__(self, server: TelegramServer, client: HttpClient) -> None:
        self.channel = Telegram()
        self.server = server
        self._client = client
        self.account: Account = blank_account("telegram", options={"chat": "@velo", "server": server.origin})

    def door(
        self, check: Callable[[], Awaitable[None]] = always, *, deadline: timedelta = timedelta(seconds=20)
    ) -> Door:
        return door_for(
            self.account,
            client=self._client,
            secrets={"bot_token": TOKEN},
            blobs=PICTURES,
            check=check,
            deadline=deadline,
        )

    def sealed(self, text: str = TEXT, **more: Any) -> SealedPayload:
        return self.channel.build(Content(text=text, not_before=AT, **more), self.account)

    async def send(self, text: str = TEXT, **more: Any) -> Receipt:
        return await self.channel.send(self.sealed(text, **more), KEY, self.door())

    async def standing(self) -> Sequence[str]:
        return [message.text for message in self.server.messages]


@asynccontextmanager
async def open_bench(options: dict[str, str] | None = None, **switches: Any) -> AsyncIterator[TelegramBench]:
    async with (
        telegram_server(now=lambda: AT, **switches) as server,
        safe_client(allow_hosts={f"127.0.0.1:{server.port}"}) as client,
    ):
        bench = TelegramBench(server, client)
        bench.account = bench.account.changed(options={**bench.account.options, **(options or {})})
        bench.account = await bench.channel.connect(bench.account, bench.door())
        yield bench


# A success is documented to hold the Message: without it nobody can say what stands there.
TELEGRAM_OUTCOMES = OUTCOMES | {
    "empty success": (Act(200, body=b""), OutcomeUnknown, ""),
    "garbage success": (Act(200, body=b"\xff\xfe{"), OutcomeUnknown, ""),
}


class TestTelegram(NetworkContract):
    looks_up = False
    outcomes = TELEGRAM_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench()


async def test_after_a_doubt_nobody_but_a_person_can_tell() -> None:
    async with open_bench() as bench:
        can = bench.channel.capabilities_for(bench.account)
        assert can.key_life is None and not can.prompt_read_back and not can.reads_back
        found = await bench.channel.look_up(bench.sealed(), KEY, bench.door())
        assert isinstance(found, CannotTell) and not found.temporary


async def test_text_goes_out_as_it_was_sealed_with_or_without_a_preview() -> None:
    async with open_bench() as bench:
        receipt = await bench.send("*Neu* <b> _x_", link="https://velo.example/a_b")
        assert json.loads(bench.server.sent()[0].body) == {
            "chat_id": str(CHANNEL),
            "text": "*Neu* <b> _x_\n\nhttps://velo.example/a_b",
            "link_preview_options": {"url": "https://velo.example/a_b"},
        }
        assert (receipt.remote_id, receipt.url) == (f"{CHANNEL}:41", "https://t.me/velo/41")


@pytest.mark.parametrize(("count", "method"), [(1, "sendPhoto"), (3, "sendMediaGroup")])
async def test_pictures_go_with_the_text_in_one_call_and_are_deleted_with_it(count: int, method: str) -> None:
    async with open_bench() as bench:
        receipt = await bench.send(media=MEDIA[:count])
        assert [seen.path.rpartition("/")[2] for seen in bench.server.sent()] == [method]
        assert [message.picture for message in bench.server.messages] == PICTURES[:count]
        assert [message.text for message in bench.server.messages] == [TEXT] + [""] * (count - 1)
        await bench.channel.delete(Receipt(receipt.remote_id, receipt.url, receipt.at), bench.door())
        assert bench.server.messages == []


async def test_what_is_not_sent_is_not_approved() -> None:
    async with open_bench() as bench:
        payload = bench.sealed(media=MEDIA)
        assert {each.alt for each in payload.parts[0].media} == {""}


async def test_a_picture_leaves_less_room_for_words() -> None:
    async with open_bench() as bench:
        for length, fits in ((1024, True), (1025, False), (4097, False)):
            problems = bench.channel.validate(bench.sealed("a" * length, media=MEDIA[:1]), bench.account)
            assert [problem.rule for problem in problems] == ([] if fits else ["too_long"])


async def test_the_seconds_to_wait_stand_in_the_answer() -> None:
    async with open_bench() as bench:
        body = b'{"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":42}}'
        bench.server.plan.append(Act(429, body=body, commits="never"))
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.retry_after_seconds == 42


async def test_a_bot_that_was_thrown_out_is_told_so() -> None:
    async with open_bench() as bench:
        bench.server.may_post = False
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized"
        assert "administrator" in outcome.sentence()


async def test_a_revoked_token_is_told_so() -> None:
    async with open_bench() as bench:
        bench.server.token = "4839574812:" + "B" * 35
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized"
        assert "BotFather" in outcome.sentence() and bench.server.messages == []


async def test_another_bots_token_sends_nothing() -> None:
    async with open_bench() as bench:
        payload = bench.sealed().model_copy(update={"remote_id": "1"})
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused) and outcome.code == "other_account" and not bench.server.sent()


async def test_after_two_days_a_person_must_delete_it() -> None:
    async with open_bench() as bench:
        receipt = await bench.send()
        bench.server.too_old = True
        with pytest.raises(ChannelRefused) as told:
            await bench.channel.delete(receipt, bench.door())
        assert "48 hours" in told.value.sentence() and len(bench.server.messages) == 1


async def test_connecting_verifies_the_bot_the_chat_and_its_rights() -> None:
    async with open_bench() as bench:
        account = bench.account
        assert (account.remote_id, account.destination, account.handle) == ("4839574812", str(CHANNEL), "@velo")
        shown = await bench.channel.introduce(account, bench.door())
        assert (shown.name, shown.last_post) == ("Velo News", None)


@pytest.mark.parametrize("switches", [{"may_post": False}, {"status": "left"}, {"username": "other"}])
async def test_a_bot_that_may_not_post_is_not_connected(switches: dict[str, Any]) -> None:
    with pytest.raises(ChannelRefused) as told:
        async with open_bench(**switches):
            pass
    assert told.value.code == "unauthorized"


@pytest.mark.parametrize(
    ("given", "chat"), [("@velo", "@velo"), ("https://t.me/velo/", "@velo"), ("-1001234567890", "-1001234567890")]
)
def test_a_chat_is_understood_as_people_write_it(given: str, chat: str) -> None:
    assert chat_in(given) == chat


@pytest.mark.parametrize("given", ["", "velo", "@a", "@a/../getMe", "t.me/+abc"])
def test_what_is_no_chat_is_told(given: str) -> None:
    with pytest.raises(BadInput):
        chat_in(given)


@given(st.text(max_size=50))
def test_units_are_utf16_and_never_fewer_than_characters(text: str) -> None:
    assert units(text) == sum(2 if ord(char) > 0xFFFF else 1 for char in text) >= len(text)


async def test_reactions_are_counted_where_the_bot_is_ours_alone() -> None:
    async with open_bench({"reactions": "yes"}) as bench:
        assert bench.channel.capabilities_for(bench.account).metrics == ("reactions",)
        receipt, album = await bench.send(), await bench.send("Three", media=MEDIA)
        assert await bench.channel.metrics(receipt, bench.door()) == {}, "nothing told is no zero"
        bench.server.reacted = [
            (41, {"👍": 3}),
            (7, {"👎": 9}),
            (41, {"👍": 4, "🔥": 2}),
            (42, {"👍": 1}),
            (44, {"🎉": 2}),
        ]
        for _ in range(2):  # looking takes nothing away
            assert await bench.channel.metrics(receipt, bench.door()) == {"reactions": 6}
            assert await bench.channel.metrics(album, bench.door()) == {"reactions": 3}
        bench.server.reacted.append((41, {}))
        assert await bench.channel.metrics(receipt, bench.door()) == {"reactions": 0}, "they were taken back"
        bench.server.taken = True
        assert await bench.channel.metrics(receipt, bench.door()) == {}


async def test_a_bot_that_others_use_is_not_read() -> None:
    async with open_bench() as bench:
        assert bench.channel.capabilities_for(bench.account).metrics == ()
        assert await bench.channel.metrics(await bench.send(), bench.door()) == {}
        assert not [seen for seen in bench.server.seen if seen.path.endswith("getUpdates")]
    with pytest.raises(BadInput):
        async with open_bench({"reactions": "please"}):
            pass
