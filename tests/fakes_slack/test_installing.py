"""Workspaces that install the app."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_sdk.oauth.installation_store import FileInstallationStore
from slack_sdk.oauth.state_store import FileOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import MovableClock
from tests.fakes.slack.world import SCOPES
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until
from tests.fakes_slack.bolt import served
from tests.fakes_slack.refusals import refused

# The client's own way of saying who it is
pytestmark = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated")


async def test_a_code_makes_a_token_once_and_rotation_renews_it(slack: SlackServer, clock: MovableClock) -> None:
    slack.world.rotates = True
    other = slack.workspace("other")
    zoe = other.person("zoe")
    scopes = ",".join(sorted(SCOPES))
    back = zoe.agree(f"https://slack.test/?client_id=1111.2222&scope={scopes}&state=s1&redirect_uri=https://a.test/cb")
    assert back.startswith("https://a.test/cb?code=") and back.endswith("state=s1")
    code = back.split("code=")[1].split("&")[0]
    asking = AsyncWebClient(base_url=slack.api)
    given = {"client_id": "1111.2222", "client_secret": "client-secret", "code": code}
    assert (await refused(asking.oauth_v2_access(**given)))["error"] == "bad_redirect_uri"
    got = await asking.oauth_v2_access(**given, redirect_uri="https://a.test/cb")
    assert (got["team"]["id"], got["authed_user"]["id"], got["expires_in"]) == (other.team.id, zoe.id, 43200)
    again = await refused(asking.oauth_v2_access(**given, redirect_uri="https://a.test/cb"))
    assert again["error"] == "code_already_used"
    clock.move(timedelta(hours=12))
    there = AsyncWebClient(got["access_token"], base_url=slack.api)
    assert (await refused(there.auth_test()))["error"] == "token_expired"
    renew = {"client_id": "1111.2222", "client_secret": "client-secret", "grant_type": "refresh_token"}
    fresh = await asking.oauth_v2_access(**renew, refresh_token=got["refresh_token"])
    assert (await AsyncWebClient(fresh["access_token"], base_url=slack.api).auth_test())["team_id"] == other.team.id
    used = await refused(asking.oauth_v2_access(**renew, refresh_token=got["refresh_token"]))
    assert used["error"] == "invalid_refresh_token"


async def test_a_real_app_is_installed_and_answers_in_each_workspace(slack: SlackServer, tmp_path: Path) -> None:
    settings = AsyncOAuthSettings(
        client_id=slack.world.client,
        client_secret=slack.world.client_secret,
        scopes=["app_mentions:read", "chat:write", "channels:history"],
        installation_store=FileInstallationStore(base_dir=str(tmp_path / "installed")),
        state_store=FileOAuthStateStore(expiration_seconds=600, base_dir=str(tmp_path / "states")),
        install_page_rendering_enabled=False,
    )
    flow = AsyncOAuthFlow(client=AsyncWebClient(base_url=slack.api), settings=settings)
    app = AsyncApp(client=AsyncWebClient(base_url=slack.api), signing_secret=slack.signing_secret, oauth_flow=flow)

    async def mentioned(event: dict[str, Any], say: Any) -> None:
        await say("Hello", thread_ts=event["ts"])

    app.event("app_mention")(mentioned)
    slack.events.subscribed = {"app_mention"}
    other = slack.workspace("other")
    zoe = other.person("zoe")
    async with served(slack, app), aiohttp.ClientSession() as browser:
        site = slack.http.address.removesuffix("/events")
        async with browser.get(f"{site}/install", allow_redirects=False) as page:
            address, cookies = page.headers["location"], page.headers["set-cookie"].split(";")[0]
        back = zoe.agree(address)
        redirected = f"{site}/oauth_redirect?{back.partition('?')[2]}"
        async with browser.get(redirected, headers={"Cookie": cookies}) as done:
            assert done.status == 200, await done.text()
        async with browser.get(redirected, headers={"Cookie": cookies}) as again:
            assert again.status == 401  # a state works once
        there = other.channel("general", zoe)
        asked = await zoe.mention(there, "hi")
        await until(lambda: len(there.thread(asked.ts)) == 2, "the answer over there")
    assert there.thread(asked.ts)[1].user == other.team.bot
