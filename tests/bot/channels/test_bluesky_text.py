"""A text is counted, split and marked as Bluesky does it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.bluesky_identity import handle_in
from bot.channels.bluesky_records import tid
from bot.channels.bluesky_text import facets, fits, graphemes, handles_in, size, split
from bot.errors import BadInput
from tests.fakes.bluesky_lexicon import TID, check_post

WORDS = st.text(alphabet="ab .!?\n。é👩‍🚲(#@https://)", max_size=1500)
PEOPLE = {"ana.bsky.social": "did:plc:anaanaanaanaanaanaanaana"}


def marked(text: str) -> list[tuple[str, str]]:
    """What each facet covers, and what it means."""
    data = text.encode()
    found = []
    for facet in facets(text, PEOPLE):
        [feature] = facet["features"]
        covered = data[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
        found.append((covered, feature.get("uri") or feature.get("did") or feature.get("tag")))
    return found


# After packages/api/tests/rich-text-detection.test.ts of the AT Protocol's own client.
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no mention", []),
        ("@ana.bsky.social hallo", [("@ana.bsky.social", PEOPLE["ana.bsky.social"])]),
        ("(@Ana.bsky.social)", [("@Ana.bsky.social", PEOPLE["ana.bsky.social"])]),
        ("👨‍👩‍👧‍👧 @ana.bsky.social 👨‍👩‍👧‍👧", [("@ana.bsky.social", PEOPLE["ana.bsky.social"])]),
        ("not@ana.bsky.social", []),
        ("@ana.bsky.social.", [("@ana.bsky.social", PEOPLE["ana.bsky.social"])]),
        ("@ana.bsky.social@masto.example", []),
        ("@bob.bsky.social", []),
        ("start https://middle.com end", [("https://middle.com", "https://middle.com")]),
        ("https://foo.com/bar?baz=bux#hash.", [("https://foo.com/bar?baz=bux#hash",) * 2]),
        ("(https://foo.com/a)", [("https://foo.com/a",) * 2]),
        ("https://foo.com/thing_(cool)", [("https://foo.com/thing_(cool)",) * 2]),
        ("see (https://foo.com/thing_(cool)).", [("https://foo.com/thing_(cool)",) * 2]),
        ("e.g. i.e. foo.com", []),
        ("https://", []),
        ("#a #b", [("#a", "a"), ("#b", "b")]),
        ("#1", []),
        ("#1a #a1", [("#1a", "1a"), ("#a1", "a1")]),
        ("#!?! #", []),
        ("#été, #tag! ＃full", [("#été", "été"), ("#tag", "tag"), ("＃full", "full")]),
        ("body#tag", []),
        ("#" + "a" * 65, []),
        ("https://foo.com/#tag", [("https://foo.com/#tag",) * 2]),
    ],
)
def test_facets_cover_what_bluesky_marks(text: str, expected: list[tuple[str, str]]) -> None:
    assert marked(text) == expected


@given(WORDS)
def test_facets_are_in_order_on_whole_characters_and_none_over_another(text: str) -> None:
    end = 0
    for facet in facets(text, PEOPLE):
        start, stop = facet["index"]["byteStart"], facet["index"]["byteEnd"]
        assert end <= start < stop <= len(text.encode())
        assert text.encode()[:start].decode() + text.encode()[start:stop].decode()
        end = stop


@given(WORDS)
def test_splitting_loses_no_word_and_keeps_their_order(text: str) -> None:
    assert "".join("".join(split(text)).split()) == "".join(text.split())


@given(WORDS)
def test_each_post_of_a_thread_fits_unless_it_is_one_word(text: str) -> None:
    parts = split(text)
    for part in parts:
        assert part == part.strip()
        assert fits(part) or len(part.split()) == 1
        assert part or len(parts) == 1


@given(st.lists(st.text(alphabet="abcé🚲 ", min_size=1, max_size=200).map(str.strip).filter(bool), max_size=12))
def test_a_thread_is_cut_between_sentences_that_fit(sentences: list[str]) -> None:
    text = " ".join(f"X{sentence}." for sentence in sentences)
    for part in split(text):
        assert not part or (part.startswith("X") and part.endswith("."))


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=400))
def test_what_is_split_passes_a_strict_server(text: str) -> None:
    for part in split(text):
        if fits(part):
            record: dict[str, Any] = {
                "$type": "app.bsky.feed.post",
                "text": part,
                "createdAt": "2026-12-01T08:00:00.000Z",
                "facets": list(facets(part, PEOPLE)),
            }
            check_post(record, {}, {})


@pytest.mark.parametrize(
    ("text", "counted"), [("", 0), ("👨‍👩‍👧‍👧", 1), ("é", 1), ("e\u0301", 1), ("🇨🇭🇩🇪", 2), ("a\r\nb", 3)]
)
def test_a_grapheme_is_what_people_see_as_one(text: str, counted: int) -> None:
    assert graphemes(text) == counted


def test_bytes_are_a_limit_of_their_own() -> None:
    family = "👨‍👩‍👧‍👧"
    assert size(family) == 25 and fits(family * 120) and not fits(family * 121)
    assert [len(part) for part in split(" ".join([family * 60] * 3))] == [len(family) * 60] * 3


def test_paragraphs_are_kept_together_where_they_fill_a_post() -> None:
    first, second = "Erster Satz. " * 15, "Zweiter Satz. " * 15
    assert split(f"{first}\n\n{second}") == (first.strip(), second.strip())


@pytest.mark.parametrize("text", ["z. B. ein Velo", "Version 2. 5 ist da", "3 Tage."])
def test_an_abbreviation_ends_no_sentence(text: str) -> None:
    filled = "a" * 280 + " " + text + " und noch viel mehr Text als hineinpasst. Neu."
    assert not split(filled)[0].endswith(("z.", "2."))


def test_handles_are_found_once_in_small_letters() -> None:
    assert handles_in("@Ana.bsky.social (@ana.bsky.social) x@bob.example @bob") == ("ana.bsky.social",)


@pytest.mark.parametrize(
    "given", ["velo.bsky.social", " @Velo.bsky.social ", "https://bsky.app/profile/velo.bsky.social/post/3l"]
)
def test_a_handle_is_understood_as_people_write_it(given: str) -> None:
    assert handle_in(given) == "velo.bsky.social"


@pytest.mark.parametrize("given", ["", "velo", "-a.example", "a..b", "did:plc:x", "a.1", "x" * 64 + ".example"])
def test_what_is_no_handle_is_told(given: str) -> None:
    with pytest.raises(BadInput):
        handle_in(given)


@given(st.lists(st.integers(0, 2**63 - 1), min_size=2, max_size=5))
def test_record_keys_are_valid_and_sort_as_their_numbers(numbers: list[int]) -> None:
    keys = [tid(number) for number in numbers]
    assert all(TID.fullmatch(key) for key in keys)
    assert [tid(number) for number in sorted(numbers)] == sorted(keys)
