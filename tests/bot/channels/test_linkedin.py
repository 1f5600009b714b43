"""LinkedIn keeps the contract of channels, as a person and as a page."""

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
from bot.accounts.faces import face_at
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
from bot.channels.linkedin import LinkedIn
from bot.channels.linkedin_api import post_body
from bot.channels.linkedin_document import MOST_BYTES, MOST_PAGES
from bot.channels.linkedin_text import little, plain, units
from bot.channels.pages import Page, as_pdf
from bot.channels.platform import LINKEDIN
from bot.errors import BadInput
from bot.fetch import safe_client
from storage.sealed import Medium, SealedPayload
from tests.bot.channels.benches import blank_account, door_for
from tests.bot.channels.contract import AT, KEY, OTHER_KEY, TEXT, Bench, NetworkBench, NetworkContract, attempt
from tests.bot.channels.photos import picture
from tests.fakes import pdf_reader
from tests.fakes.faulty_http import Act
from tests.fakes.linkedin_server import ANA, PAGES_SCOPE, VELO, LinkedInServer, linkedin_server, shown

PNG = picture(1200, 675)
DOCUMENT = {"pictures": "document"}
ALT = "Rotes Velo, 3 Räder – „neu“"
PICTURE = Medium(
    sha256=hashlib.sha256(PNG).hexdigest(), mime="image/png", size=len(PNG), width=1200, height=675, alt=ALT
)
REPEATED = AttemptKey(KEY.post, KEY.key, AT, AT + timedelta(minutes=5))


class LinkedInBench:
    def __init__(self, server: LinkedInServer, client: HttpClient, token: str, options: dict[str, str]) -> None:
        self.channel = LinkedIn(dataclasses.replace(LINKEDIN, api=server.origin, web=server.origin))
        self.server = server
        self.token = token
        self.secrets: Sequence[str] = (token,)
        self._client = client
        self.account: Account = blank_account("linkedin", options=options)

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
        return [post.text for post in self.server.posts] + [each.text for each in self.server.comments]


@asynccontextmanager
async def as_page(options: dict[str, str] | None = None, **switches: Any) -> AsyncIterator[LinkedInBench]:
    async with opened({"page": "4711"} | (options or {}), PAGES_SCOPE, **switches) as bench:
        yield bench


@asynccontextmanager
async def as_person(options: dict[str, str] | None = None, **switches: Any) -> AsyncIterator[LinkedInBench]:
    async with opened(options or {}, "openid profile w_member_social", **switches) as bench:
        yield bench


@asynccontextmanager
async def opened(options: dict[str, str], scope: str, **switches: Any) -> AsyncIterator[LinkedInBench]:
    async with (
        linkedin_server(now=lambda: AT, **switches) as server,
        safe_client(allow_hosts={f"127.0.0.1:{server.port}"}) as client,
    ):
        roles = {"velo": "ADMINISTRATOR", "raeder": "ANALYST"} if "organization" in scope else {}
        bench = LinkedInBench(server, client, server.token_for(scope, **roles), options)
        bench.account = await bench.channel.connect(bench.account, bench.door())
        yield bench


class TestPage(NetworkContract):
    looks_up_by_key = False

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return as_page()


class TestPerson(NetworkContract):
    looks_up = False
    looks_up_by_key = False

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return as_person()


async def test_the_bytes_on_the_wire_come_from_the_sealed_payload_alone() -> None:
    async with as_person({"visibility": "connections"}) as bench:
        payload = bench.sealed("Neu (ab heute): #velo_tour & #Velo @ana_b *50 %*")
        await bench.channel.send(payload, KEY, bench.door())
        [seen] = bench.server.posted()
        assert seen.body == post_body(SealedPayload.model_validate_json(payload.canonical()), [])
        said = json.loads(seen.body)
        assert said["commentary"] == r"Neu \(ab heute\): \#velo\_tour & #Velo \@ana\_b \*50 %\*"
        assert (said["author"], said["visibility"], said["lifecycleState"]) == (ANA, "CONNECTIONS", "PUBLISHED")
        assert seen.headers["linkedin-version"] == LINKEDIN.version


