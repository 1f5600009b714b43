"""What does a slot's post speak about? Chosen by rule from what the team itself said, never made up.

Least served first: the pillar, the audience and the form that are furthest below what the team declared. Within a
pillar come dates that matter, then what was never said, then what did well before. Nothing is repeated before its time.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Final

import regex

from storage.plans import Chosen, Occasion, Pillar, Plan, Purpose
from storage.team import Brand

ALIKE: Final = 0.8  # of the words of two topics, from which they are one
AHEAD: Final = timedelta(days=3)  # a date that matters is spoken of from so long before
LATELY: Final = 30  # posts that the mix is counted from
GOALS: Final[Mapping[str, str]] = {
    "announcement": "announce", "ankündigung": "announce", "news": "announce", "neuigkeit": "announce",
    "offer": "promote", "angebot": "promote", "event": "invite", "anlass": "invite", "veranstaltung": "invite",
    "question": "ask", "frage": "ask", "poll": "ask", "umfrage": "ask", "job": "hire", "stelle": "hire",
    "thanks": "thank", "dank": "thank", "reminder": "remind", "erinnerung": "remind",
}  # fmt: skip
_WORD: Final = regex.compile(r"[\p{L}\p{N}]+")


@dataclass(frozen=True, slots=True)
class Said:
    """A post that was drafted or is planned: what it was about and whom it served. `liked` counts reactions to it."""

    topic: str
    on: date
    pillar: str = ""
    form: str = ""
    audience: str = ""
    draft: str = ""
    liked: int = 0
    out: bool = False
    counts: bool = True  # for the mix; what was rejected or lapsed does not, and is not said again so soon either


@dataclass(frozen=True, slots=True)
class Heard:
    """Something new from a source of the brand's, such as an entry of a watched feed."""

    title: str
    link: str
    source: str


class Memory:
    """What was said and is planned. Asked for the same topics again and again, so it keeps what is like each."""

    def __init__(self, said: Iterable[Said]) -> None:
        self._said = sorted(said, key=_day)
        self._like: dict[str, list[Said]] = {}

    def add(self, each: Said) -> None:
        """One more, planned just now."""
        insort(self._said, each, key=_day)
        for topic, found in self._like.items():
            if alike(topic, each.topic):
                found.append(each)

    def of(self, topic: str) -> Sequence[Said]:
        """All that was about this topic."""
        if topic not in self._like:
            self._like[topic] = [each for each in self._said if alike(each.topic, topic)]
        return self._like[topic]

    def of_draft(self, draft: str) -> Sequence[Said]:
        return [each for each in self._said if each.draft == draft]

    def recent(self) -> list[Said]:
        """The latest posts, planned ones among them: what balance is counted from."""
        return list(islice((each for each in reversed(self._said) if each.counts), LATELY))


@dataclass(frozen=True, slots=True)
class Slate:
    """What a choice is made from: the plan, the brand, what was said, and what is new outside."""

    plan: Plan
    brand: Brand
    memory: Memory
    heard: Sequence[Heard] = ()
    texts: Mapping[str, str] = field(default_factory=dict)  # of evergreen drafts: what each is about


def choose(purpose: Purpose, at: datetime, slate: Slate) -> Chosen | None:
    """The topic of the slot at that time on the brand's clock (naive); None where nothing is left to say."""
    day = at.date()
    audience, for_whom = _audience(purpose, slate)
    goal = GOALS.get(purpose.form.casefold(), "inform")
    if purpose.fill == "evergreen":
        found = _evergreen(day, slate)
        return _with(found, purpose, audience, goal) if found else None
    # A campaign comes back to what it says: that is what it is for.
    if purpose.topic and (purpose.campaign or not _taken(purpose.topic, day, slate)):
        found = Chosen(
            topic=purpose.topic,
            why="The plan names this topic.",
            facts=purpose.facts or (purpose.topic,),
            link=purpose.link,
        )
        return _with(found, purpose, audience, goal)
    for pillar, reason in _pillars(purpose, slate):
        found = _of_pillar(pillar, day, at, slate)
        if found is not None:
            why = " ".join(part for part in (found.why, reason, for_whom) if part)
            return _with(found, purpose, audience, goal, why=why)
    return None


