"""One text for one account: an opening, the offer, the facts, the call to action, in the channel's length and form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import regex

from bot.llm.offline.writing_frames import (
    Frame,
    deal,
    emoji_of,
    fill,
    hooks,
    number,
    phrases,
    plain_opening,
    slots,
    tables,
    used,
)
from bot.llm.offline.writing_lists import focused, listed
from bot.llm.offline.writing_material import Material, inner
from bot.llm.offline.writing_story import Story, asks_or_thanks, leads_to_link, paragraphs
from bot.llm.offline.writing_text import bare, length, likeness, same_words, sentence, tidy, upper_first, words

_TAGGED = ("announce", "promote", "invite", "remind")
_HEAD = 40  # characters by which two texts are said to begin alike
SHORT = 400  # channels up to this many units get one punch instead of paragraphs
_ANGLES = (
    ("offer", r"offer|price|discount|saving|deal|angebot|rabatt|preis|sparen"),
    ("deadline", r"deadline|last|countdown|remind|final|ends|frist|letzte|endspurt|erinner"),
    ("question", r"question|ask|curious|frage"),
    ("audience", r"audience|for whom|target|zielgruppe|für wen"),
    ("fact", r"reader|fact|detail|benefit|reason|why|how|behind|inside|nutzen|warum|vorteil"),
    ("topic", r"news|teaser|launch|announce|topic|ankündig|thema"),
)


@dataclass(frozen=True)
class Need:
    """What one account's channel takes. `limit` counts in `unit`; none: no limit."""

    account: str
    limit: int | None = None
    unit: str = "characters"
    hashtags: str = "few"
    links: str = "in text"

    @property
    def short(self) -> bool:
        return self.limit is not None and self.limit <= SHORT

    def fits(self, text: str) -> bool:
        return self.limit is None or length(text, self.unit) <= self.limit


@dataclass(frozen=True)
class Plan:
    """How one idea is told: with which opening, and which turn among its siblings it is."""

    frame: Frame | None
    turn: int
    seed: str
    series: bool = False  # one of several posts on the matter, not another wording of the same


def need_of(record: Mapping[str, Any]) -> Need:
    limit = record.get("limit")
    return Need(
        account=str(record.get("account") or ""),
        limit=int(limit) if isinstance(limit, int | float) and limit > 0 else None,
        unit=str(record.get("unit") or "characters"),
        hashtags=str(record.get("hashtags") or "few"),
        links=str(record.get("links") or "in text"),
    )


def plans(pieces: Material, seed: str, angle: str, recent: Sequence[str], count: int) -> list[Plan]:
    """`count` ways to tell it, no two with the same opening, none that opens like a recent text while others are left.

    A number at the end of the seed ("…:2") or in the angle tells siblings apart: each takes the next opening.
    """
    base, turn = _turn(seed, angle)
    pool = sorted(hooks(pieces) if pieces.language else (), key=lambda frame: number(base, frame.text))
    if not pieces.questions and pieces.goal != "ask":
        pool = [frame for frame in pool if "?" not in frame.text]
    if pieces.story:  # a good sentence needs no hook; siblings and playful posts get one
        pool.sort(key=lambda frame: bool(frame.own_words.strip(" .")) != (pieces.tone == "playful"))
    wanted = next((name for name, pattern in _ANGLES if regex.search(rf"(?i)\b(?:{pattern})", angle)), "")
    if pool:
        start = turn % len(pool)
        pool = pool[start:] + pool[:start]
        first = not turn and not wanted  # what it is about comes first, a detail only where one is asked for
        begun = [_begins(text) for text in recent]
        pool.sort(
            key=lambda frame: (
                _is_stale(frame, pieces, begun),
                frame.angle != wanted if wanted else first and frame.angle in ("fact", "audience"),
            )
        )
    chosen: list[Frame | None] = [*pool[:count]]
    while len(chosen) < count:
        chosen.append(pool[len(chosen) % len(pool)] if pool else None)
    return [Plan(frame, turn + place, base, bool(angle)) for place, frame in enumerate(chosen)]


def compose(pieces: Material, need: Need, plan: Plan) -> str:
    """The text for one account. It holds to the limit unless a single word or link is longer."""
    if pieces.verbatim:
        return _verbatim(pieces, need)
    text = _composed(pieces, need, plan)
    return text if pieces.exclaims else calm(text)