async def test_another_persons_access_posts_nothing_and_sends_no_picture() -> None:
    """LinkedIn would refuse the post as well; it is asked before."""
    async with as_person() as bench:
        bench.server.tokens[bench.token].member = "urn:li:person:Beat_77"
        with pytest.raises(ChannelRefused) as refused:
            await bench.send(media=(PICTURE,))
        assert refused.value.code == "other_account"
        assert not bench.server.posted() and not bench.server.uploads
        post = Receipt("urn:li:share:1", "", AT)
        with pytest.raises(ChannelRefused) as refused:
            await bench.channel.comment(bench.sealed(first_comment="Mehr"), post, OTHER_KEY, bench.door())
        assert refused.value.code == "other_account"


async def test_whoever_no_longer_runs_the_page_posts_nothing_and_sends_no_picture() -> None:
    async with as_page() as bench:
        bench.server.tokens[bench.token].roles[VELO] = "ANALYST"
        with pytest.raises(ChannelRefused) as refused:
            await bench.send(media=(PICTURE,))
        assert refused.value.code == "unauthorized"
        assert not bench.server.posted() and not bench.server.uploads


@pytest.mark.parametrize("pictures", [1, 2])
async def test_pictures_go_up_first_with_their_alt_text(pictures: int) -> None:
    async with as_page(processing=2) as bench:
        receipt = await bench.send(media=(PICTURE,) * pictures)
        content = bench.server.posts[0].asked["content"]
        images = [content["media"]] if pictures == 1 else content["multiImage"]["images"]
        assert [image["altText"] for image in images] == [ALT] * pictures
        assert all(bench.server.uploads[image["id"]] == PNG for image in images)
        live = await bench.channel.read_back(receipt, bench.door())
        shown = (bench.server.show(PNG),) * pictures
        assert live == Live(text=TEXT, alts=(ALT,) * pictures, url=receipt.url, pictures=shown)
        batches = [seen for seen in bench.server.seen if "ids=List" in seen.target]
        assert len(batches) == 1, "one request for all: LinkedIn counts them by the day"


async def test_the_access_goes_with_pictures_to_linkedin_alone() -> None:
    async with linkedin_server() as elsewhere, as_page() as bench:
        bench.server.upload_base = elsewhere.origin.replace("127.0.0.1", "localhost")
        with pytest.raises(ProvenNotSent):
            await bench.send(media=(PICTURE,))
        assert not [seen for seen in elsewhere.seen if "authorization" in seen.headers]
        assert not bench.server.posts


@pytest.mark.parametrize(
    ("answer", "expected"),
    [((500, b"", ()), ProvenNotSent), ((403, b"", ()), ChannelRefused), ((200, b"{}", ()), ProvenNotSent)],
)
async def test_a_picture_that_fails_is_never_a_doubt(answer: Any, expected: type[Exception]) -> None:
    async with as_page() as bench:
        bench.server.answers["/rest/images"] = [answer]
        with pytest.raises(expected):
            await bench.send(media=(PICTURE,))
        assert not bench.server.posts


async def test_a_link_becomes_a_card_of_our_own() -> None:
    async with as_page({"card": "picture"}) as bench:
        receipt = await bench.send("Neu", link="https://velo.example/a_b", title="Velos", media=(PICTURE,))
        [post] = bench.server.posts
        article = post.asked["content"]["article"]
        assert (article["source"], article["title"]) == ("https://velo.example/a_b", "Velos")
        assert article["thumbnail"] in bench.server.uploads and post.text == "Neu"
        live = await bench.channel.read_back(receipt, bench.door())
        assert live is not None and live.text == "Neu"


