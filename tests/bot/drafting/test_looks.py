"""How a website looks and what it is called, whatever it was made with."""

from __future__ import annotations

import pytest

from bot.drafting.confined import Unreadable
from bot.drafting.looks import Looks, look_at, read_looks, same_site
from tests.bot.drafting.site import ABOUT, HOMEPAGE, LOOK, PLAIN_HOMEPAGE

HERE = "https://velo.example/"


def read(html: str) -> Looks:
    return read_looks(html.encode(), "text/html", HERE)


def test_a_homepage_says_what_it_is_called_and_how_it_looks() -> None:
    found = read(PLAIN_HOMEPAGE)
    assert found.language == "en" and found.names[0] == "Velo Werk"
    assert found.colours[0] == ("#0f5c43", 12.0)
    assert dict(found.colours)["#f2b33d"] > dict(found.colours)["#1a211c"]
    assert "#0d6efd" not in dict(found.colours), "a framework's"
    assert found.fonts[0] == "Fraunces" and "Inter" in found.fonts
    assert "guarantee of ten years" in found.text and "assembled" in found.text
    assert "newsletter" not in found.text


def test_only_its_own_site_is_led_to() -> None:
    found = read(PLAIN_HOMEPAGE)
    assert found.links == (f"{HERE}about", f"{HERE}imprint")
    assert found.styles == (f"{HERE}look.css",)
    assert found.pictures == (f"{HERE}velo-logo.png", f"{HERE}icon.png", f"{HERE}share.png"), "no drawing"


@pytest.mark.parametrize(
    "added",
    [
        '<base href="https://evil.example/">',
        '<img class="logo" src="https://evil.example/logo.png">',
        '<img class="logo" src="//evil.example/logo.png">',
        '<img class="logo" src="data:image/png;base64,AAAA">',
        '<img class="logo" src="javascript:alert(1)">',
        '<img class="logo" src="file:///etc/passwd">',
        '<img class="logo" src="http://velo.example/logo.png">',
        '<img class="logo" src="https://velo.example:8443/logo.png">',
        '<img class="logo" src="https://velo.example@evil.example/logo.png">',
        '<img class="logo" src="https://[broken/logo.png">',
        '<a href="https://evil.example/about">About us</a>',
        '<link rel="stylesheet" href="https://evil.example/x.css">',
        '<meta property="og:image" content="https://evil.example/og.png">',
    ],
)
def test_a_page_leads_nobody_elsewhere(added: str) -> None:
    found, plain = read(HOMEPAGE.replace("<title>", added + "<title>")), read(HOMEPAGE)
    assert (set(found.links), set(found.styles)) == (set(plain.links), set(plain.styles))
    assert set(found.pictures) <= set(plain.pictures)


@pytest.mark.parametrize(
    ("other", "own", "part"),
    [
        ("https://velo.example/a", True, True),
        ("https://www.velo.example/a", True, True),
        ("https://cdn.velo.example/a.png", False, True),
        ("https://evilvelo.example/a.png", False, False),
        ("https://velo.example.evil.test/a", False, False),
        ("http://velo.example/a", False, False),
        ("ftp://velo.example/a", False, False),
        ("https://velo.example:99999/a", False, False),
        ("", False, False),
    ],
)
def test_what_is_of_the_same_site(other: str, own: bool, part: bool) -> None:
    assert same_site(HERE, other) is own
    assert same_site(HERE, other, parts_too=True) is part


def test_a_stylesheet_has_colours_and_fonts_alone() -> None:
    found = read_looks(LOOK.encode(), "text/css", f"{HERE}look.css")
    assert found.colours[0][0] == "#0f5c43" and found.fonts == ("Fraunces",)
    assert not (found.text or found.title or found.links)


async def test_in_the_child_as_here() -> None:
    assert await look_at(ABOUT.encode(), "text/html", HERE) == read(ABOUT)


@pytest.mark.parametrize("body", [b"", b"\x00" * 2000, b"<" * 5000, b"{}" * 9000, b"<html>" + b"--a:#fff;" * 60_000])
async def test_whatever_comes_is_read_or_refused(body: bytes) -> None:
    for kind in ("text/html", "text/css"):
        try:
            found = await look_at(body, kind, HERE)
        except Unreadable:
            continue
        assert len(found.colours) <= 24 and len(found.text) <= 20_000
