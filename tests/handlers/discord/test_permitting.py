"""A permission that comes back brings what waited for it, however the server's admins give it back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fakes.discord.pressing import Person
from tests.fakes.discord_server import Permission
from tests.handlers.discord.office import Office, rests, told
from tests.handlers.discord.test_journeys import ASK

Change = Callable[[Office], None]


def own_role_loses(office: Office) -> None:
    office.velo.grant(office.velo.bot_role, office.velo.bot_role.permissions & ~Permission.SEND_MESSAGES)


def own_role_gets_it_back(office: Office) -> None:
    office.velo.grant(office.velo.bot_role, office.velo.bot_role.permissions | Permission.SEND_MESSAGES)


def another_role_gives_it(office: Office) -> None:
    office.velo.give(itself(office), office.velo.role("speakers", Permission.SEND_MESSAGES))


def a_role_forbids(office: Office) -> None:
    muted = office.velo.role("muted")
    office.velo.deny(office.room, muted, Permission.SEND_MESSAGES)
    office.velo.give(itself(office), muted)


def that_role_is_taken(office: Office) -> None:
    office.velo.take(itself(office), next(each for each in office.velo.guild.roles.values() if each.name == "muted"))


def that_role_is_deleted(office: Office) -> None:
    office.velo.drop_role(next(each for each in office.velo.guild.roles.values() if each.name == "muted"))


def everybody_may(office: Office) -> None:
    everybody = office.velo.guild.roles[office.velo.id]
    office.velo.grant(everybody, everybody.permissions | Permission.SEND_MESSAGES)


def the_room_forbids(office: Office) -> None:
    office.velo.deny(office.room, None, Permission.SEND_MESSAGES)


def the_room_allows(office: Office) -> None:
    office.velo.allow(office.room, None, Permission.SEND_MESSAGES)


def itself(office: Office) -> Person:
    return Person(office.server.world, office.server.events, office.server.world.bot)


WAYS: list[tuple[Change, Change]] = [
    (own_role_loses, own_role_gets_it_back),
    (own_role_loses, another_role_gives_it),
    (own_role_loses, everybody_may),
    (a_role_forbids, that_role_is_taken),
    (a_role_forbids, that_role_is_deleted),
    (the_room_forbids, the_room_allows),
]


@pytest.mark.parametrize(("taken", "given"), WAYS, ids=[given.__name__ for _, given in WAYS])
async def test_what_waited_comes_without_waiting_for_the_next_try(
    office: Office, ana: Person, taken: Change, given: Change
) -> None:
    everybody = office.velo.guild.roles[office.velo.id]
    office.velo.grant(everybody, everybody.permissions & ~Permission.SEND_MESSAGES)
    taken(office)
    ana.dm(ASK)
    await told(ana, "I lack in #reviews: Send Messages")
    assert not office.cards()
    await rests(office)
    given(office)
    await office.card()
    assert len(office.cards()) == 1
