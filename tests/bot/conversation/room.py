"""A desk on a real database with a real team. Only the making of copy and bytes stands in: a small workshop that keeps
drafts as records, so that everything around it (views, memory, commands, pauses) is the real part.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.channels.base import Door
from bot.chat import ChatRequest, Upload
from bot.clock import MovableClock
from bot.conversation.desk import Desk
from bot.errors import BadInput
from bot.insights.numbers import ReadingNumbers
from bot.llm.offline import OfflineModel
from bot.publishing.pause import Pausing
from bot.review.board import Board
from bot.team.people import People
from bot.team.setup import Setup
from bot.when import Unclear, resolve
from bot.workflow.calendar_showing import CalendarShowing
from bot.workflow.decisions import Decided
from bot.workflow.looking import Looking
from bot.workflow.office import Office
from bot.workflow.proving import Settling
from bot.workflow.reports import Reports
from bot.workflow.requests import Asker, Idea
from bot.workflow.stopping import Stopping
from storage.audit import AuditWriter
from storage.blobs.files import FileBlobs
from storage.budget import DailyTokens
from storage.commit import Change, commit
from storage.credentials import load_or_create_keys
from storage.drafts import Brief, Draft, Variant, Version
from storage.ledger import Ledger
from storage.record import new_id
from storage.redis import Database
from storage.requests import Request
from storage.stores import DraftStore
from storage.team import Member, Workspace

NOW = datetime(2026, 11, 18, 9, 15, tzinfo=UTC)


class Workshop:
    """The workflow's doors with the simplest copy there can be."""

    def __init__(self, database: Database, clock: MovableClock) -> None:
        self._database = database
        self._drafts = DraftStore(database)
        self._clock = clock
        self.ideas: list[Idea] = []
        self.settled: list[tuple[Settling, str, str]] = []
        self.before: Callable[[], None] = lambda: None
        self.after: asyncio.Event | None = None  # set when drafts are kept; then nothing comes back from here

    async def draft(self, asker: Asker, ideas: Sequence[Idea]) -> tuple[Draft, ...]:
        self.before()
        accounts = await Looking(self._database, board=Board(self._database, self._clock), clock=self._clock).accounts(
            asker.workspace, asker.member
        )
        made = []
        for idea in ideas:
            chosen = [a for a in accounts.items if not idea.accounts or a.name in idea.accounts]
            if not chosen:
                raise BadInput(f"I know no account {idea.accounts[0]!r} here. Which one?")
            due = self._time(idea.when, asker) if idea.when else None
            await asker.tell("Writing the post")
            made.append(await self._keep(asker, idea, [a.id for a in chosen], due))
        self.ideas += ideas
        if self.after is not None:
            self.after.set()
            await asyncio.Event().wait()
        return tuple(made)

    async def supply(self, who: Settling, *, text: str = "", link: str = "") -> Decided:
        return await self._settled((who, text, link))

    async def take_on(self, who: Settling, reason: str) -> Decided:
        return await self._settled((who, reason, ""))

    async def _settled(self, said: tuple[Settling, str, str]) -> Decided:
        self.settled.append(said)
        draft = (await self._drafts.get(said[0].workspace, said[0].draft)).record
        return Decided(draft, (), "", ())

    async def revise(self, asker: Asker, draft_id: str, instruction: str) -> Draft:
        return await self._change(asker, draft_id, lambda text: f"{text} [{instruction}]")

    async def depict(self, asker: Asker, draft_id: str, uploads: Sequence[str], shows: str = "") -> Draft:
        return await self._change(asker, draft_id, lambda text: text)

    async def word(self, asker: Asker, draft_id: str, texts: Mapping[str, str]) -> Draft:
        return await self._change(asker, draft_id, lambda text: next(iter(texts.values())))

    async def move(self, asker: Asker, draft_id: str, when: str) -> Draft:
        return await self._change(asker, draft_id, lambda text: text, due=self._time(when, asker))

    async def choose(self, asker: Asker, draft_id: str, number: int) -> Draft:
        return await self._change(asker, draft_id, lambda text: f"{text} ({number})")

    def _time(self, when: str, asker: Asker) -> datetime:
        found = resolve(when, now=self._clock.now(), zone=asker.zone)
        if isinstance(found, Unclear):
            raise BadInput(found.question)
        return found.instants[0]

    async def _keep(self, asker: Asker, idea: Idea, accounts: list[str], due: datetime | None) -> Draft:
        text = " ".join([idea.brief.topic, *idea.brief.facts])
        now = self._clock.now()
        draft = Draft(
            id=new_id("d"),
            workspace=asker.workspace,
            brand=asker.brand,
            title=idea.brief.topic[:60],
            brief=idea.brief,
            requested_by=asker.member,
            authors=frozenset({asker.member}),
            conversation=asker.conversation,
            versions=tuple(_version(account, text) for account in accounts),
            variants=tuple(Variant(texts=dict.fromkeys(accounts, f"{text} {n}")) for n in range(1, idea.variants)),
            due=due,
            zone=asker.zone,
            created_at=now,
            updated_at=now,
        )
        await commit(self._database, self._drafts.save(Change(asker.workspace), draft, ver=None))
        return draft

    async def _change(
        self, asker: Asker, draft_id: str, edit: Callable[[str], str], due: datetime | None = None
    ) -> Draft:
        kept = await self._drafts.get(asker.workspace, draft_id)
        old = kept.record
        draft = old.changed(
            versions=tuple(_version(version.account, edit(version.text)) for version in old.versions),
            due=due or old.due,
            revision=old.revision + 1,
        )
        await commit(self._database, self._drafts.save(Change(asker.workspace), draft, ver=kept.ver))
        return draft


