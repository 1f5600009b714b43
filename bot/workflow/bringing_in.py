"""Numbers from a CSV file into a brand's posts: looked at first, then all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from pydantic import Field

from bot.clock import Clock
from bot.errors import Conflict, NotAllowed
from bot.insights.numbers_csv import MOST_PROBLEMS, Line, Problem, read_numbers
from bot.views import View
from bot.workflow.reports import Reports
from storage.audit import AuditWriter
from storage.counted import Counted, counted_between
from storage.numbers import NumbersStore
from storage.posts import Post
from storage.redis import Database
from storage.series import Reading
from storage.stores import PostStore
from storage.team import Member, Role

BACK: Final = timedelta(days=400)  # as long as posts stand in lists
AHEAD: Final = timedelta(days=1)


class ProblemView(View):
    line: int = Field(description="from 1, the head's; 0: the file as a whole")
    what: str


class BroughtIn(View):
    """What a file holds, or brought."""

    written: bool = Field(description="false: this was a dry run, or something is wrong: nothing was changed")
    posts: int
    readings: int
    problems: list[ProblemView] = Field(description="the first fifty; while there is one, nothing is written")
    more_problems: int


class BringingIn:
    def __init__(self, database: Database, *, reports: Reports, audit: AuditWriter, clock: Clock) -> None:
        self._database = database
        self._reports = reports
        self._audit = audit
        self._clock = clock
        self._posts = PostStore(database)
        self._numbers = NumbersStore(database)

    async def bring_in(self, member: Member, brand: str, data: bytes, *, write: bool) -> BroughtIn:
        """Of one brand; without `write` a dry run. Raises NotFound, NotAllowed, Conflict: then nothing was written."""
        await self._reports.asked_by(member, brand)
        if write and not member.may(brand, Role.approver):
            raise NotAllowed("Only approvers bring numbers in.", kept="Nothing was changed.", do_next="Ask one.")
        lines, problems = read_numbers(data, await self._reports.zone_of(member.workspace, brand))
        found, unknown = await self._found(member.workspace, brand, lines)
        problems = sorted([*problems, *unknown], key=lambda each: each.line)
        written = False
        if write and found and not problems:
            await self._write(member, brand, found)
            written = True
        return BroughtIn(
            written=written,
            posts=len(found),
            readings=sum(len(readings) for readings in found.values()),
            problems=[ProblemView(line=each.line, what=each.what) for each in problems[:MOST_PROBLEMS]],
            more_problems=max(0, len(problems) - MOST_PROBLEMS),
        )

    async def _found(
        self, workspace: str, brand: str, lines: Sequence[Line]
    ) -> tuple[dict[str, list[Reading]], list[Problem]]:
        """Readings by post; what names no post of this brand that is out is a problem."""
        if not lines:
            return {}, []
        now, known = self._clock.now(), dict[str, Counted]()
        async for post in counted_between(self._database, workspace, brand, now - BACK, now + AHEAD):
            if post.out_at is not None:
                known[post.id] = post
                known |= {post.url: post} if post.url else {}
        found, problems = dict[str, list[Reading]](), list[Problem]()
        for line in lines:
            named = known.get(line.post)
            if named is None or named.out_at is None:
                what = f"No post of this brand that is out has the id or link “{line.post[:80]}”."
                problems.append(Problem(line.number, what))
            elif wrong := _wrong_time(line.at, named.out_at, now):
                problems.append(Problem(line.number, wrong))
            else:
                found.setdefault(named.id, []).append(Reading(line.at, line.counts))
        return found, problems

    async def _write(self, member: Member, brand: str, found: Mapping[str, Sequence[Reading]]) -> None:
        workspace = member.workspace
        posts = dict[str, tuple[Post, Sequence[Reading]]]()
        for name, readings in found.items():  # out of the archive, where they go back by themselves
            posts[name] = ((await self._posts.open(workspace, name)).record, readings)
        entry = await self._audit.prepare(
            workspace,
            "numbers imported",
            subject=member.subject,
            about=brand,
            at=self._clock.now(),
            brand=brand,
            details={"posts": str(len(found)), "readings": str(sum(map(len, found.values())))},
        )
        if not await self._numbers.bring_in(workspace, posts, entry):
            raise Conflict(
                "Some of these posts got other numbers in this moment.",
                kept="Nothing was brought in.",
                do_next="Again.",
            )


def _wrong_time(at: datetime, out_at: datetime, now: datetime) -> str:
    if at < out_at:
        return "It was read before the post went out."
    return "It lies in the future." if at > now + AHEAD else ""
