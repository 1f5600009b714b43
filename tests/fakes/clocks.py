"""Clocks for tests: one that is wrong by itself, moved by nobody on purpose, and one that several processes share."""

from __future__ import annotations

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.clock import MovableClock

# Where the chats' tests begin: people say "Friday 9am" in them, which is no fresh day on every day of the year.
TUESDAY = datetime(2026, 12, 1, 10, tzinfo=UTC)

# Where a test on the true clock needs a date that is written out: each of this year's days is still to come.
NEXT_YEAR = datetime.now(UTC).year + 1


class FaultyClock(MovableClock):
    """Off by `skew` from `right`, the true time that tests move."""

    def __init__(self, right: MovableClock | None = None, skew: timedelta = timedelta(0)) -> None:
        self.right = right or MovableClock()
        self.skew = skew

    def now(self) -> datetime:
        return self.right.now() + self.skew

    def offset(self) -> timedelta:
        return self.right.offset()

    def move(self, by: timedelta) -> None:
        self.right.move(by)

    def move_to(self, instant: datetime) -> None:
        self.right.move_to(instant)


class SharedClock(MovableClock):
    """A clock of several processes: how far it was moved stands in a file that all of them look into."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        if not file.exists():
            file.write_bytes(struct.pack("<d", 0.0))
        with file.open("r+b") as opened:
            self._shared = mmap.mmap(opened.fileno(), 8)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset()

    def offset(self) -> timedelta:
        return timedelta(seconds=struct.unpack("<d", self._shared[:])[0])

    def move(self, by: timedelta) -> None:
        self._shared[:] = struct.pack("<d", (self.offset() + by).total_seconds())

    def move_to(self, instant: datetime) -> None:
        self.move(instant - self.now())
