"""Bluesky keeps the contract of channels, with one post and with threads."""

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
from bot.channels.bluesky import Bluesky
from bot.channels.bluesky_records import posts, rkeys
from bot.errors import BadInput
from bot.fetch import safe_client
from storage.sealed import Medium, SealedPayload
from tests.bot.channels.benches import blank_account, door_for
from tests.bot.channels.contract import AT, KEY, OTHER_KEY, OUTCOMES, TEXT, NetworkBench, NetworkContract, attempt
from tests.fakes.bluesky_lexicon import cid_of
from tests.fakes.bluesky_server import ANA, VELO, BlueskyServer, bluesky_server
from tests.fakes.faulty_http import Act

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
ALT = "Rotes Velo, 3 Räder – „neu“"
PICTURE = Medium(
    sha256=hashlib.sha256(PNG).hexdigest(), mime="image/png", size=len(PNG), width=1200, height=675, alt=ALT
)
LONG = "Der Frühling kommt, und mit ihm kommen alle unsere Velos 🚲 aus dem Keller. " * 12 + "#velo"
APPLY, PUT = "/xrpc/com.atproto.repo.applyWrites", "/xrpc/com.atproto.repo.putRecord"


class BlueskyBench:
    def __init__(self, server: BlueskyServer, client: HttpClient) -> None:
        self.channel = Bluesky()
        self.server = server
        self.password = server.people[VELO].password
        self._client = client
        options = {"handle": "velo.bsky.example", "app_view": server.origin, "directory": server.origin}
        self.account: Account = blank_account("bluesky", options=options)

    @property
    def secrets(self) -> Sequence[str]:
        return (self.password, *self.server.access, *self.server.refresh)

    def door(
        self, check: Callable[[], Awaitable[None]] = always, *, deadline: timedelta = timedelta(seconds=20)
    ) -> Door:
        return door_for(
            self.account,
            client=self._client,
            secrets={"app_password": self.password},
            blobs=(PNG,),
            check=check,
            deadline=deadline,
        )

    def sealed(self, text: str = TEXT, **more: Any) -> SealedPayload:
        return self.channel.build(Content(text=text, **{"not_before": AT, **more}), self.account)

    async def send(self, text: str = TEXT, **more: Any) -> Receipt:
        return await self.channel.send(self.sealed(text, **more), KEY, self.door())

    async def standing(self) -> Sequence[str]:
        return self.server.threads()

    def record(self) -> dict[str, Any]:
        """The only one that stands there."""
        [record] = self.server.records.values()
        return record


@asynccontextmanager
async def open_bench(options: dict[str, str] | None = None, **switches: Any) -> AsyncIterator[BlueskyBench]:
    """A connected account at a fresh server, through the safe client as the operator would allow it."""
    async with (
        bluesky_server(**switches) as server,
        safe_client(allow_hosts={f"127.0.0.1:{server.port}"}) as client,
    ):
        bench = BlueskyBench(server, client)
        bench.account = bench.account.changed(options={**bench.account.options, **(options or {})})
        bench.account = await bench.channel.connect(bench.account, bench.door())
        yield bench


# A success names the record and its content id (com.atproto.repo.putRecord, output): one that does not is looked into.
BLUESKY_OUTCOMES = OUTCOMES | {
    "empty success": (Act(200, body=b""), OutcomeUnknown, ""),
    "garbage success": (Act(200, body=b"\xff\xfe{"), OutcomeUnknown, ""),
}


class TestBluesky(NetworkContract):
    outcomes = BLUESKY_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench()


class TestThreads(NetworkContract):
    """Every text is a thread here."""

    outcomes = BLUESKY_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench()

    def sealed(self, bench: Any, text: str = TEXT, comment: str = "") -> SealedPayload:
        payload: SealedPayload = bench.sealed(LONG if text == TEXT else text, first_comment=comment)
        return payload

    async def test_the_same_key_again_makes_no_second_post(self, bench: Any) -> None:
        """A taken key is a 500 there: the doubt is cleared by looking, and nothing stands twice."""
        first = await bench.channel.send(self.sealed(bench), KEY, bench.door())
        with pytest.raises(OutcomeUnknown):
            await bench.channel.send(self.sealed(bench), KEY, bench.door())
        found = await bench.channel.look_up(self.sealed(bench), KEY, bench.door())
        assert isinstance(found, Found) and found.receipt.remote_id == first.remote_id
        assert len(await bench.standing()) == 1


