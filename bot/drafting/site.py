"""A brand's website, opened: its homepage, a few pages about itself, its stylesheets, and what may be its logo.

Only the site that a person named is opened, by the safe client; every page is taken apart in a confined child, pictures
go through the cleaner of uploads, and drawings (SVG) are never rendered.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from dataclasses import dataclass
from typing import Final

import httpx2

from bot.artwork.picture import Picture, PictureRefused
from bot.checks.addresses import looks_alike
from bot.clock import Clock
from bot.drafting.confined import Unreadable
from bot.drafting.looks import Looks, look_at, same_site
from bot.errors import AdMindError, BadInput
from bot.fetch import Fetched, fetch
from storage.proposals import MOST_LOGOS, SitePage
from storage.sources import host_of

MORE_PAGES: Final = 3  # besides the homepage
MOST_STYLES: Final = 2
SECONDS: Final = 60.0  # for the whole site
A_PAGE_SECONDS: Final = 20.0
SMALLEST: Final = 48  # pixels a side of what may be a logo
_PAGES: Final = frozenset({"", "text/html", "application/xhtml+xml"})


@dataclass(frozen=True, slots=True)
class OpenedPage:
    page: SitePage
    looks: Looks


@dataclass(frozen=True, slots=True)
class Site:
    """`pages` were read, the homepage first; `unread` say why not. `logos` are cleaned pictures and their addresses."""

    pages: tuple[OpenedPage, ...]
    unread: tuple[SitePage, ...] = ()
    styles: tuple[Looks, ...] = ()
    logos: tuple[tuple[str, Picture], ...] = ()

    @property
    def home(self) -> OpenedPage:
        return self.pages[0]


class _Unread(Exception):
    """Why a page was not read, in a sentence."""


class Sites:
    def __init__(self, client: httpx2.AsyncClient, clock: Clock, *, seconds: float = SECONDS) -> None:
        self._client = client
        self._clock = clock
        self._seconds = seconds

    async def open(self, url: str) -> Site:
        """The site of this homepage. Raises BadInput when the homepage cannot be read; what else cannot is left out."""
        try:
            async with asyncio.timeout(self._seconds):
                home = await self._page(_with_scheme(url))
        except (_Unread, TimeoutError) as why:
            closed, problem = "I could not read this homepage.", str(why) or "The website took too long."
            raise BadInput(
                f"{closed} {problem}",
                kept="Nothing changed.",
                do_next="Check the address, or fill in the profile by hand.",
            ) from None
        pages, unread = [home], list[SitePage]()
        styles, logos = list[Looks](), list[tuple[str, Picture]]()
        with contextlib.suppress(TimeoutError):  # what is there by then is enough
            async with asyncio.timeout(self._seconds):
                for address in home.looks.links[:MORE_PAGES]:
                    try:
                        pages.append(await self._page(address, within=home.page.address))
                    except _Unread as why:
                        read_at = self._clock.now()
                        unread.append(SitePage(address=address, read_at=read_at, problem=str(why)))
                for address in home.looks.styles[:MOST_STYLES]:
                    with contextlib.suppress(AdMindError, Unreadable):
                        styles.append(await self._style(address))
                for address in dict.fromkeys(each for page in pages for each in page.looks.pictures):
                    if len(logos) == MOST_LOGOS:
                        break
                    with contextlib.suppress(AdMindError):  # it is no picture that we take, or not there
                        logos.append((address, await self._picture(address, home.page.address)))
        return Site(tuple(pages), tuple(unread), tuple(styles), _without_doubles(logos))

    async def _page(self, url: str, *, within: str = "") -> OpenedPage:
        """Raises _Unread."""
        read_at = self._clock.now()
        found = await self._fetched(url)
        if within and not same_site(within, found.url):
            raise _Unread("It leads on to another website.")
        if looks_alike(host_of(found.url)):
            raise _Unread("Its name holds letters that look like others, as forged addresses do.")
        kind = found.content_type.partition(";")[0].strip().lower()
        if kind not in _PAGES:
            raise _Unread("It is no web page.")
        try:
            looks = await look_at(found.body, found.content_type, found.url)
        except Unreadable:
            raise _Unread("The page is made in a way that I can't read.") from None
        if not within and not (looks.text.strip() or looks.title):
            raise _Unread("There is no text on it that I can read.")
        sha256 = hashlib.sha256(found.body).hexdigest()
        page = SitePage(address=found.url[:2048], read_at=read_at, title=looks.title, body_sha256=sha256)
        return OpenedPage(page, looks)

    async def _fetched(self, url: str) -> Fetched:
        try:
            async with asyncio.timeout(A_PAGE_SECONDS):
                found = await fetch(self._client, url)
        except AdMindError as refused:
            raise _Unread(refused.what) from None
        except TimeoutError:
            raise _Unread("The website took too long.") from None
        if found.status in (404, 410):
            raise _Unread("There is no such page.")
        if found.status != 200:
            status = found.status
            raise _Unread(f"The website answered with an error ({status}).")
        return found

    async def _style(self, address: str) -> Looks:
        found = await fetch(self._client, address)
        if found.status != 200 or "css" not in found.content_type:
            return Looks()
        return await look_at(found.body, "text/css", found.url)

    async def _picture(self, address: str, home: str) -> Picture:
        """Raises PictureRefused, and what the client raises."""
        from bot.artwork.uploads import clean  # noqa: PLC0415 - loads numpy and Pillow

        found = await fetch(self._client, address)
        if found.status != 200 or not same_site(home, found.url, parts_too=True):
            raise PictureRefused("It is not there.")
        picture = await clean(found.body)
        if min(picture.width, picture.height) < SMALLEST:
            raise PictureRefused("It is too small for a logo.")
        return picture


def _with_scheme(url: str) -> str:
    said = url.strip()
    return said if "://" in said else f"https://{said}"


def _without_doubles(logos: list[tuple[str, Picture]]) -> tuple[tuple[str, Picture], ...]:
    seen: dict[str, tuple[str, Picture]] = {}
    for address, picture in logos:
        seen.setdefault(hashlib.sha256(picture.data).hexdigest(), (address, picture))
    return tuple(seen.values())
