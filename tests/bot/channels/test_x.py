"""X keeps the contract of channels: posts, threads, prices."""

from __future__ import annotations

import dataclasses
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
from bot.channels.platform import X as PLATFORM
from bot.channels.x import X
from bot.channels.x_api import post_body
from bot.fetch import safe_client
from storage.sealed import Medium, SealedPayload
from tests.bot.channels.benches import blank_account, door_for
from tests.bot.channels.contract import AT, KEY, OUTCOMES, TEXT, NetworkBench, NetworkContract, attempt
from tests.fakes.faulty_http import Act
from tests.fakes.x_server import PEOPLE, XServer, x_server

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
ALT = "Rotes Velo, 3 Räder – „neu“"
PICTURE = Medium(
    sha256=hashlib.sha256(PNG).hexdigest(), mime="image/png", size=len(PNG), width=1200, height=675, alt=ALT
)
LONG = " ".join(f"Number {number}: every morning we bake from four, and it smells of bread." for number in range(10))
REPEATED = AttemptKey(KEY.post, KEY.key, AT, AT + timedelta(minutes=5))


class XBench:
    def __init__(self, server: XServer, client: HttpClient) -> None:
        self.channel = X(dataclasses.replace(PLATFORM, api=server.origin, web=server.origin))
        self.server = server
        self.token = server.token_for("velo")
        self.secrets: Sequence[str] = (self.token,)
        self._client = client
        self.account: Account = blank_account("x")

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
        return ["\n\n".join(post.text for post in thread) for thread in self.server.threads()]


@asynccontextmanager
async def open_bench(**switches: Any) -> AsyncIterator[XBench]:
    async with (
        x_server(now=lambda: AT, **switches) as server,
        safe_client(allow_hosts={f"127.0.0.1:{server.port}"}) as client,
    ):
        bench = XBench(server, client)
        bench.account = await bench.channel.connect(bench.account, bench.door())
        yield bench


# A success is documented to hold the post's id: without it nobody can say what stands there, so it is looked for.
X_OUTCOMES = OUTCOMES | {
    "empty success": (Act(200, body=b""), OutcomeUnknown, ""),
    "garbage success": (Act(200, body=b"\xff\xfe{"), OutcomeUnknown, ""),
}


class TestX(NetworkContract):
    looks_up_by_key = False
    outcomes = X_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench()


async def test_the_bytes_on_the_wire_come_from_the_sealed_payload_alone() -> None:
    async with open_bench() as bench:
        payload = bench.sealed(LONG).model_copy(update={"disclosure": ("ai_generated", "paid_partnership")})
        receipt = await bench.channel.send(payload, KEY, bench.door())
        read = SealedPayload.model_validate_json(payload.canonical())
        ids, sent = receipt.remote_id.split(","), bench.server.posted()
        assert len(ids) == len(sent) == len(payload.parts) > 2
        for number, seen in enumerate(sent):
            assert seen.body == post_body(read, number, [], ids[number - 1] if number else "")
            assert json.loads(seen.body)["made_with_ai"] and json.loads(seen.body)["paid_partnership"]


async def test_a_label_that_is_not_taken_there_is_a_clear_no() -> None:
    async with open_bench() as bench:
        bench.server.labels = frozenset({"made_with_ai"})
        payload = bench.sealed().model_copy(update={"disclosure": ("paid_partnership",)})
        with pytest.raises(ChannelRefused) as refused:
            await bench.channel.send(payload, KEY, bench.door())
        assert refused.value.code == "label" and not bench.server.posts


async def test_a_thread_is_posts_that_answer_each_other_and_is_read_and_deleted_as_one() -> None:
    async with open_bench() as bench:
        receipt = await bench.send(LONG)
        [thread] = bench.server.threads()
        assert [post.id for post in thread] == receipt.remote_id.split(",") and len(thread) > 2
        assert receipt.url.endswith(f"/velo/status/{thread[0].id}")
        live = await bench.channel.read_back(receipt, bench.door())
        assert isinstance(live, Live) and live.text == "\n\n".join(part.text for part in bench.sealed(LONG).parts)
        await bench.channel.delete(Receipt(receipt.remote_id, receipt.url, receipt.at), bench.door())
        assert bench.server.posts == []


async def test_pictures_go_up_first_with_their_alt_text() -> None:
    async with open_bench() as bench:
        receipt = await bench.send(media=(PICTURE, PICTURE))
        media = bench.server.posts[0].asked["media"]["media_ids"]
        assert [(bench.server.uploads[each], bench.server.alts[each]) for each in media] == [(PNG, ALT)] * 2
        live = await bench.channel.read_back(receipt, bench.door())
        shown = f"{bench.server.show(PNG)}?name=small"
        assert live == Live(text=TEXT, alts=(ALT, ALT), url=receipt.url, pictures=(shown, shown))


@pytest.mark.parametrize("path", ["/2/media/upload", "/2/media/metadata"])
@pytest.mark.parametrize(("answer", "expected"), [((500, b"", ()), ProvenNotSent), ((400, b"{}", ()), ChannelRefused)])
async def test_a_picture_that_fails_is_never_a_doubt(path: str, answer: Any, expected: type[Exception]) -> None:
    async with open_bench() as bench:
        bench.server.answers[path] = [answer]
        with pytest.raises(expected):
            await bench.send(media=(PICTURE,))
        assert not bench.server.posts


FAILURES = [
    Act(429, (("x-rate-limit-reset", "1796112300"), ("x-rate-limit-remaining", "0")), commits="never"),
    Act(403, commits="never"),
    Act(500, commits="never"),
    Act(500),
    Act(504, commits="late"),
    Act(breaks="before answering"),
    Act(commits="never", breaks="before reading"),
    Act(200, body=b"{}"),
]


