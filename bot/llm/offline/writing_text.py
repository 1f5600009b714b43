"""Small questions about a piece of text: is it a clause, which language, how long does a channel count it?"""

from __future__ import annotations

import functools
import unicodedata

import regex

URL = regex.compile(r"https?://[^\s<>\"“”«»]+[^\s<>\"“”«».,;:!?)\]'’]")
DIGITS = regex.compile(r"\d+(?:[.,:’' ]\d+)*")
EMOJI = regex.compile(
    r"[ \t]?(?:\p{Extended_Pictographic}|"
    r"\p{Regional_Indicator}{2})[\uFE0F\u200D\p{Emoji_Modifier}\p{Extended_Pictographic}]*"
)
HASHTAG = regex.compile(r"(?<![\w/#&])#\w[\w-]*")
WORD = regex.compile(r"[\p{L}\p{N}]+(?:['’.-][\p{L}\p{N}]+)*")
_SHORT_FORMS = regex.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|No|Nr|ca|bzw|vs|approx|Str|inkl|incl|resp|Tel|Jan|Feb|Aug|Sept|Sep|Okt|Oct|Nov|Dez|Dec)"
    r"|\b(?:e\.g|i\.e|z\.\s?B|d\.\s?h|u\.\s?a|a\.m|p\.m)|\b\d{1,2}|\b\p{Lu})\.$"
)
_VERBS_EN = regex.compile(
    r"\b(?:is|are|was|were|will|has|have|had|can|could|may|must|should|would|do|does|did|gets?|got|comes?|starts|"
    r"ends|opens|closes|runs|takes?|stays|brings?|includes?|costs|saves|gives?|offers|moves|drops|keeps?|holds|"
    r"becomes?|needs|makes?|goes|works|shows|begins?|lasts?|ships|supports|raised|joined|played|painted|came|won|sold|"
    r"(?:open|close|start|end|run|ship|work|move)(?= (?:at|on|from|until|in|to|again|with|every|your|the)\b)|"
    r"(?<=\b(?:we|you|they) )(?:offer|open|close|start|end|run|ship|work|move|need|show|save|drop|support|refund|\w+)|"
    r"isn['’]t|aren['’]t|won['’]t|don['’]t|doesn['’]t|can['’]t)\b|['’](?:re|ll|ve|m)\b|\b(?:it|that|there|here)['’]s\b",
    regex.I,
)
_SUBJECT_EN = regex.compile(
    r"^(?:we|you|they|it|there|this|that|these|those|everyone|everybody|all|each|every|our|the|your|my|i|a|an|no|"
    r"(?:from|until|on|at|in|for|since|starting|during|with|as of|if|when|after|before|please)\b.*?\b"
    r"(?:we|you|they|it|there|our|the)|\p{Lu}\w*|\d[\w.%]*)\b",
    regex.I,
)
_IMPERATIVE_EN = regex.compile(
    r"^(?:please |do not |don['’]t )?(?:come|bring|book|call|check|stop|return|contact|register|sign|apply|send|join|"
    r"use|get|ask|tell|visit|drop|save|try|read|see|reserve|share|write|vote|order|buy|choose|pick|look|keep|enjoy)\b",
    regex.I,
)
_VERBS_DE = regex.compile(
    r"\b(?:ist|sind|war|waren|wird|werden|wurde|wurden|hat|haben|hatte|kann|können|könnt|muss|müssen|soll|sollen|"
    r"gibt|bleibt|bleiben|beginnt|beginnen|startet|starten|endet|enden|öffnet|öffnen|schliesst|schließt|kostet|kosten|"
    r"gilt|gelten|findet|finden|bringt|bringen|erhält|erhalten|bekommt|bekommen|läuft|laufen|kommt|kommen|macht|"
    r"machen|zeigt|zeigen|bietet|bieten|suchen|sucht|freuen|freut|ziehen|zieht|senken|feiern|feiert|laden|lädt|"
    r"verkaufen|brauchen|braucht|steht|stehen|geht|gehen|dauert|fährt|fahren|spart|sparen|kam|kamen|danken)\b",
    regex.I,
)
_EN = frozenset([
    "the", "a", "an", "our", "we", "you", "your", "and", "or", "of", "for", "with", "from", "until", "till", "by",
    "is", "are", "at", "on", "in", "to", "all", "every", "off", "new", "this", "that", "will", "have", "has", "be",
    "it", "us", "it's", "we're", "free", "not", "only", "who", "which",
])  # fmt: skip
_DE = frozenset([
    "der", "die", "das", "den", "dem", "des", "ein", "eine", "einen", "einem", "einer", "unser", "unsere",
    "unseren", "unserem", "wir", "ihr", "euch", "sie", "und", "oder", "von", "für", "mit", "bis", "ab", "am", "im",
    "ist", "sind", "auf", "alle", "allen", "jeden", "jede", "neue", "neuen", "neuer", "nicht", "nur", "zu", "zum",
    "zur", "bei", "uns", "wird", "werden", "gibt", "auch", "noch", "alles", "vom", "über",
])  # fmt: skip


