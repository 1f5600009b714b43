"""Every way in which a post can ask for help has a button that fits."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.naming import Words
from bot.post_cards import SPENT, post_card, post_line
from storage.accounts import Account
from storage.posts import ASKS, Failure, Post, PostReceipt, PostState
from storage.team import Brand

AT = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
ROOMS = ("publishing", "channels", "accounts")
CODES = sorted(
    {
        code
        for room in ROOMS
        for file in (Path(__file__).parents[3] / "bot" / room).glob("*.py")
        for code in re.findall(r'\bcode="(\w+)"', file.read_text(encoding="utf-8"))
    }
)
NAMES = Words(
    brand=Brand(id="b_velo", workspace="w_1", name="Velo", created_at=AT),
    zone="UTC",
    accounts={
        "a_1": Account(
            id="a_1",
            workspace="w_1",
            brand="b_velo",
            channel="mastodon",
            name="@velo",
            page="https://social.example/@velo",
            created_at=AT,
        )
    },
)


def post(state: PostState, code: str = "", **fields: object) -> Post:
    failure = Failure(code=code, sentence="It did not work.") if code else None
    return Post.model_validate(
        {
            "id": "p_1",
            "workspace": "w_1",
            "brand": "b_velo",
            "account": "a_1",
            "channel": "mastodon",
            "draft": "d_1",
            "revision": 1,
            "digest": "0" * 64,
            "payload": "1" * 64,
            "title": "Spring sale",
            "requested_by": "m_1",
            "approved_by": ("m_1",),
            "created_at": AT,
            "due": AT,
            "state": state,
            "failure": failure,
            **fields,
        }
    )


def verbs(shown: Post, *siblings: Post) -> list[str]:
    return [button.action.partition(":")[0] for button in post_card(shown, NAMES, siblings).buttons]


def out() -> Post:
    return post(PostState.published, id="p_2", receipt=PostReceipt(remote_id="1", url="https://a.example/1", at=AT))


def test_the_codes_of_the_product_are_found() -> None:
    assert {"unauthorized", "changed", "payload", "missed"} <= set(CODES)
    assert len(CODES) > 20


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("alone", [True, False])
def test_every_failure_has_a_button_that_fits(code: str, alone: bool) -> None:
    for state in (PostState.failed, PostState.missed, PostState.paused):
        shown = verbs(post(state, code), *(() if alone else (out(),)))
        assert shown[-1] == "cancel" and len(shown) > 1, "giving up is never the only way"
        assert ("send" in shown) == (code not in SPENT), "what cannot be sent as it is is not tried again"
        assert ("rework" in shown) == alone, "what is partly out cannot be changed"
        assert len(shown) <= 5, "all in sight"


def test_every_state_that_asks_has_buttons_and_a_doubt_shows_where_to_look() -> None:
    for state in ASKS:
        assert verbs(post(state))
    card = post_card(post(PostState.unknown, "unknown"), NAMES)
    assert card.status == "https://social.example/@velo"
    assert verbs(post(PostState.unknown)) == ["live", "send", "cancel"]


def test_what_went_out_beside_it_is_named_with_its_address() -> None:
    card = post_card(post(PostState.failed, "refused"), NAMES, (out(),))
    assert "✅ @velo: https://a.example/1" in card.notes


def test_a_post_that_a_person_found_is_taken_down_where_its_account_is() -> None:
    receipt = PostReceipt(remote_id="", url="", at=AT, by="m_1", by_hand_since=AT, by_hand_why="unnamed")
    shown = post(PostState.published, receipt=receipt)
    card = post_card(shown, NAMES)
    assert card.status == "https://social.example/@velo"
    assert [button.action for button in card.buttons] == ["done:p_1"]
    assert post_line(shown, NAMES) == "✋ @velo: to be taken down by hand: https://social.example/@velo"
    gone = post(PostState.published, receipt=receipt.model_copy(update={"taken_down_at": AT, "taken_down_by": "m_1"}))
    assert not post_card(gone, NAMES).buttons and shown.asks and not gone.asks
