"""Where personal data of a structured kind stands in a text: e-mail, phone, card, IBAN, national id, IP address.

Names and postal addresses are not found: they have no form that could be checked. It is meant for what people write;
identifiers of platforms and shops (timestamps, article numbers, versions) look alike and are told apart as far as their
form allows.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import regex

from bot.privacy import identities, telephones

Kind = Literal["email", "phone", "card", "iban", "id", "ip"]
KINDS: Final[tuple[Kind, ...]] = ("email", "phone", "card", "iban", "id", "ip")

_URL: Final = regex.compile(r"(?i)\bhttps?://[^\s<>\"“”«»]+")
_CHAT: Final = regex.compile(r"(?i)(?:wa\.me/\+?|[?&]phone=(?:\+|%2B)?)(\d{8,15})")  # a chat's link is a number
_EMAIL: Final = regex.compile(
    r"(?i)(?<![\w.+%/@-])[\p{L}\p{N}_][\w.+'’-]*(?<![.'’])(?:@|\s?[(\[]at[)\]]\s?)"
    r"(?:[\p{L}\p{N}-]+(?:\.|\s?[(\[](?:dot|punkt)[)\]]\s?))+\p{L}[\p{L}\p{N}-]*\p{L}(?![\w@])"
)
_IN_URL: Final = regex.compile(r"(?i)[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
_V4: Final = regex.compile(r"(?<![\w.,:/-])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)(?![\w-])")
_V6: Final = regex.compile(
    r"(?i)(?<![\w:.])(?:[0-9a-f]{1,4}:){2,7}(?:(?::[0-9a-f]{1,4}){1,6}|[0-9a-f]{1,4}|:)(?![\w:])"
)
_VERSION: Final = regex.compile(
    r"(?i)(?:\bv(?:ers(?:ion)?|er)?\.?|\b(?:release|build|firmware|update|patch|kernel|chapter|section|kapitel|"
    r"abschnitt|ziffer|driver|treiber|ios|android|macos|windows|chrome|firefox|app)(?: to| auf| version)?)\s*$"
)
_DOCUMENTED: Final = [  # https://www.rfc-editor.org/rfc/rfc5737: written where a real one would stand
    ipaddress.ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]


@dataclass(frozen=True, slots=True)
class Personal:
    """`span` counts characters of the text."""

    kind: Kind
    text: str
    span: tuple[int, int]

    @property
    def key(self) -> str:
        """What two ways of writing the same share."""
        if self.kind in ("email", "ip"):
            return regex.sub(r"\s", "", self.text).casefold().replace("(at)", "@").replace("%40", "@")
        bare = regex.sub(r"[^\p{L}\p{N}]", "", self.text).casefold()
        # A number at home and abroad: what follows the country's code and the trunk's zero.
        return bare[-8:] if self.kind == "phone" else bare


def find_personal(text: str) -> tuple[Personal, ...]:
    """All of it in order, none inside another."""
    if "@" not in text and ":" not in text and "(" not in text and not any(letter.isdigit() for letter in text):
        return ()
    found: list[Personal] = []
    taken: list[tuple[int, int]] = []

    def take(kind: Kind, spans: Iterator[tuple[int, int]]) -> None:
        for span in spans:
            if not any(start < span[1] and span[0] < end for start, end in taken):
                taken.append(span)
                found.append(Personal(kind, text[slice(*span)], span))

    urls = [match.span() for match in _URL.finditer(text)]
    for start, end in urls:
        take("email", _within(_IN_URL, text, start, end, 0))
        take("phone", _within(_CHAT, text, start, end, 1))
    taken += urls  # digits of an address are nobody's
    take("email", (match.span() for match in _EMAIL.finditer(text)))
    take("iban", identities.ibans(text))
    take("id", identities.national_ids(text))
    take("card", identities.cards(text))
    take("ip", _addresses(text))
    take("phone", telephones.phones(text))
    return tuple(sorted(found, key=lambda each: each.span))


def _within(pattern: regex.Pattern[str], text: str, start: int, end: int, group: int) -> Iterator[tuple[int, int]]:
    for match in pattern.finditer(text, start, end):
        # The account before a host name is part of where a link leads.
        if group or text[max(0, match.start() - 3) : match.start()] != "://":
            yield match.span(group)


def _addresses(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_V4, _V6):
        for match in pattern.finditer(text):
            try:
                address = ipaddress.ip_address(match[0])
            except ValueError:
                continue
            known = address.is_global or any(address in net for net in _DOCUMENTED)
            if known and not _VERSION.search(text[max(0, match.start() - 30) : match.start()]):
                yield match.span()
