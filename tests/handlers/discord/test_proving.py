"""Evidence at the claim's finding: a window for a sentence or a link, and for an owner to take it on with a reason."""

from __future__ import annotations

from tests.fakes.discord.pressing import Person
from tests.fakes.waiting import until
from tests.handlers.discord.acting import asked, asker_of, press, whispered
from tests.handlers.discord.office import Office, ids

WORDS = "Our bikes now cost CHF 1990. Guaranteed for years."


async def test_a_claim_is_proven_or_taken_on_at_its_finding(office: Office, ana: Person) -> None:
    first = await asked(office, ana)
    draft = await office.draft(first)
    asker = await asker_of(office, first)
    await office.admind.requests.word(asker, draft.id, {draft.versions[0].account: WORDS})
    await until(lambda: len(office.cards()) > 1, "a card with these words")
    card = office.cards()[-1]

    assert any(each.startswith("a:prove:") for each in ids(card))
    await press(ana, card, "prove")
    await ana.submit()
    await whispered(ana, office.room, "What proves it?")
    await press(ana, card, "prove")
    await ana.submit(words="See http://127.0.0.1:9/prices")
    await whispered(ana, office.room, "I could not read the page on 127.0.0.1")
    await press(ana, card, "prove")
    await ana.submit(words="Price list of 1 November")
    await whispered(ana, office.room, "The evidence is kept.")
    [given] = (await office.draft(card)).evidence
    assert (given.text, given.support.sentence) == ("CHF 1990", "Price list of 1 November")

    await press(ana, card, "prove")
    await ana.submit(reason="Our terms say so since 2020")
    await whispered(ana, office.room, "You answer for it now.")
    settled = await office.draft(card)
    assert settled.evidence[-1].support.taken_on
    assert not [each for each in settled.findings if each.severity == "block"]
    await until(
        lambda: not any(each.startswith("a:prove:") for each in ids(office.cards()[-1])), "the card asks no more"
    )
