"""One person under several names counts once: names are linked by both sides, or told apart by an owner."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import AdMindError, BadInput, Conflict, NotAllowed, NotFound
from bot.workflow.office import Office
from storage.drafts import DraftStatus, Verdict
from storage.homes import CODE_LENGTH, CODE_LETTERS
from storage.posts import PostState
from storage.redis import Database
from storage.team import Away, Policy, Role
from tests.bot.team.kin import Kin
from tests.fakes.chat_home import ChatHome
from tests.world import World, world_on

A, R, C, OWN = Role.approver, Role.requester, Role.client, Role.owner


@pytest.fixture
async def world(database: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world_on(database, tmp_path / "data") as found:
        yield found


@pytest.fixture
async def kin(world: World) -> Kin:
    found = Kin.of(world)
    await found.home("T1")
    await found.home("T2")
    return found


def test_a_code_cannot_be_guessed() -> None:
    assert len(CODE_LETTERS) ** CODE_LENGTH > 2**50


async def test_two_names_of_one_person_never_make_a_quorum_until_an_owner_tells_them_apart(kin: Kin) -> None:
    world = kin.world
    await world.policy(Policy(approvals=2))
    tom = await kin.met("Tom", "T2", R, distinct=True)
    ana, anna = await kin.met("Ana", "T1", A), await kin.met("Anna", "T2", A)
    await kin.kinship.vouch(world.ws, world.owner.id, ana.id, distinct=True)
    draft = await world.draft(by=tom)
    await world.decide(draft, by=ana)
    decided = await world.decide(draft, by=anna)
    assert decided.draft.status is DraftStatus.waiting and not decided.posts
    assert "may be one person under two names" in decided.sentence and "/admind link" in decided.sentence
    assert "Ana and Anna" in decided.sentence
    await kin.kinship.vouch(world.ws, world.owner.id, anna.id, distinct=True)
    await kin.settle()
    assert (await kin.draft(draft)).status is DraftStatus.approved, "counted again, without another word of theirs"
    await kin.kinship.vouch(world.ws, world.owner.id, anna.id, distinct=False)
    await kin.settle()
    assert (await kin.draft(draft)).status is DraftStatus.waiting
    assert {post.state for post in (await world.kept_posts.page(world.ws)).items} == {PostState.cancelled}


async def test_accounts_in_one_home_are_two_people(kin: Kin) -> None:
    world = kin.world
    await world.policy(Policy(approvals=2))
    tom = await world.member("Tom", R)
    ana, ben = await kin.met("Ana", "T2", A), await kin.met("Ben", "T2", A)
    draft = await world.draft(by=tom)
    await world.decide(draft, by=ana)
    assert (await world.decide(draft, by=ben)).draft.status is DraftStatus.waiting, "each of them may be Tom"
    await kin.kinship.vouch(world.ws, world.owner.id, ana.id, distinct=True)
    await kin.kinship.vouch(world.ws, world.owner.id, ben.id, distinct=True)
    await kin.settle()
    assert (await kin.draft(draft)).status is DraftStatus.approved
    tina = await kin.met("Tina", "T2", R)
    cora, dora = await kin.met("Cora", "T2", A), await kin.met("Dora", "T2", A)
    second = await world.draft(by=tina, text="Rolls.")
    await world.decide(second, by=cora)
    assert (await world.decide(second, by=dora)).draft.status is DraftStatus.approved, "no owner needed"


async def test_who_may_be_the_author_under_another_name_is_told_so(kin: Kin) -> None:
    tom, thomas = await kin.met("Tom", "T1", R), await kin.met("Thomas", "T2", A)
    draft = await kin.world.draft(by=tom)
    decided = await kin.world.decide(draft, by=thomas)
    assert decided.draft.status is DraftStatus.waiting
    assert "Noted, but it does not count yet. Thomas may be Tom under another name" in decided.sentence


async def test_the_client_is_surely_another_person_than_the_team(kin: Kin) -> None:
    world = kin.world
    await world.policy(Policy(client_approvals=1))
    tom = await world.member("Tom", R)
    ana, carl = await kin.met("Ana", "T1", A, distinct=True), await kin.met("Carl", "T2", C)
    draft = await world.draft(by=tom)
    await world.decide(draft, by=ana)
    decided = await world.decide(draft, by=carl)
    assert decided.draft.status is DraftStatus.waiting and "Carl may be somebody of the team" in decided.sentence
    await kin.kinship.vouch(world.ws, world.owner.id, carl.id, distinct=True)
    await kin.settle()
    assert (await kin.draft(draft)).status is DraftStatus.approved


async def test_a_link_holds_once_both_sides_have_seen_each_other(kin: Kin) -> None:
    world = kin.world
    ana, anna = await kin.met("Ana", "T1", A), await kin.met("Anna", "T2", A)
    one, other = kin.side(ana, "T1"), kin.side(anna, "T2")
    code = await kin.kinship.offer(world.ws, one)
    with pytest.raises(BadInput, match="Nobody has used this code yet"):
        await kin.kinship.agree(world.ws, code, one)
    offer = await kin.kinship.look(world.ws, code.lower(), other)
    assert (offer.other.name, offer.last) == ("Ana", False)
    assert "go back to T1" in await kin.kinship.agree(world.ws, code, other)
    await kin.settle()
    assert (await kin.fresh(anna)).roles, "nothing holds yet"
    assert await kin.told(f"member:{ana.id}") == ["Anna (T2) says that you are one person"]
    with pytest.raises(BadInput, match="not good"):
        await kin.kinship.agree(world.ws, code, kin.side(await kin.met("Mallory", "T2", R), "T2"))
    assert (await kin.kinship.look(world.ws, code, one)).other.name == "Anna"
    assert "one person here from now on" in await kin.kinship.agree(world.ws, code, one)
    await kin.settle()
    assert (await kin.fresh(anna)).one_with == ana.id and not (await kin.fresh(anna)).roles
    found = await kin.who("Anna", "T2")
    assert found is not None and found.id == ana.id
    with pytest.raises(BadInput):
        await kin.kinship.agree(world.ws, code, one)
    titles = await kin.told(f"owners:{world.brand.id}")
    assert titles == ["Ana (T1) and Anna (T2) are one person from now on"]
    kinds = [entry.kind for entry in await world.audit.read(world.ws)]
    assert kinds[-3:] == ["link begun", "link accepted", "names linked"]


async def test_codes_end_and_guessing_is_slow(kin: Kin, world: World) -> None:
    ana, anna = await kin.met("Ana", "T1", A), await kin.met("Anna", "T2", A)
    code = await kin.kinship.offer(world.ws, kin.side(ana, "T1"))
    world.clock.move(timedelta(minutes=10))
    with pytest.raises(BadInput, match="older than ten minutes"):
        await kin.kinship.agree(world.ws, code, kin.side(anna, "T2"))
    code = await kin.kinship.offer(world.ws, kin.side(ana, "T1"))
    for _ in range(4):
        with pytest.raises(BadInput):
            await kin.kinship.look(world.ws, "AAAA-BBBB-CCCC", kin.side(anna, "T2"))
    with pytest.raises(NotAllowed, match="Too many codes"):
        await kin.kinship.look(world.ws, code, kin.side(anna, "T2"))


async def test_of_two_who_confirm_at_once_one_does(kin: Kin, world: World) -> None:
    ana, anna = await kin.met("Ana", "T1", A), await kin.met("Anna", "T2", A)
    code = await kin.kinship.offer(world.ws, kin.side(ana, "T1"))
    await kin.kinship.agree(world.ws, code, kin.side(anna, "T2"))
    done = await asyncio.gather(
        *(kin.kinship.agree(world.ws, code, kin.side(ana, "T1")) for _ in range(4)), return_exceptions=True
    )
    assert len([each for each in done if isinstance(each, str)]) == 1
    assert all(isinstance(each, str | BadInput | Conflict) for each in done)


async def test_nobody_gets_rights_by_a_link_that_no_owner_allowed(kin: Kin, world: World) -> None:
    ana, mallory = await kin.met("Ana", "T1", A), await kin.met("Mallory", "T2", R)
    said = await kin.link(kin.side(mallory, "T2"), kin.side(ana, "T1"))
    assert "an owner must allow it" in said
    assert (await kin.fresh(mallory)).roles == {world.brand.id: {R}}
    assert await kin.told(f"owners:{world.brand.id}") == ["Mallory (T2) and Ana (T1) say that they are one person"]
    waiting = await kin.kinship.waiting(world.ws, world.owner)
    assert len(waiting) == 1 and not await kin.kinship.waiting(world.ws, ana)
    with pytest.raises(NotAllowed):
        await kin.kinship.allow(world.ws, ana.id, waiting[0].id, yes=True)
    assert "Refused" in await kin.kinship.allow(world.ws, world.owner.id, waiting[0].id, yes=False)
    assert not await kin.kinship.waiting(world.ws, world.owner)
    with pytest.raises(NotFound):
        await kin.kinship.allow(world.ws, world.owner.id, waiting[0].id, yes=True)
    await kin.link(kin.side(mallory, "T2"), kin.side(ana, "T1"))
    (again,) = await kin.kinship.waiting(world.ws, world.owner)
    await kin.kinship.allow(world.ws, world.owner.id, again.id, yes=True)
    found = await kin.who("Mallory", "T2")
    assert found is not None and found.roles == {world.brand.id: {A, R}}


async def test_an_owners_own_yes_is_an_owners_word(kin: Kin, world: World) -> None:
    said = await kin.link(kin.side(world.owner), kin.stranger("Olga", "T2"))
    assert "one person here from now on" in said
    found = await kin.who("Olga", "T2")
    assert found is not None and found.id == world.owner.id
    await kin.kinship.unlink(world.ws, world.owner.id, world.owner.id, "slack|T2|U-Olga")
    assert await kin.who("Olga", "T2") is None
    assert (await kin.fresh(world.owner)).roles == world.owner.roles


async def test_strangers_and_two_accounts_of_one_home_are_not_linked(kin: Kin, world: World) -> None:
    code = await kin.kinship.offer(world.ws, kin.stranger("Xen", "T1"))
    with pytest.raises(BadInput, match="Neither of these names has a role"):
        await kin.kinship.agree(world.ws, code, kin.stranger("Yan", "T2"))
    ana, ben = await kin.met("Ana", "T1", A), await kin.met("Ben", "T1", A)
    code = await kin.kinship.offer(world.ws, kin.side(ana, "T1"))
    with pytest.raises(BadInput, match="an account for each of you"):
        await kin.kinship.agree(world.ws, code, kin.side(ben, "T1"))
    with pytest.raises(BadInput, match="an account for each of you"):
        await kin.kinship.agree(world.ws, code, kin.side(ben))


async def test_what_both_had_approved_counts_once_from_then_on(kin: Kin, world: World) -> None:
    await world.policy(Policy(approvals=2))
    tom = await world.member("Tom", R)
    ana, anna = await kin.met("Ana", "T1", A, distinct=True), await kin.met("Anna", "T2", A, distinct=True)
    draft = await world.draft(by=tom)
    await world.decide(draft, by=ana)
    assert (await world.decide(draft, by=anna)).draft.status is DraftStatus.approved
    await kin.link(kin.side(ana, "T1"), kin.side(anna, "T2"))
    assert (await kin.draft(draft)).status is DraftStatus.waiting, "what two names had approved is one approval"
    assert [post.state for post in (await world.kept_posts.page(world.ws)).items] == [PostState.cancelled]
    await world.decide(draft, Verdict.withdraw, by=ana)
    assert not (await world.decide(draft, by=world.owner)).posts, "withdrawn under either name"


async def test_a_decision_on_its_way_counts_as_the_one_persons(kin: Kin, world: World) -> None:
    ana, anna = await kin.met("Ana", "T1", A), await kin.met("Anna", "T2", A)
    draft = await world.draft(by=anna)
    await kin.link(kin.side(ana, "T1"), kin.side(anna, "T2"))
    decided = await world.decide(draft, by=anna)
    assert decided.draft.decisions[-1].member == ana.id
    assert "somebody else must approve what you asked for" in decided.sentence


async def test_delegates_sessions_and_tokens_of_the_name_that_goes(kin: Kin, world: World) -> None:
    ana, anna = await kin.met("Ana", "T1", A), await kin.met("Anna", "T2", A)
    office = Office(world.database, world.people, world.audit, world.clock)
    until = world.clock.now() + timedelta(days=3)
    ben = await world.member("Ben", A)
    await office.set_away(world.ws, world.owner.id, ben.id, until, anna.id)
    await office.set_away(world.ws, world.owner.id, anna.id, until, ana.id)
    cookie = await kin.sign_in.enter(await kin.sign_in.link(world.ws, anna.id, surface="test"), "here", "browser")
    assert cookie is not None
    _, secret = await kin.tokens.create(world.ws, name="t", scopes=["read"], member=anna.id)
    link = await kin.sign_in.link(world.ws, anna.id, surface="test")
    await kin.link(kin.side(ana, "T1"), kin.side(anna, "T2"))
    assert (await kin.fresh(ben)).away == Away(until=until, delegate=ana.id)
    assert (await kin.fresh(ana)).away == Away(until=until, delegate=""), "nobody stands in for themselves"
    assert await kin.sign_in.signed_in(cookie) is None
    assert await kin.sign_in.enter(link, "here", "browser") is None
    assert not await kin.sign_in.sessions(await kin.fresh(anna))
    assert await kin.tokens.authenticate(secret) is None


async def test_what_follows_is_done_once_and_people_are_told_until_they_were(kin: Kin, world: World) -> None:
    ana, anna = await kin.met("Ana", "T1", A), await kin.met("Anna", "T2", A)
    await kin.link(kin.side(ana, "T1"), kin.side(anna, "T2"))
    home = ChatHome(home="slack:T2", trouble=AdMindError("Too much at once.", retry_after_seconds=30))
    world.board.add_home(world.ws, home)
    await kin.kinship.unlink(world.ws, ana.id, ana.id, anna.id)
    await kin.settle()
    code = await kin.sign_in.link(world.ws, ana.id, surface="test")
    cookie = await kin.sign_in.enter(code, "here", "browser")
    home.trouble = None
    world.clock.move(timedelta(seconds=31))
    await kin.settle()
    assert len(home.titles(f"owners:{world.brand.id}")) == 1
    assert len(await kin.told(f"owners:{world.brand.id}")) == 2, "nobody else hears of it twice"
    assert cookie is not None and await kin.sign_in.signed_in(cookie) is not None
    assert not [entry for entry in await world.entries() if entry.startswith("kin:")]


async def test_unlinked_they_have_what_each_had_and_count_as_one(kin: Kin, world: World) -> None:
    await world.policy(Policy(approvals=2))
    tom = await world.member("Tom", R)
    ana, anna = await kin.met("Ana", "T1", A, distinct=True), await kin.met("Anna", "T2", A, C, distinct=True)
    await kin.link(kin.side(ana, "T1"), kin.side(anna, "T2"))
    (waits,) = await kin.kinship.waiting(world.ws, world.owner)
    await kin.kinship.allow(world.ws, world.owner.id, waits.id, yes=True)
    await kin.settle()
    assert (await kin.fresh(ana)).roles == {world.brand.id: {A, C}}
    with pytest.raises(NotAllowed):
        await kin.kinship.unlink(world.ws, tom.id, ana.id, anna.id)
    await kin.kinship.unlink(world.ws, ana.id, ana.id, "slack|T2|U-Anna")
    await kin.settle()
    assert (await kin.fresh(ana)).roles == {world.brand.id: {A}}
    found = await kin.who("Anna", "T2")
    assert found is not None and found.id == anna.id
    assert found.roles == {world.brand.id: {A, C}}
    draft = await world.draft(by=tom)
    await world.decide(draft, by=ana)
    assert (await world.decide(draft, by=anna)).draft.status is DraftStatus.waiting


async def test_what_an_owner_took_away_does_not_come_back_by_unlinking(kin: Kin, world: World) -> None:
    ana, anna = await kin.met("Ana", "T1", A), await kin.met("Anna", "T2", A)
    await kin.link(kin.side(ana, "T1"), kin.side(anna, "T2"))
    office = Office(world.database, world.people, world.audit, world.clock)
    await office.set_roles(world.ws, world.owner.id, ana.id, world.brand.id, ["requester"])
    await kin.kinship.unlink(world.ws, world.owner.id, ana.id, anna.id)
    assert not (await kin.fresh(anna)).roles
    with pytest.raises(NotFound):
        await office.set_roles(world.ws, world.owner.id, "m_nobody", world.brand.id, ["owner"])


async def test_only_another_owner_says_that_somebody_is_a_person_of_their_own(kin: Kin, world: World) -> None:
    ana = await kin.met("Ana", "T2", A)
    for by in (ana, await world.member("Ben", A)):
        with pytest.raises(NotAllowed):
            await kin.kinship.vouch(world.ws, by.id, ana.id, distinct=True)
    second = await kin.met("Eva", "T2", OWN)
    with pytest.raises(NotAllowed, match="of themselves"):
        await kin.kinship.vouch(world.ws, second.id, second.id, distinct=True)


async def test_erasing_a_person_erases_all_their_names(kin: Kin, world: World) -> None:
    ana, anna = await kin.met("Ana", "T1", A), await kin.met("Anna", "T2", A)
    await kin.link(kin.side(ana, "T1"), kin.side(anna, "T2"))
    office = Office(world.database, world.people, world.audit, world.clock)
    await office.erase_member(world.ws, world.owner.id, ana.id)
    for each in (ana, anna):
        assert (await kin.fresh(each)).erased_at is not None and (await kin.fresh(each)).name == "Somebody who left"
    assert await kin.who("Anna", "T2") is None
    keys = [key async for key in world.database.client.scan_iter("admind:*:kin:*")]
    assert not keys


async def test_a_vote_judged_by_who_was_who_before_is_judged_again(kin: Kin, world: World) -> None:
    """A decision read the people, then they became one: what it found is not written down."""
    await world.policy(Policy(approvals=2))
    tom = await world.member("Tom", R)
    ana, anna = await kin.met("Ana", "T1", A, distinct=True), await kin.met("Anna", "T2", A, distinct=True)
    draft = await world.draft(by=tom)
    await world.decide(draft, by=ana)
    case = await world.decisions.case(world.ws, draft.id)
    await kin.link(kin.side(ana, "T1"), kin.side(anna, "T2"))
    with pytest.raises(Conflict):
        await world.decisions.settle(case, case.draft, None)
    decided = await world.decide(draft, by=anna)
    assert decided.draft.status is DraftStatus.waiting
