"""Reactions as decisions: an emoji on a message is a verdict on exactly the bytes that this message showed.

From the message to its digest, never from the draft to its current one. Events may come twice, late, or in another
order, and not at all while nobody listened: `reread` then takes all that stands on a message at once. Of one person's
reactions on a message the one that came last is their word; taking it away goes back to the one before, or withdraws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, Protocol

from pydantic import Field

from bot.chat import DecisionRequest, Identified
from bot.clock import Clock, milliseconds
from bot.errors import AdMindError, BadInput, ChangedSince, Conflict, NotAllowed, NotFound
from bot.team.homes import Homes
from bot.words import reading, told
from bot.workflow.decisions import Decisions
from bot.workflow.emoji import CHOICES, VERDICTS, plain, sign_of
from bot.workflow.requests import Asker
from storage import shows
from storage.commit import Change, commit
from storage.drafts import Draft, MessageRef, Verdict, client_room
from storage.homes import Home
from storage.record import Frozen
from storage.redis import Database
from storage.shows import Mark, Shown, ShownStore
from storage.stores import DraftStore
from storage.team import Member

TRIES: Final = 5
Outcome = Literal["ignored", "decided", "withdrawn", "chosen", "refused"]
REFUSALS = (NotAllowed, NotFound, ChangedSince, BadInput)
# Of reactions that were found together, the more careful one is the person's word.
CARE: Final = {"approve": 0, "changes": 1, "hold": 2, "reject": 3}


class Metadata(Frozen):
    """What a message of AdMind's own says that it shows; read by the handler from a message that AdMind wrote."""

    draft: str
    digest: str
    whole: bool = False


class Reacted(Frozen):
    """Somebody put an emoji on a message, or took it off. AdMind's own reactions and other bots' are left out."""

    platform: str
    team: str
    channel: str
    message: str
    name: str = Field(description="as the platform names the emoji, with or without colons and skin tone")
    added: bool
    who: Identified
    at: datetime = Field(description="when it happened, by the platform")
    metadata: Metadata | None = None


class StandingReactions(Frozen):
    """All reactions that stand on one message, read at once. `at`: when the reading began, by AdMind's clock."""

    platform: str
    team: str
    channel: str
    message: str
    reactions: tuple[tuple[Identified, str], ...]
    at: datetime
    metadata: Metadata | None = None


class ReactionAnswer(Frozen):
    """What became of a reaction. `private` is for the eyes of who reacted alone; empty: nothing is said."""

    outcome: Outcome = "ignored"
    draft: str = ""
    private: str = ""
    asks_why: bool = Field(False, description="changes are wanted: the person may be asked which")


class Choosing(Protocol):
    """`bot.workflow.requests.Requests`, as far as a number goes."""

    async def choose(self, asker: Asker, draft_id: str, number: int, *, digest: str = "") -> Draft: ...


@dataclass(frozen=True, slots=True)
class _Seen:
    """One person before one message."""

    workspace: str
    shown: Shown
    who: Identified
    member: Member | None
    surface: str


