"""Copy without a model says what the brief says, in the channel's length, and never the same way twice."""

from __future__ import annotations

import json

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.llm.offline.several import ANGLES
from bot.llm.offline.writing_frames import vocabulary
from bot.llm.offline.writing_text import EMOJI, URL, length, likeness, words
from tests.bot.llm.offline.copying import write_copy
from tests.bot.llm.offline.writing_briefs import BRIEFS, NEEDS, Document, document

TONES = ["", "plain", "playful", "formal", "urgent", "warm"]
NAMES = sorted(BRIEFS)
GRAVE = {"recall", "rueckruf"}


def texts(answer: Document) -> list[str]:
    every = [*answer["versions"], *(each for variant in answer["variants"] for each in variant)]
    return [each["text"] for each in every]


def source(doc: Document) -> str:
    return json.dumps([doc["brief"], doc["brand"]], ensure_ascii=False)


def invented(text: str, doc: Document) -> list[str]:
    """Figures, links and words that stand neither in the brief nor in the brand nor among the frame words."""
    given_text = source(doc)
    urls = [url for url in URL.findall(text) if url not in given_text]
    rest = URL.sub(" ", text)
    figures = [figure for figure in regex.findall(r"\d+", rest) if figure not in regex.findall(r"\d+", given_text)]
    known = set(words(given_text)) | vocabulary("en") | vocabulary("de")
    tags = {word.casefold() for word in regex.findall(r"#(\w+)", rest)}
    strange = [word for word in words(rest) if word not in known and word not in tags]
    return [*urls, *figures, *strange]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("tone", TONES)
def test_nothing_is_said_that_neither_brief_nor_frames_hold(name: str, tone: str) -> None:
    for turn in range(6):
        doc = document(name, f"{name}:{turn}", tone=tone)
        answer = write_copy(doc)
        for text in [*texts(answer), answer["title"], *answer["card"].values()]:
            assert invented(text, doc) == [], text


@given(
    name=st.sampled_from(NAMES),
    tone=st.sampled_from(TONES),
    seed=st.text(max_size=12),
    limit=st.integers(100, 700),
    unit=st.sampled_from(["characters", "graphemes", "weighted characters", "bytes"]),
)
@settings(max_examples=150, deadline=None)
def test_length_limits_hold_and_the_same_document_gives_the_same_copy(
    name: str, tone: str, seed: str, limit: int, unit: str
) -> None:
    doc = document(name, seed, tone=tone, variants=2)
    doc["needs"] = [{"account": "a", "limit": limit, "unit": unit, "hashtags": "welcome"}]
    answer = write_copy(doc)
    assert all(0 < length(text, unit) <= limit for text in texts(answer))
    assert answer == write_copy(json.loads(json.dumps(doc)))


@pytest.mark.parametrize("name", sorted(set(NAMES) - GRAVE))
@pytest.mark.parametrize("tone", TONES)
def test_siblings_that_know_each_other_read_differently(name: str, tone: str) -> None:
    made: list[str] = []
    for turn in range(3):
        doc = document(name, f"{name}:{turn}", tone=tone, recent=list(made), angle=ANGLES[turn])
        doc["needs"] = NEEDS[:1]
        made += texts(write_copy(doc))
    pairs = [(one, other) for place, one in enumerate(made) for other in made[:place]]
    assert all(likeness(one, other) < 0.8 for one, other in pairs), made
    assert len({text[:24] for text in made}) > 1


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("fr", "thin")])
def test_numbered_siblings_open_differently_even_without_knowing_each_other(name: str) -> None:
    openings = {texts(write_copy(document(name, f"d:{turn}")))[0].split("\n")[0] for turn in range(3)}
    assert len(openings) == 3


@pytest.mark.parametrize("name", NAMES)
def test_every_goal_has_a_dozen_openings_over_all_tones(name: str) -> None:
    openings = {
        texts(write_copy(document(name, f"d:{turn}", tone=tone)))[0].split("\n")[0]
        for tone in TONES
        for turn in range(12)
    }
    least = {"fr": 2, "thin": 6, "recall": 8, "rueckruf": 8, "oeff_de": 8}
    assert len(openings) >= least.get(name, 12), openings