def words(text: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(text)]


def language_of(text: str) -> str:
    """ "en" or "de" when the small words leave no doubt, else empty."""
    found = words(URL.sub(" ", text))
    english, german = sum(word in _EN for word in found), sum(word in _DE for word in found)
    german += bool(regex.search(r"[äöüß]", text.casefold()))
    if english > 2 * german:
        return "en"
    return "de" if german > 2 * english else ""


def is_clause(text: str, language: str) -> bool:
    """Whether it can stand as a sentence of its own: has a subject and a finite verb, or is an imperative."""
    said = text.strip()
    if said.endswith(("!", "?")) and len(said.split()) > 2:
        return True
    if language == "de":
        if regex.match(r"(?:bitte|wir|ihr|sie|es|ab|am|im|alle|jede[rs]?|der|die|das|unsere?|man)\b", said, regex.I):
            return _VERBS_DE.search(said) is not None or regex.match(r"bitte\b", said, regex.I) is not None
        return _VERBS_DE.search(said.partition(" ")[2]) is not None
    if _IMPERATIVE_EN.match(said) and len(said.split()) > 1:
        return True
    verb = _VERBS_EN.search(said)
    if verb is not None and verb.start() == 0 and regex.match(r"\p{L}+['’]s\s", said):
        return True  # "It's next Friday"
    if verb is None or verb.start() == 0 or _SUBJECT_EN.match(said) is None:
        return False
    # "everyone who came", "the team that won": a verb in a relative clause makes no sentence of the phrase.
    return regex.search(r"\b(?:who|that|which|for|to)\s*$", said[: verb.start()], regex.I) is None


def starts_as_order(text: str) -> bool:
    """Whether it tells the reader to do something: "Book a table"."""
    return _IMPERATIVE_EN.match(text.strip()) is not None


def starts_with_verb(text: str, language: str) -> bool:
    """Whether it goes on with the verb of a sentence whose subject stood before: "opens at 7"."""
    pattern = _VERBS_DE if language == "de" else _VERBS_EN
    verb = pattern.match(text.strip())
    return verb is not None and len(text.split()) > 1


def upper_first(text: str) -> str:
    """The first letter as a capital, unless the word carries its own ("iPhone", "eBike")."""
    first = text.split(" ", 1)[0]
    if not text or URL.match(text) or any(ch.isupper() for ch in first[1:]):
        return text
    return text[0].upper() + text[1:]


def sentence(text: str) -> str:
    """With a capital at the front and a full stop at the end, when it has no mark of its own."""
    said = upper_first(text.strip().rstrip(",;:–-").strip())
    if not said:
        return ""
    return said if regex.search(r"[.!?…:][\"”’)»]*$", said) or EMOJI.search(said[-2:]) else said + "."


def bare(text: str) -> str:
    """Without surrounding space and closing marks, to be put into a longer sentence; a question keeps its mark."""
    said = " ".join(text.split()).rstrip(",;:–- ")
    if said.endswith(".") and not said.endswith("…") and not regex.search(r"(?:\d|\b\p{L})\.$", said):
        said = said[:-1]
    return said.rstrip("!")


def sentences(text: str) -> list[str]:
    """The sentences of a text, each without space around it."""
    return [text[start:end].strip() for start, end in sentence_spans(text)]


