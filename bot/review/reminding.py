"""Reminds who has not decided yet: one message a person and draft, brought up to date until the draft is decided.

Who decides for somebody who is away gets a second one in the last hour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.cards import Words
from bot.chat import Button, Card, Messenger
from bot.clock import Clock, milliseconds
from bot.review.approval import could_approve
from bot.review.board import Board
from bot.review.delivering import Missed, to_each
from bot.review.discreet import only_client
from bot.review.quorum import deciders
from bot.review.reminders import last_call, plan
from bot.review.round_table import RoundTable
from storage.commit import Change, commit
from storage.drafts import Draft, DraftStatus, MessageRef
from storage.errors import Conflict
from storage.redis import Database
from storage.stores import DraftStore, Kept
from storage.team import Member, Role

TRIES = 5
LAST = "/last hour"  # after the room of a stand-in's second message, where it is remembered


class Reminding:
    def __init__(self, database: Database, board: Board, clock: Clock) -> None:
        self._database = database
        self._drafts = DraftStore(database)
        self._board = board
        self._clock = clock

    async def remind(self, workspace: str, draft_id: str) -> datetime | None:
        """Show, or bring up to date, what reminds people of this draft; when to look again.

        A home that was missed is looked at again; no message comes twice. Raises Conflict when the draft changes
        all the time: then it is done again.
        """
        kept = await self._drafts.find(workspace, draft_id)
        if kept is None:
            return None
        draft, now = kept.record, self._clock.now()
        look_at, table = list[datetime](), await self._board.round_table(workspace)
        names, waits = table.words(draft.brand), draft.status is DraftStatus.waiting and draft.decide_by is not None
        clients = {f"member:{each.id}" for each in table.members if only_client(each, draft.brand)}
        # What the team says among itself is not a client's to read.
        cards = dict(zip((False, True), await self._board.cards(draft, table), strict=True))
        words = {each: _still_waiting(card, names) if waits else _decided(card) for each, card in cards.items()}
        homes = await self._board.homes(workspace)
        shown, missed = list(draft.reminders), list[Missed]()
        says = dict[str, Card]()  # what a message of the last hour says, by its room
        if waits and draft.decide_by is not None:
            for member in _asked(draft, table, now):
                zone, room = member.zone or table.home.zone, f"member:{member.id}"
                planned = plan(draft.decide_by, zone, shown=draft.updated_at, now=now)
                look_at += [planned.look_at] if planned.look_at else []
                if planned.due:
                    posted, lost = await _posted(homes, room, words[room in clients], draft, shown)
                    shown, missed = shown + posted, missed + lost
                absent = _absent(member, draft, table, now)
                if absent and last_call(draft.decide_by, zone, shown=draft.updated_at, now=now):
                    last = f"{room}{LAST}"
                    says[last] = _last_hour(words[room in clients], cards[False].title, absent, names)
                    posted, lost = await _posted(homes, last, says[last], draft, shown)
                    shown, missed = shown + posted, missed + lost

        async def updated(messenger: Messenger) -> None:
            for ref in draft.reminders:
                if ref.home == messenger.home:
                    room = ref.room.removesuffix(LAST)
                    said = says.get(ref.room, words[room in clients])
                    await messenger.update(ref.model_copy(update={"room": room}), said)

        if draft.reminders:
            missed += (await to_each(homes, updated))[1]
        look_at += [now + each.after for each in missed]
        if posted_now := shown[len(draft.reminders) :]:
            await self._remember(kept, posted_now)
        return min(look_at, default=None)

    async def _remember(self, seen: Kept[Draft], posted: Sequence[MessageRef]) -> None:
        """Keep where they stand, also with a draft that was decided while they were posted: what they say is old then,
        and is looked at again.
        """
        for _ in range(TRIES):
            kept = await self._drafts.get(seen.record.workspace, seen.record.id)
            told = kept.record.changed(reminders=(*kept.record.reminders, *posted))
            change = self._drafts.save(Change(told.workspace), told, ver=kept.ver)
            if kept.ver != seen.ver:
                change.due(f"remind:{told.id}", milliseconds(self._clock.now()))
            try:
                await commit(self._database, change)
                return
            except Conflict:
                continue
        raise Conflict("This draft changes all the time.")


def _asked(draft: Draft, table: RoundTable, now: datetime) -> list[Member]:
    """Who may give what is missing and has not approved all of it yet: the team first, then the clients.

    Who worded it or asked for it is left alone where the policy wants somebody else.
    """
    standings = table.standings(draft, now)
    if standings and all(standing.internal for standing in standings):
        asked = [m for m in table.members if m.erased_at is None and Role.client in m.roles.get(draft.brand, ())]
    else:
        asked = list(deciders(draft.brand, table.members, now))
    done = set.intersection(*(set(standing.approved_by) for standing in standings)) if standings else set()
    able = [member for member in asked if could_approve(member, standings)]
    return [member for member in able or asked if member.id not in done]


def _still_waiting(card: Card, names: Words) -> Card:
    review = Button(label=names.t("Review"), action=f"review:{card.draft}", style="primary")
    return Card(
        title=names.t("Still waiting: {title}", title=card.title),
        when=card.when,
        at=card.at,
        status=card.status,
        buttons=(review,) if card.buttons else (),  # a client decides nothing while the team works on it
        draft=card.draft,
    )


def _decided(card: Card) -> Card:
    return Card(title=card.title, when=card.when, at=card.at, status=card.status, draft=card.draft)


def _absent(member: Member, draft: Draft, table: RoundTable, now: datetime) -> str:
    """For whom this person decides meanwhile; "" where they decide in their own name."""
    if member.may(draft.brand, Role.approver, Role.owner):
        return ""
    away = (other for other in table.members if other.away and other.away.until > now)
    return ", ".join(
        other.name
        for other in away
        if other.away and other.away.delegate == member.id and other.may(draft.brand, Role.approver, Role.owner)
    )


def _last_hour(waiting: Card, what: str, absent: str, names: Words) -> Card:
    title = names.t("One hour left, and you decide for {name}: {title}", name=absent, title=what)
    return waiting.model_copy(update={"title": title})


async def _posted(
    homes: Mapping[str, Messenger], room: str, words: Card, draft: Draft, shown: Sequence[MessageRef]
) -> tuple[list[MessageRef], list[Missed]]:
    """The reminder in every home where this person has none of this kind yet, and the homes that were missed."""
    there = {ref.home for ref in shown if ref.room == room}
    key = f"remind:{draft.id}:{room.removeprefix('member:')}"

    async def posted(messenger: Messenger) -> MessageRef | None:
        ref = await messenger.post(room.removesuffix(LAST), words, key=key)
        return ref.model_copy(update={"room": room}) if ref else None

    refs, missed = await to_each({name: home for name, home in homes.items() if name not in there}, posted)
    return [ref for ref in refs.values() if ref is not None], list(missed)
