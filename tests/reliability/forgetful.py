"""Loopback servers that say yes, name a post, and show none under that name: for ever, or until it appears."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.faulty_http import FaultyServer, Headers, Seen

ABOUT_THE_SERVER = frozenset({"plan", "seen", "_late", "tokens", "answers"})


@dataclass
class Forgetful(FaultyServer):
    """What publishing changes is taken back before the answer leaves. `forgetful` puts this before a server."""

    shows_nothing: bool = True
    said: int = 0  # yeses with nothing behind them
    _lost: dict[str, Any] = field(default_factory=dict)
    _head: Headers | None = None

    def commit(self, seen: Seen) -> bytes:
        if not self.shows_nothing:
            self._head = None
            return super().commit(seen)
        before = self._truth()
        answer = super().commit(seen)
        self._head = super().headers()
        self._lost = self._truth()
        self._make_true(before)
        self.said += 1
        return answer

    def headers(self) -> Headers:
        return super().headers() if self._head is None else self._head

    def appear(self) -> None:
        """What was said of the last post is true now."""
        self._make_true(self._lost)

    def _truth(self) -> dict[str, Any]:
        own = {"_lost", *ABOUT_THE_SERVER}
        found = {name: value for name, value in vars(self).items() if isinstance(value, list | dict)}
        return copy.deepcopy({name: value for name, value in found.items() if name not in own})

    def _make_true(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, copy.deepcopy(value))


def forgetful(serve: Callable[[], Any]) -> Callable[[], Any]:
    """The same server, which forgets. `serve` makes it, with its switches."""

    def make() -> Any:
        server = serve()
        kind = type(server)
        server.__class__ = type(f"Forgetful{kind.__name__}", (Forgetful, kind), {})
        server.shows_nothing, server.said, server._lost, server._head = True, 0, {}, None
        return server

    return make
