"""Sentence frames of a language, read from their tables, and what fills them."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

import regex

from bot.llm.offline import writing_de, writing_en
from bot.llm.offline.writing_material import Material, content_words, inner, label
from bot.llm.offline.writing_text import bare, same_words, starts_as_order, tidy, upper_first, words

LETTERS = {"plain": "p", "playful": "y", "formal": "f", "urgent": "u", "warm": "w"}
_SLOT = regex.compile(r"\{(\w+)\}")
_STOP_BEHIND_MARK = regex.compile(r"([?!…])\.(?=\s|$)")
_ENDS_WITH_TOPIC = regex.compile(r"\{([Tt]opic|np|object|[Cc]lause)\}([.?])$")
_ABSTRACT = regex.compile(
    r"(?i)\b(?:partnership|cooperation|hours|closure|release|merger|results?|report|change|decision|move)\b"
)
_GREETS = regex.compile(r"(?:Meet|Say hello|Introducing|Have you (?:seen|come)|Let us show|Don't mind)")
_SWISS = regex.compile(r"(?i)\b(?:strasse|velos?|\w*gross\w*|schliess\w*|grüess\w*|CHF|franken)\b")
_SHARP = (("begrüssen", "begrüßen"), ("Grüssen", "Grüßen"), ("gross", "groß"))


@dataclass(frozen=True)
class Frame:
    text: str
    tones: str
    angle: str = "topic"

    @functools.cached_property
    def slots(self) -> frozenset[str]:
        return frozenset(_SLOT.findall(self.text))

    @functools.cached_property
    def own_words(self) -> str:
        return _SLOT.sub(" ", self.text)


def tables(language: str) -> ModuleType:
    return writing_de if language == "de" else writing_en


@functools.cache
def parse(table: str) -> tuple[Frame, ...]:
    """The frames of one table; see `writing_en` for the form of a line."""
    frames = []
    for line in table.strip().splitlines():
        head, text = line.split("|", 1)
        tones, angle = head.split()
        frames.append(Frame(text.strip(), tones, angle))
    return tuple(frames)


@functools.lru_cache(maxsize=64)  # each account of a draft, and each look at it, asks for the same
def hooks(pieces: Material) -> tuple[Frame, ...]:
    """Every opening that suits the goal and can be filled."""
    frames = tables(pieces.language)
    pool = parse(frames.SERIOUS if pieces.serious else _goal_table(pieces))
    if pieces.story:
        told = [frame for frame in pool if not frame.slots & _OF_NOTES and fill(frame, pieces) is not None]
        fitting = [frame for frame in told if LETTERS[pieces.tone] in frame.tones]
        return tuple(fitting or told[:1])
    if pieces.offer and pieces.goal in ("promote", "announce", "remind") and not pieces.serious:
        pool = parse(frames.OFFERS) + tuple(f for f in pool if f.angle in ("question", "audience"))
    filled = [frame for frame in pool if fill(frame, pieces) is not None]
    if pieces.noun_phrase and not pieces.facts and not pieces.offer and not pieces.serious:
        # "We have news: our new workshop." says too little; "Say hello to our new workshop." is a sentence.
        thing = _ABSTRACT.search(pieces.topic) is None
        whole = [f for f in filled if f.slots & {"np", "object"} and (thing or not _GREETS.match(f.text))]
        filled = whole if len(whole) > 2 else filled
    if pieces.topic and not pieces.noun_phrase and not pieces.topic_is_clause:
        # A bare phrase can stand in a frame but makes no sentence of its own afterwards.
        filled = [frame for frame in filled if "topic" in used(frame, pieces)] or filled
    return tuple(_in_tone(filled, pieces))


_OF_NOTES = frozenset({"fact", "Fact", "deal", "Deal", "offer", "Offer", "until", "Until", "audience"})
_PRONOUN = regex.compile(r"(?i)(?:it|they|he|she|this|that|these|those|there|er|es|sie|das|dies\w*|dort)\b")
LONGEST_ASKED = 70


def _reads_well(frame: Frame, values: Mapping[str, str]) -> bool:
    """Whether what fills the frame is of the kind that the frame is made for."""
    slots = {slot.lower() for slot in frame.slots}
    clause, phrase = values.get("clause", ""), values.get("np", "") or values.get("topic", "")
    bare_frame = not regex.search(r"\w", frame.own_words)
    if "clause" in slots and not bare_frame and (": " in clause or starts_as_order(clause)):
        return ": " not in frame.text and not starts_as_order(clause)
    if "?" in frame.text and slots & {"np", "object"} and (len(phrase) > LONGEST_ASKED or ", " in phrase):
        return False
    return not ("fact" in slots and _PRONOUN.match(values.get("fact", "")))


def phrases(pieces: Material, kind: str) -> tuple[str, ...]:
    """Calls or endings for the goal and tone, in the table's order."""
    goal = "serious" if pieces.serious else pieces.goal
    pairs = [(tones, text) for name, tones, text in _lines(getattr(tables(pieces.language), kind)) if name == goal]
    wanted = LETTERS[pieces.tone]
    fitting = [text for tones, text in pairs if wanted in tones]
    if kind == "CALLS":
        fitting = fitting or [text for _, text in pairs]
    allowed = [
        text
        for text in fitting
        if not (set(words(text)) & set(pieces.avoid)) and ("{brand}" not in text or pieces.brand)
    ]
    return tuple(spelled(text.replace("{brand}", pieces.brand), pieces) for text in allowed)


