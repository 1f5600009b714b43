"""Reads a JSON object that a model wrote with the usual slips, and refuses when something of it was lost.

Mended: a code fence or words around it, trailing and missing commas, raw line breaks in strings, single or typographic
quotes around keys and values, Python's `True`, `False`, `None`, comments, and closing brackets that were forgotten
after a complete value. **Not** mended: a text that ends inside a string, a number or a key. Half a post is worse than
none: the caller asks the model again.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

MAX_CHARACTERS: Final = 200_000
_MAX_DEPTH: Final = 40
_SPACE: Final = re.compile(r"(?:\s+|//[^\n]*(?=\n)|/\*.*?\*/)*", re.S)
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?=[\s,}\]/])")
_WORDS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None, "True": True, "False": False, "None": None}
_WORD: Final = re.compile(r"(?:true|false|null|True|False|None)(?![A-Za-z0-9_])")
_CLOSING: Final = {'"': '"', "'": "'", "“": "”"}
_ESCAPES: Final = {'"': '"', "'": "'", "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


class _Lost(Exception):
    """The text cannot be read without guessing."""


def repair_object(text: str) -> dict[str, Any] | None:
    """The object that was meant, or None when it cannot be told without guessing. Valid JSON comes back unchanged."""
    if len(text) > MAX_CHARACTERS:
        return None
    try:
        value = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        start = text.find("{")
        if start < 0:
            return None
        reader = _Reader(text, start)
        try:
            value = reader.object(0)
        except _Lost:
            return None
        if "{" in text[reader.at :]:
            return None  # two objects: which one was meant?
    return value if isinstance(value, dict) else None


def _refuse(constant: str) -> Any:
    raise ValueError(constant)  # NaN and Infinity are not JSON


class _Reader:
    """A forgiving recursive reader; `at` is the next character to read."""

    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = at

    def object(self, depth: int) -> dict[str, Any]:
        self._open(depth)
        found: dict[str, Any] = {}
        while not self._closed("}"):
            key = self._string()
            self._skip()
            if self._peek() != ":":
                raise _Lost
            self.at += 1
            if key in found:
                raise _Lost  # which of the two?
            found[key] = self._value(depth + 1)
            self._separator("}")
        return found

    def _array(self, depth: int) -> list[Any]:
        self._open(depth)
        found: list[Any] = []
        while not self._closed("]"):
            found.append(self._value(depth + 1))
            self._separator("]")
        return found

    def _open(self, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise _Lost
        self.at += 1

    def _closed(self, bracket: str) -> bool:
        self._skip()
        following = self._peek()
        if following == bracket:
            self.at += 1
            return True
        if following == "":
            # Forgotten brackets, unless the text breaks off where more was announced.
            if self.text.rstrip()[-1:] in ",{[":
                raise _Lost
            return True
        return False

    def _separator(self, bracket: str) -> None:
        self._skip()
        if self._peek() == ",":
            self.at += 1
        elif self._peek() not in (bracket, "", *_CLOSING):
            raise _Lost

    def _value(self, depth: int) -> Any:
        self._skip()
        following = self._peek()
        if following == "{":
            return self.object(depth)
        if following == "[":
            return self._array(depth)
        if following and following in _CLOSING:
            return self._string()
        word = _WORD.match(self.text, self.at)
        if word:
            self.at = word.end()
            return _WORDS[word[0]]
        number = _NUMBER.match(self.text, self.at)
        if number is None:
            raise _Lost  # also a number at the very end: its last digits may be missing
        self.at = number.end()
        return json.loads(number[0])

    def _string(self) -> str:
        self._skip()
        closing = _CLOSING.get(self._peek())
        if closing is None:
            raise _Lost
        self.at += 1
        parts: list[str] = []
        while True:
            character = self._take()
            if character == closing:
                return "".join(parts)
            parts.append(self._escape() if character == "\\" else character)

    def _escape(self) -> str:
        character = self._take()
        if character != "u":
            if character not in _ESCAPES:
                raise _Lost
            return _ESCAPES[character]
        unit = self._hex()
        if 0xD800 <= unit < 0xDC00:
            if self.text[self.at : self.at + 2] != "\\u":
                raise _Lost
            self.at += 2
            low = self._hex()
            if not 0xDC00 <= low < 0xE000:
                raise _Lost
            unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00)
        elif 0xDC00 <= unit < 0xE000:
            raise _Lost
        return chr(unit)

    def _hex(self) -> int:
        digits = self.text[self.at : self.at + 4]
        if re.fullmatch(r"[0-9a-fA-F]{4}", digits) is None:
            raise _Lost
        self.at += 4
        return int(digits, 16)

    def _skip(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self) -> str:
        character = self._peek()
        if not character:
            raise _Lost
        self.at += 1
        return character
