"""A minute of a hundred events a second from Slack, each answered: none lost, none twice, memory flat.

Events are direct messages; every tenth comes twice at the same moment, and every tenth once more with a retry header.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import psutil

from tests.benchmarks.telling import tell
from tests.fakes.slack.doors import Retry
from tests.fakes.slack.records import Channel, Message
from tests.fakes.slack.talking import typed
from tests.fakes.slack_server import SlackServer, slack_server

RATE, SECONDS = 100, 60
SETTLES_SECONDS = 600.0  # until the last answers are there
FLAT_PERCENT = 5.0
Start = Callable[[SlackServer, str], AbstractAsyncContextManager[psutil.Process]]


async def minute(door: str, started: Start) -> int:
    async with slack_server() as slack, started(slack, door) as process:
        ana = slack.person("client0")
        room = slack.world.dm(slack.team, ana.id)
        await _sent(slack, room, ana.id, RATE * 5)  # caches and buffers fill
        await _settled(slack, room, RATE * 5)
        before = _resident(process)
        told = await _sent(slack, room, ana.id, RATE * SECONDS)
        took = await _settled(slack, room, RATE * (SECONDS + 5))
        after = _resident(process)
        answers = Counter(each.thread_ts for each in room.messages.values() if each.user == slack.team.bot)
        lost = sum(not answers[each.ts] for each in told)
        twice = sum(answers[each.ts] > 1 for each in told)
        failed = sum(not answer.ok for _, _, answer in slack.deliveries.answers)
    name = f"{door}, {RATE} events a second for {SECONDS} s"
    missed = tell(f"{name}, not acknowledged", failed, "events", 0)
    missed += tell(f"{name}, lost", lost, "events", 0)
    missed += tell(f"{name}, answered twice", twice, "events", 0)
    tell(f"{name}, last answer after the last event", took, "s")
    tell(f"{name}, memory before", before, "MB")
    return missed + tell(f"{name}, memory gained", (after / before - 1) * 100, "%", FLAT_PERCENT)


async def _sent(slack: SlackServer, room: Channel, user: str, count: int) -> list[Message]:
    """So many messages at the rate, not waiting for answers."""
    told, sending = [], set()
    started = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(max(0.0, started + number / RATE - time.perf_counter()))
        message = Message(slack.world.new_ts(), room.id, user, typed("help"))
        slack.world.add(room, message)
        told.append(message)
        sending.add(asyncio.create_task(_tell(slack, room, message, number % 10)))
    await asyncio.gather(*sending)
    return told


async def _tell(slack: SlackServer, room: Channel, message: Message, kind: int) -> None:
    event = message.document() | {"channel": room.id, "channel_type": "im", "team": slack.team.id}
    payload = slack.events.payload(slack.team, event)
    if kind == 3:
        await slack.deliveries.send_twice(payload)
        return
    await slack.deliveries.send("events_api", payload)
    if kind == 7:
        answer = await slack.deliveries.door.send("events_api", payload, Retry(1, "http_timeout"))
        slack.deliveries.answers.append(("events_api", payload, answer))


async def _settled(slack: SlackServer, room: Channel, count: int) -> float:
    """Until so many answers are there, or no more come; the seconds that it took."""
    started = time.perf_counter()
    while time.perf_counter() - started < SETTLES_SECONDS:
        if len({m.thread_ts for m in room.messages.values() if m.user == slack.team.bot}) >= count:
            break
        await asyncio.sleep(0.2)
    return time.perf_counter() - started


def _resident(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 2**20
