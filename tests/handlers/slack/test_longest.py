"""Whatever a card holds, Slack takes it: by its own models, and by the loopback Slack that knows the other limits."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bot.chat import Button, Card, CardPicture, CardSection
from handlers.slack.render import SlackMessage, brief, message
from handlers.slack.telling import pages_of
from tests.fakes.slack.blocks import check_message
from tests.fakes.slack.records import File, Team

ODD = "a &<>*_~`:@\n👩‍👩‍👧e\u0301\u202e\u200fאבגע🇨🇭"
TIMES = st.sampled_from((1, 40, 700))
TEXT = st.one_of(
    st.text(st.sampled_from(ODD), max_size=60),
    st.builds(lambda part, times: part * times, st.text(st.sampled_from(ODD), min_size=1, max_size=6), TIMES),
)
PICTURE = st.builds(
    lambda digit, alt: CardPicture(sha256=digit * 64, mime="image/png", alt=alt[:3000]),
    st.sampled_from("abc"),
    TEXT,
)
SECTION = st.builds(
    lambda heading, text, full, meter, pictures: CardSection(
        heading=heading, text=text, full=full, meter=meter, pictures=tuple(pictures)
    ),
    TEXT,
    TEXT,
    TEXT,
    TEXT,
    st.lists(PICTURE, max_size=2),
)
VERBS = [
    "approve",
    "edit",
    "changes",
    "move",
    "reject",
    "hold",
    "some",
    "details",
    "live",
    "send",
    "cancel",
    "takedown",
]
CARD = st.builds(
    lambda texts, picture, sections, notes, verbs: Card(
        title=texts[0] or "T",
        when=texts[1][:200],
        status=texts[2],
        footer=texts[3],
        picture=picture,
        sections=tuple(sections),
        notes=tuple(notes),
        buttons=tuple(Button(label=verb.title(), action=f"{verb}:d_1:{'1' * 64}") for verb in verbs),
        draft="d_1",
        digest="1" * 64,
    ),
    st.tuples(TEXT, TEXT, TEXT, TEXT),
    st.none() | PICTURE,
    st.lists(SECTION, max_size=20),
    st.lists(TEXT, max_size=8),
    st.lists(st.sampled_from(VERBS), unique=True),
)
FILES = {"a" * 64: "F1", "b" * 64: "F2"}  # the third picture is missing


def taken(made: SlackMessage) -> None:
    assert Block.parse_all(made.blocks)
    for block in Block.parse_all(made.blocks):
        block.validate_json()
    team = Team("T1", "velo", files={name: _file(name) for name in FILES.values()})
    count = itertools.count()
    check_message(made.blocks, team, lambda: f"b{next(count)}")
    assert 0 < len(made.text) <= 4000, "an edit takes no longer one"


def _file(name: str) -> File:
    return File(name, "U1", "x.png", 1, mimetype="image/png", data=b"x", complete=True)


@settings(max_examples=20, deadline=None)
@given(CARD)
def test_any_card_is_taken_whole_or_in_brief(card: Card) -> None:
    taken(message(card, FILES, key="k" * 90))
    short = brief(card, key="k" * 90)
    taken(short)
    assert not short.shows_all
    pressed = [each.get("action_id", "") for block in short.blocks for each in block.get("elements", ())]
    assert not any(each.startswith("approve:") for each in pressed), "nobody approves what is not shown"


@settings(max_examples=20, deadline=None)
@given(TEXT, st.lists(st.tuples(TEXT, st.just("https://example.com/" + "x" * 200)), max_size=25))
def test_any_words_are_taken(text: str, links: list[tuple[str, str]]) -> None:
    pages = pages_of(text or "…", tuple(links))
    for given_ in [each.message() for each in pages] + [plain for each in pages for plain in each.plain()]:
        if given_["blocks"]:
            for block in Block.parse_all(given_["blocks"]):
                block.validate_json()
            count = itertools.count()
            check_message(given_["blocks"], Team("T1", "velo"), lambda: f"b{next(count)}")  # noqa: B023
        assert 0 < len(given_["text"]) <= 4000
    assert tuple(each for page in pages for each in page.links) == tuple(links), "none is left out"
    said = "".join(page.words for page in pages)
    assert "".join(said.split()) == "".join((text.strip() or "…").split())


@pytest.mark.parametrize("accounts", [1, 5, 20])
def test_twenty_accounts_with_the_longest_right_to_left_texts(accounts: int) -> None:
    words = "\u200fשלום וברכה לכולם " * 1500
    sections = tuple(CardSection(heading=f"Feed {n} " + words[:200], text=words, full=words) for n in range(accounts))
    made = message(Card(title=words, status=words, sections=sections, notes=(words,) * 5, footer=words), {})
    taken(made)
    assert not made.shows_all
