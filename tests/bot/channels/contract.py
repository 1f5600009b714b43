"""What every adapter promises, as tests. Subclass `ChannelContract`, or `NetworkContract` for a channel with a server.

A bench holds one adapter, one connected account, and the truth: what stands on the channel, whatever the adapter says.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.accounts.door import always
from bot.channels.base import (
    Absent,
    Account,
    AttemptKey,
    CannotTell,
    Channel,
    ChannelRefused,
    Comments,
    Content,
    Door,
    Flag,
    Found,
    Live,
    OutcomeUnknown,
    ProvenNotSent,
    Receipt,
)
from bot.errors import AdMindError
from storage.sealed import SealedPayload
from tests.bot.channels import handed_contract
from tests.bot.channels.handed_contract import HandedContract
from tests.fakes.faulty_http import Act

AT, KEY, COMMENT = handed_contract.AT, handed_contract.KEY, handed_contract.COMMENT
TEXT = "Der Frühling kommt 🚲\n\nAlle Velos 20 % günstiger: https://velo.example/fruehling?a=1&b=2 <b>nur</b> heute."
FLAGS: tuple[Flag, ...] = ("ai_generated", "paid_partnership")
OTHER_KEY = AttemptKey("p_zzzzzzzzzzzz", "fedcba9876543210fedcba9876543210", AT, AT + timedelta(seconds=30))


class Bench(Protocol):
    """One adapter at work. `secrets` are the account's credentials in clear, looked for where they must not be."""

    @property
    def channel(self) -> Channel: ...

    @property
    def account(self) -> Account: ...

    @property
    def secrets(self) -> Sequence[str]: ...

    def door(self, check: Callable[[], Awaitable[None]] = always, *, deadline: timedelta = ...) -> Door: ...

    async def standing(self) -> Sequence[str]:
        """The texts of the posts that stand on the channel now, and of comments that are no posts."""
        ...


class NotNow(AdMindError):
    """What the publisher's check raises when a post must not go out any more."""