class Reactions:
    def __init__(
        self, database: Database, *, homes: Homes, decisions: Decisions, requests: Choosing, clock: Clock
    ) -> None:
        self._database = database
        self._shows = ShownStore(database)
        self._drafts = DraftStore(database)
        self._homes = homes
        self._decisions = decisions
        self._requests = requests
        self._clock = clock

    async def react(self, event: Reacted) -> ReactionAnswer:
        """Take a reaction, or its removal, as what it means. The same again, or too late, changes nothing.

        Raises Conflict, StorageUnavailable, StorageFull: then it is to be tried again.
        """
        name = plain(event.name)
        home = await self._homes.home(event.platform, event.team) if sign_of(name) else None
        shown = await self._shown(home, event.channel, event.message, event.metadata) if home else None
        if home is None or shown is None:
            return ReactionAnswer()
        mark = Mark(round(event.at.timestamp() * 1_000_000), event.added, milliseconds(self._clock.now()))
        known = _marks(shown, event.who).get(name)
        if known is not None and known.event_us >= mark.event_us:
            return ReactionAnswer(draft=shown.draft)  # this, or something later, was heard already
        news = {} if known is not None and known.stands == event.added else {name: mark}
        answer = await self._take(home, shown, event.who, news)
        if not news:
            await self._shows.mark(shown, (event.who.team, event.who.user), name, mark)
        return answer if event.added else answer.model_copy(update={"private": ""})

    async def reread(self, seen: StandingReactions) -> tuple[ReactionAnswer, ...]:
        """Take everything that stands on a message now, and what no longer does; what is no news changes nothing.

        What was heard of live since the reading began is left as it is. Raises as `react`.
        """
        home = await self._homes.home(seen.platform, seen.team)
        shown = await self._shown(home, seen.channel, seen.message, seen.metadata) if home else None
        if home is None or shown is None:
            return ()
        began, now = milliseconds(seen.at), milliseconds(self._clock.now())
        standing: dict[tuple[str, str], set[str]] = {}
        people = {(who.team, who.user): who for who, _ in seen.reactions}
        for who, name in seen.reactions:
            standing.setdefault((who.team, who.user), set()).update({plain(name)} if sign_of(name) else ())
        for team, user, _ in shown.marks:
            people.setdefault((team, user), Identified(platform=seen.platform, team=team, user=user))
        answers = []
        for person, who in people.items():
            known, names = _marks(shown, who), standing.get(person, set())
            news = {
                name: Mark(0, name in names, now)
                for name in names | known.keys()
                if (name in names) != (name in known and known[name].stands)
                and not (name in known and known[name].heard_ms >= began)
            }
            if news:
                answers.append(await self._take(home, shown, who, news))
        return tuple(answers)

    async def _take(self, home: Home, shown: Shown, who: Identified, news: Mapping[str, Mark]) -> ReactionAnswer:
        """Do what follows from the news about one person's reactions, then note them: done again, it changes nothing.

        Whoever notes last sees what all others noted, and acts on that.
        """
        seen, person = await self._seen(home, shown, who), (who.team, who.user)
        answer, acted, noted = ReactionAnswer(draft=shown.draft), _word(_marks(shown, who)), not news
        with reading(seen.member.language if seen.member else "en"):
            for name in sorted(news):
                if sign_of(name) in CHOICES and news[name].stands:
                    answer = await self._choose(seen, CHOICES[sign_of(name)])
            for _ in range(TRIES):
                marks = _with(_marks(shown, who), news)
                word = _word(marks)
                if word != acted:
                    answer = await self._follow(seen, acted, word, marks)
                    acted = word
                if not noted:
                    for name, mark in news.items():
                        await self._shows.mark(shown, person, name, mark)
                    noted, news = True, {}
                shown = await self._shown(home, shown.channel, shown.message, None) or shown
                if _word(_marks(shown, who)) == acted:
                    return answer
        raise Conflict("These reactions change all the time.", do_next="Look again in a moment.")

    async def _follow(
        self, seen: _Seen, before: str | None, after: str | None, marks: Mapping[str, Mark]
    ) -> ReactionAnswer:
        """From a person's word to their next one. What they took off is withdrawn also where the next cannot count."""
        answer, at = ReactionAnswer(draft=seen.shown.draft), _said_at(marks)
        if after is not None:
            answer = await self._decide(seen, VERDICTS[after], at)
        if before is not None and before not in _standing(marks) and answer.outcome in ("ignored", "refused"):
            withdrawn = await self._decide(seen, Verdict.withdraw, at, of=VERDICTS[before])
            return answer if answer.private else withdrawn
        return answer

    async def _decide(
        self, seen: _Seen, verdict: Verdict, at: datetime, *, of: Verdict | None = None
    ) -> ReactionAnswer:
        shown, member = seen.shown, seen.member
        if member is None:
            return _stranger(shown)
        if verdict is Verdict.approve and not shown.whole:
            private = told(
                "This card could not show everything that would go out, so a reaction cannot approve it. Nothing "
                "changed. Press Approve on the card: it shows you all of it first."
            )
            return ReactionAnswer(outcome="refused", draft=shown.draft, private=private)
        request = DecisionRequest(
            workspace=seen.workspace,
            draft=shown.draft,
            member=member.id,
            verdict=verdict,
            digest=shown.digest,
            surface=seen.surface,
            of=of,
            at=at,
        )
        try:
            decided = await self._decisions.decide(request)
        except REFUSALS as error:
            return _refused(shown, error)
        withdrawn = verdict is Verdict.withdraw
        return ReactionAnswer(
            outcome="withdrawn" if withdrawn else "decided",
            draft=shown.draft,
            private=decided.privately(request),
            asks_why=verdict is Verdict.changes,
        )

    async def _choose(self, seen: _Seen, number: int) -> ReactionAnswer:
        """Another wording, which is a new revision with a card of its own; a number that means nothing is silence."""
        kept, member = await self._drafts.find(seen.workspace, seen.shown.draft), seen.member
        if kept is None or not 2 <= number <= len(kept.record.variants) + 1:
            return ReactionAnswer(draft=seen.shown.draft)
        if member is None:
            return _stranger(seen.shown)
        draft = kept.record
        asker = Asker(
            workspace=seen.workspace,
            brand=draft.brand,
            member=member.id,
            conversation=draft.conversation,
            surface=seen.surface,
            language=member.language,
            zone=member.zone or draft.zone,
            by_agent=False,
        )
        try:
            await self._requests.choose(asker, draft.id, number, digest=seen.shown.digest)
        except REFUSALS as error:
            return _refused(seen.shown, error)
        return ReactionAnswer(outcome="chosen", draft=draft.id)

    async def _seen(self, home: Home, shown: Shown, who: Identified) -> _Seen:
        member = await self._homes.member(who)
        if member is not None and (member.workspace != home.workspace or not any(member.roles.values())):
            member = None  # a shared room: a person of another team; or somebody who has no part in this any more
        return _Seen(home.workspace, shown, who, member, home.platform)

    async def _shown(self, home: Home, channel: str, message: str, metadata: Metadata | None) -> Shown | None:
        """What a message shows: as it was kept, or for one that a crash orphaned, as it says itself."""
        found = await self._shows.find(home.workspace, home.key, channel, message)
        if found is None and metadata is not None and await self._adopt(home, channel, message, metadata):
            found = await self._shows.find(home.workspace, home.key, channel, message)
        return found

    async def _adopt(self, home: Home, channel: str, message: str, metadata: Metadata) -> bool:
        """Keep where the message stands. Only for a revision that this draft had, in a room that is its brand's."""
        for _ in range(TRIES):
            kept = await self._drafts.find(home.workspace, metadata.draft)
            if kept is None or kept.archived:
                return False
            draft = kept.record
            room = await self._homes.room(home.platform, home.team, channel)
            known = {draft.digest, *(each.digest for each in draft.history)}
            if metadata.digest not in known or (room is not None and room.brand != draft.brand):
                return False
            ref = MessageRef(
                home=home.key,
                room=client_room(draft.brand, channel) if room is not None and room.kind == "client" else draft.brand,
                message=message,
                draft=draft.id,
                digest=metadata.digest,
                channel=channel,
                whole=metadata.whole,
            )
            change = shows.put(Change(home.workspace), ref)
            there = any(
                (each.home, each.channel, each.message) == (ref.home, channel, message) for each in draft.messages
            )
            if not there:
                self._drafts.save(change, draft.changed(messages=(*draft.messages, ref)), ver=kept.ver)
            try:
                await commit(self._database, change)
                return True
            except Conflict:
                continue
        return False


