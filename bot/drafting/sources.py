"""A pasted link becomes a source of the draft: fetched safely, read in quarantine, kept with when and what was read.

Only addresses that a person wrote are opened, at most three a request, each once; of a feed that they wrote its newest
entry, where that stands on the feed's own site. Files that they gave are read in the same way. What cannot be read is
said in words and keeps nobody from drafting from the person's own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import httpx2

from bot.clock import Clock
from bot.drafting.extracted import Entry, Extracted
from bot.drafting.opening import SECONDS, Opened, Opening, Unread
from bot.drafting.reader import Reader
from bot.errors import BadInput
from bot.llm.pointing import only_points
from storage.blobs.base import BlobStore
from storage.drafts import Brief, Document
from storage.redis import Database
from storage.sources import Source, ToldPages, host_of, same_site
from storage.usage import NOTHING, Usage

MOST_PAGES: Final = 3
_PLAIN_NAME: Final = re.compile(r"[\w-]{1,30}\.\w{1,5}")  # too short to order anything


@dataclass(frozen=True, slots=True)
class ReadPages:
    """`prompts` are the stamps of what the reading model was told, `spent` what it took; `leads` says which page a feed
    led to.
    """

    sources: tuple[Source, ...] = ()
    prompts: tuple[str, ...] = ()
    leads: Mapping[str, str] = field(default_factory=dict)
    spent: Usage = NOTHING

    def of(self, brief: Brief) -> tuple[Source, ...]:
        """Those that this brief named, in its order."""
        by_url = {each.url: each for each in self.sources if not each.file}
        by_file = {each.body_sha256: each for each in self.sources if each.file}
        pages = [by_url.get(self.leads.get(url, url)) for url in addresses_in(brief)]
        files = [by_file.get(each.sha256) for each in documents_in(brief)]
        return tuple(dict.fromkeys(each for each in (*pages, *files) if each is not None))

    def led(self, brief: Brief) -> Brief:
        """The brief with a feed's page where it names the feed: that is where readers should go."""
        if not self.leads.keys() & {brief.link, *brief.links}:
            return brief
        links = tuple(dict.fromkeys(self.leads.get(url, url) for url in brief.links))
        return brief.model_copy(update={"link": self.leads.get(brief.link, brief.link), "links": links})


