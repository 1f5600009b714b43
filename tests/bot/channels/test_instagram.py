"""Instagram keeps the contract of channels, where every post has a picture."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.accounts.door import HttpClient, always
from bot.channels.base import (
    Absent,
    Account,
    AttemptKey,
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
from bot.channels.instagram import Instagram, post_fields
from bot.channels.instagram_html import post_html
from bot.channels.platform import INSTAGRAM
from bot.fetch import safe_client
from storage.sealed import Medium, Part, SealedPayload
from tests.bot.channels.benches import BASE_URL, blank_account, door_for
from tests.bot.channels.contract import AT, KEY, OUTCOMES, TEXT, Bench, NetworkBench, NetworkContract, attempt
from tests.bot.channels.handed_contract import shown
from tests.fakes.faulty_http import Act
from tests.fakes.instagram_server import PEOPLE, InstagramServer, instagram_server
from tests.fakes.meta_server import asked_in, error

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(200))
ALT = "Rotes Velo, 3 Räder – „neu“"
PICTURE = Medium(
    sha256=hashlib.sha256(JPEG).hexdigest(), mime="image/jpeg", size=len(JPEG), width=1080, height=1350, alt=ALT
)
REPEATED = AttemptKey(KEY.post, KEY.key, AT, AT + timedelta(minutes=5))


def pictures(url: str) -> bytes | None:
    """What the public edge holds."""
    return JPEG if url == f"{BASE_URL}/media/{PICTURE.sha256}.jpg" else shown(BASE_URL, url)


class InstagramBench:
    def __init__(self, server: InstagramServer, client: HttpClient) -> None:
        self.channel = Instagram(dataclasses.replace(INSTAGRAM, api=server.origin, web=server.origin), BASE_URL)
        self.server = server
        self.token = server.token_for("velo")
        self.secrets: Sequence[str] = (self.token,)
        self._client = client
        self.account: Account = blank_account("instagram")

    def door(
        self, check: Callable[[], Awaitable[None]] = always, *, deadline: timedelta = timedelta(seconds=20)
    ) -> Door:
        secrets = {"access_token": self.token}
        return door_for(self.account, client=self._client, secrets=secrets, check=check, deadline=deadline)

    def sealed(self, text: str = TEXT, media: tuple[Medium, ...] = (PICTURE,), **more: Any) -> SealedPayload:
        return self.channel.build(Content(text=text, media=media, not_before=AT, **more), self.account)

    async def send(self, text: str = TEXT, **more: Any) -> Receipt:
        return await self.channel.send(self.sealed(text, **more), KEY, self.door())

    async def standing(self) -> Sequence[str]:
        return [post.caption for post in self.server.posts] + [each.text for each in self.server.comments]


@asynccontextmanager
async def open_bench(**switches: Any) -> AsyncIterator[InstagramBench]:
    async with (
        instagram_server(now=lambda: AT, pictures=pictures, **switches) as server,
        safe_client(allow_hosts={f"127.0.0.1:{server.port}"}) as client,
    ):
        bench = InstagramBench(server, client)
        bench.account = await bench.channel.connect(bench.account, bench.door())
        yield bench


# A success is documented to hold the post's id: without it nobody can say what stands there, so it is looked for.
INSTAGRAM_OUTCOMES = OUTCOMES | {
    "empty success": (Act(200, body=b""), OutcomeUnknown, ""),
    "garbage success": (Act(200, body=b"\xff\xfe{"), OutcomeUnknown, ""),
}


class TestInstagram(NetworkContract):
    looks_up_by_key = False
    outcomes = INSTAGRAM_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench()

    def sealed(self, bench: Bench, text: str = TEXT, comment: str = "") -> SealedPayload:
        """With a picture, as every post there."""
        media = (PICTURE,) if text.strip() else ()
        return bench.channel.build(Content(text=text, media=media, not_before=AT, first_comment=comment), bench.account)


@pytest.mark.parametrize("many", [1, 2, 10])
async def test_pictures_are_fetched_with_their_alt_texts_before_anything_is_published(many: int) -> None:
    async with open_bench(polls=1) as bench:
        payload = bench.sealed(media=(PICTURE,) * many)
        payload = payload.model_copy(update={"disclosure": ("ai_generated",)})
        receipt = await bench.channel.send(payload, KEY, bench.door())
        [post] = bench.server.posts
        assert post.alts == [ALT] * many and post.asked["is_ai_generated"] == "true"
        assert receipt.url == f"https://www.instagram.com/p/{post.id[-6:]}/"
        live = await bench.channel.read_back(receipt, bench.door())
        shown = tuple(bench.server.posts[0].images)
        assert len(shown) == many and all(shown)
        assert live == Live(text=TEXT, alts=(ALT,) * many, url=receipt.url, pictures=shown)
        assert isinstance(await bench.channel.look_up(payload, KEY, bench.door()), Found)
        read = SealedPayload.model_validate_json(payload.canonical())
        made = [asked_in(seen) for seen in bench.server.seen if seen.method == "POST" and seen.path.endswith("/media")]
        items = made[-1].get("children", "").split(",")
        assert made[-1] == post_fields(read, f"{BASE_URL}/media/{PICTURE.sha256}.jpg", items) | {
            "access_token": bench.token
        }


async def test_a_picture_that_cannot_be_fetched_is_a_clear_no() -> None:
    async with open_bench() as bench:
        bench.server.pictures = lambda url: None
        for media in ((PICTURE,), (PICTURE, PICTURE)):
            outcome = await attempt(bench, bench.sealed(media=media))
            assert isinstance(outcome, ChannelRefused) and outcome.code == "picture"
        assert not bench.server.published()


def _rules(text: str = "Velo", media: tuple[Medium, ...] = (PICTURE,), base: str = BASE_URL) -> list[str]:
    channel, account = Instagram(base_url=base), blank_account("instagram")
    return [each.rule for each in channel.validate(channel.build(Content(text=text, media=media), account), account)]


def test_what_instagram_would_not_take_is_a_problem_before_approval() -> None:
    assert _rules() == []
    assert _rules(media=()) == ["no_picture"]
    assert _rules(base="http://127.0.0.1:8484") == ["public_address"]
    assert _rules("#a " * 5) == [] and _rules("#a " * 6) == ["too_many_hashtags"]
    assert _rules("@a " * 20) == [] and _rules("@a " * 21) == ["too_many_mentions"]
    assert _rules("a" * 2200) == [] and _rules("a" * 2201) == ["too_long"] and _rules("🚲" * 1101) == ["too_long"]
    assert _rules(media=(PICTURE,) * 11) == ["too_many_pictures"]
    for change, rule in (
        ({"mime": "image/png"}, "picture_kind"),
        ({"size": 8_000_001}, "picture_bytes"),
        ({"width": 1441}, "picture_pixels"),
        ({"width": 1079}, "picture_ratio"),
        ({"width": 1440, "height": 753}, "picture_ratio"),
        ({"alt": "a" * 1001}, "alt_too_long"),
    ):
        assert rule in _rules(media=(PICTURE.model_copy(update=change),)), change


FAILURES = [
    (Act(400, body=error(4, "Application request limit reached")[1], commits="never"), ChannelRefused, Absent),
    (Act(400, body=error(10, "No permission")[1], commits="never"), ChannelRefused, Absent),
    (Act(400, body=error(2, "Service temporarily unavailable")[1], commits="never"), OutcomeUnknown, Absent),
    (Act(500, body=error(1, "An unknown error occurred")[1]), OutcomeUnknown, Found),
    (Act(500, commits="never"), OutcomeUnknown, Absent),
    (Act(504, commits="late"), OutcomeUnknown, Found),
    (Act(breaks="before answering"), OutcomeUnknown, Found),
    (Act(200, body=b"{}"), OutcomeUnknown, Found),
]


@pytest.mark.parametrize(("act", "ends", "looks"), FAILURES)
async def test_what_stands_there_is_found_and_another_attempt_never_doubles_it(
    act: Act, ends: type[object], looks: type[object]
) -> None:
    async with open_bench() as bench:
        payload = bench.sealed(media=(PICTURE, PICTURE))
        bench.server.plan.append(act)
        assert isinstance(await attempt(bench, payload), ends)
        bench.server.commit_late()
        assert isinstance(await bench.channel.look_up(payload, KEY, bench.door()), looks)
        await bench.channel.send(payload, REPEATED, bench.door())
        assert len(bench.server.posts) == 1


async def test_another_attempt_waits_while_nothing_can_be_read() -> None:
    async with open_bench() as bench:
        for answer in ((500, b"", ()), (200, b"{}", ()), (200, b"<html>", ())):
            bench.server.answers[f"/v25.0/{PEOPLE['velo']}/media"] = [answer]
            with pytest.raises(ProvenNotSent):
                await bench.channel.send(bench.sealed(), REPEATED, bench.door())
        assert not bench.server.published()


async def test_a_look_ends_at_what_is_older_and_says_when_it_did_not_see_all() -> None:
    async with open_bench(most=1000) as bench:
        await bench.send("Anderes")
        first = bench.server.posts[0]
        older = dataclasses.replace(first, at=AT - timedelta(days=1))
        bench.server.posts = [older] * 500 + [first]
        asked = len(bench.server.seen)
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), Absent)
        assert len(bench.server.seen) == asked + 1, "older ones are not read"
        bench.server.posts = [first] * 500
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), CannotTell)
        bench.server.posts = [first, first]
        assert isinstance(await bench.channel.look_up(bench.sealed("Anderes"), KEY, bench.door()), CannotTell)


async def test_the_days_limit_is_told_before_anything_is_made() -> None:
    async with open_bench(most=1) as bench:
        await bench.send()
        made = len(bench.server.containers)
        outcome = await attempt(bench, bench.sealed("Noch einer"))
        assert isinstance(outcome, ChannelRefused) and outcome.code == "limit"
        assert len(bench.server.containers) == made
        bench.server.plan.append(Act(400, body=error(9, "Limit", subcode=2207042)[1], commits="never"))
        bench.server.most = 9
        outcome = await attempt(bench, bench.sealed("Noch einer"))
        assert isinstance(outcome, ChannelRefused) and outcome.code == "limit" and "24 hours" in outcome.sentence()


async def test_numbers_are_told() -> None:
    async with open_bench() as bench:
        counted = await bench.channel.metrics(await bench.send(), bench.door())
        assert counted == {"views": 90, "reach": 70, "likes": 3, "comments": 2, "shares": 1, "saves": 4}


async def test_an_access_to_another_account_sends_nothing() -> None:
    async with open_bench() as bench:
        bench.server.tokens[bench.token].user = "ana"
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "other_account"
        bench.server.tokens.clear()
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized"
        assert not bench.server.published()


async def test_connecting_says_whose_access_it_is() -> None:
    async with open_bench() as bench:
        assert (bench.account.remote_id, bench.account.handle) == (PEOPLE["velo"], "@velo")
        assert bench.account.page.endswith("/velo/")


def test_a_preview_escapes_and_marks_and_leaves_addresses_words() -> None:
    shown = post_html(Part(text="<b> @velo.ch #Velo https://velo.example/x"))
    assert "&lt;b&gt;" in shown and "<b>@velo.ch</b>" in shown and "<b>#Velo</b>" in shown and "<a" not in shown
