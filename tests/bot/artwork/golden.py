"""Every card layout in five shapes, twelve scripts and extreme lengths: what each looked like when somebody looked.

    python -m tests.bot.artwork.golden FOLDER   # draws all, writes contact sheets there and the fingerprints anew

A fingerprint is the card as 12 × 12 grey cells of 16 levels: it forgives another version of a font renderer, and tells
words that moved, a colour that changed, or a part that went missing. Look at the sheets before you commit new ones.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from bot.artwork.cards import LAYOUTS, CardSpec, render_card
from bot.artwork.typefaces import forget_fonts
from tests.bot.artwork.samples import encoded, photo

KEPT = Path(__file__).with_name("golden_cards.json")
SIZES: Mapping[str, tuple[int, int]] = {
    "square": (540, 540),
    "portrait": (540, 675),
    "story": (540, 960),
    "wide": (800, 450),
    "link": (600, 315),
}
SIDE, LEVELS = 12, 16
_VELO = CardSpec("", brand="Velo", palette=("#0f5c4a", "#ff7f5c", "#c9ef6a"), seed="golden")
WORDS: Mapping[str, CardSpec] = {
    "latin": replace(_VELO, headline="Spring starts on two wheels", sub="20% off every bike until 30 April.",
                     kicker="Spring sale", cta="Find your bike", offer="20%"),
    "vietnamese": replace(_VELO, headline="Mùa xuân bắt đầu trên hai bánh", sub="Giảm 20% đến hết 30 tháng 4.",
                          kicker="Ưu đãi", cta="Tìm xe", offer="20%", language="vi"),
    "cyrillic": replace(_VELO, headline="Весна начинается на двух колёсах", sub="Скидка 20% до 30 апреля.",
                        kicker="Распродажа", cta="Выбрать", offer="20%", language="ru"),
    "greek": replace(_VELO, headline="Η άνοιξη ξεκινά με δύο ρόδες", sub="Έκπτωση 20% έως 30 Απριλίου.",
                     kicker="Προσφορά", cta="Δες τα", offer="20%", language="el"),
    "arabic": replace(_VELO, headline="الربيع يبدأ على عجلتين", sub="خصم ٢٠٪ حتى ٣٠ أبريل.", kicker="تخفيضات",
                      cta="اختر دراجتك", offer="20%", language="ar"),
    "hebrew": replace(_VELO, headline="האביב מתחיל על שני גלגלים", sub="20% הנחה עד 30 באפריל.", kicker="מבצע",
                      cta="לבחירה", offer="20%", language="he"),
    "devanagari": replace(_VELO, headline="वसंत दो पहियों पर शुरू होता है", sub="30 अप्रैल तक 20% की छूट।", kicker="छूट",
                          cta="देखें", offer="20%", language="hi"),
    "thai": replace(_VELO, headline="ฤดูใบไม้ผลิเริ่มต้นบนสองล้อ", sub="ลด 20% ถึง 30 เมษายน", kicker="ลดราคา",
                    cta="เลือกจักรยาน", offer="20%", language="th"),
    "japanese": replace(_VELO, headline="春は二輪から始まります",
                        sub="4月30日まで全ての自転車が20%オフ。試乗もできます。", kicker="春のセール",
                        cta="自転車を探す", offer="20%", language="ja"),
    "korean": replace(_VELO, headline="봄은 두 바퀴에서 시작됩니다", sub="4월 30일까지 모든 자전거 20% 할인.",
                      kicker="봄 세일", cta="자전거 찾기", offer="20%", language="ko"),
    "chinese": replace(_VELO, headline="春天从两个轮子开始", sub="截至4月30日，所有自行车八折，欢迎试骑。",
                       kicker="春季特卖", cta="选购自行车", offer="20%", language="zh-CN"),
    "page of a carousel": replace(_VELO, headline="Every bike comes with a free first service and a helmet that fits",
                                  sub="Our mechanics set brakes, gears and saddle while you wait, any day but Monday.",
                                  kicker="2/6"),
    "emoji and signs": replace(_VELO, headline="🚲 Spring & summer – “2 wheels” → go!",
                               sub="CHF 2’490.– instead of €3’000",
                               kicker="№ 1 · sale", cta="Go →", offer="CHF 99.–"),
    "one letter": replace(_VELO, headline="O", sub="", offer="5%"),
    "very long": replace(_VELO, headline="Fahrradreparaturwerkstattöffnungszeitenänderung " * 4,
                         sub="All about it. " * 20,
                         kicker="Announcement of the year", cta="Read everything about it now", offer="1’999.95 CHF",
                         language="de"),
}  # fmt: skip


@contextmanager
def wide_fonts() -> Iterator[None]:
    """A user whose own fonts are `home/fonts`: the very letters of these cards, cut out of Noto Sans JP, KR and SC."""
    before = os.environ.get("XDG_DATA_HOME")
    os.environ["XDG_DATA_HOME"] = str(Path(__file__).with_name("home"))
    forget_fonts()
    try:
        yield
    finally:
        os.environ.pop("XDG_DATA_HOME")
        if before is not None:
            os.environ["XDG_DATA_HOME"] = before
        forget_fonts()


@cache
def _behind() -> bytes:
    return encoded(photo(600, 600, seed=11))


def cases() -> Iterator[tuple[str, str, str, CardSpec]]:
    """Layout ("photo" for words over one), size, words, and the card."""
    for layout in (*LAYOUTS, "photo"):
        for size, (width, height) in SIZES.items():
            for words, spec in WORDS.items():
                card = replace(spec, width=width, height=height)
                yield (
                    layout,
                    size,
                    words,
                    (replace(card, photo=_behind()) if layout == "photo" else replace(card, layout=layout)),
                )


def fingerprint(data: bytes) -> str:
    """144 hex digits, a cell each."""
    with Image.open(BytesIO(data)) as opened:
        cells = opened.convert("L").resize((SIDE, SIDE), Image.Resampling.BOX).tobytes()
    return "".join(f"{level * LEVELS // 256:x}" for level in cells)


def apart(one: str, other: str) -> tuple[float, int]:
    """How far two fingerprints are: the mean and the largest difference, in levels."""
    steps = [abs(int(a, 16) - int(b, 16)) for a, b in zip(one, other, strict=True)]
    return sum(steps) / len(steps), max(steps)


def kept() -> dict[str, str]:
    found: dict[str, str] = json.loads(KEPT.read_text(encoding="utf-8"))
    return found


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    prints: dict[str, str] = {}
    sheets: dict[str, Image.Image] = {}
    for layout, size, words, card in cases():
        data = render_card(card).data
        prints[f"{layout} {size} {words}"] = fingerprint(data)
        sheet = sheets.setdefault(layout, Image.new("RGB", (200 * len(WORDS), 240 * len(SIZES)), "#888888"))
        small = ImageOps.contain(Image.open(BytesIO(data)), (192, 232))
        sheet.paste(small, (200 * list(WORDS).index(words) + 4, 240 * list(SIZES).index(size) + 4))
    for layout, sheet in sheets.items():
        sheet.save(folder / f"{layout}.png")
    KEPT.write_text(json.dumps(prints, indent=0, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    with wide_fonts():
        main(Path(sys.argv[1]))