@functools.cache
def _lines(table: str) -> tuple[tuple[str, str, str], ...]:
    """Goal, tones and phrase of each line."""
    rows = (line.split("|", 1) for line in table.strip().splitlines())
    return tuple((head.split()[0], head.split()[1], text.strip()) for head, text in rows)


@functools.lru_cache(maxsize=1024)
def fill(frame: Frame, pieces: Material, turn: int = 0) -> str | None:
    """The frame's sentence, or None when a slot stays empty or the frame would repeat what it frames."""
    values = slots(pieces, turn)
    chosen = [values.get(name, "") for name in frame.slots]
    if not all(chosen) or not _reads_well(frame, values):
        return None
    own = content_words(frame.own_words)
    if own & content_words(" ".join(chosen)) or own & set(pieces.avoid):
        return None
    if "brand" in frame.slots and pieces.topic and same_words(pieces.brand, pieces.topic):
        return None
    said = _SLOT.sub(lambda match: values[match[1]], _dated(frame, pieces))
    said = _STOP_BEHIND_MARK.sub(r"\1", said)
    return tidy(spelled(said, pieces))


def _dated(frame: Frame, pieces: Material) -> str:
    """The frame with the date behind the topic it ends with: "… our charity run on 12 June."."""
    return (
        _ENDS_WITH_TOPIC.sub(rf"{{\1}} {pieces.deadline}\2", frame.text) if _takes_date(frame, pieces) else frame.text
    )


def _takes_date(frame: Frame, pieces: Material) -> bool:
    if (
        pieces.offer
        or pieces.serious
        or pieces.story
        or pieces.goal in ("thank", "hire", "ask")
        or "until" in {s.lower() for s in frame.slots}
    ):
        return False
    short = len(pieces.topic) <= 70 and not pieces.topic.endswith("?") and not same_words(pieces.deadline, pieces.topic)
    return pieces.deadline_kind in ("until", "from") and short and _ENDS_WITH_TOPIC.search(frame.text) is not None


@functools.lru_cache(maxsize=64)
def slots(pieces: Material, turn: int = 0) -> Mapping[str, str]:
    """What each slot holds; an empty one cannot be filled."""
    language = pieces.language or "en"
    clauses = [fact for fact in pieces.facts if pieces.fact_is_clause(fact) and not fact.endswith("?")]
    fact = clauses[turn % len(clauses)] if clauses else ""
    until = pieces.deadline if pieces.deadline_kind in ("until", "from", *(["by"] if pieces.offer else [])) else ""
    values = {"brand": pieces.brand, "audience": pieces.audience, "fact": fact, "offer": pieces.offer, "until": until}
    values["deal"] = deal(pieces)
    if pieces.story:
        said, phrase = pieces.story.lead, pieces.story.phrase
        values["clause"] = "" if phrase else said
        values |= dict.fromkeys(("topic", "np"), said if phrase else "")
        values["object"] = said if phrase and pieces.object_phrase else ""
    elif pieces.topic_is_clause or pieces.topic.endswith("?"):
        values["clause"] = pieces.topic if pieces.goal != "ask" or pieces.topic[-1] in "?!." else pieces.topic + "."
    elif pieces.topic:
        values["topic"] = pieces.topic
        values["np"] = pieces.topic if pieces.noun_phrase else ""
        values["object"] = pieces.topic if pieces.object_phrase else ""
    within = {name: inner(value, language) for name, value in values.items()}
    if language == "de":
        # After a colon a German sentence keeps its capital.
        within |= {name: upper_first(values[name]) for name in ("clause", "fact") if values.get(name)}
    front = {upper_first(name): label(value) for name, value in values.items() if name not in ("np", "object")}
    return within | front


