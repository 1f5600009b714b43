"""Every error that a team meets in Slack: said where the person is, with what to do; and what waited comes, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.chat import Card
from bot.clock import MovableClock
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel, Message
from tests.fakes.slack_server import Fault
from tests.fakes.waiting import until
from tests.handlers.slack.office import Office, all_of, rests, said, whispered
from tests.handlers.slack.test_journeys import ASK, approved, ids_of

MENDED = timedelta(minutes=11)
SHUT = {
    "not_in_channel": "/invite @AdMind",
    "channel_not_found": "/invite @AdMind",
    "is_archived": "/admind settings",
    "missing_scope": "lack the permission",
    "invalid_auth": "token",
    "restricted_action": "Only some people may post",
}


def told_directly(office: Office, person: Person, words: str) -> list[Message]:
    dm = office.slack.world.dm(office.slack.team, person.id)
    return [each for each in dm.messages.values() if words in each.words]


@pytest.mark.parametrize("code", SHUT)
async def test_a_card_that_slack_refuses_is_explained_and_comes_when_it_can(
    office: Office, ana: Person, clock: MovableClock, code: str
) -> None:
    office.slack.web.fail("chat.postMessage", Fault(error=code, channel=office.room.id), times=50)
    lounge = office.slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", ASK)
    told = await whispered(ana, lounge, SHUT[code])
    assert code not in all_of(told), "no word of Slack's own"
    await rests(office)
    office.slack.web.faults.clear()
    clock.move(MENDED)
    await office.card()
    assert len(office.cards()) == 1


async def test_an_invitation_brings_what_waits_and_owners_heard_of_it_once(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    office.room.members.discard(office.slack.team.bot)
    lounge = office.slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", ASK)
    await whispered(ana, lounge, "/invite @AdMind")
    await until(lambda: bool(told_directly(office, ana, "I can't post where")), "the owner hears of it")
    await rests(office)
    tries = len(office.slack.web.of("chat.postMessage"))
    clock.move(MENDED)
    await until(lambda: len(office.slack.web.of("chat.postMessage")) > tries, "it is tried again")
    await rests(office)
    assert not office.cards() and len(told_directly(office, ana, "I can't post where")) == 1
    await office.slack.invite(office.room, ana)  # and no time passes
    await office.card()
    assert len(office.cards()) == 1


async def test_a_room_that_is_opened_again_gets_what_waits(office: Office, ana: Person) -> None:
    await office.slack.archive(office.room, ana)
    lounge = office.slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", ASK)
    await whispered(ana, lounge, "is archived")
    await rests(office)
    await office.slack.unarchive(office.room, ana)
    await office.card()
    assert len(office.cards()) == 1


@pytest.mark.parametrize(
    "fault",
    [Fault(status=503), Fault(breaks=True), Fault(breaks=True, commits=True), Fault(retry_after=20)],
    ids=["5xx", "broken", "broken-after", "429"],
)
async def test_a_slack_that_fails_for_a_while_loses_no_card_and_doubles_none(
    office: Office, ana: Person, clock: MovableClock, fault: Fault
) -> None:
    office.slack.web.fail("chat.postMessage", fault, times=1)
    lounge = office.slack.channel("lounge", ana)
    await ana.slash(lounge, "/admind", ASK)
    await until(lambda: bool(office.slack.web.of("chat.postMessage")), "it is tried")

    async def settled() -> bool:
        clock.move(timedelta(seconds=31))
        return any(draft.messages for draft in await office.drafts())

    await until(settled, "the card stands", seconds=30)
    assert len(office.cards()) == 1
    assert not told_directly(office, ana, "I can't post where"), "what takes only time is nobody's to mend"


async def test_a_card_that_slack_calls_too_long_comes_in_brief(office: Office, ana: Person) -> None:
    too_long = Fault(error="msg_blocks_too_long", channel=office.room.id, saying="also approves")
    for method in ("chat.postMessage", "chat.update"):
        office.slack.web.fail(method, too_long, times=50)  # however often it is tried
    await approved(office, ana)
    card = await office.card()
    assert "more than Slack shows" in card.words and "Read and approve" in card.words
    await ana.react(card, "white_check_mark")
    await whispered(ana, office.room, "could not show everything")
    office.slack.web.faults.clear()
    messenger = (await office.admind.board.homes(office.workspace))[f"slack:{office.slack.team.id}"]
    draft = await office.draft(card)
    await messenger.update(
        draft.messages[0], await office.admind.looking.draft_card(draft.workspace, draft.requested_by, draft.id)
    )
    assert "bike repair" in card.words, "Slack takes all of it now"
    assert "Read and approve" in card.words and "also approves" not in card.words, "a reaction still does not"
    await ana.click(card, "read:")
    assert ana.window is not None and "bike repair" in ana.window.words
    await ana.submit()
    await office.status(card, "approved")


async def test_what_stands_in_brief_is_not_taken_for_whole_when_it_is_posted_again(office: Office, ana: Person) -> None:
    await approved(office, ana)
    draft = await office.draft(await office.card())
    messenger = (await office.admind.board.homes(office.workspace))[f"slack:{office.slack.team.id}"]
    whole = await office.admind.looking.draft_card(draft.workspace, draft.requested_by, draft.id)
    office.slack.web.fail("chat.postMessage", Fault(error="msg_blocks_too_long"), times=1)
    first = await messenger.post(draft.brand, whole, key="again")
    again = await messenger.post(draft.brand, whole, key="again")  # a crash kept us from noting it
    assert first is not None and again is not None and first.message == again.message
    assert (first.whole, again.whole) == (False, False), "a reaction approves nothing that was not shown"
    shown = await messenger.post(draft.brand, whole, key="another")
    again = await messenger.post(draft.brand, whole, key="another")
    assert shown is not None and again is not None and (shown.whole, again.whole) == (True, True)


async def test_an_edit_that_slack_calls_too_long_is_made_in_brief(office: Office, ana: Person) -> None:
    messenger = (await office.admind.board.homes(office.workspace))[f"slack:{office.slack.team.id}"]
    ref = await messenger.post(office.admind.workspace.default_brand, Card(title="One", status="0"), key="k")
    assert ref is not None
    office.slack.web.fail("chat.update", Fault(error="invalid_blocks"), times=1)
    await messenger.update(ref, Card(title="Two", status="1"))
    assert "Two" in office.room.messages[ref.message].words


async def test_an_answer_that_slack_calls_too_long_is_said_in_plain_text(office: Office, ana: Person) -> None:
    lounge = office.slack.channel("lounge", ana)
    office.slack.web.fail("chat.update", Fault(error="msg_blocks_too_long"), times=1)
    asked = await ana.mention(lounge, "drafts")
    await until(
        lambda: any("No draft is waiting" in each.words for each in lounge.thread(asked.ts)),
        "it is answered",
        seconds=30,
    )


async def test_an_answer_whose_thread_is_shut_goes_to_the_person_once(office: Office, ana: Person) -> None:
    lounge = office.slack.channel("lounge", ana)
    office.slack.web.fail(
        "chat.postMessage", Fault(error="not_in_channel"), times=2
    )  # the sign of life, and the answer
    await ana.mention(lounge, "drafts")
    dm = office.slack.world.dm(office.slack.team, ana.id)
    found = await said(dm, "No draft is waiting")
    assert "/invite @AdMind" in found.words
    assert len([each for each in dm.messages.values() if "No draft is waiting" in each.words]) == 1


@pytest.mark.parametrize(
    "fault", [Fault(status=503), Fault(breaks=True), Fault(retry_after=20)], ids=["5xx", "cut", "429"]
)
async def test_an_answer_waits_for_a_slack_that_fails(
    office: Office, ana: Person, clock: MovableClock, fault: Fault
) -> None:
    lounge = office.slack.channel("lounge", ana)
    office.slack.web.fail("chat.update", fault, times=1)
    asked = await ana.mention(lounge, "drafts")

    async def answered() -> bool:
        clock.move(timedelta(seconds=31))
        return any("No draft is waiting" in each.words for each in lounge.thread(asked.ts))

    await until(answered, "it is answered", seconds=40)
    assert len([each for each in lounge.thread(asked.ts) if each.user == office.slack.team.bot]) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(error="expired_trigger_id"), "press it once more"),
        (Fault(error="trigger_expired"), "press it once more"),
        (Fault(error="invalid_blocks"), "more than Slack shows"),
        (Fault(error="missing_scope"), "lack the permission"),
        (Fault(error="invalid_auth"), "does not accept my token"),
        (Fault(status=500), "try again in a moment"),
        (Fault(breaks=True), "try again in a moment"),
        (Fault(retry_after=30), "try again in a moment"),
    ],
    ids=lambda each: each.error or str(each.status) if isinstance(each, Fault) else "",
)
async def test_a_window_that_does_not_open_is_explained_to_who_pressed(
    office: Office, ana: Person, fault: Fault, words: str
) -> None:
    await approved(office, ana)
    card = await office.card()
    office.slack.web.fail("views.open", fault, times=1)
    assert (await ana.click(card, "edit:")).ok
    await whispered(ana, office.room, words)
    assert (await ana.click(card, "edit:")).ok and ana.window is not None, "the next press opens it"


async def test_a_command_whose_window_does_not_open_answers_so(office: Office, ana: Person) -> None:
    lounge = office.slack.channel("lounge", ana)
    office.slack.web.fail("views.open", Fault(error="expired_trigger_id"))
    await ana.slash(lounge, "/admind", "draft")
    await whispered(ana, lounge, "press it once more")


async def test_what_a_person_must_hear_waits_out_a_rate_limit(office: Office, ana: Person) -> None:
    await approved(office, ana)
    card = await office.card()
    ben = office.slack.person("ben")
    office.room.members.add(ben.id)
    office.slack.web.fail("chat.postEphemeral", Fault(retry_after=3), times=1)
    await ben.react(card, "white_check_mark")
    await whispered(ben, office.room, "I don't know you here yet")


@pytest.mark.parametrize("code", ["not_in_channel", "is_archived", "user_not_in_channel"])
async def test_who_cannot_be_told_in_the_room_is_told_directly(office: Office, ana: Person, code: str) -> None:
    await approved(office, ana)
    card = await office.card()
    office.slack.web.fail("views.open", Fault(error="trigger_expired"))
    office.slack.web.fail("chat.postEphemeral", Fault(error=code))
    await ana.click(card, "edit:")
    await until(lambda: bool(told_directly(office, ana, "press it once more")), "she is told directly")


async def test_rooms_that_cannot_be_used_are_named_at_their_own_field(office: Office, ana: Person) -> None:
    lounge, shut = office.slack.channel("lounge", ana), office.slack.channel("old-client", ana)
    out: Channel = office.slack.channel("new-client", ana, bot=False)
    shut.is_archived = True
    await ana.slash(lounge, "/admind", "settings")
    assert "archived" in (await ana.submit(values={"clients": [shut.id]})).errors["clients"]
    assert "#new-client" in (await ana.submit(values={"clients": [out.id]})).errors["clients"]
    assert "archived" in (await ana.submit(values={"clients": [], "review": shut.id})).errors["review"]


async def test_slack_that_fails_while_somebody_decides_decides_nothing_and_says_so(office: Office, ana: Person) -> None:
    await approved(office, ana)
    card = await office.card()
    office.slack.web.fail("users.info", Fault(status=503), times=1)
    await ana.click(card, "approve:")
    await whispered(ana, office.room, "try again in a moment")
    assert (await office.draft(card)).status.value == "waiting"
    await ana.choose(card, "menu", f"changes:{':'.join(ids_of(card))}")
    office.slack.web.fail("users.info", Fault(status=503), times=1)
    errors = (await ana.submit(values={"reason": "shorter"})).errors
    assert "try again in a moment" in next(iter(errors.values()), "")
