"""A pasted link becomes a source of the draft: fetched safely, read in quarantine, kept with when and what was read.

Only addresses that a person wrote are opened, at most three a request, each once. A page that cannot be read is said
in words and keeps nobody from drafting from the person's own.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import httpx2

from bot.checks.addresses import looks_alike
from bot.clock import Clock
from bot.drafting.extraction import Extracted, Unreadable, extract
from bot.drafting.reader import Reader
from bot.errors import AdMindError, BadInput
from bot.fetch import Fetched, fetch
from bot.llm.pointing import only_points
from storage.blobs.base import BlobStore
from storage.drafts import Brief
from storage.redis import Database
from storage.sources import Source, ToldPages, host_of
from storage.usage import NOTHING, Usage

MOST_PAGES: Final = 3
AT_ONCE: Final = 2  # pages taken apart at a time in one process: it costs CPU
SECONDS: Final = 45.0  # for one page with all its redirects
_PAGES: Final = frozenset({"", "text/html", "application/xhtml+xml", "text/plain"})
_PDF: Final = "It is a PDF; so far I read web pages and plain text."
_FEED: Final = "It is a feed; so far I read web pages and plain text."
_PICTURE: Final = "It is a picture; I read web pages and plain text."
_OTHER: Final = "It is no page of text."
_ELSE: Final = {"application/pdf": _PDF, "application/rss+xml": _FEED, "application/atom+xml": _FEED,
                "application/feed+json": _FEED}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReadPages:
    """`prompts` are the stamps of what the reading model was told; `spent` what it took."""

    sources: tuple[Source, ...] = ()
    prompts: tuple[str, ...] = ()
    spent: Usage = NOTHING

    def of(self, brief: Brief) -> tuple[Source, ...]:
        """Those that this brief named, in its order."""
        by_url = {each.url: each for each in self.sources}
        return tuple(by_url[url] for url in addresses_in(brief) if url in by_url)


class _Unread(Exception):
    """Why a page was not read, in a sentence."""


class Sources:
    def __init__(
        self,
        database: Database,
        *,
        client: httpx2.AsyncClient,
        blobs: BlobStore,
        clock: Clock,
        seconds: float = SECONDS,
    ) -> None:
        self._client = client
        self._blobs = blobs
        self._clock = clock
        self._told = ToldPages(database)
        self._seconds = seconds
        self._free = asyncio.Semaphore(AT_ONCE)

    async def read(
        self, briefs: Sequence[Brief], *, workspace: str, brand: str, reader: Callable[[], Reader], tainted: bool
    ) -> ReadPages:
        """The pages that these briefs name. `tainted`: the conversation holds words from outside, so none is opened.

        Raises BadInput when a page could not be read and nothing else was said to write from; OverBudget,
        ModelUnavailable and ModelMisconfigured of the reading model; StorageUnavailable.
        """
        wanted: dict[str, Brief] = {}  # the first brief that names a page says what is looked for there
        for brief in briefs:
            for url in addresses_in(brief):
                wanted.setdefault(url, brief)
        sources: list[Source] = []
        prompts: list[str] = []
        spent = Usage()
        for number, (url, brief) in enumerate(wanted.items()):
            told_at = await self._told.last(workspace, brand, [url])
            source = Source(url=url, read_at=self._clock.now(), told_at=told_at)
            try:
                if tainted:
                    raise _Unread("This conversation holds text from outside, so I open no links here.")
                if number >= MOST_PAGES:
                    raise _Unread("I read at most three pages for one request.")
                page, source = await self._opened(source)
                told_at = await self._told.last(workspace, brand, [url, source.address])
                reading = reader()
                facts, stamp = await reading.facts(page, wanted=brief.request, language=brief.language)
                spent = spent.plus(reading.spent)
                source = source.model_copy(update={"facts": facts, "told_at": told_at})
                prompts += [stamp] if stamp not in prompts else []
            except _Unread as why:
                source = source.model_copy(update={"problem": str(why)})
            sources.append(source)
        found = ReadPages(tuple(sources), tuple(prompts), spent)
        for brief in briefs:
            _enough(brief, found.of(brief))
        return found

    async def look(self, url: str) -> tuple[Source, str]:
        """One page by itself, with its title above its text: a link given as evidence, or a source that is read again.

        A page that cannot be read comes back with its problem and no text. Raises StorageUnavailable.
        """
        source = Source(url=url, read_at=self._clock.now())
        try:
            page, source = await self._opened(source)
        except _Unread as why:
            return source.model_copy(update={"problem": str(why)}), ""
        return source, f"{page.title}\n{page.text}" if page.title else page.text

    async def _opened(self, source: Source) -> tuple[Extracted, Source]:
        """Raises _Unread."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._open(source)
        except TimeoutError:
            raise _Unread("The website took too long.") from None

    async def _open(self, source: Source) -> tuple[Extracted, Source]:
        if looks_alike(host_of(source.url)):
            raise _Unread("Its name holds letters that look like others, as forged addresses do.")
        found = await self._fetched(source.url)
        if looks_alike(host_of(found.url)):
            raise _Unread("It leads on to a name with letters that look like others, as forged addresses do.")
        try:
            async with self._free:
                page = await extract(found.body, found.content_type, found.url)
        except Unreadable:
            raise _Unread("The page is made in a way that I can't read.") from None
        if not page.text.strip():
            raise _Unread("There is no text on it that I can read.")
        return page, source.model_copy(
            update={
                "address": found.url[:2048],
                "title": page.title,
                "body_sha256": hashlib.sha256(found.body).hexdigest(),
                "text": await self._blobs.put(page.text.encode("utf-8", "replace")),
            }
        )

    async def _fetched(self, url: str) -> Fetched:
        try:
            found = await fetch(self._client, url)
        except AdMindError as refused:
            raise _Unread(refused.what) from None
        if found.status in (404, 410):
            raise _Unread("There is no such page.")
        if found.status in (401, 402, 403, 407, 451):
            raise _Unread("The website does not show it to me.")
        if found.status != 200:
            status = found.status
            raise _Unread(f"The website answered with an error ({status}).")
        kind = found.content_type.partition(";")[0].strip().lower()
        if kind not in _PAGES:
            raise _Unread(_ELSE.get(kind) or (_PICTURE if kind.startswith("image/") else _OTHER))
        return found


def _enough(brief: Brief, sources: Sequence[Source]) -> None:
    """Raises BadInput when there is nothing to write from."""
    if sources and all(each.problem for each in sources) and not says_something(brief):
        host = sources[0].host[:80]
        unread = f"I could not read the page on {host}."
        raise BadInput(f"{unread} {sources[0].problem}", do_next="Tell me in a sentence what the post should say.")


def addresses_in(brief: Brief) -> tuple[str, ...]:
    """The pages that a brief is about, as a person wrote them. The exact words of a finished post need none."""
    if brief.verbatim:
        return ()
    named = (brief.link,) if brief.link and brief.link in brief.links else brief.links
    return tuple(dict.fromkeys(named))[:MOST_PAGES]


def says_something(brief: Brief) -> bool:
    """Whether there is something to write from besides a page."""
    return bool(brief.offer or brief.verbatim) or not all(map(only_points, (brief.topic, *brief.facts)))


def called(brief: Brief, sources: Sequence[Source]) -> str:
    """What the agent calls a draft whose title may hold a page's words: those never come into a turn with tools."""
    if not any(each.title for each in sources):
        return ""
    return sources[0].host[:120] if only_points(brief.topic) else brief.topic[:120]
