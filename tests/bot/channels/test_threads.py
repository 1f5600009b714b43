"""Threads keeps the contract of channels: posts, carousels, chains."""

from __future__ import annotations

import dataclasses
import hashlib
import re
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
from bot.channels.platform import THREADS
from bot.channels.threads import Threads
from bot.channels.threads_write import post_fields
from bot.errors import BadInput
from bot.fetch import safe_client
from storage.sealed import Medium, SealedPayload
from tests.bot.channels.benches import BASE_URL, blank_account, door_for
from tests.bot.channels.contract import AT, KEY, OUTCOMES, TEXT, NetworkBench, NetworkContract, attempt
from tests.bot.channels.handed_contract import shown
from tests.fakes.faulty_http import Act, Seen
from tests.fakes.meta_server import asked_in, error
from tests.fakes.threads_server import PEOPLE, ThreadsServer, threads_server

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
ALT = "Rotes Velo, 3 Räder – „neu“"
PICTURE = Medium(
    sha256=hashlib.sha256(PNG).hexdigest(), mime="image/png", size=len(PNG), width=1080, height=1350, alt=ALT
)
LONG = "".join(f"On day {day} we bake from four, and it smells of bread in all of our street. " for day in range(16))
REPEATED = AttemptKey(KEY.post, KEY.key, AT, AT + timedelta(minutes=5))
LINK = "https://velo.example/werkstatt"


def pictures(url: str) -> bytes | None:
    """What the public edge holds."""
    return PNG if url == f"{BASE_URL}/media/{PICTURE.sha256}.png" else shown(BASE_URL, url)


class ThreadsBench:
    def __init__(self, server: ThreadsServer, client: HttpClient) -> None:
        self.channel = Threads(dataclasses.replace(THREADS, api=server.origin, web=server.origin), BASE_URL)
        self.server = server
        self.token = server.token_for("velo")
        self.secrets: Sequence[str] = (self.token,)
        self._client = client
        self.account: Account = blank_account("threads")

    def door(
        self, check: Callable[[], Awaitable[None]] = always, *, deadline: timedelta = timedelta(seconds=20)
    ) -> Door:
        secrets = {"access_token": self.token}
        return door_for(self.account, client=self._client, secrets=secrets, check=check, deadline=deadline)

    def sealed(self, text: str = TEXT, **more: Any) -> SealedPayload:
        return self.channel.build(Content(text=text, not_before=AT, **more), self.account)

    async def send(self, text: str = TEXT, **more: Any) -> Receipt:
        return await self.channel.send(self.sealed(text, **more), KEY, self.door())

    async def standing(self) -> Sequence[str]:
        return ["\n\n".join(post.text for post in thread) for thread in self.server.threads()]


@asynccontextmanager
async def open_bench(**switches: Any) -> AsyncIterator[ThreadsBench]:
    async with (
        threads_server(now=lambda: AT, pictures=pictures, **switches) as server,
        safe_client(allow_hosts={f"127.0.0.1:{server.port}"}) as client,
    ):
        bench = ThreadsBench(server, client)
        bench.account = await bench.channel.connect(bench.account, bench.door())
        yield bench


# A success is documented to hold the post's id: without it nobody can say what stands there, so it is looked for.
THREADS_OUTCOMES = OUTCOMES | {
    "empty success": (Act(200, body=b""), OutcomeUnknown, ""),
    "garbage success": (Act(200, body=b"\xff\xfe{"), OutcomeUnknown, ""),
}


class TestThreads(NetworkContract):
    looks_up_by_key = False
    outcomes = THREADS_OUTCOMES

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        return open_bench()


async def test_what_is_asked_for_comes_from_the_sealed_payload_alone() -> None:
    async with open_bench() as bench:
        payload = bench.sealed(LONG, link=LINK)
        receipt = await bench.channel.send(payload, KEY, bench.door())
        read = SealedPayload.model_validate_json(payload.canonical())
        ids = receipt.remote_id.split(",")
        asked = [asked_in(seen) for seen in bench.server.seen if seen.path.endswith("/threads")]
        made = [fields for fields in asked if "media_type" in fields]
        assert len(ids) == len(made) == len(payload.parts) == 3
        for number, fields in enumerate(made):
            wanted = post_fields(read, number, "", [], ids[number - 1] if number else "")
            assert fields == wanted | {"access_token": bench.token}
        assert made[0]["link_attachment"] == LINK and "link_attachment" not in made[1]


async def test_a_chain_is_posts_that_answer_each_other_and_is_read_and_deleted_as_one() -> None:
    async with open_bench() as bench:
        receipt = await bench.send(LONG)
        [chain] = bench.server.threads()
        assert [post.id for post in chain] == receipt.remote_id.split(",") and len(chain) == 3
        assert receipt.url == f"https://www.threads.com/@velo/post/{chain[0].id[-6:]}"
        live = await bench.channel.read_back(receipt, bench.door())
        assert live is not None and live.text == "\n\n".join(part.text for part in bench.sealed(LONG).parts)
        await bench.channel.delete(Receipt(receipt.remote_id, receipt.url, receipt.at), bench.door())
        assert bench.server.posts == []


