"""Mastodon and its kin keep the contract of channels, whether they honour a key or not."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.accounts.door import HttpClient, always
from bot.channels.answers import instant
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
from bot.channels.mastodon import Mastodon
from bot.channels.mastodon_api import status_body
from bot.channels.mastodon_server import origin_of
from bot.channels.mastodon_text import countable, graphemes, spoken, text_of
from bot.errors import BadInput
from bot.fetch import safe_client
from storage.sealed import Medium, SealedPayload
from tests.bot.channels.benches import blank_account, door_for
from tests.bot.channels.contract import (
    AT,
    COMMENT,
    KEY,
    OTHER_KEY,
    OUTCOMES,
    TEXT,
    NetworkBench,
    NetworkContract,
    attempt,
)
from tests.fakes.faulty_http import GOOD, Act
from tests.fakes.mastodon_server import MastodonServer, Status, mastodon_server, rendered

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
ALT = "Rotes Velo, 3 Räder – „neu“"
LONG = " ".join(
    f"Satz {number}: Jeden Morgen um vier wird gebacken, und die ganze Strasse riecht nach Brot."
    for number in range(14)
)
PICTURE = Medium(
    sha256=hashlib.sha256(PNG).hexdigest(), mime="image/png", size=len(PNG), width=1200, height=675, alt=ALT
)


class MastodonBench:
    def __init__(self, server: MastodonServer, client: HttpClient, user: str = "velo") -> None:
        self.channel = Mastodon()
        self.server = server
        self.token = server.token_for(user)
        self.secrets: Sequence[str] = (self.token,)
        self._client = client
        self.account: Account = blank_account("mastodon", options={"server": server.origin})

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
        """Each thread as one, its first comment by itself."""
        threads: list[list[Status]] = []
        for status in self.server.statuses:
            above = status.asked.get("in_reply_to_id") if status.text != COMMENT else None
            thread = next((each for each in threads if above and each[-1].id == above), None)
            threads.append([status]) if thread is None else thread.append(status)
        return ["\n\n".join(status.text for status in thread) for thread in threads]


@asynccontextmanager
async def open_bench(options: dict[str, str] | None = None, **switches: Any) -> AsyncIterator[MastodonBench]:
    """A connected account at a fresh server, through the safe client as the operator would allow it."""
    async with (
        mastodon_server(now=lambda: AT, **switches) as server,
        safe_client(allow_hosts={f"127.0.0.1:{server.port}"}) as client,
    ):
        bench = MastodonBench(server, client)
        bench.account = bench.account.changed(options={**bench.account.options, **(options or {})})
        bench.account = await bench.channel.connect(bench.account, bench.door())
        yield bench


# A success is documented to be the Status: without its id nobody can say what stands there, so it is looked for.
MASTODON_OUTCOMES = OUTCOMES | {
    "empty success": (Act(200, body=b""), OutcomeUnknown, ""),
    "garbage success": (Act(200, body=b"\xff\xfe{"), OutcomeUnknown, ""),
}


class TestMastodon(NetworkContract):
    looks_up_by_key = False
    outcomes = MASTODON_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench()


class TestKinThatIgnoreTheKey(NetworkContract):
    looks_up_by_key = False
    outcomes = MASTODON_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench(software="akkoma", honours_key=False)


class InThreads:
    """Every text is a thread here."""

    def sealed(self, bench: Any, text: str = TEXT, comment: str = "") -> SealedPayload:
        payload: SealedPayload = bench.sealed(LONG if text == TEXT else text, first_comment=comment)
        return payload

    async def test_the_check_is_the_last_thing_before_sending(self, bench: Any) -> None:
        """Before each status of it."""
        standing: list[int] = []

        async def check() -> None:
            standing.append(len(bench.server.statuses))

        await bench.channel.send(self.sealed(bench), KEY, bench.door(check))
        assert standing == [0, 1, 2]


class TestThreads(InThreads, NetworkContract):
    looks_up_by_key = False
    outcomes = MASTODON_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench()


class TestThreadsOfKin(InThreads, NetworkContract):
    looks_up_by_key = False
    outcomes = MASTODON_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench(software="akkoma", honours_key=False)


async def test_a_long_text_becomes_statuses_that_answer_each_other_cut_at_sentences() -> None:
    async with open_bench({"spoiler": "Werbung", "visibility": "private"}) as bench:
        payload = bench.sealed(LONG, media=(PICTURE,))
        receipt = await bench.channel.send(payload, KEY, bench.door())
        first, second, third = bench.server.statuses
        assert receipt.remote_id == f"{first.id},{second.id},{third.id}" and receipt.url.endswith(first.id)
        assert [each.asked.get("in_reply_to_id") for each in bench.server.statuses] == [None, first.id, second.id]
        assert [len(each.media) for each in bench.server.statuses] == [1, 0, 0]
        assert {each.asked["visibility"] for each in bench.server.statuses} == {"private"}
        assert {each.asked["spoiler_text"] for each in bench.server.statuses} == {"Werbung"}
        assert [each.key for each in bench.server.statuses] == [KEY.key, f"{KEY.key}-1", f"{KEY.key}-2"]
        assert all(each.text.endswith(".") for each in bench.server.statuses)
        assert " ".join(each.text for each in bench.server.statuses) == LONG
        live = await bench.channel.read_back(receipt, bench.door())
        assert isinstance(live, Live) and live.alts == (ALT,)
        assert live.text == "\n\n".join(part.text for part in payload.parts)
        bench.server.numbers["replies"] = 3
        assert (await bench.channel.metrics(receipt, bench.door()))["replies"] == 2, "its own continuation is none"


@pytest.mark.parametrize("broken", [1, 2])
@pytest.mark.parametrize("honours", [True, False])
async def test_a_thread_that_broke_off_is_told_and_goes_on_where_it_did(broken: int, honours: bool) -> None:
    async with open_bench(software="mastodon" if honours else "akkoma", honours_key=honours) as bench:
        payload = bench.sealed(LONG, media=(PICTURE,))
        bench.server.plan.extend([*([GOOD] * broken), Act(500, commits="never")])
        assert isinstance(await attempt(bench, payload), OutcomeUnknown)
        found = await bench.channel.look_up(payload, KEY, bench.door())
        assert found == CannotTell(f"Of the thread's 3 posts the first {broken} stand there.")
        again = AttemptKey(KEY.post, KEY.key, AT, AT + timedelta(minutes=5))
        receipt = await bench.channel.send(payload, again, bench.door())
        assert list(await bench.standing()) == ["\n\n".join(part.text for part in payload.parts)]
        assert len(receipt.remote_id.split(",")) == len(bench.server.statuses) == 3
        assert len(bench.server.uploads) == 1, "its picture is there already"


async def test_what_follows_a_refusal_in_a_thread_is_a_doubt() -> None:
    async with open_bench() as bench:
        bench.server.plan.extend([GOOD, Act(422, commits="never")])
        outcome = await attempt(bench, bench.sealed(LONG))
        assert isinstance(outcome, OutcomeUnknown) and "Only a part of the thread went out." in outcome.what


async def test_a_thread_is_taken_down_from_its_end() -> None:
    async with open_bench() as bench:
        receipt = await bench.send(LONG)
        ids = [each.id for each in bench.server.statuses]
        await bench.channel.delete(Receipt(receipt.remote_id, receipt.url, receipt.at), bench.door())
        gone = [seen.path.rpartition("/")[2] for seen in bench.server.seen if seen.method == "DELETE"]
        assert gone == ids[::-1] and not bench.server.statuses


async def test_pixelfed_makes_no_threads() -> None:
    async with open_bench(software="pixelfed", honours_key=False) as bench:
        assert not bench.channel.capabilities_for(bench.account).threads
        payload = bench.sealed(LONG, media=(PICTURE,))
        assert len(payload.parts) == 1
        assert {each.rule for each in bench.channel.validate(payload, bench.account)} == {"too_long"}


@given(st.text(max_size=1500), st.integers(40, 600), st.sampled_from(["mastodon", "akkoma", "gotosocial"]))
@settings(max_examples=150, deadline=None)
def test_a_thread_loses_no_word_and_each_of_its_statuses_fits(text: str, most: int, software: str) -> None:
    channel = Mastodon()
    account = blank_account("mastodon", options={"software": software, "max_characters": str(most)})
    payload = channel.build(Content(text=text), account)
    assert "".join("".join(part.text.split()) for part in payload.parts) == "".join(text.split())
    over = channel.measure(text, account).over
    fits = all(channel.measure(part.text, account).used <= most for part in payload.parts)
    assert fits == (over == 0)


@pytest.mark.parametrize(("software", "relied_on"), [("mastodon", True), ("pixelfed", False), ("gotosocial", False)])
async def test_a_key_is_relied_on_only_where_it_is_known_to_hold(software: str, relied_on: bool) -> None:
    async with open_bench(software=software) as bench:
        life = bench.channel.capabilities_for(bench.account).key_life
        assert life == (timedelta(hours=1) if relied_on else None)


async def test_the_bytes_on_the_wire_come_from_the_sealed_payload_alone() -> None:
    async with open_bench({"spoiler": "Werbung", "visibility": "unlisted"}) as bench:
        payload = bench.sealed(language="de-CH")
        await bench.channel.send(payload, KEY, bench.door())
        seen = bench.server.posted()[0]
        assert seen.body == status_body(SealedPayload.model_validate_json(payload.canonical()), [])
        assert seen.headers["idempotency-key"] == KEY.key and seen.headers["content-type"] == "application/json"
        assert json.loads(seen.body) == {
            "status": TEXT,
            "visibility": "unlisted",
            "language": "de",
            "spoiler_text": "Werbung",
            "sensitive": True,
        }


@pytest.mark.parametrize("media_takes", [0, 2])
async def test_pictures_go_up_first_with_their_alt_text(media_takes: int) -> None:
    async with open_bench(media_takes=media_takes) as bench:
        receipt = await bench.send(media=(PICTURE,))
        [status] = bench.server.statuses
        kept = bench.server.uploads[status.media[0]]
        assert (kept.data, kept.description, kept.left) == (PNG, ALT, 0)
        live = await bench.channel.read_back(receipt, bench.door())
        assert live == Live(
            text=TEXT,
            alts=(ALT,),
            url=receipt.url,
            pictures=tuple(bench.server.origin + each for each in bench.server.small),
        )


async def test_upload_ids_are_no_part_of_what_is_approved() -> None:
    async with open_bench() as bench:
        before = bench.sealed(media=(PICTURE,)).digest
        await bench.send(media=(PICTURE,))
        assert bench.sealed(media=(PICTURE,)).digest == before


async def test_a_picture_that_lost_its_alt_text_is_not_posted() -> None:
    async with open_bench(keeps_alt=False) as bench:
        with pytest.raises(ChannelRefused) as told:
            await bench.send(media=(PICTURE,))
        assert told.value.code == "alt" and not bench.server.statuses


@pytest.mark.parametrize(
    ("answer", "expected"),
    [((500, b"", ()), ProvenNotSent), ((413, b"", ()), ChannelRefused), ((422, b"{}", ()), ChannelRefused)],
)
async def test_a_picture_that_fails_is_never_a_doubt(answer: Any, expected: type[Exception]) -> None:
    async with open_bench() as bench:
        bench.server.answers["/api/v2/media"] = [answer]
        with pytest.raises(expected):
            await bench.send(media=(PICTURE,))
        assert not bench.server.statuses


async def test_the_instant_to_come_back_at_is_understood() -> None:
    async with open_bench() as bench:
        reset = (("X-RateLimit-Reset", "2026-12-01T08:05:00.000000Z"),)
        bench.server.plan.append(Act(429, reset, commits="never"))
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.retry_after_seconds == 300


async def test_a_refused_token_is_a_clear_no_before_anything_is_sent() -> None:
    async with open_bench() as bench:
        bench.server.tokens.clear()
        outcome = await attempt(bench, bench.sealed(media=(PICTURE,)))
        assert isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized"
        assert not bench.server.uploads and not bench.server.posted()


async def test_a_token_of_another_account_sends_nothing() -> None:
    async with open_bench() as bench:
        bench.server.tokens[bench.token] = "ana"
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "other_account"
        assert not bench.server.posted()


async def test_a_doubt_is_cleared_by_content_and_time() -> None:
    async with open_bench(software="pixelfed", honours_key=False) as bench:
        payload = bench.sealed()
        bench.server.plan.append(Act(504, commits="late"))
        assert isinstance(await attempt(bench, payload), OutcomeUnknown)
        assert await bench.channel.look_up(payload, KEY, bench.door()) == Absent()
        bench.server.commit_late()
        found = await bench.channel.look_up(payload, KEY, bench.door())
        assert isinstance(found, Found) and found.receipt.remote_id == bench.server.statuses[0].id


async def test_the_same_words_of_another_day_are_another_post() -> None:
    async with open_bench() as bench:
        bench.server.now = lambda: AT - timedelta(days=1)
        await bench.send()
        assert await bench.channel.look_up(bench.sealed(), OTHER_KEY, bench.door()) == Absent()


async def test_two_with_the_same_words_are_for_a_person_to_tell_apart() -> None:
    async with open_bench(honours_key=False) as bench:
        await bench.send()
        await bench.send()
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), CannotTell)


@pytest.mark.parametrize("has_source", [True, False])
async def test_a_post_is_found_among_others_as_it_is_shown(has_source: bool) -> None:
    text = "Hallo @ana@velo.example, schau: https://velo.example/a/very/long/path?with=1&and=2 & <mehr>.\n\n#velo"
    async with open_bench(has_source=has_source) as bench:
        await bench.send("Etwas anderes")
        receipt = await bench.channel.send(bench.sealed(text), OTHER_KEY, bench.door())
        found = await bench.channel.look_up(bench.sealed(text), OTHER_KEY, bench.door())
        assert isinstance(found, Found) and found.receipt.remote_id == receipt.remote_id
        live = await bench.channel.read_back(receipt, bench.door())
        assert live.text == text if isinstance(live, Live) else isinstance(live, CannotTell) and not has_source


async def test_looking_goes_back_over_pages_and_says_when_it_did_not_see_all() -> None:
    async with open_bench(honours_key=False) as bench:
        await bench.send()
        for number in range(60):
            await bench.send(f"Nummer {number}")
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), Found)
        for number in range(60, 130):
            await bench.send(f"Nummer {number}")
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), CannotTell)


async def test_a_server_that_cannot_be_read_is_asked_again_later() -> None:
    async with open_bench() as bench:
        path = f"/api/v1/accounts/{bench.account.remote_id}/statuses"
        for answer in ((500, b"", ()), (200, b"{}", ()), (200, b"<html>", ())):
            bench.server.answers[path] = [answer]
            found = await bench.channel.look_up(bench.sealed(), KEY, bench.door())
            assert isinstance(found, CannotTell) and found.temporary


async def test_what_people_did_with_it_is_counted() -> None:
    async with open_bench() as bench:
        receipt = await bench.send()
        counted = await bench.channel.metrics(receipt, bench.door())
        assert counted == {"favourites": 3, "reblogs": 1, "replies": 0}


async def test_connecting_verifies_the_account_and_keeps_the_servers_limits() -> None:
    limits = {"max_characters": 5000, "max_media_attachments": 6, "description_limit": 99, "image_matrix_limit": 10_000}
    async with open_bench(limits=limits) as bench:
        account, can = bench.account, bench.channel.capabilities_for(bench.account)
        assert (account.remote_id, account.server) == ("109777", bench.server.origin)
        assert account.handle == "@velo@velo.example"
        assert (can.text_limit, can.images_max, can.alt_limit, can.image_max_pixels) == (5000, 6, 99, (100, 100))
        assert can.image_mimes == ("image/jpeg", "image/png", "image/webp")
        assert bench.channel.measure("a" * 5001, account).over == 1


@pytest.mark.parametrize("nonsense", [-1, 0, 10**30])
async def test_limits_that_cannot_be_are_mastodons_own(nonsense: int) -> None:
    async with open_bench(limits={"max_characters": nonsense, "description_limit": nonsense}) as bench:
        can = bench.channel.capabilities_for(bench.account)
        assert (can.text_limit, can.alt_limit) == (500, 1500)


async def test_an_address_that_the_server_returns_cannot_lead_inside() -> None:
    async with mastodon_server() as inside, open_bench() as bench:
        index = {"links": [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": inside.origin}]}
        bench.server.answers["/.well-known/nodeinfo"] = [(200, json.dumps(index).encode(), ())]
        again = await bench.channel.connect(bench.account, bench.door())
        assert again.options["software"] == "" and inside.seen == []
        assert bench.channel.capabilities_for(again).key_life is None


async def test_a_token_goes_to_no_other_server_by_redirect() -> None:
    async with mastodon_server() as other, open_bench() as bench:
        moved = ((301, b"", (("location", f"{other.origin}/api/v1/accounts/verify_credentials"),)),)
        bench.server.answers["/api/v1/accounts/verify_credentials"] = list(moved)
        assert isinstance(await attempt(bench, bench.sealed()), ChannelRefused | ProvenNotSent)
        assert other.seen == []


@pytest.mark.parametrize("options", [{"visibility": "direct"}, {"sensitive": "perhaps"}])
async def test_options_that_cannot_work_are_told_when_connecting(options: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        async with open_bench(options):
            pass


async def test_pixelfed_wants_a_picture() -> None:
    async with open_bench(software="pixelfed") as bench:
        assert {p.rule for p in bench.channel.validate(bench.sealed(), bench.account)} == {"no_picture"}
        assert bench.channel.validate(bench.sealed(media=(PICTURE,)), bench.account) == ()


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("mastodon.social", "https://mastodon.social"),
        (" Mastodon.Social ", "https://mastodon.social"),
        ("@ana@velo.example", "https://velo.example"),
        ("https://velo.example/@ana", "https://velo.example"),
        ("https://velo.example:8443", "https://velo.example:8443"),
        ("http://127.0.0.1:3000/", "http://127.0.0.1:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_a_server_is_known_by_its_origin(given: str, origin: str) -> None:
    assert origin_of(given) == origin


@pytest.mark.parametrize(
    "given",
    ["", "@", "http://velo.example", "ftp://velo.example", "https://a:b@velo.example", "velo.example:port", "//"],
)
def test_what_names_no_server_is_told(given: str) -> None:
    with pytest.raises(BadInput):
        origin_of(given)


# After Mastodon's own spec/validators/status_length_validator_spec.rb and its Account::MENTION_RE.
@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("", 0),
        ("ab", 2),
        ("👩‍❤️‍💋‍👩 é", 3),
        ("http://" + "b" * 100 + ".com/example", 23),
        ("(https://velo.example/a)", 25),
        ("https://velo.example/a.", 24),
        ("https://velo.example/a, b", 26),
        ("https://velo.example/wiki/Velo_(Rad)", 23),
        ("https://velo.example?x=1#y!", 24),
        ("https://localhost/aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", len("https://localhost/aaaaaaaaaaaaaaaaaaaaaaaaaaaaa")),
        ("velo.example/aaaaaaaaaaaaaaaaaaaaaaaaa", len("velo.example/aaaaaaaaaaaaaaaaaaaaaaaaa")),
        ("@alice@" + "b" * 30 + ".com", 6),
        ("@alice@" + "b" * 300 + ".com", 7 + 300 + 4),
        ("a@alice.example", 15),
        ("https://velo.example/@ana@other.example", 23),
        ("https://zürich.example/ä", 23),
        ("一二三 https://velo.example", 27),
    ],
)
def test_a_text_is_counted_as_mastodon_counts_it(text: str, used: int) -> None:
    assert graphemes(countable(text, 23)) == used


def test_kin_count_in_their_own_ways() -> None:
    text, channel = "👩‍❤️‍💋‍👩 https://velo.example/a-long-way-to-go", Mastodon()
    counted = {}
    for software in ("mastodon", "pleroma", "gotosocial"):
        account = blank_account("mastodon", options={"software": software, "spoiler": "ab"})
        counted[software] = channel.measure(text, account).used
    assert counted == {"mastodon": 2 + 1 + 1 + 23, "pleroma": 2 + 1 + 1 + 37, "gotosocial": 2 + len(text)}


@given(st.text(alphabet="ab @.:/htps?#éxn-_()\n👩", max_size=80))
def test_counting_ends_and_is_never_more_than_each_address_in_full(text: str) -> None:
    counted = countable(text, 0)
    assert graphemes(counted) <= graphemes(text)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp", "Cs"]), max_size=80))
@example("Preise &gt 5 &amp; <b>")
def test_what_a_server_shows_is_recognised(text: str) -> None:
    assert spoken(text_of(rendered(text.strip()))) == spoken(text.strip())


@given(st.text(max_size=30) | st.none() | st.integers())
def test_any_instant_has_a_zone_or_is_none(value: object) -> None:
    found = instant(value)
    assert found is None or found.utcoffset() == timedelta(0)
