"""Cards as people read them on a phone, and for every card what Slack takes."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards import post_card, replaced_card
from bot.chat import Button, Card, CardPicture, CardSection
from bot.words import reading
from handlers.slack import limits
from handlers.slack.buttons import behind_more
from handlers.slack.render import message
from handlers.slack.surface import ACTIONS, POSTING
from storage.drafts import DraftStatus, Finding
from storage.posts import Failure, PostReceipt, PostState
from tests.handlers.slack.made import COPY, DUE, PICTURE, card, draft, medium, names, spring, version
from tests.handlers.slack.phone import seen
from tests.samples import a_post

FILES = {PICTURE: "F1"}
HOSTILE = "<!channel> <@U123> <https://evil.example|bank.example> @here & *b* `c` :tada: \u202eevil"
RIGHT_TO_LEFT = "מבצע אביב: 20% הנחה על כל האופניים. תخفيضات الربيع "


@pytest.mark.parametrize(
    ("language", "said"), [("en", "as a document of 5 pages"), ("de", "als Dokument mit 5 Seiten")]
)
def test_pictures_that_go_out_as_a_document_are_said_to(language: str, said: str) -> None:
    shown = card(draft(version(0, picture=medium(), pages=5)), language=language)
    assert f"*LinkedIn · Velo AG*   93/3000 · {said}\n" in seen(message(shown, FILES).blocks)


def test_a_draft_as_it_waits() -> None:
    drawn = message(card(spring()), FILES, key="draft:d_spring:1")
    assert seen(drawn.blocks) == "\n".join(
        [
            "# Velo · Spring sale",
            "Tue 1 Dec, 09:00 CET",
            "Waiting for Ana or Ben · decide by Tue 1 Dec, 08:45 CET",
            "[picture F1: Red gravel bike on a wet road]",
            "(Alt: Red gravel bike on a wet road)",
            "*LinkedIn · Velo AG*   93/3000",
            COPY,
            "*X · @velo*   33/280 · $0.20",
            "20% off. All bikes. Until 31 May.",
            "⚠ “Best in town” has no source.",
            "[!Approve all 2] [Edit text] [⋯ Ask for changes · Reschedule · Reject · Stop Velo · More…]",
            "(Asked by Tom · ✅ on this message also approves)",
        ]
    )
    assert drawn.shows_all
    assert drawn.text.startswith("Velo · Spring sale · Tue 1 Dec, 09:00 CET · Waiting for Ana or Ben")
    payload = drawn.metadata["event_payload"]
    assert payload == {"draft": "d_spring", "digest": spring().digest, "key": "draft:d_spring:1"}
    assert {each.label for each in behind_more(card(spring()))} >= {"Approve some", "Hold", "Details"}


def test_what_was_replaced_is_one_line() -> None:
    drawn = message(replaced_card(spring(), names()))
    assert seen(drawn.blocks) == "(Velo · Spring sale · Replaced ↓)"
    assert not drawn.shows_all and drawn.metadata["event_payload"] == {"draft": "d_spring"}


def test_a_receipt_shows_where_it_stands() -> None:
    receipt = PostReceipt(remote_id="1", url="https://velo.example/posts/1", at=DUE)
    post = a_post(state=PostState.published, account="a_0", due=DUE, receipt=receipt, title="Spring sale")
    drawn = message(post_card(post, names()))
    assert seen(drawn.blocks) == "\n".join(
        [
            "# ✅ Posted: LinkedIn · Velo AG",
            "Tue 1 Dec, 09:00 CET <https://velo.example/posts/1>",
            "*Spring sale*",
            "[⋯ Take down]",
        ]
    )


def test_a_failure_says_why_and_what_to_do() -> None:
    failure = Failure(code="picture_ratio", sentence="Instagram wants a picture at most 1.91:1; yours is 2.4:1.")
    post = a_post(state=PostState.failed, account="a_0", due=DUE, failure=failure, title="Spring sale")
    drawn = message(post_card(post, names()))
    assert seen(drawn.blocks) == "\n".join(
        [
            "# ❌ Not posted: LinkedIn · Velo AG, Tue 1 Dec, 09:00 CET",
            "*Spring sale*",
            "Instagram wants a picture at most 1.91:1; yours is 2.4:1.",
            "[!Try again] [At another time] [Edit text] [Drop]",
        ]
    )
    assert "2.4:1" in drawn.text, "a notification says why"


def test_a_doubt_is_a_question() -> None:
    post = a_post(state=PostState.unknown, account="a_1", due=DUE, title="Spring sale")
    assert seen(message(post_card(post, names())).blocks) == "\n".join(
        [
            "# ❓ We can't tell: X · @velo, Tue 1 Dec, 09:00 CET",
            "*Spring sale*",
            "Please look there. Nothing resends by itself.",
            "[!It is live] [Not there, send again] [⋯ Drop]",
        ]
    )


def test_a_reminder_and_an_alert() -> None:
    reminder = Card(title="Still waiting: Velo · Spring sale", when="Tue 1 Dec, 09:00 CET", status="Waiting for Ana")
    assert seen(message(reminder).blocks) == (
        "# Still waiting: Velo · Spring sale\nTue 1 Dec, 09:00 CET\nWaiting for Ana"
    )
    alert = Card(title="Velo: 5 more today", notes=("Feed is late", "<!channel> is late"))
    assert seen(message(alert).blocks) == "# Velo: 5 more today\nFeed is late\n<!channel> is late"


def test_a_decided_draft_keeps_only_its_details() -> None:
    drawn = message(card(spring(status=DraftStatus.approved)), FILES)
    assert seen(drawn.blocks).endswith("[⋯ Details]\n(Asked by Tom)")


def test_a_long_text_is_whole_and_folded_by_slack() -> None:
    for times in (200, 1000):
        long = "Come by. " * times
        drawn = message(card(draft(version(0, long))))
        assert drawn.shows_all
        assert long in "".join(block["text"]["text"] for block in drawn.blocks if block["type"] == "section")


def test_a_card_that_lacks_something_says_so_and_begins_with_reading() -> None:
    drawn = message(card(draft(version(0, "Come by. " * 2000))))
    words = seen(drawn.blocks)
    assert not drawn.shows_all
    assert "⚠ One text is longer than shown here. Read it in full under Details." in words
    assert "[!Read and approve] [Edit text] [Details]" in words
    assert "also approves" not in words and "approve:" not in json.dumps(drawn.blocks).replace("read_approve", "")


@pytest.mark.parametrize(
    ("of", "says"),
    [
        (spring(), "The picture could not be shown here."),
        (draft(*(version(number) for number in range(23))), "3 more accounts do not fit here."),
        (draft(version(0, picture=medium(alt="y" * 700))), "The alt text is longer than shown here."),
        (
            draft(version(0, picture=medium()), version(1, picture=medium("b" * 64))),
            "X · @velo has pictures that are not all shown here.",
        ),
        (
            draft(version(0), findings=tuple(Finding(severity="warn", rule="r", reason="z" * 400) for _ in range(15))),
            "Not all that was found is shown here.",
        ),
    ],
)
def test_whatever_is_missing_is_named(of: Any, says: str) -> None:
    files = {} if says.startswith("The picture") else FILES
    drawn = message(card(of), files)
    assert not drawn.shows_all and says in seen(drawn.blocks)


def test_an_account_with_a_picture_of_its_own_shows_it_beside_its_text() -> None:
    of = draft(version(0, picture=medium()), version(1, picture=medium("b" * 64)))
    drawn = message(card(of), FILES | {"b" * 64: "F2"})
    assert drawn.shows_all and f"{COPY}   [picture F2]" in seen(drawn.blocks)


def test_hostile_words_are_only_words() -> None:
    of = draft(version(0, HOSTILE), title=HOSTILE)
    drawn = message(card(of))
    assert HOSTILE in seen(drawn.blocks), "what is approved is what is seen"
    assert all(each["type"] != "mrkdwn" for each in _parts(drawn.blocks))
    assert "<!" not in drawn.text and "<@" not in drawn.text and "<http" not in drawn.text and "@here" not in drawn.text
    assert drawn.arguments()["parse"] == "none" and POSTING == {"unfurl_links": False, "unfurl_media": False}


def test_a_german_team_reads_german() -> None:
    with reading("de"):
        words = seen(message(card(draft(version(0, "Kommt vorbei. " * 2000)), language="de")).blocks)
    assert "⚠ Ein Text ist länger, als hier zu sehen ist. Ganz steht es unter „Details“." in words
    assert "[!Lesen und freigeben]" in words


LINES = ("", "a", COPY, HOSTILE, RIGHT_TO_LEFT, "👩‍👩‍👧‍👦", "x&<>", "Zeile\n", " ")
VERBS = ("approve", "edit", "changes", "move", "hold", "reject", "details", "stop", "some", "live", "send", "cancel")


def any_card(seed: int) -> Card:
    """Anything that a card may hold, by a number: the parts are too large to be drawn one by one."""
    dice = random.Random(seed)

    def words(most: int = 20_000) -> str:
        return (dice.choice(LINES) * dice.choice((1, 1, 3, 50, 500)))[:most]

    def picture() -> CardPicture:
        return CardPicture(sha256=dice.choice("ab") * 64, mime="image/jpeg", alt=words(5000))

    def section() -> CardSection:
        pictures = tuple(picture() for _ in range(dice.choice((0, 0, 1, 2))))
        meter = dice.choice(("", "412/3000 · $0.20"))
        return CardSection(heading=words(), meter=meter, text=words(280), full=words(), pictures=pictures)

    verbs = dice.sample(VERBS, dice.randint(0, len(VERBS)))
    return Card(
        title=words(),
        when=dice.choice(LINES),
        status=dice.choice((words(), "https://velo.example/1")),
        picture=picture() if dice.random() < 0.5 else None,
        sections=tuple(section() for _ in range(dice.choice((0, 1, 2, 20, 25)))),
        notes=tuple(words() for _ in range(dice.choice((0, 1, 15)))),
        buttons=tuple(
            Button(label=words(75), action=f"{verb}:d_1:{'f' * 64}", more=dice.random() < 0.6) for verb in verbs
        ),
        footer=dice.choice(LINES),
        draft="d_1",
        digest="f" * 64,
    )


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 2), st.sampled_from(["en", "de"]))
def test_every_card_fits_and_keeps_its_ids(seed: int, uploaded: int, language: str) -> None:
    of, files = any_card(seed), dict([("a" * 64, "F1"), ("b" * 64, "F2")][:uploaded])
    with reading(language):
        drawn = message(of, files)
    assert limits.checked_message(drawn.blocks) == drawn.blocks
    assert limits.weight(drawn.text) <= limits.FALLBACK * 2 and drawn.metadata["event_payload"]["digest"] == "f" * 64
    found = {each.get("action_id", each.get("value")) for each in _parts(drawn.blocks)} - {None, "menu"}
    tail = f":d_1:{'f' * 64}"
    there = {each.action for each in of.buttons}
    assert found <= there | {f"read{tail}", f"more{tail}"}
    reachable = found | ({each.action for each in behind_more(of)} if f"more{tail}" in found else set())
    reachable |= {f"approve{tail}"} if f"read{tail}" in reachable else set()
    assert there <= reachable, "every button can be reached"
    if drawn.shows_all:
        shown = "".join(block["text"]["text"] for block in drawn.blocks if block["type"] == "section")
        assert all((each.full or each.text).strip() in shown for each in of.sections)
    assert not any(each.action.startswith("approve") for each in behind_more(of)), "nothing unread is approved there"
    if of.sections and not drawn.shows_all:
        assert f"approve{tail}" not in found, "what is not all shown is read first"


def test_twenty_accounts_with_the_longest_texts_still_show_each() -> None:
    of = draft(
        *(version(number, f"{number} " + RIGHT_TO_LEFT * 70, picture=medium()) for number in range(20)),
        findings=tuple(Finding(severity="block", rule="r", reason=f"{number}: has no source.") for number in range(15)),
    )
    drawn = message(card(of), FILES)
    words = seen(drawn.blocks, folds_after=10**6)
    assert all(f"\n{number} מבצע" in words for number in range(20))
    assert all(f"⛔ {number}: has no source." in words for number in range(15))
    assert "20 texts are longer than shown here." in words


def test_every_action_of_a_card_is_one_that_the_listeners_know() -> None:
    states = (PostState.unknown, PostState.missed, PostState.paused, PostState.failed)
    cards = [card(spring(status=status)) for status in DraftStatus]
    cards += [post_card(a_post(state=state, account="a_0"), names()) for state in states]
    cards.append(card(draft(version(0, "x" * 40_000))))
    for each in cards:
        drawn = message(each, FILES)
        found = {str(part.get("action_id", part.get("value", "menu"))) for part in _parts(drawn.blocks)} - {"menu"}
        assert {action.partition(":")[0] for action in found} <= ACTIONS


def _parts(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if "type" in value or "value" in value:
            yield {"type": "option", **value}
        for each in value.values():
            yield from _parts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _parts(each)
