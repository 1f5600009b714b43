"""Which digits of a text are a telephone number? By libphonenumber's tables, and by how people write one.

A number with its country's code is judged by that. Without, it has to look like one (a leading zero, the brackets and
dashes of North America) or stand behind a word that announces one, as amounts and article numbers have as many digits.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Final

import regex

HOME: Final = [
    "CH",
    "DE",
    "AT",
    "FR",
    "IT",
    "ES",
    "PT",
    "NL",
    "BE",
    "LU",
    "LI",
    "GB",
    "IE",
    "US",
    "DK",
    "SE",
    "NO",
    "FI",
    "PL",
    "CZ",
    "SK",
    "HU",
    "RO",
    "GR",
    "TR",
    "BR",
    "MX",
    "AR",
    "JP",
    "KR",
    "IN",
    "AU",
    "NZ",
    "ZA",
    "IL",
    "UA",
]
WHOLE: Final = 9  # digits from which a number with its area is one by itself
_CANDIDATE: Final = regex.compile(
    r"(?<![\w.,:/#%+-])(?:\+|\(\+)?\(?\d(?:[ \u00a0\u202f./()–-]{0,3}\d){6,34}"
    r"(?![\w%€$£]|[.,:]\d|[ \u00a0]?(?:%|€|\$|£|CHF\b|EUR\b|USD\b))"
)
_SAID: Final = regex.compile(
    r"(?i)(?<!\p{L})(?:\p{L}*phone|\p{L}*fone|fon|tel\p{L}*|tél\p{L}*|tlf|mobile?|mobil\p{L}*|móvil|m[oó]vel|"
    r"cell?\p{L}*|whats?app|"
    r"signal|sms|call(?:ing)?|ring|dial|text|number|nummer|num[eé]ro|numero|handy\p{L}*|natel|ruft?|anruf\p{L}*|"
    r"erreichbar|erreichen|"
    r"durchwahl|hotline|appele[zr]|portable|llam\p{L}*|chiam\p{L}*|cellulare|ligue|liga|telem[oó]vel|bel|bellen|"
    r"telefoonnummer|ring|soita|puhelin|dzwoń|zadzwoń|zavol\p{L}*|hívj\p{L}*|ara|arayın|電話|携帯|fax|kontakt\p{L}*|"
    r"contact\p{L}*|reach\p{L}*)\W{0,4}(?:\p{L}+\W{1,3}){0,3}$"
)
_OTHER: Final = regex.compile(
    r"(?i)(?:\b(?:ean|gtin|upc|isbn|issn|sku|asin|uid|vat|ust\p{L}*|mwst\p{L}*|hrb|serial|serie\p{L}*|order|"
    r"bestell\p{L}*|"
    r"invoice|rechnung\p{L}*|art(?:ikel)?\p{L}*|item|model\p{L}*|tracking|sendung\p{L}*|part|batch|charge|id|"
    r"ref\p{L}*|"
    r"registered in \p{L}+|ticket|licen[cs]e|lizenz\p{L}*|timestamp|ts|coordinates|koordinaten)\W{0,3}(?:no|nr|"
    r"number|nummer|code|"
    r"id)?\W{0,3})$"
)
_DATE: Final = regex.compile(
    r"\d{1,2}[./-]\s?\d{1,2}[./-]\s?(?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{4}\s?[-–/]\s?\d{4}|\d{10}\.\d{6}"
)
_RANGE: Final = regex.compile(r"\d{1,2}[.:]\d{2}\s?[-–]\s?\d{1,2}[.:]\d{2}|(?:\d{1,3}[  .])+000(?:[  .]000)*")
_AMERICAN: Final = regex.compile(r"(?:1[-. ])?(?:\(\d{3}\)\s?|\d{3}[-. ])\d{3}[-. ]\d{4}")
_BRAZILIAN: Final = regex.compile(r"\(\d{2}\)\s?9?\d{4}-\d{4}")


def phones(text: str) -> Iterator[tuple[int, int]]:
    """Their spans, in order; two that stand side by side are told apart."""
    for match in _CANDIDATE.finditer(text):
        start, end = match.span()
        while start < end:
            found = next((stop for stop in _stops(text, start, end) if _stands(text, start, stop)), None)
            if found is None:
                break
            yield start, found
            start = found
            while start < end and text[start] in " \u00a0\u202f./–-":
                start += 1


def _stops(text: str, start: int, end: int) -> list[int]:
    """Where a number may end that begins here: before what looks like the next one, the whole, before a late blank."""
    blanks = [start + each.start() for each in regex.finditer(r"[ \u00a0\u202f]", text[start:end])]
    another = [
        at
        for at in blanks
        if text[at + 1 : at + 2] in ("0", "(") and _count(text[start:at]) >= WHOLE and _count(text[at:end]) >= WHOLE
    ]
    return [*another, end, *blanks[:-4:-1]]


def _count(text: str) -> int:
    return sum(letter.isdigit() for letter in text)


def _stands(text: str, start: int, stop: int) -> bool:
    said = text[start:stop].rstrip("./–-( ")
    if said.startswith("(") and said.count("(") > said.count(")"):
        said = said[1:]
    return _is_phone(said, text[max(0, start - 48) : start])


def _is_phone(said: str, before: str) -> bool:
    digits = regex.sub(r"\D", "", said)
    if not 7 <= len(digits) <= 15 or len(set(digits)) < 3:
        return False
    if said.lstrip("(").startswith("+"):
        return _valid("+" + regex.sub(r"\D", "", said.replace("(0)", "")), "")
    if _DATE.fullmatch(said) or _RANGE.fullmatch(said):
        return False
    if _OTHER.search(before):
        return False
    announced = _SAID.search(before) is not None
    if digits.startswith("00"):
        return _valid(f"+{digits[2:]}", "")
    if digits.startswith("0"):
        return ("." not in said or said.count(".") > 1 or announced) and _somewhere(digits)
    if _AMERICAN.fullmatch(said) and _valid(digits, "US"):
        return True
    if _BRAZILIAN.fullmatch(said) and _valid(digits, "BR"):
        return True
    return announced and _somewhere(digits)


def _somewhere(digits: str) -> bool:
    return any(_valid(digits, region) for region in HOME)


@functools.lru_cache(maxsize=4096)
def _valid(number: str, region: str) -> bool:
    # Its tables take a sixth of a second to load: not before a text holds such digits.
    import phonenumbers  # noqa: PLC0415

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region or None))
    except phonenumbers.NumberParseException:
        return False


def serves_everybody(said: str) -> bool:
    """Whether it is a number that only firms have: free of charge, at a shared or a higher price."""
    import phonenumbers  # noqa: PLC0415

    many = {
        phonenumbers.PhoneNumberType.TOLL_FREE, phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.UAN,
    }  # fmt: skip
    for region in (None, *HOME) if said.lstrip("( ").startswith("+") else HOME:
        try:
            number = phonenumbers.parse(said, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.number_type(number) in many
    return False
