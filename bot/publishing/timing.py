"""What the brand's embargoes and days without posts say of a post that is approved already.

A rule that came, or was changed, after the approval holds it back like a stop does. One that an owner took on when it
was approved, or when they sent it all the same, does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.checks.times import Bar, bars
from bot.when import say, say_day
from storage.posts import Failure, Post
from storage.profile import Embargo
from storage.sealed import SealedPayload
from storage.team import Brand


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Until when, and why in a sentence."""

    until: datetime
    failure: Failure
    rules: tuple[str, ...]


def spoken(payload: SealedPayload) -> str:
    """All that people would read or hear of it: an embargo holds what a picture is said to show, too."""
    alts = (medium.alt for part in payload.parts for medium in part.media)
    return "\n".join(text for text in (payload.words, *alts) if text)


def held_back(brand: Brand | None, post: Post, words: str, at: datetime) -> HeldBack | None:
    """What keeps this post back at a time; None when nothing does."""
    barring = [bar for bar in bars(brand, words, at) if bar.id not in post.rules] if brand is not None else []
    if brand is None or not barring:
        return None
    longest = max(barring, key=lambda bar: bar.ends)
    return HeldBack(longest.ends, _why(longest, brand, at), tuple(sorted({bar.id for bar in barring})))


def _why(bar: Bar, brand: Brand, at: datetime) -> Failure:
    zone, fixes = brand.zone or "UTC", ("send", "reschedule", "drop")
    if isinstance(bar.rule, Embargo):
        about, until = bar.rule.about, say(bar.ends, zone, brand.language, now=at)
        sentence = f"Held: nothing about “{about}” goes out before {until}."
        return Failure(code="embargo", sentence=sentence, fixes=fixes)
    day, why = say_day(at.astimezone(ZoneInfo(zone)).date(), brand.language), bar.rule.why
    sentence = f"Held: on {day} nothing goes out: {why}." if why else f"Held: on {day} nothing goes out."
    return Failure(code="blackout", sentence=sentence, fixes=fixes)
