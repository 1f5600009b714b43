"""What stands above a text where its form has a head: an e-mail's subject and preview line, an article's title.

The same words as below, chosen, never new ones; of an article with enough to tell, its parts get headings, too.
"""

from __future__ import annotations

from typing import Final

import regex

from bot.llm.offline.writing_card import headline, title_of
from bot.llm.offline.writing_frames import deal
from bot.llm.offline.writing_lines import closes
from bot.llm.offline.writing_material import Material
from bot.llm.offline.writing_text import EMOJI, sentences, upper_first, words

SUBJECT, PREVIEW, TITLE = 50, 90, 70  # characters
_PREVIEW: Final = {"de": "Vorschau"}
_PARTS: Final = {"en": ("What it is about", "What to do now"), "de": ("Worum es geht", "So geht es weiter")}
_LEAST_PARTS: Final = 3  # paragraphs below the opening, from which headings help
_HEAD: Final = regex.compile(
    r"\A(?:[^\n]{1,150}\n(?:preview|vorschau)[ \t]*:[^\n]+\n+|[^\n]{1,150}[^\n.!?:]\n\n(?=\S))", regex.I
)


def headed_text(pieces: Material, form: str, text: str) -> str:
    """The text with its head. A person's exact words, and what could have none, stay as they are."""
    if pieces.verbatim or not text.strip() or form not in ("e-mail", "article"):
        return text
    if form == "article":
        title = title_of(pieces) if len(title_of(pieces)) <= TITLE else headline(pieces, TITLE)
        return f"{title}\n\n{_in_parts(pieces, text)}" if title else text
    subject = _subject(pieces)
    if not subject:
        return text
    preview = _preview(pieces, subject, text)
    second = f"{_PREVIEW.get(pieces.language, 'Preview')}: {preview}\n" if preview else ""
    return f"{subject}\n{second}\n{text}"


def head_of(text: str, form: str) -> str:
    """The head that stands above a text, with the empty line below it; "" where there is none."""
    found = _HEAD.match(text) if form in ("e-mail", "article") else None
    return found[0] if found else ""


def _subject(pieces: Material) -> str:
    whole = title_of(pieces)
    said = whole if len(whole) <= SUBJECT else headline(pieces, SUBJECT)
    return EMOJI.sub("", said).strip().rstrip(".")


def _preview(pieces: Material, subject: str, text: str) -> str:
    """What goes on from the subject: the offer, a fact, or the first sentence that says more."""
    first = [part for line in text.split("\n") if line.strip() and not closes(line) for part in sentences(line)]
    for said in (deal(pieces), pieces.offer, *pieces.facts, pieces.deadline, *first):
        line = upper_first(EMOJI.sub("", said).strip().removeprefix("•").strip())
        new = set(words(line)) - set(words(subject))
        if 8 <= len(line) <= PREVIEW and 2 * len(new) > len(set(words(line))):
            return line
    return ""


def _in_parts(pieces: Material, text: str) -> str:
    """The opening, what it is about, and what to do, where there is enough for three parts."""
    names = _PARTS.get(pieces.language)
    opening, *rest = [part for part in text.split("\n\n") if part.strip()]
    at = next((number for number, part in enumerate(rest) if closes(part.split("\n")[-1])), len(rest) - 1)
    body, close = rest[:at], rest[at:]
    lines = sum(len(part.split("\n")) for part in body)
    if names is None or not body or not close or lines + len(close) < _LEAST_PARTS or pieces.serious:
        return text
    return "\n\n".join([opening, f"## {names[0]}", *body, f"## {names[1]}", *close])
