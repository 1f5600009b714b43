"""A session of the gateway: what it asked for, and everything sent so that it can be resumed."""

from __future__ import annotations

import secrets
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import zstandard

from tests.fakes.discord.records import Json

KEPT = 2000  # frames for a resume


@dataclass
class Session:
    intents: int
    shard: int
    shards: int
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    log: deque[Json] = field(default_factory=lambda: deque(maxlen=KEPT))
    send: Callable[[Json], None] | None = None  # while connected

    @property
    def alive(self) -> bool:
        return self.send is not None

    def has(self, guild: int) -> bool:
        """Direct messages are the first shard's."""
        return (guild >> 22) % self.shards == self.shard

    def push(self, name: str, data: Json) -> None:
        """Now, or at the next resume."""
        self.sequence += 1
        frame: Json = {"op": 0, "t": name, "s": self.sequence, "d": data}
        self.log.append(frame)
        if self.send is not None:
            self.send(frame)

    def since(self, sequence: int) -> list[Json] | None:
        """What came after it; None when it can no longer be told."""
        if self.log and sequence < self.log[0]["s"] - 1:
            return None
        return [each for each in self.log if each["s"] > sequence]


class Deflated:
    """zlib-stream: one context a connection, a flush a message."""

    def __init__(self) -> None:
        self._context = zlib.compressobj()

    def __call__(self, text: str) -> bytes:
        return self._context.compress(text.encode()) + self._context.flush(zlib.Z_SYNC_FLUSH)


class Zstandard:
    """zstd-stream."""

    def __init__(self) -> None:
        self._context = zstandard.ZstdCompressor().compressobj()

    def __call__(self, text: str) -> bytes:
        return self._context.compress(text.encode()) + self._context.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


COMPRESSIONS: dict[str, Callable[[], Callable[[str], bytes]]] = {"zlib-stream": Deflated, "zstd-stream": Zstandard}