@pytest.mark.parametrize("name", NAMES)
def test_offer_deadline_and_link_are_told_in_every_roomy_text(name: str) -> None:
    for turn in range(8):
        doc = document(name, f"{name}:{turn}")
        feed = write_copy(doc)["versions"][0]["text"]
        said = " ".join(words(URL.sub(" ", feed)))
        for part in ("offer", "deadline"):
            wanted = words(doc["brief"].get(part, ""))
            assert all(word in said.split() for word in wanted), (part, feed)
        assert doc["brief"].get("link", "") in feed
        assert all(" ".join(words(fact)) in said for fact in doc["brief"].get("facts", ())), feed


@pytest.mark.parametrize("name", sorted(GRAVE))
@pytest.mark.parametrize("tone", TONES)
def test_a_recall_stays_sober_whatever_tone_is_asked(name: str, tone: str) -> None:
    for turn in range(6):
        for text in texts(write_copy(document(name, f"{name}:{turn}", tone=tone))):
            assert not EMOJI.search(text) and "!" not in text and "#" not in text
            assert not regex.search(r"(?i)nitty|fridge|heads up|good to know|kühlschrank", text)


@pytest.mark.parametrize("tone", [tone for tone in TONES if tone != "playful"])
def test_emoji_come_only_with_a_playful_tone_and_one_at_most(tone: str) -> None:
    for turn in range(8):
        assert not EMOJI.search(texts(write_copy(document("sale", f"s:{turn}", tone=tone)))[0])
        assert len(EMOJI.findall(texts(write_copy(document("sale", f"s:{turn}", tone="playful")))[0])) == 1


def test_words_to_avoid_are_not_used_by_frames() -> None:
    doc = document("sale", tone="playful")
    doc["brand"] = doc["brand"] | {"avoid_words": ["psst", "treat", "deal", "wish"]}
    for turn in range(20):
        said = set(words(texts(write_copy(doc | {"seed": f"s:{turn}"}))[0]))
        assert not said & {"psst", "treat", "deal", "wish"}


def test_exact_words_are_used_as_they_are() -> None:
    doc = document("sale")
    doc["brief"]["verbatim"] = "Bikes. Cheaper. (Really!)"
    assert texts(write_copy(doc))[0].startswith("Bikes. Cheaper. (Really!)")


def test_hashtags_stand_only_where_they_are_welcome() -> None:
    doc = document("run")
    doc["needs"] = [{"account": kind, "hashtags": kind} for kind in ("none", "few", "welcome")]
    none, few, welcome = texts(write_copy(doc))
    assert "#" not in none and few.endswith("#lakesiderun") and welcome.endswith("#lakesiderun")


def test_a_card_holds_a_short_headline_and_the_figure_of_the_offer() -> None:
    for name in NAMES:
        card = write_copy(document(name))["card"]
        assert 0 < len(card["headline"]) <= 60
        assert card["offer"] in BRIEFS[name][1].get("offer", "")
    assert write_copy(document("sale"))["card"]["offer"] == "20%"
    assert write_copy(document("price"))["card"]["offer"] == "CHF 2,490"


def test_german_spelling_follows_the_place() -> None:
    def said(language: str) -> str:
        doc = document("fest_de", tone="formal")
        doc["brief"]["language"] = language
        return "\n".join(texts(write_copy(doc | {"seed": f"s:{turn}"}))[0] for turn in range(30))

    assert "begrüßen" in said("de") and "begrüssen" not in said("de")
    assert "begrüssen" in said("de-CH") and "ß" not in said("de-CH")


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20), lambda x: st.lists(x, max_size=3))
)
@settings(max_examples=60, deadline=None)
def test_a_strange_brief_never_breaks_the_writer(value: object) -> None:
    brief = {
        "topic": str(value),
        "facts": [str(value)],
        "offer": str(value),
        "goal": str(value),
        "language": str(value),
    }
    answer = write_copy({"brief": brief, "brand": {}, "needs": NEEDS, "seed": "s"})
    assert {each["account"] for each in answer["versions"]} == {"feed", "short", "tiny"}