async def test_a_thread_is_one_write_whose_posts_refer_to_each_other() -> None:
    async with open_bench() as bench:
        payload = bench.sealed(LONG, media=(PICTURE,))
        receipt = await bench.channel.send(payload, KEY, bench.door())
        assert [seen.path for seen in bench.server.written()] == [APPLY]
        records = list(bench.server.records.items())
        assert len(records) == len(payload.parts) == 4
        root = {"uri": records[0][0], "cid": cid_of(records[0][1])}
        for (_, record), (uri, before) in zip(records[1:], records, strict=False):
            assert record["reply"] == {"root": root, "parent": {"uri": uri, "cid": cid_of(before)}}
        assert ["embed" in record for _, record in records] == [True, False, False, False]
        assert records[3][1]["facets"][0]["features"][0]["tag"] == "velo"
        live = await bench.channel.read_back(receipt, bench.door())
        assert isinstance(live, Live) and live.alts == (ALT,) and live.media_sha256 == (PICTURE.sha256,)
        assert live.text == "\n\n".join(part.text for part in payload.parts)


async def test_content_ids_are_those_that_another_encoder_finds() -> None:
    async with open_bench({"labels": "nudity"}) as bench:
        for post in posts(bench.sealed(LONG, media=(PICTURE,)), KEY):
            assert post.cid == cid_of(post.record)


async def test_the_record_on_the_wire_is_what_was_sealed() -> None:
    async with open_bench({"labels": "nudity, sexual"}) as bench:
        payload = bench.sealed("Ça roule @ana.bsky.example! #été", media=(PICTURE,), language="fr-CH")
        payload = SealedPayload.model_validate_json(payload.canonical())
        await bench.channel.send(payload, KEY, bench.door())
        record = bench.record()
        assert record["langs"] == ["fr-CH"] and record["createdAt"] == "2026-12-01T08:00:00.000Z"
        assert record["labels"]["values"] == [{"val": "nudity"}, {"val": "sexual"}]
        [image] = record["embed"]["images"]
        assert (image["alt"], image["aspectRatio"]) == (ALT, {"width": 1200, "height": 675})
        [facet] = record["facets"]
        assert record["text"].encode()[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode() == "#été"


async def test_a_mention_leads_to_who_has_the_handle_when_it_is_approved() -> None:
    async with open_bench() as bench:
        text = "Mit @ana.bsky.example und @nobody.bsky.example"
        mentions = await bench.channel.mentioned(text, bench.account, bench.door())
        assert mentions == {"ana.bsky.example": ANA}
        payload = bench.sealed(text, mentions=mentions)
        assert bench.channel.mentions_of(payload) == mentions
        bench.server.people[ANA].handle = "other.bsky.example"
        await bench.channel.send(payload, KEY, bench.door())
        [facet] = bench.record()["facets"]
        assert facet["features"] == [{"$type": "app.bsky.richtext.facet#mention", "did": ANA}]
        assert payload.digest != bench.sealed(text).digest


async def test_a_link_becomes_a_card_where_no_picture_is() -> None:
    link = "https://velo.example/a"
    async with open_bench() as bench:
        await bench.send("Neu im Laden", link=link, title="Der Laden")
        card = {"uri": link, "title": "Der Laden", "description": ""}
        assert bench.record()["embed"] == {"$type": "app.bsky.embed.external", "external": card}
        assert bench.record()["text"] == "Neu im Laden"
    async with open_bench() as bench:
        await bench.send("Neu im Laden", link=link, media=(PICTURE,))
        assert bench.record()["embed"]["$type"] == "app.bsky.embed.images"
        assert bench.record()["text"] == f"Neu im Laden\n\n{link}" and len(bench.record()["facets"]) == 1
    async with open_bench({"card": "picture"}) as bench:
        receipt = await bench.send("Neu im Laden", link=link, media=(PICTURE,))
        external = bench.record()["embed"]["external"]
        assert external["thumb"]["size"] == PICTURE.size and external["description"] == ALT
        live = await bench.channel.read_back(receipt, bench.door())
        assert isinstance(live, Live) and live.media_sha256 == (PICTURE.sha256,) and live.alts is None
        large = PICTURE.model_copy(update={"size": 1_500_000})
        problems = bench.channel.validate(bench.sealed("x", link=link, media=(large,)), bench.account)
        assert {problem.rule for problem in problems} == {"picture_bytes"}
        assert bench.channel.capabilities_for(bench.account).image_max_bytes == 1_000_000, "fitted before approval"


@pytest.mark.parametrize(
    ("answer", "expected", "code"),
    [
        ((500, b"", ()), ProvenNotSent, ""),
        ((413, b"{}", ()), ChannelRefused, "too_large"),
        ((400, b'{"error":"BlobTooLarge","message":"x"}', ()), ChannelRefused, "too_large"),
        ((200, b'{"blob":{"ref":{"$link":"bafy"},"mimeType":"image/png","size":1}}', ()), ChannelRefused, "picture"),
        ((429, b"{}", (("ratelimit-reset", "1796112600"),)), ChannelRefused, "rate_limited"),
    ],
)
async def test_a_picture_that_fails_is_never_a_doubt(answer: Any, expected: type[Exception], code: str) -> None:
    async with open_bench() as bench:
        bench.server.answers["/xrpc/com.atproto.repo.uploadBlob"] = [answer]
        outcome = await attempt(bench, bench.sealed(media=(PICTURE,)))
        assert isinstance(outcome, expected) and not bench.server.written()
        if isinstance(outcome, ChannelRefused):
            assert outcome.code == code


async def test_the_instant_to_come_back_at_is_understood() -> None:
    async with open_bench() as bench:
        at = str(int((AT + timedelta(minutes=5)).timestamp()))
        bench.server.plan.append(Act(429, (("RateLimit-Reset", at),), commits="never"))
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.retry_after_seconds == 300


@pytest.mark.parametrize("text", [TEXT, LONG])
async def test_a_session_that_lapses_before_the_write_is_renewed_and_checked_again(text: str) -> None:
    async with open_bench() as bench:
        checks: list[int] = []

        async def check() -> None:
            checks.append(len(bench.server.records))
            if len(checks) == 1:
                bench.server.lapse()

        await bench.channel.send(bench.sealed(text, media=(PICTURE,)), KEY, bench.door(check))
        assert checks == [0, 0] and len(bench.server.written()) == 2 and len(bench.server.threads()) == 1
        assert len(bench.server.refresh) == 2, "one of the connecting, one that was renewed"


async def test_a_session_that_cannot_be_renewed_is_a_clear_no() -> None:
    async with open_bench() as bench:

        async def check() -> None:
            bench.server.lapse()
            bench.server.refresh.clear()

        with pytest.raises(ChannelRefused) as told:
            await bench.channel.send(bench.sealed(), KEY, bench.door(check))
        assert told.value.code == "unauthorized" and not bench.server.records


@pytest.mark.parametrize(
    ("status", "word"), [("takendown", "taken down"), ("suspended", "suspended"), ("deactivated", "deactivated")]
)
async def test_what_became_of_an_account_is_told_in_words(status: str, word: str) -> None:
    async with open_bench() as bench:
        bench.server.people[VELO].status = status
        outcome = await attempt(bench, bench.sealed(media=(PICTURE,)))
        assert isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized"
        assert word in outcome.sentence() and not bench.server.blobs and not bench.server.written()


async def test_a_revoked_app_password_is_told_with_what_to_do() -> None:
    async with open_bench() as bench:
        bench.server.people[VELO].password = "new"
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized"
        assert "Make a new app password" in outcome.sentence()


async def test_a_server_that_says_yes_and_does_nothing_is_found_out() -> None:
    async with open_bench(forgets=True) as bench:
        assert isinstance(await attempt(bench, bench.sealed()), OutcomeUnknown)
        assert await bench.channel.look_up(bench.sealed(), KEY, bench.door()) == Absent()


async def test_what_stands_is_read_at_once_and_without_a_session() -> None:
    async with open_bench() as bench:
        receipt = await bench.send()
        asked = len(bench.server.seen)
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), Found)
        assert await bench.channel.read_back(receipt, bench.door()) is not None
        assert not [seen for seen in bench.server.seen[asked:] if "authorization" in seen.headers]


