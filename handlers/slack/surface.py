"""Everything by which Slack and AdMind know each other, in one place.

The listeners register exactly these, the manifest asks for exactly these, and docs/slack.md explains each scope: tests
hold the three together.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from handlers.slack.buttons import BRAND, MORE
from handlers.slack.modals import asking, deciding, details, editing, moving, proving, settings

MANIFEST: Final = Path(__file__).with_name("manifest.yaml")

# scope → what it is for
SCOPES: Final = {
    "app_mentions:read": "hear when somebody writes @AdMind",
    "assistant:write": "be an agent: status, suggested prompts, titles of conversations",
    "channels:history": "read replies in threads of public channels it was invited to, and find its own cards again",
    "channels:read": "know a public channel's name, and whether it is in it",
    "chat:write": "post cards and answers, and bring them up to date",
    "commands": "/admind and the shortcuts",
    "files:read": "take pictures that people send",
    "files:write": "show a draft's picture on its card",
    "groups:history": "the same as channels:history in private channels it was invited to",
    "groups:read": "the same as channels:read in private channels",
    "im:history": "read what people write to it directly",
    "im:read": "know a direct message as one",
    "im:write": "open a direct message for reminders and failures",
    "reactions:read": "see ✅ ❌ ✏️ ✋ on cards, also those set while it was away",
    "team:read": "the workspace's name",
    "usergroups:read": "let a group approve, and follow who is in it",
    "users:read": "names, time zones and languages; who is a guest or was deactivated",
}

# event → one of the scopes that let Slack send it; none: always sent
EVENTS: Final = {
    "agent_session_stopped": "assistant:write",
    "app_home_opened": "",
    "app_mention": "app_mentions:read",
    "app_uninstalled": "",
    "channel_archive": "channels:read",
    "channel_rename": "channels:read",
    "channel_unarchive": "channels:read",
    "group_archive": "groups:read",
    "group_rename": "groups:read",
    "group_unarchive": "groups:read",
    "member_joined_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "subteam_members_changed": "usergroups:read",
    "subteam_updated": "usergroups:read",
    "team_rename": "team:read",
    "tokens_revoked": "",
    "user_change": "users:read",
}

COMMANDS: Final = ("/admind",)

# callback id → where it stands: anywhere in Slack, or on a message
SHORTCUTS: Final = {"new_post": "global", "post_about_this": "message"}

# What stands before the first ":" of a button's action, or of the value chosen in a menu (`buttons.MENU`).
ACTIONS: Final = frozenset(
    {
        # on cards of drafts: <action>:<draft>:<digest>
        "approve", "read", "edit", "some", "changes", "move", "hold", "reject", "prove", MORE,
        "details",  # details:<draft>
        # on cards of posts, and in App Home: <action>:<post>
        "live", "send", "cancel", "later", "rework", "done",
        "takedown",  # takedown:<post>, or takedown:<draft>
        # in App Home and below answers: review:<draft>, the others with a brand; next:<brand>:<draft> after that one
        "review", "next", "new", "settings", "resume", "stop",
        BRAND,  # brand:<brand>, which App Home is to show
        "stay",  # stay:<brand>, on the word that a brand leaves
        "plan",  # plan:<request>, below slots that were read back
        "fill",  # fill:<brand>, where slots of its plan are empty
        "launch",  # launch:<campaign>, below its timeline
        "retry",  # retry:<request>:<how often it was tried>, below an answer that failed
        "reconnect",  # reconnect:<account>, on failures and digests
        "whose",  # whose:<account that waits for an owner>
        "release",  # release:<account>, once it is connected again
        "held",  # held:<brand>, once posts go out again
        "sendreport", "dropreport",  # <verb>:<brand>:<month>:<beginning of the digest>, on a client report
        "page",  # in Details: page:<draft>:details|read:<page>
    }
)  # fmt: skip

# The callback ids of submitted views.
VIEWS: Final = frozenset(
    {
        asking.CALLBACK,
        deciding.CHANGES,
        deciding.REJECT,
        deciding.SOME,
        deciding.TAKE_DOWN,
        deciding.HELD,
        details.APPROVE,
        editing.CALLBACK,
        moving.CALLBACK,
        moving.LATER,
        proving.CALLBACK,
        settings.CALLBACK,
    }
)
READ_ONLY_VIEWS: Final = frozenset({details.CALLBACK, deciding.MORE})  # nothing to submit

# For every message that AdMind posts, besides `SlackMessage.arguments`.
POSTING: Final[dict[str, Any]] = {"unfurl_links": False, "unfurl_media": False}

# Where Slack finds AdMind over HTTP, below ADMIND_PUBLIC_URL.
REQUESTS, INSTALL, RETURN = "/slack/events", "/slack/install", "/slack/oauth_redirect"


def manifest(public_url: str = "") -> dict[str, Any]:
    """The app as Slack is told of it: for one workspace over Socket Mode, or with an address for many over HTTP.

    A token that is pasted into a setting must not expire, so tokens rotate only where AdMind itself got them.
    """
    made: dict[str, Any] = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    if not public_url:
        return made
    requests = public_url.rstrip("/") + REQUESTS
    made["oauth_config"]["redirect_urls"] = [public_url.rstrip("/") + RETURN]
    for command in made["features"]["slash_commands"]:
        command["url"] = requests
    ways = made["settings"]
    ways["event_subscriptions"]["request_url"] = requests
    ways["interactivity"]["request_url"] = requests
    ways |= {"socket_mode_enabled": False, "token_rotation_enabled": True}
    return made
