"""Facebook pages keep the contract of channels."""

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
    Place,
    ProvenNotSent,
    Receipt,
)
from bot.channels.facebook import Facebook, post_fields
from bot.channels.facebook_oauth import FacebookOAuth
from bot.channels.oauth import App, Tokens
from bot.channels.platform import FACEBOOK
from bot.errors import BadInput
from bot.fetch import safe_client
from storage.sealed import Medium, SealedPayload
from tests.bot.channels.benches import blank_account, door_for
from tests.bot.channels.contract import AT, KEY, OUTCOMES, TEXT, NetworkBench, NetworkContract, attempt
from tests.fakes.facebook_server import OTHER, PEOPLE, READ_ONLY, VELO, FacebookServer, facebook_server
from tests.fakes.faulty_http import Act
from tests.fakes.meta_server import CLIENT, SECRET, asked_in, error

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
ALT = "Rotes Velo, 3 Räder – „neu“"
PICTURE = Medium(
    sha256=hashlib.sha256(PNG).hexdigest(), mime="image/png", size=len(PNG), width=1200, height=675, alt=ALT
)
REPEATED = AttemptKey(KEY.post, KEY.key, AT, AT + timedelta(minutes=5))
LINK = "https://velo.example/werkstatt"


class FacebookBench:
    def __init__(self, server: FacebookServer, client: HttpClient, *, person: bool) -> None:
        there = dataclasses.replace(FACEBOOK, api=server.origin, web=server.origin, client_secret=SECRET)
        self.channel = Facebook(there)
        self.server = server
        self.token = server.token_for("velo") if person else server.page_token()
        self.secrets: Sequence[str] = (self.token, SECRET)
        self._client = client
        self.account: Account = blank_account("facebook")

    def door(
        self, check: Callable[[], Awaitable[None]] = always, *, deadline: timedelta = timedelta(seconds=20)
    ) -> Door:
        return door_for(
            self.account,
            client=self._client,
            secrets={"access_token": self.token},
            blobs=(PNG,),
            check=check,
            deadline=deadline,
        )

    def sealed(self, text: str = TEXT, **more: Any) -> SealedPayload:
        return self.channel.build(Content(text=text, not_before=AT, **more), self.account)

    async def send(self, text: str = TEXT, **more: Any) -> Receipt:
        return await self.channel.send(self.sealed(text, **more), KEY, self.door())

    async def standing(self) -> Sequence[str]:
        return [post.message for post in self.server.posts] + [each.text for each in self.server.comments]


@asynccontextmanager
async def open_bench(*, person: bool = False) -> AsyncIterator[FacebookBench]:
    async with (
        facebook_server(now=lambda: AT) as server,
        safe_client(allow_hosts={f"127.0.0.1:{server.port}"}) as client,
    ):
        bench = FacebookBench(server, client, person=person)
        bench.account = await bench.channel.connect(bench.account, bench.door())
        yield bench


# A success is documented to hold the post's id: without it nobody can say what stands there, so it is looked for.
FACEBOOK_OUTCOMES = OUTCOMES | {
    "empty success": (Act(200, body=b""), OutcomeUnknown, ""),
    "garbage success": (Act(200, body=b"\xff\xfe{"), OutcomeUnknown, ""),
}


class TestFacebook(NetworkContract):
    looks_up_by_key = False
    outcomes = FACEBOOK_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench()


@pytest.mark.parametrize("person", [False, True])
async def test_what_is_asked_for_comes_from_the_sealed_payload_alone(person: bool) -> None:
    async with open_bench(person=person) as bench:
        payload = bench.sealed(link=LINK)
        receipt = await bench.channel.send(payload, KEY, bench.door())
        read = SealedPayload.model_validate_json(payload.canonical())
        fields = asked_in(bench.server.published()[0])
        own = {"access_token", "appsecret_proof"}
        assert {name: value for name, value in fields.items() if name not in own} == post_fields(read, [])
        assert fields["link"] == LINK and fields["message"] == TEXT
        assert bench.server.tokens[fields["access_token"]].page == VELO, "a page posts in its own name"
        assert receipt.url == f"https://www.facebook.com/{receipt.remote_id.replace('_', '/posts/')}"


@pytest.mark.parametrize("many", [1, 2, 10])
async def test_pictures_go_up_unseen_with_their_alt_texts(many: int) -> None:
    async with open_bench() as bench:
        receipt = await bench.send(media=(PICTURE,) * many, link=LINK)
        [post] = bench.server.posts
        assert [(photo.data, photo.alt) for photo in post.photos] == [(PNG, ALT)] * many
        assert post.link == "" and LINK in post.message, "beside pictures a link stands in the text"
        live = await bench.channel.read_back(receipt, bench.door())
        shown = (bench.server.show(PNG),) * many
        assert live == Live(text=f"{TEXT}\n\n{LINK}", alts=(ALT,) * many, url=receipt.url, pictures=shown)


@pytest.mark.parametrize(("answer", "expected"), [((500, b"", ()), ProvenNotSent), ((400, b"{}", ()), ChannelRefused)])
async def test_a_picture_that_fails_is_never_a_doubt(answer: Any, expected: type[Exception]) -> None:
    async with open_bench() as bench:
        bench.server.answers[f"/v25.0/{VELO}/photos"] = [answer]
        with pytest.raises(expected):
            await bench.send(media=(PICTURE,))
        assert not bench.server.published()


