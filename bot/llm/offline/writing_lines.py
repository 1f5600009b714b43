"""Where in a text do sentences, list lines and the closing lines with link and tags stand?"""

from __future__ import annotations

from collections.abc import Callable

import regex

from bot.llm.offline.writing_compose import Need
from bot.llm.offline.writing_frames import endings, vocabulary
from bot.llm.offline.writing_lists import PRICE
from bot.llm.offline.writing_text import (
    URL,
    is_clause,
    sentence,
    sentences,
    tidy,
    upper_first,
    words,
)


def body_sentences(text: str) -> list[str]:
    """All sentences and list lines but those with the link or nothing but tags."""
    found: list[str] = []
    for line in text.split("\n"):
        stripped = line.strip()
        if stripped and not closes(stripped):
            found += [stripped] if stripped.startswith("•") else _with_hooks(sentences(stripped))
    return found


def _with_hooks(parts: list[str]) -> list[str]:
    """A short question stays with its answer: "Questions? Just ask us." is one thing to say."""
    joined: list[str] = []
    for part in parts:
        if joined and joined[-1].endswith("?") and len(joined[-1].split()) <= 6 and joined[-1].count(".") == 0:
            joined[-1] = f"{joined[-1]} {part}"
        else:
            joined.append(part)
    return joined


def closes(line: str) -> bool:
    return URL.search(line) is not None or all(word.startswith("#") for word in line.split())


def without_sentence(text: str, gone: str) -> str:
    gone = next((f"{asked} {gone}" for asked in ("When?", "Wann?") if f"{asked} {gone}" in text), gone)
    lines = [line.replace(gone, "", 1).strip() if gone in line else line for line in text.split("\n")]
    kept = [line for line, before in zip(lines, text.split("\n"), strict=True) if line or not before.strip()]
    # A list that lost its last entry loses its head as well.
    return "\n".join(
        line
        for i, line in enumerate(kept)
        if not (line.endswith(":") and not "".join(kept[i + 1 : i + 2]).startswith("•"))
    )


def before_close(text: str, added: str) -> str:
    """The text with a sentence put before the closing lines, in a paragraph of its own where there are paragraphs."""
    lines = text.split("\n")
    cut = len(lines)
    while cut and (not lines[cut - 1].strip() or closes(lines[cut - 1].strip()) or lines[cut - 1].strip() in endings()):
        cut -= 1
    body, close = "\n".join(lines[:cut]), "\n".join(lines[cut:])
    if "\n\n" in text:
        return f"{body}\n\n{added}\n\n{close.strip()}"
    return f"{body} {added}\n{close.strip()}".strip()


def before_tags(text: str, line: str) -> str:
    lines = text.rstrip().split("\n")
    gap = "\n\n" if "\n\n" in text else "\n"
    if lines and lines[-1].strip() and all(word.startswith("#") for word in lines[-1].split()):
        return "\n".join(lines[:-1]).rstrip() + f"{gap}{line}{gap}{lines[-1]}"
    return f"{text.rstrip()}{gap}{line}"


def with_tags(text: str, tags: list[str]) -> str:
    missing = [tag for tag in tags if not regex.search(regex.escape(tag) + r"(?![\w-])", text, regex.I)]
    if not missing:
        return text
    last = text.rstrip().rsplit("\n", 1)[-1]
    own_line = all(word.startswith("#") for word in last.split())
    joint = " " if own_line else ("\n\n" if "\n\n" in text else "\n")
    return f"{text.rstrip()}{joint}{' '.join(missing)}"


def without_frames(text: str, asked: str) -> str:
    """The text without what nobody asked for: hooks before a sentence, closing phrases, words that lead to the link."""
    known = set(words(asked))
    frames = vocabulary("en") | vocabulary("de")

    def empty(said: str) -> bool:
        spoken = words(said)
        return bool(spoken) and all(word in frames for word in spoken) and not set(spoken) <= known

    lines = []
    for line in text.split("\n"):
        if URL.search(line):
            label = line[: URL.search(line).start()].rstrip(" :")  # type: ignore[union-attr]
            lines.append(line[len(line) - len(line[len(label) :].lstrip(" :")) :] if label and empty(label) else line)
            continue
        kept = [said for said in sentences(line) if not empty(said)]
        head, colon, rest = kept[0].partition(": ") if kept else ("", "", "")
        if colon and empty(head):
            kept[0] = upper_first(rest)
        lines.append(" ".join(kept))
    return tidy("\n".join(lines))


def without_price(text: str) -> str:
    """The text without the parts of lists and the sentences that only tell a price; others stay as they are."""
    for line in body_sentences(text):
        if PRICE.search(line) is None:
            continue
        parts = regex.split(r"(,\s+)", line)
        kept = [part for part in parts[::2] if PRICE.search(part) is None]
        if len(parts) > 1 and kept and not is_clause(line, "en") and not is_clause(line, "de"):
            text = text.replace(line, sentence(", ".join(kept)))
        elif len(words(PRICE.sub("", line))) <= 4 and not is_clause(line, "en"):
            text = without_sentence(text, line)
    return tidy(text)


def shortened(text: str, fits: Callable[[str], bool], at_least: int) -> str:
    """Sentences go from the end of the body until it fits; the first stays, and so does the close."""
    cut = 0
    while not fits(text) or cut < at_least:
        found = body_sentences(text)
        if len(found) < 2:
            break
        text = tidy(without_sentence(text, found[-1]))
        cut += 1
    return text


def with_room(text: str, added: str, need: Need) -> str:
    """The sentence put in; on a short channel older sentences go for it, from the end, never the opening."""
    base = text
    while True:
        new = before_close(base, added)
        shorter = shortened(base, need.fits, 1)
        if need.fits(tidy(new)) or shorter == base:
            return new
        base = shorter


def cased(old: str, new: str) -> str:
    """The new words with a capital where the old ones began a sentence and the new ones are written small."""
    return upper_first(new) if old[:1].isupper() and new[:1].islower() else new


_SUBJECT_DE = regex.compile(
    r"(?:(?:wir|ihr|sie|es|er|man|alle)|(?:(?:der|die|das|den|ein|eine|unser|unsere|jede[rs]?|alle|kein|"
    r"keine)\s(?:\p{Ll}+\s)*)?"
    r"\p{Lu}[\w-]*(?:\s(?:und|oder|(?:zu[mr]?|für|des|der)(?:\s\p{Ll}+)*)\s\p{Lu}[\w-]*)*)(?=\s)"
)


_WHEN_DE = regex.compile(
    r"(?i)(?:am|im|ab|vom|seit|nach|während|wegen|in|an|bei|zum|zur|über)\s(?:(?-i:\p{Ll})\S*\s|\d{1,2}\.\s)*(?-i:\p{Lu})[\w-]*(?=\s)"
)


def main_clause(subordinate: str) -> str:
    """A German "dass" clause as a main clause: its verb goes from the end to behind the subject. Empty if unclear."""
    said = subordinate.strip().rstrip(".")
    when = _WHEN_DE.match(said)
    if when is not None and said.rpartition(" ")[2][:1].islower():  # "am Montag alle Schalter geschlossen sind"
        rest, _, verb = said[when.end() :].strip().rpartition(" ")
        return f"{when[0].strip()} {verb} {rest}" if rest else ""
    subject = _SUBJECT_DE.match(said)
    rest, _, verb = (said[subject.end() :] if subject else "").strip().rpartition(" ")
    if subject is None or not verb or not verb[0].islower():
        return ""
    return " ".join(part for part in (subject[0], verb, rest) if part)
