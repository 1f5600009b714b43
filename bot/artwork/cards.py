"""What does a post's picture look like when nobody sends one? A card, drawn from words and a brand's looks.

The same spec gives the same bytes. Words never overflow: they are fitted, or trimmed and said to be.
"""

from __future__ import annotations

import asyncio
import os
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

import numpy as np
import typst
from PIL import Image, ImageOps

from bot.artwork import lettering, typefaces
from bot.artwork.backgrounds import Area, Pixels, paint
from bot.artwork.colour import mix, readable
from bot.artwork.contrast import Spot, mend
from bot.artwork.logo import open_logo, place_logo
from bot.artwork.palette import derive
from bot.artwork.picture import Picture, PictureRefused
from bot.artwork.seeds import generator, pick
from bot.artwork.themes import Theme, dress, quilt
from bot.artwork.typeset import Box, typeset
from bot.artwork.veil import veil

LAYOUTS: tuple[str, ...] = ("editorial", "aurora", "tiles", "statement", "split", "offer", "quote")
OVER_PHOTO = "aurora"
_FREE = ("editorial", "aurora", "tiles", "split", "statement")
MIN_SIDE, MAX_SIDE = 240, 4096
MIN_RATIO, MAX_RATIO = 0.45, 2.5
JPEG_QUALITY = 90
_QUOTES = '"“”„‟«»‹›「」'
_AMOUNT = re.compile(
    r"(?P<before>[€$£¥₹]|CHF|EUR|USD)?\s*(?P<amount>[-−–+]?\d{1,4}(?:[.,]\d{1,2}|\.[–-])?)\s*(?P<after>%|[€$£¥₹]|CHF|EUR)?"
)
_FIELDS = ("headline", "sub", "kicker", "cta", "offer", "brand")


@dataclass(frozen=True, slots=True)
class CardSpec:
    """One card. Colours are CSS colours, brand's first; `logo` is PNG from the upload cleaner; `font` a family's name;
    `layout` one of `LAYOUTS` or "auto"; width and height in pixels; equal seeds draw equal pictures. `photo`, from the
    cleaner too, takes the background's place: it is cut to the card, and darkened just where words need it."""

    headline: str
    sub: str = ""
    kicker: str = ""
    cta: str = ""
    offer: str = ""
    brand: str = ""
    palette: tuple[str, ...] = ()
    logo: bytes | None = None
    photo: bytes | None = None
    font: str = ""
    layout: str = "auto"
    language: str = "en"
    width: int = 1080
    height: int = 1080
    seed: str = ""


@dataclass(slots=True)
class _Copy:
    """The words as they will be set, and what had to be done to them."""

    words: dict[str, lettering.Words]
    problems: list[str]
    extra: typefaces.Extra | None


def choose_layout(spec: CardSpec) -> str:
    """The asked layout, or by content: an offer large, a quotation as one, a long text plainly; else by seed. Over a
    photo the one that leaves most of it to be seen.
    """
    if spec.photo is not None:
        return OVER_PHOTO
    figure = re.search(r"\w", spec.offer) is not None  # an emoji alone would stand there larger than its place
    if spec.layout in LAYOUTS and (spec.layout != "offer" or figure):
        return spec.layout
    if figure:
        return "offer"
    headline = spec.headline.strip()
    if headline[:1] and headline[0] in _QUOTES:
        return "quote"
    if len(headline) > 110 or spec.layout == "offer":
        return "statement"
    return _FREE[pick(len(_FREE), _key(spec), "layout")]


@dataclass(frozen=True, slots=True)
class Proof:
    """A card before it is put together: what lies behind, the words over it, where they are, and what was wrong."""

    layout: str
    ground: Image.Image
    overlay: Image.Image
    boxes: tuple[Box, ...]
    theme: Theme
    logo: Image.Image | None
    problems: tuple[str, ...]


