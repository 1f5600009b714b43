"""The windows that open over Discord: what people see of them, and what their submissions mean."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views import AccountView, PostView, ReceiptView
from bot.words import reading
from handlers.chat.along import Along
from handlers.chat.editing import Edited
from handlers.chat.settings import RoomSettings
from handlers.chat.wrong import FieldErrors
from handlers.discord import forms
from handlers.discord.fields import Sent
from handlers.discord.limits import INPUT, words
from tests.fakes.discord.submitting import filled_in
from tests.fakes.discord.world import World
from tests.handlers.discord.phone import seen_window, window
from tests.handlers.slack.made import COPY, DUE, NOW, ZONE, draft, spring, version, view
from tests.handlers.slack.test_render import HOSTILE

DIGEST = view(spring()).digest


def submitted(modal: discord.ui.Modal, **values: Any) -> Sent:
    """The window as Discord's client sends it back: what stands in it, unless something else was given."""
    parts, _ = filled_in(World(), window(modal), values)
    return Sent.read({"components": parts})


def edit(of: Any, **more: Any) -> discord.ui.Modal:
    made = forms.edit_form(of, **more)
    assert made is not None
    return made


def test_editing_shows_each_text_as_it_is() -> None:
    shown = edit(view(spring()))
    assert seen_window(window(shown)) == "\n".join(
        [
            "== Edit text ==",
            f"LinkedIn · Velo AG *: |{COPY}|  (Now 93 of 3000 characters.)",
            "X · @velo *: |20% off. All bikes. Until 31 May.|  (Now 33 of 280 characters.)",
            "Afterwards: ☐ Approve it with these words",
        ]
    )
    assert shown.custom_id == f"edit:d_spring:{DIGEST}"
    assert forms.read_edit(submitted(shown), view(spring())) == Edited({}, approve=False)


def test_an_edit_is_taken_word_for_word() -> None:
    words = f"  {HOSTILE}\n\nEnd "
    back = submitted(edit(view(spring())), **{"text:a_1:0:n": words}, approve="approve")
    assert forms.read_edit(back, view(spring())) == Edited({"a_1": words}, approve=True)
    assert forms.edited_accounts(back) == ("a_0", "a_1")


def test_a_post_needs_a_text() -> None:
    with pytest.raises(FieldErrors) as caught:
        forms.read_edit(submitted(edit(view(spring())), **{"text:a_1:0:n": "  "}), view(spring()))
    assert caught.value.errors == {"text:a_1:0:n": "A post needs a text."}


def test_what_was_typed_stands_in_a_window_that_is_opened_again() -> None:
    shown = edit(view(spring()), accounts=["a_1"], typed={"text:a_1:0:n": "20% off & more"})
    assert "|20% off & more|" in seen_window(window(shown)) and COPY not in seen_window(window(shown))
    assert forms.read_edit(submitted(shown), view(spring())).texts == {"a_1": "20% off & more"}


def test_what_has_more_fields_than_a_window_is_edited_account_by_account() -> None:
    of = view(draft(*(version(number) for number in range(4)), version(4, "Come by.\n\n" * 2000, limit=None)))
    assert forms.edit_form(of) is None
    buttons, too_long = forms.choices(of)
    assert [each.action for each in buttons] == [f"one:d_spring:a_{number}" for number in range(4)]
    assert too_long == ("Feed 4",)
    assert forms.read_edit(submitted(edit(of, accounts=["a_2"])), of).texts == {}


LONG = st.builds(
    lambda unit, times: (unit * times).strip(),
    st.sampled_from(["Come by.\n\n", "line\n", "word ", "x", "👩‍👩‍👧", "מבצע &<> "]),
    st.integers(1, 1500),
)


@settings(max_examples=40, deadline=None)
@given(LONG)
def test_a_long_text_comes_back_whole_also_when_white_space_is_trimmed(text: str) -> None:
    of = view(draft(version(0, text or "x", limit=None)))
    modal = forms.edit_form(of)
    if modal is None:
        assert len(text) > 3 * 3600 or not text.isascii(), "a window holds four fields of it"
        return
    shown = window(modal)
    names = [part["component"]["custom_id"] for part in shown["components"]][:-1]
    texts = {part["component"]["custom_id"]: part["component"].get("value", "") for part in shown["components"]}
    trimmed = Sent({name: texts[name].strip() for name in names})
    assert forms.read_edit(submitted(modal), of).texts == {}
    assert forms.read_edit(trimmed, of).texts == {}


