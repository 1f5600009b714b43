"""Which wording needs proof? Superlatives, guarantees, and what is said of health, prices, the law and nature.

Each entry is a family: ways of claiming the same, in English and German, so that a source in one language supports the
words of the other. The lists are narrow on purpose: people stop reading warnings about ordinary words. What is asked
for follows 16 CFR 255.2, the UK CAP Code 3.7 (evidence before publication) and Regulation (EC) 1924/2006 (health).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import regex

WordingKind = Literal["superlative", "guarantee", "health", "green", "legal", "price", "urgency"]

_FAMILIES: Final[tuple[tuple[WordingKind, str, str], ...]] = (
    ("price", "cheapest",
     r"cheapest|lowest prices?|best price|bestpreis\w*|tiefstpreis\w*|günstigste[nrsm]?|billigste[nrsm]?"),
    ("price", "free",
     r"free of charge|for free|free (?:shipping|delivery|entry|admission|trial)|kostenlos\w*|gratis|"
     r"kostenfrei\w*"),
    ("price", "half", r"half[- ](?:the )?price|zum halben preis"),
    ("guarantee", "guarantee",
     r"guaranteed?|guarantees|garantiert\w*|garantie|warranty|money[- ]back(?: guarantee)?|"
     r"geld[- ]zurück(?:[- ]garantie)?"),
    ("guarantee", "risk", r"risk[- ]free|risikofrei\w*|risikolos\w*|no risk"),
    ("guarantee", "satisfaction", r"100\s?% (?:safe|natural|satisfaction|sicher|natürlich|zufrieden\w*)"),
    ("health", "cure", r"cures?|heilt|heilsam\w*|miracle (?:cure|remedy|drug)|wundermittel"),
    ("health", "clinical",
     r"clinically(?: (?:proven|tested))?|klinisch (?:getestet|erwiesen|geprüft)\w*|medically proven|"
     r"medizinisch (?:erwiesen|geprüft)\w*"),
    ("health", "relief",
     r"relieves? (?:pain|stress|anxiety|symptoms)|lindert|schmerzlindernd\w*|anti-inflammatory|"
     r"entzündungshemmend\w*"),
    ("health", "immune",
     r"(?:boosts?|strengthens?) (?:your |the )?immun\w*|stärkt (?:das|dein|ihr) immunsystem|"
     r"immunstärkend\w*"),
    ("health", "pressure",
     r"lowers? (?:your )?(?:blood pressure|cholesterol)|senkt (?:den |das )?(?:blutdruck|cholesterin)\w*"),
    ("health", "detox", r"detox\w*|entgift\w*|burns? fat|fat[- ]burning|verbrennt fett|fettverbrennung"),
    ("health", "healthiest",
     r"(?:the )?healthiest|gesündeste[nrsm]?|prevents? (?:disease|cancer|illness|colds?)|beugt \w+ vor"),
    ("legal", "law",
     r"legally (?:required|binding|protected)|required by law|gesetzlich (?:vorgeschrieben|geschützt)\w*|"
     r"rechtssicher\w*"),
    ("legal", "gdpr", r"(?:gdpr|dsgvo|hipaa)[- ](?:compliant|konform\w*)|complies with (?:the )?(?:gdpr|hipaa)"),
    ("legal", "tax", r"tax[- ](?:free|deductible)|steuerfrei\w*|steuerlich absetzbar\w*"),
    ("legal", "certified",
     r"(?:fda|ce|iso|tüv)[- ](?:approved|certified|zertifiziert\w*|geprüft\w*)|"
     r"officially (?:approved|certified|licensed)|amtlich (?:zugelassen|geprüft)\w*|zertifiziert\w*|"
     r"certified"),
    ("legal", "patent", r"patented|patentiert\w*|patent pending"),
    ("superlative", "best",
     r"best(?:e[nrsm]?)?(?:[- ]in[- ](?:town|class|the world|switzerland|germany))?|bestbewertet\w*|finest"),
    ("superlative", "first",
     r"number one|no\. ?1|#1|nr\. ?1|nummer eins|world['’]?s (?:first|best|finest|fastest|leading)|"
     r"weltweit erste\w*"),
    ("superlative", "leading", r"leading|leader in|market leader|marktführer\w*|führende[nrsm]?"),
    ("superlative", "unbeatable", r"unbeatable|unmatched|unrivalled|unschlagbar\w*|unerreicht\w*"),
    ("superlative", "proven",
     r"proven|nachweislich|scientifically(?: proven)?|wissenschaftlich(?: (?:erwiesen|belegt))?"),
    ("superlative", "fastest", r"fastest|schnellste[nrsm]?"),
    ("superlative", "safest", r"safest|sicherste[nrsm]?"),
    ("superlative", "largest", r"(?:the )?(?:largest|biggest)|grösste[nrsm]?|größte[nrsm]?"),
    ("superlative", "greatest", r"the (?:greatest|finest|most \w+)"),
    ("superlative", "award", r"award[- ]winning|preisgekrönt\w*|test ?sieger\w*|test winner"),
    ("superlative", "unique", r"unique|einzigartig\w*|everyone loves"),
    ("green", "carbon", r"(?:carbon|climate)[- ]neutral|klimaneutral\w*|co2[- ]neutral\w*"),
    ("green", "friendly", r"eco[- ]friendly|environmentally friendly|umweltfreundlich\w*"),
    ("green", "sustainable", r"sustainable|nachhaltig\w*|biodegradable|biologisch abbaubar\w*"),
    ("urgency", "last",
     r"last chance|letzte chance|only a few left|selling fast|while stocks last|"
     r"solange (?:der )?vorrat reicht"),
)  # fmt: skip
_ALL: Final = regex.compile(
    "|".join(rf"(?P<f{place}>(?<!\w)(?:{pattern})(?!\w))" for place, (_, _, pattern) in enumerate(_FAMILIES)),
    regex.IGNORECASE,
)
# Where the same words claim nothing.
_HARMLESS: Final = regex.compile(
    r"(?i)\b(?:best (?:wishes|regards|before|practices?|of luck|friends?)|all the best|at best|"
    r"(?:do|doing) (?:my|your|our|their) best|"
    r"(?:am|aufs) besten|beste[n]? (?:dank|grüsse|grüße|wünsche|freund\w*)|(?:the )?most of|free (?:of charge )?to|"
    r"gift certificates?|certified copy|kein(?:e)? garantie|no guarantee|not guaranteed)\b"
)
# A source for a family of prices may say it in other words: "for free" is "no charge", "entry is free".
_ALSO: Final[dict[str, regex.Pattern[str]]] = {
    "free": regex.compile(r"(?i)(?<![\w-])(?:free|no charge|costs nothing|frei|eintritt frei|unentgeltlich)(?!\w)"),
    "guarantee": regex.compile(r"(?i)(?<!\w)(?:guarantee\w*|garantie\w*|warrant\w*|gewährleist\w*)"),
    "certified": regex.compile(r"(?i)(?<!\w)(?:certif\w*|zertifi\w*|approved|zugelassen)"),
    "half": regex.compile(r"50\s?(?:%|per ?cent|Prozent)|(?i:halb\w*|half|hälfte|fünfzig Prozent|fifty percent)"),
}


@dataclass(frozen=True, slots=True)
class Wording:
    """A claim in words as it is written."""

    text: str
    span: tuple[int, int]
    kind: WordingKind
    family: str


def wordings(text: str) -> Iterator[Wording]:
    """Wording that needs proof, in order."""
    harmless = [match.span() for match in _HARMLESS.finditer(text)]
    for match in _ALL.finditer(text):
        if any(start <= match.start() < end for start, end in harmless):
            continue
        kind, family, _ = _FAMILIES[next(i for i in range(len(_FAMILIES)) if match[f"f{i}"] is not None)]
        yield Wording(match[0], match.span(), kind, family)


def says(wording: Wording, text: str) -> tuple[int, int] | None:
    """Where a source says it: the same words, or for a single word any of its family; None where it does not.

    "Best in town" needs more than "our best bikes": of several words all the weighty ones must stand there.
    """
    folded, wanted = " ".join(text.casefold().split()), " ".join(wording.text.casefold().split())
    if len(folded) == len(text) and (at := folded.find(wanted)) >= 0:
        return at, at + len(wanted)
    found = regex.search(r"\s+".join(map(regex.escape, wanted.split())), text, regex.IGNORECASE)
    if found is not None:
        return found.span()
    if " " in wanted and wording.kind == "superlative":
        return None
    for other in wordings(text):
        if (other.kind, other.family) == (wording.kind, wording.family):
            return other.span
    also = _ALSO.get(wording.family)
    match = also.search(text) if also is not None else None
    return match.span() if match is not None else None
