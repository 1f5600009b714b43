# ruff: noqa: E501  (a phrase is easier to read unbroken)
"""The person's own sentences as the copy: when what they wrote stands by itself, it leads, nearly as it is.

Nothing is reworded. A phrase without a verb ("the opening of our exhibition on 4 April") leads only where a frame for
its goal takes it as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import regex

from bot.llm.offline.writing_text import URL, bare, is_clause, same_words, sentences, upper_first, words

HEADLINE = 60
_PRONOUN = {
    "en": regex.compile(r"(?i)\b(?:we|you|they|it|i)(?:['’](?:re|ve|ll|m|d|s))?\s+\p{L}+"),
    "de": regex.compile(r"(?i)\b(?:wir|ihr|man|es|du)\b"),
}
_MORE_VERBS_EN = regex.compile(
    r"(?<=\p{L}\s)(?:arrives?|costs?|reopens?|grew|grows?|reached|reaches|extends?|launches|stays?|remains?|drops|rises|"
    r"falls|moved|returns?|turns|celebrates?|features?|wins|welcomes?|sells|meets?|started|opened|closed|ended|starts|"
    r"changes|received|receives|donated|donates|helped|serves?|joins?|plays?|speaks?|leads?|teaches)\b"
)
_MORE_VERBS_DE = regex.compile(
    r"\b(?:gelten|gilt|öffne[nt]|liefern|feiern|starten|präsentiert|lädt|spielt|spielen|kostet|dauert|bieten|bietet|"
    r"schliesst|schließt|schliessen|schließen|zeigt|sammelte[n]?|gewann(?:en)?|gewonnen|erscheint|danken|danke|dank)\b",
    regex.I,
)
_PHRASE = {
    "en": regex.compile(r"(?i)^(?:our|the|an?|my|every\w*|all)\s"),
    "de": regex.compile(r"(?i)^(?:unsere?|unser|die|das|eine?|der|alle)\s"),
}
_OFFER = regex.compile(
    r"(?i)^(?:up to |bis zu |jetzt |now |nur |only )?(?:\d{1,3}\s?(?:%|percent|prozent)|free\b|gratis\b|buy one|2 f|half[- ]price)"
)
_LABEL = regex.compile(r"^\p{L}[^:.!?]{1,40}:\s+(?=\S)")
_ACT = regex.compile(
    r"(?i)^(?:and\s+|und\s+)?(?:please\s+)?(?:apply|register|sign up|book|order|reserve|rsvp|bring|come|join|call|subscribe|"
    r"bewirb dich|bewerbt euch|meldet euch|melde dich|bestellt?|bringt|kommt|ruft)\b"
)
_ACT_LINK = regex.compile(
    r"(?i)^(?:please\s+|bitte\s+)?(?:apply|register|sign up|book|order|reserve|rsvp|subscribe|read|see|watch|download|bewerbung(?:en)?|"
    r"bewirb dich|bewerbt euch|anmeldung(?:en)?|meldet euch an|melde dich an|bestellung(?:en)?|buchung(?:en)?|tickets?)\b"
)
_ASKS = regex.compile(
    r"(?i)^(?:please |bitte )?(?:apply|register|sign up|book|order|reserve|call|come|join|stop|visit|bring|contact|write|tell|"
    r"thank|danke|kommt|meldet|bestell|bewirb|anmeld|ruft|schreib)|[?!]$|\b(?:thanks?|danke|dank)\b|@|\d{3} \d{2}"
)
_TAIL = regex.compile(r"(?<=[^\d]),\s+(?=\S)|\s[–—-]\s(?=\S)")
_PLACED = regex.compile(
    r"(?i)\d|^(?:at|in|on|from|near|by|am|im|in der|beim?|ab|um|bis|and|und|or|oder|which|who|where|so|but|die|der|das)\b"
)
_PROUD = regex.compile(
    r"(?i)^(?:we(?:['’]re| are) )?(?:very |so )?(?:proud|happy|pleased|delighted|excited|thrilled|glad) to (?:share|announce|say|tell you)(?: that)?\s+|"
    r"^wir freuen uns,? (?:euch |ihnen )?(?:mitzuteilen|zu sagen),? dass\s+"
)
_JOINTS = regex.compile(
    r"(?i)[:;,(]\s|\s[–—-]\s|\s\(|\s(?=(?:at|in|on|from|with|for|until|till|by|after|about|who|that|which|to|and|because|"
    r"an|am|im|in|auf|mit|für|bis|ab|vom|von|beim?|über|die|und|zum|zur)\s)"
)
_HANGING = regex.compile(
    r"(?i)\s(?:the|an?|our|your|my|its|their|and|or|of|to|in|on|at|by|for|with|from|that|who|is|are|be|will|now|der|die|das|den|dem|"
    r"unser\w*|ein\w*|und|oder|am|im|an|in|mit|für|vom|von|zum|zur|wir|haben|ist|sind|bis|ab)$|\d\.$"
)


@dataclass(frozen=True)
class Story:
    """`lead` without its full stop; `phrase`: it has no verb of its own; `label`: what stood before a colon."""

    lead: str
    rest: tuple[str, ...]
    phrase: bool = False

    @property
    def everything(self) -> str:
        return " ".join([self.lead, *self.rest])


def leads_to_link(said: str) -> bool:
    """Whether a sentence asks for what the link is for: "Apply until 15 January"."""
    return len(said) <= 70 and said[-1:] not in "?" and _ACT_LINK.match(said) is not None


def asks_or_thanks(said: str) -> bool:
    """Whether nothing more need be asked of the reader after it."""
    return _ASKS.search(said) is not None


def story_of(brief: Mapping[str, Any], language: str) -> Story | None:
    """The story that a brief's own statements tell; None when they are notes, not sentences."""
    if str(brief.get("verbatim") or "").strip():
        return None
    if language not in ("en", "de"):
        return None
    facts = [_linkless(str(fact)) for fact in brief.get("facts") or () if str(fact).strip()]
    topic = bare(_linkless(str(brief.get("topic") or "")))
    if language == "de" and facts and facts[0].startswith(topic):
        facts[0] = _ACCUSATIVE.sub(lambda match: _NOMINATIVE[match[0].casefold()], facts[0])
    request = " ".join(str(brief.get("request") or "").split()).casefold()
    if topic and facts and f"{topic}: {facts[0][:20]}".casefold() in request:
        facts = [_joined(topic, facts[0], brief, language), *facts[1:]]
    parts = [_own(part) for fact in facts for part in sentences(fact)]
    parts = [part for part in parts if part]
    if len(parts) > 1 and len(parts[0].split()) <= 2 and parts[0].endswith(("!", "?")):
        parts[:2] = [" ".join(parts[:2])]
    if topic and not (parts and same_words(_core(topic), parts[0])):
        if not stands(topic, language) or len(topic.split()) < 3:
            return None
        deadline = bare(str(brief.get("deadline") or ""))
        dated = _ADVERB.match(deadline) and not same_words(deadline, " ".join([topic, *parts])) and len(topic) <= 70
        parts = [f"{topic} {deadline}" if dated and language == "en" else topic, *parts]
    if not parts:
        return None
    lead, *rest = parts
    lead, tail = _shed(_ARTICLE.sub(r"\1: \2", lead), language)
    whole = stands(lead, language) or _OFFER.match(lead) is not None
    opens = len(lead.split()) > 2 and request.startswith(lead[:24].casefold())
    phrase = not whole and not opens and _PHRASE[language].match(lead) is not None and len(facts) > 0
    labelled = not whole and _LABEL.match(lead) is not None
    if not whole and not phrase and not labelled and not opens:
        return None
    if phrase and ": " in lead:
        lead, _, told = lead.partition(": ")
        tail = [told, *tail]
    return Story(lead, tuple(_unique([*tail, *rest], lead)), phrase)


