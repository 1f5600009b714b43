"""How a brand has its links counted: its owners say; and its short links: where each leads, ending one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.clock import Clock
from bot.errors import BadInput, NotFound
from bot.links import codes, utm
from bot.words import told
from bot.workflow.office import Office
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.links import Leads, Linking, LinkStore, ShortLink
from storage.redis import Database
from storage.stores import TeamStore

__all__ = ["Leads", "LinkRules", "Linking", "ShortLink", "Wish"]  # handlers know `bot` only
KEPT = "Nothing changed."


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall change; None stays as it is. `accounts`: names or ids → a template, "none", or "" as the brand."""

    utm: str | None = None
    hosts: Sequence[str] | None = None
    short: bool | None = None
    click_ids: bool | None = None
    accounts: Mapping[str, str] | None = None


class LinkRules:
    """`base_url` is where short links lead from; empty: nowhere yet."""

    def __init__(self, database: Database, *, office: Office, audit: AuditWriter, base_url: str, clock: Clock) -> None:
        self._database = database
        self._store = LinkStore(database)
        self._team = TeamStore(database)
        self._office = office
        self._audit = audit
        self._clock = clock
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
        if wish.accounts is not None:
            changes["accounts"] = await self._own(workspace, brand, rules.accounts, wish.accounts)
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
        """Where a code of a link leads, for anybody; None: it was never one, or is not approved yet."""
        workspace = await self._store.workspace_of(code)
        found = await self._store.find(workspace, code) if workspace else None
        if found is None:
            gone = bool(workspace) and await self._store.gone(workspace, code)
            return Leads(workspace, code, "", ended_at=self._clock.now()) if gone else None
        return None if found.state == "waiting" else found

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
            said = text.strip()
            found[fits[0]] = utm.NONE if said.casefold() == utm.NONE else utm.template(said)
        return {account: text for account, text in found.items() if text}
