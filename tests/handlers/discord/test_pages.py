"""“Read all”: whole texts in pages that Discord takes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views import DraftView
from bot.words import reading
from handlers.discord import limits
from handlers.discord.pages import Mode, page_of
from tests.handlers.discord.phone import components, seen
from tests.handlers.slack.made import COPY, PICTURE, ZONE, decided, draft, medium, spring, version, view
from tests.handlers.slack.test_render import HOSTILE, RIGHT_TO_LEFT


def read(of: DraftView, mode: Mode = "details", number: int = 0, there: frozenset[str] = frozenset()) -> str:
    page = page_of(of, zone=ZONE, mode=mode, number=number, there=there)
    limits.checked(page.view)
    return seen(components(page.view))


def all_pages(of: DraftView, mode: Mode = "details") -> list[str]:
    pages = [read(of, mode)]
    while "Next]" in pages[-1]:
        pages.append(read(of, mode, len(pages)))
        assert len(pages) < 200
    return pages


def test_everything_of_a_draft_in_the_order_in_which_it_is_read() -> None:
    words = read(view(decided()), there=frozenset({PICTURE}))
    assert words.startswith(
        "*Spring sale*   Tue 1 Dec, 09:00 CET\n⚠ “Best in town” has no source.\n*LinkedIn · Velo AG*"
    )
    assert f"{COPY}\n[picture attachment://aaaaaaaaaaaaaaaa.jpeg: Red gravel bike on a wet road]\nAlt: Red" in words
    assert "*Asked for*\nAnnounce our spring sale\n(Asked by Tom)" in words
    assert "asked for changes)\nShorter, <!channel>\n*Earlier wordings*" in words
    assert "[" not in words.rpartition("Earlier wordings")[2], "nothing to press where all is on one page"


def test_a_picture_that_is_not_there_is_named() -> None:
    assert "(A picture, 1200 × 675)" in read(view(spring()))


def test_only_the_last_page_approves_and_exactly_what_was_read() -> None:
    of = view(draft(version(0, "Come by and ride. " * 600, limit=None)))
    pages = all_pages(of, "read")
    assert len(pages) > 2 and not any("Approve]" in each for each in pages[:-1])
    assert pages[0].endswith("[!Next]") and pages[-1].endswith("[Back] [!Approve]")
    assert f"(Page 2 of {len(pages)})\n[Back] [!Next]" in pages[1]
    last = components(page_of(of, zone=ZONE, mode="read", number=99).view)
    assert last[-1]["components"][-1]["custom_id"] == f"a:agree:d_spring:{of.digest}"
    assert not any("Approve]" in each for each in all_pages(of))


def test_one_of_several_can_be_put_off() -> None:
    words = read(view(draft(version(0))), "review")
    assert words.endswith("[!Approve]\n[Ask for changes] [Reject] [Later]")


@pytest.mark.parametrize("words", [HOSTILE, RIGHT_TO_LEFT, "# big\n> quote\n- list\n1. one\n**b** ||s|| <@1>"])
def test_a_text_is_seen_as_it_was_written(words: str) -> None:
    assert f"\n{words}\n" in read(view(draft(version(0, words))))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["Come by. ", "\n\n", "*" * 40, "https://velo.example/a_b ", "👩‍👩‍👧", "מבצע ", "x" * 90, "- "]
        ),
        min_size=1,
        max_size=300,
    ),
    st.sampled_from(["en", "de"]),
    st.sampled_from(["details", "read", "review"]),
)
def test_no_word_is_lost_and_every_page_fits(parts: list[str], language: str, mode: Any) -> None:
    text = "".join(parts)
    of = view(draft(version(0, text or "x", limit=None), version(1, text * 3, limit=None)))
    with reading(language):
        whole = "".join(all_pages_in(of, mode))
    assert whole.count("".join(text.split())) >= 1 and "".join((text * 3).split()) in whole


def all_pages_in(of: DraftView, mode: Mode) -> list[str]:
    """Every page's words without white space and without what stands below them."""
    found, number = list[str](), 0
    while True:
        page = page_of(of, zone=ZONE, mode=mode, number=number)
        parts = components(limits.checked(page.view) and page.view)
        texts = [each for each in parts if each["type"] == 10]
        many = any(
            each.get("custom_id", "").startswith("a:page:") for row in parts for each in row.get("components", ())
        )
        found += ["".join(seen([each]).split()) for each in (texts[:-1] if many else texts)]
        number += 1
        if not any(_turns(each, number) for row in parts for each in row.get("components", ())):
            return found


def _turns(button: dict[str, Any], number: int) -> bool:
    name = str(button.get("custom_id", ""))
    return name.startswith("a:page:") and name.split(":")[4] == str(number)


def test_pictures_are_shared_out_over_pages() -> None:
    shas = [f"{number:02x}" * 32 for number in range(10, 40)]
    of = view(draft(*(version(number, picture=medium(sha)) for number, sha in enumerate(shas))))
    seen_files = set[str]()
    for number in range(30):
        page = page_of(of, zone=ZONE, number=number, there=frozenset(shas))
        limits.checked(page.view)
        assert len(page.files) <= limits.ATTACHMENTS
        seen_files |= set(page.files.values())
    assert seen_files == set(shas)
