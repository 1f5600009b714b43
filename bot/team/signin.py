"""The way into the studio: a one-time link for one member, and the session that it opens."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock
from bot.errors import AdMindError, NotAllowed
from storage.audit import AuditWriter
from storage.commit import Change
from storage.redis import Database
from storage.retention import LIVES
from storage.sessions import Session, SessionStore, SignInLink, Tries, new_link_id, new_session_id
from storage.stores import TeamStore
from storage.team import Member

LINK_LIFE = timedelta(minutes=15)
SESSION_LIFE = timedelta(days=30)
IDLE_LIFE = LIVES["sessions"].span
SEEN_EVERY = timedelta(minutes=10)
TRIES, TRIES_SPAN = 10, timedelta(minutes=10)


class TooManyTries(AdMindError):
    pass


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A member at a browser."""

    member: Member
    session: Session


class SignIn:
    def __init__(self, database: Database, audit: AuditWriter, clock: Clock) -> None:
        self._store = SessionStore(database)
        self._tries = Tries(database, TRIES_SPAN)
        self._team = TeamStore(database)
        self._audit = audit
        self._clock = clock

    async def link(self, workspace: str, member_id: str, *, surface: str) -> str:
        """The code of a new link, good once and for 15 minutes. Raises NotAllowed for somebody who left."""
        member = await self._member(workspace, member_id)
        if member is None:
            raise NotAllowed("This member has left.", do_next="An owner can add them again.")
        now = self._clock.now()
        link = SignInLink(
            id=new_link_id(), workspace=workspace, member=member_id, made_at=now, expires_at=now + LINK_LIFE
        )
        return await self._store.add_link(link, await self._audited(member, "sign-in link made", surface))

    async def whose(self, code: str, place: str) -> Member | None:
        """Whom the link would let in; it stays good. Raises TooManyTries for a place that guesses."""
        await self._slow(place)
        link = await self._store.link(code, self._clock.now())
        if link is None:
            await self._tries.failed(place)
            return None
        return await self._member(link.workspace, link.member)

    async def enter(self, code: str, place: str, agent: str) -> str | None:
        """Use the link up; the cookie of a new session, None when the link is no good. Raises TooManyTries."""
        await self._slow(place)
        now = self._clock.now()
        link = await self._store.use_link(code, now)
        member = await self._member(link.workspace, link.member) if link else None
        if link is None or member is None:
            await self._tries.failed(place)
            return None
        session = Session(
            id=new_session_id(),
            workspace=link.workspace,
            member=member.id,
            agent=agent[:120],
            made_at=now,
            seen_at=now,
            expires_at=now + IDLE_LIFE,
        )
        return await self._store.add(session, await self._audited(member, "signed in", "studio"))

    async def signed_in(self, cookie: str) -> SignedIn | None:
        """Who this cookie stands for; the session lives on for having been used."""
        now = self._clock.now()
        session = await self._store.session(cookie, now)
        member = await self._member(session.workspace, session.member) if session else None
        if session is None or member is None:
            return None
        if now - session.seen_at >= SEEN_EVERY:
            session = session.changed(seen_at=now, expires_at=min(now + IDLE_LIFE, session.made_at + SESSION_LIFE))
            await self._store.save(session)
        return SignedIn(member, session)

    async def look_at(self, session: Session, brand: str) -> None:
        """Remember which brand this browser looks at; empty: all."""
        await self._store.save(session.changed(brand=brand))

    async def sessions(self, member: Member) -> tuple[Session, ...]:
        return await self._store.of_member(member.workspace, member.id, self._clock.now())

    async def leave(self, seen: SignedIn) -> None:
        await self._store.end(await self._audited(seen.member, "signed out", "studio"), seen.session)

    async def leave_everywhere(self, member: Member, *, surface: str) -> int:
        """End every session of a member; how many there were."""
        sessions = await self.sessions(member)
        for session in sessions:
            await self._store.end(await self._audited(member, "signed out everywhere", surface), session)
        return len(sessions)

    async def _slow(self, place: str) -> None:
        if await self._tries.count(place) >= TRIES:
            raise TooManyTries(
                "Too many wrong links came from here.",
                do_next="Wait ten minutes, then ask for a new link.",
                retry_after_seconds=TRIES_SPAN.total_seconds(),
            )

    async def _member(self, workspace: str, member_id: str) -> Member | None:
        kept = await self._team.members.find(workspace, member_id)
        return kept.record if kept and kept.record.erased_at is None and not kept.record.one_with else None

    async def _audited(self, member: Member, kind: str, surface: str) -> Change:
        entry = await self._audit.prepare(
            member.workspace,
            kind,
            subject=member.subject,
            about=member.id,
            at=self._clock.now(),
            details={"surface": surface},
        )
        return Change(member.workspace).audit(entry)


def form_token(cookie: str) -> str:
    """A token for the forms of this session: 16 random bytes, and a MAC of them under the cookie that no page holds.

    Each is different, so that a compressed page gives nothing away (https://www.breachattack.com).
    """
    nonce = secrets.token_hex(16)
    return nonce + _mac(cookie, nonce)


def fits(cookie: str, token: str) -> bool:
    """Whether `form_token` made this for the session."""
    nonce, mac = token[:32], token[32:]
    return hmac.compare_digest(mac.encode(), _mac(cookie, nonce).encode())


def _mac(cookie: str, nonce: str) -> str:
    return hmac.new(cookie.encode(), f"form|{nonce}".encode(), hashlib.sha256).hexdigest()
