"""A claim that lacks evidence, settled in a window: what proves it, or an owner who answers for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.bootstrap import AdMind
from bot.chat import Role
from bot.checks.addresses import URL_ONLY
from bot.errors import BadInput
from bot.views import DraftView
from bot.words import told
from bot.workflow.proving import Settling
from handlers.chat.deciding import unchanged
from handlers.chat.visiting import Visitor
from handlers.chat.wrong import FieldErrors

MOST_WORDS: Final = 400  # what is kept of a sentence
CLAIM, WORDS, REASON = "claim", "words", "reason"  # the fields of the window


@dataclass(frozen=True, slots=True)
class Unproven:
    """A claim that a finding of the draft names."""

    id: str
    said: str
    why: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody put in the window: evidence, with a link or not, or why an owner takes the claim on."""

    claim: str
    words: str = ""
    link: str = ""
    reason: str = ""


def unproven(draft: DraftView) -> tuple[Unproven, ...]:
    """What is in the way first. Raises BadInput where nothing lacks evidence."""
    said = {each.id: each.text for each in draft.claims}
    ordered = sorted(draft.findings, key=lambda each: each.severity != "block")
    found = {each.claim: Unproven(each.claim, said.get(each.claim, ""), each.reason) for each in ordered if each.claim}
    if not found:
        raise BadInput(told("Nothing of this draft lacks evidence any more."), kept=told("Nothing changed."))
    return tuple(found.values())


def may_take_on(visitor: Visitor, draft: DraftView) -> bool:
    """Whether the window offers it; whether it counts is judged when it is sent."""
    return visitor.member.may(draft.brand, Role.owner)


def proof_of(claim: str, words: str, reason: str) -> Proof:
    """Raises FieldErrors where it says nothing, or both."""
    words, reason = words.strip(), reason.strip()
    if not claim:
        raise FieldErrors({CLAIM: told("Choose the claim that you mean.")})
    if words and reason:
        raise FieldErrors({REASON: told("Give evidence, or take it on: not both.")})
    if not words and not reason:
        raise FieldErrors({WORDS: told("What proves it? Say it in a sentence, or give a link.")})
    link = URL_ONLY.search(words)
    text = words.replace(link[0], " ").strip() if link else words
    return Proof(claim, text, link[0] if link else "", reason)


async def settle(admind: AdMind, visitor: Visitor, draft: DraftView, digest: str, proof: Proof) -> str:
    """What to say to who did it. Raises ChangedSince, NotFound, NotAllowed, BadInput, Conflict."""
    unchanged(draft, digest)
    who = Settling(
        workspace=visitor.workspace,
        draft=draft.id,
        member=visitor.member.id,
        claim=proof.claim,
        surface=visitor.surface,
    )
    if proof.reason:
        done = await admind.proving.take_on(who, proof.reason)
        return " ".join(filter(None, (told("You answer for it now."), done.sentence)))
    done = await admind.proving.supply(who, text=proof.words, link=proof.link)
    return " ".join(filter(None, (told("The evidence is kept."), done.sentence)))
