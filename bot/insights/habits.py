"""What do people's own edits have in common? What at least three edits of two drafts show, four times out of five.

Each detector asks of an edit whether it could have done something, and whether it did. Nothing is guessed: what is
rewritten from the ground up says nothing about single words, and function words are never a rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from functools import cached_property
from typing import Final

import regex

from bot.words import words
from storage.learned import MOST_QUOTED, Kind

FEWEST_EDITS: Final = 3
FEWEST_DRAFTS: Final = 2
CONSISTENT: Final = 0.8
MOST_WORD_RULES: Final = 12
_KEPT: Final = 0.5  # of the words, for an edit to say something about single ones
_A_FEW: Final = 4  # words in a row that were taken out or replaced

_URL: Final = regex.compile(r"https?://\S+")
_WORD: Final = regex.compile(r"[\p{L}\p{N}]+(?:['’.-][\p{L}\p{N}]+)*")
_TAG: Final = regex.compile(r"(?<![\p{L}\p{N}_&/#])#([\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*)")
_EMOJI: Final = regex.compile(r"\p{Extended_Pictographic}(?<![©®™])|\p{Regional_Indicator}{2}")
_STOP: Final = regex.compile(r"(?<=[.!?…])[\"”’»)]*\s+|\s*\n+\s*")
_CAPITALS: Final = regex.compile(r"(?<![#\p{L}\p{N}_])\p{Lu}{4,}(?![\p{L}\p{N}_])")
_GREETING: Final = regex.compile(
    r"(?i)^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|hoi|grüezi|servus|moin|liebe[rs]?|guten "
    r"(?:morgen|tag|abend)|salü)\b"
)
_CLOSING: Final = regex.compile(
    r"(?i)^(?:cheers|best(?: (?:wishes|regards))?|kind regards|see you(?: (?:there|soon))?|yours|"
    r"your \p{L}+(?: \p{L}+)? team|thanks(?: for reading)?|(?:liebe|viele|herzliche) gr(?:ü|ue)(?:ß|ss)e|herzlich|"
    r"bis (?:bald|dann|dahin)|(?:euer|ihr) \p{L}+-?team|wir freuen uns(?: auf (?:euch|dich|sie))?)\b[^.?]{0,40}$"
)
_DU: Final = regex.compile(r"(?i)\b(?:du|dich|dir|dein\w*|euch|euer|eure\w*)\b")
_SIE: Final = regex.compile(r"(?<=[\p{L}\p{N},;–-]\s)(?:Sie|Ihnen|Ihr(?:e[mnrs]?)?)\b|^Sie\b(?= \p{Ll}+en\b)")
_FUNCTION: Final = frozenset(
    """
    a an the and or but of for with from until till by is are was were be been at on in to all every this that these
    those will have has had it its us we our you your they their them he she his her i me my not no only who which what
    when where how if as so than then there here can could may must should would do does did up out off about into over
    after before new hi hello hey dear cheers thanks
    der die das den dem des ein eine einen einem einer eines unser unsere unseren unserem unserer wir ihr euch sie du
    dich dir dein deine deinen ihnen ihre ihren und oder aber von für mit bis ab am im um zu zum zur bei ist sind war
    waren wird werden hat haben auf alle allen jeden jede nicht nur uns gibt vom über als wie wenn dass er es ich mich
    mir sich man so dann da hier kann können muss müssen soll sollen aus nach vor durch ohne gegen sein seine hallo
    liebe lieber danke
    """.split()  # noqa: SIM905 - a list of two hundred quoted words cannot be read
)


@dataclass(frozen=True)
class HandEdit:
    """One text that a person worded anew, for one account. `comment_after` is its first comment then."""

    draft: str
    title: str
    account: str
    revision: int
    by: str
    at: datetime
    before: str
    after: str
    comment_after: str = ""

    @cached_property
    def old(self) -> list[str]:
        return _words(self.before)

    @cached_property
    def new(self) -> list[str]:
        return _words(self.after)

    @cached_property
    def steps(self) -> Sequence[tuple[str, int, int, int, int]]:
        """How the words became others; none where most of them are others."""
        matcher = SequenceMatcher(None, self.old, self.new, autojunk=False)
        return matcher.get_opcodes() if matcher.ratio() >= _KEPT else []

    @cached_property
    def swaps(self) -> frozenset[tuple[str, str]]:
        """One or two words that stand where one or two others stood."""
        return frozenset(
            (" ".join(self.old[a:b]), " ".join(self.new[c:d]))
            for kind, a, b, c, d in self.steps
            if kind == "replace" and b - a <= 2 and d - c <= 2
        )

    @cached_property
    def removed(self) -> frozenset[str]:
        """Words that went, a few at a time."""
        gone = [
            word
            for kind, a, b, _, _ in self.steps
            if kind in ("delete", "replace") and b - a <= _A_FEW
            for word in self.old[a:b]
        ]
        return frozenset(word for word in gone if not any(_is_form(word, other) for other in self.new))


@dataclass(frozen=True, slots=True)
class Habit:
    """A rule and what shows it: the edits that did it, of so many that could have. `line` is for the profile."""

    kind: Kind
    edits: tuple[HandEdit, ...]
    chances: int
    what: str = ""
    instead: str = ""
    line: str = ""

    @property
    def drafts(self) -> int:
        return len({each.draft for each in self.edits})


Asks = Callable[[HandEdit], bool]


def habits(edits: Sequence[HandEdit], language: str, *, names: Iterable[str] = ()) -> tuple[Habit, ...]:
    """All rules that these edits show; their lines are in the brand's language. `names` are no words to avoid."""
    t = words(language[:2] if language[:2] == "de" else "en").text
    lines: tuple[tuple[Kind, str, Asks, Asks], ...] = (
        ("no_exclamation", t("No exclamation marks."), lambda e: _shouts(e.before), lambda e: not _shouts(e.after)),
        ("no_emoji", t("No emoji."), lambda e: _emoji(e.before), lambda e: not _emoji(e.after)),
        ("emoji", t("An emoji where it fits."), lambda e: not _emoji(e.before), lambda e: _emoji(e.after)),
        ("no_greeting", t("No greeting at the start."), lambda e: _greets(e.before), lambda e: not _greets(e.after)),
        ("no_closing", t("No closing words at the end."), lambda e: _closes(e.before), lambda e: not _closes(e.after)),
        ("no_question", t("No question at the start."), lambda e: _asks(e.before), lambda e: not _asks(e.after)),
        ("no_capitals", t("No words in capitals."), lambda e: bool(_CAPITALS.search(_plain(e.before))), _lowered),
        ("formal", t("Formal: per Sie."), lambda e: _address(e.before) == "du", lambda e: _address(e.after) == "sie"),
        ("informal", t("We say “du”."), lambda e: _address(e.before) == "sie", lambda e: _address(e.after) == "du"),
        (
            "link_in_comment",
            t("The link goes into the first comment, where there is one."),
            lambda e: bool(_URL.search(e.before)),
            lambda e: not _URL.search(e.after) and bool(_URL.search(e.comment_after)),
        ),
    )
    found = [habit for kind, line, may, did in lines if (habit := _habit(kind, edits, may, did, line=line))]
    found += _hashtags(edits)
    swapped = list(_preferred(edits))
    found += swapped
    taken = {word for habit in swapped for word in habit.what.split()}
    taken |= {word for name in names for word in _words(name)}
    found += _avoided(edits, taken)
    kinds = {habit.kind for habit in found}
    if short := _short(edits, t):
        found.append(short)
    if not kinds & {"no_greeting", "no_question"} and (opening := _opening(edits, t)):
        found.append(opening)
    return tuple(found)


