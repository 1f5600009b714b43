"""What a draft claims and what each claim rests on, in words, for every chat and the studio."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.views import ClaimView, DraftView, SupportView
from bot.when import say_day
from bot.words import reader, told

MOST = 40


def lines_of(draft: DraftView, zone: str) -> tuple[str, ...]:
    """A line for each claim, those that rest on nothing first; what several accounts share is told once."""
    return rows(draft.claims, zone)[:MOST]


def rows(claims: Sequence[ClaimView], zone: str) -> tuple[str, ...]:
    ordered = sorted(claims, key=lambda each: each.support is not None)
    return tuple(dict.fromkeys(line_of(each, zone) for each in ordered))


def line_of(claim: ClaimView, zone: str) -> str:
    """“20%” – from your brief."""
    said = told("“{words}”", words=claim.text.strip("“”„«»\"'").rstrip("."))
    support, nothing = claim.support, told("nothing says it")
    return f"{said} – {_with_step(support, zone) if support else nothing}"


def _with_step(support: SupportView, zone: str) -> str:
    rests = rests_on(support, zone)
    return told("{step}, {rests}", step=support.worked, rests=rests) if support.worked else rests


def rests_on(support: SupportView, zone: str) -> str:
    if support.where == "brief":
        return told("from your brief")
    if support.where == "fact":
        return told("a fact of the brand: {sentence}", sentence=support.sentence)
    if support.where == "campaign":
        return told("a key message of the campaign: {sentence}", sentence=support.sentence)
    name, sentence = support.by or told("somebody who is gone"), support.sentence
    if support.where == "person":
        if support.taken_on:
            return told("taken on by {name}: {reason}", name=name, reason=sentence)
        return told("{name} says: {sentence}", name=name, sentence=sentence)
    host = urlsplit(support.url or "").hostname or support.url or told("a page")
    day = say_day(support.read_at.astimezone(ZoneInfo(zone)).date(), reader()) if support.read_at else ""
    if support.by:
        return told("{host}, read {day}, given by {name}: {sentence}", host=host, day=day, name=name, sentence=sentence)
    return told("{host}, read {day}: {sentence}", host=host, day=day, sentence=sentence)