def calm(text: str) -> str:
    """Sentences that end with an exclamation mark end with a full stop; marks within names and links stay."""
    return regex.sub(
        r"!+(?=[\"”’»)]*(?:\s*\p{Extended_Pictographic}\uFE0F?)*(?:$|\n|\s+[\p{Lu}\p{N}#•\"“„«]))", ".", text
    )


def _composed(pieces: Material, need: Need, plan: Plan) -> str:
    if not pieces.language:
        first, *rest = _own_words(pieces, plan)
        return _fit(first, rest, _close(pieces, need, plan), _tags(pieces, need), need)
    opening = _opening(pieces, plan)
    if pieces.story:
        return _story(pieces, pieces.story, opening, plan, need)
    told = used(plan.frame, pieces) if plan.frame else frozenset({"topic"})
    if not plan.frame and not pieces.topic:
        told = told | {"offer", "deadline"}
    lead, body = _lead(pieces, told), _body(pieces, plan, told, need, opening)
    if len(body) == 1 and len(body[0]) <= 60 and "\n" not in body[0]:
        lead, body = [*lead, body[0]], []
    opening = " ".join([opening, *lead]) if len(" ".join(lead)) <= 140 or need.short else opening
    if pieces.emoji:
        opening = f"{opening} {emoji_of(pieces, plan.turn)}"
    if lead and lead[-1] not in opening:
        body = [" ".join(lead), *body]
    return _fit(opening, body, _close(pieces, need, plan), _tags(pieces, need), need)


def _story(pieces: Material, story: Story, opening: str, plan: Plan, need: Need) -> str:
    """The person's own sentences behind their opening, then what they left to fields of the brief, then the close."""
    rest = list(story.rest)
    known = f"{opening} {' '.join(rest)} {pieces.call}"
    if pieces.offer and not same_words(pieces.offer, known):
        rest.insert(0, pieces.offer)
    if pieces.deadline and not same_words(pieces.deadline, known):
        rest.append(_deadline(pieces))
    close = _close(pieces, need, plan)
    link = pieces.link if need.links != "none" else ""
    if link and rest and leads_to_link(rest[-1]) and close.endswith(link):
        close = f"{upper_first(rest.pop()).rstrip('.!')}: {link}"
    if plan.series and not pieces.serious:
        rest = focused(rest, plan.turn)
    first, *body = [opening, *(sentence(part) for part in rest)]
    if not need.short and not pieces.serious:
        first, *body = [listed(first), *(listed(part) for part in body)]
    if not need.short:
        first, *body = paragraphs(first, body)
    if pieces.emoji:
        head, line, entries = first.partition("\n")
        first = f"{head} {emoji_of(pieces, plan.turn)}{line}{entries}"
    text = _fit(first, body, close, _tags(pieces, need), need)
    return text if pieces.tone not in ("formal", "plain") or not pieces.serious else text.replace("!", ".")


def _turn(seed: str, angle: str) -> tuple[str, int]:
    counted = regex.search(r"[:#/-](\d{1,3})$", seed)
    base = seed[: counted.start()] if counted else seed
    told = regex.search(r"\b(\d{1,2})\b", angle)
    if counted:
        return base, int(counted[1])
    if told:
        return base, int(told[1])
    return base, number(angle) % 97 if angle else 0


def _is_stale(frame: Frame, pieces: Material, recent: Sequence[tuple[str, str]]) -> bool:
    said = (fill(frame, pieces) or "").casefold()[:_HEAD]
    own = " ".join(words(frame.own_words))
    return any(begins.startswith(said) or (len(own) > 8 and own in first) for begins, first in recent)


def _begins(text: str) -> tuple[str, str]:
    """How a text begins, and the words of its first line."""
    return text.casefold()[:_HEAD], " ".join(words(text.split("\n", 1)[0]))


def _opening(pieces: Material, plan: Plan) -> str:
    said = fill(plan.frame, pieces, plan.turn) if plan.frame else None
    return said or sentence(plain_opening(pieces))


def _lead(pieces: Material, told: frozenset[str]) -> list[str]:
    """What of topic, offer and deadline the opening has left unsaid."""
    lead: list[str] = []
    if "topic" not in told and pieces.topic:
        own = inner(pieces.topic, pieces.language)
        that = tables(pieces.language).THAT.format(own) if pieces.noun_phrase else pieces.topic
        lead.append(sentence(that))
    if "offer" not in told and pieces.offer:
        lead.append(sentence(deal(pieces)))
        told = told | ({"deadline"} if deal(pieces) != pieces.offer else frozenset())
    if "deadline" not in told and pieces.deadline:
        lead.append(_deadline(pieces))
    return lead