def apart(story: Story, language: str) -> Story:
    """For one of several posts: "our launch: it waters plants" is a matter and a statement about it."""
    head, colon, told = story.lead.partition(": ")
    if story.phrase or not colon or stands(head, language) or not _PHRASE[language].match(head):
        return story
    return Story(head, (upper_first(told), *story.rest), phrase=True)


def stands(text: str, language: str) -> bool:
    """Whether it reads as a sentence: a verb with its subject, behind a label or not."""
    said = _LABEL.sub("", text)
    for part in dict.fromkeys((text, said)):
        head = regex.split(r":\s|,\s(?:who|which|die|der)\s", part)[0]
        head = regex.sub(r"\b\d{1,2}\.?\s(?:May|Mai)\b|\bopen (?:day|house|air)\b", "", head)
        relative = regex.search(r"(?i)^(?:\S+\s){1,3}(?:who|that|which)\s", head) is not None
        if is_clause(head, language) or (_PRONOUN[language].search(head) and len(head.split()) > 2 and not relative):
            return True
        verb = _MORE_VERBS_EN.search(head) if language == "en" else None
        if verb and not relative and not regex.search(r"\b(?:who|that|which|to)\s+$", head[: verb.start()]):
            return True
        if language == "de" and _MORE_VERBS_DE.search(head):
            return True
    return False


