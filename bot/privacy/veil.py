"""Tokens that stand for personal data while a text is elsewhere, and how they are taken back.

A token is numbered by where its value first appears, so the same conversation gives the same tokens each time it is
read, while no token says anything about its value, nor that two conversations speak of the same person. Nothing has to
be kept for it. What somebody typed that looks like a token is given one as well: it comes back as it was typed, and can
never stand for what another person wrote.

A model may copy a token badly: letters of tokens are three apart in the alphabet of a code, so that one wrong letter is
known for what it was meant to be. What stands for nothing is never guessed: `Stray`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import regex

from bot.privacy.finding import find_personal

LETTERS: Final = "BCDFGHJKLMNPQRSTVWZ"  # 19, a prime: four letters made of two are three apart from any other four
_KINDS: Final[Mapping[str, str]] = {
    "email": "EMAIL", "phone": "PHONE", "card": "CARD", "iban": "IBAN", "id": "NATID", "ip": "IPADDR", "typed": "TYPED"
}  # fmt: skip
NAMES: Final = "|".join(_KINDS.values())
_HOST: Final = "@private.invalid"  # an e-mail address stays one, so that a sentence about it reads as before
_BETWEEN: Final = r"[\s\\_*\u00ad\u200b\u2011-]{0,2}"  # what Markdown and line breaks put into a word
_SUFFIX: Final = r"(?:\\?@private\.?(?:invalid)?)?"
_LETTER: Final = f"[{LETTERS}]"
_LIKE: Final = (
    rf"(?<![a-z])(?P<kind>{NAMES}){_BETWEEN}X{_BETWEEN}"
    rf"(?P<letters>(?=[a-z]{{7,}})(?:{_LETTER}{{2,}}[a-z]?{_LETTER}*|[a-z]{_LETTER}{{6,}}))(?![a-z]){_SUFFIX}"
)
_MAYBE: Final = regex.compile(rf"(?:{NAMES}){_BETWEEN}X", regex.I)
_ANY: Final = regex.compile(_LIKE, regex.I)
_LEFT: Final = regex.compile(r"(?i)@?private\.invalid")
# What a program put there: ids, times and sums are nobody's personal data, however they look.
_MACHINE: Final = regex.compile(
    r"(?:[a-z]{1,3}_[A-Za-z0-9]{1,40}(?::\d+)*|\d{4}-\d{2}-\d{2}[T ][\d:.]+(?:Z|[+-]\d{2}:?\d{2})?|"
    r"[0-9a-f]{32,128}|\d{10}\.\d{6}|\d{17,20})"
)


class Stray(Exception):
    """A text holds a token that stands for nothing, or for one of several."""


class Veil:
    """The tokens of one conversation. `of` is what makes it this one: tokens of another look different."""

    def __init__(self, of: str) -> None:
        digest = hashlib.sha256(f"admind-veil|{of}".encode("utf-8", "replace")).digest()
        self._mark = "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:4])
        # Whatever begins like one of these tokens is meant to be one, cut off or not.
        begun = rf"(?P<kind>{NAMES}){_BETWEEN}X{_BETWEEN}(?P<letters>{self._mark[:3]}[a-z]*){_SUFFIX}"
        self._like = f"{begun}|{_LIKE}"
        self._values: dict[str, str] = {}
        self._tokens: dict[tuple[str, str], str] = {}

    @property
    def values(self) -> Mapping[str, str]:
        """Token → what it stands for."""
        return self._values

    def veil(self, text: str) -> str:
        """The text with a token for each piece of personal data. A JSON document is read as one: by its strings."""
        if text[:1] in "{[" and text[-1:] in "}]":
            try:
                document = json.loads(text)
            except (ValueError, RecursionError):
                return self._plain(text)
            veiled = self.veil_all(document)
            if veiled == document:
                return text
            close = '": ' not in text
            return json.dumps(veiled, ensure_ascii=False, separators=(",", ":") if close else None)
        return self._plain(text)

    def veil_all(self, value: Any) -> Any:
        """Every string in it; keys, and what a program put there, stay."""
        if isinstance(value, str):
            return value if _MACHINE.fullmatch(value) else self._plain(value)
        return _mapped(value, self.veil_all)

    def veil_any(self, value: Any) -> Any:
        """A text, or every string in a document."""
        return self.veil(value) if isinstance(value, str) else self.veil_all(value)

    def unveil(self, text: str) -> str:
        """The text with every token taken back, also one that was copied a little wrong. Raises Stray."""
        parts, end = [], 0
        for match in self._tokens_in(text):
            parts += [text[end : match.start()], self._meant(match)]
            end = match.end()
        parts.append(text[end:])
        if any(_LEFT.search(part) for part in parts[::2]):  # between tokens: the half of one
            raise Stray
        return "".join(parts)

    def unveil_all(self, value: Any) -> Any:
        """Every string in it. Raises Stray."""
        return self.unveil(value) if isinstance(value, str) else _mapped(value, self.unveil_all)

    def _tokens_in(self, text: str) -> Iterator[regex.Match[str]]:
        """Most texts hold none; the pattern of this conversation takes longer to build than they take to read."""
        return regex.compile(self._like, regex.I).finditer(text) if _MAYBE.search(text) else iter(())

    def _plain(self, text: str) -> str:
        spans: list[tuple[tuple[int, int], str]] = [(each.span, each.kind) for each in find_personal(text)]
        spans += [(match.span(), "typed") for match in self._tokens_in(text)]
        spans += [(match.span(), "typed") for match in _LEFT.finditer(text)]
        made, end = [], 0
        for (start, stop), kind in sorted(spans, key=lambda each: (each[0][0], -each[0][1])):
            if start >= end:
                made += [text[end:start], self._token(kind, text[start:stop])]
                end = stop
        return "".join([*made, text[end:]])

    def _token(self, kind: str, value: str) -> str:
        known = self._tokens.get((kind, value))
        if known is not None:
            return known
        number = sum(1 for each, _ in self._tokens if each == kind)
        core = f"{_KINDS[kind]}X{self._mark}{_code(number)}"
        token = core.lower() + _HOST if kind == "email" else core
        self._tokens[kind, value] = token
        self._values[core] = value
        return token

    def _meant(self, match: regex.Match[str]) -> str:
        kind = match["kind"].upper()
        core = f"{kind}X{regex.sub(r'[^A-Z]', '', match['letters'].upper())}"
        if core in self._values:
            return self._values[core]
        known = [token for token in self._values if token.startswith(f"{kind}X")]
        near = [token for token in known if _apart(core, token) <= 1 or token.startswith(core)]
        if len(near) == 1:
            return self._values[near[0]]
        raise Stray


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {name: change(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [change(part) for part in value]
    return value


def _code(number: int) -> str:
    """Four letters that differ in three from those of any other number; more before them from the 361st on."""
    more, rest = divmod(number, len(LETTERS) ** 2)
    a, b = divmod(rest, len(LETTERS))
    four = "".join(LETTERS[digit % len(LETTERS)] for digit in (a, b, a + b, a + 2 * b))
    return (_code(more - 1) if more else "") + four


def _apart(one: str, other: str) -> int:
    """How many letters have to be changed, dropped or put in (Levenshtein)."""
    if abs(len(one) - len(other)) > 1:
        return 2
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]