def _body(pieces: Material, plan: Plan, told: frozenset[str], need: Need, opening: str) -> list[str]:
    """Paragraphs after the opening, the most important first."""
    facts = _facts(pieces, plan, told)
    clauses = [fact for fact in facts if pieces.fact_is_clause(fact)]
    fragments = [fact for fact in facts if fact not in clauses]
    paragraphs: list[str] = []
    ends = "?" if pieces.goal == "ask" else "."
    if need.short:
        return [sentence(fact if fact in clauses else f"{bare(fact)}{ends}") for fact in facts]
    if pieces.serious:
        return [" ".join(sentence(fact) for fact in facts)] if facts else []
    if len(clauses) == 1 and len(fragments) > 1 and all(len(fact.split()) <= 7 for fact in facts):
        return ["\n".join(f"• {upper_first(bare(fact))}" for fact in facts)]  # notes, kept in their order
    if len(fragments) < 2:
        return [" ".join(sentence(fact) for fact in facts)] if facts else []
    if clauses:
        paragraphs.append(" ".join(sentence(fact) for fact in clauses))
    if fragments:
        paragraphs.append("\n".join(f"• {upper_first(fact)}" for fact in fragments))
    return paragraphs


def _facts(pieces: Material, plan: Plan, told: frozenset[str]) -> list[str]:
    facts = list(pieces.facts)
    if plan.series and not pieces.serious:
        facts = focused(facts, plan.turn)
    if "fact" in told:
        said = slots(pieces, plan.turn)["fact"].casefold()
        facts = [fact for fact in facts if fact.casefold() != said]
    if pieces.serious or pieces.goal == "inform" or not facts:
        return facts  # opening hours and notices keep their order and leave nothing out
    shift = plan.turn % len(facts) if plan.turn and not plan.series else 0
    return facts[shift:] + facts[:shift]


def _deadline(pieces: Material) -> str:
    table = tables(pieces.language).DEADLINES
    kind = pieces.deadline_kind
    if kind in ("ends", "from"):
        return sentence(pieces.deadline)
    by = pieces.deadline
    date = regex.sub(r"(?i)^(?:by|before|spätestens|bis spätestens|bis)\s+", "", by)
    rank = [f"{kind}:{pieces.goal}", *([f"{kind}:offer"] if pieces.offer else []), kind]
    frame = next(table[name] for name in rank if name in table)
    return tidy(sentence(frame.format(by=by, Until=upper_first(by), date=date)))


def _own_words(pieces: Material, plan: Plan) -> list[str]:
    """A language without frames: the person's own sentences, tidily set; siblings begin with another of them."""
    lead = [sentence(part) for part in (pieces.offer, pieces.deadline) if part and part != pieces.topic]
    parts = [
        sentence(pieces.topic),
        " ".join(lead),
        " ".join(sentence(fact) for fact in _facts(pieces, plan, frozenset())),
    ]
    parts = [part for part in parts if part] or [sentence(plain_opening(pieces))]
    shift = plan.turn % len(parts)
    return parts[shift:] + parts[:shift]


def _close(pieces: Material, need: Need, plan: Plan) -> str:
    """The call to action with the link, or the sentence that ends a text without one."""
    link = pieces.link if need.links != "none" else ""
    if pieces.call:
        call = upper_first(pieces.call)
        if link and link in call:
            return call
        return (
            f"{call}: {link}" if link and call[-1] not in "?!" else f"{call} {link}".strip() if link else sentence(call)
        )
    if not pieces.language:
        return link
    kind = "CALLS" if link else "ENDINGS"
    if not link and (pieces.serious or (not plan.turn and pieces.goal in _SELF_EVIDENT)):
        return ""  # a first text needs no filler; its siblings end in different ways
    if pieces.story and not link and _acts_already(pieces, pieces.story):
        return ""
    options = phrases(pieces, kind)
    if not options:
        return link
    chosen = options[(number(plan.seed, kind) + plan.turn) % len(options)]
    return f"{chosen}: {link}" if link else chosen


_SELF_EVIDENT = ("announce", "inform", "promote", "thank")


def _acts_already(pieces: Material, story: Story) -> bool:
    """Whether nothing need follow: it asks for something already, or it thanks."""
    return pieces.goal == "thank" or any(map(asks_or_thanks, [story.lead, *story.rest]))