def test_asking_for_changes_takes_words() -> None:
    shown = forms.changes_form(view(spring()))
    assert seen_window(window(shown)).startswith("== Ask for changes ==\nSpring sale\nWhat should be different? *: ||")
    with pytest.raises(FieldErrors, match="reason"):
        forms.read_reason(submitted(shown, reason="  "), needed=True)
    assert forms.read_reason(submitted(shown, reason=" shorter "), needed=True) == "shorter"
    assert forms.read_reason(submitted(forms.reject_form(view(spring()))), needed=False) == ""
    assert "|no|" in seen_window(window(forms.reject_form(view(spring()), "no")))


def test_approving_some_takes_choices() -> None:
    of = view(draft(*(version(number) for number in range(28)), version(28, post="p_1")))
    shown = forms.some_form(of)
    assert "Approved already: Feed 28" in seen_window(window(shown))
    back = submitted(shown, **{"some:0": ["a_1"], "some:25": ["a_26", "a_27"]})
    assert forms.read_some(back) == ("a_1", "a_26", "a_27")
    with pytest.raises(FieldErrors, match="some:0"):
        forms.read_some(submitted(shown))


def post(number: int) -> PostView:
    return PostView(
        id=f"p_{number}",
        brand="b_velo",
        draft="d_spring",
        account=f"a_{number}",
        account_name=f"Feed {number}",
        channel="feed",
        title="Spring sale",
        status="published",
        due=DUE,
        digest="0" * 64,
        approved_by=[],
        attempts=[],
        receipt=ReceiptView(
            remote_id="1",
            url=f"https://velo.example/{number}",
            at=DUE,
            compared=None,
            confirmed_by=None,
            taken_down_at=None,
        ),
        problem=None,
        fixes=[],
    )


def test_taking_down_is_said_twice_and_each_can_be_left_standing() -> None:
    shown = forms.take_down_form([post(0), post(1)], "d_spring")
    assert "Where: ☑ Feed 0 ☑ Feed 1\nIt is deleted there." in seen_window(window(shown))
    assert forms.read_take_down(submitted(shown)) == ("p_0", "p_1")
    assert forms.read_take_down(submitted(shown, **{"down:0": ["p_1"]})) == ("p_1",)
    with pytest.raises(FieldErrors):
        forms.read_take_down(submitted(shown, **{"down:0": []}))


def test_a_new_time_is_said_in_words() -> None:
    shown = forms.move_form(view(spring()), zone=ZONE, now=NOW)
    assert "Day and time *: ||  (In your own words; the time in Europe/Zurich.)" in seen_window(window(shown))
    assert forms.read_move(submitted(shown, phrase="tomorrow 9am"), now=NOW, zone=ZONE) == DUE
    for wrong in ("gibberish", "every Monday 9am", "  "):
        with pytest.raises(FieldErrors) as caught:
            forms.read_move(submitted(shown, phrase=wrong), now=NOW, zone=ZONE)
        assert len(caught.value.errors["phrase"]) > 10
    later = forms.later_form(post(0), zone=ZONE, now=NOW, phrase="tomorow")
    assert later.custom_id == "later:p_0" and "|tomorow|" in seen_window(window(later))


def account(number: int) -> AccountView:
    return AccountView(
        id=f"a_{number}", brand="b_velo", channel="feed", name=f"Feed {number}", handle=None, server=None,
        health="healthy", reason=None, closed=number == 2, rules=None,
    )  # fmt: skip


def test_a_new_post_becomes_a_request_in_plain_words() -> None:
    shown = forms.new_post_form(
        [account(0), account(1), account(2)], "b_velo", zone=ZONE, along=Along(text="Our sale", shown="Our sale")
    )
    assert "What is it about? *: |Our sale|\nAccounts: ☐ Feed 0 ☐ Feed 1" in seen_window(window(shown))
    back = submitted(shown, accounts=["a_1"], phrase="tomorrow 9am", wish="a red bike", files=[("a.png", b"1")])
    asked = forms.read_new_post(back, now=NOW, zone=ZONE)
    assert asked.due == datetime(2026, 12, 1, 8, tzinfo=UTC) and len(asked.files) == 1
    assert asked.request({"a_1": "Feed 1"}, ZONE) == (
        "Our sale\nPost it on Feed 1, Tue 1 Dec, 09:00 CET.\nWith an image of a red bike."
    )
    again = forms.new_post_form([account(0), account(1)], "b_velo", zone=ZONE, sent=back)
    assert "☑ Feed 1" in seen_window(window(again)) and "|tomorrow 9am|" in seen_window(window(again))
    with pytest.raises(FieldErrors, match="topic"):
        forms.read_new_post(submitted(shown, topic=" "), now=NOW, zone=ZONE)


