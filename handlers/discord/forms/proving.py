"""Evidence for a claim: which one, what proves it; or, for an owner, why they answer for it."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from bot.views import DraftView
from bot.words import retold, told
from handlers.chat.proving import CLAIM, MOST_WORDS, REASON, WORDS, Proof, Unproven, proof_of
from handlers.discord.fields import Option, Part, Sent, picked, text, window, written

FORM = "prove"


def prove_form(
    draft: DraftView, claims: Sequence[Unproven], *, owner: bool, sent: Sent | None = None
) -> discord.ui.Modal:
    """`sent` is what stands in it already."""
    offered = [Option(f"“{each.said}”", each.id, retold(each.why)) for each in claims]
    marked = next(iter(sent.values(CLAIM)), claims[0].id) if sent else claims[0].id
    parts: list[Part] = [
        text(draft.title),
        picked(CLAIM, told("Which claim?"), offered, [marked]),
        written(
            WORDS,
            told("What proves it?"),
            sent.typed(WORDS) if sent else "",
            example=told("Price list of 1 November"),
            hint=told("A sentence, or a link to a page that says it."),
            most=MOST_WORDS,
            optional=True,
        ),
    ]
    if owner:
        parts.append(
            written(
                REASON,
                told("Or take it on: why?"),
                sent.typed(REASON) if sent else "",
                hint=told("As an owner you answer for it without evidence; your reason is kept."),
                lines=False,
                most=MOST_WORDS,
                optional=True,
            )
        )
    return window(f"{FORM}:{draft.id}:{draft.digest}", told("Give evidence"), parts)


def read_proof(sent: Sent) -> Proof:
    """Raises FieldErrors."""
    claims = sent.values(CLAIM)
    return proof_of(claims[0] if len(claims) == 1 else "", sent.typed(WORDS), sent.typed(REASON))
