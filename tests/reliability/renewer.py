"""A process that renews accesses, beside others or to be killed: the real care for accounts on a given database.

python -m tests.reliability.renewer URL ORIGIN NOW LEASE_SECONDS TOGETHER

It begins when TOGETHER such processes are there. The tests compose with the same function.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from bot.accounts.access import Access
from bot.accounts.book import TeamBook
from bot.accounts.care import Care
from bot.accounts.connect import Accounts
from bot.accounts.door import Doors
from bot.channels.platform import X as PLATFORM
from bot.channels.x import X
from bot.channels.x_oauth import XOAuth
from bot.clock import MovableClock
from bot.fetch import safe_client
from storage.audit import AuditWriter
from storage.credentials import Credentials, Vault
from storage.ledger import Ledger
from storage.redis import Database, connect
from storage.stores import TeamStore
from tests.bot.channels.benches import BASE_URL, Blobs

KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
READY = "admind:{sys}:test:ready"


@dataclass
class Looked:
    """What looks after the accounts of X, as one AdMind has it."""

    book: TeamBook
    credentials: Credentials
    access: Access
    accounts: Accounts
    care: Care


@asynccontextmanager
async def looked_after(
    database: Database, origin: str, clock: MovableClock, lease: float = 0.5
) -> AsyncIterator[Looked]:
    platform = dataclasses.replace(PLATFORM, api=origin, web=origin)
    async with safe_client(allow_hosts={urlsplit(origin).netloc}) as client:
        vault = Vault([KEY])
        credentials = Credentials(database, vault)
        book = TeamBook(database, TeamStore(database), AuditWriter(database, vault), clock)
        doors = Doors(secrets=credentials, blobs=Blobs(), client=client, base_url=BASE_URL, clock=clock)
        servers = {"x": XOAuth(platform)}
        access = Access(
            servers,
            book=book,
            secrets=credentials,
            ledger=Ledger(database),
            client=client,
            clock=clock,
            lease_seconds=lease,
        )
        accounts = Accounts(
            book,
            channels={"x": X(platform)},
            secrets=credentials,
            open_door=doors,
            clock=clock,
            give_back=access.give_back,
        )
        care = Care(book, channels={"x": X(platform)}, access=access, open_door=doors, clock=clock)
        yield Looked(book, credentials, access, accounts, care)


async def work(url: str, origin: str, now: str, lease: float, together: int) -> None:
    clock = MovableClock(datetime.fromisoformat(now))
    async with connect(url) as database, looked_after(database, origin, clock, lease) as my:
        await database.client.incr(READY)
        while int(await database.client.get(READY) or 0) < together:  # noqa: ASYNC110 - set by other processes
            await asyncio.sleep(0.005)
        await my.care.renew_all(["w_1"])
        await my.care.examine_all(["w_1"])


if __name__ == "__main__":
    url, origin, now, lease, together = sys.argv[1:]
    asyncio.run(work(url, origin, now, float(lease), int(together)))
