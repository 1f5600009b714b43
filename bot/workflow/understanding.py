"""Which accounts, times and pictures people mean. What is not clear is one good question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.errors import BadInput, NotFound
from bot.planning.standing import SlotView
from bot.when import Unclear, resolve
from bot.workflow.asking import UNTOUCHED, Asker, Idea
from bot.workflow.free_slots import asks_for_free_slot, asks_for_good_slot
from bot.workflow.means import Means
from storage.accounts import Account
from storage.drafts import Brief
from storage.record import new_id
from storage.stores import TeamStore
from storage.team import Brand, Member


class Understanding:
    def __init__(self, means: Means) -> None:
        self._means = means
        self._team = TeamStore(means.database)

    async def brand_of(self, asker: Asker) -> tuple[Brand, Member]:
        member = (await self._team.members.get(asker.workspace, asker.member)).record
        brand = await self._team.brands.find(asker.workspace, asker.brand)
        if brand is None or not member.roles.get(asker.brand) or member.erased_at is not None:
            raise NotFound("You have no brand to write for here.", do_next="An owner can give you a role in one.")
        return brand.record, member

    async def jobs(
        self, asker: Asker, brand: Brand, idea: Idea
    ) -> list[tuple[Idea, tuple[Account, ...], datetime | None]]:
        """An idea with its accounts found and its times resolved; one job a time."""
        accounts = await self._accounts(brand, idea.accounts)
        if idea.due is not None:
            return [(idea, accounts, idea.due)]
        if not idea.when.strip():
            return [(idea, accounts, None)]
        if self._means.free is not None and asks_for_free_slot(idea.when):
            place, why = await self._means.free.asked(brand.workspace, brand.id, [a.id for a in accounts], idea.when)
            draft_id = idea.draft or new_id("d")
            await self._means.free.put(brand.workspace, place, draft_id)
            why = idea.why or (why if asks_for_good_slot(idea.when) else "")
            idea = replace(idea, draft=draft_id, slot=place.id, brief=of_place(idea.brief, place), why=why)
            return [(idea, accounts, place.due)]
        found = resolve(idea.when, now=self._means.clock.now(), zone=brand.zone or asker.zone, language=asker.language)
        if isinstance(found, Unclear):
            raise BadInput(found.question)
        if found.soon:
            return [(idea, accounts, None)]
        return [(idea, accounts, instant) for instant in found.instants]

    async def _accounts(self, brand: Brand, names: Sequence[str]) -> tuple[Account, ...]:
        every = [
            account
            for account in await self._team.all(self._team.accounts, brand.workspace)
            if account.brand == brand.id and account.closed_at is None
        ]
        if not every:
            raise BadInput("No account is connected yet.", do_next="Connect one with `admind accounts add`.")
        if not names:
            return tuple(every)
        chosen: list[Account] = []
        for name in names:
            wanted = name.strip().casefold().lstrip("@")
            fits = [a for a in every if wanted in (a.id.casefold(), a.name.casefold(), a.handle.casefold())]
            fits = fits or [a for a in every if wanted == a.channel or wanted in a.name.casefold()]
            if not fits:
                there = ", ".join(account.name for account in every)
                raise BadInput(f"I know no account {name!r} here. Which one: {there}?")
            chosen += [account for account in fits if account not in chosen]
        return tuple(chosen)

    def one_time(self, when: str, asker: Asker) -> datetime | None:
        found = resolve(when, now=self._means.clock.now(), zone=asker.zone, language=asker.language)
        if isinstance(found, Unclear):
            raise BadInput(found.question, kept=UNTOUCHED)
        if found.soon:
            return None
        if len(found.instants) > 1:
            raise BadInput("A draft has one time. Which one?", kept=UNTOUCHED)
        return found.instants[0]

    async def from_library(self, brand: Brand, idea: Idea) -> Idea:
        """The idea with the library's picture that it names. Raises BadInput when there is none, or none any more."""
        if not idea.brief.library:
            return idea
        item = await self._means.shelf.pick(brand, idea.brief.library)
        picture = {"image": "upload", "uploads": (item.sha256,), "image_wish": item.alt}
        return replace(idea, brief=idea.brief.model_copy(update=picture))


def of_place(brief: Brief, place: SlotView) -> Brief:
    """What the plan wanted there counts for the mix."""
    return brief.model_copy(update={"pillar": brief.pillar or place.pillar, "form": brief.form or place.form})