def headline_of(story: Story, limit: int = HEADLINE) -> str:
    """The lead, or its longest beginning that ends where a phrase ends."""
    lead = regex.sub(r"\s*\((?=\S)[^)]*\)", "", story.lead) if len(story.lead) > limit else story.lead
    label = _LABEL.match(lead)
    if label and regex.fullmatch(r"(?i)(?:\w+ )?(?:recall|rückruf)\w*:?", label[0].strip()):
        said = regex.split(
            r"\s(?:has|have|is|are|can|may|could|contains?|hat|haben|ist|sind|kann|können|enthält|enthalten)\s",
            lead[label.end() :],
        )[0]
        bare_name = regex.sub(
            r"(?i)^(?:our|the|unsere?n?|unser|die|der|das)\s", "", regex.sub(r"\s*\([^)]*\)", "", said)
        )
        lead = f"{label[0].strip()} {bare_name}"
    lead = _PROUD.sub("", lead)
    if len(lead) > limit and label and len(lead) - label.end() <= limit and not _tells_alone(label[0]):
        lead = lead[label.end() :]
    colon = lead.find(": ")
    roomy = limit == HEADLINE and len(lead) > 44 and _tells_alone(lead[: max(0, colon)])
    if len(lead) <= limit and not roomy:
        return upper_first(lead).rstrip("!")
    if 12 <= colon <= limit:
        return upper_first(lead[:colon])
    cuts = [cut.start() for cut in _JOINTS.finditer(lead) if 12 <= cut.start() <= limit]
    for cut in reversed(cuts):
        said = lead[:cut].rstrip(" ,;:–—-")
        if not _HANGING.search(said):
            return upper_first(said)
    return upper_first(lead[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…")


def _tells_alone(label: str) -> bool:
    """Whether the words before the colon are a headline by themselves: a sentence, or a name with its article."""
    return stands(label.rstrip(": "), "en") or stands(label.rstrip(": "), "de") or len(label.split()) > 3


def subs_of(story: Story, head: str) -> list[str]:
    """What can stand below the headline: the rest of the lead, then the other statements."""
    place = story.lead.casefold().find(head.casefold())
    left = story.lead[place + len(head) :].strip(" ,;:.!–—-") if place >= 0 else ""
    after = _LABEL.sub("", story.lead)
    left = left if len(left.split()) > 2 else ""
    serious = regex.match(r"(?i)(?:\w+ )?(?:recall|rückruf)", head) is not None
    found = [
        part
        for part in (left, *([after] if serious else []), *story.rest)
        if words(part) and not same_words(part, head)
    ]
    if left and regex.search(r"(?:^|\s)(?:ein|an|vor|statt|teil|auf|zu)$", left):
        found.remove(left)
    return [upper_first(part) for part in found]


def paragraphs(first: str, body: Sequence[str]) -> list[str]:
    """Sentences, set: together when short, apart when there is much; a list stands by itself."""
    if not any("\n" in part or part.startswith("•") for part in (first, *body)):
        whole = " ".join([first, *body])
        return [whole] if len(whole) <= 220 else [first, *([" ".join(body)] if body else [])]
    blocks = [first]
    for part in body:
        apart = "\n" in part or part.startswith("•") or "•" in blocks[-1]
        if apart:
            blocks.append(part)
        else:
            blocks[-1] = f"{blocks[-1]} {part}"
    return blocks


def _shed(lead: str, language: str) -> tuple[str, list[str]]:
    """The lead without what follows as a list of its own: ", apply until 15 January", ", live music by …"."""
    first, *others = _TAIL.split(lead)
    if not others or ": " in first:
        return lead, []
    if not stands(first, language) and any(stands(part, language) and not _ACT.match(part) for part in others):
        return lead, []
    kept, apart = [first], list[str]()
    for part in others:
        acts = _ACT.match(part) is not None
        if acts or apart:
            apart.append(regex.sub(r"(?i)^(?:and|und)\s+", "", part) if acts else part)
        else:
            kept.append(part)
    if len(apart) > 0 and kept + apart != [first, *others]:
        return lead, []
    joined = lead[: lead.rindex(kept[-1]) + len(kept[-1])]
    return joined, apart


_ADVERB = regex.compile(r"(?i)(?:on|until|till|from|this|next|in|at)\s")
_NOMINATIVE = {"unseren": "unser", "einen": "ein", "den": "der", "meinen": "mein"}
_ACCUSATIVE = regex.compile(r"(?i)^(?:unseren|einen|den|meinen)(?=\s\p{Lu})")
_ARTICLE = regex.compile(r"(?i)^((?:our |a )?new (?:\w+ ){0,2}(?:article|post|episode|video|guide))\s([\"“„«])")
_SALE = regex.compile(r"(?i)^(?:our|the)\s(?:\w+\s){0,3}(?:sale|promotion|deals|offers)$")


def _joined(topic: str, fact: str, brief: Mapping[str, Any], language: str) -> str:
    """Topic and first fact with the colon that stood between them. A sale with an end is on."""
    on = (
        language == "en"
        and _SALE.match(topic)
        and regex.match(r"(?i)until|till|this|only", str(brief.get("deadline") or "until"))
    )
    verb = (" are on" if regex.search(r"(?i)s$", topic) else " is on") if on else ""
    return f"{topic}{verb}: {fact}"


def _own(part: str) -> str:
    """Bare, but for the mark that the person gave it."""
    said = part.strip()
    return f"{bare(said)}!" if said.endswith("!") and bare(said) else bare(said)


def _core(topic: str) -> str:
    """The topic without its label and article, as it must be found in the first statement."""
    return regex.sub(r"(?i)^(?:our|the|an?|unsere?[nm]?|unser|die|der|das|eine?)\s", "", _LABEL.sub("", topic))


def _unique(parts: Sequence[str], lead: str) -> list[str]:
    kept: list[str] = []
    for part in parts:
        if words(part) and not same_words(part, " ".join([lead, *kept])):
            kept.append(part)
    return kept


def _linkless(text: str) -> str:
    return regex.sub(r"\s*[:(–-]?\s*$", "", URL.sub("", " ".join(text.split()))).rstrip(" ,;")
