"""Calls of the Telegram Bot API, what its answers mean, and its errors in words.

https://core.telegram.org/bots/api#making-requests: an answer has `ok`, and `result` or `error_code`, `description` and
sometimes `parameters` with `retry_after` in seconds. A token that is none is a 401 or 404. The token is a part of the
address: `bot.fetch` keeps addresses out of the logs.
"""

from __future__ import annotations

import json
import re
from typing import Any, Self

from httpx2 import Response

from bot.channels.answers import ask, document, judge, later
from bot.channels.base import ChannelRefused, Door, ProvenNotSent
from bot.channels.calling import harmless
from bot.errors import BadInput
from storage.sealed import SealedPayload

KEPT = "Nothing was published."
_PATH = re.compile(r"[A-Za-z0-9_]+(?:/[A-Za-z0-9_.-]+)+")
_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{20,100}")
_NAME = re.compile(r"@[A-Za-z][A-Za-z0-9_]{3,31}")
_NUMBER = re.compile(r"-?[0-9]{1,20}")
COUNTED, MOST_UPDATES = "message_reaction_count", 100  # as many as one answer holds
SUFFIX = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}


def chat_in(given: str) -> str:
    """A chat as people name it: `@velo`, `https://t.me/velo`, or its number. Raises BadInput."""
    text = given.strip()
    text = re.sub(r"^(?:https?://)?t\.me/", "@", text).rstrip("/")
    if not _NAME.fullmatch(text) and not _NUMBER.fullmatch(text):
        raise BadInput(
            "That is no channel or group of Telegram.", kept="Nothing changed.", do_next="Write it like @velo."
        )
    return text