def missing(purpose: Purpose, plan: Plan) -> str:
    """Why nothing was found, in English, with what to do."""
    if purpose.fill == "evergreen":
        return "No evergreen post may come back yet. Mark more of them, or let them return earlier."
    if purpose.pillar:
        name, days = purpose.pillar, plan.apart_days
        return f"All that “{name}” says was said within {days} days. Add points to it in the plan."
    return "The plan has nothing new to say. Add points to its pillars, facts to the brand, or dates that matter."


def deficits(wanted: Mapping[str, int | None], served: Iterable[str]) -> list[str]:
    """Names, the least served first: by how far each is below its declared part (or an equal one where none is).

    What is as well served as another comes in the declared order.
    """
    names = list(wanted)
    counts = Counter(name for name in served if name in wanted)
    total = sum(counts.values())
    declared = sum(share or 0 for share in wanted.values())
    open_ = [name for name, share in wanted.items() if share is None]
    equal = max(0, 100 - declared) / len(open_) if open_ else 0.0
    parts = {name: (equal if (share := wanted[name]) is None else share) / 100 for name in names}
    lack = {name: parts[name] - (counts[name] / total if total else 0.0) for name in names}
    return sorted((name for name in names if parts[name] > 0), key=lambda name: (-lack[name], names.index(name)))


@lru_cache(maxsize=65_536)  # each topic is compared with hundreds, again at each look at a plan
def alike(one: str, other: str) -> bool:
    """Whether two topics are one, in other words or another order."""
    words, others = _words(one), _words(other)
    return bool(words and others) and len(words & others) / len(words | others) >= ALIKE


def _day(each: Said) -> date:
    return each.on


@lru_cache(maxsize=20_000)
def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORD.findall(text) if len(word) > 2 or word.isdigit())


def _with(found: Chosen, purpose: Purpose, audience: str, goal: str, *, why: str = "") -> Chosen:
    return Chosen(
        topic=found.topic,
        why=why or found.why,
        pillar=found.pillar or purpose.pillar,
        form=purpose.form,
        audience=audience,
        goal=goal,
        facts=found.facts,
        link=found.link,
        again=found.again,
    )


def _audience(purpose: Purpose, slate: Slate) -> tuple[str, str]:
    known = {each.name: each.share for each in slate.brand.profile.audiences}
    if purpose.audience or not known:
        return purpose.audience, ""
    served = [each.audience for each in slate.memory.recent()]
    ranked = deficits(known, served)
    if not ranked:
        return "", ""
    name = ranked[0]
    if name not in served:
        return name, f"“{name}” were not addressed lately."
    return name, f"“{name}” are addressed less than the team wants." if known[name] is not None else ""


def _pillars(purpose: Purpose, slate: Slate) -> list[tuple[Pillar | None, str]]:
    """Whose turn it is, with why; None stands for what belongs to no pillar."""
    plan = slate.plan
    if purpose.pillar:
        return [(plan.pillar(purpose.pillar) or Pillar(name=purpose.pillar), "")]
    served = [each.pillar for each in slate.memory.recent()]
    ranked = deficits({each.name: each.share for each in plan.pillars}, served)
    found: list[tuple[Pillar | None, str]] = []
    for name in ranked:
        reason = (
            f"“{name}” was not served lately." if name not in served else f"“{name}” has had the least of its part."
        )
        found.append((plan.pillar(name), reason))
    return [*found, (None, "")]


