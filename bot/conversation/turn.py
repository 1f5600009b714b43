"""One turn of a conversation, as its tools see it: who asks, in which words, and what they may reach."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol, runtime_checkable

from bot.chat import Button, CardPicture, Upload
from bot.insights.clicks import Counted
from bot.llm.around import Around
from bot.planning.content_calendar import Entry
from bot.views import AccountView, BrandView, DraftView, ListView, MemberView
from bot.workflow.requests import Asker, Idea
from storage.drafts import Draft
from storage.posts import Post
from storage.team import Member
from storage.usage import Usage

WRITES = frozenset(
    {
        *("revise_draft", "reschedule_draft", "choose_option"),
        *("plan_slots", "propose_campaign", "change_campaign", "fill_slots"),
    }
)
"""Tools that change what is there, or propose more than drafts. A tainted turn loses them."""


@runtime_checkable
class Doors(Protocol):
    """`bot.workflow.requests.Requests`, as far as a turn goes."""

    async def draft(self, asker: Asker, ideas: Sequence[Idea]) -> tuple[Draft, ...]: ...
    async def revise(self, asker: Asker, draft_id: str, instruction: str) -> Draft: ...
    async def depict(self, asker: Asker, draft_id: str, uploads: Sequence[str], shows: str) -> Draft: ...
    async def word(self, asker: Asker, draft_id: str, texts: Mapping[str, str]) -> Draft: ...
    async def move(self, asker: Asker, draft_id: str, when: str) -> Draft: ...
    async def choose(self, asker: Asker, draft_id: str, number: int) -> Draft: ...


@runtime_checkable
class Windows(Protocol):
    """`bot.workflow.looking.Looking`, as far as a turn goes: what this member may see."""

    def within(self, brands: frozenset[str]) -> Windows: ...
    async def member(self, workspace: str, member_id: str) -> Member: ...
    async def drafts(
        self, workspace: str, member_id: str, *, status: str = "", after: str = "", limit: int = 50
    ) -> ListView[DraftView]: ...
    async def draft(self, workspace: str, member_id: str, draft_id: str) -> DraftView: ...
    async def waits_for(self, workspace: str, member_id: str, brand: str) -> tuple[DraftView, ...]: ...
    async def between(self, workspace: str, member_id: str, start: datetime, end: datetime) -> tuple[Post, ...]: ...
    async def planned(
        self, workspace: str, member_id: str, start: datetime, end: datetime, brands: frozenset[str] | None = None
    ) -> tuple[Entry, ...]: ...
    async def followed(self, workspace: str, posts: Sequence[str]) -> Mapping[str, Counted]: ...
    async def spent(self, workspace: str, member_id: str, brand: str, first: date, last: date) -> Usage: ...
    async def accounts(self, workspace: str, member_id: str) -> ListView[AccountView]: ...
    async def brand(self, workspace: str, member_id: str, brand_id: str) -> None: ...
    async def brands(self, workspace: str, member_id: str) -> ListView[BrandView]: ...
    async def members(self, workspace: str, member_id: str) -> ListView[MemberView]: ...


@runtime_checkable
class Proposals(Protocol):
    """`bot.conversation.proposing.Proposing`: what is shown comes below the answer, unread by the model. Each answers
    with a sentence that leads there, and raises BadInput with a question.
    """

    async def slots(self, turn: Turn, words: str) -> str: ...
    async def campaign(self, turn: Turn, words: str) -> str: ...
    async def change(self, turn: Turn, campaign: str, words: str) -> str: ...
    async def fill(self, turn: Turn) -> str: ...
    async def calendar(self, turn: Turn, period: str) -> str: ...
    async def report(self, turn: Turn, what: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Turn:
    """The agent's context. `said` is all that people wrote in what is remembered, for checking where links are from;
    `verbatim` the person's own words where `words` say the same more exactly.

    `asides` go to the person below what the model says, without its having read them, with `buttons` and `pictures`.
    `restated` is what was read back to them in other words than theirs.
    """

    asker: Asker
    words: str
    around: Around
    doors: Doors
    windows: Windows
    now: datetime
    said: str = ""
    verbatim: str = ""
    uploads: tuple[Upload, ...] = ()
    documents: tuple[Upload, ...] = ()
    made: list[str] = field(default_factory=list)
    asides: list[str] = field(default_factory=list)
    buttons: list[Button] = field(default_factory=list)
    pictures: list[CardPicture] = field(default_factory=list)
    restated: list[str] = field(default_factory=list)
    keep: Callable[[list[str]], Awaitable[None]] | None = None
    advise: Callable[[Asker], Awaitable[str]] | None = None  # what to post next, where posts teach something
    proposals: Proposals | None = None

    def reporting(self, report: Callable[[str], Awaitable[None]]) -> Asker:
        return replace(self.asker, report=report)

    async def note(self, draft_ids: Sequence[str]) -> None:
        """Keep at once which drafts this turn has made or changed: a turn that runs again must not make them again."""
        self.made.extend(name for name in draft_ids if name not in self.made)
        if self.keep is not None:
            await self.keep(list(self.made))