def _marks(shown: Shown, who: Identified) -> dict[str, Mark]:
    return {name: mark for (team, user, name), mark in shown.marks.items() if (team, user) == (who.team, who.user)}


def _standing(marks: Mapping[str, Mark]) -> set[str]:
    """What they mean that stand."""
    return {sign_of(name) for name, mark in marks.items() if mark.stands}


def _word(marks: Mapping[str, Mark]) -> str | None:
    """A person's word by their reactions that stand: the one that came last."""
    signs = [(sign_of(name), mark) for name, mark in marks.items() if mark.stands]
    standing = [(mark.order, CARE[sign], sign) for sign, mark in signs if sign in VERDICTS]
    return max(standing)[2] if standing else None


def _said_at(marks: Mapping[str, Mark]) -> datetime:
    """When the person's reactions became what they are: the order in which events are heard does not matter."""
    last_us = max(mark.event_us or mark.heard_ms * 1000 for mark in marks.values())
    return datetime.fromtimestamp(last_us / 1_000_000, UTC)


def _with(known: Mapping[str, Mark], news: Mapping[str, Mark]) -> dict[str, Mark]:
    """What is known after the news; what happened later than these stays."""
    fresh = {
        name: mark
        for name, mark in news.items()
        if name not in known or mark.event_us == 0 or known[name].event_us <= mark.event_us
    }
    return {**known, **fresh}


def _stranger(shown: Shown) -> ReactionAnswer:
    private = told("I don't know you here yet, so your reaction decides nothing. An owner can give you a role.")
    return ReactionAnswer(outcome="refused", draft=shown.draft, private=private)


def _refused(shown: Shown, error: AdMindError) -> ReactionAnswer:
    return ReactionAnswer(outcome="refused", draft=shown.draft, private=error.sentence())
