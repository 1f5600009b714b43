"""A call of Slack's Web API, and what its refusals mean to people."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import Any, Final, cast

import aiohttp
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.errors import AdMindError
from bot.words import told

Json = dict[str, Any]
GONE: Final = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"})
ENDED: Final = frozenset({"token_revoked", "account_inactive"})  # for ever
EXPIRED: Final = frozenset({"token_expired"})
REVOKED: Final = ENDED | EXPIRED | {"invalid_auth", "not_authed", "invalid_refresh_token"}
TOO_LONG: Final = frozenset({"msg_blocks_too_long", "msg_too_long", "invalid_blocks", "view_too_large"})
TOO_LATE: Final = frozenset(
    {"expired_trigger_id", "trigger_expired", "invalid_trigger_id", "exchanged_trigger_id", "trigger_exchanged"}
)
_BUSY: Final = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
)
SOON_SECONDS: Final = 30.0


class SlackRefused(AdMindError):
    """Slack did not do it. `code` is Slack's own word."""

    def __init__(
        self, code: str, what: str, *, kept: str = "", do_next: str = "", retry_after_seconds: float | None = None
    ) -> None:
        super().__init__(what, kept=kept, do_next=do_next, retry_after_seconds=retry_after_seconds)
        self.code = code


class SlackUnknown(AdMindError):
    """Slack did not answer: it may have done it."""


async def asked(call: Awaitable[AsyncSlackResponse], room: str = "") -> Json:
    """What Slack answered. Raises SlackRefused, SlackUnknown; `room` is named in what people read."""
    try:
        answer = await call
    except SlackApiError as error:
        raise refusal(error, room) from error
    except (aiohttp.ClientError, SlackRequestError, TimeoutError, OSError) as error:
        raise SlackUnknown(
            told("Slack does not answer."),
            do_next=told("Please try again in a moment."),
            retry_after_seconds=SOON_SECONDS,
        ) from error
    return cast(Json, answer.data)


def refusal(error: SlackApiError, room: str = "") -> SlackRefused:
    answer = error.response
    data = answer.data if isinstance(answer.data, dict) else {}
    code = word_of(error)
    if code == "ratelimited" or answer.status_code == 429:
        return _patience("ratelimited", retry_after_seconds(answer.headers or {}))
    if code in _BUSY or answer.status_code >= 500:
        return _patience(code, SOON_SECONDS)
    what, do_next = _words(code, room, str(data.get("needed", "")))
    return SlackRefused(code, what, do_next=do_next)


def _patience(code: str, seconds: float) -> SlackRefused:
    return SlackRefused(
        code,
        told("Slack asks for patience."),
        do_next=told("Please try again in a moment."),
        retry_after_seconds=seconds,
    )


def word_of(error: SlackApiError) -> str:
    """Slack's own word for it, or its status."""
    data = error.response.data if isinstance(error.response.data, dict) else {}
    return str(data.get("error") or f"http_{error.response.status_code}")


def retry_after_seconds(headers: Mapping[str, object]) -> float:
    """How long Slack asks to wait; half a minute where it does not say so in seconds."""
    given = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    text = str(given[0] if isinstance(given, list) and given else given).strip()
    return float(text) if text.isdigit() else SOON_SECONDS


def _words(code: str, room: str, needed: str) -> tuple[str, str]:
    """What happened, and what to do."""
    where = told("the room {room}", room=room) if room else told("that room")
    if code in ("not_in_channel", "channel_not_found"):
        return told("I am not in {where}.", where=where), told("Invite me there: /invite @AdMind")
    if code == "is_archived":
        return (
            told("In Slack {where} is archived.", where=where),
            told("Choose another one: /admind settings"),
        )
    if code == "missing_scope":
        return (
            told("Slack does not let me do this: I lack the permission {scope}.", scope=needed or "?"),
            told("Whoever runs AdMind adds it to the app and installs it again."),
        )
    if code in REVOKED:
        return (
            told("Slack does not accept my token any more."),
            told("Install AdMind in Slack again, or put a fresh token into its settings."),
        )
    if code in TOO_LONG:
        return told("This is more than Slack shows in one message."), told("Read it in the studio.")
    if code in TOO_LATE:
        return told("That took too long for Slack."), told("Please press it once more.")
    if code in ("restricted_action", "restricted_action_read_only_channel"):
        return told("Only some people may post in {where}.", where=where), told(
            "Ask an admin to let AdMind post there."
        )
    return told("Slack refused this ({code}).", code=code), told(
        "Please try again; if it stays, tell whoever runs AdMind."
    )
