from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.artwork.colour import SAFE_CONTRAST, contrast, hexed, mix, oklch, parse_colour, readable
from bot.artwork.palette import button, derive

colours = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@given(colours)
def test_colours_survive_the_way_through_oklch(colour: str) -> None:
    turned = hexed(*oklch(colour))
    assert all(abs(int(turned[i : i + 2], 16) - int(colour[i : i + 2], 16)) <= 2 for i in (1, 3, 5))


@given(colours, colours)
def test_any_text_colour_becomes_readable_on_any_ground(text: str, ground: str) -> None:
    assert contrast(readable(text, ground), ground) >= SAFE_CONTRAST


@given(colours, colours)
def test_a_colour_that_reads_already_stays_as_it_is(text: str, ground: str) -> None:
    if contrast(text, ground) >= SAFE_CONTRAST:
        assert readable(text, ground) == text


def test_mixing_ends_at_its_ends() -> None:
    assert mix("#2447d5", "#ff9d6c", 0) == "#2447d5"
    assert mix("#2447d5", "#ff9d6c", 1) == "#ff9d6c"


@pytest.mark.parametrize(
    ("text", "read"),
    [("#ABC", "#aabbcc"), ("rebeccapurple", "#663399"), ("rgb(255 0 0)", "#ff0000"), (" #0f5c4a ", "#0f5c4a")],
)
def test_css_colours_are_read(text: str, read: str) -> None:
    assert parse_colour(text) == read


@pytest.mark.parametrize("text", ["", "#12", "velo green", "url(x)", "#" + "f" * 500, "\ud800"])
def test_other_words_are_no_colours(text: str) -> None:
    assert parse_colour(text) is None


@given(st.lists(colours, min_size=0, max_size=5), st.text(max_size=10))
def test_every_palette_is_whole_and_its_button_reads(given_colours: list[str], brand: str) -> None:
    palette, problems = derive(tuple(given_colours), brand)
    assert problems == ()
    assert contrast(palette.ink, palette.paper) > 7
    for ground in (palette.paper, palette.deep, palette.brand, palette.soft, palette.pop):
        fill, words = button(ground, palette)
        assert contrast(fill, words) >= SAFE_CONTRAST


def test_the_first_chromatic_colour_is_the_brands_and_is_never_altered() -> None:
    palette, _ = derive(("#ffffff", "#111111", "#e2542b", "#0b6e8f"), "Velo")
    assert palette.brand == "#e2542b"


def test_what_is_no_colour_is_left_out_and_said() -> None:
    palette, problems = derive(("velo green", "#0f5c4a"), "Velo")
    assert palette.brand == "#0f5c4a"
    assert problems == ("“velo green” is not a colour we can read, so it was left out.",)


def test_a_brand_without_colours_keeps_its_default_palette() -> None:
    assert derive((), "Velo")[0] == derive((), "Velo")[0]
    assert len({derive((), name)[0].brand for name in "abcdefghijklmnop"}) > 3
