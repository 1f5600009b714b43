"""How well does a model write, by these prompts? Golden briefs through the whole of drafting, judged by rules alone.

Each brief gets a brand and accounts of its own on throw-away data, and its draft is made as every draft is: the chain
of the copywriter, the channels' own limits, the checks, the repairs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.channels.base import Channel
from bot.clock import Clock
from bot.errors import AdMindError
from bot.workflow.golden import GoldenBrief, broken, missing
from bot.workflow.requests import Asker, Idea, Requests
from prompts import Prompt, PromptError, every, from_folder, load
from storage.accounts import Account
from storage.commit import Change, commit
from storage.drafts import Draft
from storage.redis import Database
from storage.stores import TeamStore
from storage.team import Brand, Fact, Member, Role
from storage.usage import NOTHING, Usage

__all__ = ["Evaluation", "Judged", "Prompt", "PromptError", "evaluate", "every", "from_folder", "load"]

AT_ONCE = 4  # briefs side by side: each makes several calls at once by itself
SEED = "golden"
HEADED = ("e-mail", "article")  # forms that a post cut to length is none of


@dataclass(frozen=True, slots=True)
class Judged:
    """One text. It passed where no check blocks or warns, nothing is missing, its length fits and nothing is broken."""

    channel: str
    text: str
    findings: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    facts: int = 0
    fits: bool = True
    broken: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return self.fits and not (self.findings or self.missing or self.broken)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one brief; `failed` says why there is no draft."""

    brief: GoldenBrief
    texts: tuple[Judged, ...] = ()
    usage: Usage = NOTHING
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Of all briefs. Shares are of all texts that were wanted; one that was not written passed in nothing."""

    outcomes: tuple[Outcome, ...]

    @property
    def wanted(self) -> int:
        return sum(len(each.brief.accounts) for each in self.outcomes)

    @property
    def usage(self) -> Usage:
        total = NOTHING
        for each in self.outcomes:
            total = total.plus(each.usage)
        return total

    def share(self, good: Callable[[Judged], bool]) -> float:
        """Of the texts, from 0 to 1."""
        return sum(good(text) for each in self.outcomes for text in each.texts) / max(1, self.wanted)

    @property
    def passed(self) -> float:
        return self.share(lambda text: text.passed)

    @property
    def kept(self) -> float:
        """Of the facts that should stand in texts, from 0 to 1."""
        all_facts = sum(len(each.brief.keep) * len(each.brief.accounts) for each in self.outcomes)
        kept = sum(text.facts - len(text.missing) for each in self.outcomes for text in each.texts)
        return kept / max(1, all_facts)


async def evaluate(
    briefs: Sequence[GoldenBrief],
    *,
    database: Database,
    requests: Requests,
    owner: Member,
    channels: Mapping[str, Channel],
    clock: Clock,
    told: Callable[[Outcome], Awaitable[None]] | None = None,
    at_once: int = AT_ONCE,
) -> Evaluation:
    """The briefs' drafts on this throw-away data, judged; `told` hears of each as it is done. A brief that fails by its
    model is an outcome, too. `owner` is who asks.
    """
    await _settled(briefs, database, owner, clock)
    free = asyncio.Semaphore(at_once)

    async def one(brief: GoldenBrief) -> Outcome:
        async with free:
            outcome = await _drafted(brief, requests, owner, channels)
        if told is not None:
            await told(outcome)
        return outcome

    return Evaluation(tuple(await asyncio.gather(*(one(each) for each in briefs))))


UNREACHED = "link_dead"  # golden briefs name made-up websites: nothing answers there


async def _drafted(golden: GoldenBrief, requests: Requests, owner: Member, channels: Mapping[str, Channel]) -> Outcome:
    brand = _brand_id(golden)
    asker = Asker(owner.workspace, brand, owner.id, "", "evaluation", golden.brief.language, "UTC")
    try:
        (draft,) = await requests.draft(asker, [Idea(brief=golden.brief)], family=f"{SEED}-{golden.id}")
    except AdMindError as error:
        return Outcome(golden, failed=error.sentence())
    return Outcome(golden, _judged(golden, draft, channels), draft.made_with.usage)


def _judged(golden: GoldenBrief, draft: Draft, channels: Mapping[str, Channel]) -> tuple[Judged, ...]:
    found: list[Judged] = []
    for number, account in enumerate(golden.accounts):
        version = draft.version(_account_id(golden, number))
        if version is None:
            continue
        form = channels[version.channel].capabilities.form
        others = [each for each in draft.versions if channels[each.channel].capabilities.form != form]
        siblings = [each.text for each in others] if form in HEADED else []
        said = [
            each
            for each in draft.findings
            if each.severity != "note" and each.account in ("", version.account) and each.rule != UNREACHED
        ]
        found.append(
            Judged(
                channel=version.channel,
                text=version.text,
                findings=tuple(f"{each.rule}: {each.reason}" for each in said),
                missing=missing(version.text, golden.keep),
                facts=len(golden.keep),
                fits=0 < version.length <= (version.limit or version.length),
                broken=broken(version.text, golden, account, siblings),
            )
        )
    return tuple(found)


async def _settled(briefs: Sequence[GoldenBrief], database: Database, owner: Member, clock: Clock) -> None:
    """A brand with its accounts for each brief. Nothing is connected: nothing is ever sent from here."""
    team, now = TeamStore(database), clock.now()
    kept = await team.members.get(owner.workspace, owner.id)
    change, roles = Change(owner.workspace), dict(kept.record.roles)
    for golden in briefs:
        brand = Brand(
            id=_brand_id(golden),
            workspace=owner.workspace,
            name=golden.brand.name,
            voice=golden.brand.voice,
            language=golden.brand.language,
            facts=tuple(Fact(text=each) for each in golden.brand.facts),
            avoid_words=golden.brand.avoid_words,
            created_at=now,
        )
        team.brands.put(change, brand, brand.id, ver=None, at=now.timestamp())
        roles[brand.id] = frozenset({Role.owner})
        for number, each in enumerate(golden.accounts):
            account = Account(
                id=_account_id(golden, number),
                workspace=owner.workspace,
                brand=brand.id,
                channel=each.channel,
                name=f"{golden.brand.name} {each.channel}",
                language=each.language,
                remote_id=_account_id(golden, number),
                posted=True,
                created_at=now,
            )
            team.accounts.put(change, account, account.id, ver=None, at=now.timestamp())
    member = kept.record.changed(roles=roles)
    team.members.put(change, member, member.id, ver=kept.ver, at=now.timestamp())
    await commit(database, change)


def _brand_id(golden: GoldenBrief) -> str:
    return f"b_{golden.id.replace('-', '_')}"


def _account_id(golden: GoldenBrief, number: int) -> str:
    return f"a_{golden.id.replace('-', '_')}_{number}"
