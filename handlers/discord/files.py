"""Files that people send with a message: pictures become the draft's, text files and PDFs what it is written from, and
all others are named as not understood.
"""

from __future__ import annotations

import logging
from typing import Final

import discord

from bot.bootstrap import AdMind
from bot.chat import Asked, Files, Upload
from bot.errors import AdMindError
from bot.workflow.documents import MOST_DOCUMENTS, is_document
from handlers.chat.taking import MOST_PICTURES
from handlers.discord.calling import asked as answered
from handlers.discord.client import Client
from handlers.discord.places import Asking

log = logging.getLogger(__name__)
MOST_BYTES: Final = 25_000_000


class Fetching:
    def __init__(self, admind: AdMind, client: Client) -> None:
        self._admind = admind
        self._client = client

    async def fetch(self, found: Asked, asking: Asking) -> Files:
        """Raises DiscordRefused, DiscordUnknown when the message itself cannot be had."""
        await self._client.speaks()
        uploads, unread, unused, documents = list[Upload](), list(asking.others), list[str](), list[Upload]()
        member = await self._admind.looking.member(found.workspace, found.member)
        brand = found.brand or await self._admind.looking.home_brand(found.workspace, found.member) or ""
        for name, kind, size, address in await self._named(asking):
            try:
                if is_document(name, kind) and size <= MOST_BYTES and len(documents) < MOST_DOCUMENTS:
                    data = await answered(self._client.http.get_from_cdn(address))
                    kept = await self._admind.documents.keep(found.workspace, brand, data, name=name, mime=kind)
                    documents.append(Upload(sha256=kept.sha256, name=name, mime=kept.mime))
                    continue
                if not kind.startswith("image/") or size > MOST_BYTES:
                    unread.append(name)
                    continue
                if len(uploads) >= MOST_PICTURES:
                    unused.append(name)
                    continue
                data = await answered(self._client.http.get_from_cdn(address))
                item = await self._admind.library.upload(found.workspace, brand, member, data)
                uploads.append(Upload(sha256=item.sha256, name=name))
            except AdMindError as error:
                log.info("file not taken team=%s why=%s", asking.team, error.what)
                unread.append(name)
        return Files(uploads=tuple(uploads), documents=tuple(documents), unread=tuple(unread), unused=tuple(unused))

    async def _named(self, asking: Asking) -> list[tuple[str, str, int, str]]:
        """Name, kind, bytes and address of each, by what Discord says now: addresses are good for a day."""
        if not asking.message:
            called = {
                each: asking.names.get(each) or each.partition("?")[0].rpartition("/")[2] for each in asking.files
            }
            return [(name, "" if is_document(name, "") else "image/", 0, address) for address, name in called.items()]
        message: discord.Message = await answered(self._client.room(asking.channel).fetch_message(int(asking.message)))
        return [(each.filename, each.content_type or "", each.size, each.url) for each in message.attachments]
