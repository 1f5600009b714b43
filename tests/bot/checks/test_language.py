"""A text in the wrong language is said, and no text in the right one is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.checks.base import Subject
from bot.checks.language import NAMES, language
from bot.checks.tongue import LANGUAGES, evident_language
from bot.words import words
from tests.bot.checks.subjects import BRIEF, subject
from tests.bot.privacy.ordinary import ORDINARY

PAIRS = Path(__file__).with_name("pairs")
ENGLISH = "Our spring sale is on: 20% off all bikes until 31 May.\n\nSee the offer: https://velo.example/sale"
GERMAN = "Unsere Frühlingsaktion läuft: 20 % auf alle Velos bis 31. Mai. Wir freuen uns auf euch!"


def of(text: str, account: str = "", spoken: str = "en", **more: str) -> Subject:
    """One version of an account with a language of its own, or none."""
    made = subject(text, brief=BRIEF.model_copy(update={"language": spoken, **more}))
    first = made.versions[0]
    return replace(made, versions=(replace(first, account=first.account.changed(language=account)),))


@pytest.mark.parametrize(
    ("text", "account", "spoken", "severity"),
    [
        (ENGLISH, "de-CH", "en", "warn"),
        (ENGLISH, "ja", "en", "warn"),
        (GERMAN, "", "en", "warn"),
        ("今年の春のセールは5月31日まで。すべての自転車が20%オフです。", "", "en", "warn"),
        (ENGLISH, "en-GB", "de", None),
        (GERMAN, "de", "en", None),
        (f"{GERMAN}\n\n{ENGLISH}", "de", "en", None),
        ("Spring starts on two wheels.", "de", "en", None),
        ("20% – Velo – Zürich", "fr", "en", None),
        ("Neu bei uns im Laden: “Our bikes and the art of it”, und wir sind da.", "de", "en", None),
    ],
)
async def test_a_text_in_another_language_is_warned_of(
    text: str, account: str, spoken: str, severity: str | None
) -> None:
    found = await language(of(text, account, spoken))
    assert [each.severity for each in found] == ([severity] if severity else [])


async def test_a_persons_own_words_are_noted_where_the_account_speaks_another_language() -> None:
    assert [each.severity for each in await language(of(ENGLISH, "de", verbatim=ENGLISH))] == ["note"]
    assert await language(of(ENGLISH, "", "de", verbatim=ENGLISH)) == ()


async def test_it_is_said_in_the_readers_language() -> None:
    (found,) = await language(of(ENGLISH, "de"))
    assert found.reason == "The text is in English, but should be in German."
    assert words("de").said(found.reason) == "Der Text ist auf Englisch, sollte aber auf Deutsch sein."
    assert set(NAMES) >= LANGUAGES


def test_no_ordinary_text_is_taken_for_another_language() -> None:
    telling = 0
    for name, spoken in (("english", "en"), ("english_unseen", "en"), ("german", "de"), ("german_unseen", "de")):
        for line in (PAIRS / f"{name}.txt").read_text("utf-8").splitlines():
            if "⇒" in line:
                found = evident_language(line.partition("⇒")[2])
                assert found in (spoken, ""), line
                telling += bool(found)
    assert telling >= 60
    foreign = {found for text in ORDINARY if (found := evident_language(text)) not in ("", "en", "de")}
    assert foreign == {"nl", "ja"}  # there is one text of each
