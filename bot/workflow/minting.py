"""Links of a version in their final form, before anyone sees it: parameters by the brand's template, and short links.

Only words that nobody worded by hand are touched: what a person typed stays byte for byte, and so do the brand's small
print and wording in quotes. Rendering a version again gives the same links.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.checks.addresses import Address, find_addresses
from bot.clock import Clock
from bot.links import codes, utm
from storage.accounts import Account
from storage.drafts import Brief, Version
from storage.links import Linking, LinkStore, ShortLink
from storage.redis import Database
from storage.sealed import Link, SealedPayload
from storage.team import Brand

ANY_DRAFT: Final = "d_222222222222"  # as long as any other, where a draft has no id yet
MOST_TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class Minted:
    """Text and first comment with their links in final form. `link` is the brief's; `links` are those whose destination
    is another than what people see.
    """

    text: str
    comment: str
    link: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """What shall be given its links. `fresh`: no person typed it."""

    text: str
    comment: str
    account: Account
    fresh: bool
    linked: bool = True  # whether the channel takes links
    was: tuple[Link, ...] = ()


class Minting:
    """`base_url` is where short links lead from; without one there are none."""

    def __init__(self, database: Database, *, base_url: str, clock: Clock) -> None:
        self._store = LinkStore(database)
        self._base_url = base_url.rstrip("/")
        self._clock = clock

    async def minted(self, wording: Wording, brief: Brief, brand: Brand, *, draft: str, keep: bool) -> Minted:
        """`keep`: what is minted is kept, to lead once a post with it is approved; else it is only as long."""
        rules, _ = await self._store.rules(brand.workspace, brand.id)
        job = _Job(self, wording, brief, brand, rules, draft or ANY_DRAFT, keep and bool(draft))
        known = await self._known(wording, brand)
        if not (wording.fresh and wording.linked and (job.template or job.short)):
            return await self._as_worded(wording, brief, job, known)
        kept = {address.key for said in (brief.verbatim, *_small_print(brand)) for address in find_addresses(said)}
        made: dict[str, Link] = {}

        async def changed(address: Address) -> str:
            if address.kind != "url" and address.text != brief.link:
                return address.text
            if address.key in kept or codes.code_in(address.text, self._base_url):
                return address.text
            if address.text not in made:
                made[address.text] = await job.link(address.text)
            return made[address.text].shown

        text, comment = await _replaced(wording.text, changed), await _replaced(wording.comment, changed)
        link = brief.link
        if link and (found := next(iter(find_addresses(link)), None)) is not None and found.text == link:
            link = await changed(found)
        short = (each for each in made.values() if each.shown != each.destination)
        return Minted(text, comment, link, tuple({each.shown: each for each in (*known, *short)}.values()))

    async def _as_worded(self, wording: Wording, brief: Brief, job: _Job, known: tuple[Link, ...]) -> Minted:
        """Words that stay as they are. Where the brief's link stands in none of them, nobody typed the one that the
        channel adds: it is as it was, or minted.
        """
        link = brief.link
        stands = _as_it_stands(wording, link, known)
        if not link or stands != link or link in f"{wording.text}\n{wording.comment}":
            return Minted(wording.text, wording.comment, stands, known)
        made = next((each for each in wording.was if _plain(each.destination) == _plain(link)), None)
        if made is None:
            wants = wording.linked and (job.template or job.short)
            made = await job.link(link) if wants else Link(shown=link, destination=link)
        short = (made,) if made.shown != made.destination else ()
        return Minted(wording.text, wording.comment, made.shown, (*known, *short))

    async def trackable(self, wording: Wording, brief: Brief, brand: Brand, *, draft: str) -> tuple[str, ...]:
        """Links of a person's wording that would be counted, had nobody worded them; each once, in their order."""
        rules, _ = await self._store.rules(brand.workspace, brand.id)
        job = _Job(self, wording, brief, brand, rules, draft or ANY_DRAFT, keep=False)
        if not (wording.linked and (job.template or job.short)):
            return ()
        small_print = {address.key for said in _small_print(brand) for address in find_addresses(said)}
        found = dict[str, None]()
        for address in find_addresses(f"{wording.text}\n{wording.comment}"):
            own = address.key in small_print or utm.untagged(address.text) != address.text
            if address.kind != "url" or own or codes.code_in(address.text, self._base_url):
                continue
            if address.text not in found and (await job.link(address.text)).shown != address.text:
                found[address.text] = None
        return tuple(found)

    async def tracked(
        self, wording: Wording, brief: Brief, brand: Brand, links: Collection[str], *, draft: str
    ) -> tuple[str, str]:
        """Text and first comment with these of their links in final form, which is kept; all else as it stands."""
        rules, _ = await self._store.rules(brand.workspace, brand.id)
        job = _Job(self, wording, brief, brand, rules, draft, keep=True)
        made = {link: (await job.link(link)).shown for link in links}

        async def changed(address: Address) -> str:
            return made.get(address.text, address.text) if address.kind == "url" else address.text

        return await _replaced(wording.text, changed), await _replaced(wording.comment, changed)

    async def room(self, account: Account, brief: Brief, brand: Brand, measure: Callable[[str], int]) -> int:
        """By how much the brief's link grows by its parameters, as the channel counts; never less than nothing."""
        if not brief.link:
            return 0
        wording = Wording(brief.link, "", account, fresh=True)
        found = await self.minted(wording, brief, brand, draft="", keep=False)
        return max(0, measure(found.text) - measure(brief.link))

    async def keep(self, link: ShortLink) -> bool:
        return await self._store.mint(link)

    @property
    def base_url(self) -> str:
        return self._base_url

    def now_made(self, job: _Job, code: str, given: str, destination: str) -> ShortLink:
        brand, wording = job.brand, job.wording
        return ShortLink(
            code=code,
            workspace=brand.workspace,
            brand=brand.id,
            draft=job.draft,
            account=wording.account.id,
            given=given,
            destination=destination,
            made_at=self._clock.now(),
            click_ids=job.click_ids,
        )

    async def _known(self, wording: Wording, brand: Brand) -> tuple[Link, ...]:
        """Short links that stand in it already, with where they lead."""
        was, found = {link.shown: link for link in wording.was}, dict[str, Link]()
        for address in find_addresses(f"{wording.text}\n{wording.comment}"):
            if address.text in was:
                found[address.text] = was[address.text]
            elif code := codes.code_in(address.text, self._base_url):
                leads = await self._store.find(brand.workspace, code)
                if leads is not None and leads.link is not None and leads.link.brand == brand.id:
                    found[address.text] = Link(shown=address.text, destination=leads.destination)
        return tuple(found.values())


