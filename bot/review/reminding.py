"""Reminds who has not decided yet: one message a person and draft, brought up to date until the draft is decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.cards import Words
from bot.chat import Card, Messenger
from bot.clock import Clock
from bot.review.approval import deciders
from bot.review.board import Board, RoundTable
from bot.review.reminders import plan
from storage.commit import Change, commit
from storage.drafts import Draft, DraftStatus, MessageRef
from storage.redis import Database
from storage.stores import DraftStore
from storage.team import Member, Role


class Reminding:
    def __init__(self, database: Database, board: Board, clock: Clock) -> None:
        self._database = database
        self._drafts = DraftStore(database)
        self._board = board
        self._clock = clock

    async def remind(self, workspace: str, draft_id: str) -> datetime | None:
        """Show, or bring up to date, what reminds people of this draft; when to look again.

        Raises what a messenger raises, and Conflict: then it is done again, and no message comes twice.
        """
        kept = await self._drafts.find(workspace, draft_id)
        if kept is None:
            return None
        draft, now = kept.record, self._clock.now()
        card, look_at = await self._board.card(draft), list[datetime]()
        homes = self._board.homes(workspace)
        shown = list(draft.reminders)
        if draft.status is DraftStatus.waiting and draft.decide_by is not None:
            table = await self._board.round_table(workspace)
            words = _still_waiting(card, draft, table.words(draft.brand))
            for member in _asked(draft, table, now):
                zone = member.zone or table.home.zone
                planned = plan(draft.decide_by, zone, shown=draft.updated_at, now=now)
                look_at += [planned.look_at] if planned.look_at else []
                if planned.due:
                    shown += await _posted(homes.values(), member, words, draft, shown)
        else:
            words = Card(title=card.title, when=card.when, status=card.status, draft=draft.id)
        for ref in draft.reminders:
            if ref.home in homes:
                await homes[ref.home].update(ref, words)
        if len(shown) > len(draft.reminders):
            told = draft.changed(reminders=tuple(shown))
            await commit(self._database, self._drafts.save(Change(workspace), told, ver=kept.ver))
        return min(look_at, default=None)


def _asked(draft: Draft, table: RoundTable, now: datetime) -> list[Member]:
    """Who may decide and has not approved all of it yet: the team first, then the clients."""
    standings = table.standings(draft, now)
    if standings and all(standing.internal for standing in standings):
        asked = [m for m in table.members if m.erased_at is None and Role.client in m.roles.get(draft.brand, ())]
    else:
        asked = list(deciders(draft.brand, table.members, now))
    done = set.intersection(*(set(standing.approved_by) for standing in standings)) if standings else set()
    return [member for member in asked if member.id not in done]


def _still_waiting(card: Card, draft: Draft, names: Words) -> Card:
    return Card(
        title=names.t("Still waiting: {title}", title=card.title), when=card.when, status=card.status, draft=draft.id
    )


async def _posted(
    homes: Iterable[Messenger], member: Member, words: Card, draft: Draft, shown: Sequence[MessageRef]
) -> list[MessageRef]:
    """The reminder in every home where this person has none of this draft yet."""
    room = f"member:{member.id}"
    there = {ref.home for ref in shown if ref.room == room}
    return [
        await home.post(room, words, key=f"remind:{draft.id}:{member.id}") for home in homes if home.home not in there
    ]
