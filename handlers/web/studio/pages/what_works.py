"""What past posts teach: what to post next, when posts do better, and experiments."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, Response

from bot.conversation.learned import offer_line, pattern_lines, state_words, tip_title
from bot.errors import BadInput
from bot.words import words
from bot.workflow.experiments import Arm
from handlers.web.studio.draw import draw, go
from handlers.web.studio.effects import shown
from handlers.web.studio.visit import Visitor

router = APIRouter()
HERE = "/studio/what-works"


@router.get("/what-works")
async def what_works(request: Request, visit: Visitor) -> Response:
    """Of the brand in view. Without a model."""
    admind, brand, book = visit.admind, visit.here, words(visit.language)
    of = (visit.workspace, visit.id, brand.id)
    tips = await admind.advising.next(*of)
    offer, found = await admind.experiments.offer(*of), await admind.experiments.all(*of)
    listed = (await admind.looking.accounts(visit.workspace, visit.id)).items
    names = {each.id: each.name for each in listed if each.brand == brand.id}
    times = await admind.timing.of(visit.workspace, brand.id, list(names))
    zone = str(visit.zone)
    return draw(
        request,
        visit,
        "what_works.html",
        brand=brand,
        tips=[(tip_title(book, tip, names, zone), [book.said(each) for each in tip.reasons], tip) for tip in tips],
        times=[(pattern_lines(book, names[name], each)[0], shown(book, each)) for name, each in times.items()],
        experiments=[(each, state_words(book, each)) for each in found],
        offer=offer,
        offered=offer_line(book, offer),
        may=visit.approves(brand.id),
    )


@router.post("/what-works/experiments")
async def start(
    request: Request,
    visit: Visitor,
    name: Annotated[str, Form(max_length=120)],
    variants: Annotated[str, Form(max_length=3000)],
    over: Annotated[Literal["posts", "slots"], Form()] = "posts",
) -> Response:
    """A line a variant: its name, and after a colon what a draft of it is like."""
    arms = list[Arm]()
    for line in variants.splitlines():
        called, _, said = line.partition(":")
        if called.strip():
            arms.append(Arm(name=called.strip()[:60], line=said.strip()[:300]))
    if not 2 <= len(arms) <= 6:
        raise BadInput("An experiment has two to six variants, each with a name of its own.", kept="Nothing changed.")
    await visit.admind.experiments.start(visit.workspace, visit.id, visit.here.id, name, over, arms)
    return go(request, HERE, visit.t("It is running. Each draft is still approved by people."))


@router.post("/what-works/experiments/{name}/stop")
async def stop(request: Request, visit: Visitor, name: str) -> Response:
    await visit.admind.experiments.stop(visit.workspace, visit.id, visit.here.id, name)
    return go(request, HERE, visit.t("It has ended, undecided."))