def _tags(pieces: Material, need: Need) -> str:
    if need.hashtags == "none":
        return ""
    tags = list(pieces.hashtags)
    if not tags and need.hashtags == "welcome" and not pieces.serious and pieces.goal in _TAGGED:
        tags = derived_tags(pieces)[: pieces.most_tags]
    return " ".join(dict.fromkeys(tags))


def derived_tags(pieces: Material) -> list[str]:
    """Tags from the brand's name and the topic, when the topic is short enough to be one."""
    brand = "".join(upper_first(word) for word in regex.findall(r"[\p{L}\p{N}]+", pieces.brand))
    topic = regex.sub(r"(?i)^(?:our|the|an?|my|unser[e]?|der|die|das|eine?)\s", "", pieces.topic)
    parts = regex.findall(r"[\p{L}\p{N}]+", topic)
    found = [f"#{brand}"] if brand and not brand.isdigit() else []
    if 1 <= len(parts) <= 3 and not pieces.topic_is_clause and not any(ch.isdigit() for ch in topic):
        found.append("#" + "".join(upper_first(part) for part in parts))
    return found


def _verbatim(pieces: Material, need: Need) -> str:
    said = pieces.verbatim.strip()
    if pieces.link and need.links != "none" and pieces.link not in said:
        said = f"{said}\n\n{pieces.link}" if not need.short else f"{said} {pieces.link}"
    if need.hashtags != "none":
        missing = [tag for tag in pieces.hashtags if tag.casefold() not in said.casefold()]
        said = f"{said}\n\n{' '.join(missing)}" if missing else said
    return said


def _fit(opening: str, body: Sequence[str], close: str, tags: str, need: Need) -> str:
    """Opening and close first, then as much of the body as fits, then the tags."""
    kept: list[str] = []
    for paragraph in body:
        if need.fits(_join(opening, [*kept, paragraph], close, "", need)):
            kept.append(paragraph)
            continue
        smaller = _cut(paragraph, lambda part: need.fits(_join(opening, [*kept, part], close, "", need)))
        if smaller:
            kept.append(smaller)
        if not need.short:
            break
    text = _join(opening, kept, close, tags, need)
    if need.fits(text):
        return text
    some = tags.split()
    while some and not need.fits(_join(opening, kept, close, " ".join(some), need)):
        some.pop()
    text = _join(opening, kept, close, " ".join(some), need)
    if need.fits(text):
        return text
    link = close.rsplit(" ", 1)[-1] if "http" in close else ""
    for attempt in (
        _join(opening, [], link, "", need),
        _join(_words_that_fit(opening, link, need), [], link, "", need),
    ):
        if need.fits(attempt):
            return attempt
    return _words_that_fit(opening, "", need) or opening


def _cut(paragraph: str, fits: Any) -> str:
    """The paragraph's leading lines or sentences that fit; a list keeps its head only with an entry."""
    if "\n• " in paragraph:
        lines = paragraph.split("\n")
        while len(lines) > 1 and not fits("\n".join(lines)):
            lines.pop()
        return "\n".join(lines) if len(lines) > 1 else ""
    from_sentences = regex.split(r"(?<=[.!?…])\s+(?=[\p{Lu}\d\"“„«])", paragraph)
    while from_sentences and not fits(" ".join(from_sentences)):
        from_sentences.pop()
    return " ".join(from_sentences)


def _words_that_fit(text: str, link: str, need: Need) -> str:
    parts = text.split(" ")
    while len(parts) > 1 and not need.fits(_join(" ".join(parts).rstrip(".,:;") + "…", [], link, "", need)):
        parts.pop()
    return " ".join(parts).rstrip(".,:;") + "…" if len(parts) > 1 else ""


def _join(opening: str, body: Sequence[str], close: str, tags: str, need: Need) -> str:
    if need.short:
        first = " ".join([opening, *body])
        return tidy("\n".join(part for part in (first, close, tags) if part))
    return tidy("\n\n".join(part for part in (opening, *body, close, tags) if part))


def nearness(texts: Sequence[str], others: Sequence[str]) -> float:
    """How like the nearest of the others these texts are, from 0 to 1."""
    return max((likeness(text, other) for text in texts for other in others), default=0.0)


def retoned(pieces: Material, tone: str) -> Material:
    emoji = tone == "playful" and pieces.emojis and not pieces.serious
    return replace(pieces, tone=tone, emoji=emoji, formal_you=tone == "formal")
