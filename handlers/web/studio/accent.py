"""The brand's colour as the pages' accent: its lightness moved as far as reading needs, in light and in dark."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from bot.artwork.colour import contrast, mix, parse_colour, readable
from handlers.web.studio.draw import packed
from handlers.web.studio.visit import Visitor

router = APIRouter()
OURS = "#0f5c43"
LIGHT, DARK = "#f5f1e8", "#141512"  # the paper, by day and by night
ON_LIGHT, ON_DARK = "#fffdf6", "#10150f"
TEXT = 4.6  # https://www.w3.org/TR/WCAG22/#contrast-minimum asks for 4.5


@router.get("/accent.css")
async def accent(
    request: Request, visit: Visitor, b: Annotated[str, Query(max_length=60)] = "", c: str = ""
) -> Response:
    """The colours of the brand looked at. Brand and colours stand in the address so that a change shows at once."""
    leading = visit.home.palette[0] if visit.home and visit.home.palette else OURS
    body = sheet(parse_colour(leading) or OURS)
    return packed(request, body.encode(), "text/css", headers={"Cache-Control": "private, max-age=600"})


@lru_cache(maxsize=256)
def sheet(colour: str) -> str:
    day, night = _shade(colour, LIGHT, "#ece6d9"), _shade(colour, DARK, "#20322a")
    pairs = {
        "accent": (day, night),
        "accent-ink": (_on(day), _on(night)),
        "accent-soft": (mix(LIGHT, day, 0.12), mix(DARK, night, 0.18)),
    }
    lines = "".join(f"--{name}:light-dark({one},{two});" for name, (one, two) in pairs.items())
    return f":root{{{lines}}}"


def _shade(colour: str, *grounds: str) -> str:
    for ground in grounds:
        colour = readable(colour, ground, TEXT)
    return colour


def _on(ground: str) -> str:
    """What is written on the accent."""
    return max((ON_LIGHT, ON_DARK), key=lambda ink: contrast(ink, ground))