def quoted(edit: HandEdit, habit: Habit | None = None) -> tuple[str, str]:
    """The sentence that shows it, and what became of it: of the rule's own words, else the first that changed."""
    old, new = (list(_parts(text)) for text in (edit.before, edit.after))
    gone = [part for part in old if part not in new]
    come = [part for part in new if part not in old]
    said = habit.what.casefold() if habit and habit.kind in ("prefer", "avoid") else ""
    was = next((part for part in gone if said and _stands(said, _words(part))), gone[0] if gone else "")
    if not was:
        return "", _cut(come[0] if come else "")
    nearest = max(come, key=lambda part: SequenceMatcher(None, was, part, autojunk=False).ratio(), default="")
    alike = SequenceMatcher(None, _words(was), _words(nearest), autojunk=False).ratio() >= _KEPT
    return _cut(was), _cut(nearest if alike or len(come) == len(gone) else "")


def _habit(kind: Kind, edits: Iterable[HandEdit], may: Asks, did: Asks, **said: str) -> Habit | None:
    could = [edit for edit in edits if may(edit)]
    done = [edit for edit in could if did(edit)]
    habit = Habit(kind, tuple(done), len(could), **said)
    if len(done) < FEWEST_EDITS or len(done) < CONSISTENT * len(could) or habit.drafts < FEWEST_DRAFTS:
        return None
    return habit


