"""The catalogue is whole, its texts keep their places, and what is filled in stays what it is."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from babel.messages.pofile import read_po

from bot.words import LANGUAGES, words

ROOT = Path(__file__).resolve().parents[2]
PLACE = re.compile(r"\{\w+\}")
NOON = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
ZURICH = ZoneInfo("Europe/Zurich")


def test_every_text_of_the_code_is_in_every_language() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "texts"), "check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"run scripts/texts and translate: {done.stdout}{done.stderr}"


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_a_translation_has_the_places_of_its_text(language: str) -> None:
    with (ROOT / "bot" / "words" / f"{language}.po").open("rb") as file:
        for message in read_po(file, locale=language):
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            wanted = set(PLACE.findall(str(ids[-1])))
            for text in texts[-1:]:
                assert set(PLACE.findall(str(text))) == wanted, message.id


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_a_translation_says_nothing_twice(language: str) -> None:
    """As when a text is pasted in behind itself."""
    with (ROOT / "bot" / "words" / f"{language}.po").open("rb") as file:
        strings = [message.string for message in read_po(file, locale=language) if message.id]
    texts = [str(text) for each in strings for text in (each if isinstance(each, tuple) else (each,))]
    assert len(texts) > 2000
    assert not [text for text in texts if len(text) > 60 and text.find(text[:30], 10) > 0]


def test_what_is_filled_in_is_never_a_pattern() -> None:
    assert words("en").text("{a} and {b}", a="{b}", b="{{a}}") == "{b} and {{a}}"
    assert words("en").text("{unknown} {a", a=1) == "{unknown} {a"
    assert words("en").text("100 % {a}%s", a="%d") == "100 % %d%s"


def test_dates_and_numbers_follow_the_language() -> None:
    english, german = words("en"), words("de")
    assert english.when(NOON, ZURICH) == "Tue 1 Dec, 12:00" and german.when(NOON, ZURICH) == "Di., 1. Dez., 12:00"
    assert "2026" in english.when(NOON, ZURICH, now=NOON + timedelta(days=60))
    assert german.number(1234.5) == "1.234,5" and english.number(1234.5) == "1,234.5"
    assert german.ago(timedelta(hours=3)) == "vor 3 Stunden"
    assert german.series(["Ana", "Ben", "Carla"]) == "Ana, Ben und Carla"
    assert english.exact(NOON, ZURICH).endswith("12:00:00 CET")


def test_one_and_many() -> None:
    say = words("en").many
    assert [say("{count} post", "{count} posts", count) for count in (0, 1, 2)] == ["0 posts", "1 post", "2 posts"]


def test_a_language_without_texts_is_read_in_english() -> None:
    assert words("fr-CA").text("Drafts") == "Drafts" and words("de-CH").text("Drafts") == "Entwürfe"
