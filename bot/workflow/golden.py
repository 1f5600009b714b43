"""Golden briefs: what many trades ask for, in many languages and for many channels, and what must come of it.

They lie in `prompts/briefs/*.yaml`. A text is judged by rules alone, the same for every model: facts that must stand in
it, words that must not, the length of its channel, and what careful marketers send back at sight.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, field_validator

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
# A language's commonest words that are no other's here: enough to tell a post's language, not a library.
_COMMON: Final[Mapping[str, str]] = {
    "en": "the and our of with is are we you it this that on at to from your until off have for by an open",
    "de": "der die das und ein eine wir unser unsere ist sind für mit auf im am bis zum zur den dem gibt euch ihr sie",
    "fr": "le les des une et nous notre nos pour avec est sont dans sur du aux vous votre cette jusqu chez au",
    "it": "il gli della delle di e un una per con è sono nel dal al fino che nostro nostra anche ai",
    "es": "el los las una y nuestro nuestra para con es son en del al por hasta que de martes",
    "nl": "het een en wij onze voor met is zijn op van tot bij de er weer elke uur wat",
    "pt": "o os uma e nosso nossa para com é são no na em até que ao dos das sai do",
}
_WORDS: Final = {code: frozenset(words.split()) for code, words in _COMMON.items()}


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
    if written and wanted in _WORDS and written != wanted:
        found.append(f"written in {written}, not {wanted}")
    if any(_folded(each) == low for each in siblings):
        found.append("the same text as an account of another form")
    return tuple(found)


def language_in(text: str) -> str:
    """Which of the languages of golden briefs it is in; "" when there is no telling."""
    words = re.findall(r"[^\W\d_]+", re.sub(r"https?://\S+", " ", text.casefold()))
    counts = sorted(((sum(word in known for word in words), code) for code, known in _WORDS.items()), reverse=True)
    (most, code), (second, _) = counts[0], counts[1]
    return code if most > second else ""


def _stands(wanted: str, text: str) -> bool:
    sought, there = _folded(wanted), _folded(text)
    before = r"(?<!\d)" if sought[:1].isdigit() else ""
    after = r"(?!\d)" if sought[-1:].isdigit() else ""
    return re.search(before + re.escape(sought) + after, there) is not None


def _folded(text: str) -> str:
    """In small letters, spaces alike (narrow ones before units and percent signs too). ß stays ß: it is not Swiss."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("’", "'").lower().split())
