"""Slack keeps the contract of channels: a doubt is looked into by the key in the message's metadata."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient, MockTransport, Request, Response
from hypothesis import given
from hypothesis import strategies as st

from bot.accounts.door import HttpClient, always
from bot.channels.base import (
    Absent,
    Account,
    CannotTell,
    ChannelRefused,
    Content,
    Door,
    Found,
    Live,
    OutcomeUnknown,
    ProvenNotSent,
    Receipt,
)
from bot.channels.slack import Slack
from bot.channels.slack_text import length, marks, rich, shown
from bot.errors import BadInput
from bot.fetch import Line, safe_client
from storage.sealed import Medium, SealedPayload
from tests.bot.channels.benches import blank_account, door_for
from tests.bot.channels.contract import AT, KEY, OTHER_KEY, OUTCOMES, TEXT, NetworkBench, NetworkContract, attempt
from tests.fakes.faulty_http import Act
from tests.fakes.slack_room import ROOM, TEAM, TOKEN, USER, WEB, SlackRoom, slack_room

PICTURES = [b"\x89PNG\r\n\x1a\n" + bytes([number]) * 200 for number in range(2)]


def medium(data: bytes, alt: str) -> Medium:
    sha256 = hashlib.sha256(data).hexdigest()
    return Medium(sha256=sha256, mime="image/png", size=len(data), width=1280, height=720, alt=alt)


MEDIA = tuple(medium(data, alt) for data, alt in zip(PICTURES, ("Ein rotes Velo", "Zwei <Velos> & mehr"), strict=True))


class SlackBench:
    secrets: Sequence[str] = (TOKEN,)

    def __init__(self, server: SlackRoom, client: HttpClient) -> None:
        self.channel = Slack()
        self.server = server
        self._client = client
        self.account: Account = blank_account("slack", options={"room": ROOM, "server": server.origin})

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
        return self.server.texts()


@asynccontextmanager
async def open_bench(options: dict[str, str] | None = None, **switches: Any) -> AsyncIterator[SlackBench]:
    async with (
        slack_room(now=lambda: AT, **switches) as server,
        safe_client(allow_hosts={f"127.0.0.1:{server.port}"}) as client,
    ):
        bench = SlackBench(server, client)
        bench.account = bench.account.changed(options={**bench.account.options, **(options or {})})
        bench.account = await bench.channel.connect(bench.account, bench.door())
        yield bench


# A success is documented to hold `ts`: without it nobody can say what stands there.
SLACK_OUTCOMES = OUTCOMES | {
    "empty success": (Act(200, body=b""), OutcomeUnknown, ""),
    "garbage success": (Act(200, body=b"\xff\xfe{"), OutcomeUnknown, ""),
    "another room": (Act(200, body=b'{"ok":true,"channel":"C0000000000","ts":"1.1"}'), OutcomeUnknown, ""),
    "internal error, committed": (Act(200, body=b'{"ok":false,"error":"internal_error"}'), OutcomeUnknown, ""),
    "fatal error": (Act(200, body=b'{"ok":false,"error":"fatal_error"}', commits="never"), OutcomeUnknown, ""),
    "unheard of": (Act(200, body=b'{"ok":false,"error":"brand_new_error"}'), OutcomeUnknown, ""),
    "no reason": (Act(200, body=b'{"ok":false}'), OutcomeUnknown, ""),
    "throttled in a 200": (
        Act(200, body=b'{"ok":false,"error":"rate_limited"}', commits="never"),
        ChannelRefused,
        "rate_limited",
    ),
}


class TestSlack(NetworkContract):
    outcomes = SLACK_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench()


async def test_pictures_are_looked_at_with_the_token_and_it_goes_to_no_other_host() -> None:
    async with open_bench() as bench:
        receipt = await bench.send(media=MEDIA)
        live = await bench.channel.read_back(receipt, bench.door())
        assert isinstance(live, Live) and len(live.pictures) == len(MEDIA)
        channel, door = Slack(), bench.door()
        assert [await channel.picture(each, 10_000, door) for each in live.pictures] == list(PICTURES)
        seen = len(bench.server.seen)
        here = f"127.0.0.1:{bench.server.port}"
        for other in (f"http://localhost:{bench.server.port}/a", f"https://{here}/a", f"http://{here}.evil.example/a"):
            assert await channel.picture(other, 10_000, door) is None
        for other in (f"http://velo@{here}/a", f"http://127.0.0.1:{bench.server.port + 1}/a", "http://slack.com/a"):
            assert await channel.picture(other, 10_000, door) is None
        assert len(bench.server.seen) == seen
        bench.server.token = "xoxb-other"
        assert await channel.picture(live.pictures[0], 10_000, door) is None


class Recorder(AsyncClient):
    """A wire to everywhere, on which pictures come back."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        super().__init__(transport=MockTransport(self._answer))

    def _answer(self, request: Request) -> Response:
        self.asked.append((request.method, str(request.url), request.headers["authorization"]))
        return Response(200, content=b"picture")

    async def dial_mail(self, host: str, port: int) -> Line:
        raise AssertionError("Slack sends no mail")


