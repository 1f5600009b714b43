"""The views that open over Slack: what people see of them, and what their submissions mean."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views import AccountView, PostView, ReceiptView
from bot.words import reading
from handlers.slack.buttons import behind_more
from handlers.slack.limits import checked_view
from handlers.slack.listeners.shortcuts import along_of
from handlers.slack.modals import (
    Carried,
    Edited,
    FieldErrors,
    RoomSettings,
    changes_modal,
    details_modal,
    edit_modal,
    more_modal,
    move_modal,
    new_post_modal,
    pages_of,
    read_edit,
    read_move,
    read_new_post,
    read_reason,
    read_settings,
    read_some,
    reject_modal,
    settings_modal,
    some_modal,
    take_down_modal,
)
from storage.drafts import Draft, Finding
from tests.handlers.slack.made import COPY, DUE, NOW, PICTURE, ZONE, card, decided, draft, medium, spring, version, view
from tests.handlers.slack.phone import seen, seen_view

CARRIED = Carried(draft="d_spring", digest="f" * 64)
HOSTILE = "<!channel> <https://evil.example|bank.example> *b* \u202eevil & :tada:"


def submitted(shown: Mapping[str, Any], **given_values: Any) -> dict[str, Any]:
    """The view as Slack sends it back: what was prefilled, unless something else was given for a block."""
    values: dict[str, Any] = {}
    for block in shown["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        state = {"type": element["type"], "value": element.get("initial_value")}
        if element["type"] in ("checkboxes", "multi_static_select"):
            state["selected_options"] = element.get("initial_options", [])
        if element["type"] == "datetimepicker":
            state["selected_date_time"] = element.get("initial_date_time")
        state |= given_values.get(block["block_id"], {})
        values[block["block_id"]] = {element["action_id"]: state}
    return {**shown, "state": {"values": values}}


def ticked(*values: str) -> dict[str, Any]:
    return {"selected_options": [{"value": value, "text": {"type": "plain_text", "text": value}} for value in values]}


def test_editing_shows_each_text_as_it_is() -> None:
    shown = edit_modal(view(spring()), CARRIED)
    assert seen_view(shown) == "\n".join(
        [
            "== Edit text ==",
            f"LinkedIn · Velo AG *: |{COPY}|  (Now 93 of 3000 characters.)",
            "X · @velo *: |20% off. All bikes. Until 31 May.|  (Now 33 of 280 characters.)",
            "Afterwards: ☐ Approve it with these words",
            "(Your words stay as you write them; the checks run again.)",
            "[Save] [Cancel]",
        ]
    )
    assert Carried.load(shown["private_metadata"]) == CARRIED
    assert read_edit(submitted(shown), view(spring())) == Edited({}, approve=False)


def test_an_edit_is_taken_word_for_word() -> None:
    shown, words = edit_modal(view(spring()), CARRIED), f"  {HOSTILE}\n\nEnd "
    back = submitted(shown, **{"text:a_1:0:n": {"value": words}}, approve=ticked("approve"))
    assert read_edit(back, view(spring())) == Edited({"a_1": words}, approve=True)


def test_a_post_needs_a_text() -> None:
    shown = edit_modal(view(spring()), CARRIED)
    with pytest.raises(FieldErrors) as caught:
        read_edit(submitted(shown, **{"text:a_1:0:n": {"value": None}}), view(spring()))
    assert caught.value.errors == {"text:a_1:0:n": "A post needs a text."}


LONG = st.builds(
    lambda unit, times: (unit * times).strip(),
    st.sampled_from(["Come by.\n\n", "line\n", "word ", "x", "👩‍👩‍👧", "a  b\n\n\nc ", "מבצע &<> ", " \n"]),
    st.integers(1, 4000),
)


@settings(max_examples=40, deadline=None)
@given(LONG)
def test_a_long_text_comes_back_whole_also_when_white_space_is_trimmed(text: str) -> None:
    of = view(draft(version(0, text or "x", limit=None)))
    shown = edit_modal(of, CARRIED)
    assert read_edit(submitted(shown), of) == Edited({}, approve=False)
    for block in shown["blocks"]:
        value = block.get("element", {}).get("initial_value")
        if value is not None and sum("text:" in each.get("block_id", "") for each in shown["blocks"]) > 1:
            block["element"]["initial_value"] = value.strip()
    if text.strip() and not text.startswith("a  b"):
        assert read_edit(submitted(shown), of).texts == {}


def test_parts_say_how_they_are_joined() -> None:
    of = view(draft(version(0, "Come by.\n\n" * 500 + "End", limit=None)))
    words = seen_view(edit_modal(of, CARRIED))
    assert "LinkedIn · Velo AG, part 1 of 2" in words
    assert "(An empty line stands between this part and the one before.)" in words


def test_what_has_no_room_in_the_editor_is_named() -> None:
    of = view(draft(*(version(number, "x" * 9000, limit=None) for number in range(20))))
    shown = edit_modal(of, CARRIED)
    assert seen_view(shown).startswith("== Edit text ==\nNo room here for Feed")
    assert read_edit(submitted(edit_modal(of, CARRIED, accounts=["a_19"])), of).texts == {}


def test_asking_for_changes_takes_words() -> None:
    shown = changes_modal(view(spring()), CARRIED)
    with pytest.raises(FieldErrors, match="reason"):
        read_reason(submitted(shown, reason={"value": "  "}), needed=True)
    assert read_reason(submitted(shown, reason={"value": " shorter "}), needed=True) == "shorter"
    assert read_reason(submitted(reject_modal(view(spring()), CARRIED)), needed=False) == ""


def test_approving_some_takes_ticks() -> None:
    of = view(draft(*(version(number) for number in range(23))))
    shown = some_modal(of, CARRIED)
    assert [block["block_id"] for block in shown["blocks"] if "block_id" in block] == ["some:0", "some:10", "some:20"]
    back = submitted(shown, **{"some:0": ticked("a_1"), "some:20": ticked("a_20", "a_22")})
    assert read_some(back) == ("a_1", "a_20", "a_22")
    with pytest.raises(FieldErrors) as caught:
        read_some(submitted(shown))
    assert caught.value.errors == {"some:0": "Tick at least one account."}


def test_what_is_approved_already_needs_no_tick() -> None:
    of = view(draft(version(0, post="p_1"), version(1)))
    assert "Approved already: LinkedIn · Velo AG" in seen_view(some_modal(of, CARRIED))


@pytest.mark.parametrize(
    ("given_values", "due"),
    [
        ({}, DUE),
        ({"picked": {"selected_date_time": int(DUE.timestamp()) + 3600}}, DUE + timedelta(hours=1)),
        ({"phrase": {"value": "Friday 3pm"}}, datetime(2026, 12, 4, 14, 0, tzinfo=UTC)),
        ({"phrase": {"value": "morgen um 9 Uhr"}}, DUE),
    ],
)
def test_rescheduling_by_calendar_or_words(given_values: dict[str, Any], due: datetime) -> None:
    shown = move_modal(view(spring()), CARRIED, zone=ZONE, now=NOW)
    assert read_move(submitted(shown, **given_values), now=NOW, zone=ZONE) == due


@pytest.mark.parametrize(
    ("given_values", "field"),
    [
        ({"picked": {"selected_date_time": None}}, "phrase"),
        ({"picked": {"selected_date_time": int(NOW.timestamp())}}, "picked"),
        ({"phrase": {"value": "every Monday at 9"}}, "phrase"),
        ({"phrase": {"value": "soonish, flurb"}}, "phrase"),
        ({"phrase": {"value": "yesterday 9am"}}, "phrase"),
    ],
)
def test_a_time_that_cannot_be_is_asked_about_at_its_field(given_values: dict[str, Any], field: str) -> None:
    shown = move_modal(view(spring()), CARRIED, zone=ZONE, now=NOW)
    with pytest.raises(FieldErrors) as caught:
        read_move(submitted(shown, **given_values), now=NOW, zone=ZONE)
    assert set(caught.value.errors) == {field} and caught.value.errors[field].strip()


def test_details_show_everything_and_can_be_approved_after_reading() -> None:
    shown = details_modal(view(decided()), CARRIED, zone=ZONE, files={PICTURE: "F1"}, approving=True)
    assert seen_view(shown) == "\n".join(
        [
            "== Read and approve ==",
            "*Spring sale*   Tue 1 Dec, 09:00 CET",
            "⚠ “Best in town” has no source.",
            "*LinkedIn · Velo AG*   93/3000",
            COPY,
            "[picture F1: Red gravel bike on a wet road]",
            "Alt: Red gravel bike on a wet road",
            "(Waiting for Ana or Ben.)",
            "*X · @velo*   33/280 · $0.20",
            "20% off. All bikes. Until 31 May.",
            "[picture F1: Red gravel bike on a wet road]",
            "Alt: Red gravel bike on a wet road",
            "(Waiting for Ana or Ben.)",
            "*Asked for*",
            "Announce our spring sale",
            "(Asked by Tom)",
            "*Decisions*",
            "(Mon 30 Nov, 13:00 CET · Ana · asked for changes)",
            "Shorter, <!channel>",
            "*Earlier wordings*",
            "(1 · Mon 30 Nov, 13:00 CET · Tom · shorter)",
            "[Approve] [Close]",
        ]
    )
    assert "submit" not in details_modal(view(decided()), CARRIED, zone=ZONE)


def _heavy() -> Draft:
    findings = tuple(
        Finding(severity="block", rule="r", reason=f"{number} {HOSTILE}", account=f"a_{number}") for number in range(15)
    )
    texts = [f"{number} " + f"{HOSTILE} מבצע " * 150 for number in range(20)]
    return draft(
        *(version(number, words, picture=medium(alt="y" * 2500)) for number, words in enumerate(texts)),
        findings=findings,
    )


def test_details_of_the_heaviest_draft_come_whole_in_pages() -> None:
    of = view(_heavy())
    pages = pages_of(of, zone=ZONE, files={PICTURE: "F1"})
    words = "".join(part["text"]["text"] for page in pages for part in page if part["type"] == "section")
    assert len(pages) > 1 and all(each.text in words for each in of.versions), "nothing is shortened"
    for page in range(len(pages)):
        shown = details_modal(of, CARRIED, zone=ZONE, files={PICTURE: "F1"}, page=page, approving=True)
        last = page == len(pages) - 1
        assert ("submit" in shown) == last, "approved is what was read to its end"
        assert (f"page:d_spring:read:{page + 1}" in str(shown)) == (not last)
        assert Carried.load(shown["private_metadata"]) == CARRIED


def test_every_view_takes_the_heaviest_draft() -> None:
    of = view(_heavy().changed(title=HOSTILE * 30))
    for language in ("en", "de"):
        with reading(language):
            long = along_of({"text": COPY * 90, "files": [{"id": f"F{n}"} for n in range(12)]}, "U1", theirs=True)
            for shown in (
                edit_modal(of, CARRIED),
                changes_modal(of, CARRIED),
                reject_modal(of, CARRIED),
                some_modal(of, CARRIED),
                move_modal(of, CARRIED, zone=ZONE, now=NOW),
                more_modal(of.title, behind_more(card(_heavy())), CARRIED),
                new_post_modal(accounts(120), CARRIED, zone=ZONE, along=long),
                settings_modal("Velo" * 20, RoomSettings(), {f"S{n}": "g" * 90 for n in range(120)}, CARRIED),
            ):
                assert checked_view(shown) is shown


def accounts(count: int) -> list[AccountView]:
    fields = {"brand": "b", "channel": "feed", "handle": None, "server": None, "health": "works", "reason": None}
    return [AccountView(id=f"a_{n}", name=f"Feed {n}", closed=n == 1, rules=None, **fields) for n in range(count)]


def test_a_new_post_from_a_form() -> None:
    shown = new_post_modal(accounts(3), CARRIED, zone=ZONE)
    assert seen(shown["blocks"]).splitlines()[:2] == ["What is it about? *: ||", "Accounts: ☐ Feed 0 ☐ Feed 2"]
    back = submitted(
        shown,
        topic={"value": " Our spring sale "},
        accounts=ticked("a_2"),
        phrase={"value": "tomorrow 9am"},
        wish={"value": "a red bike"},
        files={"files": [{"id": "F7"}, {"id": "F8"}]},
        campaign={"value": "Spring"},
    )
    post = read_new_post(back, now=NOW, zone=ZONE)
    assert (post.topic, post.accounts, post.due, post.files) == ("Our spring sale", ("a_2",), DUE, ("F7", "F8"))
    assert post.request({"a_2": "Feed 2"}, ZONE) == (
        "Our spring sale\nPost it on Feed 2, Tue 1 Dec, 09:00 CET.\nWith an image of a red bike.\nCampaign: Spring."
    )
    with pytest.raises(FieldErrors, match="topic"):
        read_new_post(submitted(shown), now=NOW, zone=ZONE)


def test_taking_down_is_asked_twice() -> None:
    receipt = ReceiptView(
        remote_id="1", url="https://velo.example/1", at=NOW, compared=None, confirmed_by=None, taken_down_at=None
    )
    shown = take_down_modal([a_post_view(receipt)], Carried(post="p_1"))
    assert seen_view(shown) == "\n".join(
        [
            "== Take it down? ==",
            "Spring sale",
            "*X · @velo*",
            "<https://velo.example/1>",
            "It is deleted there. People who saw it may have copies; it does not come back by itself.",
            "[Take it down] [Cancel]",
        ]
    )


def a_post_view(receipt: ReceiptView | None, status: str = "published") -> PostView:
    return PostView(
        id="p_1",
        brand="b_velo",
        draft="d_spring",
        account="a_1",
        account_name="X · @velo",
        channel="feed",
        title="Spring sale",
        status=status,
        due=DUE,
        digest="f" * 64,
        approved_by=["Ana"],
        attempts=[],
        receipt=receipt,
        problem=None,
        fixes=[],
    )


def test_settings_of_the_rooms() -> None:
    now = RoomSettings("C1", ("C2",), {"approver": ("S1",)})
    shown = settings_modal("Velo", now, {"S1": "leads", "S2": "all"}, Carried(brand="b_velo"))
    assert "Groups that approve: ☑ @leads ☐ @all" in seen_view(shown)
    assert "Each Monday at nine: ☑ A summary of the week" in seen_view(shown)
    rooms = {"review": {"selected_conversation": "C1"}, "clients": {"selected_conversations": ["C2", "C3"]}}
    tied = read_settings(submitted(shown, **rooms))
    assert (tied.review, tied.clients) == ("C1", ("C2", "C3"))
    assert tied.groups == {"requester": (), "approver": ("S1",), "client": (), "owner": ()}
    rooms["clients"] = {"selected_conversations": ["C1"]}
    with pytest.raises(FieldErrors, match="clients"):
        read_settings(submitted(shown, **rooms))
    bare = settings_modal("Velo", RoomSettings(), {}, Carried(brand="b_velo"))
    assert read_settings(submitted(bare, review={"selected_conversation": "C1"})).groups is None
    with pytest.raises(FieldErrors, match="review"):
        read_settings(submitted(bare))


def test_only_ids_are_carried() -> None:
    with pytest.raises(ValueError, match="only ids"):
        Carried(draft="Our spring sale").dump()
    assert Carried.load("nonsense") == Carried.load("[1]") == Carried()
    assert Carried.load('{"draft": "d_1", "role": "owner", "brand": "<x>", "post": 5}') == Carried(draft="d_1")
    assert len(Carried(*["x" * 140] * 7).dump()) < 3000
