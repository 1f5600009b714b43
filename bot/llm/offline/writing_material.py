"""From a brief as a JSON document to the pieces that sentences are made of.

Nothing is added here: every piece is the person's own wording, cut, never reworded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import regex

from bot.llm.offline.serious import is_serious
from bot.llm.offline.writing_story import Story, apart, story_of
from bot.llm.offline.writing_text import (
    URL,
    bare,
    is_clause,
    language_of,
    same_words,
    sentences,
    upper_first,
    words,
)
from bot.llm.offline.writing_untangle import nominative, price_cut, single_facts, untangle

GOALS = ("announce", "promote", "invite", "inform", "thank", "hire", "remind", "ask")

_TONES = (
    ("playful", r"playful|fun|funny|cheeky|witty|light|humou?r|verspielt|frech|locker|witzig|lustig|humorvoll"),
    (
        "formal",
        r"formal|professional|corporate|business|serious|förmlich|formell|sachlich|seriös|professionell|offiziell",
    ),
    ("urgent", r"urgent|urgency|pressing|dringend|dringlich|eilig"),
    ("warm", r"warm|friendly|kind|heartfelt|personal|cosy|herzlich|freundlich|persönlich|familiär|nahbar"),
    ("plain", r"plain|simple|clear|matter.of.fact|neutral|calm|schlicht|einfach|klar|nüchtern|ruhig"),
)
_TONE_WORDS = tuple((tone, regex.compile(rf"(?i)\b(?:{pattern})\b")) for tone, pattern in _TONES)
_DETERMINER = {
    "en": regex.compile(
        r"^(?:our|the|an?|my|this|these|those|two|three|four|five|your|all|every|everyone|everybody|\w+['’]s)\s",
        regex.I,
    ),
    "de": regex.compile(
        r"^(?:unser[e]?|der|die|das|eine?|mein[e]?|dieser?|dieses|diese|zwei|drei|vier|fünf|euer|eure)\s", regex.I
    ),
}
# Feminine, neuter and plural look alike as subject and object; after these a phrase fits where an object is wanted.
_ALSO_OBJECT_DE = regex.compile(r"^(?:unsere|die|das|eine|meine|diese|dieses|zwei|drei|vier|fünf|eure)\s", regex.I)
_JOB = regex.compile(
    r"^(?:(?:our|the|an?|eine|die|unsere)\s+)?(?:(?:job|open|new|vacant|offene|neue|freie)\s+)?"
    r"(?:ads?|opening|position|vacancy|role|job|posting|jobs?|stellenanzeige|stelleninserat|stelle|"
    r"job ad)\s*(?:as|for|für|als|:)\s+",
    regex.I,
)
_LOOKING = regex.compile(
    r"^(?:we(?:['’]re| are) (?:looking for|hiring|seeking|recruiting|searching for)|we (?:seek|need)|"
    r"wir (?:suchen|stellen)|"
    r"gesucht:?)\s+",
    regex.I,
)
_UNTIL = {
    "en": regex.compile(
        r"^(?:only |just )?(?:until|till|through|thru|up to|this|all|on|at|in|during|while|for|next|tonight|"
        r"tomorrow|today)\b",
        regex.I,
    ),
    "de": regex.compile(
        r"^(?:nur |noch )*(?:bis|am|im|in|diese[nrs]?|während|solange|heute|morgen|nächste[nrs]?)\b", regex.I
    ),
}
_BY = {
    "en": regex.compile(r"^(?:by|before)\b", regex.I),
    "de": regex.compile(r"^(?:spätestens|bis spätestens|vor)\b", regex.I),
}
_FROM = {
    "en": regex.compile(r"^(?:from|starting|as of|beginning|after|since|between)\b", regex.I),
    "de": regex.compile(r"^(?:ab|vom|von|seit|nach|zwischen)\b", regex.I),
}
_ENDS = {
    "en": regex.compile(
        r"^(?:it |offer |sale |registration |this )?(?:ends?|closes?|expires?|apply|sign up|register|book|"
        r"order|reply)\b",
        regex.I,
    ),
    "de": regex.compile(
        r"^(?:sie |es |die aktion |anmeldeschluss|bewerbungsschluss|anmeldung|bewerbung|endet|läuft|jetzt)\b", regex.I
    ),
}


@dataclass(frozen=True)
class Material:
    """What one text is made of. `language` is that of the frame words: en, de, or empty for none at all."""

    language: str
    locale: str
    goal: str
    tone: str
    serious: bool
    brand: str
    avoid: tuple[str, ...]
    topic: str = ""
    topic_is_clause: bool = False
    offer: str = ""
    deadline: str = ""
    facts: tuple[str, ...] = ()
    link: str = ""
    links: tuple[str, ...] = ()
    audience: str = ""
    call: str = ""
    hashtags: tuple[str, ...] = ()
    verbatim: str = ""
    emoji: bool = False
    formal_you: bool = False
    emojis: bool = True  # whether there may be any at all
    exclaims: bool = True
    questions: bool = True
    most_tags: int | None = None
    story: Story | None = None

    def fact_is_clause(self, fact: str) -> bool:
        return is_clause(fact, self.language or "en")

    @property
    def noun_phrase(self) -> bool:
        """Whether the topic can follow "Meet …": it brings its determiner, or is a name."""
        if not self.topic or self.topic_is_clause or self.topic.endswith("?"):
            return False
        if _DETERMINER.get(self.language, _DETERMINER["en"]).match(self.topic):
            return True
        return self.language == "en" and is_name(self.topic)

    @property
    def object_phrase(self) -> bool:
        """Whether the topic stays as it is where German wants the accusative."""
        return self.noun_phrase and (self.language != "de" or _ALSO_OBJECT_DE.match(self.topic) is not None)

    @property
    def deadline_kind(self) -> str:
        """until, by, from, ends or date: how the deadline, as stated, fits into a sentence."""
        if not self.deadline:
            return ""
        language = self.language or "en"
        for kind, pattern in (("by", _BY), ("until", _UNTIL), ("from", _FROM), ("ends", _ENDS)):
            if pattern[language].match(self.deadline):
                return kind
        return "date"


def material(document: Mapping[str, Any]) -> Material:
    """The pieces in a writing document, duplicates dropped."""
    brief: Mapping[str, Any] = document.get("brief") or {}
    brand: Mapping[str, Any] = document.get("brand") or {}
    offer, deadline = bare(_text(brief, "offer")), _deadline(_text(brief, "deadline"))
    link = _text(brief, "link") or next(iter(_texts(brief, "links")), "")
    facts = single_facts([part for fact in _texts(brief, "facts") for part in sentences(_linkless(fact))])
    topic = bare(_linkless(_text(brief, "topic")))
    goal = _text(brief, "goal") if _text(brief, "goal") in GOALS else "announce"
    goal = "promote" if goal == "inform" and offer else goal
    untangled = untangle(topic, deadline, facts, _text(brief, "language")[:2])
    topic, deadline, facts = untangled.topic, untangled.deadline, list(untangled.facts)
    if not offer and price_cut(facts):
        offer = price_cut(facts)
        facts.remove(offer)
    own = " ".join([topic, offer, deadline, *facts, _text(brief, "call_to_action")])
    locale = _text(brief, "language") or _text(brand, "language") or "en"
    language = _frame_language(locale, own)
    topic = nominative(topic) if language == "de" else topic
    if goal == "hire":
        topic = _JOB.sub("", _LOOKING.sub("", topic)) or topic
    topic = _without(topic, deadline) if not same_words(topic, deadline) else topic
    if offer and same_words(topic, offer):
        topic = ""
    elif offer and same_words(offer, topic):
        offer = ""
    said = " ".join([topic, offer, deadline])
    kept: list[str] = []
    for fact in facts:
        if not same_words(fact, said) and not any(same_words(fact, known) for known in kept):
            kept.append(fact)
    if not topic and not offer and kept:
        topic = kept.pop(0)
    everything = f"{own} {_text(brief, 'request')}"
    serious = is_serious(everything)
    tone = _tone(_text(brief, "tone")) or _tone(_text(brand, "voice")) or "plain"
    voice = f"{_text(brief, 'tone')} {_text(brand, 'voice')} {_manner(brand)}"
    rule = brand.get("hashtags") or {}
    return Material(
        language=language,
        locale=locale,
        goal=goal,
        tone="formal" if serious else tone,
        serious=serious,
        brand=_text(brand, "name"),
        avoid=tuple(word.casefold() for word in _texts(brand, "avoid_words")),
        topic=topic,
        topic_is_clause=bool(topic) and is_clause(topic, language or "en"),
        offer=offer,
        deadline=deadline,
        facts=tuple(kept),
        link=link,
        links=tuple(_texts(brief, "links")),
        audience=_text(brief, "audience"),
        call=bare(_text(brief, "call_to_action")),
        hashtags=_hashtags(_texts(brief, "hashtags"), rule),
        verbatim=_text(brief, "verbatim"),
        emoji=(tone == "playful" or _EMOJI_WANTED.search(voice) is not None)
        and not serious
        and not _NO_EMOJI.search(voice),
        formal_you=tone == "formal" or regex.search(r"\b(?:Sie-Form|per Sie|siezen)\b", voice) is not None,
        emojis=_NO_EMOJI.search(voice) is None,
        exclaims=_NO_EXCLAMATION.search(voice) is None,
        questions=_NO_QUESTION.search(voice) is None,
        most_tags=rule.get("most") if isinstance(rule.get("most"), int) else None,
        story=_story(brief, language, goal, series=bool(document.get("angle"))),
    )


_NO: Final = r"(?i)\b(?:no|never|without|avoid|don['’]t use|keine?n?|ohne|nie)\b[^.;,]{0,24}?\b"
_NO_EMOJI: Final = regex.compile(_NO + r"emojis?\b")
_NO_EXCLAMATION: Final = regex.compile(_NO + r"(?:exclamation (?:marks?|points?)|exclamations|ausrufezeichen)\b")
_NO_QUESTION: Final = regex.compile(
    _NO + r"(?:questions? (?:at the (?:start|beginning)|first)|fragen? (?:am anfang|zu beginn))\b"
)
_EMOJI_WANTED: Final = regex.compile(r"(?i)\b(?:an emoji where it fits|ein emoji, wo es passt)\b")


def _manner(brand: Mapping[str, Any]) -> str:
    """What its posts do and never do, each a sentence of its own; what stands under "don't" is a no by itself."""
    manner: Mapping[str, Any] = brand.get("manner") or {}
    never = (f"no {line}" for line in _texts(manner, "dont"))
    return " ".join(f"{line.rstrip('.')}." for line in (*_texts(manner, "do"), *never))


def _story(brief: Mapping[str, Any], language: str, goal: str, *, series: bool) -> Story | None:
    story = story_of(brief, language) if goal != "ask" else None
    return apart(story, language) if story and series else story


def _hashtags(said: list[str], rule: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of the brief, and those that the brand's rule wants on every post, without those that it does not want."""
    never = {tag.casefold() for tag in _texts(rule, "never")}
    always, most = [tag.strip("# ") for tag in _texts(rule, "always")], rule.get("most")
    wished = [tag.strip("# ") for tag in said]
    if isinstance(most, int):
        wished = wished[: max(0, most - len(always))]
    kept = {tag.casefold(): tag for tag in (*wished, *always) if tag and tag.casefold() not in never}
    return tuple(f"#{tag}" for tag in kept.values())


