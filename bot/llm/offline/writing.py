"""Copy without a model: deterministic texts from a brief's own words.

Each door takes the JSON document of one step of the copywriting chain and answers in the shape of its schema
(`PostPlan`, `AccountCopy`, `CopyReview`, `RevisedCopy`). Same document, same answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.llm.offline.page_facts import read_page
from bot.llm.offline.site_profile import read_site
from bot.llm.offline.writing_card import HEADLINE, card_of, title_of
from bot.llm.offline.writing_compose import Need, Plan, compose, nearness, need_of, plans
from bot.llm.offline.writing_headed import headed_text
from bot.llm.offline.writing_material import Material, material
from bot.llm.offline.writing_revise import revise_copy
from bot.llm.offline.writing_slides import a_page_long, slides_of
from bot.llm.offline.writing_source import headed, page_material, turn_of, with_page
from bot.llm.offline.writing_text import EMOJI, same_words, sentences

ALIKE = 0.6
MOST_WAYS = 16  # openings tried for one text; more than the variants that can be asked for

Way = tuple[Material, Plan]
AS_IT_STANDS = Plan(frame=None, turn=0, seed="")

__all__ = ["plan_post", "read_page", "read_site", "review_copy", "revise_copy", "write_slides", "write_text"]


def plan_post(document: Mapping[str, Any]) -> dict[str, Any]:
    """The `PostPlan`: title and card; the facts are the brief's own, and texts find their openings by themselves."""
    pieces, told = _told(document, [need_of(record) for record in document.get("needs") or ()])
    card = card_of(pieces)
    if not pieces.story and not pieces.facts and not pieces.offer and not pieces.verbatim and pieces.noun_phrase:
        card |= _opening_on_card(told, pieces.topic)  # so that siblings on one bare topic do not all show the same card
    facts = (document.get("brief") or {}).get("facts") or ()
    return {"facts": [str(fact) for fact in facts], "ideas": [], "title": title_of(pieces), "card": card}


def write_text(document: Mapping[str, Any]) -> dict[str, Any]:
    """The `AccountCopy` for the `need`: of telling number `variant`, which opens unlike those before it."""
    needs = [need_of(record) for record in document.get("needs") or ()]
    pieces, told = _told(document, needs)
    wanted = document.get("need") or {}
    texts = told[min(int(document.get("variant") or 0), len(told) - 1)] if told else []
    for need, text in zip(needs, texts, strict=False):
        if need.account == str(wanted.get("account") or ""):
            headed_ = headed_text(pieces, str(wanted.get("form") or ""), text)
            return {"text": headed_ if need.fits(headed_) else text}
    return {"text": ""}


def write_slides(document: Mapping[str, Any]) -> dict[str, Any]:
    """The `Slides`: the pages of a carousel."""
    pieces, told = _told(dict(document) | {"variants": 1}, [a_page_long()])
    return slides_of(document, pieces, told[0][0] if told else "")


def review_copy(document: Mapping[str, Any]) -> dict[str, Any]:
    """The `CopyReview`: it says what its brief says, so there is nothing that a second look of its own would find."""
    return {"problems": []}


def _told(document: Mapping[str, Any], needs: Sequence[Need]) -> tuple[Material, list[list[str]]]:
    """What is told, and the texts of each telling in the order of the needs; as many as `variants`."""
    document, page_alone = with_page(document)
    pieces = headed(document) if page_alone else material(document)
    count = max(1, min(5, int(document.get("variants") or 1)))
    recent = [str(text) for text in document.get("recent") or ()]
    seed, angle = str(document.get("seed") or ""), str(document.get("angle") or "")
    turn = turn_of(document)
    ways: list[Way] = (
        [(page_material(document, turn + n), AS_IT_STANDS) for n in range(MOST_WAYS)]
        if page_alone
        else [(pieces, plan) for plan in plans(pieces, seed, angle, recent, MOST_WAYS)]
    )
    told: list[list[str]] = []
    for _ in range(count):
        told.append(_freshest(needs, ways, [*recent, *(text for texts in told for text in texts)]))
    return pieces, told


def _opening_on_card(told: list[list[str]], topic: str) -> dict[str, str]:
    opening = EMOJI.sub("", told[0][0].split("\n")[0]) if told and told[0] else ""
    said = next((part.rstrip(".") for part in sentences(opening) if same_words(topic, part)), "")
    return {"headline": said} if 0 < len(said) <= HEADLINE else {}


def openings(texts: Sequence[str]) -> set[str]:
    return {sentences(EMOJI.sub("", text))[0] for text in texts if text.strip()}


def _freshest(needs: Sequence[Need], ways: list[Way], others: Sequence[str]) -> list[str]:
    """The texts of the first way that reads unlike the others, else of the one least alike; that way is used up."""
    best: tuple[float, list[str], Way] | None = None
    for way in ways:
        texts = [compose(way[0], need, way[1]) for need in needs]
        near = nearness(texts, others) + (1 if openings(texts) & openings(others) else 0)
        if best is None or near < best[0]:
            best = near, texts, way
        if near < ALIKE:
            break
    if best is None:
        return []
    ways.remove(best[2])
    return best[1]
