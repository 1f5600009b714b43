"""Calls of Discord's REST API, version 10, what its answers mean, and its errors in words.

https://docs.discord.com/developers/reference and …/topics/opcodes-and-status-codes#json: an error has `code` and
`message`; a 429 has `retry_after` in seconds (…/topics/rate-limits). A webhook's token is a part of its address:
`bot.fetch` keeps addresses out of the logs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from httpx2 import Response

from bot.channels.answers import KEPT, ask, document, judge, later, web
from bot.channels.base import Account, ChannelRefused, Door, Live, Receipt
from bot.channels.calling import harmless
from bot.channels.discord_text import plain, written
from bot.channels.handed import Carries
from bot.channels.mastodon_server import origin_of
from storage.sealed import SealedPayload

SERVER = "https://discord.com"
CDN = "https://cdn.discordapp.com"
SAME = {f"https://{host}" for host in ("discordapp.com", "ptb.discord.com", "canary.discord.com", "www.discord.com")}
SUPPRESS_EMBEDS = 1 << 2
EPOCH_MS = 1_420_070_400_000  # of ids: https://docs.discord.com/developers/reference#snowflakes
SUFFIX = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_HASH = re.compile(r"(?:a_)?[0-9a-f]{32}")
_ID = re.compile(r"[0-9]{5,20}")

MAY = "Give it View Channel, Send Messages, Attach Files and Read Message History in that room."
# Code → our short code, what happened, what to do.
TOLD = {
    10003: ("unauthorized", "The room that {name} posts to is not there any more.", "Connect another room."),
    10015: ("unauthorized", "The webhook of {name} was deleted.", "Make a new one in Discord, and connect it."),
    50027: ("unauthorized", "The webhook of {name} was deleted.", "Make a new one in Discord, and connect it."),
    50001: ("unauthorized", "The bot does not see the room of {name}.", MAY),
    50013: ("unauthorized", "The bot may not post to {name}.", MAY),
    40005: ("too_large", "The pictures are too large for {name}.", "Use smaller pictures."),
    50083: ("closed", "The thread of {name} is archived.", "Open it again in Discord, then send it again."),
    160005: ("closed", "The thread of {name} is locked.", "Unlock it in Discord, then send it again."),
    200000: ("blocked", "AutoMod of the server blocked the post.", "Change the words, or AutoMod's rules in Discord."),
    200001: ("blocked", "AutoMod of the server blocked the title.", "Change the words, or AutoMod's rules in Discord."),
}


class Api:
    """One access; every request goes below `root`, which ends in `/api/v10` or in a webhook's address."""

    def __init__(self, door: Door, root: str, token: str = "") -> None:
        self.door = door
        self.name = door.account.name
        self._root = root
        self._headers = {"authorization": f"Bot {token}"} if token else {}

    async def call(self, method: str, path: str, **options: Any) -> Response:
        # https://docs.discord.com/developers/reference#user-agent: others may be blocked.
        headers = {"user-agent": f"DiscordBot ({SERVER}, 10) AdMind"} | self._headers
        if "content" in options:
            headers["content-type"] = "application/json"
        return await self.door.request(method, self._root + path, headers=headers, **options)

    async def before(self, path: str, **params: str) -> Response:
        """A good answer to a look. Raises ChannelRefused for a clear no, ProvenNotSent for the rest."""
        return await harmless(
            lambda: self.call("GET", path, params=params), self.name, lambda answer: judged(answer, self.door)
        )

    async def read(self, path: str, **params: str) -> dict[str, Any]:
        """The object there, empty when the answer is none. Raises as `before` does."""
        return document(await self.before(path, **params)) or {}

    async def message(self, path: str, **params: str) -> dict[str, Any] | None:
        """The message there; None when there is none. Raises as `before` does."""
        try:
            return await self.read(path, **params)
        except ChannelRefused as refused:
            if refused.code == "not_found":
                return None
            raise

    async def list(self, path: str, **params: str) -> list[dict[str, Any]]:
        """The objects there. Raises as `before` does, and ValueError when the answer is no list."""
        found = json.loads((await self.before(path, **params)).content)
        if not isinstance(found, list):
            raise ValueError("list")
        return [each for each in found if isinstance(each, dict)]

    async def publish(
        self, path: str, payload: SealedPayload, pictures: Sequence[bytes], more: Mapping[str, Any], **params: str
    ) -> dict[str, Any]:
        """The message that a good answer tells, right after the door's check. `more` goes into its JSON.

        Raises as `Channel.send` does.
        """
        options = options_of(payload, pictures, more)
        carries = Carries(
            payload, lambda approved: options_of(approved.payload, approved.pictures(), more), reads=plain
        )
        await self.door.check()
        answer = await ask(lambda: self.call("POST", path, params=params, carries=carries, **options), self.name)
        judged(answer, self.door)
        return document(answer) or {}

    async def delete(self, path: str, **params: str) -> None:
        """What is not there is what was asked for."""
        await self.door.check()
        answer = await ask(lambda: self.call("DELETE", path, params=params), self.name)
        if answer.status_code != 404 or code_of(answer) not in (0, 10008):
            judged(answer, self.door)


