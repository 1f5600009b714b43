"""Whatever people do to cards, and whatever becomes of the events of it: what is sent had been approved where it stood.

Revise, react, take it off, disconnect, hear late, twice or never, re-read, in any order. At every step each byte that
went out had been displayed, whole, in a message that somebody who may approve it put a ✅ on while it was displayed.
And once everything was heard, what counts as approved is what stands on the cards.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar, cast

import pytest
from hypothesis import HealthCheck, Phase, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from bot.errors import AdMindError
from bot.review.approval import active
from bot.workflow.emoji import sign_of
from storage.commit import Change, commit
from storage.drafts import Draft, DraftStatus, Verdict
from storage.redis import connect
from storage.team import Policy
from tests.bot.workflow.reacting import Chat, chat_on
from tests.fakes.reacting_home import Message
from tests.fakes.valkey import throwaway_valkey

T = TypeVar("T")
USERS = ("UO", "U1", "U2", "U3", "U9")
MAY = frozenset({"UO", "U1", "U2"})
EMOJI = ("white_check_mark", "white_check_mark", "heavy_check_mark", "x", "hand", "tada")


class Machine(RuleBasedStateMachine):
    url: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.folder = tempfile.TemporaryDirectory(prefix="admind-reacting-")
        self.numbers = itertools.count()
        self.drafts: list[str] = []
        self.approved: set[str] = set()  # version digests: displayed whole under a ✅ of somebody who may
        self.heard: list[Any] = []

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(asyncio.wait_for(work, 30))

    @initialize()
    def build(self) -> None:
        self.run(self._build())

    async def _build(self) -> None:
        database = await self.stack.enter_async_context(connect(self.url))
        await cast(Any, database.client).flushall()
        self.chat: Chat = await self.stack.enter_async_context(chat_on(database, Path(self.folder.name)))
        await self.chat.world.policy(Policy(self_approval="allowed"))

    def teardown(self) -> None:
        try:
            if hasattr(self, "chat"):
                self.run(self._to_the_end())
        finally:
            with suppress(Exception):
                self.run(self.stack.aclose())
            self.loop.close()
            self.folder.cleanup()

    @rule(minutes=st.sampled_from([1, 30]), shown=st.booleans())
    def draft(self, minutes: int, shown: bool) -> None:
        self.run(self._draft(minutes, shown))

    async def _draft(self, minutes: int, shown: bool) -> None:
        world = self.chat.world
        draft = await world.draft(text=f"Bread number {next(self.numbers)}.", due_in=timedelta(minutes=minutes))
        self.drafts.append(draft.id)
        if shown:
            await world.board.show(world.ws, draft.id)

    @precondition(lambda self: self.drafts)
    @rule(which=st.integers(0, 5), shown=st.booleans(), minutes=st.sampled_from([1, 30]))
    def revise(self, which: int, shown: bool, minutes: int) -> None:
        self.run(self._revise(which, shown, minutes))

    async def _revise(self, which: int, shown: bool, minutes: int) -> None:
        world, draft = self.chat.world, await self._some(which)
        due = world.clock.now() + timedelta(minutes=minutes)
        with suppress(AdMindError):
            await world.revise(draft, world.owner, text=f"Bread number {next(self.numbers)}.", due=due)
        if shown:
            await world.board.show(world.ws, draft.id)

    @precondition(lambda self: self.drafts)
    @rule(which=st.integers(0, 5), user=st.sampled_from(USERS), emoji=st.sampled_from(EMOJI), old=st.booleans())
    def react(self, which: int, user: str, emoji: str, old: bool) -> None:
        self.run(self._react(which, user, emoji, old))

    async def _react(self, which: int, user: str, emoji: str, old: bool) -> None:
        found = await self._message(which, old)
        if found is None:
            return
        name, message = found
        self.chat.world.clock.move(timedelta(milliseconds=10))
        added = (user, emoji) not in message.reactions
        self.chat.home.react(name, user, emoji, added=added)
        if added and user in MAY and sign_of(emoji) == "approve" and message.shows_it and message.whole:
            shown = next(
                (d for d in await self._all() if d.digest == message.first.digest),
                None,
            )
            self.approved |= {version.digest for version in shown.versions} if shown else set()

    @rule(user=st.sampled_from(sorted(MAY)), revised=st.booleans(), old=st.booleans(), off=st.booleans())
    def approve(self, user: str, revised: bool, old: bool, off: bool) -> None:
        """The common way, so that most histories have something to send, or something that must not be."""
        self.chat.home.connected = True
        self.run(self._approve(user, revised, old, off))
        self.time_passes(61)

    async def _approve(self, user: str, revised: bool, old: bool, off: bool) -> None:
        await self._draft(1, True)
        which = len(self.drafts) - 1
        if revised:
            await self._revise(which, True, 1)
        await self._react(which, user, "white_check_mark", old and revised)
        if off:
            await self._hear(len(self.chat.home.waiting) - 1, False)
            await self._react(which, user, "white_check_mark", old and revised)
        await self._hear(len(self.chat.home.waiting) - 1, False)

    @precondition(lambda self: self.drafts)
    @rule(which=st.integers(0, 5), verdict=st.sampled_from([Verdict.withdraw, Verdict.reject]))
    def press_a_button(self, which: int, verdict: Verdict) -> None:
        self.run(self._press(which, verdict))

    async def _press(self, which: int, verdict: Verdict) -> None:
        with suppress(AdMindError):
            await self.chat.world.decide(await self._some(which), verdict, by=self.chat.people["U1"])

    @rule(which=st.integers(0, 9), again=st.booleans())
    def hear(self, which: int, again: bool) -> None:
        self.run(self._hear(which, again))

    async def _hear(self, which: int, again: bool) -> None:
        """One of the events that are on their way arrives; or one that had arrived comes once more."""
        home = self.chat.home
        events = self.heard if again else home.waiting
        if not events:
            return
        event_ = events[which % len(events)]
        if not again:
            home.waiting.remove(event_)
            self.heard.append(event_)
        await self.chat.reactions.react(event_)

    @rule()
    def disconnect(self) -> None:
        self.chat.home.connected = False

    @rule(lost=st.booleans())
    def reconnect(self, lost: bool) -> None:
        """With what was on its way lost, or still to come."""
        if lost:
            self.chat.home.waiting.clear()
        self.chat.home.connected = True
        self.run(self.chat.catch_up())

    @precondition(lambda self: self.drafts)
    @rule(which=st.integers(0, 5))
    def orphan(self, which: int) -> None:
        """A process died between posting a card and writing down where it stands."""
        self.run(self._orphan(which))

    async def _orphan(self, which: int) -> None:
        world, draft = self.chat.world, await self._some(which)
        keys = [key async for key in cast(Any, world.database.client).scan_iter("*:shows:*")]
        if keys:
            await world.database.client.delete(*keys)
        kept = await world.drafts.get(world.ws, draft.id)
        without = kept.record.changed(messages=())
        await commit(world.database, world.drafts.save(Change(world.ws), without, ver=kept.ver))

    @rule(seconds=st.sampled_from([1, 61, 1900]))
    def time_passes(self, seconds: int) -> None:
        self.chat.world.clock.move(timedelta(seconds=seconds))
        self.run(self.chat.world.run_due())
        self.run(self._only_what_was_approved())

    async def _only_what_was_approved(self) -> None:
        items = (await self.chat.world.feed.newest(self.chat.world.ws)).items
        for item in items:
            assert item.digest in self.approved, "bytes were sent that nobody had approved where they stood"
        event(f"posts out: {min(len(items), 3)}")

    async def _to_the_end(self) -> None:
        chat = self.chat
        for name in list(self.drafts):
            await chat.world.board.show(chat.world.ws, name)
        chat.home.connected = True
        while chat.home.waiting:
            await self._hear(0, False)
        chat.world.clock.move(timedelta(milliseconds=10))
        await chat.catch_up()
        await self._as_it_stands()
        chat.world.clock.move(timedelta(hours=1))
        await chat.world.run_due()
        await self._only_what_was_approved()

    async def _as_it_stands(self) -> None:
        """What counts is what stands: no approval by a reaction without one, and none left out."""
        for draft in await self._all():
            message = next((m for m in self.chat.home.messages.values() if m.first.digest == draft.digest), None)
            over = draft.due is not None and draft.due <= self.chat.world.clock.now()
            if message is None or over or draft.status in (DraftStatus.late, DraftStatus.replaced):
                continue
            for user in MAY - {"U1"}:  # who presses buttons besides has other words than these
                signs = {sign_of(emoji) for who, emoji in message.reactions if who == user} - {""}
                given = {
                    decision.verdict.value
                    for version in draft.versions
                    for decision in active(draft.decisions, version)
                    if decision.member == self.chat.people[user].id
                }
                assert given <= signs, f"{user} said {signs}, and {given} counts"
                if len(signs) == 1 and not self._posted(draft):
                    assert given == signs, f"{user} said {signs}, and {given} counts"

    def _posted(self, draft: Draft) -> bool:
        return any(version.post for version in draft.versions)

    async def _message(self, which: int, old: bool) -> tuple[str, Message] | None:
        """A card of the draft: the one that shows it as it is now, or an earlier one."""
        draft = await self._some(which)
        mine = [(n, m) for n, m in self.chat.home.messages.items() if m.first.draft == draft.id]
        wanted = [(n, m) for n, m in mine if (m.first.digest == draft.digest) != old]
        return wanted[-1] if wanted else None

    async def _some(self, which: int) -> Draft:
        world = self.chat.world
        return (await world.drafts.get(world.ws, self.drafts[which % len(self.drafts)])).record

    async def _all(self) -> list[Draft]:
        return [await self._some(place) for place in range(len(self.drafts))]


@pytest.mark.parametrize("examples", [40])
def test_what_is_sent_was_approved_where_it_stood(examples: int) -> None:
    with throwaway_valkey() as url:
        Machine.url = url
        run_state_machine_as_test(
            Machine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=30,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                print_blob=True,
                phases=[Phase.explicit, Phase.reuse, Phase.generate],  # read more easily than shrunk for minutes
            ),
        )
