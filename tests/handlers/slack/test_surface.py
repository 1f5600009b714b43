"""The manifest asks for exactly what the code uses, and the guide explains all of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.conversation.commands import read_command
from bot.views import PauseView
from handlers.slack import surface
from handlers.slack.calling import refusal
from handlers.slack.home_view import HomeNow, home_view, stranger_view
from tests.fakes.slack.pressing import Person
from tests.handlers.slack.asking import answered, shown
from tests.handlers.slack.made import NOW, ZONE, spring, view
from tests.handlers.slack.office import Office
from tests.handlers.slack.test_home_view import RECEIPT
from tests.handlers.slack.test_modals import a_post_view

GUIDE = (Path(__file__).parents[3] / "docs" / "slack.md").read_text(encoding="utf-8")


def test_the_manifest_asks_for_what_the_code_uses() -> None:
    told = surface.manifest()
    assert told["oauth_config"]["scopes"]["bot"] == sorted(surface.SCOPES)
    assert "user" not in told["oauth_config"]["scopes"]
    assert told["settings"]["event_subscriptions"]["bot_events"] == sorted(surface.EVENTS)
    assert tuple(each["command"] for each in told["features"]["slash_commands"]) == surface.COMMANDS
    assert {each["callback_id"]: each["type"] for each in told["features"]["shortcuts"]} == surface.SHORTCUTS
    assert told["settings"]["interactivity"] == {"is_enabled": True}


def test_slack_may_send_every_event_that_is_asked_for() -> None:
    assert {scope for scope in surface.EVENTS.values() if scope} <= set(surface.SCOPES)
    told = surface.manifest()
    assert ("commands" in surface.SCOPES) == bool(surface.COMMANDS)
    assert ("assistant:write" in surface.SCOPES) == ("agent_view" in told["features"])


def test_the_manifest_keeps_what_slack_asks_of_it() -> None:
    told = surface.manifest()
    features, about = told["features"], told["display_information"]
    assert len(about["name"]) <= 35 and len(about["description"]) <= 140
    assert re.fullmatch("#[0-9a-f]{6}", about["background_color"])
    assert len(features["agent_view"]["agent_description"]) <= 300
    assert len(features["agent_view"]["suggested_prompts"]) <= 4
    assert all(len(each["name"]) <= 24 and len(each["description"]) <= 150 for each in features["shortcuts"])
    assert told["settings"]["org_deploy_enabled"] is False
    commands = [each["message"] for each in features["agent_view"]["suggested_prompts"][1:]]
    assert all(read_command(said) for said in commands), "what is suggested works without a model"


def test_one_workspace_uses_socket_mode_with_a_token_that_does_not_expire() -> None:
    ways = surface.manifest()["settings"]
    assert ways["socket_mode_enabled"] is True and ways["token_rotation_enabled"] is False


def test_many_workspaces_use_http_with_tokens_that_rotate() -> None:
    told = surface.manifest("https://posts.example.com/")
    assert told["settings"]["socket_mode_enabled"] is False and told["settings"]["token_rotation_enabled"] is True
    assert told["oauth_config"]["redirect_urls"] == ["https://posts.example.com/slack/oauth_redirect"]
    addresses = {
        told["settings"]["event_subscriptions"]["request_url"],
        told["settings"]["interactivity"]["request_url"],
        told["features"]["slash_commands"][0]["url"],
    }
    assert addresses == {"https://posts.example.com/slack/events"}


def test_the_guide_explains_every_scope_and_way() -> None:
    for scope, purpose in surface.SCOPES.items():
        assert f"| `{scope}` | {purpose} |" in GUIDE
    for word in (*surface.COMMANDS, surface.REQUESTS, surface.INSTALL, surface.RETURN, "manifest.yaml"):
        assert word in GUIDE


@pytest.mark.parametrize(
    "code",
    [
        *("not_in_channel", "channel_not_found", "is_archived", "restricted_action", "missing_scope", "ratelimited"),
        *("msg_blocks_too_long", "expired_trigger_id", "invalid_auth", "token_expired", "a_word_of_tomorrow"),
    ],
)
def test_the_guide_explains_every_error_by_what_people_read(code: str) -> None:
    answer = AsyncSlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, data={"error": code}, headers={}, status_code=200
    )
    what = refusal(SlackApiError("", answer)).what  # type: ignore[no-untyped-call]
    rows = GUIDE.partition("## When something does not work")[2].splitlines()
    seen_there = [row.split("|")[1] for row in rows if row.startswith("| ")]
    quoted = [words for cell in seen_there for words in re.findall('"([^"]+)"', cell)]
    told = [re.escape(words).replace("…", ".*") for words in quoted]
    assert any(re.search(words, what) for words in told), f"nobody explains “{what}”"


async def test_slack_is_listened_to_for_what_the_manifest_asks_for_and_for_nothing_else(office: Office) -> None:
    listens = office.living.app

    async def heard(body: dict[str, Any]) -> bool:
        request = AsyncBoltRequest(body=body, mode="socket_mode")
        every = listens._async_listeners
        return any([await each.async_matches(req=request, resp=BoltResponse(status=200)) for each in every])

    for name in surface.manifest()["settings"]["event_subscriptions"]["bot_events"]:
        kind, _, room = name.partition(".")
        assert await heard({"type": "event_callback", "event": {"type": kind, "channel_type": room}}), name
    for name, kind in surface.SHORTCUTS.items():
        shortcut = {"type": {"global": "shortcut", "message": "message_action"}[kind], "callback_id": name}
        assert await heard(shortcut | {"channel": {"id": "C1"}}), name
    for name in surface.ACTIONS:
        assert await heard({"type": "block_actions", "actions": [{"action_id": f"{name}:x", "type": "button"}]}), name
    for name in surface.VIEWS:
        assert await heard({"type": "view_submission", "view": {"type": "modal", "callback_id": name}}), name
    assert not await heard({"type": "event_callback", "event": {"type": "channel_created"}})
    assert not await heard({"type": "shortcut", "callback_id": "other"})


async def test_only_its_own_command_is_answered(office: Office, ana: Person) -> None:
    room = office.slack.channel("lounge", ana)
    for command, status in (("/admind", 200), ("/other", 404)):
        body = ana.command(room, command, "help")
        answer = await office.living.app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
        assert answer.status == status, command


async def test_help_names_the_shortcuts_as_slack_shows_them(office: Office, ana: Person) -> None:
    told = shown(await answered(ana, office.slack.channel("lounge", ana), "help"))
    for shortcut in surface.manifest()["features"]["shortcuts"]:
        assert f"“{shortcut['name']}”" in told and f"*{shortcut['name']}*" in " ".join(GUIDE.split())


def test_what_stands_in_app_home_can_be_pressed() -> None:
    full = HomeNow(
        at=NOW,
        brand="b_velo",
        brand_name="Velo",
        zone=ZONE,
        waiting=[view(spring())],
        done=[a_post_view(RECEIPT)],
        pauses=[PauseView(scope="workspace", reason="", since=NOW, until=None)],
        may_resume=True,
        may_settle=True,
    )
    found = {verb for shown in (home_view(full), stranger_view()) for verb in _verbs(shown)}
    assert found == {"review", "next", "takedown", "new", "settings", "resume", "stop"} and found <= surface.ACTIONS


def _verbs(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["action_id"].partition(":")[0]} if "action_id" in value else set()
        return own.union(*(_verbs(each) for each in value.values()))
    return set().union(*(_verbs(each) for each in value)) if isinstance(value, list) else set()
