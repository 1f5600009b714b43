"""A homepage proposes the profile: field by field, what is there and what is proposed, to be edited and ticked."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from bot.team import profiles
from bot.workflow.importing import PARTS, Edited, PartOf
from handlers.web.api.profiling import lines_of
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import SURFACE, Visitor

router = APIRouter()
HERE = "/studio/settings/voice/import"
Text = Annotated[str, Form(max_length=40_000)]


@router.get("/settings/voice/import")
async def importing(request: Request, visit: Visitor) -> Response:
    """Raises NotAllowed for who is no owner of the brand."""
    asked = (visit.workspace, visit.id, visit.here.id)
    found = await visit.admind.importing.found(*asked)
    parts = await visit.admind.importing.compared(*asked)
    swatches = {each.colour: each for each in found.palette} if found else {}
    return draw(
        request,
        visit,
        "settings_import.html",
        brand=visit.here,
        found=found,
        parts=[(each, lines_of(each, each.old), _text(each)) for each in parts],
        swatches=swatches,
    )


@router.post("/settings/voice/import")
async def propose(
    request: Request, visit: Visitor, url: Annotated[str, Form(min_length=3, max_length=2000)], posts: Text = ""
) -> Response:
    """Read it and show what it proposes; nothing of the brand changes."""
    await visit.admind.importing.propose(
        visit.workspace,
        visit.id,
        visit.here.id,
        url,
        posts=profiles.samples(posts.replace("\r\n", "\n")),
        surface=SURFACE,
    )
    return go(request, HERE, visit.t("Read. Nothing of your brand has changed."))


@router.post("/settings/voice/import/take")
async def take(
    request: Request,
    visit: Visitor,
    parts: Annotated[list[str] | None, Form(max_length=20)] = None,
    name: Text = "",
    language: Text = "",
    voice: Text = "",
    adjectives: Text = "",
    audiences: Text = "",
    facts: Text = "",
    palette: Text = "",
    logo: Text = "",
    font: Text = "",
    hashtags: Text = "",
    samples: Text = "",
) -> Response:
    """What was ticked, as it stands in its field."""
    wanted = [each for each in parts or () if each in PARTS]
    read: dict[str, Any] = {
        "name": " ".join(name.split()),
        "language": language.strip(),
        "voice": voice.strip(),
        "adjectives": [each.strip() for each in adjectives.split(",") if each.strip()],
        "audiences": [profiles.audience(line) for line in _lines(audiences)],
        "facts": [profiles.fact(line) for line in _lines(facts)],
        "palette": palette.replace(",", " ").split(),
        "logo": logo.strip(),
        "font": font.strip(),
        "hashtags": profiles.tags(hashtags),
        "samples": profiles.samples(samples.replace("\r\n", "\n")),
    }
    edited = Edited.of({each: read[each] for each in wanted if read[each]})
    asked = (visit.workspace, visit.id, visit.here.id)
    await visit.admind.importing.take(*asked, wanted, edited=edited, surface=SURFACE)
    rest = await visit.admind.importing.compared(*asked)
    return go(
        request, HERE if rest else "/studio/settings/voice", visit.t("Saved. It holds for every draft from now on.")
    )


@router.post("/settings/voice/import/dismiss")
async def dismiss(request: Request, visit: Visitor) -> Response:
    await visit.admind.importing.dismiss(visit.workspace, visit.id, visit.here.id)
    return go(request, "/studio/settings/voice", visit.t("Thrown away."))


@router.get("/settings/voice/import/logo/{sha256}")
async def logo(visit: Visitor, sha256: str) -> Response:
    """A picture of the site, cleaned; it is in no library."""
    found = await visit.admind.importing.picture(visit.workspace, visit.id, visit.here.id, sha256)
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return Response(found.data, media_type=found.mime, headers=headers)


def _text(each: PartOf) -> str:
    """What is proposed, as the field has it."""
    lines = lines_of(each, each.new)
    if each.part == "samples":
        return profiles.samples_text(lines)
    if each.part == "hashtags":
        return " ".join(f"#{tag}" for tag in lines)
    return {"adjectives": ", ", "palette": " "}.get(each.part, "\n").join(lines)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
