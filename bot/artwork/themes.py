"""How is each layout dressed? From a palette to the colours, face and background of one card."""

from __future__ import annotations

from dataclasses import dataclass

from bot.artwork.colour import SAFE_CONTRAST, best_on, contrast, ground_for, hexed, luminance, mix, oklch, readable
from bot.artwork.palette import Palette, between, button, yellowness
from bot.artwork.seeds import generator, pick
from bot.artwork.typefaces import FACES, Face

ITALIC_QUOTE = Face("Fraunces", 400, -0.018, 0.4)


@dataclass(frozen=True, slots=True)
class Theme:
    """What a template and a background need to know about looks."""

    colours: dict[str, str]
    face: Face
    background: str
    """a recipe of `backgrounds`"""
    lights: tuple[str, ...]
    """colours for the recipe, `colours["ground"]` being its ground"""
    art: int
    """which of the layout's drawings"""
    italic: bool = False


def dress(layout: str, palette: Palette, key: str) -> Theme:
    """The layout's theme; `key` chooses among its tones and drawings."""
    return _TAILORS[layout](palette, key)


def _roles(ground: str, palette: Palette, *, ink: str = "", fill: str = "", tone: str = "") -> dict[str, str]:
    """Colours for words and a button on a ground; each reads on it, and on the tone that the background adds."""
    first = palette.ink if luminance(ground) > 0.3 else palette.paper
    words = ink or best_on(ground, first, palette.paper, palette.ink)
    if fill:
        press, on_press = fill, best_on(fill, palette.ink, palette.paper, "#000000", "#ffffff")
    else:
        press, on_press = button(ground, palette)
    roles = {
        "ink": words,
        "muted": readable(mix(words, ground, 0.22), ground, 5.0),
        "accent": palette.lively if luminance(ground) < 0.3 else palette.brand,
    }
    for name, colour in roles.items():
        roles[name] = readable(readable(colour, ground), tone or ground, SAFE_CONTRAST + 0.15)
    return roles | {
        "ground": ground,
        "button": press,
        "on-button": readable(on_press, press),
        "hair": mix(words, ground, 0.76),
        "ring": palette.paper,
        "figure": roles["ink"],
        "art6": between(palette.art[2], palette.art[3]),
        **{f"art{i + 1}": colour for i, colour in enumerate(palette.art)},
    }


def _tone(ground: str, step: float) -> str:
    """The ground a little away from its words: lighter where it is very dark or light, darker in between."""
    base = oklch(ground)
    lighter = base.light < 0.34 or luminance(ground) > 0.3
    room = step if base.light < 0.34 else step * 0.9
    return hexed(min(base.light + room, 0.985) if lighter else base.light - room, base.chroma, base.hue)


def _editorial(palette: Palette, key: str) -> Theme:
    ground = (palette.paper, palette.paper, palette.soft)[pick(3, key, "tone")]
    glow = mix(ground, palette.pop, 0.2)
    roles = _roles(ground, palette, fill=palette.ink, tone=mix(ground, glow, 0.5))
    return Theme(roles, FACES["fraunces"], "paper", (glow,), pick(3, key, "art"))


def _aurora(palette: Palette, key: str) -> Theme:
    base = oklch(palette.deep)
    ground = hexed(min(base.light, 0.2), min(base.chroma, 0.055), base.hue)
    roles = _roles(ground, palette, ink=readable(palette.paper, ground))
    # the sky is lighter than its ground: words get room before a scrim is needed
    roles["muted"] = readable(roles["muted"], ground, 8.0)
    roles["accent"] = readable(palette.lively, ground, 8.0)
    hue = oklch(palette.brand)
    chroma = min(0.17, hue.chroma * 1.15)
    # neighbours of the brand's hue blend cleanly in the dark; far hues turn brown on the way, so the pop is a small sun
    lights = (
        hexed(min(max(hue.light, 0.46), 0.62), chroma, hue.hue),
        palette.pop,
        hexed(0.6, chroma, hue.hue + 34),
        hexed(0.4, chroma * 0.8, hue.hue - 38),
    )
    if yellowness(hue.hue) > 0.45 and hue.chroma > 0.06:  # dark yellow is mud: an evening sky instead
        lights = (hexed(0.66, 0.16, 58), palette.brand, hexed(0.58, 0.17, 38), hexed(0.36, 0.1, 22))
    return Theme(roles, FACES["manrope"], "mesh", lights, pick(3, key, "art"))