class ChannelContract(HandedContract):
    """Subclasses give the `bench` fixture, and say what look-ups can tell."""

    looks_up = True
    looks_up_by_key = True  # by content and time, a twin of the same moment cannot be told apart

    @pytest.fixture
    def bench(self) -> AsyncIterator[Bench]:
        raise NotImplementedError

    def sealed(self, bench: Bench, text: str = TEXT, comment: str = "") -> SealedPayload:
        return bench.channel.build(Content(text=text, not_before=AT, first_comment=comment), bench.account)

    async def test_measure_and_validate_agree_at_the_limit(self, bench: Bench) -> None:
        limit = bench.channel.capabilities_for(bench.account).text_limit
        assert limit is not None
        for text in ("a" * limit, "a" * (limit + 1)):
            payload = self.sealed(bench, text)
            measured = max(bench.channel.measure(part.text, bench.account).over for part in payload.parts)
            rules = {problem.rule for problem in bench.channel.validate(payload, bench.account)}
            assert ("too_long" in rules) == (measured > 0) == (len(text) > limit)

    async def test_an_empty_post_is_a_problem(self, bench: Bench) -> None:
        assert bench.channel.validate(self.sealed(bench, " \n "), bench.account)

    async def test_an_ordinary_post_is_no_problem(self, bench: Bench) -> None:
        assert bench.channel.validate(self.sealed(bench), bench.account) == ()

    async def test_building_is_deterministic_and_seals_time_and_place(self, bench: Bench) -> None:
        once, again = self.sealed(bench), self.sealed(bench)
        assert once.canonical() == again.canonical()
        assert SealedPayload.model_validate_json(once.canonical()).digest == once.digest
        assert once.not_before == "2026-12-01T08:00:00Z"
        account = bench.account
        assert (once.account, once.remote_id) == (account.id, account.remote_id)
        assert (once.server, once.destination) == (account.server, account.destination)

    async def test_what_it_must_say_of_itself_is_sealed_and_its_server_knows_every_field(self, bench: Bench) -> None:
        plain = self.sealed(bench)
        content = Content(text=TEXT, media=plain.parts[0].media, not_before=AT, disclosure=FLAGS)
        assert bench.channel.build(content, bench.account).disclosure == FLAGS
        said = plain.model_copy(update={"disclosure": FLAGS})
        assert plain.disclosure == () and said.digest != plain.digest
        await bench.channel.send(said, KEY, bench.door().sending(said))
        assert list(await bench.standing()) == ["\n\n".join(part.text for part in plain.parts)]

    async def test_text_without_bytes_is_refused_when_it_is_built(self, bench: Bench) -> None:
        with pytest.raises(ValueError):
            self.sealed(bench, "half a pair \ud83d")

    async def test_what_was_sealed_is_what_stands(self, bench: Bench) -> None:
        payload = self.sealed(bench)
        receipt = await bench.channel.send(payload, KEY, bench.door().sending(payload))
        assert receipt.remote_id
        assert list(await bench.standing()) == ["\n\n".join(part.text for part in payload.parts)]

    async def test_the_check_is_the_last_thing_before_sending(self, bench: Bench) -> None:
        standing: list[int] = []

        async def check() -> None:
            standing.append(len(await bench.standing()))

        await bench.channel.send(self.sealed(bench), KEY, bench.door(check))
        assert standing == [0]

    async def test_a_no_from_the_check_sends_nothing(self, bench: Bench) -> None:
        async def check() -> None:
            raise NotNow("No.")

        with pytest.raises(NotNow):
            await bench.channel.send(self.sealed(bench), KEY, bench.door(check))
        assert not await bench.standing()

    async def test_the_same_key_again_makes_no_second_post(self, bench: Bench) -> None:
        if bench.channel.capabilities_for(bench.account).key_life is None:
            pytest.skip("this account's server honours no keys")
        payload = self.sealed(bench)
        first = await bench.channel.send(payload, KEY, bench.door().sending(payload))
        again = await bench.channel.send(payload, KEY, bench.door().sending(payload))
        assert (first.remote_id, first.url) == (again.remote_id, again.url)
        assert len(await bench.standing()) == 1

    async def test_looking_up_tells_what_is_there(self, bench: Bench) -> None:
        payload = self.sealed(bench)
        before = await bench.channel.look_up(payload, KEY, bench.door())
        receipt = await bench.channel.send(payload, KEY, bench.door().sending(payload))
        after = await bench.channel.look_up(payload, KEY, bench.door())
        if not self.looks_up:
            assert isinstance(before, CannotTell) and isinstance(after, CannotTell)
            return
        assert isinstance(before, Absent)
        assert isinstance(after, Found)
        assert after.receipt.remote_id == receipt.remote_id
        if self.looks_up_by_key:
            assert isinstance(await bench.channel.look_up(payload, OTHER_KEY, bench.door()), Absent)

    async def test_reading_back_shows_what_was_sealed(self, bench: Bench) -> None:
        payload = self.sealed(bench)
        receipt = await bench.channel.send(payload, KEY, bench.door().sending(payload))
        live = await bench.channel.read_back(receipt, bench.door())
        if bench.channel.capabilities_for(bench.account).reads_back:
            assert isinstance(live, Live)
            assert live.text == "\n\n".join(part.text for part in payload.parts)
        else:
            assert live is None

    async def test_reading_back_what_is_gone_says_that_it_is_not_there(self, bench: Bench) -> None:
        can = bench.channel.capabilities_for(bench.account)
        if not (can.reads_back and can.deletes):
            pytest.skip("it cannot be read, or not be taken down")
        receipt = await bench.channel.send(self.sealed(bench), KEY, bench.door())
        await bench.channel.delete(receipt, bench.door())
        assert await bench.channel.read_back(receipt, bench.door()) is None

    async def test_deleting_takes_it_down_and_again_changes_nothing(self, bench: Bench) -> None:
        receipt = await bench.channel.send(self.sealed(bench), KEY, bench.door())
        # Receipts that were kept and read again have no `answer`.
        kept = Receipt(receipt.remote_id, receipt.url, receipt.at)
        if not bench.channel.capabilities_for(bench.account).deletes:
            with pytest.raises(ChannelRefused):
                await bench.channel.delete(kept, bench.door())
            assert len(await bench.standing()) == 1
            return
        await bench.channel.delete(kept, bench.door())
        assert not await bench.standing()
        await bench.channel.delete(kept, bench.door())
        assert not await bench.standing()

    async def test_a_first_comment_stands_below_its_post_and_goes_with_it(self, bench: Bench) -> None:
        can = bench.channel.capabilities_for(bench.account)
        if can.comments == "none":
            assert "no_comments" in {
                each.rule for each in bench.channel.validate(self.sealed(bench, comment=COMMENT), bench.account)
            }
            return
        payload = self.sealed(bench, comment=COMMENT)
        assert bench.channel.validate(payload, bench.account) == ()
        post = await bench.channel.send(payload, KEY, bench.door().sending(payload))
        texts = "\n\n".join(part.text for part in payload.parts)
        assert list(await bench.standing()) == [texts]
        if can.comments == "reply":
            assert payload.parts[-1].text == COMMENT
            return
        assert COMMENT not in texts and isinstance(bench.channel, Comments)
        before = await bench.channel.look_up_comment(payload, post, OTHER_KEY, bench.door())
        made = await bench.channel.comment(payload, post, OTHER_KEY, bench.door().sending(payload))
        after = await bench.channel.look_up_comment(payload, post, OTHER_KEY, bench.door())
        assert sorted(await bench.standing()) == sorted([texts, COMMENT])
        if self.looks_up:
            assert isinstance(before, Absent) and isinstance(after, Found)
            assert after.receipt.remote_id == made.remote_id
        else:
            assert isinstance(before, CannotTell) and isinstance(after, CannotTell)
        if can.reads_back:
            assert await bench.channel.read_comment(post, made.remote_id, bench.door()) == COMMENT
        if can.deletes:
            await bench.channel.delete(Receipt(post.remote_id, post.url, post.at, comment=made.remote_id), bench.door())
            assert not await bench.standing()

    async def test_the_check_is_asked_before_a_comment_too(self, bench: Bench) -> None:
        if bench.channel.capabilities_for(bench.account).comments != "after":
            return
        assert isinstance(bench.channel, Comments)

        async def check() -> None:
            raise NotNow("No.")

        payload = self.sealed(bench, comment=COMMENT)
        post = await bench.channel.send(payload, KEY, bench.door().sending(payload))
        with pytest.raises(NotNow):
            await bench.channel.comment(payload, post, OTHER_KEY, bench.door(check))
        assert COMMENT not in await bench.standing()

    async def test_connecting_again_finds_the_same_place(self, bench: Bench) -> None:
        again = await bench.channel.connect(bench.account, bench.door())
        assert again.remote_id
        assert (again.remote_id, again.server, again.destination) == (
            bench.account.remote_id,
            bench.account.server,
            bench.account.destination,
        )


