"""Calls of one moment are carried out together, each with its own result, and no caller can spoil it for another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from storage.errors import AdMindError
from storage.together import Together


class Work:
    """Doubles numbers, and remembers what came together; `gate` holds it up."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, list[int]]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, name: str, given: Sequence[int]) -> Sequence[int]:
        self.batches.append((name, list(given)))
        await self.gate.wait()
        if 13 in given:
            raise AdMindError("Thirteen.")
        return [2 * number for number in given]


async def test_a_single_call_waits_for_nobody() -> None:
    work = Work()
    assert await Together(work).give("a", 1) == 2
    assert work.batches == [("a", [1])]


async def test_what_comes_while_it_works_is_done_next_in_order_and_at_most_so_many_at_once() -> None:
    work = Work()
    together: Together[int, int] = Together(work, most=4)
    work.gate.clear()
    first = together.give("a", 0)
    await asyncio.sleep(0)
    rest = [together.give("a", number) for number in range(1, 8)]
    work.gate.set()
    assert await asyncio.gather(first, *rest) == [0, 2, 4, 6, 8, 10, 12, 14]
    assert work.batches == [("a", [0]), ("a", [1, 2, 3, 4]), ("a", [5, 6, 7])]


async def test_names_do_not_wait_for_each_other() -> None:
    work = Work()
    together: Together[int, int] = Together(work)
    work.gate.clear()
    futures = [together.give(name, 1) for name in ("a", "b")]
    await asyncio.sleep(0)
    assert work.batches == [("a", [1]), ("b", [1])]
    work.gate.set()
    assert await asyncio.gather(*futures) == [2, 2]


async def test_an_error_reaches_each_that_came_together_and_none_after_them() -> None:
    together: Together[int, int] = Together(Work())
    futures = [together.give("a", number) for number in (1, 13)]
    for future in futures:
        with pytest.raises(AdMindError):
            await future
    assert await together.give("a", 3) == 6


async def test_somebody_who_gives_up_stops_nothing() -> None:
    work = Work()
    together: Together[int, int] = Together(work)
    work.gate.clear()
    futures = [together.give("a", number) for number in (1, 2)]
    futures[0].cancel()
    work.gate.set()
    assert await futures[1] == 4
    assert work.batches == [("a", [1, 2])]


async def test_with_patience_more_comes_together() -> None:
    work = Work()
    together: Together[int, int] = Together(work, patience_seconds=0.001)
    work.gate.clear()
    first = together.give("a", 1)
    await asyncio.sleep(0)
    second = together.give("a", 2)
    work.gate.set()
    assert await first == 2, "nobody waits for more at first"
    third = together.give("a", 3)
    assert [await second, await third] == [4, 6]
    assert work.batches == [("a", [1]), ("a", [2, 3])]