class TestDocument(NetworkContract):
    """The same promises for a post whose pictures are pages."""

    looks_up_by_key = False

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return as_page(DOCUMENT)

    def sealed(self, bench: Bench, text: str = TEXT, comment: str = "") -> SealedPayload:
        media = (PICTURE,) * 2 if text.strip() else ()
        content = Content(text=text, title="Velos", media=media, not_before=AT, first_comment=comment)
        return bench.channel.build(content, bench.account)


async def test_several_pictures_become_the_pages_of_a_document() -> None:
    async with as_page(DOCUMENT, processing=2) as bench:
        receipt = await bench.send("Neu", link="https://velo.example/", title="Velos (neu)", media=(PICTURE,) * 3)
        content = bench.server.posts[0].asked["content"]
        assert set(content) == {"media"} and set(content["media"]) == {"id", "title"}
        data = bench.server.uploads[content["media"]["id"]]
        assert pdf_reader.title_of(data) == content["media"]["title"] == "Velos (neu)"
        pages = pdf_reader.pages_of(data)
        assert [(page.width, page.height, page.alt) for page in pages] == [(1200, 675, ALT)] * 3
        assert all(page.picture in PNG for page in pages)  # its rows as they were packed
        live = await bench.channel.read_back(receipt, bench.door())
        place = f"{bench.server.origin}/media/{content['media']['id'].rpartition(':')[2]}.pdf"
        assert live == Live(text="Neu\n\nhttps://velo.example/", url=receipt.url, document=place)
        payload = bench.sealed("Neu", link="https://velo.example/", title="Velos (neu)", media=(PICTURE,) * 3)
        assert await bench.channel.document(payload, bench.door()) == data


async def test_a_sealed_file_goes_out_as_it_is_and_no_other() -> None:
    """A signed document cannot be made again; an account need not ask for documents where a carousel was asked for."""
    async with as_page() as bench:
        content = Content(text=TEXT, title="Velos", media=(PICTURE,) * 2, not_before=AT, carousel=True)
        payload = bench.channel.build(content, bench.account)
        signed = as_pdf([Page(PNG, "signed"), Page(PNG, "signed")], title="Velos", language="en")
        assert signed != await bench.channel.document(payload, bench.door())
        secrets, named = {"access_token": bench.token}, hashlib.sha256(signed).hexdigest()
        door = door_for(bench.account, client=bench._client, secrets=secrets, blobs=(PNG, signed))
        filed = bench.channel.with_file(payload, named)
        assert bench.channel.document_pages(filed) == 2 and filed.digest != payload.digest
        await bench.channel.send(filed, KEY, door)
        [post] = bench.server.posts
        assert bench.server.uploads[post.asked["content"]["media"]["id"]] == signed
        with pytest.raises(ChannelRefused):
            await bench.channel.send(filed, KEY, bench.door())
        assert len(bench.server.posts) == 1, "without its file nothing goes out"


async def test_a_document_is_another_payload_and_one_picture_is_none() -> None:
    async with as_page() as plain_bench, as_page(DOCUMENT) as bench:
        two, one = (PICTURE,) * 2, (PICTURE,)
        account = bench.account.changed(server=plain_bench.account.server)
        document = bench.channel.build(Content(text=TEXT, title="A", media=two), account)
        assert (
            document.digest
            != plain_bench.channel.build(Content(text=TEXT, title="A", media=two), plain_bench.account).digest
        )
        assert document.digest != bench.channel.build(Content(text=TEXT, title="B", media=two), account).digest
        alone = bench.channel.build(Content(text=TEXT, title="A", media=one), account)
        assert alone == plain_bench.channel.build(Content(text=TEXT, title="A", media=one), plain_bench.account)
        await bench.send(media=one)
        assert bench.server.posts[0].asked["content"]["media"]["id"].startswith("urn:li:image:")


