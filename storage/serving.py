"""Which account of which workspace serves a place on a channel: one installation binds no place to two brands.

STRING `lookup:serves:<hash of the place>` → `<workspace>|<account>`. A hint: it counts only while that account is open
and leads there. It is claimed before the account's record is written and once more afterwards, so of two workspaces
that connect one place at once the later one finds the other's record, and takes its own back.
"""

from __future__ import annotations

import hashlib

from storage import keys
from storage.accounts import Account
from storage.redis import Database, Script
from storage.stores import TeamStore

TRIES = 5
# ARGV: 1 ours, 2 what was found to be of no account any more. What stands there afterwards.
CLAIM = Script(
    "serve",
    """
local kept = redis.call('GET', KEYS[1])
if kept and kept ~= ARGV[1] and kept ~= ARGV[2] then return kept end
redis.call('SET', KEYS[1], ARGV[1])
return ARGV[1]
""",
)
RELEASE = Script(
    "serve_no_more",
    """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
""",
)


class ServedPlaces:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._team = TeamStore(database)

    async def elsewhere(self, account: Account) -> bool:
        """Whether an open account of another workspace serves this place."""
        kept = str(await self._database.client.get(_key(account)) or "")
        return not kept.startswith(f"{account.workspace}|") and await self._serves(kept, account)

    async def claim(self, account: Account) -> bool:
        """For this account from now on; False where another one's is open."""
        gone = ""
        for _ in range(TRIES):
            kept = str(await self._database.run(CLAIM, [_key(account)], [_name(account), gone]))
            if kept == _name(account):
                return True
            if await self._serves(kept, account):
                return False
            gone = kept
        return False

    async def release(self, account: Account) -> None:
        """It serves it no more; another one's claim stays."""
        await self._database.run(RELEASE, [_key(account)], [_name(account)])

    async def rebuild(self, workspace: str) -> int:
        """Claim what open accounts serve; how many do."""
        accounts = [each for each in await self._team.all(self._team.accounts, workspace) if each.closed_at is None]
        return sum([await self.claim(each) for each in accounts])

    async def _serves(self, kept: str, place: Account) -> bool:
        workspace, _, account_id = kept.partition("|")
        found = await self._team.accounts.find(workspace, account_id) if account_id else None
        return found is not None and found.record.closed_at is None and _place(found.record) == _place(place)


def _place(account: Account) -> tuple[str, ...]:
    return (account.channel, account.remote_id, account.server, account.destination)


def _key(account: Account) -> str:
    return keys.lookup("serves", hashlib.sha256("\0".join(_place(account)).encode()).hexdigest())


def _name(account: Account) -> str:
    return f"{account.workspace}|{account.id}"
