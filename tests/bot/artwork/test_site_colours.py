"""Of a website's many colours a few are the brand's."""

from __future__ import annotations

from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.artwork.colour import SAFE_CONTRAST, contrast
from bot.artwork.site_colours import MOST, colours_in, palette_from


def test_lively_ones_lead_and_no_two_are_alike() -> None:
    found = palette_from([("#f4f4f4", 9), ("#0f5c43", 12), ("#0F5C44", 3), ("rgb(242, 179, 61)", 8), ("#111", 20)])
    assert [each.colour for each in found][:2] == ["#0f5c43", "#f2b33d"]
    assert "#0f5c44" not in [each.colour for each in found]


def test_a_palette_that_cannot_be_read_within_gets_the_sites_own_grey() -> None:
    found = palette_from([("#ffd84d", 10), ("#ffe38a", 6), ("#1a211c", 5), ("#ffffff", 5)])
    assert found[0].colour == "#ffd84d" and found[0].letters == "#000000"
    assert found[-1].colour == "#1a211c"


def test_greys_alone_are_no_palette() -> None:
    assert palette_from([("#fff", 9), ("#333", 9), ("none", 3), ("url(x)", 3), ("", 1)]) == ()


@given(st.lists(st.tuples(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True), st.floats(0, 20)), max_size=30))
def test_letters_can_be_read_on_every_one(weighed: list[tuple[str, float]]) -> None:
    found = palette_from(weighed)
    assert len(found) <= MOST and len({each.colour for each in found}) == len(found)
    assert all(contrast(each.letters, each.colour) >= SAFE_CONTRAST for each in found)


def test_a_logos_colours_are_those_of_its_solid_part() -> None:
    logo = Image.new("RGBA", (80, 40), (0, 0, 0, 0))
    logo.paste((15, 92, 67, 255), (0, 0, 60, 40))
    logo.paste((242, 179, 61, 255), (60, 0, 80, 40))
    data = BytesIO()
    logo.save(data, "PNG")
    found = dict(colours_in(data.getvalue()))
    assert set(found) == {"#0f5c43", "#f2b33d"} and found["#0f5c43"] > 0.7
