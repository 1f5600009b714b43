"""Which language is a copy evidently in? Told by its letters and its commonest words; quick, and without a library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import regex

MOST_READ: Final = 6000
LEAST_WORDS: Final = 3  # telling ones, before anything is said of a text
CLEARLY: Final = 3  # times as many as of any other language

# A language's commonest words that are no other's here: enough to tell a post's language, not a library.
_COMMON: Final[Mapping[str, str]] = {
    "en": "the and our of with is are we you it this that on at to from your until off have for by an open how what "
    "when who can more get now new see up out just only first its there they than into over two three every here",
    "de": "der die das und ein eine wir unser unsere ist sind für mit auf im am bis zum zur den dem gibt euch ihr sie "
    "nicht auch aus bei nur noch uns unseren unserem unserer einen einem einer werden wird haben jetzt neue neuen "
    "neuer neues von vom nach ab uhr wie kommt ihre eure euer dich dir dein deine wenn oder dass zu seit schon",
    "fr": "le les des une et nous notre nos pour avec est sont dans sur du aux vous votre cette jusqu chez au ce ces "
    "qui que tout tous toute toutes chaque par où nouveau nouvelle nouveaux nouvelles dès être ont été depuis",
    "it": "il gli della delle di e un una per con è sono nel dal al fino che nostro nostra anche ai dei degli alla "
    "alle dalla dalle sul sulla nella nelle questo questa più ogni tutti tutte dopo solo",
    "es": "el los las una y nuestro nuestra para con es son en del al por hasta que de martes muy más todos todas "
    "cada desde nuestros nuestras también ya sin entre tu tus su sus lo se",
    "nl": "het een en wij onze voor met is zijn op van tot bij de er weer elke uur wat ook naar maar niet dit deze "
    "nieuwe nieuw ons jouw tijdens vanaf alleen hebben wordt worden",
    "pt": "o os uma e nosso nossa para com é são no na em até que ao dos das sai do você vocês mais também nossos "
    "nossas pelo pela está estão seu sua isso hoje já não um",
}
_WORDS: Final = {code: frozenset(words.split()) for code, words in _COMMON.items()}
LANGUAGES: Final = frozenset(_WORDS)
# Letters that one of these languages alone is written in; Chinese is told by having neither kana nor Hangul.
_LETTERS: Final = (
    ("ja", regex.compile(r"[\p{Hiragana}\p{Katakana}]")),
    ("ko", regex.compile(r"\p{Hangul}")),
    ("zh", regex.compile(r"\p{Han}")),
    ("el", regex.compile(r"\p{Greek}")),
    ("he", regex.compile(r"\p{Hebrew}")),
    ("th", regex.compile(r"\p{Thai}")),
)
_LETTER: Final = regex.compile(r"\p{L}")
_APART: Final = regex.compile(r"https?://\S+|[#@]\S+|“[^”]*”|„[^“”]*[“”]|«[^»]*»|\"[^\"]*\"")
_WORD: Final = regex.compile(r"[^\W\d_]+")


def language_in(text: str) -> str:
    """Of which language it has the most common words; "" when there is no telling."""
    (most, code), (second, _) = _ranked(text)
    return code if most > second else ""


def evident_language(text: str) -> str:
    """The language that no reader would doubt; "" for few words, for two languages, and for one that is not known here.

    What is quoted counts for nothing, and neither do addresses, hashtags and names of accounts.
    """
    plain = _APART.sub(" ", text[:MOST_READ])
    letters = len(_LETTER.findall(plain))
    for code, of_it in _LETTERS:
        found = len(of_it.findall(plain))
        if found >= LEAST_WORDS and 2 * found > letters:
            return code
        if code in ("ja", "ko") and found:
            return ""  # its Han letters are no Chinese
    (most, code), (second, _) = _ranked(plain)
    return code if most >= max(LEAST_WORDS, CLEARLY * second) else ""


def _ranked(text: str) -> tuple[tuple[int, str], tuple[int, str]]:
    words = _WORD.findall(regex.sub(r"https?://\S+", " ", text.casefold()))
    counts = sorted(((sum(word in known for word in words), code) for code, known in _WORDS.items()), reverse=True)
    return counts[0], counts[1]
