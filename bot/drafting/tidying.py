"""What code enforces on words that a model wrote: addresses, mentions, hidden characters, length."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

import regex

from bot.checks.addresses import URL_ONLY, find_addresses, unknown_addresses

_DANGLING = regex.compile(r"(?i)\s*\b(?:at|on|via|see|visit|under|unter|auf|bei|write to|e-?mail)?\s*[:(–-]?\s*$")
_SENTENCE_GAP = regex.compile(r"(?<=[.!?…])\s+(?=[\p{Lu}\p{N}\"“„«•])")
_HIDDEN = frozenset({"Cc", "Cs", "Co", "Cn", "Cf", "Zl", "Zp"})
_ROOM_CALL = regex.compile(r"(?i)<!(?:channel|here|everyone)[^>]*>|<[@#&!]+[\w|-]+>|@(?:everyone|here|channel)\b")


def length_in(unit: str, text: str) -> int:
    """How a channel with this unit counts. "weighted characters" are those of X: URLs 23, wide scripts and emoji 2."""
    if unit == "bytes":
        return len(text.encode("utf-8", "replace"))
    if unit == "graphemes":
        return len(regex.findall(r"\X", text))
    if unit == "weighted characters":
        links = [address for address in find_addresses(text) if address.kind in ("url", "bare")]
        rest = "".join(ch for i, ch in enumerate(text) if not any(a.span[0] <= i < a.span[1] for a in links))
        rest = unicodedata.normalize("NFC", rest)
        light = sum(1 for ch in rest if ord(ch) <= 0x10FF or 0x2000 <= ord(ch) <= 0x201F or 0x2032 <= ord(ch) <= 0x2037)
        return 23 * len(links) + light + 2 * (len(rest) - light)
    return len(text)


def visible(text: str) -> str:
    """Without control and direction-changing characters, lone surrogates and calls that would wake a whole room."""
    text = text.replace("\t", " ").replace("\r\n", "\n")
    # The joiners shape emoji and several scripts; all other format characters only hide something.
    kept = "".join(ch for ch in text if ch in "\n\u200c\u200d" or unicodedata.category(ch) not in _HIDDEN)
    return layout(_ROOM_CALL.sub("", kept))


def layout(text: str) -> str:
    """One space between words, one empty line between paragraphs, none at the ends."""
    lines = [regex.sub(r"[ \t]+", " ", line).strip() for line in text.splitlines()]
    return regex.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def without_unknown(text: str, known: Iterable[str]) -> str:
    """The text without addresses and mentions that nobody gave; what led up to one goes with it."""
    for address in reversed(unknown_addresses(text, known)):
        before, after = text[: address.span[0]], text[address.span[1] :]
        if address.kind == "mention":
            text = before + address.text.strip("<>@!#") + after
            continue
        ends = not after or after[0] in "\n.!?…)"
        text = (_DANGLING.sub("", before) if ends else before) + after
    return layout(regex.sub(r" +([.,;:!?])", r"\1", text.replace("()", "")))


def trimmed(text: str, fits: Callable[[str], bool]) -> str:
    """The longest tidy shortening that fits: whole sentences go, from before the closing lines with link and tags.

    Empty when not even a letter fits.
    """
    if fits(text):
        return text
    lines = text.split("\n")
    cut = next((i for i in range(len(lines) - 1, -1, -1) if lines[i].strip() and not _is_close(lines[i])), -1) + 1
    body, close = "\n".join(lines[:cut]).rstrip(), "\n".join(lines[cut:]).strip()
    for ending in dict.fromkeys((close, "\n".join(line for line in close.split("\n") if not _is_tags(line)).strip())):
        rest = body
        while rest:
            whole = f"{rest}\n\n{ending}" if ending else rest
            if fits(whole):
                return whole
            if fits(f"{rest}\n{ending}".strip()):
                return f"{rest}\n{ending}".strip()
            rest = _shorter(rest)
    return _hard_cut(body, close, fits)


def _is_tags(line: str) -> bool:
    return bool(line.strip()) and all(word.startswith("#") for word in line.split())


def _is_close(line: str) -> bool:
    return _is_tags(line) or URL_ONLY.search(line) is not None


def _shorter(text: str) -> str:
    """Without its last line or sentence; empty when only one is left."""
    head, _, last = text.rpartition("\n")
    parts = _SENTENCE_GAP.split(last)
    if len(parts) > 1:
        kept = last[: len(last) - len(parts[-1])].rstrip()
        return f"{head}\n{kept}" if head else kept
    return head.rstrip()


def _hard_cut(body: str, close: str, fits: Callable[[str], bool]) -> str:
    """One sentence that is too long by itself: words go, then letters, with an ellipsis in their place."""
    link = next((address.text for address in find_addresses(close) if address.kind == "url"), "")
    for ending in dict.fromkeys((close, link)):
        words = body.split(" ")
        said = body
        while words:
            candidate = f"{said}\n{ending}".strip()
            if fits(candidate):
                return candidate
            words.pop()
            said = " ".join(words).rstrip(" ,;:–-\n") + "…"
    if link and fits(link):
        return link
    while body and not fits(body + "…"):
        body = body[:-1].rstrip()
    return f"{body}…" if body else ""