async def test_pictures_may_lie_on_a_host_below_slacks_own() -> None:
    """files.slack.com is such a one; a name that only ends alike is not."""
    client = Recorder()
    account = blank_account("slack").changed(server="https://slack.com")
    door = door_for(account, client=client, secrets={"bot_token": TOKEN})
    assert await Slack().picture("https://files.slack.com/a.png", 10_000, door) == b"picture"
    assert client.asked == [("GET", "https://files.slack.com/a.png", f"Bearer {TOKEN}")]
    for other in (
        "https://evilslack.com/a",
        "https://slack.com.evil.example/a",
        "http://files.slack.com/a",
        "https://a@b.slack.com/",
    ):
        assert await Slack().picture(other, 10_000, door) is None
    assert len(client.asked) == 1


async def test_text_goes_out_as_characters_and_pings_nobody() -> None:
    async with open_bench() as bench:
        receipt = await bench.send("*Neu* <!channel> & @here", link="https://velo.example/a_b")
        asked = json.loads(bench.server.sent()[0].body)
        assert asked["text"] == "*Neu* &lt;!channel&gt; &amp; @here\n\nhttps://velo.example/a_b"
        assert asked["blocks"] == [
            {
                "type": "rich_text",
                "elements": [
                    {
                        "type": "rich_text_section",
                        "elements": [
                            {"type": "text", "text": "*Neu* <!channel> & @here\n\n"},
                            {"type": "link", "url": "https://velo.example/a_b"},
                        ],
                    }
                ],
            }
        ]
        assert asked["metadata"] == {"event_type": "admind_post", "event_payload": {"key": KEY.key}}
        assert asked["unfurl_links"] is True
        ts = bench.server.messages[0].ts
        assert (receipt.remote_id, receipt.url) == (f"{ROOM}:{ts}:", f"{WEB}/archives/{ROOM}/p{ts.replace('.', '')}")


async def test_only_a_drafts_link_unfolds() -> None:
    async with open_bench() as bench:
        await bench.send("Siehe https://velo.example")
        asked = json.loads(bench.server.sent()[0].body)
        assert (asked["unfurl_links"], asked["unfurl_media"]) == (False, False)


async def test_pictures_go_up_first_and_stand_there_with_their_alt_texts() -> None:
    async with open_bench() as bench:
        receipt = await bench.send(media=MEDIA)
        assert [file.data for file in bench.server.files.values()] == PICTURES
        assert [file.alt for file in bench.server.files.values()] == [each.alt for each in MEDIA]
        live = await bench.channel.read_back(receipt, bench.door())
        assert live is not None and live.text == TEXT and live.alts == tuple(each.alt for each in MEDIA)
        found = await bench.channel.look_up(bench.sealed(media=MEDIA), KEY, bench.door())
        assert isinstance(found, Found) and found.receipt.remote_id == receipt.remote_id
        await bench.channel.delete(Receipt(receipt.remote_id, receipt.url, receipt.at), bench.door())
        assert bench.server.messages == [] and bench.server.files == {}
        await bench.channel.delete(Receipt(receipt.remote_id, receipt.url, receipt.at), bench.door())


async def test_pictures_without_words_are_a_post() -> None:
    async with open_bench() as bench:
        await bench.send("", media=MEDIA[1:])
        assert json.loads(bench.server.sent()[0].body)["text"] == "Zwei &lt;Velos&gt; &amp; mehr"


async def test_a_picture_without_an_alt_text_is_a_problem() -> None:
    async with open_bench() as bench:
        problems = bench.channel.validate(bench.sealed(media=(medium(PICTURES[0], " "),)), bench.account)
        assert [problem.rule for problem in problems] == ["no_alt"]


async def test_a_picture_that_slack_takes_for_something_else_is_not_posted() -> None:
    async with open_bench(kind="text/plain") as bench:
        outcome = await attempt(bench, bench.sealed(media=MEDIA))
        assert isinstance(outcome, ChannelRefused) and outcome.code == "picture" and not bench.server.sent()


async def test_what_slack_gives_back_of_emoji_is_what_was_written() -> None:
    async with open_bench() as bench:
        receipt = await bench.send("Los 🚲👍🏽! 👩‍🚀 fährt ☀️")
        live = await bench.channel.read_back(receipt, bench.door())
        assert live is not None and live.text == "Los 🚲👍🏽! 👩‍🚀 fährt ☀️"


async def test_a_twin_with_the_same_words_is_not_this_post() -> None:
    async with open_bench() as bench:
        bench.server.somebody(TEXT)
        await bench.channel.send(bench.sealed(), OTHER_KEY, bench.door())
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), Absent)


