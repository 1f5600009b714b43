"""Draw cards.jpg, the sheet of card layouts in the README: `python docs/pictures/draw_cards.py` from the top folder."""

from __future__ import annotations

import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PIL import Image, ImageDraw

from bot.artwork.cards import CardSpec, render_card

VELO = CardSpec(
    headline="Spring starts on two wheels",
    sub="20% off every city and gravel bike until 30 April. Test rides all day.",
    kicker="Spring sale",
    cta="Find your bike",
    brand="Velo",
    palette=("#0f5c4a", "#ff7f5c", "#c9ef6a"),
)
OFFER = replace(VELO, layout="offer", offer="20%", sub="Every city and gravel bike, until 30 April.")
QUOTE = replace(
    VELO,
    layout="quote",
    headline="I sold the car in March. I have not missed it once.",
    sub="Noor, rides 14 km to work",
    kicker="Riders",
    cta="",
)
ROWS: tuple[tuple[CardSpec, ...], ...] = (
    (
        replace(OFFER, seed="2"),
        replace(VELO, layout="editorial", seed="hills", height=1350),
        replace(VELO, layout="tiles", seed="quilt", width=1600, height=900),
    ),
    (
        replace(VELO, layout="statement", seed="a", height=1920, headline="Ride to work. Keep the change."),
        replace(VELO, layout="aurora", seed="c", width=1200, height=630),
        replace(QUOTE, seed="q", height=1350),
        replace(VELO, layout="split", seed="k", headline="New: gravel, ready for mud"),
    ),
)
WIDTH, GAP = 2000, 28


def draw(row: tuple[CardSpec, ...]) -> Image.Image:
    """One row of cards of equal height, as wide as the sheet."""
    ratios = [spec.width / spec.height for spec in row]
    height = round((WIDTH - GAP * (len(row) + 1)) / sum(ratios))
    strip = Image.new("RGB", (WIDTH, height), "#e9e9e4")
    left = GAP
    for spec, ratio in zip(row, ratios, strict=True):
        card = Image.open(BytesIO(render_card(spec).data))
        card = card.resize((round(height * ratio), height), Image.Resampling.LANCZOS)
        mask = Image.new("L", (card.width * 2, card.height * 2), 0)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), 28, fill=255)
        strip.paste(card, (left, 0), mask.resize(card.size, Image.Resampling.BOX))
        left += card.width + GAP
    return strip


def main() -> None:
    strips = [draw(row) for row in ROWS]
    sheet = Image.new("RGB", (WIDTH, sum(strip.height for strip in strips) + GAP * (len(strips) + 1)), "#e9e9e4")
    top = GAP
    for strip in strips:
        sheet.paste(strip, (0, top))
        top += strip.height + GAP
    sheet.save(Path(__file__).with_name("cards.jpg"), "JPEG", quality=84, optimize=True, progressive=True)


if __name__ == "__main__":
    main()
