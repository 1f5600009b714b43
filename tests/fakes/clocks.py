"""A machine's clock that is wrong by itself: nobody moved it on purpose."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.clock import MovableClock


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
