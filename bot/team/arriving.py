"""How AdMind comes to a team on a chat platform, and goes: installs, owners' codes, removal.

A home that is removed keeps its rooms, so that whoever installs again goes on. Which workspace a team belongs to is
decided by one write, so that of installs at once all find the same.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from bot.chat import Identified
from bot.clock import Clock
from bot.errors import BadInput, Conflict, NotAllowed, NotFound
from bot.team.meeting import Meeting, owned
from bot.team.people import LOCAL, People
from bot.team.setup import Setup
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.homes import Home, HomeStore, JoinCodes
from storage.record import new_id
from storage.redis import Database
from storage.sessions import Tries
from storage.stores import DraftStore, Kept
from storage.team import Member, Role

CODE_LIFE = timedelta(minutes=10)
MOST_TRIES = 5
AT_ONCE = 5  # installs of one team that may come together


class Arriving:
    """`seed` ties the rooms that settings name to a home that has just come."""

    def __init__(
        self,
        database: Database,
        *,
        store: HomeStore,
        meeting: Meeting,
        people: People,
        setup: Setup,
        audit: AuditWriter,
        clock: Clock,
        owners: Sequence[str],
        seed: Callable[[Home], Awaitable[None]],
    ) -> None:
        self._database = database
        self._store = store
        self._meeting = meeting
        self._people = people
        self._setup = setup
        self._audit = audit
        self._clock = clock
        self._owners = owners
        self._seed = seed
        self._codes = JoinCodes(database, CODE_LIFE)
        self._tries = Tries(database, CODE_LIFE)
        self.gone: Callable[[Home], Awaitable[None]] | None = None

    async def home(self, platform: str, team: str) -> Home | None:
        kept = await self._home(platform, team)
        return kept.record if kept is not None and kept.record.removed_at is None else None

    async def of(self, workspace: str) -> tuple[Home, ...]:
        every: tuple[Home, ...] = await self._store.all(self._store.homes, workspace)
        return tuple(home for home in every if home.removed_at is None)

    async def install(
        self, platform: str, team: str, name: str, installer: Identified, installer_name: str, zone: str
    ) -> Home:
        """The team's home. The first one on a fresh AdMind joins the workspace that is there; any other gets a
        workspace of its own with a brand, a feed and the installer as owner. Again: the same home, revived.
        """
        for _ in range(AT_ONCE):
            workspace = await self._store.workspace_of(platform, team)
            if not workspace:
                chosen = await self._chosen(platform, installer)
                if not chosen or not await self._store.first(platform, team):
                    chosen = new_id("w")
                workspace = await self._store.claim(platform, team, chosen)
            try:
                return await self._settle(workspace, platform, team, name, installer, installer_name, zone)
            except Conflict:
                continue  # the same install at once, in another process
        raise Conflict("AdMind is being installed here right now.", do_next="Look again in a moment.")

    async def remove(self, platform: str, team: str) -> Home | None:
        """As `Homes.remove`; `gone` is called first and may be called again."""
        kept = await self._home(platform, team)
        if kept is None:
            return None
        if self.gone is not None:  # first: an end in between must leave no secrets
            await self.gone(kept.record)
        if kept.record.removed_at is not None:
            return None
        gone = kept.record.changed(removed_at=self._clock.now())
        change = self._store.put_home(Change(gone.workspace), gone, ver=kept.ver)
        await self._write(change, "home removed", None, gone.key, "", {"name": gone.name})
        return gone

    async def join_code(self, workspace: str, by: Member) -> str:
        """A code that makes a team another home of this workspace: ten minutes, once. Raises NotAllowed."""
        home = (await self._people.store.workspaces.get(workspace, workspace)).record
        owned(by, workspace, home.default_brand)
        change = Change(workspace)
        code = await self._codes.issue(workspace, change)
        await self._write(change, "join code made", by, workspace, "", {})
        return code

    async def join(self, platform: str, team: str, code: str, by: Identified) -> Home:
        """The team becomes a home of the workspace that the code is from; who says so must own what it was before.

        Raises NotAllowed, BadInput: no such code, too many tries, or there is work here that would be left behind.
        """
        place = f"join|{platform}|{team}"
        if await self._tries.count(place) >= MOST_TRIES:
            raise NotAllowed("Too many codes were tried here.", kept="Nothing changed.", do_next="Wait ten minutes.")
        workspace = await self._codes.workspace_of(code)
        if not workspace:
            await self._tries.failed(place)
            raise BadInput(
                "This code is not good: it was used, is older than ten minutes, or has a typing error.",
                kept="Nothing changed.",
                do_next="An owner can make a new one.",
            )
        before = await self.home(platform, team)
        if before is not None and before.workspace == workspace:
            return before
        if before is None:
            raise NotFound("AdMind is not installed here.", do_next="Install it first, then use the code.")
        await self._may_leave(before, by)
        if not await self._codes.use(code):
            raise BadInput("This code was used a moment ago.", kept="Nothing changed.", do_next="Make a new one.")
        return await self._move(before, workspace)

    async def _home(self, platform: str, team: str) -> Kept[Home] | None:
        workspace = await self._store.workspace_of(platform, team)
        return await self._store.homes.find(workspace, f"{platform}|{team}") if workspace else None

    async def _chosen(self, platform: str, installer: Identified) -> str:
        """The workspace that is there already, when this install may join it: settings name the installer, or nobody
        but the local owner works there, and no home of the platform is there; else "".
        """
        local = await self._setup.local()
        if local is None or any(home.platform == platform for home in await self.of(local.id)):
            return ""
        named = {f"{installer.platform}:{installer.user}", f"{installer.platform}:{installer.team}/{installer.user}"}
        if named & set(self._owners):
            return local.id
        owner = await self._people.who(local.id, LOCAL)
        everybody = {member.id for member in await self._people.members(local.id) if member.roles}
        others_named = any(each.startswith(f"{platform}:") for each in self._owners)
        return local.id if owner is not None and everybody == {owner.id} and not others_named else ""

    async def _settle(
        self,
        workspace: str,
        platform: str,
        team: str,
        name: str,
        installer: Identified,
        installer_name: str,
        zone: str,
    ) -> Home:
        """Everything that an install leaves, as far as it is not there yet. Raises Conflict."""
        now, name = self._clock.now(), " ".join(name.split())[:80] or "Our team"
        if await self._people.store.workspaces.find(workspace, workspace) is None:
            await self._setup.make(
                workspace, name=name, zone=zone or "UTC", owner=installer_name, identities=[installer], now=now
            )
        kept = await self._store.homes.find(workspace, f"{platform}|{team}")
        if kept is not None and kept.record.removed_at is None:
            return kept.record
        change = Change(workspace)
        fresh = kept is None and not await self.of(workspace)
        owner = await self._meeting.installer(change, workspace, installer, installer_name, fresh=fresh)
        home = (
            kept.record.changed(removed_at=None, name=name, installed_at=now)
            if kept is not None
            else Home(
                platform=platform,
                team=team,
                name=name,
                workspace=workspace,
                installed_by=owner.id if owner else "",
                installed_at=now,
            )
        )
        self._store.put_home(change, home, ver=kept.ver if kept else None)
        await self._write(change, "home installed", owner, home.key, "", {"name": name})
        await self._seed(home)
        return home

    async def _may_leave(self, before: Home, by: Identified) -> None:
        member = await self._meeting.member(before, by)
        workspace = (await self._people.store.workspaces.get(before.workspace, before.workspace)).record
        if member is None or not member.may(workspace.default_brand, Role.owner):
            raise NotAllowed("Only an owner here can do that.", kept="Nothing changed.")
        if (await DraftStore(self._database).page(before.workspace, limit=1)).items:
            raise BadInput(
                "There are drafts here already, which would be left behind.",
                kept="Nothing changed.",
                do_next="Use the code where AdMind has just been installed: in another Slack workspace or Discord "
                "server.",
            )

    async def _move(self, before: Home, workspace: str) -> Home:
        """The new home first, then the way to it, then the old one goes: whenever this ends, one of them is there."""
        now = self._clock.now()
        kept = await self._store.homes.find(workspace, f"{before.platform}|{before.team}")
        home = Home(
            platform=before.platform,
            team=before.team,
            name=before.name,
            workspace=workspace,
            joined=True,
            installed_at=now,
        )
        change = self._store.put_home(Change(workspace), home, ver=kept.ver if kept else None)
        await self._write(change, "home joined", None, home.key, "", {"name": home.name})
        await self._store.point(before.platform, before.team, workspace)
        old = await self._store.homes.get(before.workspace, f"{before.platform}|{before.team}")
        change = self._store.put_home(Change(before.workspace), old.record.changed(removed_at=now), ver=old.ver)
        await self._write(change, "home removed", None, home.key, "", {"name": home.name})
        return home

    async def _write(
        self, change: Change, kind: str, by: Member | None, about: str, brand: str, details: dict[str, str]
    ) -> None:
        entry = await self._audit.prepare(
            change.workspace,
            kind,
            subject=by.subject if by else "",
            about=about,
            at=self._clock.now(),
            brand=brand,
            details=details,
        )
        await commit(self._database, change.audit(entry))
