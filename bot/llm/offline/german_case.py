"""A German phrase in the nominative, as an opening needs it, when it was said behind a preposition.

Article and adjectives are put right where the form, or the ending of the noun, leaves no doubt; else the phrase stays
behind a preposition.
"""

from __future__ import annotations

from typing import Final

import regex

_PHRASE: Final = regex.compile(
    r"(?i)^(unser|ein|mein|dein|eur|dies|d)(en|em|er)\s((?:\p{Ll}\S*e[nr]\s)*)(?=[\p{Lu}\"“„«])"
)
_DATIVE: Final = frozenset({"zu", "zum", "zur", "von", "vom", "bei", "beim", "mit"})
# Article endings in the nominative, and the adjective's behind it: masculine, neuter, feminine.
_OWN: Final = (("", "er"), ("", "es"), ("e", "e"))
_THE: Final = (("er", "e"), ("as", "e"), ("ie", "e"))
# Common endings of nouns that give the gender away.
_NEUTER: Final = regex.compile(
    r"(?i)\S*(?:brot|gebot|haus|buch|fest|programm|produkt|projekt|team|menü|museum|konzert|rad|velo|auto|spiel|zentrum|chen|"
    r"lein|ment|um|jahr|gerät|heft|magazin|modell|abo|ticket|paket|seminar|café|restaurant|hotel|bier|eis|lager|kino|theater|"
    r"bad|update|video|webinar|event)\b"
)
_MASCULINE: Final = regex.compile(
    r"(?i)\S*(?:kurs|shop|laden|tag|markt|kaffee|wein|film|kalender|katalog|service|ling|ismus|or|lauf|abend|garten|park|"
    r"raum|saal|verkauf|rabatt|wettbewerb|ausflug|anlass|vortrag|bericht|podcast|newsletter|blog|artikel|käse|kuchen|salon)\b"
)


def nominative(phrase: str, preposition: str) -> str:
    """`phrase` as it stood behind `preposition`: "über" takes the accusative, "zu" the dative."""
    contracted = {"zum": "dem", "vom": "dem", "zur": "der"}.get(preposition.casefold(), "")
    match = _PHRASE.match(f"{contracted} {phrase}" if contracted and phrase[:1].islower() else phrase)
    if match is None:
        return phrase
    stem, ending, adjectives = match[1], match[2].casefold(), match[3]
    noun = match.string[match.end() :]
    gender = _gender(ending, noun, bare=not adjectives and stem != "d", dative=preposition.casefold() in _DATIVE)
    if gender is None:
        return f"mehr zu {phrase}" if ending == "em" else phrase
    article, adjective = (_THE if stem == "d" else _OWN)[gender]
    if stem == "dies":
        article, adjective = ("er", "es", "e")[gender], "e"
    stem = "euer" if stem == "eur" and not article else stem
    return f"{stem}{article} {regex.sub(r'e[nr] ', f'{adjective} ', adjectives)}{noun}"


def _gender(ending: str, noun: str, *, bare: bool, dative: bool) -> int | None:
    """0 masculine, 1 neuter, 2 feminine; None when there is no telling."""
    if ending == "er":
        return 2 if dative else None
    if ending == "en":
        return None if dative else 0
    neuter, masculine = _NEUTER.match(noun) is not None, _MASCULINE.match(noun) is not None
    if bare or neuter != masculine:
        return 0 if bare or masculine else 1
    return None
