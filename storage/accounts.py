"""Accounts: connected places on digital channels. Secrets are not in here but with the credentials."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from storage import keys
from storage.record import Frozen, Migration, Record
from storage.team import Policy


class Health(Frozen):
    state: Literal["ok", "attention", "broken"] = "ok"
    reason: str = ""
    since: datetime | None = None


class Account(Record):
    """One connected place: a feed, a webhook, a Bluesky account, a LinkedIn page."""

    SCHEMA: ClassVar[int] = 2
    MIGRATIONS: ClassVar[Mapping[int, Migration]] = {1: lambda old: old}  # 2 knows its face

    id: str
    workspace: str
    brand: str
    channel: str = Field(description="name of the channel's adapter, e.g. feed")
    name: str = Field(description="as people call it, e.g. Velo Feed")
    handle: str = ""
    remote_id: str = Field("", description="verified id on the channel; another id makes another account")
    server: str = Field("", description="origin fixed when it was connected")
    destination: str = ""
    page: str = Field("", description="where people look at it; empty: only `server` is known")
    options: dict[str, str] = Field(default_factory=dict, description="what only this channel's adapter knows")
    policy: Policy | None = None
    health: Health = Health()
    face: str = Field("", description="SHA-256 of its profile's picture when it was connected, a JPEG; empty: none")
    connected_by: str = Field("", description="member who connected it last; empty where nobody knows")
    warned: tuple[str, ...] = Field((), description="which warnings of its end were given: <end>/<days>/<member>")
    posted: bool = Field(False, description="whether a first post went out")
    language: str = Field(
        "", pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$", description="BCP 47 of its posts; empty: the brand's"
    )
    region: str = Field("", pattern=r"^([A-Z]{2})?$", description="ISO 3166-1 alpha-2 of whom it speaks to; empty: all")
    created_at: datetime
    closed_at: datetime | None = None


def bound_key(workspace: str) -> str:
    """HASH `ver`: how often an account was connected, so that of two at once the later one looks again; kept."""
    return keys.of(workspace, "bound")
