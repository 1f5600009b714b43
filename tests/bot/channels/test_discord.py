"""Discord keeps the contract of channels, through a bot and through a webhook."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.accounts.door import HttpClient, always
from bot.channels.base import (
    Absent,
    Account,
    CannotTell,
    Channel,
    ChannelRefused,
    Content,
    Door,
    Found,
    Live,
    OutcomeUnknown,
    Receipt,
)
from bot.channels.discord import Discord
from bot.channels.discord_api import SERVER, server_of
from bot.channels.discord_text import plain
from bot.channels.discord_webhook import DiscordWebhook
from bot.errors import BadInput
from bot.fetch import safe_client
from storage.sealed import Medium, SealedPayload
from tests.bot.channels.benches import blank_account, door_for
from tests.bot.channels.contract import AT, KEY, OUTCOMES, TEXT, NetworkBench, NetworkContract, attempt
from tests.fakes.discord_room import (
    BOT,
    BOT_TOKEN,
    GUILD,
    HOOK,
    HOOK_TOKEN,
    HOOKED,
    ROOM,
    THREAD,
    DiscordRoom,
    discord_room,
)
from tests.fakes.faulty_http import Act

PICTURES = [b"\x89PNG\r\n\x1a\n" + bytes([number]) * 200 for number in range(3)]
WAYS = pytest.mark.parametrize("way", ["discord", "discord_webhook"])


def medium(data: bytes, alt: str) -> Medium:
    sha256 = hashlib.sha256(data).hexdigest()
    return Medium(sha256=sha256, mime="image/png", size=len(data), width=1280, height=720, alt=alt)


MEDIA = tuple(medium(data, alt) for data, alt in zip(PICTURES, ("Ein rotes Velo", "", "Zwei Velos"), strict=True))


class DiscordBench:
    def __init__(self, way: str, server: DiscordRoom, client: HttpClient) -> None:
        self.server = server
        self._client = client
        self.channel: Channel = Discord()
        self.given = {"bot_token": BOT_TOKEN}
        self.secrets: Sequence[str] = (BOT_TOKEN,)
        options = {"room": ROOM, "server": server.origin}
        if way == "discord_webhook":
            self.channel = DiscordWebhook()
            self.given = {"webhook_url": f"{server.origin}{HOOKED}"}
            self.secrets = (HOOK_TOKEN,)
            options = {}
        self.account: Account = blank_account(way, options=options)

    def door(
        self, check: Callable[[], Awaitable[None]] = always, *, deadline: timedelta = timedelta(seconds=20)
    ) -> Door:
        return door_for(
            self.account,
            client=self._client,
            secrets=self.given,
            blobs=PICTURES,
            check=check,
            deadline=deadline,
        )

    def sealed(self, text: str = TEXT, **more: Any) -> SealedPayload:
        return self.channel.build(Content(text=text, not_before=AT, **more), self.account)

    async def send(self, text: str = TEXT, **more: Any) -> Receipt:
        return await self.channel.send(self.sealed(text, **more), KEY, self.door())

    async def standing(self) -> Sequence[str]:
        return [plain(message.content) for message in self.server.messages]


@asynccontextmanager
async def open_bench(
    way: str = "discord", options: dict[str, str] | None = None, **switches: Any
) -> AsyncIterator[DiscordBench]:
    async with (
        discord_room(now=lambda: AT, **switches) as server,
        safe_client(allow_hosts={f"127.0.0.1:{server.port}"}) as client,
    ):
        bench = DiscordBench(way, server, client)
        bench.account = bench.account.changed(options={**bench.account.options, **(options or {})})
        bench.account = await bench.channel.connect(bench.account, bench.door())
        yield bench


# A success is documented to hold the message: without it nobody can say what stands there.
DISCORD_OUTCOMES = OUTCOMES | {
    "empty success": (Act(200, body=b""), OutcomeUnknown, ""),
    "garbage success": (Act(200, body=b"\xff\xfe{"), OutcomeUnknown, ""),
}


class TestRoom(NetworkContract):
    looks_up_by_key = False
    outcomes = DISCORD_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench()


class TestWebhook(NetworkContract):
    looks_up = False
    outcomes = DISCORD_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench("discord_webhook")


async def test_text_goes_out_escaped_and_pings_nobody() -> None:
    async with open_bench() as bench:
        receipt = await bench.send("*Neu* @everyone", link="https://velo.example/a_b")
        assert json.loads(bench.server.sent()[0].body) == {
            "content": "\\*Neu\\* @everyone\n\nhttps://velo.example/a_b",
            "allowed_mentions": {"parse": []},
            "nonce": KEY.key[:25],
            "enforce_nonce": True,
        }
        number = bench.server.messages[0].number
        assert receipt.remote_id == f"{ROOM}:{number}"
        assert receipt.url == f"{bench.server.origin}/channels/{GUILD}/{ROOM}/{number}"


@WAYS
async def test_only_a_drafts_link_unfolds(way: str) -> None:
    async with open_bench(way) as bench:
        await bench.send("Siehe https://velo.example")
        assert bench.server.messages[0].flags == 4


@WAYS
async def test_pictures_go_along_with_their_alt_texts_and_are_read_back(way: str) -> None:
    async with open_bench(way) as bench:
        receipt = await bench.send(media=MEDIA)
        [message] = bench.server.messages
        assert message.pictures == PICTURES and message.alts == [each.alt for each in MEDIA]
        live = await bench.channel.read_back(receipt, bench.door())
        assert isinstance(live, Live) and live.text == TEXT and live.alts == tuple(each.alt for each in MEDIA)
        assert await bench.channel.metrics(receipt, bench.door()) == {"reactions": 0}
        message.replies = 4
        assert await bench.channel.metrics(receipt, bench.door()) == {"reactions": 0, "replies": 4}


@WAYS
async def test_pictures_without_words_are_a_post(way: str) -> None:
    async with open_bench(way) as bench:
        payload = bench.sealed("", media=MEDIA[:1])
        assert bench.channel.validate(payload, bench.account) == ()
        assert isinstance(await attempt(bench, payload), Receipt)


async def test_the_same_nonce_makes_one_message_and_a_later_one_a_second() -> None:
    async with open_bench() as bench:
        bench.server.plan.extend([Act(500), Act()])
        assert isinstance(await attempt(bench, bench.sealed()), OutcomeUnknown)
        assert isinstance(await attempt(bench, bench.sealed()), Receipt)
        assert len(bench.server.messages) == 1
        bench.server.now = lambda: AT + timedelta(minutes=4)
        await bench.send()
        assert len(bench.server.messages) == 2, "that is why the key's life is short"


async def test_a_doubt_is_looked_into_by_words_pictures_time_and_author() -> None:
    async with open_bench() as bench:
        bench.server.somebody(TEXT)
        bench.server.honours_nonce = False
        payload = bench.sealed(media=MEDIA)
        await bench.send()
        assert isinstance(await bench.channel.look_up(payload, KEY, bench.door()), Absent), "those had no pictures"
        receipt = await bench.send(media=MEDIA)
        found = await bench.channel.look_up(payload, KEY, bench.door())
        assert isinstance(found, Found) and found.receipt.remote_id == receipt.remote_id
        await bench.send(media=MEDIA)
        twice = await bench.channel.look_up(payload, KEY, bench.door())
        assert isinstance(twice, CannotTell) and "Several" in twice.why


async def test_what_is_older_than_the_first_attempt_is_not_this_post() -> None:
    async with open_bench() as bench:
        bench.server.now = lambda: AT - timedelta(minutes=10)
        await bench.send()
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), Absent)


async def test_a_busy_room_is_read_page_by_page_and_not_for_ever() -> None:
    async with open_bench() as bench:
        for number in range(120):
            bench.server.somebody(str(number))
        await bench.send()
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), Found)
        for number in range(300):
            bench.server.somebody(str(number))
        found = await bench.channel.look_up(bench.sealed("anderes"), KEY, bench.door())
        assert isinstance(found, CannotTell) and not found.temporary


async def test_a_room_that_cannot_be_read_proves_nothing() -> None:
    async with open_bench() as bench:
        bench.server.sees = False
        found = await bench.channel.look_up(bench.sealed(), KEY, bench.door())
        assert isinstance(found, CannotTell) and found.temporary


async def test_a_webhook_reads_nothing_so_people_are_asked() -> None:
    async with open_bench("discord_webhook") as bench:
        can = bench.channel.capabilities_for(bench.account)
        assert can.key_life is None and not can.prompt_read_back
        found = await bench.channel.look_up(bench.sealed(), KEY, bench.door())
        assert isinstance(found, CannotTell) and not found.temporary


async def test_a_webhook_posts_into_a_thread_and_deletes_there() -> None:
    async with open_bench("discord_webhook", {"thread": THREAD}) as bench:
        receipt = await bench.send()
        assert bench.server.messages[0].room == THREAD == bench.account.destination
        assert receipt.url.startswith(f"{bench.server.origin}/channels/{GUILD}/{THREAD}/")
        assert await bench.channel.read_back(receipt, bench.door()) is not None
        await bench.channel.delete(receipt, bench.door())
        assert bench.server.messages == []


@WAYS
async def test_the_seconds_to_wait_stand_in_the_answer(way: str) -> None:
    async with open_bench(way) as bench:
        body = b'{"message":"You are being rate limited.","retry_after":42.5,"global":false}'
        bench.server.plan.append(Act(429, (("retry-after", "43"),), body=body, commits="never"))
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.retry_after_seconds == 42.5


@WAYS
@pytest.mark.parametrize(
    ("status", "code", "short", "words"),
    [
        (403, 50013, "unauthorized", "Send Messages"),
        (404, 10003, "unauthorized", "not there any more"),
        (400, 50083, "closed", "archived"),
        (400, 200000, "blocked", "AutoMod"),
        (413, 40005, "too_large", "smaller"),
        (400, 50035, "refused", "HTTP 400"),
    ],
)
async def test_what_discord_refuses_is_told_in_words(way: str, status: int, code: int, short: str, words: str) -> None:
    async with open_bench(way) as bench:
        body = json.dumps({"message": "<@everyone> secret", "code": code}).encode()
        bench.server.plan.append(Act(status, body=body, commits="never"))
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == short
        assert words in outcome.sentence() and "everyone" not in outcome.sentence()


async def test_a_revoked_token_and_a_bot_that_sees_nothing_are_told() -> None:
    async with open_bench() as bench:
        bench.server.token = "other"
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized" and "token" in outcome.sentence()
    async with open_bench() as bench:
        bench.server.sees = False
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized"
        assert "View Channel" in outcome.sentence() and bench.server.messages == []


async def test_a_deleted_webhook_and_one_that_was_moved_send_nothing() -> None:
    async with open_bench("discord_webhook") as bench:
        bench.server.hook_gone = True
        outcome = await attempt(bench, bench.sealed())
        assert (
            isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized" and "new one" in outcome.sentence()
        )
    async with open_bench("discord_webhook") as bench:
        bench.server.hook_room = "1198000000000000099"
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "other_account"
        assert "another room" in outcome.sentence() and bench.server.messages == []


async def test_another_bots_token_sends_nothing() -> None:
    async with open_bench() as bench:
        payload = bench.sealed().model_copy(update={"remote_id": "1198000000000000055"})
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused) and outcome.code == "other_account" and not bench.server.sent()


async def test_an_announcement_is_passed_on_once_and_again_only_when_in_doubt() -> None:
    async with open_bench(options={"crosspost": "yes"}, kind=5) as bench:
        assert bench.sealed().extra == {"crosspost": "yes"}
        await bench.send()
        assert bench.server.messages[0].flags & 1
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), Found)


@pytest.mark.parametrize("status", [0, 403, 429, 500])
async def test_what_was_not_passed_on_is_a_doubt_that_the_same_nonce_clears(status: int) -> None:
    async with open_bench(options={"crosspost": "yes"}, kind=5) as bench:
        bench.server.crossposting.append(status)
        assert isinstance(await attempt(bench, bench.sealed()), OutcomeUnknown)
        found = await bench.channel.look_up(bench.sealed(), KEY, bench.door())
        assert isinstance(found, CannotTell if status else Found)
        assert isinstance(await attempt(bench, bench.sealed()), Receipt)
        assert len(bench.server.messages) == 1 and bench.server.messages[0].flags & 1


async def test_connecting_verifies_the_bot_and_the_room() -> None:
    async with open_bench() as bench:
        account = bench.account
        assert (account.remote_id, account.destination, account.handle) == (BOT, ROOM, "#news")
        assert account.page == f"{bench.server.origin}/channels/{GUILD}/{ROOM}"
        await bench.send("Our *last* words")
        shown = await bench.channel.introduce(account, bench.door())  # type: ignore[attr-defined]
        assert (shown.name, shown.last_post, shown.last_at) == ("#news · velo", "Our *last* words", AT)


async def test_connecting_a_webhook_shows_its_name_and_room() -> None:
    async with open_bench("discord_webhook") as bench:
        account = bench.account
        assert (account.remote_id, account.destination, account.handle) == (HOOK, ROOM, "Velo News")
        shown = await bench.channel.introduce(account, bench.door())  # type: ignore[attr-defined]
        assert (shown.name, shown.last_post) == ("Velo News", None)
        bench.given["webhook_url"] = "https://discord.com/api/webhooks/1/x"
        with pytest.raises(ChannelRefused) as told:
            await bench.channel.connect(account, bench.door())
        assert "Copy Webhook URL" in told.value.sentence()


@pytest.mark.parametrize(
    ("options", "switches"),
    [({"room": "#news"}, {}), ({"crosspost": "maybe"}, {}), ({"crosspost": "yes"}, {}), ({}, {"kind": 4})],
)
async def test_what_cannot_work_is_not_connected(options: dict[str, str], switches: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        async with open_bench(options=options, **switches):
            pass


async def test_a_room_is_understood_by_its_address() -> None:
    async with open_bench(options={"room": f"https://discord.com/channels/{GUILD}/{ROOM}"}) as bench:
        assert bench.account.destination == ROOM


@pytest.mark.parametrize("given", ["", "https://discordapp.com", "https://ptb.discord.com/api/webhooks/1/x"])
def test_discords_names_are_one_server(given: str) -> None:
    assert server_of(given) == SERVER
