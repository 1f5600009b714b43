from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from bot.artwork.cards import LAYOUTS, CardSpec, choose_layout, draw_card, proof_of, render_card, spots_of
from bot.artwork.colour import SAFE_CONTRAST, contrast
from bot.artwork.contrast import measured
from bot.artwork.picture import PictureRefused
from bot.artwork.typeset import Box
from tests.bot.artwork.samples import SIZES, VELO, encoded, opened

WORDS = ("headline", "sub", "kicker", "cta", "offer", "brand", "logo")
LONG = (
    "We asked four hundred marketing teams how long it takes them to get a single post approved, from the first idea "
    "to the final tick. The answer surprised everybody in the room."
)
HOSTILE = (
    '#panic() #image("/etc/passwd") $x$ *b* _i_ @ref <label> \\u{41} `raw` // gone',
    "{{7*7}} ${7*7} <%= 7*7 %> {% raw %} {0} %s",
    '<script>alert(1)</script> <b>& "quotes" \' \0 \x1b[31m',
    "\u202eevil\u202c \u2066iso\u2069 \ufeff zero\u200bwidth",
    "lone \ud83d surrogate \udc00",
    "x" * 10_000,
    "W" * 300,
    "a" + "\u0301" * 3000,
    "👩‍" * 400,
    "\n\n\t\r \u2028 \u2029",
    "#" * 200,
    "(((((" * 60,
)


def ink_outside(overlay: Image.Image, left: float, right: float) -> int:
    """Opaque pixels of the overlay left or right of two lines."""
    alpha = np.asarray(overlay.getchannel("A"))
    return int((alpha[:, : int(left)] > 24).sum() + (alpha[:, int(right) :] > 24).sum())


def overlap(one: Box, other: Box) -> float:
    wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(0.0, wide) * max(0.0, high)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_touches_and_nothing_leaves_the_card(layout: str, width: int, height: int) -> None:
    proof = proof_of(replace(VELO, layout=layout, width=width, height=height))
    words = [box for box in proof.boxes if box.kind in WORDS]
    shapes = [box for box in proof.boxes if box.kind in ("art", "panel")]
    assert {"headline", "sub", "cta", "brand"} <= {box.kind for box in words}
    for box in words:
        assert box.x >= 0.03 * width - 0.05 * box.size
        assert box.x + box.width <= width * 0.97 + 1
        assert 0.03 * height <= box.y
        assert box.y + box.height <= height * 0.97
    for one, other in [*combinations(words, 2), *((word, shape) for word in words for shape in shapes)]:
        assert overlap(one, other) == 0, (one.kind, other.kind)
    assert proof.problems == ()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_stories_keep_words_out_of_the_interface(layout: str) -> None:
    for box in proof_of(replace(VELO, layout=layout, width=1080, height=1920)).boxes:
        if box.kind in WORDS:
            assert box.y >= 0.13 * 1920
            assert box.y + box.height <= 0.815 * 1920


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("width", "height"), SIZES[:5])
def test_long_words_and_long_names_stay_apart(layout: str, width: int, height: int) -> None:
    proof = proof_of(
        CardSpec(
            headline=LONG, sub=LONG, kicker="Study · approvals in marketing teams 2026", cta="Download the whole study",
            offer="Free shipping", brand="Österreichische Flussschifffahrtsgesellschaft", layout=layout, width=width,
            height=height,
        )
    )  # fmt: skip
    words = [box for box in proof.boxes if box.kind in WORDS and box.width > 0]
    for one, other in combinations(words, 2):
        assert overlap(one, other) == 0, (one.kind, other.kind)
    for box in words:
        assert box.x >= 0
        assert box.x + box.width <= width
        assert box.y + box.height <= height
    assert any(box.trimmed for box in words) == any("trimmed" in problem for problem in proof.problems)


