"""Which colours does a brand's card use? A whole palette from one to five brand colours, or from none."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from bot.artwork.colour import SAFE_CONTRAST, Oklch, best_on, hexed, mix, oklch, parse_colour
from bot.artwork.seeds import pick

MAX_COLOURS = 5

# Pairs that designers reach for: under each brand hue, the hue of the warm colour that lifts it.
_LIFTS = (
    (0, 68), (25, 84), (45, 92), (60, 98), (80, 40), (100, 32), (120, 38), (150, 45), (180, 48),
    (205, 52), (235, 62), (265, 60), (290, 75), (315, 80), (340, 72), (360, 68),
)  # fmt: skip

# When nothing is known of a brand: seven starting points that hold up in print and on a phone.
_DEFAULTS = (
    ("#2447d5", "#ff9d6c", "#b9c8ff"),
    ("#0f5c4a", "#ff7f5c", "#c9ef6a"),
    ("#7c2136", "#f6a15b", "#e9c7c1"),
    ("#4a2fbd", "#ffb27d", "#d6ccff"),
    ("#e2542b", "#ffd28a", "#3f1d4e"),
    ("#0b6e8f", "#ffc65c", "#bfe6ea"),
    ("#1f2a44", "#f2765e", "#f4cf9d"),
)


@dataclass(frozen=True, slots=True)
class Palette:
    """Roles, all `#rrggbb`. `brand` is the person's own colour, never altered; the others follow from it."""

    brand: str
    deep: str
    """a dark ground of the brand's hue"""
    ink: str
    """near black, tinted"""
    paper: str
    """near white, tinted"""
    soft: str
    """a light ground of the brand's hue"""
    pop: str
    """the lively one: buttons, suns"""
    second: str
    """a companion between brand and pop"""
    art: tuple[str, str, str, str, str]
    """light to dark, for pictures"""

    @property
    def lively(self) -> str:
        """What draws the eye on a dark ground: a bright brand colour itself, else the pop."""
        own = oklch(self.brand)
        return self.brand if own.light > 0.78 and own.chroma > 0.1 else self.pop


def derive(colours: tuple[str, ...], key: str) -> tuple[Palette, tuple[str, ...]]:
    """The palette and the problems met: words that are not colours, and colours past the fifth, are left out.

    `key` (a brand's name) chooses among default palettes when no colour is given: the same brand keeps its look.
    """
    problems: list[str] = []
    known: list[str] = []
    for text in colours[:MAX_COLOURS]:
        parsed = parse_colour(text)
        if parsed is None:
            problems.append(f"“{text[:24]}” is not a colour we can read, so it was left out.")
        elif parsed not in known:
            known.append(parsed)
    if len(colours) > MAX_COLOURS:
        problems.append(f"Only the first {MAX_COLOURS} brand colours are used.")
    if not known:
        known = list(_DEFAULTS[pick(len(_DEFAULTS), "palette", key)])
    return _build(known), tuple(problems)


def _build(known: list[str]) -> Palette:
    chromatic = [colour for colour in known if oklch(colour).chroma > 0.04]
    if not chromatic:
        return _monochrome(known)
    brand = chromatic[0]
    base = oklch(brand)
    others = chromatic[1:]
    pop = _pop(base, others)
    second = _second(base, pop, [colour for colour in others if colour != pop])
    yellow = yellowness(base.hue)
    deep_chroma = min(base.chroma, 0.085) * (1 - 0.55 * yellow)
    papers = [colour for colour in known if oklch(colour).light > 0.93]
    inks = [colour for colour in known if oklch(colour).light < 0.27]
    deep = inks[0] if inks else hexed(0.27, deep_chroma, base.hue - (26 if 20 < base.hue < 80 else 0))
    ink = inks[0] if inks else hexed(0.2, min(base.chroma, 0.035), base.hue)
    paper = papers[0] if papers else hexed(0.968, 0.012, _towards(base.hue, 75, 0.35))
    soft = hexed(0.93, min(0.025, base.chroma * 0.35), base.hue)
    return Palette(brand, deep, ink, paper, soft, pop, second, _art(brand, deep, pop, second))


