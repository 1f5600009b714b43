"""DEV keeps the contract of channels: a draft that is known by its words, published once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.accounts.door import HttpClient, always
from bot.channels.article import page_html
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
from bot.channels.devto import DevTo
from bot.errors import BadInput
from bot.fetch import safe_client
from storage.sealed import SealedPayload
from tests.bot.channels.benches import BASE_URL, blank_account, door_for
from tests.bot.channels.contract import AT, KEY, OTHER_KEY, OUTCOMES, TEXT, NetworkBench, NetworkContract, attempt
from tests.bot.channels.handed_contract import ALTS, MEDIA, shown
from tests.fakes.faulty_http import Act
from tests.fakes.forem_server import API_KEY, Entry, ForemServer, forem_server


class DevToBench:
    secrets: Sequence[str] = (API_KEY,)

    def __init__(self, server: ForemServer, client: HttpClient) -> None:
        self.channel = DevTo(BASE_URL)
        self.server = server
        self.key = API_KEY
        self._client = client
        self.account: Account = blank_account("devto", options={"server": server.origin})

    def door(
        self, check: Callable[[], Awaitable[None]] = always, *, deadline: timedelta = timedelta(seconds=20)
    ) -> Door:
        secrets = {"api_key": self.key}
        return door_for(self.account, client=self._client, secrets=secrets, check=check, deadline=deadline)

    def sealed(self, text: str = TEXT, **more: Any) -> SealedPayload:
        return self.channel.build(Content(text=text, not_before=AT, **more), self.account)

    async def send(self, text: str = TEXT, **more: Any) -> Receipt:
        return await self.channel.send(self.sealed(text, **more), KEY, self.door())

    async def standing(self) -> Sequence[str]:
        return [f"{each.fields['title']}\n\n{each.fields['body_markdown']}" for each in self.server.public()]


@asynccontextmanager
async def open_bench(options: dict[str, str] | None = None, **switches: Any) -> AsyncIterator[DevToBench]:
    """A connected account at a fresh server, through the safe client as the operator would allow it."""
    switches = {"now": lambda: AT} | switches
    async with (
        forem_server(**{"pictures": lambda url: shown(BASE_URL, url)} | switches) as server,
        safe_client(allow_hosts={f"127.0.0.1:{server.port}"}) as client,
    ):
        bench = DevToBench(server, client)
        bench.account = bench.account.changed(options={**bench.account.options, **(options or {})})
        bench.account = await bench.channel.connect(bench.account, bench.door())
        yield bench


# A success is documented to be the article: one that does not say that it is public is looked for.
DEVTO_OUTCOMES = OUTCOMES | {
    "empty success": (Act(200, body=b""), OutcomeUnknown, ""),
    "garbage success": (Act(200, body=b"\xff\xfe{"), OutcomeUnknown, ""),
}


class TestDevTo(NetworkContract):
    looks_up_by_key = False
    outcomes = DEVTO_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench()


async def test_an_article_is_its_markdown_with_tags_and_the_originals_address() -> None:
    text = "# Neu *hier*\n\n## Warum\n\n`code` & ![Bild](https://velo.example/a.png)\n\n- eins"
    async with open_bench({"tags": "velo, News", "canonical": "link"}) as bench:
        receipt = await bench.send(text, link="https://velo.example/neu")
        [entry] = bench.server.entries
        body = "## Warum\n\n`code` & ![Bild](https://velo.example/a.png)\n\n- eins\n\nhttps://velo.example/neu"
        assert entry.fields == {
            "title": "Neu hier",
            "body_markdown": body,
            "published": False,
            "tags": ["velo", "News"],
            "canonical_url": "https://velo.example/neu",
        }
        live = await bench.channel.read_back(receipt, bench.door())
        assert live == Live(text=f"Neu hier\n\n{body}", alts=(), url=receipt.url), "none of its own"


FIRST, SECOND = (f"{BASE_URL}/media/{medium.sha256}.jpg" for medium in MEDIA)


@pytest.mark.parametrize("cover", [False, True])
async def test_pictures_stand_around_the_text_with_their_alt_texts_at_addresses_of_the_approved_bytes(
    cover: bool,
) -> None:
    async with open_bench({"cover": "first"} if cover else {}) as bench:
        payload = bench.sealed("# Neu\n\nAb **heute**.", media=MEDIA)
        assert bench.channel.validate(payload, bench.account) == ()
        receipt = await bench.channel.send(payload, KEY, bench.door().sending(payload))
        [entry] = bench.server.entries
        one, two = f"![{ALTS[0]}]({FIRST})", f"![{ALTS[1]}]({SECOND})"
        assert entry.fields["body_markdown"] == (
            f"Ab **heute**.\n\n{one}\n\n{two}" if cover else f"{one}\n\nAb **heute**.\n\n{two}"
        )
        assert entry.fields.get("main_image") == (FIRST if cover else None)
        assert entry.broken == [], "DEV finds them at once"
        found = await bench.channel.look_up(payload, KEY, bench.door())
        assert isinstance(found, Found) and found.receipt.remote_id == receipt.remote_id
        live = await bench.channel.read_back(receipt, bench.door())
        names = tuple(medium.sha256 for medium in MEDIA)
        assert live == Live(text="Neu\n\nAb **heute**.", media_sha256=names, alts=ALTS, url=receipt.url)
        assert live.text == payload.parts[0].text
        entry.fields["body_markdown"] = entry.fields["body_markdown"].replace(FIRST, "https://elsewhere.example/a.jpg")
        changed = await bench.channel.read_back(receipt, bench.door())
        assert changed is not None and changed.media_sha256 != names


def test_the_studio_shows_them_where_they_stand_from_its_own_address() -> None:
    account = blank_account("devto")
    payload = DevTo(BASE_URL).build(Content(text="# Neu\n\nAb **heute**.", media=MEDIA), account)
    page = page_html(payload, lambda medium: f"/studio/media/{medium.sha256}")
    first, second = (page.index(f'src="/studio/media/{medium.sha256}"') for medium in MEDIA)
    assert first < page.index("<strong>heute</strong>") < second and BASE_URL not in page


async def test_pictures_alone_make_an_article_and_a_picture_of_ones_own_stays_words() -> None:
    async with open_bench() as bench:
        payload = bench.sealed("# Neu", title="Neu", media=MEDIA[:1])
        assert bench.channel.validate(payload, bench.account) == ()
        text = "# Neu\n\n![mein](https://velo.example/a.png)\n\nEnde\n\n![dein](https://velo.example/b.png)"
        receipt = await bench.send(text, media=MEDIA[:1])
        live = await bench.channel.read_back(receipt, bench.door())
        assert live is not None and live.alts == ALTS[:1]
        assert live.text == text.removeprefix("# ")


@pytest.mark.parametrize(
    ("base_url", "alt", "text", "rule"),
    [
        ("http://news.velo.example", "Velo", TEXT, "public_address"),
        ("https://localhost:8484", "Velo", TEXT, "public_address"),
        ("https://192.168.1.4", "Velo", TEXT, "public_address"),
        (BASE_URL, "Velo [rot]", TEXT, "alt_form"),
        (BASE_URL, "Velo\nrot", TEXT, "alt_form"),
        (BASE_URL, "Velo \\ rot", TEXT, "alt_form"),
        (BASE_URL, "Velo {{ rot }}", TEXT, "liquid"),
        (BASE_URL, "Velo", "# Neu\n\n```\nvelo", "open_code"),
        (BASE_URL, "", TEXT, ""),
    ],
)
def test_what_would_not_show_as_approved_is_told_before(base_url: str, alt: str, text: str, rule: str) -> None:
    channel, account = DevTo(base_url), blank_account("devto")
    payload = channel.build(Content(text=text, media=(MEDIA[0].model_copy(update={"alt": alt}),)), account)
    assert {problem.rule for problem in channel.validate(payload, account)} == ({rule} if rule else set())
    bare = channel.build(Content(text=TEXT), account)
    assert channel.validate(bare, account) == (), "without pictures none is needed"


async def test_an_article_is_not_sent_whose_pictures_would_lie_elsewhere_by_now() -> None:
    async with open_bench() as bench:
        payload = DevTo("https://former.velo.example").build(Content(text=TEXT, media=MEDIA), bench.account)
        with pytest.raises(ChannelRefused) as refused:
            await bench.channel.send(payload, KEY, bench.door().sending(payload))
        assert refused.value.code == "picture" and bench.server.entries == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Neu\n\n{% embed https://x.example %}", "liquid"),
        ("Neu\n\na {{ b }}", "liquid"),
        ("Neu\n---\npublished: true\n---", "front_matter"),
        ("# " + "a" * 129 + "\n\nText", "title_too_long"),
        ("# Nur ein Titel", "empty"),
    ],
)
async def test_what_dev_would_take_for_something_else_is_told_before(text: str, rule: str) -> None:
    async with open_bench() as bench:
        assert rule in {problem.rule for problem in bench.channel.validate(bench.sealed(text), bench.account)}


@pytest.mark.parametrize("step", ["GET /users/me", "GET /articles/me/all", "POST /articles"])
@pytest.mark.parametrize("status", [500, 403, 422, 429])
@pytest.mark.parametrize("done", [False, True])
async def test_until_it_is_published_a_failure_is_never_a_doubt_and_leaves_no_second(
    step: str, status: int, done: bool
) -> None:
    async with open_bench() as bench:
        payload = bench.sealed()
        (bench.server.acted if done else bench.server.answers)[step] = [(status, b"{}", ())]
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ProvenNotSent | ChannelRefused) and not bench.server.public()
        receipt = await bench.channel.send(payload, KEY, bench.door())
        assert [str(each.id) for each in bench.server.entries] == [receipt.remote_id]


async def test_two_at_once_publish_one_draft() -> None:
    async with open_bench() as bench:
        payload = bench.sealed()

        async def check() -> None:  # meanwhile the other one does all of it
            await bench.channel.send(payload, KEY, bench.door())

        receipt = await bench.channel.send(payload, KEY, bench.door(check))
        assert [str(each.id) for each in bench.server.entries] == [receipt.remote_id]


async def test_a_list_that_is_late_makes_no_second_article() -> None:
    async with open_bench() as bench:
        payload = bench.sealed()
        await bench.channel.send(payload, KEY, bench.door())
        bench.server.lists = False
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused) and "five minutes" in outcome.sentence()
        assert len(bench.server.entries) == 1
        assert bench.channel.capabilities.key_life == timedelta(minutes=5)


async def test_a_yes_with_nothing_done_is_a_doubt_that_a_look_clears() -> None:
    async with open_bench() as bench:
        payload = bench.sealed()
        bench.server.plan.append(Act(200, body=b'{"id":101,"published_timestamp":""}', commits="never"))
        assert isinstance(await attempt(bench, payload), OutcomeUnknown)
        assert await bench.channel.look_up(payload, KEY, bench.door()) == Absent()
        receipt = await bench.channel.send(payload, KEY, bench.door())
        found = await bench.channel.look_up(payload, KEY, bench.door())
        assert isinstance(found, Found) and found.receipt == receipt


async def test_the_same_words_of_another_day_are_another_post() -> None:
    async with open_bench() as bench:
        bench.server.now = lambda: AT - timedelta(days=1)
        old = await bench.send()
        bench.server.now = lambda: AT
        assert await bench.channel.look_up(bench.sealed(), OTHER_KEY, bench.door()) == Absent()
        new = await bench.channel.send(bench.sealed(), OTHER_KEY, bench.door())
        assert new.remote_id != old.remote_id


async def test_what_was_taken_down_is_not_sent_again() -> None:
    async with open_bench() as bench:
        payload = bench.sealed()
        receipt = await bench.channel.send(payload, KEY, bench.door())
        await bench.channel.delete(receipt, bench.door())
        assert await bench.channel.read_back(receipt, bench.door()) is None
        assert isinstance(await bench.channel.look_up(payload, KEY, bench.door()), CannotTell)
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused) and outcome.code == "put_aside" and not bench.server.public()


async def test_taking_down_what_is_gone_changes_nothing() -> None:
    async with open_bench() as bench:
        receipt = await bench.send()
        bench.server.entries.clear()
        await bench.channel.delete(receipt, bench.door())


async def test_a_title_that_dev_would_change_is_not_published() -> None:
    async with open_bench(strips="🚲") as bench:
        for _ in range(2):
            outcome = await attempt(bench, bench.sealed())
            assert isinstance(outcome, ChannelRefused) and not bench.server.public()
        assert len(bench.server.entries) == 1


async def test_too_many_drafts_to_see_are_told_and_nothing_is_sent() -> None:
    async with open_bench() as bench:
        for number in range(64):
            fields = {"title": f"Nummer {number}", "body_markdown": "Text"}
            bench.server.entries.append(Entry(number + 1, fields, AT - timedelta(days=1)))
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), CannotTell)
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and "so many drafts" in outcome.sentence()


async def test_another_account_or_a_withdrawn_key_sends_nothing() -> None:
    async with open_bench() as bench:
        payload = bench.sealed()
        bench.server.user_id = 6
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused) and outcome.code == "other_account"
        bench.server.key = "another"
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized" and not bench.server.entries


async def test_what_people_did_with_it_is_counted() -> None:
    async with open_bench() as bench:
        receipt = await bench.send()
        counted = await bench.channel.metrics(receipt, bench.door())
        assert counted == {"views": 77, "reactions": 5, "comments": 2}
        bench.server.answers["GET /articles/me/published"] = [(200, b"[]", ())]
        assert await bench.channel.metrics(receipt, bench.door()) == {"reactions": 5, "comments": 2}


async def test_connecting_verifies_the_key_and_shows_the_account() -> None:
    async with open_bench(picture="https://velo.example/me.png") as bench:
        assert (bench.account.remote_id, bench.account.handle) == ("4169381", "@velo")
        assert "tags" not in bench.account.options, "those that were chosen before stay"
        await bench.send()
        shown = await bench.channel.introduce(bench.account, bench.door())
        assert (shown.name, shown.avatar) == ("Velo & Co", "https://velo.example/me.png")
        assert (shown.last_post, shown.last_at) == ("Der Frühling kommt 🚲", AT)


@pytest.mark.parametrize(
    "options",
    [
        {"tags": "a,b,c,d,e"},
        {"tags": "a" * 31},
        {"tags": "a b"},
        {"title": "mine"},
        {"canonical": "yes"},
        {"cover": "no"},
    ],
)
async def test_options_that_cannot_work_are_told_when_connecting(options: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        async with open_bench(options):
            pass


@pytest.mark.parametrize("key", ["", "short", "with blanks in between", "ä" * 20])
async def test_what_is_no_key_is_told_before_anything_is_asked(key: str) -> None:
    async with open_bench() as bench:
        bench.key, asked = key, len(bench.server.seen)
        with pytest.raises(ChannelRefused):
            await bench.channel.connect(bench.account, bench.door())
        assert len(bench.server.seen) == asked


async def test_a_key_goes_to_no_other_server_by_redirect() -> None:
    async with forem_server() as other, open_bench() as bench:
        bench.server.answers["GET /users/me"] = [(301, b"", (("location", f"{other.origin}/api/users/me"),))]
        assert isinstance(await attempt(bench, bench.sealed()), ChannelRefused | ProvenNotSent)
        assert other.seen == []