class Faulty(Protocol):
    """A server that follows a plan and keeps the truth."""

    @property
    def plan(self) -> deque[Act]: ...

    def commit_late(self) -> int: ...

    async def stop(self) -> None:
        """Nobody listens any more."""
        ...


class NetworkBench(Bench, Protocol):
    @property
    def server(self) -> Faulty: ...


# What happens on the server, and what the adapter may say of it. Committed and refused can never meet.
OUTCOMES: dict[str, tuple[Act, type[object], str]] = {
    "created": (Act(201), Receipt, ""),
    "empty success": (Act(200, body=b""), Receipt, ""),
    "garbage success": (Act(200, body=b"\xff\xfe{"), Receipt, ""),
    "bad request": (Act(400, commits="never"), ChannelRefused, "refused"),
    "unauthorized": (Act(401, commits="never"), ChannelRefused, "unauthorized"),
    "forbidden": (Act(403, commits="never"), ChannelRefused, "unauthorized"),
    "not found": (Act(404, commits="never"), ChannelRefused, "not_found"),
    "too large": (Act(413, commits="never"), ChannelRefused, "too_large"),
    "too many": (Act(429, commits="never"), ChannelRefused, "rate_limited"),
    "too early": (Act(425, commits="never"), ChannelRefused, "rate_limited"),
    "too many, seconds": (Act(429, (("Retry-After", "7"),), commits="never"), ChannelRefused, "rate_limited"),
    "busy, seconds": (Act(503, (("Retry-After", "7"),), commits="never"), ChannelRefused, "rate_limited"),
    "moved for good": (Act(308, (("Location", "/other"),), commits="never"), ChannelRefused, "moved"),
    "see other, committed": (Act(303, (("Location", "/other"),)), OutcomeUnknown, ""),
    "found, not committed": (Act(302, (("Location", "/other"),), commits="never"), OutcomeUnknown, ""),
    "request timeout": (Act(408, commits="never"), OutcomeUnknown, ""),
    "conflict, committed": (Act(409), OutcomeUnknown, ""),
    "error, not committed": (Act(500, commits="never"), OutcomeUnknown, ""),
    "error, committed": (Act(500), OutcomeUnknown, ""),
    "bad gateway, late": (Act(502, commits="late"), OutcomeUnknown, ""),
    "busy without a time": (Act(503), OutcomeUnknown, ""),
    "gateway timeout, late": (Act(504, commits="late"), OutcomeUnknown, ""),
    "reset before reading": (Act(commits="never", breaks="before reading"), OutcomeUnknown, ""),
    "reset, not committed": (Act(commits="never", breaks="before answering"), OutcomeUnknown, ""),
    "reset, committed": (Act(breaks="before answering"), OutcomeUnknown, ""),
    "cut within the answer": (Act(breaks="within answer"), OutcomeUnknown, ""),
    "nonsense status": (Act(999), OutcomeUnknown, ""),
}
# A yes that says something else than its documentation: other types, other depths, nothing, everything at once.
SHAPES = [
    *(b"null", b"[]", b"7", b'"ok"', b"{}", b"[[{}]]", b'{"data": null}', b'{"data": [{"id": 1}]}', b'{"id": null}'),
    *(b'{"id": {"id": "1"}, "url": ["x"], "uri": 7}', b'{"ok": "yes", "ts": 1, "result": []}', b'{"id": true}'),
    *(b'{"posts": {}}', b'{"commit": 3, "results": [null]}', b'{"id": "\\u0000/../x", "url": "javascript:1"}'),
]
SLOW = {"slow, committed": Act(hangs=True), "slow, late": Act(hangs=True, commits="late")}