async def test_what_a_document_cannot_hold_is_told_before_approval() -> None:
    async with as_page(DOCUMENT) as bench:

        def rules(title: str = "Velos", *media: Medium) -> list[str]:
            payload = bench.sealed(title=title, media=media)
            return [problem.rule for problem in bench.channel.validate(payload, bench.account)]

        assert rules("Velos", *(PICTURE,) * MOST_PAGES) == []
        assert rules("Velos", *(PICTURE,) * (MOST_PAGES + 1)) == ["too_many_pictures"]
        assert rules("V" * 151, PICTURE, PICTURE) == ["document_title"]
        large = PICTURE.model_copy(update={"size": MOST_BYTES // 25})
        assert rules("Velos", *(large,) * 26) == ["document_bytes"]


async def test_a_picture_that_cannot_be_a_page_is_a_clear_no() -> None:
    async with as_page(DOCUMENT) as bench:
        broken = b"\x89PNG\r\n\x1a\n" + bytes(200)
        medium = PICTURE.model_copy(update={"sha256": hashlib.sha256(broken).hexdigest()})
        door = door_for(bench.account, client=bench._client, secrets={"access_token": bench.token}, blobs=(PNG, broken))
        with pytest.raises(ChannelRefused) as told:
            await bench.channel.send(bench.sealed(media=(PICTURE, medium)), KEY, door)
        assert told.value.code == "picture" and not bench.server.posts and not bench.server.uploads


@pytest.mark.parametrize(
    ("answer", "expected"),
    [((500, b"", ()), ProvenNotSent), ((403, b"", ()), ChannelRefused), ((200, b"{}", ()), ProvenNotSent)],
)
async def test_a_document_that_fails_is_never_a_doubt(answer: Any, expected: type[Exception]) -> None:
    async with as_page(DOCUMENT) as bench:
        bench.server.answers["/rest/documents"] = [answer]
        with pytest.raises(expected):
            await bench.send(media=(PICTURE,) * 2)
        assert not bench.server.posts


async def test_pages_are_mentioned_by_their_name_and_nobody_else() -> None:
    async with as_page() as bench:
        text = "Mit @raeder, @nobody und a@velo.example (bald)"
        mentions = await bench.channel.mentioned(text, bench.account, bench.door())
        assert mentions == {"raeder": "urn:li:organization:815 Räder & Co"}
        payload = bench.sealed(text, mentions=mentions)
        assert payload.parts[0].text == "Mit Räder & Co, @nobody und a@velo.example (bald)"
        assert bench.channel.mentions_of(payload) == mentions
        receipt = await bench.channel.send(payload, KEY, bench.door())
        [post] = bench.server.posts
        assert "@[Räder & Co](urn:li:organization:815)" in post.asked["commentary"]
        assert post.text == payload.parts[0].text
        live = await bench.channel.read_back(receipt, bench.door())
        assert live is not None and live.text == payload.parts[0].text
    async with as_person() as bench:
        assert await bench.channel.mentioned("@raeder", bench.account, bench.door()) == {}


async def test_the_same_words_again_are_refused_in_words() -> None:
    async with as_page() as bench:
        await bench.send()
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "duplicate"
        assert len(bench.server.posts) == 1 and "urn:" not in outcome.sentence()


async def test_a_duplicate_of_what_was_deleted_is_not_taken_for_the_post() -> None:
    async with as_page() as bench:
        await bench.channel.delete(await bench.send(), bench.door())
        with pytest.raises(OutcomeUnknown):
            await bench.channel.send(bench.sealed(), REPEATED, bench.door())
        assert not bench.server.posts


async def test_another_attempt_takes_what_an_earlier_one_brought_out() -> None:
    async with as_page() as bench:
        payload = bench.sealed()
        bench.server.plan.append(Act(504, commits="late"))
        assert isinstance(await attempt(bench, payload), OutcomeUnknown)
        assert await bench.channel.look_up(payload, KEY, bench.door()) == Absent()
        bench.server.commit_late()
        receipt = await bench.channel.send(payload, REPEATED, bench.door())
        assert receipt.remote_id == bench.server.posts[0].urn and len(bench.server.posted()) == 1
        found = await bench.channel.look_up(payload, KEY, bench.door())
        assert isinstance(found, Found) and found.receipt.remote_id == receipt.remote_id


async def test_another_attempt_waits_while_nothing_can_be_read() -> None:
    async with as_page() as bench:
        bench.server.answers["/rest/posts"] = [(500, b"", ())]
        with pytest.raises(ProvenNotSent):
            await bench.channel.send(bench.sealed(), REPEATED, bench.door())
        assert not bench.server.posted()


async def test_a_persons_doubt_is_a_question() -> None:
    async with as_person() as bench:
        bench.server.plan.append(Act(breaks="before answering"))
        assert isinstance(await attempt(bench, bench.sealed()), OutcomeUnknown)
        found = await bench.channel.look_up(bench.sealed(), KEY, bench.door())
        assert isinstance(found, CannotTell) and not found.temporary
        with pytest.raises(OutcomeUnknown):  # "send again", while it stands there: LinkedIn itself refuses
            await bench.channel.send(bench.sealed(), REPEATED, bench.door())
        assert len(bench.server.posts) == 1


async def test_the_same_words_of_another_day_are_another_post() -> None:
    async with as_page() as bench:
        bench.server.now = lambda: AT - timedelta(days=1)
        await bench.send()
        assert await bench.channel.look_up(bench.sealed(), OTHER_KEY, bench.door()) == Absent()


async def test_looking_goes_back_over_lists_and_says_when_it_did_not_see_all() -> None:
    async with as_page() as bench:
        await bench.send()
        for number in range(60):
            await bench.send(f"Nummer {number}")
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), Found)
        for number in range(60, 90):
            await bench.send(f"Nummer {number}")
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), CannotTell)


