"""The invite link asks for exactly what the code uses, and the guide explains all of it."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import discord

from bot.settings import load_settings
from handlers.discord import surface
from handlers.discord.client import Client

GUIDE = (Path(__file__).parents[3] / "docs" / "discord.md").read_text(encoding="utf-8")


def test_the_guides_link_asks_for_what_the_code_uses() -> None:
    link = re.search(r"https://discord\.com/oauth2/authorize\S+", GUIDE)
    assert link is not None
    asked, made = parse_qs(urlsplit(link[0]).query), parse_qs(urlsplit(surface.invite(1)).query)
    assert asked.pop("client_id") == ["APPLICATION_ID"] and made.pop("client_id") == ["1"]
    assert asked == made


def test_the_guide_explains_every_permission_scope_and_intent() -> None:
    for name, why in surface.PERMISSIONS.items():
        assert f"| {surface.spelled(name)} | {why} |" in GUIDE
    for name, why in (surface.SCOPES | surface.INTENTS).items():
        assert f"| `{name}` | {why} |" in GUIDE
    named = set(re.findall(r"^\| `([a-z_.]+)`", GUIDE, re.MULTILINE))
    assert named == set(surface.SCOPES) | set(surface.INTENTS) | set(surface.OPTIONAL)


async def test_the_bot_asks_for_these_intents_alone() -> None:
    client = Client(load_settings({"ADMIND_DISCORD_TOKEN": "x"}))
    assert {name for name, on in client.intents if on} == set(surface.INTENTS)
    assert not client.intents.members and not client.intents.presences
    assert client.allowed_mentions is not None
    assert client.allowed_mentions.to_dict() == discord.AllowedMentions.none().to_dict()
    await client.close()


def test_the_guide_names_every_setting() -> None:
    for name in ("ADMIND_DISCORD_TOKEN", "ADMIND_DISCORD_REVIEW_ROOM", "ADMIND_OWNERS=discord:"):
        assert name in GUIDE