class Api:
    """One bot at its server."""

    def __init__(self, door: Door, origin: str, token: str) -> None:
        self._door = door
        self._root = f"{origin}/bot{token}"
        self._files = f"{origin}/file/bot{token}"
        self.name = door.account.name
        self.bot = token.partition(":")[0]

    @classmethod
    async def of(cls, door: Door, origin: str) -> Self:
        """Raises ChannelRefused without a token, or with one that is none."""
        token = (await door.secret("bot_token")).strip()
        if not _TOKEN.fullmatch(token):
            raise _no_token(door.account.name)
        return cls(door, origin, token)

    async def read(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """The result's object of a call that publishes nothing. Raises ChannelRefused, ProvenNotSent."""
        found = await self.result(name, body)
        if not isinstance(found, dict):
            raise ProvenNotSent(f"{self.name} did not answer properly.", kept=KEPT)
        return found

    async def result(self, name: str, body: dict[str, Any]) -> object:
        """Whatever the result of such a call is; None without one. Raises ChannelRefused, ProvenNotSent."""
        answer = await harmless(lambda: self._call(name, json=body), self.name, self._judged)
        return (document(answer) or {}).get("result")

    async def reactions(self, chat: str) -> dict[int, int]:
        """How many reactions the messages of a chat have, as far as the latest updates tell; by the message's number.

        Nothing is confirmed, so that every post can find its own: https://core.telegram.org/bots/api#getupdates with a
        negative offset. Whoever else reads the stream, or a webhook, makes it a 409: then nothing is told. Raises
        ChannelRefused, ProvenNotSent, OutcomeUnknown.
        """
        body = {"offset": -MOST_UPDATES, "limit": MOST_UPDATES, "timeout": 0, "allowed_updates": [COUNTED]}
        answer = await ask(lambda: self._call("getUpdates", json=body), self.name)
        if answer.status_code == 409:
            return {}
        self._judged(answer)
        updates = (document(answer) or {}).get("result")
        found: dict[int, int] = {}
        for update in updates if isinstance(updates, list) else ():  # in their order: the last one counts
            told = update.get(COUNTED) if isinstance(update, dict) else None
            if not isinstance(told, dict) or str((told.get("chat") or {}).get("id")) != chat:
                continue
            number, kinds = told.get("message_id"), told.get("reactions")
            counts = [each.get("total_count") for each in kinds or () if isinstance(each, dict)]
            if type(number) is int:
                found[number] = sum(count for count in counts if type(count) is int and count > 0)
        return found

    async def picture(self, photo: object) -> str:
        """Where a ChatPhoto is had for an hour; empty when it is none. It holds the token: only the door may see it.

        https://core.telegram.org/bots/api#getfile
        """
        name = photo.get("small_file_id") if isinstance(photo, dict) else None
        if not isinstance(name, str) or not name:
            return ""
        try:
            path = (await self.read("getFile", {"file_id": name})).get("file_path")
        except (ChannelRefused, ProvenNotSent):  # nothing depends on it
            return ""
        return f"{self._files}/{path}" if isinstance(path, str) and _PATH.fullmatch(path) else ""

    async def write(self, name: str, **body: Any) -> Response:
        """A good answer to a call that publishes, right after the door's check. Raises as `Channel.send` does."""
        await self._door.check()
        answer = await ask(lambda: self._call(name, **body), self.name)
        self._judged(answer)
        return answer

    async def delete(self, chat: str, number: int) -> None:
        await self._door.check()
        body = {"chat_id": chat, "message_id": number}
        answer = await ask(lambda: self._call("deleteMessage", json=body), self.name)
        said = _description(answer)
        if answer.status_code == 400 and "message to delete not found" in said:
            return
        if answer.status_code == 400 and "message can't be deleted" in said:
            raise ChannelRefused(
                "Telegram lets bots delete a message for 48 hours only.",
                code="refused",
                kept="It still stands there.",
                do_next="Delete it in Telegram.",
            )
        self._judged(answer)

    async def _call(self, name: str, **options: Any) -> Response:
        return await self._door.request("POST", f"{self._root}/{name}", headers={}, **options)

    def _judged(self, answer: Response) -> None:
        """As `answers.judge`, with what this API says in the answer's body."""
        said, status = document(answer) or {}, answer.status_code
        parameters = said.get("parameters")
        wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
        if status == 429 and type(wait) is int:
            raise later(self.name, float(wait))
        about = _description(answer)
        if status in (401, 404) and about in ("unauthorized", "not found"):
            raise _no_token(self.name)
        if status == 403 and about:
            raise ChannelRefused(
                f"The bot may not post to {self.name} any more.",
                code="unauthorized",
                kept=KEPT,
                do_next="Make it an administrator there that may post messages.",
            )
        if status == 400 and ("chat not found" in about or "need administrator rights" in about):
            raise ChannelRefused(
                f"The bot does not find {self.name}, or may not post there.",
                code="unauthorized",
                kept=KEPT,
                do_next="Make it an administrator there that may post messages.",
            )
        judge(answer, self.name, self._door.now())


def request_of(payload: SealedPayload, pictures: list[bytes]) -> tuple[str, dict[str, Any]]:
    """The method, and its body: JSON without pictures, a form with them."""
    part, chat = payload.parts[0], payload.destination
    if not pictures:
        preview = {"url": payload.links[0].shown} if payload.links else {"is_disabled": True}
        return "sendMessage", {"json": {"chat_id": chat, "text": part.text, "link_preview_options": preview}}
    files = {
        f"p{number}": (f"{medium.sha256[:16]}.{SUFFIX.get(medium.mime, 'bin')}", data, medium.mime)
        for number, (medium, data) in enumerate(zip(part.media, pictures, strict=True))
    }
    if len(pictures) == 1:
        return "sendPhoto", {"data": {"chat_id": chat, "caption": part.text}, "files": {"photo": files["p0"]}}
    media = [{"type": "photo", "media": f"attach://{name}"} for name in files]
    media[0]["caption"] = part.text  # an album shows the caption of its first picture
    return "sendMediaGroup", {"data": {"chat_id": chat, "media": json.dumps(media)}, "files": files}


def _description(answer: Response) -> str:
    """What the server says of an error, lower case: to be compared, never to be shown."""
    said = (document(answer) or {}).get("description") if answer.status_code >= 400 else None
    return said.lower() if isinstance(said, str) else ""


def _no_token(name: str) -> ChannelRefused:
    return ChannelRefused(
        f"Telegram does not know the bot of {name} by this token.",
        code="unauthorized",
        kept=KEPT,
        do_next="Take the token from BotFather, and connect it again.",
    )
