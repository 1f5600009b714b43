"""Who people in Slack are here, brought up to date with what Slack says of them."""

from __future__ import annotations

import logging
import time

from bot.bootstrap import AdMind
from bot.chat import Identified, Member
from bot.errors import Conflict, NotAllowed
from bot.words import told
from handlers.chat.visiting import Visitor
from handlers.slack.calling import REVOKED, Json, SlackRefused, asked
from handlers.slack.teams import Teams

log = logging.getLogger(__name__)
# What Slack says of a person, and of its groups, counts so long when something is decided: nobody is kept by what was
# true before, and who presses several buttons in a row is looked up once.
FRESH_SECONDS = 3.0
TRIES = 5
NOBODY = frozenset({"user_not_found", "user_not_visible", "users_not_found"})
MOST_PAGES, A_PAGE = 10, 200
# Somebody who writes line after line is not looked up for each: whoever answers a request looks anew, and so does
# whoever decides.
SEEN_SECONDS = 5.0
MOST_SEEN = 1000


class People:
    def __init__(self, admind: AdMind, teams: Teams) -> None:
        self._admind = admind
        self._teams = teams
        self._met: dict[tuple[str, str], float] = {}
        self._seen: dict[tuple[str, str], tuple[float, Visitor]] = {}
        self._groups: dict[str, tuple[float, dict[str, frozenset[str]]]] = {}

    async def visitor(self, team: str, user: str, *, channel: str = "", deciding: bool = False) -> Visitor:
        """Raises NotAllowed for a stranger and for somebody deactivated, SlackRefused where AdMind is not installed.

        `deciding`: what Slack said of the person must not be old.
        """
        kept = self._seen.get((team, user))
        if kept is not None and not deciding and time.monotonic() - kept[0] < SEEN_SECONDS:
            return kept[1]
        visitor = await self._looked_up(team, user, channel=channel, deciding=deciding)
        self._seen.pop((team, user), None)
        self._seen[team, user] = (time.monotonic(), visitor)
        while len(self._seen) > MOST_SEEN:
            self._seen.pop(next(iter(self._seen)))
        return visitor

    async def _looked_up(self, team: str, user: str, *, channel: str, deciding: bool) -> Visitor:
        home = await self._teams.home(team)
        who = Identified(platform="slack", team=team, user=user)
        member = await self._admind.homes.member(who)
        old = time.monotonic() - self._met.get((team, user), float("-inf")) > FRESH_SECONDS
        if member is None or (deciding and old):
            member = await self.meet(who, channel=channel)
        if member is None or member.workspace != home.workspace or not any(member.roles.values()):
            raise NotAllowed(
                told("I don't know you here yet."),
                kept=told("Nothing was done."),
                do_next=told(
                    "An owner can give you a role. If nobody owns me yet: whoever runs AdMind names you in its "
                    "settings with ADMIND_OWNERS=slack:{user} and starts it again.",
                    user=user,
                ),
            )
        return Visitor(home, member, who)

    async def meet(self, who: Identified, *, channel: str = "", said: Json | None = None) -> Member | None:
        """Ask Slack about a person, unless it has just said it, and bring them up to date."""
        if said is None:
            client = await self._teams.client(who.team)
            said = (await asked(client.users_info(user=who.user, include_locale=True)))["user"]
        if said.get("is_bot"):
            return None
        guest = bool(said.get("is_restricted") or said.get("is_ultra_restricted") or said.get("is_stranger"))
        profile = said.get("profile") or {}
        name = profile.get("display_name") or profile.get("real_name") or said.get("real_name") or said.get("name")
        began = time.monotonic()
        active = not said.get("deleted")
        groups = await self._groups_of(who) if active else frozenset()
        rooms = await self._client_rooms_of(who) if active and guest else frozenset()
        self._met[who.team, who.user] = began
        self._seen.pop((who.team, who.user), None)
        for _ in range(TRIES):
            try:
                return await self._admind.homes.meet(
                    who,
                    str(name or ""),
                    groups=groups,
                    active=active,
                    guest=guest,
                    rooms=rooms | frozenset({channel} if channel else ()),
                    zone=str(said.get("tz") or ""),
                    language=str(said.get("locale") or ""),
                )
            except Conflict:
                continue
        raise Conflict("This person is being changed right now.", do_next="Try again in a moment.")

    async def name(self, team: str, user: str) -> str:
        """What Slack calls somebody whom nobody knows here."""
        client = await self._teams.client(team)
        said = (await asked(client.users_info(user=user)))["user"]
        profile = said.get("profile") or {}
        name = profile.get("display_name") or profile.get("real_name") or said.get("real_name") or said.get("name")
        return " ".join(str(name or "").split())[:80] or "Somebody"

    async def look_again(self, who: Identified, *, channel: str = "") -> None:
        """Somebody decides: bring them up to date, unless Slack has just said how they are. Of whom Slack knows nothing
        nothing changes. Raises SlackRefused, SlackUnknown.
        """
        if time.monotonic() - self._met.get((who.team, who.user), float("-inf")) <= FRESH_SECONDS:
            return
        try:
            await self.meet(who, channel=channel)
        except SlackRefused as error:
            if error.code not in NOBODY:
                raise

    async def known(self, team: str, user: str) -> Identified | None:
        """Who it is when they are somebody here, perhaps without rights by now."""
        who = Identified(platform="slack", team=team, user=user)
        if (team, user) in self._met or await self._admind.homes.member(who) is not None:
            return who
        return None

    def forget(self, team: str) -> None:
        """Everybody of this team is looked up anew."""
        self._seen = {name: kept for name, kept in self._seen.items() if name[0] != team}
        self._met = {name: at for name, at in self._met.items() if name[0] != team}
        self._groups.pop(team, None)

    def forget_groups(self, team: str) -> None:
        self._groups.pop(team, None)

    async def met_again(self, team: str, users: tuple[str, ...]) -> None:
        """Those of these who are known here, by what Slack says now."""
        for user in users:
            who = await self.known(team, user)
            if who is not None:
                await self.meet(who)

    async def _groups_of(self, who: Identified) -> frozenset[str]:
        """Slack's user groups of a person; none where Slack has none, or does not let us see them.

        Raises what takes only time: that nobody could be asked takes no rights away, and gives none.
        """
        home = await self._admind.homes.home("slack", who.team)
        if home is None or not await self._admind.homes.groups_of(home):
            return frozenset()
        kept = self._groups.get(who.team)
        if kept is None or time.monotonic() - kept[0] > FRESH_SECONDS:
            began = time.monotonic()
            try:
                client = await self._teams.client(who.team)
                found = (await asked(client.usergroups_list(include_users=True)))["usergroups"]
            except SlackRefused as error:
                if error.retry_after_seconds is not None or error.code in REVOKED:
                    raise
                log.info("no user groups team=%s why=%s", who.team, error.what)
                found = []
            members = {str(each["id"]): frozenset(each.get("users") or ()) for each in found}
            kept = self._groups[who.team] = (began, members)
        return frozenset(group for group, users in kept[1].items() if who.user in users)

    async def _client_rooms_of(self, guest: Identified) -> frozenset[str]:
        """The client rooms that a guest is in, wherever they are met. Raises SlackRefused, SlackUnknown."""
        home = await self._admind.homes.home("slack", guest.team)
        tied = {room.channel for room in await self._admind.homes.rooms_of(home, "client")} if home else set[str]()
        client = await self._teams.client(guest.team)
        found, cursor = set[str](), ""
        for _ in range(MOST_PAGES if tied else 0):
            asking: Json = {"user": guest.user, "types": "public_channel,private_channel", "limit": A_PAGE}
            try:
                answer = await asked(client.users_conversations(**asking, cursor=cursor or None))
            except SlackRefused as error:
                if error.retry_after_seconds is not None or error.code in REVOKED:
                    raise
                log.info("a guest's rooms are not known team=%s why=%s", guest.team, error.what)
                break
            found |= {str(each["id"]) for each in answer["channels"]}
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor or tied <= found:
                break
        return frozenset(found & tied)
