"""What a slot's post is about: by rule, from the team's own words, the least served first, nothing too soon again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.planning.ideas import Heard, Memory, Said, Slate, alike, choose, deficits
from storage.plans import Evergreen, Occasion, Pillar, Plan, Purpose
from storage.profile import Audience, Embargo, Profile, Timing
from storage.team import Brand, Fact

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
AT = datetime.fromisoformat("2026-12-08T09:00")
DAY = AT.date()
REPAIRS, OLD, LIGHTS = "We repair bikes in two days.", "We take old bikes back.", "Lights and locks are included."
SERVICE = Pillar(name="Service", points=(REPAIRS, OLD, LIGHTS), share=70)
PEOPLE = Pillar(name="People", points=("Mia runs the workshop.",), share=30)


def purpose(**more: object) -> Purpose:
    return Purpose.model_validate({"accounts": ("a_1",), "added_by": "m_1", "added_at": NOW} | more)


def slate(
    said: Sequence[Said] = (), heard: Sequence[Heard] = (), profile: Profile | None = None, **plan: object
) -> Slate:
    given = {"workspace": "w_1", "brand": "b_1", "pillars": (SERVICE, PEOPLE), "updated_at": NOW}
    facts = (Fact(text="We were founded in 1998."),)
    brand = Brand(id="b_1", workspace="w_1", name="Velo", facts=facts, profile=profile or Profile(), created_at=NOW)
    texts = {"d_old": "How to fix a flat tyre."}
    return Slate(Plan.model_validate(given | plan), brand, Memory(said), heard, texts)


def said(topic: str, days: int, **more: object) -> Said:
    return Said(topic=topic, on=DAY + timedelta(days=days), **more)  # type: ignore[arg-type]


def test_what_was_never_said_comes_first_and_nothing_comes_again_too_soon() -> None:
    earlier = [said(REPAIRS, -5, pillar="Service"), said(OLD, 3, pillar="Service")]
    chosen = choose(purpose(pillar="Service"), AT, slate(earlier))
    assert chosen is not None and chosen.topic == LIGHTS and chosen.facts == (LIGHTS,)
    all_said = [*earlier, said(LIGHTS, -40, pillar="Service")]
    again = choose(purpose(pillar="Service"), AT, slate(all_said))
    assert again is not None and again.topic == LIGHTS, "the only one whose rest is over"
    assert choose(purpose(pillar="Service"), AT, slate(all_said, apart_days=60)) is None
    planned = [said(topic, ahead, pillar="Service") for topic, ahead in ((REPAIRS, 10), (OLD, 12), (LIGHTS, 20))]
    assert choose(purpose(pillar="Service"), AT, slate(planned)) is None, "what is planned later counts too"


def test_of_what_was_said_before_the_best_received_returns() -> None:
    earlier = [
        said(REPAIRS, -90, pillar="Service", out=True, liked=3),
        said(OLD, -50, pillar="Service", out=True, liked=40),
        said(LIGHTS, -95, pillar="Service", liked=99),  # never went out
    ]
    chosen = choose(purpose(pillar="Service"), AT, slate(earlier))
    assert chosen is not None and (chosen.topic, chosen.why) == (OLD, "It did well before: 40 reactions.")


def test_dates_that_matter_come_before_points_and_once() -> None:
    launch = Occasion(name="Open day", month=12, day=10, about="Everybody may test the Gravel 2.")
    chosen = choose(purpose(), AT, slate(occasions=(launch,)))
    assert chosen is not None and chosen.topic == "Open day: Everybody may test the Gravel 2."
    assert chosen.why.startswith("A date that matters: Open day is on 2026-12-10.")
    after = choose(purpose(), AT, slate([said(chosen.topic, -1)], occasions=(launch,)))
    assert after is not None and after.topic == REPAIRS
    too_early = choose(purpose(), AT - timedelta(days=5), slate(occasions=(launch,)))
    assert too_early is not None and too_early.topic == REPAIRS


def test_embargoed_words_are_no_topic_before_their_time() -> None:
    until = datetime.fromisoformat("2026-12-20T09:00")
    profile = Profile(timing=Timing(embargoes=(Embargo(about="repair", until=until),)))
    before, after = (choose(purpose(pillar="Service"), at, slate(profile=profile)) for at in (AT, until))
    assert before is not None and before.topic == OLD
    assert after is not None and after.topic == REPAIRS


def test_the_least_served_audience_is_addressed_with_the_reason() -> None:
    profile = Profile(audiences=(Audience(name="families", share=50), Audience(name="commuters", share=50)))
    earlier = [said("x", -day, audience="families", pillar="Service") for day in range(1, 6)]
    chosen = choose(purpose(), AT, slate(earlier, profile=profile))
    assert chosen is not None and chosen.audience == "commuters" and chosen.pillar == "People"
    assert "“commuters” were not addressed lately." in chosen.why and "“People” was not served lately." in chosen.why


def test_evergreens_return_after_their_rest_and_feeds_bring_what_is_new() -> None:
    back = Evergreen(draft="d_old", after_days=60, added_by="m_1")
    resting = slate([said("How to fix a flat tyre.", -30, draft="d_old")], evergreens=(back,))
    assert choose(purpose(fill="evergreen"), AT, resting) is None
    rested = slate([said("How to fix a flat tyre.", -61, draft="d_old")], evergreens=(back,))
    chosen = choose(purpose(fill="evergreen"), AT, rested)
    assert chosen is not None and chosen.again == "d_old"
    new = Heard(title="A new cycle lane in Bern", link="", source="Velo news")
    fresh = choose(purpose(), AT, slate([said("We were founded in 1998.", -1)], heard=(new,), pillars=()))
    assert fresh is not None and (fresh.topic, fresh.why) == (new.title, "It is new on Velo news.")


def test_a_deficit_counts_from_what_was_declared() -> None:
    assert deficits({"a": 70, "b": 30}, ["a"] * 6 + ["b"] * 4) == ["a", "b"]
    assert deficits({"a": 70, "b": 30}, ["a"] * 8 + ["b"] * 2) == ["b", "a"]
    assert deficits({"a": None, "b": None, "c": 0}, ["a"]) == ["b", "a"], "what is meant to be none never comes"
    assert deficits({"a": 50, "b": None}, []) == ["a", "b"]


def test_topics_in_other_words_or_another_order_are_one() -> None:
    assert alike("We take old bikes back", "old bikes: we take back!")
    assert not alike("Our shop in Bern opens on Sundays", "Our shop in Basel opens on Sundays")
    assert not alike("Part number 1", "Part number 2")