def _of_pillar(pillar: Pillar | None, day: date, at: datetime, slate: Slate) -> Chosen | None:
    name = pillar.name if pillar else ""
    for occasion in slate.plan.occasions:
        on = _next(occasion, day)
        about = occasion.about or occasion.name
        fits = occasion.pillar.casefold() in ("", name.casefold())
        text = f"{occasion.name}: {about}" if about != occasion.name else about
        if fits and on is not None and day <= on <= day + AHEAD and not _taken(text, day, slate):
            why = f"A date that matters: {occasion.name} is on {on.isoformat()}."
            return Chosen(topic=text, why=why, pillar=name, facts=(about,))
    points = list(pillar.points) if pillar else [fact.text for fact in slate.brand.facts]
    points = [point for point in points if not _embargoed(point, at, slate.brand)]
    fresh = next((point for point in points if not _ever(point, slate)), "")
    if fresh:
        where = f"It is a point of “{name}” that was not said yet." if name else "It is a fact that was not said yet."
        return Chosen(topic=fresh, why=where, pillar=name, facts=(fresh,))
    for heard in slate.heard if pillar is None or not points else ():
        if not _taken(heard.title, day, slate) and not _embargoed(heard.title, at, slate.brand):
            return Chosen(topic=heard.title, why=f"It is new on {heard.source}.", pillar=name, link=heard.link)
    again = [point for point in points if not _taken(point, day, slate)]
    if again:
        best = max(again, key=lambda point: (_liked(point, slate), -_last(point, slate).toordinal()))
        liked, last = _liked(best, slate), _last(best, slate).isoformat()
        why = f"It did well before: {liked} reactions." if liked else f"It was last said on {last}."
        return Chosen(topic=best, why=why, pillar=name, facts=(best,))
    return None


def _evergreen(day: date, slate: Slate) -> Chosen | None:
    """The evergreen post that has rested longest beyond its time."""
    waiting = []
    for each in slate.plan.evergreens:
        topic = slate.texts.get(each.draft, "")
        about = slate.memory.of(topic) if topic else ()
        uses = [said.on for said in (*slate.memory.of_draft(each.draft), *about)]
        # What is planned later counts too: it would come too close before that one.
        rested = min((abs(day - on).days for on in uses), default=10_000)
        if topic and rested >= each.after_days:
            waiting.append((rested - each.after_days, each.draft, topic, max(uses, default=None)))
    if not waiting:
        return None
    _, draft, topic, last = max(waiting, key=lambda each: (each[0], each[1]))
    said = slate.memory.of_draft(draft)
    why = f"It is evergreen and was last out on {last.isoformat()}." if last else "It is evergreen."
    return Chosen(topic=topic, why=why, pillar=said[0].pillar if said else "", facts=(topic,), again=draft)


def _next(occasion: Occasion, day: date) -> date | None:
    """The occasion's day in the year of the slot, or early in the next one."""
    for year in (day.year, day.year + 1) if occasion.year is None else (occasion.year,):
        try:
            on = date(year, occasion.month, occasion.day)
        except ValueError:  # 29 February
            continue
        if on >= day:
            return on
    return None


def _taken(topic: str, day: date, slate: Slate) -> bool:
    """Whether it is said too close to that day, before or after."""
    apart = max(slate.plan.apart_days, 1)
    return any(abs((each.on - day).days) < apart for each in slate.memory.of(topic))


def _ever(topic: str, slate: Slate) -> bool:
    return bool(slate.memory.of(topic))


def _last(topic: str, slate: Slate) -> date:
    return max((each.on for each in slate.memory.of(topic)), default=date(1, 1, 1))


def _liked(topic: str, slate: Slate) -> int:
    return max((each.liked for each in slate.memory.of(topic) if each.out), default=0)


def _embargoed(topic: str, at: datetime, brand: Brand) -> bool:
    embargoes = brand.profile.timing.embargoes
    said = topic.casefold() if embargoes else ""
    return any(at < each.until and each.about.casefold() in said for each in embargoes)
