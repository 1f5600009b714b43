"""Accounts: connected places on digital channels. Secrets are not in here but with the credentials."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from storage import keys
from storage.record import Frozen, Record
from storage.team import Policy


class Health(Frozen):
    state: Literal["ok", "attention", "broken"] = "ok"
    reason: str = ""
    since: datetime | None = None


class Account(Record):
    """One connected place: a feed, a webhook, a Bluesky account, a LinkedIn page."""

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
    connected_by: str = Field("", description="member who connected it last; empty where nobody knows")
    warned: tuple[str, ...] = Field((), description="which warnings of its end were given: <end>/<days>/<member>")
    posted: bool = Field(False, description="whether a first post went out")
    language: str = ""
    created_at: datetime
    closed_at: datetime | None = None


def bound_key(workspace: str) -> str:
    """HASH `ver`: how often an account was connected, so that of two at once the later one looks again; kept."""
    return keys.of(workspace, "bound")
