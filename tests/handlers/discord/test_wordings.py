"""Drafts in several wordings: numbered on the card, chosen by a number, and then a card of their own."""

from __future__ import annotations

from datetime import timedelta

from bot.clock import MovableClock
from tests.fakes.discord.pressing import Person
from tests.handlers.discord.acting import asked, sent, shows
from tests.handlers.discord.office import Office, told

THREE = "Announce our workshop on bike repair for the feed, tomorrow 9am, in three versions"


async def test_a_number_chooses_and_what_was_chosen_goes_out(office: Office, ana: Person, clock: MovableClock) -> None:
    card = await asked(office, ana, THREE)
    draft = await office.draft(card)
    assert len(draft.variants) == 2
    shown = [card.words.index(number) for number in ("1️⃣", "2️⃣", "3️⃣")]
    assert shown == sorted(shown) and "2️⃣ or 3️⃣" in card.words, "in their order, and what a number does"
    wanted = next(iter(draft.variants[1].texts.values()))
    ana.react(card, "3️⃣")
    newer = await office.card(2)
    await shows(card, "Replaced ↓")
    assert "1️⃣" not in card.words
    chosen = await office.draft(newer)
    assert chosen.versions[0].text == wanted and chosen.revision == 2
    assert next(iter(chosen.variants[1].texts.values())) == draft.versions[0].text, "the former wording can come back"
    (post,) = await sent(office, ana, clock, newer, "published")
    assert post.receipt is not None
    await shows(newer, post.receipt.url)
    assert "2️⃣" not in newer.words, "what is decided offers nothing else"


async def test_a_choice_voids_an_approval_and_an_old_card_chooses_nothing(
    office: Office, ana: Person, clock: MovableClock
) -> None:
    card = await asked(office, ana, THREE)
    ana.react(card, "✅")
    await office.status(card, "approved")
    ana.react(card, "2️⃣")
    newer = await office.card(2)
    await office.status(newer, "waiting")
    digest = (await office.draft(newer)).digest
    ana.react(card, "3️⃣")
    await told(ana, "changed since you looked")
    assert (await office.draft(newer)).digest == digest and len(office.cards()) == 2
    due = (await office.draft(newer)).due
    assert due is not None
    clock.move_to(due + timedelta(seconds=1))
    await office.status(newer, "late")
    assert not [each for each in await office.posts() if each.state.value == "published"]


async def test_numbers_without_a_wording_are_met_with_silence(office: Office, ana: Person) -> None:
    card = await asked(office, ana)
    digest = (await office.draft(card)).digest
    for number in ("1️⃣", "2️⃣", "3️⃣"):
        ana.react(card, number)
    ana.dm("help")
    await told(ana, "Tell me in your own words")
    assert (await office.draft(card)).digest == digest and "1️⃣" not in card.words
    assert len(ana.heard()) == 1