FAILURES = [
    (Act(400, body=error(32, "Page request limit reached")[1], commits="never"), ChannelRefused, Absent),
    (Act(403, body=error(200, "No permission")[1], commits="never"), ChannelRefused, Absent),
    (Act(400, body=error(368, "Blocked")[1], commits="never"), ChannelRefused, Absent),
    (Act(400, body=error(2, "Service temporarily unavailable")[1], commits="never"), OutcomeUnknown, Absent),
    (Act(500, body=error(1, "An unknown error occurred")[1]), OutcomeUnknown, Found),
    (Act(500, commits="never"), OutcomeUnknown, Absent),
    (Act(504, commits="late"), OutcomeUnknown, Found),
    (Act(breaks="before answering"), OutcomeUnknown, Found),
    (Act(200, body=b"{}"), OutcomeUnknown, Found),
    (Act(200, body=error(1, "Both")[1]), OutcomeUnknown, Found),
]


@pytest.mark.parametrize(("act", "ends", "looks"), FAILURES)
async def test_what_stands_there_is_found_and_another_attempt_never_doubles_it(
    act: Act, ends: type[object], looks: type[object]
) -> None:
    async with open_bench() as bench:
        payload = bench.sealed(media=(PICTURE,))
        bench.server.plan.append(act)
        assert isinstance(await attempt(bench, payload), ends)
        bench.server.commit_late()
        assert isinstance(await bench.channel.look_up(payload, KEY, bench.door()), looks)
        await bench.channel.send(payload, REPEATED, bench.door())
        assert len(bench.server.posts) == 1


async def test_a_duplicate_that_is_not_listed_yet_is_a_question() -> None:
    async with open_bench() as bench:
        await bench.send()
        bench.server.answers[f"/v25.0/{VELO}/published_posts"] = [(200, b'{"data":[]}', ())]
        with pytest.raises(OutcomeUnknown):
            await bench.channel.send(bench.sealed(), REPEATED, bench.door())
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "duplicate"
        assert len(bench.server.posts) == 1


async def test_another_attempt_waits_while_nothing_can_be_read() -> None:
    async with open_bench() as bench:
        for answer in ((500, b"", ()), (200, b"{}", ()), (200, b"<html>", ())):
            bench.server.answers[f"/v25.0/{VELO}/published_posts"] = [answer]
            with pytest.raises(ProvenNotSent):
                await bench.channel.send(bench.sealed(), REPEATED, bench.door())
        assert not bench.server.published()


async def test_the_same_words_twice_cannot_be_told_apart() -> None:
    async with open_bench() as bench:
        await bench.send()
        bench.server.posts.append(dataclasses.replace(bench.server.posts[0], id=f"{VELO}_9"))
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), CannotTell)


@pytest.mark.parametrize("allowed", [True, False])
async def test_numbers_are_told_as_far_as_the_access_may_see_them(allowed: bool) -> None:
    async with open_bench() as bench:
        receipt = await bench.send()
        if not allowed:
            bench.server.tokens[bench.token].scopes -= {"read_insights"}
        counted = await bench.channel.metrics(receipt, bench.door())
        insights = {"views": 90, "viewers": 70, "clicks": 4} if allowed else {}
        assert counted == insights | {"reactions": 3, "comments": 2, "shares": 1}


async def test_an_access_to_another_page_sends_nothing() -> None:
    async with open_bench() as bench:
        bench.server.tokens[bench.token].page = OTHER
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "other_account"
        bench.server.tokens.clear()
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized"
        assert not bench.server.published()


async def test_connecting_says_which_page_it_is_and_offers_those_that_one_may_post_for() -> None:
    async with open_bench(person=True) as bench:
        assert (bench.account.remote_id, bench.account.handle) == (VELO, "Velo AG")
        assert bench.account.options == {"page": VELO, "person": PEOPLE["velo"]}
        places = await bench.channel.places(bench.account, bench.door())
        assert places == (Place(VELO, "Velo AG"), Place(OTHER, "Velo Bern"))
        other = await bench.channel.connect(bench.account.changed(options={"page": OTHER}), bench.door())
        assert other.remote_id == OTHER and other.page.endswith(f"/{OTHER}")
        with pytest.raises(ChannelRefused):
            await bench.channel.connect(bench.account.changed(options={"page": READ_ONLY}), bench.door())
        with pytest.raises(BadInput):
            await bench.channel.connect(bench.account.changed(options={"page": "velo"}), bench.door())
    async with open_bench() as bench:
        assert bench.account.options == {"page": VELO}, "a page's own access"
        with pytest.raises(ChannelRefused):
            await bench.channel.connect(bench.account.changed(options={"page": OTHER}), bench.door())


async def test_a_persons_access_is_narrowed_to_the_page_and_ended_with_the_apps_own() -> None:
    async with open_bench(person=True) as bench:
        there = dataclasses.replace(FACEBOOK, api=bench.server.origin, client_id=CLIENT, client_secret=SECRET)
        oauth, app = FacebookOAuth(there), App(CLIENT, SECRET, "https://x.example/oauth/return", FACEBOOK.scope)
        request = bench.door().request
        narrowed = await oauth.narrow(request, app, Tokens(bench.token), bench.account)
        assert bench.server.tokens[narrowed.access].page == VELO and narrowed.life is None
        ana = bench.server.page_token(OTHER, "ana")
        await oauth.revoke(request, bench.server.origin, app, narrowed.access)
        assert list(bench.server.tokens) == [ana]
        await oauth.revoke(request, bench.server.origin, app, "gone already")
        assert list(bench.server.tokens) == [ana]
