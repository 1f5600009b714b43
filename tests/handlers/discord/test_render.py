"""Cards as people read them in Discord, and for every card what Discord takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cards import post_card, replaced_card
from bot.words import reading
from handlers.discord import limits
from handlers.discord.buttons import MENU, PREFIX
from handlers.discord.listeners.pressing import ACTIONS
from handlers.discord.render import mark, message
from handlers.discord.telling import words_as_views
from storage.drafts import DraftStatus, Finding
from storage.posts import Failure, PostReceipt, PostState
from tests.handlers.discord.phone import components, seen, shown
from tests.handlers.slack.made import COPY, DUE, PICTURE, card, draft, medium, names, spring, version
from tests.handlers.slack.test_render import HOSTILE, RIGHT_TO_LEFT, any_card
from tests.samples import a_post

THERE = frozenset({PICTURE})


def read(drawn: Any) -> str:
    return seen(components(drawn.view))


@pytest.mark.parametrize(
    ("language", "said"), [("en", "as a document of 5 pages"), ("de", "als Dokument mit 5 Seiten")]
)
def test_pictures_that_go_out_as_a_document_are_said_to(language: str, said: str) -> None:
    shown = card(draft(version(0, picture=medium(), pages=5)), language=language)
    assert f"*LinkedIn · Velo AG*   93/3000 · {said}\n" in read(message(shown, THERE))


def test_a_draft_as_it_waits() -> None:
    drawn = message(card(spring()), THERE, key="draft:d_spring:1")
    assert read(drawn) == "\n".join(
        [
            "# Velo · Spring sale",
            f"Tue 1 Dec, 09:00 CET · <t:{int(DUE.timestamp())}:f>",
            "Waiting for Ana or Ben · decide by Tue 1 Dec, 08:45 CET",
            "[picture attachment://aaaaaaaaaaaaaaaa.jpeg: Red gravel bike on a wet road]",
            "(Alt: Red gravel bike on a wet road)",
            "*LinkedIn · Velo AG*   93/3000",
            COPY,
            "*X · @velo*   33/280 · $0.20",
            "20% off. All bikes. Until 31 May.",
            "⚠ “Best in town” has no source.",
            "[!Approve all 2] [Edit text]",
            "[⋯ Approve some · Ask for changes · Reschedule · Hold · Reject · Details · Stop Velo]",
            "(Asked by Tom · ✅ on this message also approves)",
        ]
    )
    assert drawn.shows_all and drawn.files == {"aaaaaaaaaaaaaaaa.jpeg": PICTURE}
    assert components(drawn.view)[0]["id"] == mark("draft:d_spring:1")
    assert drawn.view.is_persistent()


def test_what_was_replaced_is_one_line() -> None:
    drawn = message(replaced_card(spring(), names()))
    assert read(drawn) == "(Velo · Spring sale · Replaced ↓)" and not drawn.shows_all


def test_a_receipt_shows_where_it_stands_and_a_failure_is_red() -> None:
    receipt = PostReceipt(remote_id="1", url="https://velo.example/posts/a_b_c", at=DUE)
    post = a_post(state=PostState.published, account="a_0", due=DUE, receipt=receipt, title="Spring sale")
    assert "\nhttps://velo.example/posts/a_b_c\n*Spring sale*" in read(message(post_card(post, names())))
    failure = Failure(code="picture_ratio", sentence="Instagram wants a picture at most 1.91:1; yours is 2.4:1.")
    post = a_post(state=PostState.failed, account="a_0", due=DUE, failure=failure, title="Spring sale")
    drawn = message(post_card(post, names()))
    assert read(drawn).endswith("yours is 2.4:1.\n[!Try again] [At another time] [Edit text] [Drop]")
    assert components(drawn.view)[0]["accent_color"] is not None


@pytest.mark.parametrize(
    "words",
    [
        HOSTILE,
        RIGHT_TO_LEFT,
        "**bold** __under__ ~~gone~~ ||spoiler|| `code` ```block```",
        "# title\n> quote\n- list\n+ list\n1. first\n12. twelfth\n-# small\n\\* done",
        "[click](https://evil.example) <https://x.example> <@1> <@&2> <#3> <:a:4> <t:5:R> @everyone @here </a:1>",
        "https://velo.example/a_b_*c*?x=[1]&y=_z_ and https://velo.example/(x).",
    ],
)
def test_what_is_seen_is_what_was_written(words: str) -> None:
    assert shown(limits.plain(words)) == words
    assert words in read(message(card(draft(version(0, words)))))
    bare = limits.plain(words)
    assert not any(sign in bare.replace(f"\\{sign[0]}", "") for sign in ("<@", "<#", "<:", "<t:", "@everyone", "]("))


@pytest.mark.parametrize(
    ("words", "travels"),
    [
        ("Say `/admind draft` *now*", "Say `/admind draft` \\*now\\*"),
        ("`<@1> @everyone`", "`<@1> @everyone`"),
        ("one ` alone, and\n` another", "one \\` alone, and\n\\` another"),
        ("``x``", "\\``x`\\`"),
        ("https://velo.example/`a`_b", "https://velo.example/`a`_b"),
    ],
)
def test_what_is_to_be_typed_is_set_off_in_answers(words: str, travels: str) -> None:
    assert limits.set_off(words) == travels
    (view,) = words_as_views(words)
    assert components(view)[0]["content"] == travels


def test_a_card_that_lacks_something_says_so_and_begins_with_reading() -> None:
    drawn = message(card(draft(version(0, "Come by. " * 2000))))
    words = read(drawn)
    assert not drawn.shows_all and "also approves" not in words
    assert "⚠ One text is longer than shown here. Press “Read all”." in words
    assert "[!Read and approve] [Edit text] [Read all]" in words


@pytest.mark.parametrize(
    ("of", "says"),
    [
        (spring(), "The picture could not be shown here."),
        (draft(*(version(number) for number in range(23))), "more accounts do not fit here."),
        (draft(version(0, picture=medium(alt="y" * 1200))), "The alt text is longer than shown here."),
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
    there = frozenset[str]() if says.startswith("The picture") else THERE
    drawn = message(card(of), there)
    assert not drawn.shows_all and says in read(drawn)


def test_an_account_with_pictures_of_its_own_shows_them_below_its_text() -> None:
    of = draft(version(0, picture=medium()), version(1, picture=medium("b" * 64)))
    drawn = message(card(of), THERE | {"b" * 64})
    assert drawn.shows_all and f"{COPY}\n[picture attachment://bbbbbbbbbbbbbbbb.jpeg" in read(drawn)


def test_a_german_team_reads_german() -> None:
    with reading("de"):
        words = read(message(card(draft(version(0, "Kommt vorbei. " * 2000)), language="de")))
    assert "⚠ Ein Text ist länger, als hier zu sehen ist. Drücke „Alles lesen“." in words
    assert "[!Lesen und freigeben]" in words and "[Alles lesen]" in words


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 2), st.sampled_from(["en", "de"]))
def test_every_card_fits_and_keeps_its_buttons(seed: int, there: int, language: str) -> None:
    of = any_card(seed)
    with reading(language):
        drawn = message(of, frozenset(each * 64 for each in "ab"[:there]), key="k")
    limits.checked(drawn.view)
    found = set(_actions(components(drawn.view)))
    tail = f":d_1:{'f' * 64}"
    wanted = {each.action for each in of.buttons}
    assert found <= wanted | {f"read{tail}"}
    assert wanted <= found | ({f"approve{tail}"} if f"read{tail}" in found else set()), "every button can be reached"
    if drawn.shows_all:
        words = shown(_text(components(drawn.view)))
        assert all((each.full or each.text).strip() in words for each in of.sections)
    elif of.sections:
        assert f"approve{tail}" not in found, "what is not all shown is read first"


@pytest.mark.parametrize("language", ["en", "de"])
def test_twenty_accounts_with_the_longest_texts_still_show_each(language: str) -> None:
    of = draft(
        *(version(number, f"{number} " + RIGHT_TO_LEFT * 70, picture=medium()) for number in range(20)),
        findings=tuple(Finding(severity="block", rule="r", reason=f"{number}: has no source.") for number in range(15)),
    )
    with reading(language):
        drawn = message(card(of), THERE)
    limits.checked(drawn.view)
    words = read(drawn)
    assert all(f"\n{number} מבצע" in words for number in range(20))
    assert all(f"⛔ {number}: has no source." in words for number in range(15))
    assert ("20 texts are longer than shown here." if language == "en" else "20 Texte sind länger") in words
    assert not drawn.shows_all


def test_every_action_of_a_card_is_one_that_the_listeners_know() -> None:
    states = (PostState.unknown, PostState.missed, PostState.paused, PostState.failed)
    cards = [card(spring(status=status)) for status in DraftStatus]
    cards += [post_card(a_post(state=state, account="a_0"), names()) for state in states]
    cards.append(card(draft(version(0, "x" * 40_000))))
    for each in cards:
        found = set(_actions(components(message(each, THERE).view)))
        assert {action.partition(":")[0] for action in found} <= ACTIONS


def _actions(parts: list[dict[str, Any]]) -> Iterator[str]:
    for each in parts:
        if each["type"] == 2:
            yield each["custom_id"].removeprefix(PREFIX)
        elif each["type"] == 3:
            assert each["custom_id"].startswith(MENU)
            yield from (option["value"] for option in each["options"])
        yield from _actions(each.get("components", []))


def _text(parts: list[dict[str, Any]]) -> str:
    return "\n".join(each.get("content") or _text(each.get("components", [])) for each in parts)
