"""Pinterest keeps the contract of channels: a pin is looked for after a doubt, and never made twice."""

from __future__ import annotations

import dataclasses
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
    Place,
    ProvenNotSent,
    Receipt,
)
from bot.channels.oauth import App
from bot.channels.pinterest import Pinterest
from bot.channels.pinterest_api import description_of, pin_body
from bot.channels.pinterest_oauth import PinterestOAuth
from bot.channels.platform import PINTEREST
from bot.errors import BadInput
from bot.fetch import safe_client
from storage.sealed import Medium, SealedPayload
from tests.bot.channels.benches import blank_account, door_for
from tests.bot.channels.contract import (
    AT,
    KEY,
    OTHER_KEY,
    OUTCOMES,
    TEXT,
    Bench,
    NetworkBench,
    NetworkContract,
    attempt,
)
from tests.fakes.faulty_http import Act
from tests.fakes.pinterest_server import NEWS, OTHERS, SHOP, PinterestServer, pinterest_server

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
PICTURE = Medium(
    sha256=hashlib.sha256(PNG).hexdigest(), mime="image/png", size=len(PNG), width=1000, height=1500, alt="Rotes Velo"
)
REPEATED = AttemptKey(KEY.post, KEY.key, AT, AT + timedelta(minutes=5))


class PinterestBench:
    def __init__(self, server: PinterestServer, client: HttpClient, options: dict[str, str]) -> None:
        self.platform = dataclasses.replace(PINTEREST, api=server.origin, web=server.origin)
        self.channel = Pinterest(self.platform)
        self.server = server
        self.token = server.token()
        self.secrets: Sequence[str] = (self.token,)
        self.client = client
        self.account: Account = blank_account("pinterest", options=options)

    def door(
        self, check: Callable[[], Awaitable[None]] = always, *, deadline: timedelta = timedelta(seconds=20)
    ) -> Door:
        return door_for(
            self.account,
            client=self.client,
            secrets={"access_token": self.token},
            blobs=(PNG,),
            check=check,
            deadline=deadline,
        )

    def sealed(self, text: str = TEXT, **more: Any) -> SealedPayload:
        given: dict[str, Any] = {"media": (PICTURE,)} | more
        return self.channel.build(Content(text=text, not_before=AT, **given), self.account)

    async def send(self, text: str = TEXT, **more: Any) -> Receipt:
        return await self.channel.send(self.sealed(text, **more), KEY, self.door())

    async def standing(self) -> Sequence[str]:
        return [pin.words for pin in self.server.pins]


@asynccontextmanager
async def open_bench(options: dict[str, str] | None = None, **switches: Any) -> AsyncIterator[PinterestBench]:
    async with (
        pinterest_server(now=lambda: AT, **switches) as server,
        safe_client(allow_hosts={f"127.0.0.1:{server.port}"}) as client,
    ):
        bench = PinterestBench(server, client, options or {})
        bench.account = await bench.channel.connect(bench.account, bench.door())
        yield bench


# A success is documented to hold the pin: without it nobody can say what stands there.
PINTEREST_OUTCOMES = OUTCOMES | {
    "empty success": (Act(200, body=b""), OutcomeUnknown, ""),
    "garbage success": (Act(200, body=b"\xff\xfe{"), OutcomeUnknown, ""),
    "success for nothing": (Act(201, body=b'{"code":1}', commits="never"), OutcomeUnknown, ""),
}


class TestPinterest(NetworkContract):
    looks_up_by_key = False
    outcomes = PINTEREST_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench()

    def sealed(self, bench: Bench, text: str = TEXT, comment: str = "") -> SealedPayload:
        content = Content(text=text, not_before=AT, media=(PICTURE,), first_comment=comment)
        return bench.channel.build(content, bench.account)


async def test_the_bytes_on_the_wire_come_from_the_sealed_payload_alone() -> None:
    async with open_bench() as bench:
        payload = bench.sealed("Neu\n\nAb heute & morgen.", link="https://velo.example/a?b=1")
        await bench.channel.send(payload, KEY, bench.door())
        [seen] = bench.server.posted()
        assert seen.body == pin_body(SealedPayload.model_validate_json(payload.canonical()), [PNG])
        said = json.loads(seen.body)
        assert (said["title"], said["description"]) == ("Neu", "Ab heute & morgen.")
        assert (said["link"], said["alt_text"], said["board_id"]) == ("https://velo.example/a?b=1", "Rotes Velo", NEWS)
        assert bench.server.pins[0].pictures == [PNG]


@pytest.mark.parametrize("pictures", [1, 2, 5])
async def test_pictures_go_with_the_pin_and_are_read_back(pictures: int) -> None:
    async with open_bench() as bench:
        payload = bench.sealed(media=(PICTURE,) * pictures)
        alts = tuple(medium.alt for medium in payload.parts[0].media)
        assert alts == ("Rotes Velo", *("",) * (pictures - 1)), "what is not sent is not approved"
        receipt = await bench.channel.send(payload, KEY, bench.door())
        assert bench.server.pins[0].pictures == [PNG] * pictures
        live = await bench.channel.read_back(receipt, bench.door())
        shown = (bench.server.show(PNG),) * pictures
        assert live == Live(text=payload.parts[0].text, alts=alts, url=receipt.url, pictures=shown)