@pytest.mark.parametrize("text", [TEXT, LONG])
async def test_a_late_commit_is_found_and_sending_again_changes_nothing(text: str) -> None:
    async with open_bench() as bench:
        bench.server.plan.append(Act(504, commits="late"))
        assert isinstance(await attempt(bench, bench.sealed(text)), OutcomeUnknown)
        assert await bench.channel.look_up(bench.sealed(text), KEY, bench.door()) == Absent()
        bench.server.commit_late()
        await attempt(bench, bench.sealed(text))
        assert isinstance(await bench.channel.look_up(bench.sealed(text), KEY, bench.door()), Found)
        assert len(bench.server.threads()) == 1


async def test_something_else_under_the_key_is_never_overwritten() -> None:
    async with open_bench() as bench:
        await bench.send("Etwas anderes")
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, OutcomeUnknown) and bench.server.threads() == ["Etwas anderes"]
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), CannotTell)


@pytest.mark.parametrize("dated", [True, False])
async def test_an_attempt_that_nobody_remembers_is_found_by_the_next(dated: bool) -> None:
    """A recovery may know another time of the first attempt; the key does not depend on it."""
    forgotten = AttemptKey(KEY.post, KEY.key, AT + timedelta(minutes=3), AT + timedelta(minutes=4))
    async with open_bench() as bench:
        payload = bench.sealed(not_before=AT if dated else None)
        await bench.channel.send(payload, KEY, bench.door())
        await_again = bench.channel.send(payload, forgotten, bench.door())
        if dated:
            await await_again
        else:  # another time of creation: another record under the same key
            with pytest.raises(OutcomeUnknown):
                await await_again
        assert isinstance(await bench.channel.look_up(payload, forgotten, bench.door()), Found)
        assert len(bench.server.records) == 1