def _version(account: str, text: str) -> Version:
    return Version(account=account, channel="feed", text=text, payload="0" * 64, digest=text[:64], length=len(text))


@dataclass
class Room:
    """A workspace with its owner, and the desk. `say` is a whole message: received, answered, and the request."""

    database: Database
    clock: MovableClock
    desk: Desk
    workshop: Workshop
    looking: Looking
    pausing: Pausing
    office: Office
    workspace: Workspace
    owner: Member
    queued: list[tuple[str, str]] = field(default_factory=list)

    def request(
        self,
        text: str,
        *,
        conversation: str = "v_1",
        key: str = "",
        uploads: tuple[Upload, ...] = (),
        surface: str = "terminal",
        about: str = "",
    ) -> ChatRequest:
        return ChatRequest(
            workspace=self.workspace.id,
            surface=surface,
            about=about,
            member=self.owner.id,
            conversation=conversation,
            text=text,
            key=key,
            uploads=uploads,
        )

    async def say(
        self,
        text: str,
        *,
        conversation: str = "v_1",
        uploads: tuple[Upload, ...] = (),
        surface: str = "terminal",
        about: str = "",
    ) -> Request:
        request_id = await self.desk.receive(
            self.request(text, conversation=conversation, uploads=uploads, surface=surface, about=about)
        )
        await self.desk.answer(self.workspace.id, request_id)
        return await self.desk.get(self.workspace.id, request_id)


async def open_room(database: Database, tmp_path: Path) -> Room:
    clock = MovableClock(NOW)
    audit = AuditWriter(database, load_or_create_keys(tmp_path))
    people = People(database)
    workspace = await Setup(people, audit).ensure(zone="Europe/Zurich", owners=(), now=NOW)
    owner = (await people.members(workspace.id))[0]
    board = Board(database, clock)
    looking, pausing = Looking(database, board=board, clock=clock), Pausing(database, audit)
    workshop, office = Workshop(database, clock), Office(database, people, audit, clock)
    queued: list[tuple[str, str]] = []

    async def enqueue(workspace_id: str, request_id: str) -> None:
        queued.append((workspace_id, request_id))

    def no_door(*_: Any) -> Door:
        raise AssertionError("no channel is asked")

    async def never(_workspace: str, _request: str) -> None:
        raise AssertionError("nothing was asked in a chat")

    blobs = FileBlobs(tmp_path / "blobs")
    numbers = ReadingNumbers(database, channels={}, open_door=no_door, clock=clock)
    desk = Desk(
        database,
        ledger=Ledger(database),
        requests=workshop,
        looking=looking,
        stopping=Stopping(database, blobs, pausing),
        absences=office,
        proving=workshop,
        reports=Reports(database, blobs=blobs, numbers=numbers, clock=clock),
        calendar=CalendarShowing(database, blobs, clock),
        people=people,
        clock=clock,
        enqueue=enqueue,
        enqueue_reply=never,
    )
    await asyncio.to_thread(desk.use, OfflineModel(), None, DailyTokens(database, clock.now))
    return Room(database, clock, desk, workshop, looking, pausing, office, workspace, owner, queued)


__all__ = ["NOW", "Brief", "Room", "Workshop", "open_room"]