def _hashtags(edits: Sequence[HandEdit]) -> list[Habit]:
    none = _habit("no_hashtags", edits, lambda e: bool(_tags(e.before)), lambda e: not _tags(e.after))
    if none:
        return [none]
    found: list[Habit] = []
    fewer = [edit for edit in edits if 0 < len(_tags(edit.after)) < len(_tags(edit.before))]
    if len(fewer) >= FEWEST_EDITS:
        most = max(len(_tags(edit.after)) for edit in fewer)
        limit = _habit(
            "most_hashtags",
            edits,
            lambda e: len(_tags(e.before)) > most,
            lambda e: len(_tags(e.after)) <= most,
            what=str(most),
        )
        found += [limit] if limit else []
    tags = {tag.casefold(): tag for edit in edits for tag in (*_tags(edit.before), *_tags(edit.after))}
    found += [each for _, tag in sorted(tags.items()) for each in _hashtag(edits, tag) if each]
    return found


def _hashtag(edits: Sequence[HandEdit], tag: str) -> tuple[Habit | None, Habit | None]:
    """One that is always taken out, or always added."""

    def had(edit: HandEdit) -> bool:
        return _has(edit.before, tag.casefold())

    def has(edit: HandEdit) -> bool:
        return _has(edit.after, tag.casefold())

    return (
        _habit("never_hashtag", edits, had, lambda edit: not has(edit), what=tag),
        _habit("always_hashtag", edits, lambda edit: not had(edit), has, what=tag),
    )


def _preferred(edits: Sequence[HandEdit]) -> Iterator[Habit]:
    near = [edit for edit in edits if edit.steps]
    counted = Counter(swap for edit in near for swap in edit.swaps)
    for (old, new), count in counted.most_common(3 * MOST_WORD_RULES):
        if count >= FEWEST_EDITS and _is_choice(old, new) and (habit := _swap(near, old, new)):
            yield habit


def _swap(edits: Sequence[HandEdit], old: str, new: str) -> Habit | None:
    def swapped(edit: HandEdit) -> bool:
        return (old, new) in edit.swaps and not _stands(old, edit.new)

    return _habit("prefer", edits, lambda edit: _stands(old, edit.old), swapped, what=old, instead=new)


def _avoided(edits: Sequence[HandEdit], taken: set[str]) -> list[Habit]:
    near = [edit for edit in edits if edit.steps]
    counted = Counter(word for edit in near for word in edit.removed if _is_word(word) and word not in taken)
    often = (word for word, count in counted.most_common(3 * MOST_WORD_RULES) if count >= FEWEST_EDITS)
    return [habit for habit in (_removal(near, word) for word in often) if habit][:MOST_WORD_RULES]


def _removal(edits: Sequence[HandEdit], word: str) -> Habit | None:
    return _habit("avoid", edits, lambda edit: word in edit.old, lambda edit: word in edit.removed, what=word)


