"""Evidence at the claim's finding: a window for a sentence or a link, and for an owner to take it on with a reason."""

from __future__ import annotations

from bot.chat import Role
from tests.fakes.slack.pressing import Person
from tests.fakes.slack.records import Channel, Message
from tests.fakes.slack_server import SlackServer
from tests.fakes.waiting import until
from tests.handlers.slack.acting import asked, window_of, works
from tests.handlers.slack.office import Office, all_of, asker_of, whispered

WORDS = "Our bikes now cost CHF 1990. Guaranteed for years."


async def claiming(office: Office, ana: Person) -> Message:
    """A card whose draft says what nothing says."""
    draft = await office.draft(await asked(office, ana))
    asker = await asker_of(office, draft)
    await office.admind.requests.word(asker, draft.id, {draft.versions[0].account: WORDS})
    await until(lambda: WORDS in all_of(office.cards()[-1]), "a card with these words")
    return office.cards()[-1]


async def test_a_claim_is_proven_or_taken_on_at_its_finding_and_only_an_owner_takes_on(
    office: Office, ana: Person, room: Channel, slack: SlackServer
) -> None:
    card = await claiming(office, ana)
    ben = slack.person("ben")
    room.members.add(ben.id)
    await works(office, ben, Role.approver)
    assert "Give evidence" in all_of(card)
    await ben.click(card, "prove:")
    assert "take it on" not in window_of(ben).words
    errors = (await ben.submit()).errors
    assert errors == {"words": "What proves it? Say it in a sentence, or give a link."}
    assert not (await ben.submit(values={"words": "See http://127.0.0.1:9/prices"})).errors
    await whispered(ben, room, "I could not read the page on 127.0.0.1")
    assert not (await office.draft(card)).evidence, "a page that cannot be read proves nothing"

    await ben.click(card, "prove:")
    assert "CHF 1990" in window_of(ben).words
    assert not (await ben.submit(values={"words": "Price list of 1 November"})).errors
    await whispered(ben, room, "The evidence is kept.")
    [given] = (await office.draft(card)).evidence
    assert (given.text, given.support.sentence) == ("CHF 1990", "Price list of 1 November")

    await ana.click(card, "prove:")
    assert "CHF 1990" not in window_of(ana).words
    both = await ana.submit(values={"words": "Terms", "reason": "Our terms say so"})
    assert both.errors == {"reason": "Give evidence, or take it on: not both."}
    assert not (await ana.submit(values={"words": "", "reason": "Our terms say so since 2020"})).errors
    await whispered(ana, room, "You answer for it now.")
    settled = await office.draft(card)
    assert settled.evidence[-1].support.taken_on and settled.digest == (await office.draft(card)).digest
    assert not [each for each in settled.findings if each.severity == "block"]
    await until(lambda: "Give evidence" not in all_of(office.cards()[-1]), "the card asks no more")
