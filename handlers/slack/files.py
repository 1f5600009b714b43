"""Files that people send with a message: pictures become the draft's, text files and PDFs what it is written from, and
all others are named as not understood.
"""

from __future__ import annotations

import logging

import aiohttp

from bot.bootstrap import AdMind
from bot.chat import Asked, Files, Upload
from bot.errors import AdMindError
from bot.workflow.documents import MOST_DOCUMENTS, is_document
from handlers.chat.taking import MOST_PICTURES
from handlers.slack.calling import asked as answered
from handlers.slack.places import Asking
from handlers.slack.teams import Teams

log = logging.getLogger(__name__)
MOST_BYTES = 25_000_000


class Fetching:
    def __init__(self, admind: AdMind, teams: Teams) -> None:
        self._admind = admind
        self._teams = teams

    async def fetch(self, found: Asked, asking: Asking) -> Files:
        uploads, unread, unused, documents = list[Upload](), list(asking.others), list[str](), list[Upload]()
        member = await self._admind.looking.member(found.workspace, found.member)
        brand = found.brand or await self._admind.looking.home_brand(found.workspace, found.member) or ""
        for file in asking.files:
            name = asking.names.get(file, file)
            try:
                client = await self._teams.client(asking.team)
                info = (await answered(client.files_info(file=file)))["file"]
                name = str(info.get("title") or info.get("name") or file)
                kind = str(info.get("mimetype", ""))
                if is_document(name, kind) and len(documents) < MOST_DOCUMENTS:
                    data = await self._download(str(info["url_private_download"]), asking.team)
                    kept = await self._admind.documents.keep(found.workspace, brand, data, name=name, mime=kind)
                    documents.append(Upload(sha256=kept.sha256, name=name, mime=kept.mime))
                    continue
                if not kind.startswith("image/"):
                    unread.append(name)
                    continue
                if len(uploads) >= MOST_PICTURES:
                    unused.append(name)
                    continue
                data = await self._download(str(info["url_private_download"]), asking.team, kind="image/")
                item = await self._admind.library.upload(found.workspace, brand, member, data)
                uploads.append(Upload(sha256=item.sha256, name=name))
            except AdMindError as error:
                log.info("file not taken team=%s why=%s", asking.team, error.what)
                unread.append(name)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                log.info("file not loaded team=%s why=%s", asking.team, type(error).__name__)
                unread.append(name)
        return Files(uploads=tuple(uploads), documents=tuple(documents), unread=tuple(unread), unused=tuple(unused))

    async def _download(self, address: str, team: str, *, kind: str = "") -> bytes:
        """Raises AdMindError when it is too large, or Slack shows its sign-in page instead."""
        token = (await self._teams.team(team)).token
        async with self._teams.session.get(address, headers={"Authorization": f"Bearer {token}"}) as answer:
            given = answer.content_type
            if answer.status != 200 or given == "text/html" or not given.startswith(kind):
                raise AdMindError("Slack did not give this file.")
            parts, size = [], 0
            async for part in answer.content.iter_chunked(65_536):
                size += len(part)
                if size > MOST_BYTES:
                    raise AdMindError("This file is too large.")
                parts.append(part)
        return b"".join(parts)