async def test_keys_of_a_thread_rise_and_differ_between_posts() -> None:
    async with open_bench() as bench:
        payload = bench.sealed(LONG)
        mine, others = rkeys(payload, KEY), rkeys(payload, OTHER_KEY)
        assert list(mine) == sorted(set(mine)) and not set(mine) & set(others)


async def test_deleting_takes_a_whole_thread_down_the_last_post_first() -> None:
    async with open_bench() as bench:
        receipt = await bench.send(LONG)
        kept = Receipt(receipt.remote_id, receipt.url, receipt.at)
        await bench.channel.delete(kept, bench.door())
        assert bench.server.records == {}
        deleted = [json.loads(s.body)["rkey"] for s in bench.server.seen if s.path.endswith("deleteRecord")]
        assert deleted == list(reversed(rkeys(bench.sealed(LONG), KEY)))


@pytest.mark.parametrize("text", [TEXT, LONG])
async def test_what_people_did_with_it_is_counted(text: str) -> None:
    async with open_bench() as bench:
        receipt = await bench.send(text)
        counted = await bench.channel.metrics(receipt, bench.door())
        assert counted == {"likes": 3, "reposts": 1, "replies": 4, "quotes": 2, "bookmarks": 5}


async def test_connecting_follows_the_handle_to_its_server() -> None:
    async with open_bench() as bench:
        account = bench.account
        assert (account.remote_id, account.server, account.handle) == (VELO, bench.server.origin, "@velo.bsky.example")


async def test_an_account_that_changed_its_handle_stays_the_same() -> None:
    async with open_bench() as bench:
        bench.server.people[VELO].handle = "velo.example"
        again = await bench.channel.connect(bench.account, bench.door())
        assert (again.remote_id, again.handle) == (VELO, "@velo.example")


async def test_a_server_of_ones_own_needs_no_directory() -> None:
    async with open_bench() as bench:
        own = {"handle": "@velo.bsky.example", "server": bench.server.origin}
        asked = len(bench.server.seen)
        again = await bench.channel.connect(bench.account.changed(options=own), bench.door())
        assert again.remote_id == VELO
        assert [seen.path for seen in bench.server.seen[asked:]] == ["/xrpc/com.atproto.server.createSession"]


@pytest.mark.parametrize(
    "document",
    [
        {"alsoKnownAs": ["at://ana.bsky.example"]},
        {"id": ANA},
        {"service": []},
        {"service": [{"id": "#atproto_pds", "serviceEndpoint": "file:///etc/passwd"}]},
    ],
)
async def test_a_document_that_does_not_agree_gets_no_password(document: dict[str, Any]) -> None:
    async with open_bench() as bench:
        bench.server.document = document
        asked = len(bench.server.seen)
        with pytest.raises(ChannelRefused):
            await bench.channel.connect(bench.account.changed(remote_id=""), bench.door())
        assert not [seen for seen in bench.server.seen[asked:] if seen.path.endswith("createSession")]


async def test_a_document_that_leads_inside_gets_no_password() -> None:
    async with bluesky_server() as inside, open_bench() as bench:
        bench.server.document = {"service": [{"id": "#atproto_pds", "serviceEndpoint": inside.origin}]}
        with pytest.raises(ProvenNotSent):
            await bench.channel.connect(bench.account, bench.door())
        assert inside.seen == []


async def test_a_password_goes_to_no_other_server_by_redirect() -> None:
    async with bluesky_server() as other, open_bench() as bench:
        path = "/xrpc/com.atproto.server.createSession"
        bench.server.answers[path] = [(307, b"", (("location", other.origin + path),))]
        assert isinstance(await attempt(bench, bench.sealed()), ChannelRefused | ProvenNotSent)
        assert other.seen == []


@pytest.mark.parametrize(
    "options",
    [{"handle": "velo"}, {"handle": ""}, {"labels": "boring"}, {"card": "both"}, {"server": "ftp://x.example"}],
)
async def test_options_that_cannot_work_are_told_when_connecting(options: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        async with open_bench(options):
            pass


async def test_nobody_is_called_that() -> None:
    with pytest.raises(ChannelRefused) as told:
        async with open_bench({"handle": "nobody.bsky.example"}):
            pass
    assert "Nobody on Bluesky" in told.value.sentence()