class NetworkContract(ChannelContract):
    """Subclasses give `open`, and may replace outcomes where their channel documents other meanings."""

    outcomes = OUTCOMES
    believes_a_yes = False  # where nothing more is ever said

    def open(self) -> AbstractAsyncContextManager[NetworkBench]:
        raise NotImplementedError

    @pytest.fixture
    async def bench(self) -> AsyncIterator[Bench]:
        async with self.open() as bench:
            yield bench

    async def test_every_failure_is_named_for_what_it_is(self) -> None:
        for name, (act, expected, code) in self.outcomes.items():
            async with self.open() as bench:
                bench.server.plan.append(act)
                outcome = await attempt(bench, self.sealed(bench))
                bench.server.commit_late()
                committed = len(await bench.standing())
                assert isinstance(outcome, expected), (name, outcome)
                if isinstance(outcome, ChannelRefused):
                    assert outcome.code == code, name
                    assert committed == 0, name
                elif isinstance(outcome, Receipt):
                    assert committed == 1, name

    async def test_a_yes_that_names_nothing_is_no_receipt(self) -> None:
        if self.believes_a_yes:
            pytest.skip("a yes is all that it ever says")
        for body in (b"", b"{}", b'{"ok": true}'):
            async with self.open() as bench:
                bench.server.plan.append(Act(200, body=body, commits="never"))
                outcome = await attempt(bench, self.sealed(bench))
                assert isinstance(outcome, OutcomeUnknown), (body, outcome)
                assert not await bench.standing()

    async def test_a_server_that_says_nothing_leaves_the_outcome_open(self) -> None:
        for name, act in SLOW.items():
            async with self.open() as bench:
                bench.server.plan.append(act)
                outcome = await attempt(bench, self.sealed(bench), deadline=timedelta(seconds=0.5))
                bench.server.commit_late()
                assert isinstance(outcome, OutcomeUnknown), name
                assert len(await bench.standing()) == 1, name

    async def test_a_date_to_come_back_at_is_understood(self) -> None:
        for value, seconds in (("7", 7), ("Tue, 01 Dec 2026 08:02:00 GMT", 120), ("Tue, 01 Dec 2020 08:00:00 GMT", 1)):
            async with self.open() as bench:
                bench.server.plan.append(Act(429, (("Retry-After", value),), commits="never"))
                outcome = await attempt(bench, self.sealed(bench))
                assert isinstance(outcome, ChannelRefused)
                assert outcome.retry_after_seconds == pytest.approx(seconds, abs=20)

    async def test_a_huge_answer_ends_in_bounded_memory(self) -> None:
        async with self.open() as bench:
            bench.server.plan.append(Act(200, body=b"[" * 40_000_000))
            outcome = await attempt(bench, self.sealed(bench))
            assert isinstance(outcome, Receipt | OutcomeUnknown)
            assert len(await bench.standing()) == 1

    async def test_every_failure_of_a_comment_is_named_for_what_it_is(self) -> None:
        for name, (act, expected, code) in self.outcomes.items():
            async with self.open() as bench:
                channel = bench.channel
                if channel.capabilities_for(bench.account).comments != "after":
                    return
                assert isinstance(channel, Comments)
                payload = self.sealed(bench, comment=COMMENT)
                post = await channel.send(payload, KEY, bench.door().sending(payload))
                bench.server.plan.append(act)
                outcome: object
                try:
                    outcome = await channel.comment(payload, post, OTHER_KEY, bench.door().sending(payload))
                except (ChannelRefused, ProvenNotSent, OutcomeUnknown) as error:
                    outcome = error
                bench.server.commit_late()
                stands = list(await bench.standing()).count(COMMENT)
                assert isinstance(outcome, expected) or (
                    expected is Receipt and isinstance(outcome, OutcomeUnknown) and stands == 1
                ), (name, outcome)
                if isinstance(outcome, ChannelRefused):
                    assert (outcome.code, stands) == (code, 0), name
                elif isinstance(outcome, Receipt):
                    assert stands == 1, name

    async def test_an_answer_of_another_shape_is_no_error_of_ours(self) -> None:
        for body in SHAPES:
            async with self.open() as bench:
                bench.server.plan.append(Act(200, body=body))
                outcome = await attempt(bench, self.sealed(bench))
                assert isinstance(outcome, Receipt | OutcomeUnknown), (body, outcome)
                assert len(await bench.standing()) == 1, body

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    async def test_a_redirect_to_a_private_address_is_not_followed(self, status: int) -> None:
        """Nothing of ours belongs there: neither the words nor the access."""
        reached = []

        def come(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            reached.append(writer.get_extra_info("peername"))
            writer.close()

        async with await asyncio.start_server(come, "127.0.0.1", 0) as private, self.open() as bench:
            place = "http://127.0.0.1:{1}/latest/meta-data".format(*private.sockets[0].getsockname())
            bench.server.plan.append(Act(status, (("Location", place),), commits="never"))
            outcome = await attempt(bench, self.sealed(bench))
            assert isinstance(outcome, ChannelRefused | OutcomeUnknown), outcome
            assert not reached
            assert not await bench.standing()

    async def test_nobody_listening_means_nothing_was_sent(self) -> None:
        async with self.open() as bench:
            await bench.server.stop()
            with pytest.raises(ProvenNotSent):
                await bench.channel.send(self.sealed(bench), KEY, bench.door())

    async def test_secrets_stay_out_of_errors_and_logs(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        for act, _, _ in self.outcomes.values():
            async with self.open() as bench:
                bench.server.plan.append(act)
                door = bench.door()
                try:
                    told = repr(await bench.channel.send(self.sealed(bench), KEY, door))
                except AdMindError as error:
                    told = error.sentence() + repr(error) + "".join(traceback.format_exception(error))
                told += repr(door) + repr(bench.channel) + repr(bench.account) + caplog.text
                assert bench.secrets
                assert not [secret for secret in bench.secrets if secret in told]

    # One test of many adapters: each subclass is its own executor, and none may replay another's examples.
    @settings(max_examples=25, deadline=None, database=None, suppress_health_check=[HealthCheck.differing_executors])
    @given(st.lists(st.integers(0, 10**6), min_size=1, max_size=4), st.booleans())
    def test_sending_again_where_it_is_allowed_never_makes_two(self, drawn: list[int], late_first: bool) -> None:
        acts = [act for _, (act, _, _) in sorted(self.outcomes.items())]
        asyncio.run(self._persist([acts[number % len(acts)] for number in drawn], late_first=late_first))

    async def _persist(self, acts: Sequence[Act], *, late_first: bool) -> None:
        """Send as the publisher would: again after a clear no, and after a doubt only with a key that is honoured."""
        async with self.open() as bench:
            bench.server.plan.extend(acts)
            may_repeat = bench.channel.capabilities_for(bench.account).key_life is not None
            payload, outcome = self.sealed(bench), None
            for _ in acts:
                outcome = await attempt(bench, payload)
                if late_first:
                    bench.server.commit_late()
                if isinstance(outcome, Receipt) or (isinstance(outcome, OutcomeUnknown) and not may_repeat):
                    break
            bench.server.commit_late()
            standing = len(await bench.standing())
            assert standing <= 1
            if isinstance(outcome, Receipt):
                assert standing == 1


async def attempt(
    bench: Bench, payload: SealedPayload, *, deadline: timedelta = timedelta(seconds=20)
) -> Receipt | ChannelRefused | ProvenNotSent | OutcomeUnknown:
    """How one attempt ends; anything but the four promised ends is a failure of the adapter."""
    try:
        return await bench.channel.send(payload, KEY, bench.door(deadline=deadline).sending(payload))
    except (ChannelRefused, ProvenNotSent, OutcomeUnknown) as error:
        return error
