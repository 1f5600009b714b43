"""What programs ask for over MCP, written down call by call: with which token, in whose name, about what."""

from __future__ import annotations

from bot.clock import Clock
from storage.audit import AuditWriter
from storage.stores import TeamStore

CALLED = "called by a program"


class Programs:
    def __init__(self, audit: AuditWriter, team: TeamStore, clock: Clock) -> None:
        self._audit = audit
        self._team = team
        self._clock = clock

    async def note(
        self,
        workspace: str,
        member_id: str,
        *,
        program: str,
        tool: str,
        brand: str = "",
        draft: str = "",
        refused: bool = False,
    ) -> None:
        """Keep that a program calls a tool in a member's name, before the tool does anything.

        `program` is its token's name; `draft` one that exists and that the member may see; `refused`: it is told that
        it may not, or that there is no such thing. Raises NotFound for a member who is gone, StorageUnavailable and
        StorageFull: then the call must not be carried out.
        """
        member = (await self._team.members.get(workspace, member_id)).record
        entry = await self._audit.prepare(
            workspace,
            CALLED,
            subject=member.subject,
            about=draft or member.id,
            at=self._clock.now(),
            draft=draft,
            brand=brand,
            details={"surface": "mcp", "tool": tool, "program": program} | ({"refused": "yes"} if refused else {}),
        )
        await self._audit.append(workspace, entry)
