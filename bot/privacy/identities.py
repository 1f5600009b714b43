"""IBANs, payment cards and national identity numbers: found by their form, judged by their check digits.

A number whose form is its own (756.9217.0769.85, RSSMRA85T10A562S) is one by itself; bare digits are one only behind a
word that says so, as a tenth of all article numbers have the right check digit too.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator
from typing import Final

import regex

_IBAN: Final = regex.compile(r"(?<![\p{L}\p{N}])[A-Za-z]{2}\d{2}(?:[ \u00a0-]?[A-Za-z0-9]){11,30}")
_SHORTEST, _LONGEST = 15, 34
_CARD: Final = regex.compile(r"(?<![\w.,+/#-])\d(?:[ \u00a0-]?\d){12,18}(?![\w-]|[.,]\d)")
# Lengths and first digits by network: https://en.wikipedia.org/wiki/Payment_card_number (ISO/IEC 7812)
_NETWORK: Final = regex.compile(
    r"4\d{15}(?:\d{3})?|(?:5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}|3[47]\d{13}|"
    r"3(?:0[0-5]|[689]\d)\d{11}|6(?:011|5\d{2}|4[4-9]\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}|(?:50|5[6-9]|6[0-9])\d{14}"
)
_NOT_CARD: Final = regex.compile(
    r"(?i)\b(?:ean|gtin|isbn|upc|sku|imei|serial\p{L}*|sscc|tracking|sendung\p{L}*)\W{0,12}$"
)

# Country's module in python-stdnum, and the form in which the number needs no word before it.
_OWN_FORM: Final[tuple[tuple[str, str], ...]] = (
    ("ch.ssn", r"756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}"),
    ("it.codicefiscale", r"(?i:[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z])"),
    ("es.dni", r"\d{8}[ -]?[A-Z]|\d{2}\.\d{3}\.\d{3}-[A-Z]"),
    ("es.nie", r"[XYZ][ -]?\d{7}[ -]?[A-Z]"),
    ("fr.nir", r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}"),
    ("fi.hetu", r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]"),
    ("br.cpf", r"\d{3}\.\d{3}\.\d{3}-\d{2}"),
    ("us.ssn", r"\d{3}-\d{2}-\d{4}"),
    ("se.personnummer", r"(?:\d{2})?\d{6}[-+]\d{4}"),
    ("dk.cpr", r"\d{6}-\d{4}"),
    ("be.nn", r"\d{2}\.\d{2}\.\d{2}-\d{3}[.-]\d{2}"),
    ("cz.rc", r"\d{6}/\d{3,4}"),
    ("kr.rrn", r"\d{6}-[1-8]\d{6}"),
    ("cn.ric", r"\d{6}(?:19|20)\d{9}[\dX]"),
    ("mx.curp", r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d"),
    ("gb.nino", r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: \d{2} \d{2} \d{2} |-\d{2}-\d{2}-\d{2}-)[A-D]"),
)  # fmt: skip
_ANNOUNCED: Final[tuple[tuple[str, str], ...]] = (
    ("de.idnr", r"\d{2} ?\d{3} ?\d{3} ?\d{3}"),
    ("at.vnr", r"\d{4} ?\d{6}"),
    ("nl.bsn", r"\d{4}[. ]?\d{2}[. ]?\d{3}|\d{3}[. ]\d{3}[. ]\d{3}"),
    ("be.nn", r"\d{11}"),
    ("pl.pesel", r"\d{11}"),
    ("no.fodselsnummer", r"\d{6} ?\d{5}"),
    ("se.personnummer", r"(?:\d{2})?\d{10}"),
    ("dk.cpr", r"\d{10}"),
    ("cz.rc", r"\d{9,10}"),
    ("pt.nif", r"\d{3} ?\d{3} ?\d{3}"),
    ("ro.cnp", r"\d{13}"),
    ("tr.tckimlik", r"\d{11}"),
    ("br.cpf", r"\d{11}"),
    ("us.ssn", r"\d{3} ?\d{2} ?\d{4}"),
    ("ca.sin", r"\d{3}[ -]?\d{3}[ -]?\d{3}"),
    ("au.tfn", r"\d{3} ?\d{3} ?\d{3}"),
    ("za.idnr", r"\d{13}"),
    ("in_.aadhaar", r"\d{4} ?\d{4} ?\d{4}"),
    ("in_.pan", r"[A-Z]{5}\d{4}[A-Z]"),
    ("ie.pps", r"\d{7}[A-Z]{1,2}"),
    ("jp.in_", r"\d{4} ?\d{4} ?\d{4}"),
    ("gr.amka", r"\d{11}"),
    ("gb.nino", r"[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]"),
    ("gb.nhs", r"\d{3}[ -]?\d{3}[ -]?\d{4}"),
)  # fmt: skip
_WORDS: Final = (
    r"steuer-?id\p{L}*|id-?nr|identifikationsnummer|steuer(?:liche )?\p{L}*nummer|sozialversicherung\p{L}*|"
    r"sv-?n[ru]\p{L}*|ahv\p{L}*|avs|tax (?:id|file number|number)|social (?:security|insurance)\p{L}*|ssn|sin|tfn|bsn|"
    r"burgerservicenummer|pesel|f[øo]dselsnummer|personnummer|personnumret|cpr|cpf|rodn[ée] č[íi]slo|nif|nie|dni|"
    r"contribuinte|cnp|kimlik|tc ?no|aadhaar|pan|pps|ppsn|my number|マイナンバー|個人番号|αμκα|amka|"
    r"national (?:id|insurance)\p{L}*|nino|ni|nhs|id|identity|identit\p{L}*|rijksregister\p{L}*|registre national|"
    r"numero nacional"
)
_SAYS_SO: Final = regex.compile(
    rf"(?i)(?<![\p{{L}}\p{{N}}])(?:{_WORDS})(?:[ -]?(?:no|nr|number|nummer|card|karte|code|numéro|número))?\.?"
    r"\W{1,3}(?:\p{L}{1,6}\W{1,2}){0,2}$"
)
_SAID: Final = regex.compile(rf"(?i)(?<![\p{{L}}\p{{N}}])(?:{_WORDS})")
FEWEST: Final = 6  # digits
_EDGES: Final = (r"(?<![\w.,+/#-])(?:", r")(?![\w-]|[.,/]\w)")
_FORMS: Final = [(name, regex.compile(form.join(_EDGES)), False) for name, form in _OWN_FORM] + [
    (name, regex.compile(form.join(_EDGES)), True) for name, form in _ANNOUNCED
]


def ibans(text: str) -> Iterator[tuple[int, int]]:
    """Spans of IBANs, as long as their country has them: words may follow directly."""
    for match in _IBAN.finditer(text):
        ends = [at + 1 for at, letter in enumerate(match[0]) if letter.isalnum()]
        for end in reversed(ends[_SHORTEST - 1 : _LONGEST]):
            after = text[match.start() + end : match.start() + end + 1]
            if not after.isalnum() and _valid("iban", match[0][:end].replace("\u00a0", " ")):
                yield match.start(), match.start() + end
                break


def cards(text: str) -> Iterator[tuple[int, int]]:
    """Spans of card numbers; bare digits of the lengths that articles and platforms number with are left alone."""
    for match in _CARD.finditer(text):
        digits = regex.sub(r"\D", "", match[0])
        bare = match[0] == digits and len(digits) in (13, 14, 17, 18, 19)
        if bare or len(set(digits)) < 2 or not _NETWORK.fullmatch(digits) or not _valid("luhn", digits):
            continue
        if not _NOT_CARD.search(text[max(0, match.start() - 30) : match.start()]):
            yield match.span()


def national_ids(text: str) -> Iterator[tuple[int, int]]:
    """Spans of numbers that a state gave to a person."""
    if sum(letter.isdigit() for letter in text) < FEWEST:
        return
    said = _SAID.search(text) is not None
    for name, form, announced in _FORMS:
        if announced and not said:
            continue
        for match in form.finditer(text):
            if (not announced or _SAYS_SO.search(text[max(0, match.start() - 50) : match.start()])) and (
                name == "gb.nino" or _valid(name, match[0].replace("\u00a0", " "))
            ):
                yield match.span()


@functools.lru_cache(maxsize=4096)
def _valid(name: str, number: str) -> bool:
    """By the check digits and dates that the country's rules name; modules are loaded as they are needed."""
    return bool(importlib.import_module(f"stdnum.{name}").is_valid(number))
