"""Golden briefs: what many trades ask for, in many languages and for many channels, and what must come of it.

They lie in `prompts/briefs/*.yaml`. A text is judged by rules alone, the same for every model: facts that must stand in
it, words that must not, the length of its channel, and what careful marketers send back at sight.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

from bot.checks.tongue import LANGUAGES, language_in
from storage.drafts import Brief

MOST_EXCLAMATIONS: Final = 2
MOST_EMOJI: Final = 2
_EMOJI: Final = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")
_CLICHES: Final = (
    *("game-changer", "game changer", "elevate your", "unlock the", "dive in", "fast-paced world", "look no further"),
    *("we are excited to", "we're excited to", "we are thrilled", "whether you're", "in der heutigen schnelllebigen"),
    *("wir freuen uns, ihnen mitzuteilen", "dans un monde où", "sans plus attendre", "nel mondo di oggi"),
    *("non perdere", "en el mundo actual", "no te lo pierdas", "in de wereld van vandaag", "no mundo de hoje"),
)


class GoldenAccount(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    channel: str
    language: str = ""


class GoldenBrand(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    voice: str = ""
    language: str = "en"
    facts: tuple[str, ...] = ()
    avoid_words: tuple[str, ...] = ()


class GoldenBrief(BaseModel):
    """`keep` must stand in every text, `never` in none; both as they are, whatever the case of their letters."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{2,40}$")
    trade: str
    brand: GoldenBrand
    brief: Brief
    accounts: tuple[GoldenAccount, ...] = Field(min_length=1)
    keep: tuple[str, ...] = Field(min_length=1)
    never: tuple[str, ...] = ()

    @field_validator("accounts", mode="before")
    @classmethod
    def _by_name(cls, value: object) -> object:
        every = value if isinstance(value, list) else []
        return [{"channel": each} if isinstance(each, str) else each for each in every]

    def language_of(self, account: GoldenAccount) -> str:
        return (account.language or self.brief.language).partition("-")[0]


@cache
def golden_briefs() -> tuple[GoldenBrief, ...]:
    """All of them, by file and place in it."""
    found: list[GoldenBrief] = []
    for file in sorted((files("prompts") / "briefs").iterdir(), key=lambda each: each.name):
        if file.name.endswith(".yaml"):
            found += [GoldenBrief.model_validate(each) for each in yaml.safe_load(file.read_text(encoding="utf-8"))]
    names = [each.id for each in found]
    if len(set(names)) < len(names):
        raise ValueError("two golden briefs have the same id")
    return tuple(found)


def missing(text: str, keep: Sequence[str]) -> tuple[str, ...]:
    """What should stand in it and does not; a figure that is a part of another one does not count."""
    return tuple(each for each in keep if not _stands(each, text))


def broken(text: str, golden: GoldenBrief, account: GoldenAccount, siblings: Sequence[str] = ()) -> tuple[str, ...]:
    """What careful marketers send back at sight, in words; `siblings` are texts of accounts of other forms."""
    low, found = _folded(text), list[str]()
    found += [f"says “{each}”" for each in golden.never if _stands(each, text)]
    found += [f"uses “{each}”" for each in golden.brand.avoid_words if _stands(each, text)]
    found += [f"cliché “{each}”" for each in _CLICHES if each in low]
    if text.count("!") > MOST_EXCLAMATIONS:
        found.append("too many exclamation marks")
    if len(_EMOJI.findall(text)) > MOST_EMOJI:
        found.append("too many emoji")
    if text.rstrip().endswith("…"):
        found.append("cut off")
    wanted, written = golden.language_of(account), language_in(text)
    if written and wanted in LANGUAGES and written != wanted:
        found.append(f"written in {written}, not {wanted}")
    if any(_folded(each) == low for each in siblings):
        found.append("the same text as an account of another form")
    return tuple(found)


def _stands(wanted: str, text: str) -> bool:
    sought, there = _folded(wanted), _folded(text)
    before = r"(?<!\d)" if sought[:1].isdigit() else ""
    after = r"(?!\d)" if sought[-1:].isdigit() else ""
    return re.search(before + re.escape(sought) + after, there) is not None


def _folded(text: str) -> str:
    """In small letters, spaces alike (narrow ones before units and percent signs too). ß stays ß: it is not Swiss."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("’", "'").lower().split())