def label(topic: str) -> str:
    """The topic where a sentence begins."""
    return upper_first(topic)


def inner(topic: str, language: str) -> str:
    """The topic within a sentence: its determiner loses the capital, names and nouns keep theirs."""
    pattern = _DETERMINER.get(language, _DETERMINER["en"])
    first, _, rest = topic.partition(" ")
    small = pattern.match(topic) is not None and not regex.search(r"['’]s$", first)
    small = small or (language == "en" and first.casefold() in _LOWERED)
    return f"{first.lower()} {rest}" if small and first != "I" else topic


_LOWERED = frozenset([
    "we", "you", "they", "it", "there", "from", "until", "on", "at", "in", "for", "every", "all", "each", "no",
    "free", "now", "please", "if", "when", "after", "before", "only", "up", "save", "get", "buy", "with",
    "everyone", "everybody", "new", "thank", "thanks", "come", "join", "due", "registration",
])  # fmt: skip


def is_name(topic: str) -> bool:
    """Whether an English phrase reads as a proper name: a version number, or capitals throughout."""
    found = topic.split()
    if regex.search(r"^\p{Lu}\S*(?: \p{Lu}\S*)* v?\d", topic):
        return True
    long = [word for word in found if len(word) > 3]
    return len(found) > 1 and bool(long) and all(word[0].isupper() for word in long)