def judged(answer: Response, door: Door) -> None:
    """As `answers.judge`, with what Discord says in the answer's body."""
    name, status = door.account.name, answer.status_code
    wait = (document(answer) or {}).get("retry_after") if status == 429 else None
    if isinstance(wait, int | float) and not isinstance(wait, bool) and 0 <= wait < 10**9:
        raise later(name, float(wait))
    if 400 <= status < 500 and status not in (408, 409, 425, 429):
        told = TOLD.get(code_of(answer))
        if told is not None:
            code, what, do_next = told
            raise ChannelRefused(what.format(name=name), code=code, kept=KEPT, do_next=do_next)
    judge(answer, name, door.now())


def code_of(answer: Response) -> int:
    """The API's own number of an error, 0 without one."""
    code = (document(answer) or {}).get("code") if answer.status_code >= 400 else None
    return code if type(code) is int else 0


def body_of(payload: SealedPayload) -> dict[str, Any]:
    """A message, from the sealed payload alone. Nobody is pinged, whatever the words; only a draft's link unfolds."""
    part = payload.parts[0]
    body: dict[str, Any] = {"content": written(part.text), "allowed_mentions": {"parse": []}}
    if not payload.links:
        body["flags"] = SUPPRESS_EMBEDS
    if part.media:
        described = [{"description": medium.alt.strip()} if medium.alt.strip() else {} for medium in part.media]
        names = [f"{medium.sha256[:16]}.{SUFFIX.get(medium.mime, 'bin')}" for medium in part.media]
        body["attachments"] = [
            {"id": number, "filename": name, **alt}
            for number, (name, alt) in enumerate(zip(names, described, strict=True))
        ]
    return body


def files_of(payload: SealedPayload, pictures: Sequence[bytes], body: dict[str, Any]) -> dict[str, Any]:
    """What goes along with such a body: https://docs.discord.com/developers/reference#uploading-files."""
    media = payload.parts[0].media
    names = [each["filename"] for each in body.get("attachments", [])]
    return {
        f"files[{number}]": (name, data, medium.mime)
        for number, (name, data, medium) in enumerate(zip(names, pictures, media, strict=True))
    }


def options_of(payload: SealedPayload, pictures: Sequence[bytes], more: Mapping[str, Any]) -> dict[str, Any]:
    """A message's request: JSON, or a form where pictures go along."""
    body = body_of(payload)
    packed, files = json.dumps({**body, **more}, ensure_ascii=False, sort_keys=True), files_of(payload, pictures, body)
    return {"data": {"payload_json": packed}, "files": files} if files else {"content": packed.encode()}


def receipt_of(message: dict[str, Any], destination: str, door: Door) -> Receipt | None:
    """The receipt of a message in that room; None for anything else."""
    found = id_in(message.get("id"))
    if not found or id_in(message.get("channel_id")) != destination:
        return None
    account = door.account
    place = f"{account.server}/channels/{account.options.get('guild') or '@me'}/{destination}"
    return Receipt(f"{destination}:{found}", f"{place}/{found}", made_at(found))


def live_of(message: dict[str, Any], url: str) -> Live:
    attached = message.get("attachments")
    media = [each for each in attached if isinstance(each, dict)] if isinstance(attached, list) else []
    pictures = tuple(web(each.get("url")) for each in media)  # signed, and good for a day: Discord's own bytes
    return Live(text=plain(str(message.get("content") or "")), alts=alts_of(message), url=url, pictures=pictures)


def alts_of(message: dict[str, Any]) -> tuple[str, ...]:
    attached = message.get("attachments")
    media = [each for each in attached if isinstance(each, dict)] if isinstance(attached, list) else []
    return tuple(str(each.get("description") or "").strip() for each in media)


def reactions_of(message: dict[str, Any]) -> int:
    found = message.get("reactions")
    counts = [each.get("count") for each in found if isinstance(each, dict)] if isinstance(found, list) else []
    return sum(count for count in counts if type(count) is int and count > 0)


def face_of(account: Account, found: object) -> str:
    """Where the picture of the account's bot or webhook lies; "" for none and on other servers than Discord's."""
    shown = account.server == SERVER and isinstance(found, str) and _HASH.fullmatch(found)
    return f"{CDN}/avatars/{account.remote_id}/{found}.png?size=128" if shown else ""


def id_in(value: object) -> str:
    """An id as Discord writes it, "" for anything else."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def made_at(found: str) -> datetime:
    """When the thing with this id was made."""
    return datetime.fromtimestamp(((int(found) >> 22) + EPOCH_MS) / 1000, UTC)


def id_at(at: datetime) -> str:
    """The least id of that moment."""
    return str(max(0, round(at.timestamp() * 1000) - EPOCH_MS) << 22)


def server_of(given: str) -> str:
    """The origin; Discord's further names are one. Raises BadInput."""
    parts = urlsplit(given) if "://" in given else None
    origin = origin_of(f"{parts.scheme}://{parts.netloc}" if parts else given or SERVER)
    return SERVER if origin in SAME else origin
