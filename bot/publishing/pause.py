"""STOP and pause: nothing of a paused scope that was not handed over goes out, from within a second on.

Anyone with a role in a brand may stop it; those who approve may let it go on. Letting go on resends nothing that fell
due meanwhile: these posts are listed, and a person decides on each.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.clock import milliseconds
from bot.errors import BadInput, NotAllowed
from bot.words import noted
from storage import keys, pauses
from storage.audit import AuditWriter
from storage.commit import Change, commit
from storage.pauses import Pause, Pauses
from storage.posts import Post
from storage.redis import Database
from storage.stores import TeamStore
from storage.team import Member, Role

_BRAND = re.compile(r"^b_[0-9a-z]+/")
SCOPES = ("workspace", "brand", "account", "campaign", "topic")


@dataclass(frozen=True, slots=True)
class Hit:
    """A pause that concerns a post; `near` when its topic is only nearly named there."""

    pause: Pause
    near: bool = False


def concerns(pause: Pause, post: Post, text: str) -> Hit | None:
    """Whether the pause's scope takes the post in. A topic is matched in the text, word by word."""
    kind, _, value = pause.scope.partition(":")
    if kind == "topic":
        return _topic(pause, value, text)
    own = {
        "workspace": "",
        "brand": post.brand,
        "leaving": post.brand,
        "account": post.account,
        "campaign": post.campaign,
    }
    if kind == "campaign" and value == f"{post.brand}/{post.campaign}":
        return Hit(pause)
    return Hit(pause) if kind in own and own[kind] == value else None


def in_the_way(found: Pauses, post: Post, text: str) -> Pause | None:
    """The pause that forbids sending: one that holds, or one that was lifted only after the post fell due."""
    for pause in found.all:
        hit = concerns(pause, post, text)
        slept_through = pause.until is not None and pause.since <= post.due <= pause.until
        if hit is not None and not hit.near and (pause.until is None or slept_through):
            return pause
    return None


def names_topic(topic: str, text: str) -> bool:
    """Whether a pause of this topic takes the text in."""
    words = _words(topic)
    return bool(words) and bool(re.search(rf"\b{re.escape(' '.join(words))}\b", " ".join(_words(text))))


def _topic(pause: Pause, topic: str, text: str) -> Hit | None:
    words, said = _words(topic), _words(text)
    if names_topic(topic, text):
        return Hit(pause)
    stems = {word[: max(4, len(word) - 2)] for word in words if len(word) >= 4}
    near = bool(stems) and all(any(other.startswith(stem) for other in said) for stem in stems)
    return Hit(pause, near=True) if near else None


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.findall(r"\w+", folded)


