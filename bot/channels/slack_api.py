"""Calls of Slack's Web API, what its answers mean, and its errors in words.

https://docs.slack.dev/apis/web-api/: an answer is a 200 with `ok`, and `error` where that is false; a 429 has
Retry-After in seconds. `internal_error` and `fatal_error` are documented as "possible that some aspect of the operation
succeeded", so they, and every error that is not listed here, leave the outcome open.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any, Self
from urllib.parse import urlsplit

from httpx2 import Response

from bot.channels.answers import DEFAULT_WAIT_SECONDS, KEPT, ask, document, judge, later, retry_after
from bot.channels.base import ChannelRefused, Door, OutcomeUnknown
from bot.channels.calling import harmless
from bot.channels.handed import Approved, Carries
from bot.channels.showing import fetched
from bot.channels.slack_text import escaped, rich
from storage.sealed import SealedPayload

SERVER = "https://slack.com"
EVENT = "admind_post"  # of a message's metadata: whose key stands in it
_ROOM = re.compile(r"[CG][A-Z0-9]{8,20}")
_STAMP = re.compile(r"[0-9]{10}\.[0-9]{6}")
_FILE = re.compile(r"F[A-Z0-9]{8,20}")

INVITE = "Write /invite and the bot's name in that room."
# Error → our short code, what happened, what to do.
TOLD = {
    **dict.fromkeys(
        ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "team_access_not_granted"),
        ("unauthorized", "Slack no longer accepts the token of {name}.", "Install the app again, and connect it."),
    ),
    **dict.fromkeys(
        ("missing_scope", "no_permission", "access_denied", "ekm_access_denied", "not_allowed_token_type"),
        (
            "unauthorized",
            "The app may not do that in {name}.",
            "Give it the scopes that docs/channels/slack.md lists, install it again, and connect it.",
        ),
    ),
    "not_in_channel": ("unauthorized", "The bot is not in the room of {name}.", INVITE),
    "channel_not_found": ("unauthorized", "The bot does not see the room of {name}.", INVITE),
    "is_archived": ("closed", "The room of {name} is archived.", "Unarchive it in Slack, or connect another room."),
    **dict.fromkeys(
        ("restricted_action", "restricted_action_read_only_channel", "restricted_action_non_threadable_channel"),
        ("closed", "The workspace does not let apps post to {name}.", "Ask an administrator of the workspace."),
    ),
    **dict.fromkeys(
        ("msg_too_long", "msg_blocks_too_long", "metadata_too_large"),
        ("too_large", "The text is too long for {name}.", "Shorten it."),
    ),
    **dict.fromkeys(
        ("file_uploads_disabled", "storage_limit_reached", "file_upload_size_restricted", "posting_to_channel_denied"),
        ("picture", "The workspace of {name} takes no such picture.", "Ask an administrator of the workspace."),
    ),
    "cant_delete_message": ("refused", "Slack does not let the bot delete that.", "Delete it in Slack."),
}
# Documented as wrong in what was asked: nothing was done.
REFUSED = frozenset(
    {
        *("no_text", "invalid_blocks", "invalid_blocks_format", "invalid_arguments", "invalid_arg_name"),
        *("invalid_metadata_format", "invalid_metadata_schema", "too_many_attachments", "invalid_json"),
        *("json_not_object", "missing_post_type", "invalid_post_type", "invalid_form_data", "invalid_charset"),
        *(
            "method_deprecated",
            "deprecated_endpoint",
            "unknown_method",
            "request_timeout",
            "duplicate_message_not_found",
        ),
    }
)
GONE = frozenset({"message_not_found", "file_not_found", "file_deleted"})


class Api:
    """One bot at its server."""

    def __init__(self, door: Door, origin: str, token: str) -> None:
        self.door = door
        self.name = door.account.name
        self._root = f"{origin}/api"
        self._token = token

    @classmethod
    async def of(cls, door: Door, origin: str) -> Self:
        """Raises ChannelRefused without a token."""
        return cls(door, origin, (await door.secret("bot_token")).strip())

    async def read(self, method: str, **asked: str) -> dict[str, Any]:
        """The answer to a call that publishes nothing. Raises ChannelRefused, ProvenNotSent."""
        answer = await harmless(
            lambda: self._call(method, data=asked), self.name, lambda answer: judged(answer, self.door)
        )
        return document(answer) or {}

    async def made(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        """The same for a call that takes JSON."""
        answer = await harmless(lambda: self._json(method, body), self.name, lambda answer: judged(answer, self.door))
        return document(answer) or {}

    async def put(self, url: str, data: bytes) -> None:
        """Bytes to an address that Slack named, without the token. Raises ChannelRefused, ProvenNotSent."""
        headers = {"content-type": "application/octet-stream"}
        await harmless(
            lambda: self.door.request("POST", url, content=data, headers=headers),
            self.name,
            lambda answer: judge(answer, self.name, self.door.now()),
        )

    async def shown(self, url: str, most_bytes: int) -> bytes | None:
        """What lies at an address that Slack named, over TLS where the API is. The token goes to Slack's own hosts, and
        nothing goes to any other. Raises as `Door.request`.
        """
        here, there = urlsplit(self._root), urlsplit(url)
        own = there.netloc == here.netloc or there.netloc.endswith(f".{here.netloc}")  # files.slack.com
        if there.scheme != here.scheme or not own or "@" in there.netloc:
            return None
        return await fetched(url, most_bytes, self.door, {"authorization": f"Bearer {self._token}"})

    async def publish(self, payload: SealedPayload, files: list[str], key: str) -> dict[str, Any]:
        """What a good answer to a post says, right after the door's check. Raises as `Channel.send` does."""
        body = body_of(payload, files, key)

        def again(approved: Approved) -> dict[str, bytes]:
            return {"content": packed(body_of(approved.payload, approved.named(), key))}

        carries = Carries(payload, again, reads=html.unescape)  # `escaped` leaves nothing else to read
        await self.door.check()
        answer = await ask(lambda: self._json("chat.postMessage", body, carries), self.name)
        judged(answer, self.door)
        return document(answer) or {}

    async def delete(self, method: str, body: dict[str, str]) -> None:
        """What is not there is what was asked for."""
        await self.door.check()
        answer = await ask(lambda: self._json(method, body), self.name)
        if error_of(answer) not in GONE:
            judged(answer, self.door)

    async def _json(self, method: str, body: dict[str, Any], carries: Carries | None = None) -> Response:
        return await self._call(method, content=packed(body), kind="application/json; charset=utf-8", carries=carries)

    async def _call(self, method: str, *, kind: str = "", **options: Any) -> Response:
        headers = {"authorization": f"Bearer {self._token}"} | ({"content-type": kind} if kind else {})
        return await self.door.request("POST", f"{self._root}/{method}", headers=headers, **options)


