"""Workspaces, brands, members and who may do what: the records.

A brand is a boundary. Access to it is denied unless a member holds a role in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from storage.profile import Profile
from storage.record import Frozen, Migration, Record

UNNAMED = "My brand"  # until somebody says what it is called


class Role(StrEnum):
    requester = "requester"
    approver = "approver"
    client = "client"
    owner = "owner"


class Policy(Frozen):
    """Who must say yes before a post of this brand goes out. Overridable per account; the strictest wins."""

    approvals: int = Field(1, ge=1, le=10, description="internal approvals needed")
    client_approvals: int = Field(0, ge=0, le=10, description="client approvals needed, after the internal ones")
    self_approval: Literal["auto", "allowed", "denied"] = Field(
        "auto", description="auto: allowed while the brand has one member who may approve, denied from two on"
    )
    owner_for_first_post: bool = True
    owner_for_blocks: bool = True


class Labels(Frozen):
    """What posts of this brand say of themselves beyond what a person declares."""

    ai_pictures: Literal["label", "none"] = Field("label", description="pictures that an image model made")
    ai_text: Literal["label", "reviewed"] = Field(
        "reviewed", description="words that a language model wrote; reviewed: who approves them answers for them"
    )
    missing_ad: Literal["block", "warn"] = Field("block", description="where an ad no longer says that it is one")


class Fact(Frozen):
    text: str
    evidence: str = ""


class Brand(Record):
    """Voice, facts and looks of one brand; every draft, account and rule belongs to exactly one."""

    SCHEMA: ClassVar[int] = 5
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {
        1: lambda old: old,  # 2 knows whether it wants a digest
        2: lambda old: old,  # 3 knows what its posts say of themselves
        3: lambda old: old,  # 4 knows more of how it speaks, and to whom
        4: lambda old: old,  # 5 knows when its posts may go out
    }

    id: str
    workspace: str
    name: str
    voice: str = Field("", description="how it speaks, in the team's own words")
    profile: Profile = Profile()
    language: str = "en"
    facts: tuple[Fact, ...] = ()
    avoid_words: tuple[str, ...] = ()
    palette: tuple[str, ...] = Field((), description="#rrggbb, the leading colour first")
    logo: str = Field("", description="sha256 of the cleaned logo in the blob store")
    font: str = ""
    policy: Policy = Policy()
    labels: Labels = Labels()
    zone: str = Field("", description="IANA; empty: the workspace's")
    digest: bool = Field(True, description="a summary of the week, each Monday")
    created_at: datetime


class Away(Frozen):
    until: AwareDatetime
    delegate: str = Field("", description="member id who decides meanwhile")


class Member(Record):
    """A person. `roles` maps brand id to the roles held there.

    One whose person is known here under another name too is `one_with` that member, who holds the roles and the
    identities meanwhile: what this one decided counts as that one's.
    """

    SCHEMA: ClassVar[int] = 2
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {1: lambda old: old}  # 2 knows of one person under two names

    id: str
    workspace: str
    name: str
    subject: str = Field(description="random id that stands for this person in the audit")
    roles: dict[str, frozenset[Role]] = Field(default_factory=dict)
    distinct: bool = Field(True, description="an owner vouches that this is nobody else's second identity")
    zone: str = ""
    language: str = "en"
    away: Away | None = None
    one_with: str = Field("", description="member id of the same person; this one has no rights of its own meanwhile")
    before: dict[str, frozenset[Role]] = Field(
        default_factory=dict, description="roles that were held when it became one with another"
    )
    brought: dict[str, frozenset[Role]] = Field(
        default_factory=dict, description="those of them that the other one did not hold"
    )
    created_at: datetime
    erased_at: datetime | None = None

    def may(self, brand: str, *roles: Role) -> bool:
        """Whether this member holds one of these roles in the brand; an owner holds them all but client."""
        held = self.roles.get(brand, frozenset())
        return self.erased_at is None and (
            bool(held & set(roles)) or (Role.owner in held and set(roles) != {Role.client})
        )


class Identity(Record):
    """One account of a person on a chat platform, in the terminal or behind a token."""

    SCHEMA: ClassVar[int] = 3
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {
        1: lambda old: old,  # 2 knows of groups and of those who left
        2: lambda old: old,  # 3 knows of links
    }

    platform: str
    team: str = ""
    user: str
    workspace: str
    member: str
    confirmed: bool = Field(False, description="linked by a code on both sides, or set by an owner")
    bound: str = Field("", description="of an owner whom a setting names without a team: the team that it was in")
    granted: dict[str, frozenset[Role]] = Field(
        default_factory=dict, description="brand id → roles that the platform's groups and rooms give"
    )
    left: bool = Field(False, description="the platform says that this person was deactivated")
    linked: bool = Field(False, description="by a code that both sides confirmed")
    was: str = Field("", description="member id that a linked one belonged to; empty: it was nobody's")


class Workspace(Record):
    """One organisation's whole world."""

    id: str
    name: str
    zone: str = "UTC"
    language: str = "en"
    default_brand: str = ""
    welcomed: bool = Field(False, description="the first-start questions were answered or skipped")
    created_at: datetime
