"""How a brand speaks, to whom, what it may say and what it must: one form, one thing a line."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from bot.team import profiles
from bot.words import words
from bot.workflow.learning import DO, DONT, Rule, becomes, said
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import Visit, Visitor

router = APIRouter()
Text = Annotated[str, Form(max_length=40_000)]


@router.get("/settings/voice")
async def voice(request: Request, visit: Visitor) -> Response:
    brand = visit.here
    profile = brand.profile
    return draw(
        request,
        visit,
        "settings_voice.html",
        brand=brand,
        may=visit.holds("owner"),
        learned=await learned_in(visit),
        fields={
            "adjectives": ", ".join(profile.manner.adjectives),
            "do": "\n".join(profile.manner.do),
            "dont": "\n".join(profile.manner.dont),
            "samples": profiles.samples_text(profile.manner.samples),
            "audiences": "\n".join(map(profiles.audience_line, profile.audiences)),
            "facts": "\n".join(map(profiles.fact_line, brand.facts)),
            "avoid_words": "\n".join(brand.avoid_words),
            "prefers": "\n".join(map(profiles.preferred_line, profile.prefers)),
            "disclaimers": "\n".join(map(profiles.disclaimer_line, profile.disclaimers)),
            "always": " ".join(f"#{tag}" for tag in profile.hashtags.always),
            "never": " ".join(f"#{tag}" for tag in profile.hashtags.never),
            "gap": str(profile.timing.gap_minutes),
            "embargoes": "\n".join(map(profiles.embargo_line, profile.timing.embargoes)),
            "blackouts": "\n".join(map(profiles.blackout_line, profile.timing.blackouts)),
            "most": "" if profile.hashtags.most is None else str(profile.hashtags.most),
        },
    )


@router.post("/settings/voice")
async def change_voice(
    request: Request,
    visit: Visitor,
    voice: Text = "",
    adjectives: Text = "",
    do: Text = "",
    dont: Text = "",
    samples: Text = "",
    audiences: Text = "",
    facts: Text = "",
    avoid_words: Text = "",
    prefers: Text = "",
    disclaimers: Text = "",
    always: Text = "",
    never: Text = "",
    most: Annotated[str, Form(pattern=r"^\s*(\d{1,2})?\s*$")] = "",
    gap: Annotated[str, Form(pattern=r"^\s*(\d{1,5})?\s*$")] = "",
    embargoes: Text = "",
    blackouts: Text = "",
) -> Response:
    profile = {
        "manner": {
            "adjectives": [each.strip() for each in adjectives.split(",") if each.strip()],
            "do": lines(do),
            "dont": lines(dont),
            "samples": profiles.samples(samples.replace("\r\n", "\n")),
        },
        "audiences": [profiles.audience(line) for line in lines(audiences)],
        "prefers": [profiles.preferred(line) for line in lines(prefers)],
        "disclaimers": [profiles.disclaimer(line) for line in lines(disclaimers)],
        "hashtags": {
            "always": profiles.tags(always),
            "never": profiles.tags(never),
            "most": int(most) if most.strip() else None,
        },
        "timing": {
            **({"gap_minutes": int(gap)} if gap.strip() else {}),
            "embargoes": [profiles.embargo(line) for line in lines(embargoes)],
            "blackouts": [profiles.blackout(line) for line in lines(blackouts)],
        },
    }
    changes = {
        "voice": voice,
        "facts": [profiles.fact(line) for line in lines(facts)],
        "avoid_words": lines(avoid_words),
        "profile": profile,
    }
    await visit.admind.office.change_brand(visit.workspace, visit.id, visit.here.id, changes)
    return go(request, "/studio/settings/voice", visit.t("Saved. It holds for every draft from now on."))


async def learned_in(visit: Visit) -> list[tuple[Rule, str, str, bool]]:
    """Rules of the brand's edits: each, what people do, what it becomes, and whether that can be worded; none for
    clients, who do not see the drafts that they quote.
    """
    if not any(visit.holds(role, visit.here.id) for role in ("requester", "approver", "owner")):
        return []
    book, found = words(visit.language), await visit.admind.learning.rules(visit.workspace, visit.id, visit.here.id)
    return [(rule, said(rule, book), becomes(rule, book), rule.kind in DO | DONT) for rule in found]


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