@dataclass(frozen=True, slots=True)
class Known:
    """An entry of a watched feed that is to be drafted: its page is opened, or else the feed's words stand for it."""

    feed: str
    entry: Entry
    body_sha256: str


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
        self._blobs = blobs
        self._clock = clock
        self._told = ToldPages(database)
        self._opening = Opening(client, seconds=seconds)

    async def read(
        self,
        briefs: Sequence[Brief],
        *,
        workspace: str,
        brand: str,
        reader: Callable[[], Reader],
        tainted: bool,
        known: Known | None = None,
    ) -> ReadPages:
        """The pages that these briefs name. `tainted`: the conversation holds words from outside, so none is opened.

        Raises BadInput when a page could not be read and nothing else was said to write from; OverBudget,
        ModelUnavailable and ModelMisconfigured of the reading model; StorageUnavailable.
        """
        wanted: dict[str | Document, Brief] = {}  # the first brief that names a page says what is looked for there
        for brief in briefs:
            named_there: tuple[str | Document, ...] = (*addresses_in(brief), *documents_in(brief))
            for each in named_there:
                wanted.setdefault(each, brief)
        sources: list[Source] = []
        prompts: list[str] = []
        leads: dict[str, str] = {}
        spent = Usage()
        for number, (named, brief) in enumerate(wanted.items()):
            source = self._named(named)
            try:
                if tainted and not source.file:
                    raise Unread("This conversation holds text from outside, so I open no links here.")
                if number >= MOST_PAGES:
                    raise Unread("I read at most three pages for one request.")
                page, source = await self._opened(source, named, known)
                reading = reader()
                facts, stamp = await reading.facts(page, wanted=brief.request, language=brief.language)
                spent = spent.plus(reading.spent)
                source = source.model_copy(update={"facts": facts})
                prompts += [stamp] if stamp not in prompts else []
            except Unread as why:
                source = source.model_copy(update={"problem": str(why)})
            if source.feed and known is None:
                leads[source.feed] = source.url
            told_at = await self._told.last(workspace, brand, source.names)
            sources.append(source.model_copy(update={"told_at": told_at}))
        found = ReadPages(tuple(sources), tuple(prompts), leads, spent)
        for brief in briefs:
            _enough(brief, found.of(brief))
        return found

    async def look(self, url: str) -> tuple[Source, str]:
        """One page by itself, with its title above its text: a link given as evidence, or a source that is read again.

        A page that cannot be read comes back with its problem and no text. Raises StorageUnavailable.
        """
        source = Source(url=url, read_at=self._clock.now())
        try:
            page, source = await self._opened(source, url, None)
        except Unread as why:
            return source.model_copy(update={"problem": str(why)}), ""
        return source, f"{page.title}\n{page.text}" if page.title else page.text

    def _named(self, named: str | Document) -> Source:
        if isinstance(named, Document):
            name = named.name or "file"
            return Source(url=name, file=name, read_at=self._clock.now(), body_sha256=named.sha256)
        return Source(url=named, read_at=self._clock.now())

    async def _opened(self, source: Source, named: str | Document, known: Known | None) -> tuple[Extracted, Source]:
        """Raises Unread."""
        if isinstance(named, Document):
            page = await self._opening.read(await self._blobs.get(named.sha256), named.mime, "")
            return page, await self._kept(source, page)
        if known is not None:
            source = source.model_copy(update={"feed": known.feed})
            return await self._entry(source, known.entry, known.body_sha256)
        opened = await self._opening.open(source.url)
        if opened is None:
            raise Unread("The website answered with an error (304).")
        if opened.page.entries is None:
            return opened.page, await self._kept(source, opened.page, opened)
        entry = _newest(opened)
        named_by = source.model_copy(update={"url": entry.link[:2048], "feed": source.url})
        return await self._entry(named_by, entry, hashlib.sha256(opened.body).hexdigest())

    async def _entry(self, source: Source, entry: Entry, body_sha256: str) -> tuple[Extracted, Source]:
        """The page that a feed names; where it cannot be read, what the feed itself says of it."""
        try:
            opened = await self._opening.open(source.url)
            if opened is not None and opened.page.entries is None:
                return opened.page, await self._kept(source, opened.page, opened)
        except Unread:
            if not entry.text.strip():
                raise
        page = Extracted(title=entry.title, text=entry.text)
        kept = await self._kept(source, page)
        return page, kept.model_copy(update={"body_sha256": body_sha256})

    async def _kept(self, source: Source, page: Extracted, opened: Opened | None = None) -> Source:
        found: dict[str, object] = {
            "title": page.title,
            "text": await self._blobs.put(page.text.encode("utf-8", "replace")),
        }
        if opened is not None:
            found |= {"address": opened.address, "body_sha256": hashlib.sha256(opened.body).hexdigest()}
        return source.model_copy(update=found)


def _newest(opened: Opened) -> Entry:
    """Raises Unread."""
    entry = next(iter(opened.page.entries or ()), None)
    if entry is None:
        raise Unread("It is a feed without entries.")
    if not entry.link:
        raise Unread("The newest entry of this feed has no address.")
    if not same_site(entry.link, opened.address):
        raise Unread("The newest entry of this feed leads to another website, and I open only what you name.")
    return entry


def _enough(brief: Brief, sources: Sequence[Source]) -> None:
    """Raises BadInput when there is nothing to write from."""
    if sources and all(each.problem for each in sources) and not says_something(brief):
        host, name = sources[0].host[:80], sources[0].file[:80]
        unread = f"I could not read the page on {host}."
        if name:
            unread = f"I could not read the file {name}."
        raise BadInput(f"{unread} {sources[0].problem}", do_next="Tell me in a sentence what the post should say.")


def addresses_in(brief: Brief) -> tuple[str, ...]:
    """The pages that a brief is about, as a person wrote them. The exact words of a finished post need none."""
    if brief.verbatim:
        return ()
    named = (brief.link,) if brief.link and brief.link in brief.links else brief.links
    return tuple(dict.fromkeys(named))[:MOST_PAGES]


def documents_in(brief: Brief) -> tuple[Document, ...]:
    """The files that a brief is about."""
    return () if brief.verbatim else tuple(dict.fromkeys(brief.documents))[:MOST_PAGES]


def says_something(brief: Brief) -> bool:
    """Whether there is something to write from besides a page."""
    return bool(brief.offer or brief.verbatim) or not all(map(only_points, (brief.topic, *brief.facts)))


def called(brief: Brief, sources: Sequence[Source]) -> str:
    """What the agent calls a draft whose title may hold a page's words: those never come into a turn with tools."""
    if not any(each.title or each.feed or each.file for each in sources):
        return ""
    first = sources[0]
    named = first.file if _PLAIN_NAME.fullmatch(first.file) else "file"
    named = named if first.file else host_of(first.feed) or first.host
    return named[:120] if only_points(brief.topic) else brief.topic[:120]
