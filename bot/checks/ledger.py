"""What does a text claim, and where does each claim stand? Pure.

A claim rests on a sentence of the brief, of the brand's facts, of a page that was read, or on what a person supplied.
For figures it is not enough that the value occurs: where another value plays the claim's role ("20% off bikes, 30% off
helmets"; claimed are 30% off bikes), the right figure in another role is another claim. Roles are told by the words
near a figure; where none of them meet, as between two languages, the value decides. What follows from a source by one
step of arithmetic, or says its figure roughly, rests on it as well, and says how.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal

import regex

from bot.checks.addresses import find_addresses
from bot.checks.base import CheckedVersion, Subject
from bot.checks.figures import Figure, figures, fits, stated
from bot.checks.rounding import roughly, rounds
from bot.checks.sums import YEARS, Asked, worked_out
from bot.checks.wording import Wording, says, wordings
from bot.links.utm import untagged
from storage.claims import MOST_SENTENCE, Claim, ClaimKind, Evidence, Support, digest_of_text
from storage.drafts import Proof

MOST_CLAIMS: Final = 120  # of one version; what follows is no post any more
NEAR: Final = 6  # words on either side of a figure that tell its role
STEM: Final = 5  # letters that forms of a word share
OTHER_ROLE: Final = 2  # words that must meet before another figure's role is taken for this one's

# "2026. It" ends a sentence, "31. Mai" does not.
_END: Final = regex.compile(r"(?<=(?:(?<!\d)|(?<=\d{3}))[.!?…][\"”»’)]?)\s+(?=[\p{Lu}\p{N}\"“„«(•])|\n+")
_ENDING: Final = regex.compile(r"(?<=\p{L}{3})(?:en|er|es|em|e|n|s)$")
_CLAUSE: Final = regex.compile(r"[,;:()|](?!\d)|\s[–-]\s")
_WORD: Final = regex.compile(r"\p{L}[\p{L}\p{M}'’]*")
_COMMON: Final = (
    "the a an and or of for to in on at by with from is are was were be been it its this that these those you your we "
    "our us i my they their he she his her as but not no so up out all any more most than then there here now new just "
    "only also about into over per each every get got have has had will can may do does did off until till from "
    "der die das den dem des ein eine einen einem einer eines und oder von für zu im in am an auf bei mit aus ist sind "
    "war waren sein wird werden es dies diese dieser dieses du dein deine ihr ihre euer eure wir unser unsere uns ich "
    "mein sie er als aber nicht kein keine so alle alles mehr nur auch noch schon über je jede jeder jedes hat haben "
    "kann können bis ab neu neue neuen neuer nach um uhr zum zur sich"
)
_STOP: Final = frozenset(_COMMON.split())
_QUOTED: Final = regex.compile(
    r"“([^“”\n]{12,400})”|„([^„“”\n]{12,400})[“”]|«([^«»\n]{12,400})»|»([^«»\n]{12,400})«|\"([^\"\n]{12,400})\""
)
_LEAST_QUOTED: Final = 3  # words; fewer are a name


@dataclass(frozen=True, slots=True)
class Stated:
    """One text that may support claims."""

    where: Literal["brief", "fact", "source", "campaign"]
    text: str
    url: str = ""
    read_at: datetime | None = None

    def support(self, span: tuple[int, int]) -> Support:
        return Support(
            where=self.where,
            sentence=sentence_at(self.text, span),
            url=self.url,
            read_at=self.read_at,
            digest=digest_of_text(self.text),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A claim of one version as it is checked: `elsewhere` when its value stands in a source in another role.

    `text` is the version's whole text.
    """

    claim: Claim
    meaning: str
    near: tuple[str, ...] = ()
    elsewhere: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A figure of a source, with the words near it; `head` is the word right behind it, `lead` right before."""

    figure: Figure
    near: frozenset[str]
    head: str
    lead: str = ""
    source: int = 0


def ledger(subject: Subject) -> tuple[Found, ...]:
    """Every claim of every version, in order, with what it rests on."""
    sources = tuple(stated_in(subject))
    return tuple(found for each in subject.versions for found in _of(each, sources, subject.evidence, subject.now.year))


def stated_in(subject: Subject) -> Iterator[Stated]:
    """The texts that may support claims, those of people first: what they said needs no page."""
    yield from (_proven(each) for each in subject.brief.proofs)
    yield from (Stated("brief", text) for text in subject.said)
    yield from (Stated("fact", text) for text in subject.known)
    read = set[str]()
    for page in subject.readings:
        for text in dict.fromkeys((page.source.title, page.text, *page.source.facts)):
            read.add(text)
            if text:
                yield Stated("source", text, page.source.url, page.source.read_at)
    yield from (Stated("source", text) for text in subject.page_texts if text not in read)


def _proven(proof: Proof) -> Stated:
    """A key message of the campaign in one sentence with what proves it, so that its claims name both."""
    said = proof.message.rstrip(" .")
    return Stated("campaign", f"{said} ({proof.evidence})" if proof.evidence else proof.message)


def _of(each: CheckedVersion, sources: Sequence[Stated], evidence: Sequence[Evidence], year: int) -> list[Found]:
    leads = {link.shown: link.destination for link in each.payload.links}
    found = _read(each.text, sources, leads, year)
    return [_settled(_at(one, each), evidence) for one in found[:MOST_CLAIMS]]


def _read(text: str, sources: Sequence[Stated], leads: Mapping[str, str], year: int) -> list[Found]:
    """The claims of a text in order, each with what it rests on in these sources. `leads`: where its links do."""
    found = [
        *_figures(text, sources, year),
        *_wordings(text, sources),
        *_quotations(text, sources),
        *_addresses(text, sources, leads),
    ]
    return sorted(found, key=lambda one: one.claim.span)


def supported_by(found: Found, source: Stated) -> Support | None:
    """What this one text says for a claim."""
    year = source.read_at.year if source.read_at else 0
    again = (one.claim for one in _read(found.text, (source,), {}, year))
    return next(
        (claim.support for claim in again if (claim.id, claim.span) == (found.claim.id, found.claim.span)), None
    )


def _at(found: Found, each: CheckedVersion) -> Found:
    return replace(found, claim=found.claim.model_copy(update={"account": each.account.id}), text=each.text)


def _settled(found: Found, evidence: Sequence[Evidence]) -> Found:
    """With what a person supplied for it, where no text says it."""
    if found.claim.support is not None:
        return found
    for one in reversed(evidence):
        if meets(one, found):
            return replace(found, claim=found.claim.model_copy(update={"support": one.support}), elsewhere=False)
    return found


def meets(evidence: Evidence, found: Found) -> bool:
    """Whether what was supplied is about this claim: the same meaning, in the same role as far as words tell."""
    if (evidence.kind, evidence.meaning) != (found.claim.kind, found.meaning):
        return False
    near = set(evidence.near)
    return not near or not found.near or bool(near & set(found.near))


def _figures(text: str, sources: Sequence[Stated], year: int) -> list[Found]:
    claimed = placed(text)
    if not claimed:
        return []
    known = [replace(one, source=number) for number, each in enumerate(sources) for one in stated_near(each.text)]
    found, brought = list[Found](), dict[tuple[int, int], Support]()
    for one in claimed:
        support, elsewhere = _figure_support(one, known, sources)
        if support is None:
            taken = any(each.figure.kind == one.figure.kind and _likeness(one, each) >= OTHER_ROLE for each in known)
            support = _worked(one, claimed, text, sources, year, brought, said_otherwise=taken) or _rounded(
                one, known, text, sources, year, said_otherwise=taken
            )
        near = tuple(sorted(one.near))
        meaning = " ".join(one.figure.meaning)
        claim = _claim(one.figure.kind, one.figure.text, one.figure.span, meaning, near, support)
        found.append(Found(claim, meaning, near, elsewhere and support is None))
    return [_brought(each, brought) for each in found]


def _worked(
    one: _Placed,
    claimed: Sequence[_Placed],
    text: str,
    sources: Sequence[Stated],
    year: int,
    brought: dict[tuple[int, int], Support],
    *,
    said_otherwise: bool,
) -> Support | None:
    """What a figure follows from by one step; `brought` gets what the post itself worked with ("two tickets: €80")."""
    start, end = bounds(text, one.figure.span)
    beside = tuple(
        each.figure for each in claimed if start <= each.figure.span[0] < end and each.figure is not one.figure
    )
    asked = Asked(one.figure, text[start:end], text[one.figure.span[1] : end], beside, said_otherwise)
    for source in sources:
        step = worked_out(asked, [each.figure for each in stated_near(source.text)], year)
        if step is None:
            continue
        support = source.support(step.span).model_copy(update={"worked": step.how})
        if step.brought is not None:
            brought[step.brought] = support
        return support
    return None


def _rounded(
    one: _Placed, known: Sequence[_Placed], text: str, sources: Sequence[Stated], year: int, *, said_otherwise: bool
) -> Support | None:
    """What a figure says roughly: one in the same role, or the years since one ("almost 40 years")."""
    start, end = bounds(text, one.figure.span)
    behind = text[one.figure.span[1] : end]
    side = roughly(text[start : one.figure.span[0]], behind)
    if side is None or not (one.figure.meaning[0] in ("number", "percent") or one.figure.kind == "money"):
        return None
    wanted = Fraction(one.figure.meaning[1])
    for each in known:
        worked = ""
        if each.figure.meaning[0] == one.figure.meaning[0] and _likeness(one, each) > 0:
            worked = each.figure.text if rounds(wanted, Fraction(each.figure.meaning[1]), side) else ""
        elif each.figure.kind == "year" and year and YEARS.match(behind) and not said_otherwise:
            since = year - int(each.figure.meaning[1])
            worked = f"{year} − {each.figure.text} = {since}" if rounds(wanted, Fraction(since), side) else ""
        if worked:
            support = sources[each.source].support(each.figure.span)
            return support.model_copy(update={"worked": f"{worked} ≈ {one.figure.text}"})
    return None


def _brought(found: Found, brought: dict[tuple[int, int], Support]) -> Found:
    support = brought.get(found.claim.span)
    if support is None or found.claim.support is not None:
        return found
    return replace(found, claim=found.claim.model_copy(update={"support": support}), elsewhere=False)


def _figure_support(one: _Placed, known: Sequence[_Placed], sources: Sequence[Stated]) -> tuple[Support | None, bool]:
    fitting, others = list[_Placed](), list[_Placed]()
    for each in known:
        if fits(one.figure, each.figure):
            fitting.append(each)
        elif each.figure.kind == one.figure.kind:
            others.append(each)
    if not fitting:
        return None, False
    best = max(fitting, key=lambda each: (_likeness(one, each), -each.source))
    other = max((_likeness(one, each) for each in others), default=0)
    like = _likeness(one, best)
    if other >= OTHER_ROLE and like == 0:
        return None, True
    return sources[best.source].support(best.figure.span), False


def _likeness(one: _Placed, other: _Placed) -> int:
    """How many words of their roles meet; those right beside a figure say most of it."""
    return (
        len(one.near & other.near)
        + (bool(one.head) and one.head == other.head)
        + (bool(one.lead) and one.lead == other.lead)
    )


def placed(text: str) -> list[_Placed]:
    """The figures of a post with the words near them."""
    return _with_near(text, figures(text))


@lru_cache(maxsize=256)
def stated_near(text: str) -> tuple[_Placed, ...]:
    """The figures of a source with the words near them. Remembered: a draft's sources are asked again and again."""
    return tuple(_with_near(text, stated(text)))


