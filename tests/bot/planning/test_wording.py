"""Slots in words, English and German: what is read, and what is asked about."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from bot.errors import BadInput
from bot.planning.saying import read_back
from bot.planning.wording import read_slots, speaks_of_slots
from bot.words import reading
from storage.accounts import Account
from storage.plans import Pillar, Plan

TODAY = date(2026, 11, 27)
NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
PLAN = Plan(workspace="w_1", brand="b_1", pillars=(Pillar(name="Safety"),), updated_at=NOW)
ACCOUNTS = tuple(
    Account(id=name, workspace="w_1", brand="b_1", channel=channel, name=called, handle=handle, created_at=NOW)
    for name, channel, called, handle in (
        ("a_li", "linkedin", "Velo AG", ""),
        ("a_bs", "bluesky", "Velo on Bluesky", "@velo.example"),
    )
)


def read(text: str, language: str = "en") -> list[tuple[str, str, str]]:
    """Rule, times and purpose of each."""
    return [
        (
            ",".join(each.accounts) + " " + each.rule,
            f"{each.at:%H:%M}" + (f"-{each.until:%H:%M}" if each.until else ""),
            " / ".join(part for part in (each.form, each.pillar, each.fill) if part),
        )
        for each in read_slots(text, ACCOUNTS, PLAN, language=language, today=TODAY)
    ]


def test_the_sentence_of_the_brief_in_both_languages() -> None:
    expected = [
        ("a_li FREQ=WEEKLY;BYDAY=MO", "09:00"),
        ("a_li FREQ=WEEKLY;BYDAY=WE", "09:00"),
        ("a_li FREQ=WEEKLY;BYDAY=FR", "10:00"),
        ("a_bs FREQ=DAILY", "08:00-10:00"),
    ]
    english = read("LinkedIn Mon and Wed 9:00 customer story, Fri 10:00 tip; Bluesky daily between 8 and 10")
    assert [each[:2] for each in english] == expected
    assert [each[2] for each in english] == ["customer story / ideas"] * 2 + ["tip / ideas", "ideas"]
    german = read("LinkedIn Mo und Mi 9 Uhr Kundengeschichte, Fr 10 Uhr Tipp; Bluesky täglich zwischen 8 und 10", "de")
    assert [each[:2] for each in german] == expected
    assert german[0][2] == "Kundengeschichte / ideas"


@pytest.mark.parametrize(
    ("text", "rules", "times", "purpose"),
    [
        ("Velo AG Mon-Wed at 9am Safety", ["BYDAY=MO", "BYDAY=TU", "BYDAY=WE"], "09:00", "Safety / ideas"),
        (
            "LinkedIn every other Tuesday 14:00 tip about Safety",
            ["INTERVAL=2;BYDAY=TU"],
            "14:00",
            "tip / Safety / ideas",
        ),
        ("LinkedIn weekdays 8:30 evergreen", ["BYDAY=MO,TU,WE,TH,FR"], "08:30", "evergreen"),
        ("LinkedIn first Monday of the month at 10:00 report", ["MONTHLY;BYDAY=1MO"], "10:00", "report / ideas"),
        ("LinkedIn Mondays from 9 to 11am from the queue", ["BYDAY=MO"], "09:00-11:00", "queue"),
        ("LinkedIn Fri 17:00 tip until 30 June", ["BYDAY=FR;UNTIL=20270630"], "17:00", "tip / ideas"),
    ],
)
def test_ways_to_say_it(text: str, rules: list[str], times: str, purpose: str) -> None:
    found = read(text)
    assert [each[0] for each in found] == [each[0] for each in found if any(each[0].endswith(rule) for rule in rules)]
    assert len(found) == len(rules) and {each[1:] for each in found} == {(times, purpose)}


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Mon 9:00 tip", "For which account: Velo AG, Velo on Bluesky?"),
        ("LinkedIn Mon tip", "At what time?"),
        ("LinkedIn 9:00 tip", "On which days?"),
        ("LinkedIn tomorrow 9:00 tip", "“tomorrow” comes once"),
        ("LinkedIn Mon at 3 tip", "in the morning or in the afternoon?"),
        ("LinkedIn Mon 25:00 tip", "I could not read “25:00” as a time."),
        ("LinkedIn Mon 10-8 tip", "There is no such span of time"),
        ("", "Say when, where and what"),
    ],
)
def test_what_is_not_clear_is_asked_about(text: str, asks: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(text)
    assert asks in caught.value.what


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("LinkedIn Mon and Wed 9:00 customer story", True),
        ("Bluesky daily at 9:00", True),
        ("plan: LinkedIn every Monday 9:00 tip", True),
        ("Post about our spring sale on LinkedIn every Monday at 9", False),
        ("LinkedIn Monday 9:00 spring sale 20% off", False),
        ("plan three tips for next week", False),
        ("LinkedIn: we open on Monday at 9:00. Come by!", False),
        ("Move it to Monday 9:00", False),
    ],
)
def test_only_what_is_beyond_doubt_is_taken_for_a_plan(text: str, speaks: bool) -> None:
    assert speaks_of_slots(text, ACCOUNTS, PLAN, language="en", today=TODAY) is speaks


def test_it_is_read_back_in_the_readers_language() -> None:
    names = {each.id: each.name for each in ACCOUNTS}
    [slot] = read_slots("Bluesky every other Friday 8-10 tip", ACCOUNTS, PLAN, language="en", today=TODAY)
    assert slot.at == time(8)
    with reading("en"):
        assert read_back(slot, names).line() == "Velo on Bluesky · every other Friday, between 08:00 and 10:00 · tip"
    with reading("de"):
        assert (
            read_back(slot, names).line() == "Velo on Bluesky · jeden zweiten Freitag, zwischen 08:00 und 10:00 · tip"
        )
