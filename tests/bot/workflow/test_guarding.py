"""Personal data, times and links, from what a person types to the draft: with a model behind a provider's wire."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.team import profiles
from storage.drafts import Draft
from tests.bot.workflow.test_disclosure import Shop, shop_in
from tests.bot.workflow.test_requests import SALE
from tests.bot.workflow.test_sources import house_at
from tests.fakes.copy_model import copywriting
from tests.fakes.model_server import Call, Reply, Say
from tests.fakes.model_server import Request as Asked
from tests.fakes.openai_server import OpenAIServer

PHONE, MAIL = "079 412 34 56", "anna.meier@velo.example"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    async with shop_in(tmp_path) as opened:
        yield opened


async def _timing(shop: Shop, **timing: Any) -> None:
    home = shop.admind.workspace
    changes = {"profile": {"timing": timing}}
    await shop.admind.office.change_brand(home.id, shop.owner.id, home.default_brand, changes)


def _found(draft: Draft, rule: str) -> list[str]:
    return [finding.severity for finding in draft.findings if finding.rule == rule]


def _writing(request: Asked) -> Reply:
    """A model that copies what it was given: as a tool's argument first, then into the copy."""
    body = json.dumps(request.body, ensure_ascii=False)
    names = {tool["function"]["name"] for tool in request.body.get("tools", ())}
    if "draft_posts" in names:
        last = request.body["messages"][-1]
        if last["role"] == "tool":
            return Say(f"Drafted, with {_token(body, 'PHONE')}.")
        topic = f"the workshop, ring {_token(body, 'PHONE')}"
        return Say(calls=(Call("draft_posts", {"posts": [{"topic": topic, "call_to_action": topic}]}),))
    text = f"Our workshop is open. Ring {_token(body, 'PHONE')} or write to {_token(body, 'EMAIL')}@private.invalid."
    return copywriting(request, text, title="Workshop")


def _token(body: str, kind: str) -> str:
    at = body.upper().index(f"{kind}X")
    return body[at : at + len(kind) + 9]


async def test_no_call_of_a_whole_turn_carries_personal_data_and_the_draft_has_it(tmp_path: Path) -> None:
    async with OpenAIServer() as server:
        server.answer = _writing
        async with house_at(tmp_path, {"ADMIND_MODEL": "openai:gpt-4o", **server.keys()}) as house:
            said = await house.say(f"Post about our workshop, people ring {PHONE} or write to {MAIL}")
            draft = await house.draft(said)
            again = await house.say("and what did you draft?", conversation=draft.conversation)
        bodies = [json.dumps(request.body, ensure_ascii=False) for request in server.requests]
    assert len(bodies) >= 4
    for body in bodies:
        assert PHONE not in body and "412 34 56" not in body and "anna.meier" not in body
    text = draft.versions[0].text
    assert PHONE in text and MAIL in text and "PHONEX" not in text.upper()
    assert PHONE in draft.brief.topic and PHONE in said.reply
    assert "PHONEX" not in (said.reply + again.reply).upper()


async def test_posts_keep_their_distance_and_their_days(shop: Shop) -> None:
    first = await shop.drafted(SALE)
    assert _found(first, "too_close") == []
    second = await shop.drafted(SALE.model_copy(update={"offer": "30% off all helmets"}), "in 3 days at 9:30am")
    assert set(_found(second, "too_close")) == {"warn"}
    third = await shop.drafted(SALE.model_copy(update={"offer": "10% off all locks"}), "in 3 days at 11am")
    assert _found(third, "too_close") == []
    moved = await shop.admind.requests.move(shop.asker(), second.id, "in 3 days at 2pm")
    assert _found(moved, "too_close") == []
    due = moved.due
    assert due is not None
    await _timing(shop, blackouts=[profiles.blackout(f"{due.date()}: Inventory").model_dump(mode="json")])
    assert set(_found(await shop.drafted(SALE, "in 3 days at 4pm"), "blackout")) == {"block"}


async def test_an_embargo_stands_in_the_way_until_its_time(shop: Shop) -> None:
    await _timing(shop, embargoes=[profiles.embargo("all bikes until 2099-01-01").model_dump(mode="json")])
    assert set(_found(await shop.drafted(SALE), "embargo")) == {"block"}


async def test_a_link_in_exact_words_that_does_not_open_is_warned_of(tmp_path: Path) -> None:
    async with house_at(tmp_path) as house:
        there, gone = house.site.put("/there", "<p>Hi"), f"http://{house.site.host}/gone"
        dead = await house.drafted(f'Post exactly "Come and see: {gone}"')
        fine = await house.drafted(f'Post exactly "Come and look: {there}"')
    assert set(_found(dead, "link_dead")) == {"warn"}
    assert _found(fine, "link_dead") == []
