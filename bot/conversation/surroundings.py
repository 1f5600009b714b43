"""What surrounds a message: which brand it is for, who asks and on which clock, which accounts and drafts are known."""

from __future__ import annotations

from typing import Final

from bot.chat import PROGRAMS
from bot.clock import Clock
from bot.conversation.turn import Windows
from bot.errors import NotFound
from bot.llm.around import Around, KnownAccount, KnownDraft
from bot.llm.languages import language_of
from bot.workflow.requests import Asker
from storage.requests import Request
from storage.stores import TeamStore
from storage.team import Brand, Member

KNOWN_DRAFTS: Final = 8
SPOKEN: Final = frozenset({"en", "de"})  # what times and questions are said in


def spoken_by(request: Request, member: Member) -> str:
    """The language to answer in: of the words themselves where it can be told, else the member's."""
    language = language_of(request.text)
    return language if language in SPOKEN else member.language


class Surroundings:
    def __init__(self, team: TeamStore, windows: Windows, clock: Clock) -> None:
        self._team = team
        self._windows = windows
        self._clock = clock

    async def brand(self, request: Request, member: Member) -> Brand:
        """The brand that was named, or the workspace's, or the member's own. Raises NotFound."""
        home = await self._team.workspaces.find(request.workspace, request.workspace)
        default = home.record.default_brand if home else ""
        for brand_id in (request.brand, default, *member.roles):
            if brand_id and member.roles.get(brand_id) and member.erased_at is None:
                found = await self._team.brands.find(request.workspace, brand_id)
                if found is not None:
                    return found.record
            if brand_id and brand_id == request.brand:
                break
        raise NotFound("You have no brand to write for here.", do_next="An owner can give you a role in one.")

    async def asker(self, request: Request, member: Member, brand: Brand) -> Asker:
        home = await self._team.workspaces.find(request.workspace, request.workspace)
        zone = member.zone or brand.zone or (home.record.zone if home else "UTC")
        return Asker(
            workspace=request.workspace,
            brand=brand.id,
            member=member.id,
            conversation=request.conversation,
            surface=request.surface,
            language=spoken_by(request, member),
            zone=zone,
            decides=request.surface not in PROGRAMS,
        )

    async def around(
        self,
        asker: Asker,
        brand: Brand,
        member: Member,
        request: Request,
        drafts: tuple[str, ...],
        summary: str = "",
    ) -> Around:
        """What a model is told besides the words."""
        accounts = await self._windows.accounts(asker.workspace, asker.member)
        known = [await self.known(asker, name) for name in drafts[-KNOWN_DRAFTS:]]
        return Around(
            now=self._clock.now(),
            zone=asker.zone,
            language=brand.language,
            brand=brand.name,
            person=member.name,
            accounts=tuple(
                KnownAccount(id=each.id, name=each.name, channel=each.channel, handle=each.handle or "")
                for each in accounts.items
                if each.brand == brand.id and not each.closed
            ),
            drafts=tuple(draft for draft in known if draft is not None),
            uploads=len(request.uploads),
            documents=len(request.documents),
            unread_files=request.unread_files,
            summary=summary,
        )

    async def known(self, asker: Asker, draft_id: str) -> KnownDraft | None:
        try:
            view = await self._windows.draft(asker.workspace, asker.member, draft_id)
        except NotFound:
            return None
        return KnownDraft(
            id=view.id,
            title=view.called or view.title,
            accounts=tuple(version.account_name for version in view.versions),
            status=view.status,
            due=view.due,
            options=len(view.options) + 1,
        )
