"""A team on a chat platform belongs to one workspace; its rooms and groups say whose brand it is about."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat import Identified
from bot.errors import BadInput, NotAllowed, NotFound
from bot.team.homes import Homes
from bot.team.people import LOCAL
from bot.team.setup import Setup
from bot.workflow.office import Office
from storage.redis import Database
from storage.stores import TeamStore
from storage.team import Member, Role
from tests.world import World, world_on

ANNA = Identified(platform="slack", team="T1", user="U1")
BORIS = Identified(platform="slack", team="T2", user="U1")  # another person of the same id, elsewhere
REQUESTER, APPROVER, CLIENT = Role.requester, Role.approver, Role.client


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path / "data") as found:
        yield found


def homes_of(world: World, *, owners: tuple[str, ...] = (), seeds: dict[str, str] | None = None) -> Homes:
    setup = Setup(world.people, world.audit)
    return Homes(
        world.database,
        people=world.people,
        setup=setup,
        audit=world.audit,
        clock=world.clock,
        owners=owners,
        seeds=seeds,
    )


@pytest.fixture
def homes(world: World) -> Homes:
    return homes_of(world)


async def installed(homes: Homes, who: Identified = ANNA, name: str = "Velo") -> str:
    home = await homes.install("slack", who.team, name, who, "Anna", "Europe/Zurich")
    return home.workspace


async def owner_of(homes: Homes, who: Identified) -> Member:
    found = await homes.member(who)
    assert found is not None
    return found


async def second_brand(world: World) -> str:
    office = Office(world.database, world.people, world.audit, world.clock)
    return (await office.add_brand(world.ws, world.owner.id, "Café")).id


async def test_the_first_install_on_a_fresh_admind_is_the_local_owners(world: World, homes: Homes) -> None:
    assert await installed(homes) == world.ws
    member = await owner_of(homes, ANNA)
    assert (member.id, member.name) == (world.owner.id, "Anna"), "one person, so that they may still approve alone"
    again = await homes.install("slack", "T1", "Velo", ANNA, "Anna", "Europe/Zurich")
    assert (again.workspace, len(await homes.of(world.ws))) == (world.ws, 1)


async def test_every_other_team_gets_a_workspace_of_its_own(world: World, homes: Homes) -> None:
    await installed(homes)
    other = await installed(homes, BORIS, "Bakery")
    assert other != world.ws
    boris = await owner_of(homes, BORIS)
    assert boris.workspace == other
    assert [set(roles) for roles in boris.roles.values()] == [{Role.owner}]
    store = TeamStore(world.database)
    accounts = await store.all(store.accounts, other)
    assert [account.channel for account in accounts] == ["feed"]
    assert (await owner_of(homes, ANNA)).workspace == world.ws


async def test_of_installs_at_once_all_find_the_same_workspace(world: World, homes: Homes) -> None:
    found = await asyncio.gather(*(installed(homes_of(world), BORIS) for _ in range(5)))
    assert len(set(found)) == 1
    teams = [Identified(platform="slack", team=f"T{number}", user="U9") for number in range(10, 14)]
    each = await asyncio.gather(*(installed(homes_of(world), who) for who in teams))
    assert len(set(each)) == len(teams), "teams that come together do not share a workspace"


async def test_a_workspace_where_others_work_already_is_not_joined_by_who_happens_to_install(
    world: World, homes: Homes
) -> None:
    await world.member("Ben", APPROVER)
    assert await installed(homes) != world.ws


async def test_settings_say_who_the_owners_are(world: World) -> None:
    named = homes_of(world, owners=("slack:U1", "slack:U2"))
    await Setup(world.people, world.audit).ensure(zone="UTC", owners=("slack:U1", "slack:U2"), now=world.clock.now())
    stranger = Identified(platform="slack", team="T9", user="U7")
    assert await installed(named, stranger) != world.ws, "settings name others"
    assert await installed(named) == world.ws
    second = Identified(platform="slack", team="T1", user="U2")
    assert (await owner_of(named, second)).id == world.owner.id
    elsewhere = Identified(platform="slack", team="T2", user="U2")
    await installed(named, Identified(platform="slack", team="T2", user="U5"))
    assert await named.member(elsewhere) is None, "the same id in another team is another person"


async def test_an_owner_by_settings_counts_in_the_first_team_only(world: World) -> None:
    homes = homes_of(world, owners=("slack:U1", "slack:U2"))
    await Setup(world.people, world.audit).ensure(zone="UTC", owners=("slack:U1", "slack:U2"), now=world.clock.now())
    await installed(homes)
    code = await homes.join_code(world.ws, await owner_of(homes, ANNA))
    intruder = Identified(platform="slack", team="T2", user="U2")
    await installed(homes, intruder, "Elsewhere")
    await homes.join("slack", "T2", code, intruder)
    assert await homes.member(intruder) is None, "joined by a code: no setting speaks of its people"


async def test_an_account_of_discords_is_the_same_person_in_every_server_of_the_workspace(world: World) -> None:
    owners = ("discord:11", "discord:12")
    homes = homes_of(world, owners=owners)
    await Setup(world.people, world.audit).ensure(zone="UTC", owners=owners, now=world.clock.now())
    anna, again = (Identified(platform="discord", team=team, user="11") for team in ("G1", "G2"))
    ben, carla = (Identified(platform="discord", team="G2", user=user) for user in ("12", "13"))
    assert (await homes.install("discord", "G1", "Velo", anna, "Anna", "")).workspace == world.ws
    code = await homes.join_code(world.ws, await owner_of(homes, anna))
    await homes.install("discord", "G2", "Kino", carla, "Carla", "")
    assert await homes.member(again) is None, "another workspace is nobody's but its own"
    await homes.join("discord", "G2", code, carla)
    assert (await owner_of(homes, again)).id == (await owner_of(homes, ben)).id == world.owner.id
    assert await homes.member(carla) is None, "who joined is nobody here yet"
    assert await homes.identities(world.ws, world.owner.id, "discord", "G2") == ("11", "12")
    await homes.meet(again, "Anna", active=False)
    assert await homes.member(again) is None, "who left one server"
    assert Role.owner in next(iter((await owner_of(homes, anna)).roles.values())), "is who they were in the other"


async def test_a_role_in_one_server_of_discords_gives_a_say_in_the_other(world: World) -> None:
    owners = ("discord:11",)
    homes = homes_of(world, owners=owners)
    await Setup(world.people, world.audit).ensure(zone="UTC", owners=owners, now=world.clock.now())
    anna, carla = (
        Identified(platform="discord", team="G1", user="11"),
        Identified(platform="discord", team="G2", user="13"),
    )
    await homes.install("discord", "G1", "Velo", anna, "Anna", "")
    owner = await owner_of(homes, anna)
    brand = next(iter(owner.roles))
    await homes.tie_group(world.ws, owner, "discord", "G1", "approvers", brand, [APPROVER])
    ben = Identified(platform="discord", team="G1", user="14")
    met = await homes.meet(ben, "Ben", groups=frozenset({"approvers"}))
    code = await homes.join_code(world.ws, owner)
    await homes.install("discord", "G2", "Kino", carla, "Carla", "")
    await homes.join("discord", "G2", code, carla)
    there = await homes.meet(Identified(platform="discord", team="G2", user="14"), "Ben")
    assert met is not None and there is not None and there.id == met.id
    assert APPROVER in there.roles[brand]
    await homes.meet(ben, "Ben")  # without the role
    assert not (await owner_of(homes, Identified(platform="discord", team="G2", user="14"))).roles


async def test_a_code_makes_a_team_another_home_once(world: World, homes: Homes) -> None:
    await installed(homes)
    await installed(homes, BORIS)
    code = await homes.join_code(world.ws, await owner_of(homes, ANNA))
    home = await homes.join("slack", "T2", code.lower(), BORIS)
    assert home.workspace == world.ws
    assert {each.team for each in await homes.of(world.ws)} == {"T1", "T2"}
    assert await homes.member(BORIS) is None, "a code brings a room, not rights"
    third = Identified(platform="slack", team="T3", user="U1")
    await installed(homes, third)
    with pytest.raises(BadInput, match="not good"):
        await homes.join("slack", "T3", code, third)


async def test_a_code_ends_and_guessing_is_slow(world: World, homes: Homes) -> None:
    await installed(homes)
    await installed(homes, BORIS)
    anna = await owner_of(homes, ANNA)
    assert sum(letter.isalnum() for letter in await homes.join_code(world.ws, anna)) >= 11, "50 bits of 31 letters"
    for _ in range(5):
        with pytest.raises(BadInput):
            await homes.join("slack", "T2", "AAAA-AAAA-AAAA", BORIS)
    with pytest.raises(NotAllowed, match="Too many"):
        await homes.join("slack", "T2", await homes.join_code(world.ws, anna), BORIS)
    with pytest.raises(NotAllowed):
        await homes.join_code(world.ws, await world.member("Ben", APPROVER))


async def test_who_has_work_here_does_not_leave_it_behind(world: World, homes: Homes) -> None:
    await installed(homes)
    await installed(homes, BORIS)
    code = await homes.join_code((await owner_of(homes, BORIS)).workspace, await owner_of(homes, BORIS))
    await world.draft()
    with pytest.raises(BadInput, match="drafts here"):
        await homes.join("slack", "T1", code, ANNA)
    home = await homes.home("slack", "T1")
    assert home is not None
    assert home.workspace == world.ws


async def test_a_home_that_is_removed_comes_back_as_it_was(world: World, homes: Homes) -> None:
    await installed(homes)
    anna = await owner_of(homes, ANNA)
    await homes.tie(world.ws, anna, "slack", "T1", "C1", "reviews", world.brand.id, "review")
    assert await homes.remove("slack", "T1") is not None
    assert await homes.remove("slack", "T1") is None
    assert (await homes.member(ANNA), await homes.room("slack", "T1", "C1")) == (None, None)
    assert await homes.rooms(world.ws, world.brand.id, "slack") == ()
    stranger = Identified(platform="slack", team="T1", user="U8")
    home = await homes.install("slack", "T1", "Velo", stranger, "Somebody", "UTC")
    assert home.workspace == world.ws
    assert await homes.member(stranger) is None, "installing again makes nobody an owner where there is one"
    room = await homes.room("slack", "T1", "C1")
    assert room is not None
    assert room.brand == world.brand.id


async def test_a_room_is_one_brands_and_a_brand_has_one_review_room_in_a_home(world: World, homes: Homes) -> None:
    await installed(homes)
    cafe = await second_brand(world)
    anna, ben = await owner_of(homes, ANNA), await world.member("Ben", Role.owner)
    await homes.tie(world.ws, anna, "slack", "T1", "C1", "reviews", world.brand.id, "review")
    await homes.tie(world.ws, anna, "slack", "T1", "C2", "new reviews", world.brand.id, "review")
    await homes.tie(world.ws, anna, "slack", "T1", "C3", "work", world.brand.id, "work")
    await homes.tie(world.ws, anna, "slack", "T1", "C4", "café", cafe, "review")
    tied = await homes.rooms(world.ws, world.brand.id, "slack")
    assert {(room.channel, room.kind) for room in tied} == {("C2", "review"), ("C3", "work")}
    with pytest.raises(NotAllowed):  # Ben owns the first brand only
        await homes.tie(world.ws, ben, "slack", "T1", "C4", "mine now", world.brand.id, "review")
    with pytest.raises(NotAllowed):
        await homes.untie(world.ws, ben, "slack", "T1", "C4")
    with pytest.raises(NotFound):
        await homes.tie(world.ws, anna, "slack", "T7", "C4", "x", world.brand.id, "review")
    room = await homes.room("slack", "T1", "C4")
    assert room is not None
    assert room.brand == cafe


async def test_one_workspaces_owner_ties_nothing_of_anothers(world: World, homes: Homes) -> None:
    await installed(homes)
    await installed(homes, BORIS)
    boris = await owner_of(homes, BORIS)
    with pytest.raises(NotAllowed):
        await homes.tie(world.ws, boris, "slack", "T1", "C1", "x", world.brand.id, "review")
    with pytest.raises(NotFound):
        await homes.tie(boris.workspace, boris, "slack", "T1", "C1", "x", next(iter(boris.roles)), "review")
    with pytest.raises(NotAllowed):
        await homes.tie_group(world.ws, boris, "slack", "T1", "S1", world.brand.id, [Role.owner])


async def test_a_setting_seeds_the_first_brands_review_room_once(world: World) -> None:
    homes = homes_of(world, seeds={"slack": "C9"})
    await installed(homes)
    room = await homes.room("slack", "T1", "C9")
    assert room is not None
    assert (room.brand, room.kind) == (world.brand.id, "review")
    anna = await owner_of(homes, ANNA)
    await homes.tie(world.ws, anna, "slack", "T1", "C1", "reviews", world.brand.id, "review")
    await homes.seed_rooms(world.ws)
    assert [each.channel for each in await homes.rooms(world.ws, world.brand.id, "slack")] == ["C1"]
    await installed(homes, BORIS)
    assert await homes.room("slack", "T2", "C9") is None, "a setting speaks of this installation's own team"


async def test_groups_give_roles_and_take_only_what_they_gave(world: World, homes: Homes) -> None:
    await installed(homes)
    cafe = await second_brand(world)
    anna = await owner_of(homes, ANNA)
    await homes.tie_group(world.ws, anna, "slack", "T1", "S1", world.brand.id, [APPROVER])
    await homes.tie_group(world.ws, anna, "slack", "T1", "S2", cafe, [REQUESTER])
    ben = Identified(platform="slack", team="T1", user="U2")
    assert await homes.meet(ben, "Ben") is None, "nothing gives a stranger a role"
    met = await homes.meet(ben, "Ben", groups=frozenset({"S1", "S2"}), zone="Europe/Zurich", language="de-DE")
    assert met is not None
    assert met.roles == {world.brand.id: {APPROVER}, cafe: {REQUESTER}}
    assert (met.zone, met.language) == ("Europe/Zurich", "de")
    office = Office(world.database, world.people, world.audit, world.clock)
    await office.set_roles(world.ws, anna.id, met.id, world.brand.id, ["approver", "requester"])
    after = await homes.meet(ben, "Ben")
    assert after is not None
    assert after.roles == {world.brand.id: {REQUESTER}}
    assert await homes.member(ben) == after


async def test_somebody_deactivated_has_no_rights_until_they_are_back(world: World, homes: Homes) -> None:
    await installed(homes)
    anna = await owner_of(homes, ANNA)
    await homes.tie_group(world.ws, anna, "slack", "T1", "S1", world.brand.id, [APPROVER])
    ben = Identified(platform="slack", team="T1", user="U2")
    met = await homes.meet(ben, "Ben", groups=frozenset({"S1"}))
    assert met is not None
    assert await homes.meet(ben, "Ben", groups=frozenset({"S1"}), active=False) is None
    assert await homes.member(ben) is None
    kept = await world.people.store.members.get(world.ws, met.id)
    assert kept.record.roles == {}, "also in the studio and for tokens"
    back = await homes.meet(ben, "Ben", groups=frozenset({"S1"}))
    assert back is not None
    assert back.roles == {world.brand.id: {APPROVER}}
    assert await homes.meet(ANNA, "Anna", active=False) is None
    local = await world.people.who(world.ws, LOCAL)
    assert local is not None
    assert Role.owner in local.roles[world.brand.id], "who sits at the machine stays"


async def test_a_guest_is_a_client_at_most(world: World, homes: Homes) -> None:
    await installed(homes)
    cafe = await second_brand(world)
    anna = await owner_of(homes, ANNA)
    await homes.tie(world.ws, anna, "slack", "T1", "C1", "client", world.brand.id, "client")
    await homes.tie(world.ws, anna, "slack", "T1", "C2", "reviews", cafe, "review")
    await homes.tie_group(world.ws, anna, "slack", "T1", "S1", cafe, [APPROVER])
    cleo = Identified(platform="slack", team="T1", user="UG")
    assert await homes.meet(cleo, "Cleo", guest=True, rooms=frozenset({"C2"}), groups=frozenset({"S1"})) is None
    met = await homes.meet(cleo, "Cleo", guest=True, rooms=frozenset({"C1", "C2"}), groups=frozenset({"S1"}))
    assert met is not None
    assert met.roles == {world.brand.id: {CLIENT}}


async def test_who_may_be_somebody_else_here_never_adds_to_approvals(world: World, homes: Homes) -> None:
    await installed(homes)
    anna = await owner_of(homes, ANNA)
    await homes.tie_group(world.ws, anna, "slack", "T1", "S1", world.brand.id, [APPROVER])
    first = await homes.meet(Identified(platform="slack", team="T1", user="U2"), "Ben", groups=frozenset({"S1"}))
    assert first is not None
    assert first.distinct, "everybody here is known in this team, which tells people apart"
    await world.member("Ben", APPROVER)  # by hand, or on another platform
    second = await homes.meet(Identified(platform="slack", team="T1", user="U3"), "Cora", groups=frozenset({"S1"}))
    assert second is not None
    assert not second.distinct


async def test_what_a_lost_look_up_knew_is_made_again(world: World, homes: Homes) -> None:
    await installed(homes)
    await world.database.client.delete("admind:{sys}:lookup:home:slack|T1")
    assert await homes.home("slack", "T1") is None
    assert await homes.rebuild(world.ws) == 1
    assert await homes.home("slack", "T1") is not None


async def test_every_step_is_written_down(world: World, homes: Homes) -> None:
    await installed(homes)
    anna = await owner_of(homes, ANNA)
    await homes.tie(world.ws, anna, "slack", "T1", "C1", "reviews", world.brand.id, "review")
    await homes.remove("slack", "T1")
    kinds = [entry.kind for entry in await world.audit.read(world.ws)]
    assert [kind for kind in kinds if kind != "workspace made"] == ["home installed", "room tied", "home removed"]
