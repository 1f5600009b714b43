"""What follows when who is who has changed: votes are counted again, doors are closed, and people are told."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import timedelta

from bot.chat import Card
from bot.clock import Clock
from bot.errors import AdMindError, Conflict
from bot.review.board import Board
from bot.review.delivering import Missed, Undelivered
from bot.team.signin import SignIn
from bot.workflow.decisions import Decisions
from bot.workflow.due_entry import DueEntry
from storage.commit import Change, commit
from storage.drafts import Draft
from storage.kin import KEPT_FOR, Kin, KinStore, Side
from storage.redis import Database
from storage.stores import DraftStore, PostStore, TeamStore
from storage.tokens import TokenStore

log = logging.getLogger(__name__)
TRIES = 5
LATE = timedelta(minutes=15)  # how long after its time a post may still go out by itself
A_PAGE = 200


class Recounting:
    """The task behind `kin:<id>`. Everything in it may be done again."""

    def __init__(
        self,
        database: Database,
        *,
        board: Board,
        decisions: Decisions,
        sign_in: SignIn,
        tokens: TokenStore,
        clock: Clock,
    ) -> None:
        self._database = database
        self._store = KinStore(database)
        self._drafts = DraftStore(database)
        self._posts = PostStore(database)
        self._team = TeamStore(database)
        self._board = board
        self._decisions = decisions
        self._sign_in = sign_in
        self._tokens = tokens
        self._clock = clock

    async def kin(self, workspace: str, kin_id: str) -> None:
        """Carry out what follows from one thing said about who is who, and tell those whom it concerns."""
        async with DueEntry(self._database, workspace, f"kin:{kin_id}") as entry:
            kept = await self._store.find(workspace, kin_id)
            if kept is None:
                return
            kin = kept.record
            if kin.state == "done" and not kin.followed:  # once: who signs in again later stays signed in
                await self._close_doors(kin)
                await self._count_again(kin)
                change = Change(workspace)
                self._store.put(change, kin.changed(followed=True), ver=kept.ver, life=KEPT_FOR)
                await commit(self._database, change)
            try:
                await self._tell(kin)
            except Undelivered as error:
                entry.again_at = self._clock.now() + min(each.after for each in error.missed)

    async def _close_doors(self, kin: Kin) -> None:
        """Sessions and tokens of the name that went; after an unlink the sessions of both, whoever opened them."""
        ended = {"link": [kin.other], "unlink": [kin.one, kin.other]}.get(kin.kind, [])
        for side in ended:
            kept = await self._team.members.find(kin.workspace, side.member) if side and side.member else None
            if kept is not None and kin.kind == "link" and not kept.record.one_with:
                continue  # they were unlinked meanwhile
            if kept is not None:
                await self._sign_in.leave_everywhere(kept.record, surface="link")
        if kin.kind == "link" and kin.other is not None and kin.other.member:
            for token in await self._tokens.list(kin.workspace):
                if token.member == kin.other.member and token.revoked_at is None:
                    await self._tokens.revoke(kin.workspace, token.id, now=self._clock.now())

    async def _count_again(self, kin: Kin) -> None:
        people = {side.member for side in (kin.one, kin.other) if side is not None and side.member}
        async for draft in self._undecided(kin.workspace):
            named = {draft.requested_by, *draft.authors, *(version.edited_by for version in draft.versions)}
            named |= {name for each in draft.decisions for name in (each.member, each.for_member)}
            if named & people:
                await self._settle(draft)

    async def _settle(self, draft: Draft) -> None:
        for _ in range(TRIES):
            try:
                case = await self._decisions.case(draft.workspace, draft.id)
                await self._decisions.settle(case, case.draft, None, why="who is who", kind="counted again")
                return
            except Conflict:
                continue
            except AdMindError as error:
                log.warning("not counted again draft=%s why=%s", draft.id, type(error).__name__)
                return
        raise Conflict("This draft is being decided right now.", do_next="It is counted again in a moment.")

    async def _undecided(self, workspace: str) -> AsyncIterator[Draft]:
        """Drafts that wait, and those of posts that have not gone out, each once."""
        seen, after = set[str](), ""
        while True:
            page = await self._drafts.page(workspace, index="open", after=after, limit=A_PAGE)
            for draft in page.items:
                seen.add(draft.id)
                yield draft
            after = page.next
            if not after:
                break
        least = (self._clock.now() - LATE).timestamp()
        while True:
            posts = await self._posts.page(workspace, after=after, limit=A_PAGE, newest_first=False, least=least)
            wanted = [name for name in dict.fromkeys(post.draft for post in posts.items) if name not in seen]
            seen.update(wanted)
            for draft in await self._drafts.many(workspace, wanted):
                yield draft
            after = posts.next
            if not after:
                return

    async def _tell(self, kin: Kin) -> None:
        """Owners of the brands that it concerns, and the people themselves."""
        card = _card(kin)
        if card is None:
            return
        rooms = [f"member:{side.member}" for side in (kin.one, kin.other) if side is not None and side.member]
        if kin.state == "taken":
            rooms = rooms[:1] if kin.one.member else []
        else:
            rooms += [
                f"owners:{brand}" for brand in sorted(kin.brands - (kin.allowed if kin.state == "waits" else set()))
            ]
        missed: list[Missed] = []
        for room in rooms:
            try:
                await self._board.tell(kin.workspace, room, card, key=f"kin:{kin.id}:{kin.state}:{room}")
            except Undelivered as error:
                missed += error.missed
        if missed:
            raise Undelivered(tuple(missed))


def _card(kin: Kin) -> Card | None:
    one, other = _called(kin.one), _called(kin.other) if kin.other else ""
    match kin.kind, kin.state:
        case "link", "taken":
            return Card(
                title=f"{other} says that you are one person",
                status="If that is you, confirm it where you began, with the same code: /admind link CODE yes. "
                "If it is not, do nothing: the code ends by itself.",
            )
        case "link", "waits":
            return Card(
                title=f"{one} and {other} say that they are one person",
                status="One of them would get the other one's rights. An owner allows or refuses it in the studio, "
                "under Settings, Members.",
                notes=("Until then they count as one person, and nothing else changes.",),
            )
        case "link", "done":
            return Card(
                title=f"{one} and {other} are one person from now on",
                status="Their approvals count once, and their roles are put together.",
                notes=(
                    f"{other} was signed out, and tokens in that name were revoked.",
                    "If that is wrong, unlink them in the studio, under Settings, Members.",
                ),
            )
        case "link", "refused":
            return Card(title=f"{one} and {other} stay two names", status="An owner refused to link them.")
        case "unlink", _:
            return Card(
                title=f"{one} and {other} are no longer linked",
                status="Each has its own rights again, and both were signed out. They count as one person until an "
                "owner says that they are two.",
            )
        case "two", _:
            return Card(
                title=f"{one} is a person of their own",
                status="An owner said so: their approval counts beside everybody else's.",
            )
        case "unsure", _:
            return Card(
                title=f"{one} may be somebody else here under another name",
                status="An owner said so: their approval does not add to that of whom they may be.",
            )
    return None


def _called(side: Side) -> str:
    return f"{side.name} ({side.place})" if side.place else side.name
