"""Approval links for people outside: made for one member and one draft, shown on the public edge, revocable."""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat import DecisionRequest
from bot.clock import Clock
from bot.errors import BadInput, ChangedSince, NotAllowed, NotFound
from bot.team.signin import TRIES, TRIES_SPAN, TooManyTries
from bot.workflow.decisions import Decided, Decisions
from bot.workflow.looking import Looking
from storage.audit import AuditWriter
from storage.blobs.base import BlobStore
from storage.client_links import ClientLink, ClientLinkStore
from storage.commit import Change
from storage.drafts import OPEN, Draft, Verdict
from storage.record import new_id
from storage.redis import Database
from storage.retention import LIVES
from storage.sessions import Tries
from storage.stores import DraftStore, TeamStore
from storage.team import Member, Role

LIFE = LIVES["approval_links"].span
SURFACE = "approval link"
MAY = (Verdict.approve, Verdict.changes)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the holder of a link sees. `changed`: the draft is not what it was when the link was made."""

    link: ClientLink
    draft: Draft
    member: Member
    changed: bool


class ClientLinks:
    def __init__(
        self,
        database: Database,
        *,
        audit: AuditWriter,
        decisions: Decisions,
        looking: Looking,
        blobs: BlobStore,
        clock: Clock,
    ) -> None:
        self._store = ClientLinkStore(database)
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)
        self._tries = Tries(database, TRIES_SPAN)
        self._audit = audit
        self._decisions = decisions
        self._looking = looking
        self._blobs = blobs
        self._clock = clock

    async def make(self, workspace: str, by: str, draft_id: str, digest: str, member_id: str) -> str:
        """The code of a new link for this member, who must be able to decide in the draft's brand.

        Good for 14 days, for the draft as it is now. Raises NotAllowed, BadInput, ChangedSince, NotFound.
        """
        draft = await self._looking.draft_record(workspace, by, draft_id)
        maker = await self._looking.member(workspace, by)
        if not maker.may(draft.brand, Role.approver, Role.owner):
            raise NotAllowed("Only who approves for this brand can send it out.", kept="No link was made.")
        if draft.digest != digest:
            raise ChangedSince("This draft has changed since you looked.", kept="No link was made.")
        if draft.status not in OPEN:
            raise BadInput("This draft is decided already.", kept="No link was made.")
        member = await self._looking.member(workspace, member_id)
        held = member.roles.get(draft.brand, frozenset())
        if not held & {Role.client, Role.approver, Role.owner}:
            raise BadInput("Nobody waits for this person's word in this brand.", do_next="Give them the role first.")
        now = self._clock.now()
        link = ClientLink(
            id=new_id("l"),
            workspace=workspace,
            draft=draft.id,
            digest=draft.digest,
            member=member.id,
            made_by=by,
            made_at=now,
            expires_at=now + LIFE,
        )
        return await self._store.add(link, await self._audited(draft, maker, "approval link made", member.id))

    async def of_draft(self, workspace: str, by: str, draft_id: str) -> tuple[ClientLink, ...]:
        """Raises NotFound for a draft of another brand."""
        draft = await self._looking.draft_record(workspace, by, draft_id)
        return await self._store.of_draft(workspace, draft.id)

    async def revoke(self, workspace: str, by: str, draft_id: str, link_id: str) -> None:
        """Raises NotFound."""
        draft = await self._looking.draft_record(workspace, by, draft_id)
        maker = await self._looking.member(workspace, by)
        for link in await self._store.of_draft(workspace, draft.id):
            if link.id == link_id:
                change = await self._audited(draft, maker, "approval link revoked", link.member)
                await self._store.revoke(link, change)
                return
        raise NotFound("There is no such link (any more).", kept="Nothing changed.")

    async def shown(self, code: str, place: str) -> Shown | None:
        """What the link shows; None when it is no good. Raises TooManyTries for a place that guesses."""
        if await self._tries.count(place) >= TRIES:
            raise TooManyTries(
                "Too many wrong links came from here.",
                do_next="Wait ten minutes, then open the link again.",
                retry_after_seconds=TRIES_SPAN.total_seconds(),
            )
        link = await self._store.find(code, self._clock.now())
        if link is None:
            await self._tries.failed(place)
            return None
        kept = await self._drafts.find(link.workspace, link.draft)
        member = await self._looking.member(link.workspace, link.member)
        if kept is None or not member.roles.get(kept.record.brand):  # it is gone, or the member lost the brand
            return None
        draft = kept.record  # whoever sent the link out decided that it may be seen
        return Shown(link, draft, member, draft.digest != link.digest)

    async def decide(self, shown: Shown, browser: str, verdict: Verdict, reason: str) -> Decided:
        """The holder's word on exactly what the link was made for. `browser` is a secret of the one that acts.

        Raises NotAllowed for another browser than the first that acted, ChangedSince, BadInput.
        """
        if verdict not in MAY:
            raise BadInput("With this link you can approve, or ask for changes.", kept="Nothing was decided.")
        if shown.changed:
            raise ChangedSince(
                "The draft has changed since this link was made.",
                kept="Nothing was decided.",
                do_next="Ask for a new link.",
            )
        if not await self._store.bind(shown.link, browser):
            raise NotAllowed(
                "This link was already used in another browser.",
                kept="Nothing was decided.",
                do_next="Use that one, or ask for a new link.",
            )
        return await self._decisions.decide(
            DecisionRequest(
                workspace=shown.link.workspace,
                draft=shown.link.draft,
                member=shown.link.member,
                verdict=verdict,
                digest=shown.link.digest,
                surface=SURFACE,
                reason=reason[:2000],
                at=self._clock.now(),
            )
        )

    async def picture(self, shown: Shown, sha256: str) -> tuple[bytes, str]:
        """A picture of this draft, or the face of an account that it is for, and its MIME type. Raises NotFound for
        every other.
        """
        for version in shown.draft.versions:
            for medium in version.media:
                if medium.sha256 == sha256:
                    return await self._blobs.get(sha256), medium.mime
        for version in shown.draft.versions:
            account = await self._team.accounts.find(shown.draft.workspace, version.account)
            if account is not None and account.record.face == sha256:
                return await self._blobs.get(sha256), "image/jpeg"
        raise NotFound("There is no such picture.")

    async def _audited(self, draft: Draft, by: Member, kind: str, member: str) -> Change:
        entry = await self._audit.prepare(
            draft.workspace,
            kind,
            subject=by.subject,
            about=draft.id,
            at=self._clock.now(),
            draft=draft.id,
            brand=draft.brand,
            details={"for": member, "digest": draft.digest},
        )
        return Change(draft.workspace).audit(entry)