@given(
    palette=st.lists(st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}"), max_size=4).map(tuple),
    layout=st.sampled_from(LAYOUTS),
    size=st.sampled_from([(540, 540), (540, 960), (800, 450)]),
    seed=st.text("abc", min_size=1, max_size=3),
)
@settings(max_examples=70, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_words_read_on_every_palette(palette: tuple[str, ...], layout: str, size: tuple[int, int], seed: str) -> None:
    spec = replace(VELO, palette=palette, layout=layout, width=size[0], height=size[1], seed=seed)
    proof = proof_of(spec)
    pixels = np.asarray(proof.ground)
    spots = spots_of(list(proof.boxes))
    assert spots
    for spot in spots:
        assert measured(pixels, spot) >= SAFE_CONTRAST
    for box in proof.boxes:
        if box.colour and box.ground:
            assert contrast(box.colour, box.ground) >= SAFE_CONTRAST


def test_the_finished_picture_shows_the_measured_contrast() -> None:
    spec = replace(VELO, layout="statement", palette=("#ffe500", "#111111"), headline="Sale")
    card = np.asarray(opened(render_card(spec).data).convert("RGB"))
    box = next(box for box in proof_of(spec).boxes if box.kind == "headline")
    part = card[int(box.y) : int(box.y + box.height), int(box.x) : int(box.x + box.width)].reshape(-1, 3)
    levels = part.astype(int).sum(1)
    dark, light = part[levels <= np.percentile(levels, 10)].mean(0), part[levels >= np.percentile(levels, 90)].mean(0)
    codes = ["#" + "".join(f"{round(value):02x}" for value in colour) for colour in (dark, light)]
    assert contrast(*codes) >= SAFE_CONTRAST


def test_the_same_spec_gives_the_same_bytes() -> None:
    for layout in LAYOUTS:
        spec = replace(VELO, layout=layout, width=600, height=600)
        assert render_card(spec).data == render_card(spec).data


def test_another_seed_gives_another_picture() -> None:
    spec = replace(VELO, layout="tiles", width=600, height=600)
    assert render_card(replace(spec, seed="a")).data != render_card(replace(spec, seed="b")).data


@pytest.mark.parametrize("text", HOSTILE, ids=[f"hostile{i}" for i in range(len(HOSTILE))])
@pytest.mark.parametrize("layout", ["statement", "offer"])
def test_hostile_words_are_only_words(text: str, layout: str) -> None:
    spec = CardSpec(
        headline=text, sub=text, kicker=text, cta=text, offer=text, brand=text, layout=layout, language=text, font=text,
        seed=text,
    )  # fmt: skip
    proof = proof_of(spec)
    assert ink_outside(proof.overlay, 0.04 * 1080, 0.96 * 1080) == 0
    for box in proof.boxes:
        assert box.x + box.width <= 1080


@given(text=st.text(st.characters(), min_size=1, max_size=80), layout=st.sampled_from(LAYOUTS))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_words_can_be_set(text: str, layout: str) -> None:
    picture = render_card(replace(VELO, headline=text, sub=text, layout=layout, width=480, height=480))
    assert opened(picture.data).size == (480, 480)


@pytest.mark.parametrize(
    "word",
    ["Donaudampfschifffahrtsgesellschaftskapitän", "Verkehrsinfrastrukturfinanzierungsgesellschaft", "x" * 70,
     "https://velo.example/very/long/address/without/any/blank/in/it"],
)  # fmt: skip
@pytest.mark.parametrize(("width", "height"), [(1080, 1080), (1080, 1920), (1200, 630)])
def test_a_word_longer_than_the_line_never_leaves_it(word: str, width: int, height: int) -> None:
    proof = proof_of(
        CardSpec(headline=f"{word} gesucht", sub=f"Jetzt {word}", language="de", layout="statement", width=width,
                 height=height)
    )  # fmt: skip
    assert ink_outside(proof.overlay, 0.035 * width, 0.965 * width) == 0


def test_words_that_cannot_fit_are_trimmed_at_a_word_and_said() -> None:
    wide = " ".join(f"WWWWMMMMWW{i}" for i in range(17))
    words = {"headline": wide, "sub": f"{wide} {wide[:80]}"}
    proof = proof_of(
        replace(VELO, headline=words["headline"], sub=words["sub"], layout="split", width=1600, height=900)
    )
    trimmed = [box for box in proof.boxes if box.trimmed]
    assert trimmed
    for box in trimmed:
        shown = box.shown.removesuffix("…")
        assert words[box.kind].startswith(shown)
        assert words[box.kind][len(shown)] == " "
    assert len([problem for problem in proof.problems if "was trimmed" in problem]) == len(trimmed)


def test_missing_glyphs_are_reported_and_left_out() -> None:
    picture = render_card(replace(VELO, headline="Signs 𒀀𒀁 of spring", width=480, height=480))
    plain = render_card(replace(VELO, headline="Signs of spring", width=480, height=480, seed="s"))
    same = render_card(replace(VELO, headline="Signs 𒀀𒀁 of spring", width=480, height=480, seed="s"))
    assert any(problem.startswith("Missing glyphs") and "𒀀" in problem for problem in picture.problems)
    assert same.data == plain.data


def test_a_card_without_any_drawable_word_is_refused_instead_of_empty() -> None:
    with pytest.raises(PictureRefused, match="No font here can draw"):
        render_card(CardSpec(headline="𒀀𒀁", sub="𒀁", brand="𒀀"))


def test_a_headline_without_any_drawable_letter_gives_its_place_to_the_next_words() -> None:
    proof = proof_of(replace(VELO, headline="𒀀𒀁", layout="statement"))
    assert "headline" in {box.kind for box in proof.boxes if box.width > 0}
    assert "The card has no headline that can be drawn." in proof.problems


def test_right_to_left_cards_are_mirrored() -> None:
    latin = {box.kind: box for box in proof_of(replace(VELO, layout="editorial", width=1600, height=900)).boxes}
    hebrew = proof_of(
        replace(VELO, headline="האביב מתחיל על שני גלגלים", language="he", layout="editorial", width=1600, height=900)
    )
    mirrored = {box.kind: box for box in hebrew.boxes}
    assert latin["art"].x > 800 > mirrored["art"].x
    assert mirrored["headline"].x + mirrored["headline"].width == pytest.approx(1600 - latin["headline"].x, abs=1)


@pytest.mark.parametrize(
    ("change", "layout"),
    [
        ({}, "offer"),
        ({"offer": "", "headline": "“The best ride I have had in years”"}, "quote"),
        ({"offer": "", "headline": LONG}, "statement"),
        ({"layout": "tiles"}, "tiles"),
        ({"layout": "offer", "offer": ""}, "statement"),
        ({"layout": "offer", "offer": "🎁"}, "statement"),
        ({"layout": "brochure"}, "offer"),
    ],
)
def test_the_layout_follows_the_content(change: dict[str, str], layout: str) -> None:
    spec = CardSpec(**{**{name: getattr(VELO, name) for name in ("headline", "sub", "offer", "brand")}, **change})
    assert choose_layout(spec) == layout


def test_free_layouts_are_chosen_by_seed_and_all_occur() -> None:
    chosen = {choose_layout(CardSpec(headline="Hello", seed=str(i))) for i in range(60)}
    assert chosen == {"editorial", "aurora", "tiles", "split", "statement"}


def test_a_layout_that_cannot_be_is_said() -> None:
    picture = render_card(replace(VELO, layout="brochure", width=480, height=480))
    assert picture.layout == "offer"
    assert picture.problems == ("There is no layout “brochure”; the offer layout is used.",)


def test_an_offer_is_not_lost_in_other_layouts() -> None:
    with_offer = render_card(replace(VELO, layout="aurora", width=480, height=480, kicker=""))
    without = render_card(replace(VELO, layout="aurora", width=480, height=480, kicker="", offer=""))
    assert with_offer.data != without.data


@pytest.mark.parametrize(("width", "height"), [(100, 100), (5000, 5000), (3000, 600), (300, 1000)])
def test_sizes_that_no_layout_serves_are_refused_with_a_way_on(width: int, height: int) -> None:
    with pytest.raises(PictureRefused) as refused:
        render_card(replace(VELO, width=width, height=height))
    assert "sides between" in refused.value.do_next


def logo(colour: str, ground: str | None = None) -> bytes:
    mark = Image.new("RGBA", (300, 100), ground or (0, 0, 0, 0))
    ImageDraw.Draw(mark).rounded_rectangle((30, 20, 270, 80), 20, fill=colour)
    return encoded(mark)


@pytest.mark.parametrize("data", [logo("#ffffff"), logo("#111111"), logo("#222222", "#ffffff"), logo("#c9ef6a")])
@pytest.mark.parametrize("layout", ["editorial", "statement"])
def test_a_logo_is_seen_on_every_ground(data: bytes, layout: str) -> None:
    spec = replace(VELO, layout=layout, logo=data)
    card = opened(render_card(spec).data).convert("RGB")
    box = next(box for box in proof_of(spec).boxes if box.kind == "logo")
    middle = card.getpixel((round(box.x + box.width / 2), round(box.y + box.height / 2)))
    beside = card.getpixel((round(box.x - 12), round(box.y + box.height / 2)))
    assert isinstance(middle, tuple)
    assert isinstance(beside, tuple)
    codes = ["#" + "".join(f"{int(value):02x}" for value in pixel) for pixel in (middle, beside)]
    assert contrast(*codes) > 1.8


def test_a_broken_logo_gives_way_to_the_name() -> None:
    proof = proof_of(replace(VELO, logo=b"not a picture"))
    assert "brand" in {box.kind for box in proof.boxes}
    assert any("logo could not be read" in problem for problem in proof.problems)


async def test_cards_are_drawn_beside_the_event_loop() -> None:
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0.001)

    task = asyncio.create_task(beat())
    pictures = await asyncio.gather(*(draw_card(replace(VELO, layout=name)) for name in LAYOUTS))
    task.cancel()
    assert [picture.layout for picture in pictures] == list(LAYOUTS)
    assert beats > 5
