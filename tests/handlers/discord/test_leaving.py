"""A brand leaves while its people are in Discord: kept with one press, or gone from there when its time is over."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import MovableClock
from tests.fakes.discord.pressing import Person
from tests.fakes.waiting import until
from tests.handlers.discord.acting import asked, press, whispered
from tests.handlers.discord.office import Office, said


async def test_it_is_kept_with_one_press_and_takes_its_messages_along(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    await asked(office, ana)
    admind, owner = office.admind, await office.admind.setup.local_owner(office.workspace)
    assert owner is not None
    brand = admind.workspace.default_brand
    name = (await admind.people.store.brands.get(office.workspace, brand)).record.name
    await admind.farewells.ask(office.workspace, owner.id, brand, name, surface="terminal")
    told = await said(office.room, "leaves AdMind")
    await press(ana, told, "stay")
    await whispered(ana, office.room, "It stays")
    await said(office.room, f"{name} stays")
    await admind.farewells.ask(office.workspace, owner.id, brand, name, surface="terminal")
    clock.move(timedelta(days=7, minutes=1))

    async def gone() -> bool:
        return [each.state for each in await admind.farewells.of_member(office.workspace, owner.id)] == ["gone"]

    await until(gone, "it is gone", seconds=40)
    assert not office.cards() and not any("AdMind" in str(each.components) for each in office.room.messages.values())