@pytest.mark.parametrize("many", [1, 2, 20])
async def test_pictures_are_fetched_with_their_alt_texts_before_anything_is_published(many: int) -> None:
    async with open_bench(polls=1) as bench:
        receipt = await bench.send(media=(PICTURE,) * many)
        assert bench.server.posts[0].alts == [ALT] * many
        live = await bench.channel.read_back(receipt, bench.door())
        shown = tuple(bench.server.posts[0].images)
        assert len(shown) == many and all(shown)
        assert live == Live(text=TEXT, alts=(ALT,) * many, url=receipt.url, pictures=shown)
        assert isinstance(await bench.channel.look_up(bench.sealed(media=(PICTURE,) * many), KEY, bench.door()), Found)


async def test_a_picture_that_cannot_be_fetched_is_a_clear_no() -> None:
    async with open_bench() as bench:
        bench.server.pictures = lambda url: None
        outcome = await attempt(bench, bench.sealed(media=(PICTURE,)))
        assert isinstance(outcome, ChannelRefused) and outcome.code == "picture"
        assert not bench.server.published()


async def test_without_a_public_address_pictures_are_a_problem_before_approval() -> None:
    for base, found in (("http://127.0.0.1:8484", 1), ("http://localhost:8484", 1), ("", 1), (BASE_URL, 0)):
        channel = Threads(base_url=base)
        account = blank_account("threads")
        with_picture = channel.build(Content(text="Velo", media=(PICTURE,)), account)
        rules = [problem.rule for problem in channel.validate(with_picture, account)]
        assert rules == ["public_address"] * found
        assert channel.validate(channel.build(Content(text="Velo"), account), account) == ()


@pytest.mark.parametrize("path", ["threads", "status"])
@pytest.mark.parametrize(("answer", "expected"), [((500, b"", ()), ProvenNotSent), ((400, b"{}", ()), ChannelRefused)])
async def test_what_fails_before_publishing_is_never_a_doubt(path: str, answer: Any, expected: type[Exception]) -> None:
    async with open_bench() as bench:
        user = bench.account.remote_id
        bench.server.answers[f"/v1.0/{user}/threads" if path == "threads" else "/v1.0/17000000000000001"] = [answer]
        with pytest.raises(expected):
            await bench.send()
        assert not bench.server.published()


FAILURES = [
    Act(400, body=error(613, "Calls to this api have exceeded the rate limit.")[1], commits="never"),
    Act(400, body=error(10, "No permission")[1], commits="never"),
    Act(400, body=error(2, "Service temporarily unavailable")[1], commits="never"),
    Act(500, body=error(1, "An unknown error occurred")[1]),
    Act(500, commits="never"),
    Act(504, commits="late"),
    Act(breaks="before answering"),
    Act(commits="never", breaks="before reading"),
    Act(200, body=b"{}"),
]
REFUSED = FAILURES[:2]


@pytest.mark.parametrize("good", [0, 1, 2])
@pytest.mark.parametrize("act", FAILURES)
async def test_a_chain_that_broke_is_finished_at_the_missing_post_and_never_doubled(act: Act, good: int) -> None:
    async with open_bench() as bench:
        payload = bench.sealed(LONG, media=(PICTURE,))
        bench.server.plan.extend([Act(200)] * good + [act])
        outcome = await attempt(bench, payload)
        assert isinstance(outcome, ChannelRefused if act in REFUSED and not good else OutcomeUnknown)
        bench.server.commit_late()
        out = len(bench.server.posts)
        looked = await bench.channel.look_up(payload, KEY, bench.door())
        whole = out == len(payload.parts)
        assert isinstance(looked, Found if whole else CannotTell if out else Absent)
        assert not getattr(looked, "temporary", False)
        if isinstance(looked, CannotTell):
            assert f"the first {out} stand there" in looked.why
        receipt = await bench.channel.send(payload, REPEATED, bench.door())
        [chain] = bench.server.threads()
        assert [post.text for post in chain] == [part.text for part in payload.parts]
        assert receipt.remote_id.split(",") == [post.id for post in chain]
        assert chain[0].alts == [ALT]
        assert isinstance(await bench.channel.look_up(payload, KEY, bench.door()), Found)


@pytest.mark.parametrize(("method", "path"), [("POST", f"/v1.0/{PEOPLE['velo']}/threads"), ("GET", "/v1.0/17.*3")])
async def test_a_chain_whose_second_container_fails_is_a_doubt_for_a_part_of_it_stands(method: str, path: str) -> None:
    async with open_bench() as bench:
        real = bench.server.route

        def route(seen: Seen) -> Any:
            fails = bench.server.posts and seen.method == method and re.fullmatch(path, seen.path)
            return (400, b"{}", ()) if fails else real(seen)

        bench.server.route = route  # type: ignore[method-assign]
        assert isinstance(await attempt(bench, bench.sealed(LONG)), OutcomeUnknown)
        assert len(bench.server.posts) == 1


