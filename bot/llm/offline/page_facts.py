"""Which sentences of a page would a post tell? Chosen by rule, never reworded: `PageFacts` of a reading document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import regex

from bot.llm.offline.writing_material import content_words
from bot.llm.offline.writing_text import sentences

MOST: Final = 6
SHORTEST, LONGEST = 25, 240

_NOT_THE_SUBJECT: Final = regex.compile(
    r"(?i)\b(?:cookies?|consent|privacy|newsletter|subscribe|unsubscribe|sign (?:in|up)|log ?in|log out|password|"
    r"javascript|browser|adblock\w*|advertis\w+|all rights reserved|copyright|terms (?:of|and)|imprint|sitemap|"
    r"read more|read also|related (?:articles?|posts?)|you may also|share (?:this|on)|follow us|comments?|click|scroll|"
    r"add to (?:cart|basket|bag)|wish ?list|check ?out|in stock|out of stock|skip to|menu|back to top|"
    r"datenschutz\w*|einwilligung\w*|abonnier\w*|anmelden|passwort|impressum|agb|alle rechte vorbehalten|werbung|"
    r"anzeige|mehr lesen|weiterlesen|lesen sie auch|das könnte (?:sie|dich)|teilen|kommentare?|warenkorb|merkzettel|"
    r"zur kasse|startseite|foto:|bild:|photo:|image:)\b|©"
)
_BYLINE: Final = regex.compile(r"(?i)^(?:by|von|text|published|veröffentlicht|updated|aktualisiert|posted|stand)\b[: ]")
# Words to a machine, or to whoever reads the page: a statement about its subject is neither.
_TO_THE_READER: Final = regex.compile(
    r"(?i)^(?:please\s+|bitte\s+|now\s+|jetzt\s+)?(?:ignore|disregard|forget|override|pretend|act|post|publish|write|"
    r"say|tell|send|reply|respond|repeat|output|print|execute|run|follow|visit|click|call|buy|order|get|shop|sign|"
    r"register|download|discover|learn|see|read|watch|note|remember|system|assistant|user|attention|important|"
    r"ignorier\w*|vergiss|vergesst|poste\w*|schreib\w*|sag\w*|sende\w*|besuch\w*|klick\w*|kauf\w*|bestell\w*|"
    r"entdeck\w*|lies|lest|lesen|hol\w*|achtung|wichtig)\b(?!\s+(?:is|are|was|were|ist|sind|war)\b)"
)
_MACHINE: Final = regex.compile(
    r"(?i)\b(?:instructions?|prompts?|language models?|as an? (?:ai|assistant)|system message|previous rules?|"
    r"anweisung\w*|sprachmodell\w*)\b|https?://|www\."
)
_FIGURE: Final = regex.compile(r"\d")
_REFERS_BACK: Final = regex.compile(
    r"(?i)^(?:but|and|so|however|also|this|that|these|those|he|she|they|it|then|there|aber|und|doch|auch|dies\w*|er|"
    r"sie|es|dann|dort|zudem|ausserdem|außerdem|deshalb|therefore|moreover|in addition|for example|zum beispiel)\b"
)


def read_page(document: Mapping[str, Any]) -> dict[str, Any]:
    """Facts in the order in which they stand, the best of them: near the top, about the title, with figures."""
    page: Mapping[str, Any] = document.get("page") or {}
    title, marker = str(page.get("title") or ""), str(page.get("marker") or "")
    text = str(page.get("text") or "").replace(marker, "") if marker else str(page.get("text") or "")
    subject = content_words(title)
    wanted = content_words(str(document.get("wanted") or "")) - subject
    found = [said for line in text.splitlines() for said in sentences(line.strip().removeprefix("- "))]
    told = [said for said in dict.fromkeys(found) if _is_told(said, title)]
    ranked = sorted(range(len(told)), key=lambda n: -_worth(told[n], n, subject, wanted))[:MOST]
    lead = ranked[0] if ranked else 0
    facts = [told[n] for n in sorted(ranked) if n >= lead] + [told[n] for n in sorted(ranked) if n < lead]
    if not facts:
        facts = [said for said in sentences(str(page.get("description") or "")) if _is_told(said, title)]
    return {"facts": facts}


def refers_back(said: str) -> bool:
    """Whether it hangs on a sentence before it."""
    return _REFERS_BACK.match(said) is not None


def _is_told(said: str, title: str) -> bool:
    return (
        SHORTEST <= len(said) <= LONGEST
        and len(said.split()) >= 4
        and said.casefold().rstrip(".!") != title.casefold().rstrip(".!")
        and not said.endswith(("?", ":", "…", "..."))
        and not any(pattern.search(said) for pattern in (_NOT_THE_SUBJECT, _MACHINE))
        and not any(pattern.match(said) for pattern in (_BYLINE, _TO_THE_READER))
    )


def _worth(said: str, place: int, subject: set[str], wanted: set[str]) -> float:
    """A sentence that opens the page and speaks of its title leads; one that hangs on another does not."""
    words = content_words(said)
    about = len(words & subject) / max(1, len(subject))
    asked = len(words & wanted)
    whole = regex.search(r"[.!][\"”’»)]*$", said) is not None
    return (
        2.0 * about
        + 0.5 * min(asked, 3)
        + 1.2 / (1 + 0.4 * place)
        + (0.3 if _FIGURE.search(said) else 0)
        + (0.4 if whole else 0)
        - (0.8 if refers_back(said) else 0)
        - (0.3 if len(said) > 180 else 0)
    )
