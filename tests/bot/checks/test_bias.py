"""Slurs, generalisations and traits tied to groups are warned of; what merely names people is not."""

from __future__ import annotations

import pytest

from bot.checks.bias import bias, biased
from tests.bot.checks.subjects import BRIEF, subject


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Women are emotional buyers, so we made it pink.", "Women are emotional"),
        ("Every woman loves shoes.", "Every woman loves"),
        ("So easy that even your grandma can use it.", "So easy that even your grandma can"),
        ("Surprisingly articulate for a black candidate.", "Surprisingly articulate for a black"),
        ("Older people are confused by apps.", "Older people are confused by"),
        ("Most immigrants want a handout.", "Most immigrants want"),
        ("He is confined to a wheelchair.", "confined to a wheelchair"),
        ("Our shop is run by gypsies.", "gypsies"),
        ("Man up and ride.", "Man up"),
        ("Typisch Frau: drei Taschen.", "Typisch Frau"),
        ("Frauen sind schlechte Autofahrer.", "Frauen sind schlechte Autofahrer"),
        ("So einfach, selbst deine Oma kann es.", "So einfach, selbst deine Oma kann"),
        ("Echte Männer weinen nicht.", "Echte Männer weinen"),
        ("Probier unser Zigeunerschnitzel!", "Zigeunerschnitzel"),
        ("Sie ist an den Rollstuhl gefesselt.", "an den Rollstuhl gefesselt"),
    ],
)
async def test_it_says_what_and_why_and_never_blocks(text: str, said: str) -> None:
    language = "de" if said in text and any(word in text for word in ("Frau", "Oma", "Männer", "Zig", "Sie ")) else "en"
    [finding] = await bias(subject(text, brief=BRIEF.model_copy(update={"language": language})))
    assert finding.severity == "warn" and finding.span is not None
    assert text[slice(*finding.span)] == said
    assert finding.reason.startswith(f"“{said}” can hurt people. ")
    assert finding.fix


@pytest.mark.parametrize(
    "text",
    [
        "All women are welcome.",
        "Alle Frauen sind eingeladen.",
        "For women and men who ride every day.",
        "Crazy deals, insanely good coffee, a blind tasting.",
        "Japanese prints, Chinese porcelain, Indian curry.",
        "Read https://shop.example/retarded-gypsies for more.",
    ],
)
def test_naming_people_is_no_finding(text: str) -> None:
    assert biased(text) == ()


async def test_other_languages_are_not_read_with_english_eyes() -> None:
    french = BRIEF.model_copy(update={"language": "fr"})
    assert await bias(subject("Retard de livraison : deux jours.", brief=french)) == ()
