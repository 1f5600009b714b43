"""What does a website say of its company? Chosen by rule, never reworded: `SiteProfile` of an importing document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import regex

from bot.llm.offline.page_facts import read_page, refers_back
from bot.llm.offline.writing_text import EMOJI, language_of, sentences, words

MOST_FACTS: Final = 12
MOST_AUDIENCES: Final = 4
FEWEST: Final = 5  # sentences from which it can be told how they sound

# People whom companies write for; a phrase behind "for" that ends in one of these is an audience.
_PEOPLE: Final = {
    "en": regex.compile(
        r"(?i)\bfor\s+((?:\p{L}[\p{L}-]+\s+){0,2}?(?:families|commuters|students|parents|kids|children|beginners|"
        r"professionals|teams|businesses|companies|start-?ups|developers|designers|teachers|travell?ers|cyclists|"
        r"riders|runners|athletes|couples|seniors|homeowners|tenants|retailers|agencies|freelancers|restaurants|"
        r"hotels|schools|women|men|bakers|gardeners|makers|musicians|artists|photographers|clubs|patients|farmers|"
        r"hikers|climbers|cooks|readers|investors|nonprofits|charities|creators|marketers))\b"
    ),
    "de": regex.compile(
        r"\b[Ff]ür\s+((?:\p{Ll}[\p{L}-]+e[nr]?\s+){0,1}(?:Familien|Pendler(?::?innen)?(?: und Pendlerinnen)?|Pendelnde|"
        r"Studierende|Studenten|Eltern|Kinder|Jugendliche|Anfänger|Profis|Teams|Unternehmen|Firmen|KMU|Start-?ups|"
        r"Entwickler|Lehrer|Lehrpersonen|Reisende|Radfahrer|Velofahrer|Läufer|Sportler|Paare|Senioren|Hausbesitzer|"
        r"Mieter|Händler|Agenturen|Selbständige|Selbstständige|Restaurants|Hotels|Schulen|Frauen|Männer|Bäcker|"
        r"Gärtner|Musiker|Künstler|Vereine|Patienten|Landwirte|Wanderer|Gäste|Kreative)(?::?innen)?)\b"
    ),
}
_SOUND: Final = {
    "en": {"lively": "lively", "plain": "plain", "thorough": "thorough", "personal": "personal", "formal": "formal",
           "playful": "playful", "calm": "calm"},
    "de": {"lively": "lebhaft", "plain": "schlicht", "thorough": "ausführlich", "personal": "persönlich",
           "formal": "förmlich", "playful": "verspielt", "calm": "ruhig"},
}  # fmt: skip
# What holds today and not next month is no fact about a house.
_PASSING: Final = regex.compile(
    r"(?i)\b(?:today|tomorrow|this (?:week|month|weekend)|now (?:only|until)|sale|off until|until \d|heute|morgen|"
    r"diese[rn]? (?:woche|monat)|rabatt|nur (?:noch )?bis|aktion)\b|\d\s?%"
)
_OF_THEMSELVES: Final = {
    "en": regex.compile(r"(?i)\b(?:we|our|us|since|founded|family|based|made|guarantee|years?)\b"),
    "de": regex.compile(r"(?i)\b(?:wir|unser\w*|uns|seit|gegründet|familie\w*|garantie|jahre?n?)\b"),
}


def read_site(document: Mapping[str, Any]) -> dict[str, Any]:
    """The `SiteProfile`: facts that last, whom it addresses, and how it sounds."""
    marker = str(document.get("marker") or "")

    def unmarked(text: object) -> str:
        return str(text or "").replace(marker, "").strip() if marker else str(text or "").strip()

    pages = [{**page, "text": unmarked(page.get("text"))} for page in document.get("pages") or ()]
    posts = [unmarked(post) for post in document.get("posts") or ()]
    everything = "\n".join([*(str(page["text"]) for page in pages), *posts])
    language = language_of(everything) or str(document.get("language") or "")[:2]
    return {
        "adjectives": _sound(everything, posts, language),
        "audiences": _audiences(pages, language),
        "facts": _facts(pages, language),
    }


def _facts(pages: Sequence[Mapping[str, Any]], language: str) -> list[str]:
    own = _OF_THEMSELVES.get(language, _OF_THEMSELVES["en"])
    found = [fact for page in pages for fact in read_page({"page": page})["facts"]]
    lasting = [fact for fact in dict.fromkeys(found) if not _PASSING.search(fact) and not refers_back(fact)]
    ranked = sorted(range(len(lasting)), key=lambda n: (own.search(lasting[n]) is None, n))[:MOST_FACTS]
    return [lasting[n] for n in sorted(ranked)]


def _audiences(pages: Sequence[Mapping[str, Any]], language: str) -> list[dict[str, str]]:
    pattern = _PEOPLE.get(language)
    found: dict[str, dict[str, str]] = {}
    for page in pages if pattern is not None else ():
        parts = [str(page.get("description") or ""), *str(page["text"]).splitlines()]
        for said in (sentence for part in parts for sentence in sentences(part)):
            for match in pattern.finditer(said) if pattern is not None else ():
                name = " ".join(match[1].split())
                found.setdefault(name.casefold(), {"name": name, "about": said})
    return list(found.values())[:MOST_AUDIENCES]


def _sound(text: str, posts: Sequence[str], language: str) -> list[str]:
    """By how it is written alone."""
    said = [part for line in text.splitlines() for part in sentences(line) if len(words(part)) >= 3]
    if len(said) < FEWEST:
        return []
    a_sentence = sum(len(words(part)) for part in said) / len(said)
    shouting = sum(part.endswith("!") for part in said) / len(said)
    you = regex.findall(r"(?i)\b(?:you|your|du|dich|dir|dein\w*)\b", text)
    formal = regex.findall(r"(?<=\p{Ll},?\s)(?:Sie|Ihnen|Ihre?[mnrs]?)\b", text) if language == "de" else []
    heard = {
        "plain": a_sentence <= 11,
        "thorough": a_sentence >= 20,
        "lively": shouting >= 0.15,
        "calm": shouting == 0,
        "playful": sum(bool(EMOJI.search(post)) for post in posts) * 2 > len(posts) > 0,
        "formal": len(formal) > len(you),
        "personal": len(you) * 6 >= len(said) and len(you) >= len(formal),
    }
    names = _SOUND.get(language, _SOUND["en"])
    return [names[each] for each, there in heard.items() if there]
