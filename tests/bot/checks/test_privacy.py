"""Personal data in copy is warned of with where it stands; what the brand gives itself as contact is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.checks.base import Subject
from bot.checks.privacy import privacy
from storage.drafts import Brief, Finding
from storage.team import Fact
from tests.bot.checks.subjects import BRIEF, subject


def _of(text: str, *, brief: Brief = BRIEF, facts: tuple[str, ...] = ()) -> Subject:
    asked = subject(text, brief=brief)
    return replace(asked, brand=asked.brand.changed(facts=tuple(Fact(text=fact) for fact in facts)))


@pytest.mark.parametrize(
    "value",
    [
        "anna.meier@bluewin.ch",
        "079 412 34 56",
        "4111 1111 1111 1111",
        "CH93 0076 2011 6238 5295 7",
        "756.9217.0769.85",
        "8.8.4.4",
    ],
)
async def test_what_nobody_gave_is_named_with_its_place(value: str) -> None:
    text = f"Thanks to Anna, {value}, our winner of the week."
    [finding] = await privacy(_of(text))
    assert isinstance(finding, Finding) and finding.span is not None
    assert (finding.severity, finding.rule) == ("warn", "personal_data")
    assert text[slice(*finding.span)] == value
    assert value in finding.reason


@pytest.mark.parametrize(
    ("text", "facts", "brief"),
    [
        ("Ring 079 412 34 56.", ("Our shop's number is +41 79 412 34 56.",), BRIEF),
        ("Write to anna@velo.ch", (), BRIEF.model_copy(update={"call_to_action": "write to anna@velo.ch"})),
        ("Questions? 079 412 34 56", (), Brief(request="post our sale, questions to 079 412 34 56")),
        ("Reservation 044 668 18 00.", (), Brief(request="Post über unser Café, Reservation 044 668 18 00")),
        ("Ask at info@velo.ch", (), BRIEF),
        ("Hotline 0800 800 800", (), BRIEF),
        ("Donate: CH93 0076 2011 6238 5295 7", ("Donations to CH9300762011623852957",), BRIEF),
        ("EAN 4006381333931, from 20.11.2026, CHF 1'290, version 10.2.0.1", (), BRIEF),
    ],
)
async def test_what_the_brand_gives_itself_and_what_is_nobodys_is_left_alone(
    text: str, facts: tuple[str, ...], brief: Brief
) -> None:
    assert await privacy(_of(text, brief=brief, facts=facts)) == ()


async def test_a_customers_number_in_the_request_is_no_contact_of_the_brand() -> None:
    brief = Brief(request="Make a post from this letter: “Love it! Anna Meier, 079 412 34 56, anna.meier@gmx.ch”")
    found = await privacy(_of("“Love it!” Anna Meier, 079 412 34 56, anna.meier@gmx.ch", brief=brief))
    assert [finding.rule for finding in found] == ["personal_data"] * 2


async def test_a_card_or_a_state_number_is_never_a_contact() -> None:
    assert await privacy(_of("Card 4111 1111 1111 1111", facts=("Card 4111 1111 1111 1111",)))