class _Job:
    def __init__(
        self, minting: Minting, wording: Wording, brief: Brief, brand: Brand, rules: Linking, draft: str, keep: bool
    ) -> None:
        self._minting = minting
        self.wording, self.brand, self.draft, self._keep = wording, brand, draft, keep
        self._rules = rules
        self.template = rules.utm_for(wording.account.id, utm.slug(brief.campaign))
        self.short = rules.short and bool(minting.base_url)
        self.click_ids = rules.click_ids
        self._values = utm.Values(
            channel=wording.account.channel,
            account=wording.account.name,
            brand=brand.name,
            campaign=brief.campaign,
            draft=draft,
        )

    async def link(self, given: str) -> Link:
        """This link as people will see it, and where it leads."""
        if not utm.concerns(given if "://" in given else f"https://{given}", self._rules.hosts):
            return Link(shown=given, destination=given)
        if not self.short:
            tagged = self._tagged(given, "")
            return Link(shown=tagged, destination=tagged)
        full = given if "://" in given else f"https://{given}"
        if not full.casefold().startswith(("http://", "https://")):
            return Link(shown=given, destination=given)
        for number in range(MOST_TRIES):
            code = codes.code_of(self.brand.workspace, self.draft, self.wording.account.id, given, number)
            destination = self._tagged(full, code)
            made = self._minting.now_made(self, code, given, destination)
            if not self._keep or await self._minting.keep(made):
                return Link(shown=codes.address_of(self._minting.base_url, code), destination=destination)
        return Link(shown=self._tagged(full, ""), destination=self._tagged(full, ""))

    def _tagged(self, given: str, code: str) -> str:
        values = utm.Values(
            **{place: code if place == "link" else getattr(self._values, place) for place in utm.PLACES}
        )
        return utm.tagged(given, utm.parameters(self.template, values))


def with_destinations(payload: SealedPayload, links: Sequence[Link]) -> SealedPayload:
    """The payload, in which each link names where it leads in the end."""
    if not links:
        return payload
    leads = {link.shown: link for link in links}
    listed = tuple(leads.get(link.shown, link) for link in payload.links)
    words = f"{payload.words}\n{payload.first_comment}"
    also = tuple(link for link in links if link.shown in words and all(link.shown != each.shown for each in listed))
    return payload.model_copy(update={"links": listed + also})


def as_typed(text: str, version: Version, brief: Brief) -> str:
    """A version's words with their links as people gave them, for whoever words them anew."""
    leads = {link.shown: link.destination for link in version.links}
    given = {_plain(link): link for link in (*brief.links, brief.link) if link}
    for address in reversed(find_addresses(text)):
        if address.kind != "url" or address.text in given.values():
            continue
        leading = leads.get(address.text, address.text)
        plain = given.get(_plain(leading)) or (utm.untagged(leading) if leading != address.text else "")
        if plain:
            text = text[: address.span[0]] + plain + text[address.span[1] :]
    return text


def _as_it_stands(wording: Wording, link: str, known: Sequence[Link]) -> str:
    """The brief's link in the form in which this wording has it."""
    words = f"{wording.text}\n{wording.comment}"
    if not link or link in words:
        return link
    wanted = _plain(link)
    short = next((each.shown for each in known if _plain(each.destination) == wanted), "")
    return short or next((each.text for each in find_addresses(words) if _plain(each.text) == wanted), link)


def _plain(link: str) -> str:
    return next((each.key for each in find_addresses(utm.untagged(link))), link)


def _small_print(brand: Brand) -> Iterable[str]:
    return (rule.text for rule in brand.profile.disclaimers)


async def _replaced(text: str, changed: Callable[[Address], Awaitable[str]]) -> str:
    for address in reversed(find_addresses(text)):
        said = await changed(address)
        text = text[: address.span[0]] + said + text[address.span[1] :]
    return text
