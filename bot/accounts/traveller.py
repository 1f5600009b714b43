"""Who is connecting an account, in which browser, for which brand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

from bot.errors import NotAllowed, NotFound
from storage.team import Member, Role

LIFE = timedelta(minutes=10)  # of a connection that was begun


@dataclass(frozen=True, slots=True)
class Traveller:
    """Who is at the browser: a member, their session, and the brand that they look at."""

    member: Member
    session: str
    brand: str


def connects(member: Member, brand: str) -> bool:
    """Whether this member may connect accounts of the brand; what others than owners connect waits for an owner."""
    return member.may(brand, Role.requester, Role.approver)


def may_connect(member: Member, brand: str) -> None:
    if not connects(member, brand):
        raise NotAllowed("Only the team of this brand can connect accounts.", kept="Nothing was connected.")


def ended() -> NoReturn:
    raise NotFound(
        "This connection has ended: it was used, given up, or took longer than ten minutes.",
        kept="Nothing was connected.",
        do_next="Begin again under Settings, Accounts.",
    )
