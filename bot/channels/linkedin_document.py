"""Several pictures as one document, which LinkedIn shows as pages to leaf through.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/documents-api: PDF among others, at
most 100 MB and 300 pages. A post holds it as `content.media` with a title (…/shares/posts-api). It takes no alt text
beside the document, so each page carries its own.

What is sealed names the title and the way in which the pages are made (`MADE`), and each picture by its bytes. Whoever
changes that way gives it another name, and keeps this one for what was approved before.
A signed document (`FILED`) is sealed by its own bytes, too.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator, Sequence

from bot.channels.answers import KEPT
from bot.channels.base import Account, Capabilities, ChannelRefused, Content, Door, Problem
from bot.channels.handed import Approved, Carries, no_words
from bot.channels.linkedin_api import Api
from bot.channels.linkedin_upload import DOCUMENTS, upload
from bot.channels.pages import OVERHEAD_BYTES, Page, as_pdf
from storage.sealed import SealedPayload

OPTION, DOCUMENT = "pictures", "document"
MOST_BYTES = 100_000_000
MOST_PAGES = 300
MOST_TITLE = 150  # ours: the API names no limit; a longer title is cut where the document is shown
MADE = "pdf-1"  # `bot.channels.pages`
FILED = "pdf-2"  # the same, signed: the file is sealed by its SHA-256


def wanted(account: Account) -> bool:
    """Whether this account's pictures become pages."""
    return account.options.get(OPTION) == DOCUMENT


def takes(capabilities: Capabilities) -> Capabilities:
    """What a document takes."""
    return dataclasses.replace(capabilities, images_max=MOST_PAGES)


def sealed(content: Content, account: Account) -> dict[str, str]:
    """What the payload says of its document; nothing for less than two pictures, which are no document."""
    if not (wanted(account) or content.carousel) or len(content.media) < 2:
        return {}
    return {"document": content.title.strip() or account.handle or account.name, "made": MADE}


def title_of(payload: SealedPayload) -> str:
    """Of the document that a payload's pictures become; empty where they stay pictures."""
    return payload.extra.get("document", "")


def file_of(payload: SealedPayload) -> str:
    """SHA-256 of the sealed file; empty where the document is made from the pictures."""
    return payload.extra.get("file", "") if payload.extra.get("made") == FILED else ""


def with_file(payload: SealedPayload, sha256: str) -> SealedPayload:
    return payload.model_copy(update={"extra": {**payload.extra, "made": FILED, "file": sha256}})


def problems_of(payload: SealedPayload) -> Iterator[Problem]:
    """Why LinkedIn would not take the document."""
    title = title_of(payload)
    if not title:
        return
    media = payload.parts[0].media
    size = sum(medium.size + 4 * len(medium.alt) + OVERHEAD_BYTES for medium in media)
    if size > MOST_BYTES:
        yield Problem(
            "document_bytes",
            f"LinkedIn takes documents up to {MOST_BYTES:,} bytes; these pages have {size:,}.",
            "Leave some pictures out.",
        )
    if len(title) > MOST_TITLE:
        yield Problem(
            "document_title",
            f"A document's title has at most {MOST_TITLE} characters on LinkedIn; this has {len(title)}.",
            "Shorten the title.",
        )


async def upload_document(api: Api, payload: SealedPayload) -> str:
    """The document made, uploaded and ready: its id.

    Raises ChannelRefused for pictures that no page can show and for what LinkedIn refuses, ProvenNotSent when trying
    later may help.
    """
    data = await made(payload, api.door)
    if len(data) > MOST_BYTES:
        raise ChannelRefused(
            "The document is too large for LinkedIn.", code="document", kept=KEPT, do_next="Leave some pictures out."
        )
    carries = Carries(payload, lambda given: {"content": _approved(given)}, no_words)
    return await upload(api, payload.remote_id, data, DOCUMENTS, carries)


async def made(payload: SealedPayload, door: Door) -> bytes:
    """The document: the same payload makes the same bytes. Raises ChannelRefused, ProvenNotSent."""
    if file := file_of(payload):
        return await door.blob(file)
    if payload.extra.get("made") != MADE:
        raise ChannelRefused("AdMind no longer makes documents in that way.", code="document", kept=KEPT)
    pictures = [await door.blob(medium.sha256) for medium in payload.parts[0].media]
    try:  # on a thread: packing a transparent picture takes its time
        return await asyncio.to_thread(document_of, payload, pictures)
    except ValueError as error:
        raise ChannelRefused(
            "One of the pictures cannot become a page.", code="picture", kept=KEPT, do_next="Choose another picture."
        ) from error


def _approved(given: Approved) -> bytes:
    """The very document that was approved. Raises HandedDiffers."""
    file = file_of(given.payload)
    return given.lent(file) if file else document_of(given.payload, given.pictures())


def document_of(payload: SealedPayload, pictures: Sequence[bytes]) -> bytes:
    """The PDF. Raises ValueError for a picture that no page can show."""
    media = payload.parts[0].media
    pages = [Page(data, medium.alt.strip()) for medium, data in zip(media, pictures, strict=True)]
    return as_pdf(pages, title=title_of(payload), language=payload.language)
