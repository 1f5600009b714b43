"""Everyday words, said to AdMind directly, as a newcomer reads their answers in Discord."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from bot.clock import MovableClock
from tests.fakes.discord.pressing import Person
from tests.fakes.discord.records import Message
from tests.fakes.waiting import until
from tests.handlers.discord.acting import asked, press, whispered
from tests.handlers.discord.office import Office
from tests.handlers.discord.phone import shown

A_PHONE = 1300  # characters that somebody still reads there
ID = re.compile(r"\b[dbpamw]_[a-z0-9]{8,}")
PLAN = "@AdMind plan three tips for next week"
NEWCOMER = [
    ("help", ["mention me (@AdMind shorter), or reply to the card", "/admind draft", "✅ approves", PLAN]),
    ("review", ["Nothing waits for your decision."]),
    ("drafts", ["No draft is waiting."]),
    ("posts", ["Nothing went out Thu 26 Nov to Wed 2 Dec."]),
    ("calendar", ["Nothing is planned Wed 2 Dec to Tue 8 Dec.", PLAN, "[New post]"]),
    ("calendar this week", ["Nothing is planned this week (Mon 30 Nov to Sun 6 Dec)."]),
    ("plan", ["Nothing is planned Wed 2 Dec to Tue 8 Dec.", PLAN, "[New post]"]),
    ("report november", ["Sun 1 Nov to Mon 30 Nov"]),
    ("problems", ["No problems."]),
    ("brand", ["My brand, written in English. A post needs 1 approval", "Posts to: Feed", "/admind studio"]),
    ("away until Friday", ["You are away until Fri 4 Dec, 23:59 UTC.", "/admind back ends it."]),
    ("back", ["Welcome back."]),
    ("pause", ["Paused: My brand.", "To go on: /admind resume.", "[Go on]"]),
    ("pause account Feed", ["Paused: Feed.", "/admind resume account:Feed"]),
    ("pause everything because of a storm", ["Paused: everything.", "/admind resume everything:True"]),
    ("resume account Feed", ["takes your own word: /admind resume account:Feed"]),
    ("approve", ["press a button on its card"]),
]


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock(datetime(2026, 12, 2, 9, tzinfo=UTC))


async def answer_to(person: Person, words: str) -> Message:
    """What AdMind says in the end to what is written to it directly."""
    said = person.dm(words)

    def found() -> list[Message]:
        return [each for each in person.heard() if each.reference == said.id and "On it" not in each.words]

    await until(lambda: bool(found()), f"“{words}” is answered", seconds=30)
    return found()[0]


async def test_every_word_is_answered_for_a_newcomer_shortly_and_without_ids(office: Office, ana: Person) -> None:
    for words, wanted in NEWCOMER:
        read = shown((await answer_to(ana, words)).words).replace("`", "")
        assert all(each in read for each in wanted), (words, read)
        assert len(read) <= A_PHONE and not ID.search(read), (words, read)


async def test_lists_have_buttons_and_a_plan_is_drafted_by_what_help_says(office: Office, ana: Person) -> None:
    await asked(office, ana, "Announce our sale for the feed, Saturday 10am")
    listed = await answer_to(ana, "drafts")
    assert "1. Sale · Sat 5 Dec, 10:00 UTC · Feed · Waiting for" in shown(listed.words)
    await press(ana, listed, "next")
    await whispered(ana, ana.dms, "Sale")
    await answer_to(ana, PLAN.removeprefix("@AdMind "))
    await office.card(4)
    days = sorted(f"{each.due:%a %d}" for each in await office.drafts() if each.due is not None)
    assert len(days) == 4 and "Sat 05" in days and all(day[:3] not in ("Sun",) for day in days)
