"""What there is to say about a request that is worked on: its latest sentence, and whether it is over."""

from __future__ import annotations

import asyncio
import contextlib


class News:
    def __init__(self) -> None:
        self.over = False
        self.begun = False
        self._sentence = ""
        self._stirred = asyncio.Event()
        self._ended = asyncio.Event()

    def tell(self, sentence: str) -> None:
        self._sentence = sentence
        self._stirred.set()

    def close(self) -> None:
        self.over = True
        self._stirred.set()
        self._ended.set()

    def latest(self) -> str:
        self._stirred.clear()
        return self._sentence

    async def came_within(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stirred.wait(), seconds)

    async def came(self) -> None:
        """Once there is a sentence that `latest` has not given yet, or it is over."""
        await self._stirred.wait()

    async def over_within(self, seconds: float) -> bool:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), seconds)
        return self.over