async def test_a_busy_room_is_read_page_by_page_and_not_for_ever() -> None:
    async with open_bench() as bench:
        await bench.send()
        for number in range(120):
            bench.server.somebody(str(number))
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), Found)
        for number in range(300):
            bench.server.somebody(str(number))
        found = await bench.channel.look_up(bench.sealed(), KEY, bench.door())
        assert isinstance(found, CannotTell) and not found.temporary


@pytest.mark.parametrize("trouble", ["limits", "not a member", "answers nonsense"])
async def test_a_room_that_cannot_be_read_proves_nothing(trouble: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_bench() as bench:
        if trouble == "answers nonsense":
            monkeypatch.setattr(bench.server, "_history", lambda _: {"has_more": False})
        bench.server.limits, bench.server.member = trouble == "limits", trouble != "not a member"
        found = await bench.channel.look_up(bench.sealed(), KEY, bench.door())
        assert isinstance(found, CannotTell) and found.temporary


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        ("not_in_channel", "unauthorized", "/invite"),
        ("channel_not_found", "unauthorized", "/invite"),
        ("token_revoked", "unauthorized", "Install the app again"),
        ("missing_scope", "unauthorized", "scopes"),
        ("is_archived", "closed", "archived"),
        ("restricted_action", "closed", "administrator"),
        ("msg_too_long", "too_large", "Shorten"),
        ("invalid_blocks", "refused", "approved again"),
    ],
)
async def test_what_slack_refuses_is_told_in_words(error: str, code: str, words: str) -> None:
    async with open_bench() as bench:
        bench.server.error = error
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == code and words in outcome.sentence()
        assert error not in outcome.sentence() and bench.server.messages == []


async def test_a_revoked_token_sends_nothing() -> None:
    async with open_bench() as bench:
        bench.server.token = "xoxb-other"
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized" and not bench.server.sent()


async def test_another_bots_token_sends_nothing() -> None:
    async with open_bench() as bench:
        payload = bench.sealed().model_copy(update={"remote_id": f"{TEAM}:U0OTHERBOT1"})
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused) and outcome.code == "other_account" and not bench.server.sent()


async def test_a_post_whose_address_cannot_be_had_is_out(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_bench() as bench:
        monkeypatch.setattr(bench.server, "_address", lambda _: {"permalink": 7})
        receipt = await bench.send()
        assert receipt.url == f"{WEB}/archives/{ROOM}" and len(bench.server.messages) == 1


async def test_an_upload_that_leads_inside_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_bench() as bench:
        place = {"upload_url": "http://127.0.0.1:1/inside", "file_id": "F000000001"}
        monkeypatch.setattr(bench.server, "_place", lambda _: place)
        outcome = await attempt(bench, bench.sealed(media=MEDIA))
        assert isinstance(outcome, ProvenNotSent) and bench.server.messages == []


async def test_reactions_and_replies_are_counted() -> None:
    async with open_bench() as bench:
        receipt = await bench.send()
        bench.server.messages[0].reactions, bench.server.messages[0].replies = 3, 2
        assert await bench.channel.metrics(receipt, bench.door()) == {"reactions": 3, "replies": 2}


async def test_connecting_verifies_the_bot_the_workspace_and_the_room() -> None:
    async with open_bench(options={"room": f"{WEB}/archives/{ROOM}/"}) as bench:
        account = bench.account
        assert (account.remote_id, account.destination, account.handle) == (f"{TEAM}:{USER}", ROOM, "#news")
        assert account.page == f"{WEB}/archives/{ROOM}"
        await bench.send("Our last words")
        found = await bench.channel.introduce(account, bench.door())
        assert (found.name, found.last_post) == ("#news · Velo", "Our last words")
        assert found.last_at is not None and found.last_at - AT < timedelta(seconds=1)


@pytest.mark.parametrize(
    ("options", "switches", "told"),
    [
        ({"room": "#news"}, {}, BadInput),
        ({}, {"archived": True}, BadInput),
        ({}, {"member": False}, ChannelRefused),
        ({"room": "C9999999999"}, {}, ChannelRefused),
    ],
)
async def test_what_cannot_work_is_not_connected(
    options: dict[str, str], switches: dict[str, Any], told: type[Exception]
) -> None:
    with pytest.raises(told):
        async with open_bench(options=options, **switches):
            pass


@given(st.text(st.sampled_from("ab <>&*_|\n.:/hé🚲") | st.characters(exclude_categories=["Cs"]), max_size=60))
def test_what_is_seen_is_what_was_written(text: str) -> None:
    assert shown([rich(text)]) == text


def test_utf16_is_counted_with_its_escapes() -> None:
    assert length(" a🚲b \n") == 4
    assert length("<a & b>") == 17


def test_links_end_before_punctuation() -> None:
    text = "See https://velo.example/a_b?c=1&d=2, (http://b.example)."
    assert [text[start:end] for start, end, _ in marks(text)] == [
        "https://velo.example/a_b?c=1&d=2",
        "http://b.example",
    ]