async def test_a_days_limit_ends_at_midnight_utc() -> None:
    async with as_page() as bench:
        bench.server.plan.append(Act(429, commits="never"))
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.retry_after_seconds == 3600  # the most that is waited


async def test_a_version_that_ended_is_told_to_whoever_runs_admind() -> None:
    async with as_page() as bench:
        bench.channel = LinkedIn(dataclasses.replace(bench.channel._platform, version="202401"))
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "version"
        assert "ADMIND_LINKEDIN_VERSION" in outcome.sentence()


async def test_a_lost_role_is_a_clear_no() -> None:
    async with as_page() as bench:
        bench.server.tokens[bench.token].roles.clear()
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized"
        with pytest.raises(ChannelRefused) as told:
            await bench.channel.connect(bench.account, bench.door())
        assert told.value.code == "unauthorized" and "page" in told.value.what


async def test_one_access_offers_the_person_and_the_pages_that_may_be_posted_for() -> None:
    async with as_page() as bench:
        offered = await bench.channel.places(bench.account, bench.door())
        assert offered == (Place("", "Ana Muster"), Place(VELO, "Velo AG"))
        assert (bench.account.remote_id, bench.account.handle) == (VELO, "Velo AG")
        assert bench.account.page.endswith("/company/velo")
    async with as_person() as bench:
        assert await bench.channel.places(bench.account, bench.door()) == (Place("", "Ana Muster"),)
        assert bench.account.remote_id == ANA and bench.account.options["reads"] == "no"


async def test_numbers_are_told_of_a_page() -> None:
    async with as_page() as bench:
        counted = await bench.channel.metrics(await bench.send(), bench.door())
        assert counted == {"impressions": 120, "clicks": 7, "likes": 5, "comments": 1, "shares": 2}
    async with as_person() as bench:
        assert await bench.channel.metrics(await bench.send(), bench.door()) == {}
        assert bench.channel.capabilities_for(bench.account).metrics == ()
        assert bench.account.options["numbers"] == "no"


