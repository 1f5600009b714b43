"""Drafts in several wordings: numbered on the card, chosen by a number, and then a card of their own."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import MovableClock
from tests.fakes.slack.pressing import Person
from tests.handlers.slack.acting import asked, quiet, sent, shows
from tests.handlers.slack.office import Office, whispered

THREE = "Announce our workshop on bike repair for the feed, tomorrow 9am, in three versions"


async def test_a_number_chooses_and_what_was_chosen_goes_out(office: Office, ana: Person, clock: MovableClock) -> None:
    card = await asked(office, ana, THREE)
    draft = await office.draft(card)
    assert len(draft.variants) == 2
    shown = [card.words.index(number) for number in ("1️⃣", "2️⃣", "3️⃣")]
    assert shown == sorted(shown) and "2️⃣ or 3️⃣" in card.words, "in their order, and what a number does"
    wanted = next(iter(draft.variants[1].texts.values()))
    await ana.react(card, "three")
    newer = await office.card(2)
    await shows(card, "Replaced ↓")
    assert "1️⃣" not in card.words
    chosen = await office.draft(newer)
    assert chosen.versions[0].text == wanted and chosen.revision == 2
    assert next(iter(chosen.variants[1].texts.values())) == draft.versions[0].text, "the former wording can come back"
    await ana.react(newer, "three")
    again = await office.card(3)
    assert (await office.draft(again)).versions[0].text == draft.versions[0].text
    (post,) = await sent(office, ana, clock, again, "published")
    assert post.receipt is not None
    await shows(again, post.receipt.url)
    assert "2️⃣" not in again.words, "what is decided offers nothing else"


async def test_a_number_on_an_old_card_chooses_nothing(office: Office, ana: Person) -> None:
    card = await asked(office, ana, THREE)
    await ana.react(card, "two")
    newer = await office.card(2)
    digest = (await office.draft(newer)).digest
    await ana.react(card, "three")
    await whispered(ana, office.room, "changed since you looked")
    assert (await office.draft(newer)).digest == digest and len(office.cards()) == 2


async def test_numbers_without_a_wording_are_met_with_silence(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    digest = (await office.draft(card)).digest
    for name in ("one", "two", "three"):
        await ana.react(card, name)
    await quiet(office, ana)
    assert (await office.draft(card)).digest == digest
    assert not [each for each in ana.whispers(office.room) if "On it" not in each.words]
    assert "1️⃣" not in card.words


async def test_a_choice_voids_an_approval(office: Office, ana: Person, clock: MovableClock) -> None:
    card = await asked(office, ana, THREE)
    await ana.react(card, "white_check_mark")
    await office.status(card, "approved")
    await ana.react(card, "two")
    newer = await office.card(2)
    await office.status(newer, "waiting")
    due = (await office.draft(newer)).due
    assert due is not None
    clock.move_to(due + timedelta(seconds=1))
    await office.status(newer, "late")
    assert not [each for each in await office.posts() if each.state.value == "published"]
