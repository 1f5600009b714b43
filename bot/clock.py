"""Time, injected. Storage is UTC; zones are IANA and belong to people and places."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """`now` is business time. `offset` is how far this clock was moved on purpose from the machine's: zero in
    production. It is added to a server's own time before the two are compared, so that only real skew shows.
    """

    def now(self) -> datetime: ...

    def offset(self) -> timedelta: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def offset(self) -> timedelta:
        return timedelta(0)


class MovableClock:
    """A clock that is moved by hand; between moves it runs on."""

    def __init__(self, start: datetime | None = None) -> None:
        self._offset = timedelta(0) if start is None else start - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def offset(self) -> timedelta:
        return self._offset

    def move(self, by: timedelta) -> None:
        self._offset += by

    def move_to(self, instant: datetime) -> None:
        self._offset = instant - datetime.now(UTC)


def milliseconds(instant: datetime) -> int:
    """Unix time in milliseconds, as due sets count."""
    return round(instant.timestamp() * 1000)


def from_milliseconds(value: int) -> datetime:
    return datetime.fromtimestamp(value / 1000, UTC)
