"""Evidence for a claim: which one, what proves it; or, for an owner, why they answer for it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views import DraftView
from bot.words import retold, told
from handlers.chat.proving import CLAIM, MOST_WORDS, REASON, WORDS, Proof, Unproven, proof_of
from handlers.slack import kit
from handlers.slack.forms import Carried, chosen, written
from handlers.slack.limits import SELECT_OPTIONS, Json, checked_view

CALLBACK = "prove"


def prove_modal(draft: DraftView, claims: Sequence[Unproven], carried: Carried, *, owner: bool) -> Json:
    offered = [kit.option(f"“{each.said}”", each.id, retold(each.why)) for each in claims[:SELECT_OPTIONS]]
    blocks = [
        kit.section(draft.title),
        kit.field(CLAIM, told("Which claim?"), kit.chooser("static_select", offered) | {"initial_option": offered[0]}),
        kit.field(
            WORDS,
            told("What proves it?"),
            kit.words_input(placeholder=told("Price list of 1 November")) | {"max_length": MOST_WORDS},
            hint=told("A sentence, or a link to a page that says it."),
            optional=True,
        ),
    ]
    if owner:
        blocks.append(
            kit.field(
                REASON,
                told("Or take it on: why?"),
                kit.words_input(lines=False) | {"max_length": MOST_WORDS},
                hint=told("As an owner you answer for it without evidence; your reason is kept."),
                optional=True,
            )
        )
    return checked_view(
        kit.modal(
            CALLBACK,
            told("Give evidence"),
            blocks,
            carried=carried.dump(),
            submit=told("Save"),
            close=told("Cancel"),
        )
    )


def read_proof(view: Json) -> Proof:
    """Raises FieldErrors."""
    claim = next(iter(chosen(view, CLAIM)), "")
    return proof_of(claim, written(view, WORDS), written(view, REASON))
