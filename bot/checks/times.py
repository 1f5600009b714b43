"""Which embargoes and days without posts keep words back at a time? Pure; for drafts, and for what is approved."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.checks.addresses import find_addresses
from bot.checks.brand import places
from storage.drafts import Finding
from storage.profile import Blackout, Embargo
from storage.team import Brand

TIMES: Final = frozenset({"embargo", "blackout"})  # the rules of findings, and the codes of what is held


@dataclass(frozen=True, slots=True)
class Bar:
    """A rule that keeps something back, and when it does so no more; UTC."""

    rule: Embargo | Blackout
    ends: datetime

    @property
    def id(self) -> str:
        return rule_id(self.rule)


def bars(brand: Brand, words: str, at: datetime) -> Iterator[Bar]:
    """The rules that keep these words back at a time; those that only warn do not."""
    zone = ZoneInfo(brand.zone or "UTC")
    local = at.astimezone(zone)
    for embargo in brand.profile.timing.embargoes:
        if local.replace(tzinfo=None) < embargo.until and names(words, embargo.about):
            yield Bar(embargo, embargo.until.replace(tzinfo=zone).astimezone(UTC))
    for blackout in brand.profile.timing.blackouts:
        if blackout.blocks and covers(blackout, local):
            last = blackout.last if blackout.weekday is None and blackout.last is not None else local.date()
            over = datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)
            yield Bar(blackout, over.astimezone(UTC))


def names(words: str, about: str) -> bool:
    """Whether words name what an embargo is about; not in an address."""
    return named_at(words, about) is not None


def named_at(words: str, about: str) -> tuple[int, int] | None:
    hidden = [address.span for address in find_addresses(words) if address.kind in ("email", "mention")]
    return next(places(words, about, hidden), None)


def covers(blackout: Blackout, local: datetime) -> bool:
    """Whether a day of the brand's clock is one without posts."""
    if blackout.weekday is not None:
        return local.weekday() == blackout.weekday
    day = local.date()
    return blackout.first is not None and blackout.last is not None and blackout.first <= day <= blackout.last


def rule_id(rule: Embargo | Blackout) -> str:
    """The same rule has the same id; one that was changed is another."""
    return hashlib.sha256(f"{type(rule).__name__} {rule.model_dump_json()}".encode()).hexdigest()[:16]


def taken_on(brand: Brand, findings: Iterable[Finding], account: str) -> tuple[str, ...]:
    """The rules that stood in the way of a version when it was approved all the same: an owner took them on."""
    said = {each.rule for each in findings if each.account in ("", account)} & TIMES
    timing = brand.profile.timing
    known = {rule_id(rule) for rule in timing.embargoes if "embargo" in said}
    known |= {rule_id(rule) for rule in timing.blackouts if "blackout" in said}
    return tuple(sorted(known))