def test_settings_are_two_windows() -> None:
    now = RoomSettings("11", ("12",), {"approver": ("21", "22")})
    shown = forms.rooms_form("b_velo", "Velo", now)
    assert seen_window(window(shown)).startswith(
        "== Velo ==\nReview room *: 11  (Drafts wait here for a decision.)\nClient rooms: 12"
    )
    assert "Each Monday at nine: ☑ A summary of the week, in the review room" in seen_window(window(shown))
    off = forms.rooms_form("b_velo", "Velo", RoomSettings("11", digest=False))
    assert "☐ A summary of the week" in seen_window(window(off))
    tied = forms.read_rooms(Sent({}, {"review": ("11",), "clients": ("13",)}))
    assert (tied.review, tied.clients, tied.digest, tied.groups) == ("11", ("13",), None, None)
    assert forms.read_rooms(Sent({}, {"review": ("11",), "digest": ("weekly",)})).digest is True
    assert forms.read_rooms(Sent({}, {"review": ("11",), "digest": ()})).digest is False
    with pytest.raises(FieldErrors, match="clients"):
        forms.read_rooms(Sent({}, {"review": ("11",), "clients": ("11",)}))
    with pytest.raises(FieldErrors, match="review"):
        forms.read_rooms(Sent({}, {}))
    groups = forms.groups_form("b_velo", "Velo", now)
    assert "Groups that approve: 21, 22" in seen_window(window(groups))
    assert forms.read_groups(Sent({}, {"owner": ("23",)})) == {
        "requester": (), "approver": (), "client": (), "owner": ("23",),
    }  # fmt: skip


def test_what_no_client_sends_is_left_out() -> None:
    assert Sent.read({}) == Sent({})
    odd = [{"type": 10, "content": "x"}, {"type": 18, "component": {"custom_id": "a", "value": 3}}, {"type": 1}]
    assert Sent.read({"components": odd}) == Sent({})


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_longest_windows_fit(language: str) -> None:
    wide = "Ä" * 200
    of = view(draft(*(version(number, wide) for number in range(3)), title=wide[:120]))
    long = Along(text=wide * 40, shown=words.cut(wide * 40, INPUT).text, pictures={f"{n}": f"{n}" for n in range(12)})
    with reading(language):
        every = [
            edit(of), forms.changes_form(of), forms.reject_form(of), forms.some_form(of),
            forms.move_form(of, zone=ZONE, now=NOW), forms.take_down_form([post(n) for n in range(30)], "d_spring"),
            forms.later_form(post(0), zone=ZONE, now=NOW), forms.rooms_form("b_velo", wide, RoomSettings()),
            forms.groups_form("b_velo", wide, RoomSettings()),
            forms.new_post_form([account(n) for n in range(40)], "b_velo", zone=ZONE, along=long, kept="0" * 16),
        ]  # fmt: skip
        for each in every:
            window(each)


def test_a_first_comment_is_edited_beside_its_text() -> None:
    of = view(draft(version(0, comments="after", first_comment="More: https://velo.example"), version(1)))
    shown = edit(of)
    assert "|More: https://velo.example|" in seen_window(window(shown))
    assert forms.read_edit(submitted(shown), of) == Edited({}, approve=False)
    back = submitted(edit(of), **{"text:a_0:1:c": "Ask us."})
    assert forms.read_edit(back, of) == Edited({}, approve=False, comments={"a_0": "Ask us."})
    assert forms.read_edit(submitted(edit(of), **{"text:a_0:1:c": ""}), of).comments == {"a_0": ""}


def test_an_account_without_a_first_comment_can_have_one_where_the_window_is_for_it_alone() -> None:
    of = view(draft(version(0, comments="after"), version(1)))
    assert "first comment" not in seen_window(window(edit(of)))
    alone = edit(of, accounts=["a_0"])
    back = submitted(alone, **{"text:a_0:1:c": "Ask us."})
    assert forms.read_edit(back, of).comments == {"a_0": "Ask us."}
    assert "first comment" not in seen_window(window(edit(of, accounts=["a_1"])))
