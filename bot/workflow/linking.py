"""How a brand has its links counted: its owners say; and its short links: where each leads, ending one."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.channels.standard_webhooks import new_signing_key
from bot.clock import Clock
from bot.errors import BadInput, NotFound
from bot.insights.orders import SECRET
from bot.links import codes, utm
from bot.links.tokens import new_token, with_token
from bot.words import told
from bot.workflow.office import Office
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.credentials import Credentials
from storage.links import Leads, Linking, LinkStore, ShortLink
from storage.redis import Database
from storage.stores import TeamStore

__all__ = ["Leads", "LinkRules", "Linking", "ShortLink", "Wish"]  # handlers know `bot` only
KEPT = "Nothing changed."
MOST_CAMPAIGNS: Final = 200  # with a template of their own
REMEMBERED: Final = 10_000  # links
REMEMBERED_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall change; None stays as it is. `accounts` (names or ids) and `campaigns` (names) → a template, "none",
    or "" as the brand.
    """

    utm: str | None = None
    hosts: Sequence[str] | None = None
    short: bool | None = None
    click_ids: bool | None = None
    pixel: bool | None = None
    accounts: Mapping[str, str] | None = None
    campaigns: Mapping[str, str] | None = None


class LinkRules:
    """`base_url` is where short links lead from; empty: nowhere yet."""

    def __init__(
        self,
        database: Database,
        *,
        office: Office,
        audit: AuditWriter,
        credentials: Credentials,
        base_url: str,
        clock: Clock,
    ) -> None:
        self._database = database
        self._store = LinkStore(database)
        self._team = TeamStore(database)
        self._office = office
        self._audit = audit
        self._clock = clock
        self._credentials = credentials
        self._known: OrderedDict[str, tuple[float, Leads]] = OrderedDict()
        self.base_url = base_url.rstrip("/")

    async def rules(self, workspace: str, brand: str) -> Linking:
        return (await self._store.rules(workspace, brand))[0]

    async def change(self, workspace: str, by: str, brand: str, wish: Wish) -> Linking:
        """For drafts and revisions from now on. Raises NotAllowed, BadInput, Conflict."""
        owner = await self._office.owner(workspace, by, brand)
        rules, ver = await self._store.rules(workspace, brand)
        changes: dict[str, object] = {}
        if wish.utm is not None:
            changes["utm"] = utm.template(wish.utm)
        if wish.hosts is not None:
            changes["hosts"] = utm.host_names(wish.hosts)
        if wish.short is not None:
            changes["short"] = self._short(wish.short)
        if wish.click_ids is not None:
            changes["click_ids"] = wish.click_ids
        if wish.pixel is not None:
            changes["pixel"] = wish.pixel
        if wish.accounts is not None:
            changes["accounts"] = await self._own(workspace, brand, rules.accounts, wish.accounts)
        if wish.campaigns is not None:
            changes["campaigns"] = _of_campaigns(rules.campaigns, wish.campaigns)
        rules = rules.changed(**changes)
        entry = await self._audit.prepare(
            workspace,
            "links changed",
            subject=owner.subject,
            about=brand,
            at=self._clock.now(),
            brand=brand,
            details={"fields": ",".join(sorted(changes)), "utm": rules.utm, "short": str(rules.short).lower()},
        )
        await commit(self._database, self._store.put_rules(Change(workspace), rules, ver).audit(entry))
        return rules

    async def lead(self, code: str) -> Leads | None:
        """Where a code of a link leads, for anybody; None: it was never one, or is not approved yet. One that leads is
        remembered for a second: another process may end it meanwhile.
        """
        now = asyncio.get_running_loop().time()
        at, known = self._known.get(code, (0.0, None))
        if known is not None and now - at < REMEMBERED_SECONDS:
            return known
        found = await self._lead(code)
        if found is not None and found.state == "leads":
            self._known[code] = (now, found)
            self._known.move_to_end(code)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return found

    async def _lead(self, code: str) -> Leads | None:
        workspace = await self._store.workspace_of(code)
        found = await self._store.find(workspace, code) if workspace else None
        if found is None:
            gone = bool(workspace) and await self._store.gone(workspace, code)
            return Leads(workspace, code, "", ended_at=self._clock.now()) if gone else None
        return None if found.state == "waiting" else found

    async def tokened(self, leads: Leads) -> str:
        """Its destination, with a click's own number where the brand wants that, then and now."""
        link = leads.link
        if link is None or not link.click_ids or not (await self.rules(link.workspace, link.brand)).click_ids:
            return leads.destination
        return with_token(leads.destination, new_token(leads.code, self._clock.now()))

    async def new_key(self, workspace: str, by: str, brand: str) -> str:
        """The key with which the brand's shop signs its orders from now on; the one before is no good any more. It is
        shown once. Raises NotAllowed.
        """
        owner = await self._office.owner(workspace, by, brand)
        key = new_signing_key()
        entry = await self._audit.prepare(
            workspace, "order key made", subject=owner.subject, about=brand, at=self._clock.now(), brand=brand
        )
        await commit(self._database, Change(workspace).audit(entry))
        await self._credentials.put(workspace, brand, SECRET, key)
        return key

    async def link(self, workspace: str, code: str) -> Leads:
        """Raises NotFound where it is no link of this workspace's brands."""
        found = await self._store.find(workspace, code)
        if found is None or found.link is None:
            raise NotFound("There is no such short link.", do_next="Look at the list of those there are.")
        return found

    async def of_brand(self, workspace: str, brand: str, *, after: int = 0, limit: int = 50) -> tuple[Leads, ...]:
        """Those that were approved, the newest first."""
        every = await self._store.of_brand(workspace, brand)
        return await self._store.many(workspace, every[after : after + limit])

    async def end(self, workspace: str, by: str, code: str, *, ended: bool) -> Leads:
        """Let a link lead no more, or again; an owner of its brand. Raises NotFound, NotAllowed, BadInput."""
        found = await self.link(workspace, code)
        link, now = found.link, self._clock.now()
        if link is None or found.state == "waiting":
            raise BadInput("This link does not lead yet: no post with it was approved.", kept=KEPT)
        owner = await self._office.owner(workspace, by, link.brand)
        await self._store.end(workspace, code, now if ended else None)
        self._known.pop(code, None)
        entry = await self._audit.prepare(
            workspace,
            "link ended" if ended else "link leads again",
            subject=owner.subject,
            about=link.draft,
            at=now,
            brand=link.brand,
            draft=link.draft,
            details={"code": code, "destination": found.destination},
        )
        await commit(self._database, Change(workspace).audit(entry))
        return await self.link(workspace, code)

    def address(self, code: str) -> str:
        return codes.address_of(self.base_url, code)

    def _short(self, wanted: bool) -> bool:
        if wanted and not self.base_url:
            raise BadInput(
                "Short links need an address on the internet.",
                kept=KEPT,
                do_next="Whoever runs AdMind sets ADMIND_PUBLIC_URL, or ADMIND_LINKS_URL for a name of their own.",
            )
        return wanted

    async def _own(
        self, workspace: str, brand: str, old: Mapping[str, str], wanted: Mapping[str, str]
    ) -> dict[str, str]:
        every = [each for each in await self._team.all(self._team.accounts, workspace) if each.brand == brand]
        found = dict(old)
        for name, text in wanted.items():
            fits = [each.id for each in every if name.casefold() in (each.id.casefold(), each.name.casefold())]
            if len(fits) != 1:
                there = ", ".join(each.name for each in every if each.closed_at is None)
                raise BadInput(told("I know no account {name} here. Which one: {there}?", name=name[:80], there=there))
            found[fits[0]] = _template_or_none(text)
        return {account: text for account, text in found.items() if text}


def _of_campaigns(old: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str]:
    """By a campaign's name as it stands in links, so that each way to write it is one. Raises BadInput."""
    found = dict(old)
    for name, text in wanted.items():
        written = utm.slug(name)
        if not written:
            raise BadInput(f"“{name[:60]}” is no name of a campaign.", kept=KEPT, do_next="Write NAME = parameters.")
        found[written] = _template_or_none(text)
    kept = {name: text for name, text in found.items() if text}
    if len(kept) > MOST_CAMPAIGNS:
        raise BadInput(
            f"At most {MOST_CAMPAIGNS} campaigns have parameters of their own.",
            kept=KEPT,
            do_next="Empty those of campaigns that are over.",
        )
    return kept


def _template_or_none(text: str) -> str:
    said = text.strip()
    return utm.NONE if said.casefold() == utm.NONE else utm.template(said)
