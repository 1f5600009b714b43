"""Until when a platform promises to understand the version of its API that an adapter speaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class VersionEnd:
    """`ends`: the first day on which the platform may refuse this version, after which its posts fail.

    `setting` names another version. The source of the day stands in the channel's own file.
    """

    title: str  # of the platform, as people call it
    version: str
    ends: date
    setting: str


@runtime_checkable
class Versioned(Protocol):
    """What a channel adds whose platform ends versions of its API."""

    @property
    def version_end(self) -> VersionEnd | None:
        """Of the version that it speaks now; None where the platform has named no end of it."""
        ...