def deal(pieces: Material) -> str:
    """The offer, with the deadline when the two make one phrase."""
    if not pieces.offer:
        return ""
    if (
        pieces.deadline
        and pieces.deadline_kind in ("until", "by", "from")
        and not same_words(pieces.deadline, pieces.offer)
    ):
        return f"{pieces.offer} {pieces.deadline}"
    return pieces.offer


def used(frame: Frame, pieces: Material) -> frozenset[str]:
    """Which of topic, offer, deadline, fact the frame has told."""
    told = set()
    if pieces.story:
        return frozenset({"topic", "offer", "deadline", "fact"})
    for name in (slot.lower() for slot in frame.slots):
        told |= {"np": {"topic"}, "object": {"topic"}, "clause": {"topic"}, "until": {"deadline"}}.get(name, {name})
        if name == "deal":
            told |= {"offer"} | ({"deadline"} if deal(pieces) != pieces.offer else set())
    if _takes_date(frame, pieces):
        told.add("deadline")
    if pieces.deadline and same_words(pieces.deadline, f"{pieces.offer} {pieces.topic}"):
        told.add("deadline")
    return frozenset(told)


def emoji_of(pieces: Material, turn: int = 0) -> str:
    """One that suits the goal; siblings get different ones."""
    marks: tuple[str, ...] = tables(pieces.language).EMOJI[pieces.goal]
    return marks[turn % len(marks)]


def number(*parts: object) -> int:
    """A number from these parts, the same on every machine."""
    return int.from_bytes(hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()[:6])


def spelled(text: str, pieces: Material) -> str:
    """Frame words in the spelling of the place: ß outside Switzerland."""
    if pieces.language != "de" or pieces.locale.casefold() in ("de-ch", "de-li"):
        return text
    own = " ".join([pieces.topic, pieces.offer, *pieces.facts])
    if pieces.locale.casefold() == "de" and _SWISS.search(own):
        return text
    for swiss, sharp in _SHARP:
        if swiss not in own:
            text = text.replace(swiss, sharp)
    return text


@functools.cache
def endings() -> frozenset[str]:
    """Every sentence that can end a text without a link."""
    return frozenset(text for frames in (writing_en, writing_de) for _, _, text in _lines(frames.ENDINGS))


@functools.cache
def vocabulary(language: str) -> frozenset[str]:
    """Every word that the frames of a language can bring into a text, folded."""
    frames = tables(language)
    texts = [frames.OFFERS, frames.SERIOUS, *frames.GOALS.values(), frames.CALLS, frames.ENDINGS]
    texts += [*frames.DEADLINES.values(), *frames.KICKERS.values(), *frames.CARD_CALLS.values()]
    texts += [getattr(frames, "THANK_PEOPLE", "")]
    found = words(_SLOT.sub(" ", "\n".join(texts)))
    return frozenset(found) | {word.replace("ss", "ß") for word in found}


def _goal_table(pieces: Material) -> str:
    frames = tables(pieces.language)
    if pieces.goal == "thank" and pieces.language != "de" and thanks_people(pieces):
        return str(frames.THANK_PEOPLE)
    return str(frames.GOALS[pieces.goal])


def thanks_people(pieces: Material) -> bool:
    """Whether the thanks go to people, not to an event."""
    return any(word in writing_en.WARM_NAMES for word in words(pieces.topic)[:4])


def _in_tone(frames: Sequence[Frame], pieces: Material) -> list[Frame]:
    letter = LETTERS[pieces.tone]
    fitting = [frame for frame in frames if letter in frame.tones]
    familiar = pieces.tone == "formal" and pieces.language == "de"  # plain German says "ihr", formal "Sie"
    if len(fitting) < 4 and not pieces.serious and not familiar:
        fitting += [frame for frame in frames if "p" in frame.tones and frame not in fitting]
    return fitting


def plain_opening(pieces: Material) -> str:
    """What to open with when no frame fits: the matter itself."""
    return upper_first(bare(pieces.topic or deal(pieces) or next(iter(pieces.facts), "")))