async def test_another_attempt_at_what_stands_there_posts_nothing() -> None:
    async with open_bench() as bench:
        first = await bench.send(LONG)
        again = await bench.channel.send(bench.sealed(LONG), REPEATED, bench.door())
        assert again.remote_id == first.remote_id and len(bench.server.threads()) == 1


async def test_another_attempt_waits_while_nothing_can_be_read() -> None:
    async with open_bench() as bench:
        for answer in ((500, b"", ()), (200, b"{}", ()), (200, b"<html>", ())):
            bench.server.answers[f"/v1.0/{PEOPLE['velo']}/threads"] = [answer]
            with pytest.raises(ProvenNotSent):
                await bench.channel.send(bench.sealed(), REPEATED, bench.door())
        assert not bench.server.published()


async def test_the_same_words_twice_cannot_be_told_apart() -> None:
    async with open_bench() as bench:
        await bench.send()
        await bench.send()
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), CannotTell)


async def test_a_look_goes_through_all_pages_and_says_when_it_did_not_see_all() -> None:
    async with open_bench(most=1000) as bench:
        await bench.send()
        first = bench.server.posts[0]
        bench.server.posts += [
            dataclasses.replace(first, id=str(int(first.id) + 1000 + n), asked=first.asked | {"text": f"Nummer {n}"})
            for n in range(399)
        ]
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), Found)
        extra = dataclasses.replace(first, id="19", asked=first.asked | {"text": "Noch einer"})
        bench.server.posts.append(extra)
        assert isinstance(await bench.channel.look_up(bench.sealed(), KEY, bench.door()), CannotTell)


async def test_numbers_are_of_the_first_post_and_leave_out_its_own_continuation() -> None:
    async with open_bench() as bench:
        counted = await bench.channel.metrics(await bench.send(LONG), bench.door())
        assert counted == {"views": 90, "likes": 3, "replies": 1, "reposts": 1, "quotes": 0, "shares": 1}


async def test_the_days_limit_is_told_before_anything_is_made() -> None:
    async with open_bench(most=1) as bench:
        await bench.send()
        made = len(bench.server.containers)
        outcome = await attempt(bench, bench.sealed("Noch einer"))
        assert isinstance(outcome, ChannelRefused) and outcome.code == "limit" and "1 posts in 24" in outcome.sentence()
        assert len(bench.server.containers) == made


async def test_times_to_come_back_are_told() -> None:
    async with open_bench() as bench:
        usage = '{"26": [{"type": "threads", "estimated_time_to_regain_access": 7}]}'
        for headers, seconds in (((("X-Business-Use-Case-Usage", usage),), 420), ((), 300)):
            bench.server.plan.append(Act(400, headers, body=error(4, "Too many calls")[1], commits="never"))
            outcome = await attempt(bench, bench.sealed())
            assert isinstance(outcome, ChannelRefused) and outcome.retry_after_seconds == seconds


async def test_an_access_to_another_account_sends_nothing() -> None:
    async with open_bench() as bench:
        bench.server.tokens[bench.token].user = "ana"
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "other_account"
        bench.server.tokens.clear()
        outcome = await attempt(bench, bench.sealed())
        assert isinstance(outcome, ChannelRefused) and outcome.code == "unauthorized"
        assert not bench.server.published()


async def test_to_delete_what_is_somebody_elses_is_no_success() -> None:
    async with open_bench() as bench:
        receipt = await bench.send()
        bench.server.posts[0].user = PEOPLE["ana"]
        with pytest.raises(ChannelRefused):
            await bench.channel.delete(receipt, bench.door())
        assert len(bench.server.posts) == 1


async def test_the_topic_of_the_account_is_a_part_of_what_is_approved() -> None:
    async with open_bench() as bench:
        plain = bench.sealed().digest
        bench.account = await bench.channel.connect(bench.account.changed(options={"topic": "#Velos"}), bench.door())
        payload = bench.sealed()
        assert payload.extra == {"topic": "Velos"} and payload.digest != plain
        await bench.channel.send(payload, KEY, bench.door())
        assert bench.server.posts[0].asked["topic_tag"] == "Velos"
        for wrong in ("a.b", "a&b", "x" * 51):
            with pytest.raises(BadInput):
                await bench.channel.connect(bench.account.changed(options={"topic": wrong}), bench.door())


@pytest.mark.parametrize(("many", "rules"), [(5, []), (6, ["too_many_links"])])
def test_more_than_five_links_are_a_problem(many: int, rules: list[str]) -> None:
    text = " ".join(f"https://velo.example/{number}" for number in range(many))
    channel, account = Threads(base_url=BASE_URL), blank_account("threads")
    assert [each.rule for each in channel.validate(channel.build(Content(text=text), account), account)] == rules


async def test_connecting_says_whose_access_it_is() -> None:
    async with open_bench() as bench:
        assert (bench.account.remote_id, bench.account.handle) == (PEOPLE["velo"], "@velo")
        assert bench.account.page.endswith("/@velo")
