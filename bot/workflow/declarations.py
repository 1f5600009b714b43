"""What is declared of a draft by a person, and how much of its words a model wrote: the facts behind its labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.checks.labels import share_of, unmarked
from bot.llm.declaring import MOST_PARTNER, declared
from storage.drafts import Brief, Draft, MadeWith, Version


@dataclass(frozen=True, slots=True)
class Declaring:
    """A brief with what was declared, and what else was said."""

    brief: Brief
    rest: str


def declaring(brief: Brief, words: str) -> Declaring | None:
    """None where these words declare nothing. They never take anything back."""
    found = declared(words)
    if found is None:
        return None
    partner = found.partner or brief.partner
    return Declaring(settled(brief, {"paid_partnership": True, "partner": partner}), found.rest)


def settled(brief: Brief, declared: Mapping[str, Any]) -> Brief:
    """The brief with these declarations in order: a partner on one line, and none without a partnership."""
    brief = brief.model_copy(update=dict(declared))
    partner = " ".join(brief.partner.split())[:MOST_PARTNER] if brief.paid_partnership else ""
    return brief.model_copy(update={"partner": partner})


def taken_back(old: Brief, new: Brief) -> bool:
    return (old.paid_partnership and not new.paid_partnership) or (old.ai_picture and not new.ai_picture)


def why_of(old: Brief, new: Brief) -> str:
    """What was declared, or taken back, in sentences for the history."""
    said = []
    if new.paid_partnership and (not old.paid_partnership or old.partner != new.partner):
        said.append(
            f"Declared a paid partnership with {new.partner}." if new.partner else "Declared a paid partnership."
        )
    elif old.paid_partnership and not new.paid_partnership:
        said.append("Declared that it is no paid partnership.")
    if new.ai_picture != old.ai_picture:
        said.append(
            "Declared that its picture was made with AI."
            if new.ai_picture
            else "Declared that its picture was not made with AI."
        )
    return " ".join(said)


def is_model(name: str) -> bool:
    """Whether a language model writes under this name; the offline writer composes by rule."""
    return bool(name) and name.partition(":")[0] != "offline"


def share_at_first(text: str, brief: Brief, *, by_model: bool) -> int:
    """Percent of a first wording that a model wrote: what the person said or gave in quotes stays the person's."""
    return share_of(text, by_model=by_model, before=f"{brief.request}\n{brief.verbatim}")


def share_now(version: Version, draft: Draft) -> int:
    """Percent of a version's words that a model wrote; where it was not recorded, all of them or none."""
    if version.by_model is not None:
        return version.by_model
    return 100 if is_model(draft.made_with.model) else 0


def share_after(version: Version, text: str, draft: Draft, made_with: MadeWith | None, *, by_hand: bool) -> int:
    """Percent of the words of `text` that a model wrote, when it took the place of this version's."""
    by_model = not by_hand and is_model((made_with or draft.made_with).model)
    before, after = unmarked(version.text, draft.brief), unmarked(text, draft.brief)
    return share_of(after, by_model=by_model, before=before, share=share_now(version, draft))


def discloses(draft: Draft) -> str:
    """For the trace: what each account's version says of itself, and whose words it is made of."""
    return " ".join(
        f"{each.account}:{'+'.join(each.disclosure)}:{each.by_model}%"
        for each in draft.versions
        if each.disclosure or each.by_model
    )