def _tone(said: str) -> str:
    return next((tone for tone, pattern in _TONE_WORDS if pattern.search(said)), "")


def _deadline(said: str) -> str:
    return bare(regex.sub(r"(?i)^(?:deadline|stichtag|frist)\s*:?\s+", "", said))


def _frame_language(locale: str, own: str) -> str:
    """The language of the frame words. Frames in one language around facts in another would read as a mistake."""
    wanted, heard = locale.casefold()[:2], language_of(own)
    if wanted not in ("en", "de"):
        return ""
    return heard or wanted


def _linkless(text: str) -> str:
    return regex.sub(r"\s*[:(–-]?\s*$", "", URL.sub("", text)) if URL.search(text) else text


def _without(topic: str, deadline: str) -> str:
    """The topic without a deadline that it repeats at its end."""
    if deadline and topic.casefold().endswith(deadline.casefold()):
        return bare(topic[: -len(deadline)])
    return topic


def _text(record: Mapping[str, Any], name: str) -> str:
    value = record.get(name)
    return " ".join(value.split()) if isinstance(value, str) and name != "verbatim" else str(value or "").strip()


def _texts(record: Mapping[str, Any], name: str) -> list[str]:
    values = record.get(name) or ()
    return (
        [" ".join(str(value).split()) for value in values if str(value).strip()]
        if not isinstance(values, str)
        else [values]
    )


def content_words(text: str) -> set[str]:
    """Words that carry meaning, for telling whether a frame repeats what it frames."""
    return {word for word in words(text) if len(word) > 2 and word not in _SMALL}


_SMALL = frozenset([
    "our", "the", "and", "for", "with", "from", "until", "you", "your", "this", "that", "all", "are", "here", "der",
    "die", "das", "und", "für", "mit", "bis", "ein", "eine", "uns", "unser", "unsere", "wir", "ihr", "euch", "auf",
    "von", "ist",
])  # fmt: skip