async def test_numbers_of_a_person_are_told_where_the_access_may_ask_and_what_is_missing_is_no_zero() -> None:
    async with opened({}, "openid profile w_member_social r_member_postAnalytics") as bench:
        receipt = await bench.send()
        assert await bench.channel.metrics(receipt, bench.door()) == {}
        bench.server.counts |= {"IMPRESSION": 321, "MEMBERS_REACHED": 200, "REACTION": 0, "RESHARE": 3}
        counted = await bench.channel.metrics(receipt, bench.door())
        assert counted == {"impressions": 321, "reach": 200, "reactions": 0, "shares": 3}
        told = bench.channel.capabilities_for(bench.account).metrics
        assert told == ("impressions", "reach", "reactions", "comments", "shares")
        bench.server.tokens[bench.token].scope = "openid profile w_member_social"
        with pytest.raises(ChannelRefused):
            await bench.channel.metrics(receipt, bench.door())
        again = await bench.channel.connect(bench.account, bench.door())
        assert bench.channel.capabilities_for(again).metrics == ()


async def test_numbers_of_a_person_are_read_in_the_words_of_older_versions_too() -> None:
    kind = "com.linkedin.adsexternalapi.memberanalytics.v1.CreatorPostAnalyticsMetricTypeV1"
    async with opened({}, "openid profile w_member_social r_member_postAnalytics") as bench:
        receipt = await bench.send()
        said = [{"count": 9, "metricType": {kind: "IMPRESSION"}}, {"count": 8, "metricType": "IMPRESSION"}]
        said += [{"count": "7", "metricType": "REACTION"}, {"count": -1, "metricType": "COMMENT"}]
        answers = [(200, json.dumps({"elements": [each]}).encode(), ()) for each in said]
        bench.server.answers["/rest/memberCreatorPostAnalytics"] = [*answers, (200, b"{}", ())]
        assert await bench.channel.metrics(receipt, bench.door()) == {"impressions": 9}


@pytest.mark.parametrize("options", [{"visibility": "nobody"}, {"card": "no"}, {"page": "velo"}, {"pictures": "no"}])
async def test_options_that_cannot_work_are_told_when_connecting(options: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        async with as_person(options):
            pass


def test_a_text_is_counted_by_utf16_and_with_its_escapes() -> None:
    channel, account = LinkedIn(), blank_account("linkedin")
    assert channel.measure("👩‍🚒 (a)", account).used == units("👩‍🚒 ") + len(r"\(a\)") == 5 + 1 + 5


ANY = st.text(alphabet=st.characters(exclude_categories=["Cs"]) | st.sampled_from("#@[](){}|\\_*~<> a"), max_size=60)


@given(ANY)
def test_every_text_is_shown_as_it_was_written(text: str) -> None:
    assert shown(little(text)) == text
    assert plain(little(text)) == text


@given(ANY)
def test_a_count_is_never_less_than_any_other_way_of_counting(text: str) -> None:
    assert units(little(text)) >= units(text) >= len(text)


async def test_a_person_is_introduced_with_their_face_and_a_page_with_its_logo_and_last_post() -> None:
    async with as_person() as bench:
        shown = await bench.channel.introduce(bench.account, bench.door())
        assert (shown.name, shown.avatar) == ("Ana Muster", f"{bench.server.origin}/face.png")
        assert shown.last_post is None, "LinkedIn does not let AdMind read it"
    async with as_page() as bench:
        assert (await bench.channel.introduce(bench.account, bench.door())).last_post == ""
        await bench.send("Our last words")
        shown = await bench.channel.introduce(bench.account, bench.door())
        assert (shown.last_post, shown.last_at) == ("Our last words", AT)
        logo = await face_at(bench.door(), shown.avatar)
        assert logo is not None and shown.avatar != f"{bench.server.origin}/face.png", "the page's, no person's"
        bench.server.logos = False
        shown = await bench.channel.introduce(bench.account, bench.door())
        assert (shown.last_post, shown.avatar) == ("Our last words", ""), "without one it has a letter"
        await bench.server.stop()
        assert (await bench.channel.introduce(bench.account, bench.door())).last_post is None