def render_card(spec: CardSpec) -> Picture:
    """Draw the card as JPEG. Blocking; most of the time is spent without the GIL.

    Raises `PictureRefused` for a size that no layout serves, for words of which no font can draw any, and for a fault
    in a template; whatever else is wrong with words, colours, font or logo becomes a problem in the picture instead.
    """
    proof = proof_of(spec)
    card = proof.ground.copy()
    card.paste(proof.overlay, (0, 0), proof.overlay)
    if proof.logo is not None:
        for box in proof.boxes:
            if box.kind == "logo" and box.width >= 1:
                ground = box.ground or proof.theme.colours["ground"]
                where = (box.x, box.y, box.width, box.height)
                place_logo(card, proof.logo, where, proof.theme.colours["ink"], ground)
    out = BytesIO()
    card.save(out, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return Picture(out.getvalue(), "image/jpeg", spec.width, spec.height, proof.layout, proof.problems)


def proof_of(spec: CardSpec) -> Proof:
    """Lay the card out. Every word in its boxes reads on the ground at 4.55:1 or more. Raises like `render_card`."""
    _check_size(spec)
    layout = choose_layout(spec)
    key = _key(spec)
    palette, colour_problems = derive(spec.palette, spec.brand or spec.seed)
    theme = dress(layout, palette, key)
    if spec.photo is not None:  # one tone of words needs one shade: a muted one would ask for twice as much
        theme.colours.update(muted=theme.colours["ink"], accent=readable(palette.lively, theme.colours["ground"], 11.0))
    copy = _prepare(spec, layout)
    logo, logo_problem = _logo(spec.logo)
    wanted, font_problem = typefaces.nearest_face(spec.font)
    face = lettering.face_for(copy.words["headline"].text, wanted or theme.face)
    rtl = lettering.right_to_left(copy.words["headline"].text or copy.words["sub"].text, spec.language)
    try:
        overlay, boxes = typeset(layout, _data(spec, theme, copy, face, rtl, logo), copy.extra)
    except typst.TypstError as error:
        raise PictureRefused(
            "The card could not be drawn; that is a fault of ours.",
            do_next="Send a picture of your own, or ask for another layout.",
        ) from error
    ground = _ground(spec, theme, key, boxes, rtl, palette.ink, palette.paper)
    problems = (_layout_problem(spec, layout), *colour_problems, *copy.problems, logo_problem, font_problem)
    return Proof(
        layout, ground, overlay, tuple(boxes), theme, logo,
        tuple(dict.fromkeys(filter(None, (*problems, *_trim_problems(boxes))))),
    )  # fmt: skip


async def draw_card(spec: CardSpec) -> Picture:
    """`render_card` off the event loop; at most as many at once as there are processors."""
    return await asyncio.get_running_loop().run_in_executor(_easels(), render_card, spec)


@lru_cache(maxsize=1)
def _easels() -> ThreadPoolExecutor:
    """Threads of their own: a burst of cards never takes the default ones, which name look-ups need."""
    return ThreadPoolExecutor(max(1, min(4, os.cpu_count() or 1)), thread_name_prefix="card")


def _key(spec: CardSpec) -> str:
    return spec.seed or f"{spec.brand}\x1f{spec.headline}"


def _check_size(spec: CardSpec) -> None:
    small, large = sorted((spec.width, spec.height))
    if small < MIN_SIDE or large > MAX_SIDE or not MIN_RATIO <= spec.width / spec.height <= MAX_RATIO:
        raise PictureRefused(
            f"A card of {spec.width} × {spec.height} pixels can't be laid out well.",
            do_next=f"Ask for sides between {MIN_SIDE} and {MAX_SIDE} pixels and shapes from 1:2 to 2.4:1.",
        )


def _layout_problem(spec: CardSpec, layout: str) -> str:
    if spec.layout in (layout, "auto"):
        return ""
    if spec.photo is not None:
        return f"Words over a picture are set in the {layout} layout."
    if spec.layout == "offer":
        return f"The offer layout needs an offer such as “20%”; the {layout} layout is used."
    return f"There is no layout “{spec.layout[:24]}”; the {layout} layout is used."


def _prepare(spec: CardSpec, layout: str) -> _Copy:
    language = lettering.language_code(spec.language)
    texts: dict[str, str] = {}
    problems: list[str] = []
    for name in _FIELDS:
        texts[name], problem = lettering.plain(name, getattr(spec, name))
        problems += [problem] if problem else []
    if layout == "quote":
        texts["headline"] = texts["headline"].strip(_QUOTES + " ")
    if layout != "offer" and texts["offer"]:
        texts["kicker"] = " · ".join(filter(None, (texts["offer"], texts["kicker"])))
    texts["kicker"] = lettering.capitals(texts["kicker"], language)
    missing = lettering.Missing()
    lettering.find_extra(tuple(texts.values()), missing, spec.language)
    drawn = {name: lettering.drawable(text, missing) for name, text in texts.items()}
    if missing.letters:
        problems.append(missing.sentence())
    if not drawn["headline"]:
        drawn["headline"], drawn["sub"] = drawn["sub"] or drawn["brand"], ""
        if not drawn["headline"] and missing.letters:
            raise PictureRefused(
                "No font here can draw the words of this card.",
                do_next="Install the extra “cjk” or a font of the system that has them.",
            )
        problems.append("The card has no headline that can be drawn.")
    return _Copy({name: lettering.set_words(text, language) for name, text in drawn.items()}, problems, missing.extra)


def _logo(data: bytes | None) -> tuple[Image.Image | None, str]:
    if data is None:
        return None, ""
    try:
        return open_logo(data), ""
    except (OSError, ValueError, Image.DecompressionBombError):
        return None, "The logo could not be read, so the brand's name stands in for it."


def _data(
    spec: CardSpec, theme: Theme, copy: _Copy, face: typefaces.Face, rtl: bool, logo: Image.Image | None
) -> dict[str, object]:
    random = generator(_key(spec), "drawing")
    figure = face if face.weight >= 700 else typefaces.FACES["manrope"]
    italic = theme.italic and face.family == "Fraunces"
    return {
        "w": spec.width,
        "h": spec.height,
        "rtl": rtl,
        "lang": lettering.language_code(spec.language),
        "c": theme.colours,
        "f": {name: words.as_data() for name, words in copy.words.items()},
        "head": _face_data(face, italic),
        "figure": _face_data(figure, False),
        "figures": _figures(copy.words["offer"].text),
        "extra": list(copy.extra.families) if copy.extra else [],
        "logo": None if logo is None else logo.width / logo.height,
        "art": theme.art,
        "tiles": quilt(_key(spec)),
        "r": [round(float(value), 6) for value in random.random(16)],
    }


def _figures(offer: str) -> list[str] | None:
    """An amount with its sign apart, so that the sign can be set small: before, amount, after."""
    found = _AMOUNT.fullmatch(offer)
    return None if found is None else [found["before"] or "", found["amount"], found["after"] or ""]


def _face_data(face: typefaces.Face, italic: bool) -> dict[str, object]:
    return {
        "family": face.family,
        "weight": face.weight,
        "track": face.tracking,
        "lead": face.leading,
        "style": "italic" if italic else "normal",
    }


def _trim_problems(boxes: list[Box]) -> list[str]:
    return [
        f"The {noun} is too long for this picture and was trimmed."
        for box in boxes
        if box.trimmed and (noun := lettering.NOUNS.get(box.kind))
    ]


def _ground(spec: CardSpec, theme: Theme, key: str, boxes: list[Box], rtl: bool, dark: str, light: str) -> Image.Image:
    """The background, mended where words would not read on it."""
    if spec.photo is not None:
        photo = _photo(spec.photo, spec.width, spec.height)
        shade = mix(dark, theme.colours["ground"], 0.3)
        veil(photo, spots_of(boxes), shade)
        mend(photo, spots_of(boxes), shade, light)
        return Image.fromarray(photo)
    panel = next((Area(b.x, b.y, b.width, b.height, b.radius) for b in boxes if b.kind == "panel"), None)
    pixels = paint(
        spec.width, spec.height, theme.background, theme.colours["ground"], theme.lights, key, art=theme.art,
        panel=panel, panel_ground=theme.colours.get("panel", ""), rtl=rtl,
    )  # fmt: skip
    mend(pixels, spots_of(boxes), mix(dark, theme.colours["ground"], 0.3), light)
    return Image.fromarray(np.ascontiguousarray(pixels))


def _photo(data: bytes, width: int, height: int) -> Pixels:
    """The picture's pixels, cut evenly to the card's shape. Raises PictureRefused for bytes that are no picture."""
    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as opened:
            fitted = ImageOps.fit(opened.convert("RGB"), (width, height), Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise PictureRefused("The picture behind the words can't be read.", do_next="Send or make another.") from None
    return np.array(fitted)


def spots_of(boxes: list[Box]) -> list[Spot]:
    """The words that stand on the background itself, not on a flat shape of their own."""
    return [
        Spot(box.colour, box.x, box.y, box.width, box.height, box.size)
        for box in boxes
        if box.colour and not box.ground and box.width >= 1
    ]
