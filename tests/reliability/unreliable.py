"""Channels that fail now and then, in every way, and what stands on them in truth."""

from __future__ import annotations

import json
import random
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from bot.clock import Clock
from storage.accounts import Account
from tests.fakes.discord_room import BOT_TOKEN, ROOM, DiscordRoom
from tests.fakes.faulty_http import GOOD, Act, FaultyServer, listening
from tests.fakes.mastodon_server import MastodonServer
from tests.fakes.telegram_server import TOKEN, TelegramServer
from tests.fakes.webhook_server import WebhookServer
from tests.world import World

FAULTS: Mapping[str, Act] = {
    "refuses": Act(400, commits="never"),
    "throttles": Act(429, (("Retry-After", "2"),), commits="never"),
    "says nothing, did nothing": Act(hangs=True, commits="never"),
    "says nothing, did it": Act(hangs=True),
    "says yes, did nothing": Act(200, commits="never", body=b"{}"),
    "fails, did nothing": Act(500, commits="never"),
    "fails, did it": Act(500),
    "drops the connection at once": Act(breaks="before reading"),
    "drops the connection, did nothing": Act(commits="never", breaks="before answering"),
    "drops the connection, did it": Act(breaks="before answering"),
    "breaks off its answer": Act(breaks="within answer"),
}
UNSEEN = "says yes, did nothing"  # a webhook's 2xx is its receipt: nobody can know better


class Dice(deque[Act]):
    """A plan without an end: of so many requests in a hundred, one of the faults."""

    def __init__(self, share: float, faults: Sequence[str], rng: random.Random, rolled: Counter[str]) -> None:
        super().__init__()
        self._share, self._faults, self._rng, self._rolled = share, faults, rng, rolled

    def __bool__(self) -> bool:
        return True

    def popleft(self) -> Act:
        if self._rng.random() >= self._share:
            return GOOD
        name = self._rng.choice(self._faults)
        self._rolled[name] += 1
        return FAULTS[name]


@dataclass
class Place:
    """One account and its server. `texts`: what stands there."""

    kind: str
    account: Account
    server: FaultyServer
    texts: Callable[[], list[str]]


@dataclass
class Town:
    """All the channels of a day, and what was rolled on them."""

    places: list[Place] = field(default_factory=list)
    rolled: Counter[str] = field(default_factory=Counter)

    def standing(self) -> Counter[str]:
        return Counter(text for place in self.places for text in place.texts())

    def asked(self) -> int:
        """Requests that would publish."""
        return sum(
            place.server.publishes(seen.method, seen.path) for place in self.places for seen in place.server.seen
        )

    def fail(self, share: float, seed: int) -> None:
        """From now on."""
        rng = random.Random(seed)
        for place in self.places:
            faults = [name for name in FAULTS if name != UNSEEN or place.account.channel != "webhook"]
            place.server.plan = Dice(share, faults, rng, self.rolled)

    def recover(self) -> None:
        for place in self.places:
            place.server.plan = deque()


@asynccontextmanager
async def servers(kinds: Mapping[str, int], clock: Clock) -> AsyncIterator[list[tuple[str, FaultyServer]]]:
    """So many of each kind, each on a port of its own."""
    async with AsyncExitStack() as stack:
        opened: list[tuple[str, FaultyServer]] = []
        for kind, count in kinds.items():
            for _ in range(count):
                opened.append((kind, await stack.enter_async_context(listening(_server(kind, clock)))))
        yield opened


async def connected(world: World, opened: Sequence[tuple[str, FaultyServer]]) -> Town:
    """An account for each server, as people connect them."""
    town = Town()
    for number, (kind, server) in enumerate(opened):
        options, secrets = {"server": server.origin}, {}
        if isinstance(server, MastodonServer):
            secrets = {"access_token": server.token_for("velo")}
            texts = _texts_of_mastodon(server)
        elif isinstance(server, TelegramServer):
            options, secrets = options | {"chat": "@velo"}, {"bot_token": TOKEN}
            texts = _texts_of(server)
        elif isinstance(server, DiscordRoom):
            options, secrets = options | {"room": ROOM}, {"bot_token": BOT_TOKEN}
            texts = _texts_of_discord(server)
        else:
            assert isinstance(server, WebhookServer)
            url = f"{server.url}?{number}"
            if kind == "webhook asked":
                account = await world.webhook(url, lookup_url=server.url)
            else:
                account = await world.webhook(url, honours_key="yes" if kind == "webhook keyed" else "no")
            town.places.append(Place(kind, account, server, _texts_of_webhook(server)))
            continue
        account = await world.connected(kind.split()[0], f"{kind} {number}", options, secrets)
        town.places.append(Place(kind, account, server, texts))
    return town


def _server(kind: str, clock: Clock) -> FaultyServer:
    match kind:
        case "mastodon":
            return MastodonServer(now=clock.now)
        case "mastodon kin":
            return MastodonServer(now=clock.now, software="akkoma", honours_key=False)
        case "telegram":
            return TelegramServer(now=clock.now)
        case "discord":
            return DiscordRoom(now=clock.now)
        case _:
            return WebhookServer(honours_key=kind == "webhook keyed")


def _texts_of(server: TelegramServer) -> Callable[[], list[str]]:
    return lambda: [message.text for message in server.messages]


def _texts_of_discord(server: DiscordRoom) -> Callable[[], list[str]]:
    return lambda: [message.content for message in server.messages]


def _texts_of_mastodon(server: MastodonServer) -> Callable[[], list[str]]:
    return lambda: [status.text for status in server.statuses]


def _texts_of_webhook(server: WebhookServer) -> Callable[[], list[str]]:
    return lambda: [str(json.loads(posted.body)["parts"][0]["text"]) for posted in server.posts]