@pytest.mark.parametrize(
    ("text", "name", "title", "body"),
    [
        ("Neu\nAb heute", "Entwurf", "Neu", "Ab heute"),
        ("Ein Satz.", "Entwurf", "Entwurf", "Ein Satz."),
        ("Ein Satz.", "Ein Satz.", "", "Ein Satz."),
        ("Lang " * 30 + "\nText", "Entwurf", "Entwurf", "Lang " * 30 + "\nText"),
        ("https://velo.example\nText", "Entwurf", "Entwurf", "https://velo.example\nText"),
    ],
)
def test_the_first_line_is_the_title_where_it_can_be(text: str, name: str, title: str, body: str) -> None:
    payload = Pinterest().build(Content(text=text, title=name, media=(PICTURE,)), blank_account("pinterest"))
    assert (payload.title, description_of(payload)) == (title, body)


async def test_what_pinterest_would_not_take_is_told_before() -> None:
    async with open_bench() as bench:
        for more, rule in (
            ({"media": ()}, "no_picture"),
            ({"link": "https://velo.example/" + "a" * 2048}, "link_too_long"),
            ({"media": (PICTURE,) * 6}, "too_many_pictures"),
            ({"media": (PICTURE.model_copy(update={"alt": "a" * 501}),)}, "alt_too_long"),
        ):
            problems = bench.channel.validate(bench.sealed(**more), bench.account)
            assert [problem.rule for problem in problems] == [rule]


@given(st.text(max_size=120), st.text(max_size=250))
def test_no_title_is_ever_too_long(text: str, name: str) -> None:
    title = Pinterest().build(Content(text=text, title=name), blank_account("pinterest")).title
    assert len(title.encode("utf-16-le")) // 2 <= 100 and "\n" not in title


async def test_a_pin_is_found_by_words_link_and_time_over_pages() -> None:
    async with open_bench(most_listed=5) as bench:
        for number in range(12):
            await bench.send(f"Nummer {number}", link="https://velo.example/a")
        payload = bench.sealed("Nummer 11", link="https://velo.example/a")
        assert isinstance(await bench.channel.look_up(payload, KEY, bench.door()), Found)
        other = bench.sealed("Nummer 11", link="https://velo.example/b")
        assert await bench.channel.look_up(other, KEY, bench.door()) == Absent()
        for number in range(12, 21):
            await bench.send(f"Nummer {number}")
        assert isinstance(await bench.channel.look_up(bench.sealed("Nichts"), KEY, bench.door()), CannotTell)


async def test_the_same_words_of_another_day_are_another_pin() -> None:
    async with open_bench() as bench:
        bench.server.now = lambda: AT - timedelta(days=1)
        await bench.send()
        assert await bench.channel.look_up(bench.sealed(), OTHER_KEY, bench.door()) == Absent()


async def test_another_attempt_takes_what_an_earlier_one_brought_out() -> None:
    async with open_bench() as bench:
        bench.server.plan.append(Act(504, commits="late"))
        assert isinstance(await attempt(bench, bench.sealed()), OutcomeUnknown)
        bench.server.commit_late()
        receipt = await bench.channel.send(bench.sealed(), REPEATED, bench.door())
        assert receipt.remote_id == bench.server.pins[0].number and len(bench.server.posted()) == 1


async def test_another_attempt_waits_while_nothing_can_be_read() -> None:
    async with open_bench() as bench:
        bench.server.answers[f"/v5/boards/{NEWS}/pins"] = [(500, b"", ())]
        with pytest.raises(ProvenNotSent):
            await bench.channel.send(bench.sealed(), REPEATED, bench.door())
        assert not bench.server.posted()


async def test_one_access_offers_its_boards_and_no_others() -> None:
    async with open_bench() as bench:
        assert bench.account.destination == NEWS and bench.account.remote_id == "4812"
        offered = await bench.channel.places(bench.account, bench.door())
        assert offered == (Place(NEWS, "Velo News"), Place(SHOP, "Räder & Co"))
    async with open_bench({"page": SHOP}) as bench:
        assert (bench.account.destination, bench.account.handle) == (SHOP, "velo · Räder & Co")
    for options, boards in (({"page": OTHERS}, None), ({}, {})):
        with pytest.raises(ChannelRefused) as told:
            async with open_bench(options, **({} if boards is None else {"boards": boards})):
                pass
        assert told.value.code == "unauthorized"
    with pytest.raises(BadInput):
        async with open_bench({"page": "../pins"}):
            pass


async def test_numbers_and_the_face_are_told() -> None:
    async with open_bench() as bench:
        counted = await bench.channel.metrics(await bench.send(), bench.door())
        assert counted == {"impressions": 120, "saves": 5, "clicks": 7, "outbound_clicks": 2}
        shown = await bench.channel.introduce(bench.account, bench.door())
        assert (shown.name, shown.avatar) == ("Velo AG", f"{bench.server.origin}/face.png")


async def test_each_renewal_brings_the_next_refresh_token() -> None:
    async with open_bench() as bench:
        server, request = PinterestOAuth(bench.platform), bench.client.request
        app = App("1499999", "pin-secret-0123456789", "https://posts.example/oauth/return", PINTEREST.scope)
        bench.server.refreshes.add("first")
        tokens = await server.refresh(request, bench.server.origin, app, "first")
        assert tokens.refresh not in ("", "first") and tokens.life == timedelta(days=30)
        assert tokens.refresh_life == timedelta(days=60)
        with pytest.raises(ChannelRefused):
            await server.refresh(request, bench.server.origin, app, "first")


async def test_another_accounts_access_posts_nothing() -> None:
    """Pinterest would refuse a board that is not its own; it is asked before."""
    async with open_bench() as bench:
        payload = bench.sealed()
        bench.server.user = "9999"
        with pytest.raises(ChannelRefused) as refused:
            await bench.channel.send(payload, KEY, bench.door())
        assert refused.value.code == "other_account"
        assert not bench.server.posted()