def _monochrome(known: list[str]) -> Palette:
    """Black, white and grey brands stay so; a trace of warmth keeps the greys from looking broken."""
    darkest = min(known, key=lambda colour: oklch(colour).light)
    lightest = max(known, key=lambda colour: oklch(colour).light)
    ink = darkest if oklch(darkest).light < 0.35 else hexed(0.2, 0.006, 70)
    paper = lightest if oklch(lightest).light > 0.92 else hexed(0.965, 0.006, 80)
    deep = hexed(max(oklch(ink).light, 0.19), 0.006, 70)
    brand = darkest if oklch(darkest).light > 0.25 else hexed(0.3, 0.006, 70)
    tones = [hexed(light, 0.01, 75) for light in (0.93, 0.8, 0.62, 0.44, 0.26)]
    return Palette(
        brand, deep, ink, paper, hexed(0.91, 0.008, 80), hexed(0.93, 0.012, 85), hexed(0.68, 0.01, 75),
        (tones[0], tones[1], tones[2], tones[3], tones[4]),
    )  # fmt: skip


def _pop(base: Oklch, others: list[str]) -> str:
    """A given colour that stands out from the brand's, else the warm partner of its hue."""
    ranked = sorted(others, key=lambda colour: -_distance(base, oklch(colour)))
    if ranked and _distance(base, oklch(ranked[0])) > 0.16:
        return ranked[0]
    hue = _lift(base.hue)
    light = 0.86 if base.light < 0.7 else 0.72
    return hexed(light - (0.08 if hue < 58 else 0.0), 0.15, hue)


def _second(base: Oklch, pop: str, others: list[str]) -> str:
    if others:
        return others[0]
    if 15 < base.hue < 118:  # warm: towards berry and amber, as an evening sky; the other way lies brown
        return hexed(0.74 if base.light > 0.72 else 0.46, min(base.chroma, 0.16), base.hue - 42)
    lifted = oklch(pop)
    hue = _towards(base.hue, lifted.hue, 0.45)
    return hexed(0.62 if base.light < 0.55 else 0.5, max(0.09, min(base.chroma, 0.15)), hue)


def _art(brand: str, deep: str, pop: str, second: str) -> tuple[str, str, str, str, str]:
    light = oklch(pop)
    sky = pop if light.light > 0.7 else hexed(0.82, light.chroma, light.hue)
    return (mix(sky, "#ffffff", 0.55), sky, second, brand, deep)


def between(one: str, other: str) -> str:
    """A colour between two: straight across for near hues, else a lighter or darker shade of the other, as straight
    across lies grey or brown."""
    first, second = oklch(one), oklch(other)
    if abs((first.hue - second.hue + 180) % 360 - 180) < 80 or min(first.chroma, second.chroma) < 0.03:
        return mix(one, other, 0.5)
    return hexed(0.45 * first.light + 0.55 * second.light, max(second.chroma, 0.05), second.hue)


def _distance(one: Oklch, other: Oklch) -> float:
    turn = abs((one.hue - other.hue + 180) % 360 - 180) / 180
    return abs(one.light - other.light) + turn * min(one.chroma, other.chroma) * 4


def _lift(hue: float) -> float:
    for (low, start), (high, end) in pairwise(_LIFTS):
        if low <= hue <= high:
            return start + (end - start) * (hue - low) / (high - low)
    return 68.0


def _towards(hue: float, goal: float, share: float) -> float:
    return (hue + ((goal - hue + 180) % 360 - 180) * share) % 360


def yellowness(hue: float) -> float:
    """1 at yellow, where dark tones turn to mud; 0 from 45 degrees away."""
    return max(0.0, 1 - abs((hue - 98 + 180) % 360 - 180) / 45)


def button(ground: str, palette: Palette) -> tuple[str, str]:
    """Fill and text of a button that stands out from its ground and reads."""
    fills = (palette.lively, palette.pop, palette.brand, palette.ink, palette.paper)
    start = oklch(ground)
    fill = next((f for f in fills if abs(oklch(f).light - start.light) > 0.28), best_on(ground, *fills))
    return fill, best_on(fill, palette.ink, palette.paper, "#000000", "#ffffff")


__all__ = ["SAFE_CONTRAST", "Palette", "button", "derive"]
