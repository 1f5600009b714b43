"""Pictures of cards as files at Slack: each is uploaded once a workspace, and used again."""

from __future__ import annotations

import asyncio
import logging
import zlib
from typing import Final

from bot.bootstrap import AdMind
from bot.chat import Home
from bot.errors import AdMindError
from handlers.slack.calling import asked
from handlers.slack.teams import Teams

log = logging.getLogger(__name__)
AT_ONCE: Final = 32


class Pictures:
    def __init__(self, admind: AdMind, teams: Teams) -> None:
        self._admind = admind
        self._teams = teams
        self._uploading = [asyncio.Lock() for _ in range(AT_ONCE)]  # whoever draws the same card waits for its picture

    async def files(self, home: Home, pictures: dict[str, str]) -> dict[str, str]:
        """sha256 → file id, of these (sha256 → MIME type). One that cannot be had is left out: cards say so."""
        found: dict[str, str] = {}
        for sha256, mime in pictures.items():
            try:
                async with self._uploading[zlib.crc32(sha256.encode()) % AT_ONCE]:
                    found[sha256] = await self._file(home, sha256, mime)
            except AdMindError as error:
                log.warning("picture not shown home=%s why=%s", home.key, error.what)
        return found

    async def fresh(self, home: Home, data: bytes, name: str) -> str:
        """The id of a file that is shown this once; "" when it cannot be had."""
        try:
            client = await self._teams.client(home.team)
            answer = await asked(client.files_upload_v2(filename=name, content=data, title=name))
        except AdMindError as error:
            log.warning("picture not shown home=%s why=%s", home.key, error.what)
            return ""
        return str(answer["files"][0]["id"])

    async def _file(self, home: Home, sha256: str, mime: str) -> str:
        key = f"file:{sha256}"
        begun = await self._admind.posted.begin(home.workspace, home.key, key)
        if begun.message:
            return begun.message
        try:
            data = await self._admind.blobs.get(sha256)
            client = await self._teams.client(home.team)
            name = f"{sha256[:12]}.{mime.rpartition('/')[2]}"
            answer = await asked(client.files_upload_v2(filename=name, content=data, title=name))
        except BaseException:
            await self._admind.posted.refused(home.workspace, home.key, key)  # a second file harms nobody
            raise
        file = str(answer["files"][0]["id"])
        await self._admind.posted.done(home.workspace, home.key, key, file)
        return file