_STOP = regex.compile(
    r"(?<=[.!?…])[\"”’»)]*(?:\s*\p{Extended_Pictographic}\uFE0F?)*\s+(?=\S)|(?<=[。！？])(?=\S)|\s*\n+\s*(?:(?:[-*•▪]|\d{1,2}[.)])\s+)?"
)
_ORDINAL = regex.compile(r"\b\d{1,3}\.$")
_ORDERED = regex.compile(
    r"(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez|und|bis|oder|bzw|mal|Klasse|Platz|Stock|Geburtstag|Advent|"
    r"Jahrhundert|Mal|Etage|Jubiläum|Saison|Auflage|Ausgabe|Rang|–|-)"
)
_COUNTS = regex.compile(r"(?i)\b(?:a[mb]|vom|zum|bis|dem|den|der|die|das|des|im|und|seit)\s\d{1,3}\.$")


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where each sentence, line or list entry stands. "Dr. Frei", "5. Mai" and "e.g. this" are not cut in two."""
    spans: list[tuple[int, int]] = []
    start = 0
    for cut in _STOP.finditer(text):
        piece, after = text[start : cut.start()], text[cut.end() : cut.end() + 12]
        if "\n" not in cut[0] and _goes_on(piece, after):
            continue
        spans.append((start, cut.end() if "\n" not in cut[0] else cut.start()))
        start = cut.end()
    spans.append((start, len(text)))
    return [(a, b) for a, b in spans if text[a:b].strip()]


def _goes_on(piece: str, after: str) -> bool:
    """Whether a stop ends no sentence: it belongs to a short form, or to a number that counts."""
    if _ORDINAL.search(piece):
        return _ORDERED.match(after) is not None or (after[:1].islower() and _COUNTS.search(piece) is not None)
    if _SHORT_FORMS.search(piece):
        return True
    return after[:1].islower() and regex.search(r"\p{L}{3,}[.!?]+$|[\uE000\uE001%)][.!?]$", piece) is None


_SPACES = regex.compile(r"[ \t\u00a0]*[ \t][ \t\u00a0]*")
_EMPTY_LINES = regex.compile(r"\n{3,}")
_BEFORE_MARK = regex.compile(r"(?<=[\p{L}\p{N}%)])[ ]+(?=[.,;!?](?:\s|$))")
_TWO_STOPS = regex.compile(r"(?<![.\d])\.\.(?!\.)|(?<=\d)\.\.(?!\.)")


def tidy(text: str) -> str:
    """One space between words, at most one empty line, no space before marks, no doubled stops."""
    lines = [_SPACES.sub(" ", line).strip() for line in text.splitlines()]
    joined = _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()
    return _TWO_STOPS.sub(".", _BEFORE_MARK.sub("", joined))


@functools.lru_cache(maxsize=4096)
def length(text: str, unit: str) -> int:
    """How a channel with this unit counts, rather too high than too low."""
    if unit == "bytes":
        return len(text.encode("utf-8", "replace"))
    if unit == "graphemes":
        return len(regex.findall(r"\X", text))
    if unit == "weighted characters":
        rest = URL.sub("", unicodedata.normalize("NFC", text))
        return 23 * len(URL.findall(text)) + sum(
            1 if ord(ch) <= 0x10FF or 0x2000 <= ord(ch) <= 0x201F else 2 for ch in rest
        )
    return len(text)


def same_words(part: str, whole: str) -> bool:
    """Whether all words of `part` are in `whole` already."""
    known = set(words(whole))
    asked = words(part)
    return bool(asked) and all(word in known for word in asked)


@functools.lru_cache(maxsize=1024)  # each way to tell a thing is held against the same recent texts
def shingles(text: str) -> frozenset[tuple[str, ...]]:
    """Runs of three words, links left out."""
    found = words(URL.sub(" ", text))
    return frozenset(tuple(found[i : i + 3]) for i in range(max(1, len(found) - 2)))


def likeness(one: str, other: str) -> float:
    """From 0 (nothing in common) to 1 (the same words in the same order): Jaccard over runs of three words."""
    left, right = shingles(one), shingles(other)
    return len(left & right) / len(left | right) if left | right else 0.0
