"""How often, and how much at once, one token may call: each call is an entry of the audit, and takes up a worker."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from starlette.exceptions import HTTPException

MOST_A_MINUTE: Final = 240
MOST_AT_ONCE: Final = 8
MINUTE: Final = timedelta(minutes=1)


class TooOften(HTTPException):
    def __init__(self, detail: str, wait_seconds: int) -> None:
        super().__init__(429, detail, headers={"Retry-After": str(wait_seconds)})


class Rates:
    """Counts in this process alone; with several, each counts for itself."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._calls: dict[str, deque[datetime]] = {}
        self._open: Counter[str] = Counter()

    @contextmanager
    def counted(self, token: str) -> Iterator[None]:
        """For as long as a call takes. Raises TooOften instead of letting it begin."""
        if self._open[token] >= MOST_AT_ONCE:
            raise TooOften(f"This token has {MOST_AT_ONCE} calls under way already. Wait for one of them.", 1)
        now, calls = self._now(), self._calls.setdefault(token, deque())
        while calls and now - calls[0] >= MINUTE:
            calls.popleft()
        if len(calls) >= MOST_A_MINUTE:
            wait = (calls[0] + MINUTE - now).total_seconds()
            raise TooOften(f"A token may call {MOST_A_MINUTE} times a minute. Wait a little.", max(1, round(wait)))
        calls.append(now)
        self._open[token] += 1
        try:
            yield
        finally:
            self._open[token] -= 1
