"""What a week's digest asks for: an empty slot of the plan, and a login that ends."""

from __future__ import annotations

from datetime import timedelta

from bot.accounts.access import ENDS_OPTION
from bot.bootstrap import AdMind
from storage.commit import Change, commit
from storage.plans import Purpose, Slot, SlotStore


async def needy(admind: AdMind, workspace: str, brand: str) -> str:
    """The name of the account whose login ends in nine days; a slot in six days is empty."""
    now, store = admind.clock.now(), admind.people.store
    account = next(each for each in await store.all(store.accounts, workspace) if each.brand == brand)
    kept = await store.accounts.get(workspace, account.id)
    ends = kept.record.changed(options=kept.record.options | {ENDS_OPTION: (now + timedelta(days=9)).isoformat()})
    due = now + timedelta(days=6)
    slot = Slot(
        id=f"r_1-{due:%Y%m%d}",
        workspace=workspace,
        brand=brand,
        source="r_1",
        day=due.date(),
        due=due,
        purpose=Purpose(accounts=(account.id,), added_by="m_1", added_at=now),
        draft_at=now,
        created_at=now,
        updated_at=now,
    )
    change = Change(workspace)
    store.accounts.put(change, ends, account.id, ver=kept.ver, at=now.timestamp())
    SlotStore(admind.database).save(change, slot, ver=None)
    await commit(admind.database, change)
    return account.name