class Pausing:
    """Setting and lifting pauses, with the right to do so checked at the moment of use.

    A brand or account may be named or given by id. What concerns several brands takes a role in each of them.
    """

    def __init__(self, database: Database, audit: AuditWriter) -> None:
        self._database = database
        self._team = TeamStore(database)
        self._audit = audit

    async def now(self, workspace: str) -> Pauses:
        return await pauses.read(self._database, workspace)

    async def stop(
        self, workspace: str, scope: str, member: Member, reason: str, now: datetime, *, surface: str = ""
    ) -> Pause:
        """Pause a scope. Raises BadInput for a scope that is not there, NotAllowed for a stranger to its brands."""
        scope, brands = await self._resolved(workspace, scope, member)
        if not brands or not all(member.roles.get(brand) for brand in brands):
            raise NotAllowed("You can stop only what you work for.", do_next="Stop your brand: `brand:<name>`.")
        held = next((p for p in (await self.now(workspace)).holding() if p.scope == scope), None)
        pause = Pause(scope=scope, by=member.id, reason=reason[:500], since=held.since if held else now)
        await self._write(workspace, pause, "paused", member, now, surface, brands)
        return pause

    async def resume(self, workspace: str, scope: str, member: Member, now: datetime, *, surface: str = "") -> Pause:
        """Lift a pause. Raises BadInput when nothing of that scope is paused, NotAllowed for who may not approve."""
        scope, brands = await self._resolved(workspace, scope, member)
        held = next((p for p in (await self.now(workspace)).holding() if p.scope == scope), None)
        if held is None:
            scope = say_scope(await self._by_name(workspace, scope))
            raise BadInput(f"This is not paused: {scope}.", do_next="Look at what is paused first.")
        if not all(member.may(brand, Role.approver, Role.owner) for brand in brands):
            raise NotAllowed("Only somebody who may approve can let posts go out again.", kept="It stays paused.")
        lifted = held.model_copy(update={"until": now})
        await self._write(workspace, lifted, "resumed", member, now, surface, brands)
        return lifted

    async def _by_name(self, workspace: str, scope: str) -> str:
        """The scope with a name in place of the id."""
        kind, _, value = scope.partition(":")
        if kind == "brand":
            brand = await self._team.brands.find(workspace, value)
            return f"brand:{brand.record.name}" if brand else scope
        account = await self._team.accounts.find(workspace, value) if kind == "account" else None
        return f"account:{account.record.name}" if account else scope

    async def _write(
        self,
        workspace: str,
        pause: Pause,
        kind: str,
        member: Member,
        now: datetime,
        surface: str,
        brands: Sequence[str],
    ) -> None:
        entry = await self._audit.prepare(
            workspace,
            kind,
            subject=member.subject,
            about=pause.scope,
            at=now,
            brand=brands[0] if len(brands) == 1 else "",
            details={"scope": pause.scope, "reason": pause.reason, "surface": surface},
        )
        change = pauses.put(Change(workspace), pause).audit(entry)
        change.due(f"note:stop:{pause.scope}", milliseconds(now))
        await commit(self._database, change)
        await self._database.confirm(keys.control(workspace))

    async def _resolved(self, workspace: str, scope: str, member: Member) -> tuple[str, tuple[str, ...]]:
        """The scope with ids in place of names, and the brands that it concerns. Raises BadInput."""
        kind, _, value = scope.strip().partition(":")
        value = " ".join(value.split())[:100]
        if kind not in SCOPES or (kind == "workspace") == bool(value):
            raise BadInput(
                "I can pause the workspace, a brand, an account, a campaign or a topic.",
                do_next="Write for example `account:<name>` or `topic:sale`.",
            )
        brands = await self._team.all(self._team.brands, workspace)
        if kind == "brand":
            brand = _named(
                value, [(each.id, each.name) for each in brands if member.roles.get(each.id)], noted("brand")
            )
            return f"brand:{brand}", (brand,)
        if kind == "account":
            every = await self._team.all(self._team.accounts, workspace)
            mine = [each for each in every if member.roles.get(each.brand)]
            account = _named(value, [(each.id, each.name) for each in mine], noted("account"))
            return f"account:{account}", tuple(each.brand for each in mine if each.id == account)
        named, _, name = value.partition("/")
        if kind == "campaign" and name and any(each.id == named and member.roles.get(named) for each in brands):
            return f"campaign:{value}", (named,)  # of this brand alone
        return f"{kind}:{value}" if value else kind, tuple(brand.id for brand in brands)


def _named(wanted: str, there: Iterable[tuple[str, str]], noun: str) -> str:
    """The id of the one that is meant. Raises BadInput that names those there are."""
    known = list(there)
    found = [each for each, name in known if wanted == each or wanted.casefold() == name.casefold()]
    if len(found) != 1:
        names = ", ".join(name for _, name in known) or "none"
        raise BadInput(f"I know no {noun} called {wanted!r}.", kept="Nothing changed.", do_next=f"There are: {names}.")
    return found[0]


def say_scope(scope: str) -> str:
    kind, _, value = scope.partition(":")
    if kind == "campaign":
        value = _BRAND.sub("", value)
    return {
        "brand": noted(f"the brand {value}"),
        "account": noted(f"the account {value}"),
        "campaign": noted(f"the campaign {value}"),
        "topic": noted(f"the topic “{value}”"),
        "leaving": noted("a brand that is leaving"),
    }.get(kind, noted("everything"))