def _short(edits: Sequence[HandEdit], t: Callable[..., str]) -> Habit | None:
    """Long sentences become shorter, and by how much: the middle one of what they became."""
    habit = _habit(
        "short_sentences",
        edits,
        lambda e: _length(e.before) >= 14,
        lambda e: _length(e.after) <= 0.75 * _length(e.before),
    )
    if habit is None:
        return None
    lengths = sorted(_length(edit.after) for edit in habit.edits)
    count = max(6, round(lengths[len(lengths) // 2]))
    line = t("Short sentences: about {count} words.", count=count)
    return Habit("short_sentences", habit.edits, habit.chances, what=str(count), line=line)


def _opening(edits: Sequence[HandEdit], t: Callable[..., str]) -> Habit | None:
    """First sentences are worded anew while the rest stays: theirs are shown as examples."""

    def anew(edit: HandEdit) -> bool:
        old, new = list(_parts(edit.before)), list(_parts(edit.after))
        if len(old) < 2 or len(new) < 2:
            return False
        rest = SequenceMatcher(None, " ".join(old[1:]), " ".join(new[1:]), autojunk=False).ratio()
        first = SequenceMatcher(None, _words(old[0]), _words(new[0]), autojunk=False).ratio()
        return rest >= 0.8 and first < 0.4

    habit = _habit("opening", edits, lambda e: len(list(_parts(e.before))) >= 2, anew)
    if habit is None:
        return None
    firsts = dict.fromkeys(next(_parts(edit.after)) for edit in reversed(habit.edits))
    some = [f"“{first}”" for first in firsts if len(first) <= 80][:3]
    line = t("Open like this: {examples}", examples=" ".join(some))[:300]
    return Habit("opening", habit.edits, habit.chances, what=" ".join(some), line=line) if some else None


def _is_choice(old: str, new: str) -> bool:
    """One wording for another, not another form of the same word."""
    if not all(_is_word(part) or part in _FUNCTION for part in (*old.split(), *new.split())):
        return False
    if not any(_is_word(part) for part in old.split()) or not any(_is_word(part) for part in new.split()):
        return False
    return not _is_form(old, new)


def _is_form(one: str, other: str) -> bool:
    """Whether one is the other, or begins it up to an ending: bike, bikes."""
    begins = one.startswith(other) or other.startswith(one)
    return begins and abs(len(one) - len(other)) <= 3


def _is_word(word: str) -> bool:
    return len(word) >= 3 and word.isalpha() and word not in _FUNCTION


def _words(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(_plain(text))]


def _plain(text: str) -> str:
    """Without links and hashtags, whose words are nobody's wording."""
    return _TAG.sub(" ", _URL.sub(" ", text))


def _stands(phrase: str, among: Sequence[str]) -> bool:
    return f" {phrase} " in f" {' '.join(among)} "


def _tags(text: str) -> list[str]:
    return list({match[1].casefold(): match[1] for match in _TAG.finditer(_URL.sub(" ", text))}.values())


def _has(text: str, tag: str) -> bool:
    return tag in {each.casefold() for each in _tags(text)}


def _shouts(text: str) -> bool:
    return "!" in _URL.sub(" ", text)


def _emoji(text: str) -> bool:
    return _EMOJI.search(text) is not None


def _parts(text: str) -> Iterator[str]:
    """Its sentences and lines, without those of hashtags or a link alone."""
    for part in _STOP.split(text):
        if _WORD.search(_plain(part)):
            yield " ".join(part.split())


def _first(text: str) -> str:
    return next(_parts(text), "")


def _greets(text: str) -> bool:
    first = text.strip().split("\n", 1)[0]
    return _GREETING.match(_EMOJI.sub("", first).strip()) is not None


def _closes(text: str) -> bool:
    last = next(reversed(list(_parts(text))), "")
    return len(list(_parts(text))) > 1 and _CLOSING.match(_EMOJI.sub("", last).strip(" !.")) is not None


def _asks(text: str) -> bool:
    return regex.search(r"\?[\"”’»)]*$", _EMOJI.sub("", _first(text)).strip()) is not None


def _address(text: str) -> str:
    """du, sie, or neither for both and none."""
    plain = _plain(text)
    du, sie = _DU.search(plain) is not None, _SIE.search(plain) is not None
    return "du" if du and not sie else "sie" if sie and not du else ""


def _lowered(edit: HandEdit) -> bool:
    """Words that stood in capitals stand there as others do."""
    loud = {word.casefold() for word in _CAPITALS.findall(_plain(edit.before))}
    return not _CAPITALS.search(_plain(edit.after)) and bool(loud & set(edit.new))


def _length(text: str) -> float:
    """Words a sentence."""
    counts = [len(_WORD.findall(part)) for part in _parts(_plain(text))]
    return sum(counts) / len(counts) if counts else 0.0


def _cut(text: str) -> str:
    return text if len(text) <= MOST_QUOTED else text[: MOST_QUOTED - 1] + "…"
