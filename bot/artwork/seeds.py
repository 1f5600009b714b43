"""How does chance stay the same? Every choice comes from words, never from a clock or a global generator."""

from __future__ import annotations

import hashlib

import numpy as np


def seed_of(*parts: object) -> int:
    """64 bits that depend on every part, alike on every machine and in every run."""
    text = "\x1f".join(str(part) for part in parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest()[:8], "big")


def pick(count: int, *parts: object) -> int:
    """An index below `count`."""
    return seed_of(*parts) % count


def generator(*parts: object) -> np.random.Generator:
    """A generator of its own; PCG64's stream is fixed by numpy's compatibility policy."""
    return np.random.Generator(np.random.PCG64(seed_of(*parts)))