def packed(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, sort_keys=True).encode()


def judged(answer: Response, door: Door) -> None:
    """As `answers.judge`, with what Slack says in a 200."""
    name = door.account.name
    judge(answer, name, door.now())
    error = error_of(answer)
    if not error:
        return
    if error in ("ratelimited", "rate_limited", "message_limit_exceeded"):
        wait = retry_after(answer.headers.get("retry-after", ""), door.now())
        raise later(name, DEFAULT_WAIT_SECONDS if wait is None else wait)
    if error in TOLD:
        code, what, do_next = TOLD[error]
        raise ChannelRefused(what.format(name=name), code=code, kept=KEPT, do_next=do_next)
    if error in GONE:
        raise ChannelRefused("That does not stand in Slack.", code="not_found", kept=KEPT)
    if error in REFUSED:
        raise ChannelRefused(
            f"{name} refused the post.",
            code="refused",
            kept=KEPT,
            do_next="Change it a little, then have it approved again.",
        )
    raise OutcomeUnknown(f"{name} answered with an error that does not say whether it took the post.")


def error_of(answer: Response) -> str:
    """The API's word for an error, "" for none: to be compared, never to be shown."""
    said = document(answer) or {}
    error = said.get("error")
    return (error if isinstance(error, str) and error else "unknown") if said.get("ok") is False else ""


def body_of(payload: SealedPayload, files: list[str], key: str) -> dict[str, Any]:
    """A message, from the sealed payload alone but for the uploads' ids and the key. Only a draft's link unfolds."""
    part = payload.parts[0]
    blocks = [rich(part.text)] if part.text else []
    blocks += [
        {"type": "image", "slack_file": {"id": file}, "alt_text": medium.alt.strip()}
        for file, medium in zip(files, part.media, strict=True)
    ]
    unfolds = bool(payload.links)
    return {
        "channel": payload.destination,
        "text": escaped(part.text or part.media[0].alt.strip()),
        "blocks": blocks,
        "metadata": {"event_type": EVENT, "event_payload": {"key": key}},
        "parse": "none",
        "link_names": False,
        "mrkdwn": False,
        "unfurl_links": unfolds,
        "unfurl_media": unfolds,
    }


def room_in(value: object) -> str:
    """A room's id as Slack writes it, "" for anything else."""
    return value if isinstance(value, str) and _ROOM.fullmatch(value) else ""


def stamp_in(value: object) -> str:
    """A message's `ts`, which is its id in its room."""
    return value if isinstance(value, str) and _STAMP.fullmatch(value) else ""


def file_in(value: object) -> str:
    return value if isinstance(value, str) and _FILE.fullmatch(value) else ""


def blocks_of(message: dict[str, Any], kind: str = "") -> list[dict[str, Any]]:
    """The message's blocks, of one kind or all."""
    found = message.get("blocks")
    blocks = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    return [each for each in blocks if not kind or each.get("type") == kind]


def files_of(message: dict[str, Any]) -> list[str]:
    """The uploads that its pictures show."""
    shown = [each.get("slack_file") for each in blocks_of(message, "image")]
    return [file_in(each.get("id")) for each in shown if isinstance(each, dict)]


def key_of(message: dict[str, Any]) -> str:
    """The key that a message of ours bears, "" for any other."""
    metadata = message.get("metadata")
    if not isinstance(metadata, dict) or metadata.get("event_type") != EVENT:
        return ""
    said = metadata.get("event_payload")
    return str(said.get("key") or "") if isinstance(said, dict) else ""
