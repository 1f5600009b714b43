"""The Web API's methods about tokens, people, groups and the workspace, and the exchange of codes for tokens."""

from __future__ import annotations

import secrets
from datetime import timedelta

from tests.fakes.slack.call import Call, method, page
from tests.fakes.slack.records import Group, Json, Token
from tests.fakes.slack.world import Refused, World

CODE_LIFE = timedelta(minutes=10)


@method("auth.test")
def test(call: Call) -> Json:
    user = call.team.users[call.token.user]
    found = {
        "url": f"https://{call.team.name}.slack.test/",
        "team": call.team.name,
        "team_id": call.team.id,
        "user": user.name,
        "user_id": user.id,
        "is_enterprise_install": False,
    }
    return found | ({"bot_id": call.team.bot_id} if user.is_bot else {})


@method("auth.revoke")
def revoke(call: Call) -> Json:
    if call.flag("test"):
        return {"revoked": False}
    call.token.state = "token_revoked"
    return {"revoked": True}


@method("team.info", "team:read")
def team_info(call: Call) -> Json:
    return {"team": {"id": call.team.id, "name": call.team.name, "domain": call.team.name}}


@method("users.info", "users:read")
def user_info(call: Call) -> Json:
    return {"user": call.user().shown(email="users:read.email" in call.token.scopes)}


@method("users.list", "users:read")
def users(call: Call) -> Json:
    email = "users:read.email" in call.token.scopes
    return page(call, [each.shown(email=email) for each in call.team.users.values()], "members")


@method("usergroups.list", "usergroups:read")
def groups(call: Call) -> Json:
    def shown(group: Group) -> Json:
        found: Json = {
            "id": group.id,
            "team_id": call.team.id,
            "is_usergroup": True,
            "name": group.name,
            "handle": group.handle,
            "date_delete": 0,
        }
        if call.flag("include_count"):
            found["user_count"] = len(group.users)
        return found | ({"users": list(group.users)} if call.flag("include_users") else {})

    return {"usergroups": [shown(each) for each in call.team.groups.values()]}


@method("usergroups.users.list", "usergroups:read")
def group_users(call: Call) -> Json:
    group = call.team.groups.get(call.text("usergroup", error="no_such_subteam"))
    if group is None:
        raise Refused("no_such_subteam")
    return {"users": list(group.users)}


# Installing


def new_code(world: World, team: str, user: str, scopes: str, redirect: str) -> str:
    """What the app gets at its redirect address once a person has agreed."""
    code = secrets.token_urlsafe(16)
    until = world.clock.now() + CODE_LIFE
    world.codes[code] = {"team": team, "user": user, "scopes": scopes, "redirect": redirect, "until": until}
    return code


def exchange(world: World, given: Json, client: str, secret: str) -> Json:
    """oauth.v2.access: a code or a refresh token for tokens; either works once. Raises Refused."""
    if client != world.client:
        raise Refused("invalid_client_id")
    if secret != world.client_secret:
        raise Refused("bad_client_secret")
    if given.get("grant_type") == "refresh_token":
        return _refreshed(world, str(given.get("refresh_token", "")))
    code = world.codes.get(str(given.get("code", "")))
    if code is None or world.clock.now() > code["until"]:
        raise Refused("invalid_code")
    if code.get("used"):
        raise Refused("code_already_used")
    if (given.get("redirect_uri") or "") != code["redirect"]:
        raise Refused("bad_redirect_uri")
    code["used"] = True
    token = world.install(world.teams[code["team"]], set(code["scopes"].split(",")))
    return _granted(world, token, code["user"])


def _refreshed(world: World, refresh: str) -> Json:
    old = next((each for each in world.tokens.values() if refresh and each.refresh == refresh), None)
    if old is None or old.state:
        raise Refused("invalid_refresh_token")
    old.refresh = ""
    return _granted(world, world.install(world.teams[old.team], old.scopes), "")


def _granted(world: World, token: Token, user: str) -> Json:
    team = world.teams[token.team]
    found: Json = {
        "app_id": world.app,
        "access_token": token.value,
        "token_type": "bot",
        "scope": ",".join(sorted(token.scopes)),
        "bot_user_id": team.bot,
        "team": {"id": team.id, "name": team.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }
    if user:
        found["authed_user"] = {"id": user}
    if token.expires is not None:
        seconds = round((token.expires - world.clock.now()).total_seconds())
        found |= {"refresh_token": token.refresh, "expires_in": seconds}
    return found