@pytest.mark.parametrize("good", [0, 1, 2])
@pytest.mark.parametrize("act", FAILURES)
async def test_a_thread_that_broke_is_finished_at_the_missing_post_and_never_doubled(act: Act, good: int) -> None:
    async with open_bench() as bench:
        payload = bench.sealed(LONG, media=(PICTURE,))
        bench.server.plan.extend([Act(201)] * good + [act])
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused if act.status in (403, 429) and not good else OutcomeUnknown)
        bench.server.commit_late()
        out = len(bench.server.posts)
        looked = await bench.channel.look_up(payload, KEY, bench.door())
        whole = out == len(payload.parts)
        assert isinstance(looked, Found if whole else CannotTell if out else Absent)
        assert not getattr(looked, "temporary", False)
        if isinstance(looked, CannotTell):
            assert f"the first {out} stand there" in looked.why
        receipt = await bench.channel.send(payload, REPEATED, bench.door())
        [thread] = bench.server.threads()
        assert [post.text for post in thread] == [part.text for part in payload.parts]
        assert receipt.remote_id.split(",") == [post.id for post in thread]
        assert len(thread[0].asked["media"]["media_ids"]) == 1
        assert isinstance(await bench.channel.look_up(payload, KEY, bench.door()), Found)


async def test_another_attempt_at_what_stands_there_posts_nothing() -> None:
    async with open_bench() as bench:
        first = await bench.send(LONG)
        again = await bench.channel.send(bench.sealed(LONG), REPEATED, bench.door())
        assert again.remote_id == first.remote_id and len(bench.server.threads()) == 1


async def test_another_attempt_waits_while_nothing_can_be_read() -> None:
    async with open_bench() as bench:
        for answer in ((500, b"", ()), (200, b"{}", ()), (200, b"<html>", ())):
            bench.server.answers[f"/2/users/{PEOPLE['velo']}/tweets"] = [answer]
            with pytest.raises(ProvenNotSent):
                await bench.channel.send(bench.sealed(), REPEATED, bench.door())
        assert not bench.server.posted()


async def test_a_duplicate_that_is_not_listed_yet_is_a_question() -> None:
    async with open_bench() as bench:
        await bench.send()
        bench.server.answers[f"/2/users/{PEOPLE['velo']}/tweets"] = [(200, b'{"meta":{"result_count":0}}', ())]
        with pytest.raises(OutcomeUnknown):
            await bench.channel.send(bench.sealed(), REPEATED, bench.door())
        assert len(bench.server.posts) == 1
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "duplicate"


async def test_a_look_reads_at_most_fifty_posts_and_says_when_it_did_not_see_all() -> None:
    async with open_bench() as bench:
        await bench.send()
        for number in range(49):
            await bench.send(f"Nummer {number}")
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), Found)
        await bench.send("Noch einer")
        bench.server.reads = 0
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), CannotTell)
        assert bench.server.reads == 50


async def test_numbers_cost_one_read_and_end_after_thirty_days() -> None:
    async with open_bench() as bench:
        receipt = await bench.send(LONG)
        bench.server.reads = 0
        counted = await bench.channel.metrics(receipt, bench.door())
        assert counted == {"impressions": 90, "likes": 3, "reposts": 1, "replies": 1, "quotes": 0, "bookmarks": 1}
        old = dataclasses.replace(receipt, at=AT - timedelta(days=31))
        assert await bench.channel.metrics(old, bench.door()) == {} and bench.server.reads == 1


@pytest.mark.parametrize(
    ("text", "media", "price"),
    [
        ("Velo", (), "$0.015"),
        ("Velo https://velo.ch", (), "$0.20"),
        ("velo.ch", (), "$0.20"),
        ("Velo", (PICTURE, PICTURE), "$0.025"),
    ],
)
def test_the_price_is_told_before_it_is_approved(text: str, media: tuple[Medium, ...], price: str) -> None:
    payload = X().build(Content(text=text, media=media), blank_account("x"))
    assert X().price(payload) == payload.price_cap == price


async def test_what_costs_more_than_was_approved_is_not_sent() -> None:
    async with open_bench() as bench:
        payload = bench.sealed("Velo").model_copy(update={"price_cap": "$0.01"})
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused) and outcome.code == "price" and "$0.01" in outcome.sentence()


async def test_used_up_credits_and_times_to_come_back_are_told() -> None:
    async with open_bench() as bench:
        bench.server.plan.append(Act(402, commits="never"))
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "credits"
        reset = str(int((AT + timedelta(minutes=5)).timestamp()))
        bench.server.plan.append(Act(429, (("x-rate-limit-reset", reset),), commits="never"))
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.retry_after_seconds == 300


async def test_an_access_to_another_account_sends_nothing() -> None:
    async with open_bench() as bench:
        bench.server.tokens[bench.token] = "ana"
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "other_account"
        bench.server.tokens.clear()
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized"
        assert not bench.server.posted()


async def test_an_access_that_is_still_to_be_renewed_is_waited_for() -> None:
    async with open_bench() as bench:
        bench.server.tokens.clear()
        for at, expected in ((AT - timedelta(hours=3), ProvenNotSent), (AT + timedelta(minutes=5), ChannelRefused)):
            options = {"renew_access_at": at.isoformat(timespec="seconds")}
            bench.account = bench.account.changed(options=options)
            assert isinstance(await attempt(bench, bench.sealed()), expected)
        assert not bench.server.posted()


async def test_connecting_says_whose_access_it_is() -> None:
    async with open_bench() as bench:
        assert (bench.account.remote_id, bench.account.handle) == (PEOPLE["velo"], "@velo")
        assert bench.account.page.endswith("/velo")