def _tiles(palette: Palette, key: str) -> Theme:
    ground = (palette.deep, palette.deep, palette.paper)[pick(3, key, "tone")]
    roles = _roles(ground, palette)
    dark = luminance(ground) < 0.3
    middle = mix(palette.brand, palette.deep, 0.35) if contrast(palette.brand, palette.deep) > 3 else palette.brand
    patches = (ground, palette.brand if contrast(palette.brand, ground) > 1.25 else middle, palette.pop,
               palette.second, palette.paper if dark else palette.deep)  # fmt: skip
    roles |= {f"t{i}": colour for i, colour in enumerate(patches)}
    return Theme(roles, FACES["bricolage grotesque"], "flat", (), 0)


def _statement(palette: Palette, key: str) -> Theme:
    ground = (_loud(palette), _loud(palette), palette.deep)[pick(3, key, "tone")]
    tone = _tone(ground, 0.055)
    face = FACES["bricolage grotesque" if pick(2, key, "face") else "manrope"]
    return Theme(_roles(ground, palette, tone=tone), face, "orb", (tone,), pick(3, key, "art"))


def _split(palette: Palette, key: str) -> Theme:
    ground = (palette.paper, palette.soft, palette.deep)[pick(3, key, "tone")]
    roles = _roles(ground, palette)
    base = oklch(palette.brand)
    roles["panel"] = hexed(min(max(base.light, 0.35), 0.6), base.chroma, base.hue)
    neighbour = hexed(0.66, min(0.16, base.chroma * 1.1), base.hue + 34)
    lights = (palette.lively, neighbour, palette.deep)
    if yellowness(base.hue) > 0.45 and base.chroma > 0.06:
        roles["panel"] = palette.brand
        lights = (palette.pop, palette.second, hexed(0.95, 0.08, base.hue))
    roles["ring"] = mix(palette.paper, palette.pop, 0.25)
    return Theme(roles, FACES["manrope"], "panel", lights, pick(3, key, "art"))


def _offer(palette: Palette, key: str) -> Theme:
    ground = (_loud(palette), palette.pop, palette.deep)[pick(3, key, "tone")]
    tone = _tone(ground, 0.05)
    roles = _roles(ground, palette, tone=tone)
    if min(contrast(palette.lively, ground), contrast(palette.lively, tone)) >= SAFE_CONTRAST:
        roles["figure"] = palette.lively
    return Theme(roles, FACES["manrope"], "rings", (tone,), pick(2, key, "art"))


def _quote(palette: Palette, key: str) -> Theme:
    ground = (palette.soft, palette.paper, palette.deep)[pick(3, key, "tone")]
    glow = mix(ground, palette.pop, 0.2)
    roles = _roles(ground, palette, tone=mix(ground, glow, 0.5))
    return Theme(roles, ITALIC_QUOTE, "paper", (glow,), 0, italic=True)


def _loud(palette: Palette) -> str:
    """The brand's colour as a ground. A mid tone is darkened a little where white then reads, rather than be given
    black words."""
    if 3.0 <= contrast(palette.paper, palette.brand) < SAFE_CONTRAST:
        return ground_for(palette.paper, palette.brand)
    return palette.brand


_TAILORS = {
    "editorial": _editorial,
    "aurora": _aurora,
    "tiles": _tiles,
    "statement": _statement,
    "split": _split,
    "offer": _offer,
    "quote": _quote,
}


def quilt(key: str) -> list[list[int]]:
    """8 × 8 tiles as (drawing, quarter turns, colour, ground): neighbours never share a ground or a drawing."""
    random = generator(key, "tiles")
    cells: list[list[int]] = []
    for index in range(64):
        near = [cells[index - 1]] if index % 8 else []
        near += [cells[index - 8]] if index >= 8 else []
        grounds = [c for c in range(5) if c not in {cell[3] for cell in near}]
        ground = int(random.choice(grounds))
        front = int(random.choice([c for c in range(5) if c != ground]))
        drawing = int(random.choice([k for k in range(9) if k not in {cell[0] for cell in near}]))
        cells.append([drawing, int(random.integers(4)), front, ground])
    return cells