def _with_near(text: str, found: Iterable[Figure]) -> list[_Placed]:
    result = []
    for figure in found:
        start, end = bounds(text, figure.span)
        before = _stems(_CLAUSE.split(text[start : figure.span[0]])[-1])[-NEAR:]
        after = _stems(_CLAUSE.split(text[figure.span[1] : end])[0])[:NEAR]
        head, lead = after[0] if after else "", before[-1] if before else ""
        result.append(_Placed(figure, frozenset((*before, *after)), head, lead))
    return result


def _stems(text: str) -> list[str]:
    words = (match[0].casefold() for match in _WORD.finditer(text))
    return [_ENDING.sub("", word)[:STEM] for word in words if len(word) > 2 and word not in _STOP]


def bounds(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """Where the sentence around a span begins and ends."""
    start, end = 0, len(text)
    for match in _END.finditer(text, max(0, span[0] - 600), min(len(text), span[1] + 600)):
        if match.end() <= span[0]:
            start = match.end()
        elif match.start() >= span[1]:
            end = match.start()
            break
    return start, end


def sentence_at(text: str, span: tuple[int, int]) -> str:
    """The sentence around a span on one line; of a very long one the part around it."""
    start, end = bounds(text, span)
    if end - start > MOST_SENTENCE:
        start = max(start, span[0] - MOST_SENTENCE // 2)
        end = min(end, start + MOST_SENTENCE)
    return " ".join(text[start:end].split())


def _wordings(text: str, sources: Sequence[Stated]) -> Iterator[Found]:
    for wording in wordings(text):
        meaning = f"{wording.family} {' '.join(wording.text.casefold().split())}"
        support = next((each.support(span) for each in sources if (span := says(wording, each.text))), None)
        yield Found(_claim(_kind(wording), wording.text, wording.span, meaning, (), support), meaning)


def _kind(wording: Wording) -> ClaimKind:
    return wording.kind


def _quotations(text: str, sources: Sequence[Stated]) -> Iterator[Found]:
    for match in _QUOTED.finditer(text):
        said = next(group for group in match.groups() if group)
        if len(_WORD.findall(said)) < _LEAST_QUOTED:
            continue
        meaning = _plainly(said)
        support = next((each.support(span) for each in sources if (span := said_in(each.text, said))), None)
        yield Found(_claim("quotation", match[0], match.span(), meaning, (), support), meaning)


def said_in(text: str, said: str) -> tuple[int, int] | None:
    """Where a text holds these words, whatever stands between them."""
    words = regex.findall(r"[\p{L}\p{N}]+", said)
    found = regex.search(r"[^\p{L}\p{N}]+".join(map(regex.escape, words)), text, regex.IGNORECASE) if words else None
    return found.span() if found is not None else None


def _addresses(text: str, sources: Sequence[Stated], leads: Mapping[str, str]) -> Iterator[Found]:
    """Links; whether they lead where they should is for the check of links to say."""
    for address in find_addresses(text):
        if address.kind not in ("url", "bare"):
            continue
        support = None
        plain = untagged(leads.get(address.text, address.text))  # our own parameters say nothing
        meant = {address.key, *(each.key for each in find_addresses(plain))}
        for one in sources:
            if one.where == "source":
                continue  # a page never vouches for an address
            hit = next((known for known in find_addresses(one.text) if known.key in meant), None)
            if hit is not None:
                support = one.support(hit.span)
                break
        yield Found(_claim("url", address.text, address.span, address.key, (), support), address.key)


def _claim(
    kind: ClaimKind, text: str, span: tuple[int, int], meaning: str, near: tuple[str, ...], support: Support | None
) -> Claim:
    name = hashlib.sha256("\0".join((kind, meaning, *near)).encode("utf-8", "replace")).hexdigest()[:12]
    return Claim(id=f"k_{name}", kind=kind, text=text[:500], account="", span=span, support=support)


def _plainly(text: str) -> str:
    return " ".join(regex.findall(r"[\p{L}\p{N}]+", text.casefold()))


def still_says(text: str, sentence: str) -> bool:
    """Whether a page says a sentence word for word; spaces, case and punctuation do not count."""
    wanted = _plainly(sentence)
    return not wanted or f" {wanted} " in f" {_plainly(text)} "


def nearest(text: str, sentence: str) -> str:
    """The sentence of a page that is most like another; "" when none is."""
    wanted, best, likeness = frozenset(_plainly(sentence).split()), "", 0.35
    for part in regex.split(_END, text):
        words = frozenset(_plainly(part).split())
        share = len(words & wanted) / len(words | wanted) if words else 0.0
        if share > likeness:
            best, likeness = part, share
    return " ".join(best.split())[:MOST_SENTENCE]
