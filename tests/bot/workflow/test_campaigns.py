"""A campaign: words → arc → a person's yes → slots → drafts in time → approval; paused, shifted, within its budget."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.errors import BadInput, NotFound
from storage.campaigns import Campaign, CampaignStatus
from storage.commit import Change, commit
from storage.drafts import Draft, DraftStatus
from storage.plans import SlotState
from storage.requests import Request
from storage.stores import DraftStore, PostStore
from storage.team import Role
from storage.usage import Usage
from tests.bot.workflow.planning import House, house
from tests.fakes.copy_model import schema_of
from tests.fakes.model_server import Fail, Reply, Say
from tests.fakes.openai_server import OpenAIServer

NOW = datetime(2027, 2, 15, 7, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
WORDS = (
    "Launch the Gravel 2 on 15 March, three weeks of build-up, Feed, goal pre-orders, "
    'message "The Gravel 2 weighs 8.4 kg" (evidence: lab report 12), '
    'message "The first 100 riders save 20%" (evidence: price list of March), utm gravel-two'
)


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data", NOW) as opened:
        yield opened


async def proposed(at: House, words: str = WORDS, key: str = "one") -> Campaign:
    return await at.admind.campaigns.propose(at.asker(), words, language="en", key=key)


async def adjust(at: House, campaign: Campaign, words: str) -> Campaign:
    return await at.admind.campaigns.adjust(at.asker(), campaign.id, words, language="en")


async def test_from_words_over_an_arc_to_drafts_that_wait_for_approval_and_a_post(at: House) -> None:
    campaign = await proposed(at)
    assert campaign.arc[0].stage == "teaser" and len(campaign.arc) >= 7
    assert (await proposed(at)).id == campaign.id, "the same request makes one campaign"
    await at.work()
    assert await at.slots() == [] and await at.drafts() == [], "nothing counts before a person says so"
    campaign = await adjust(at, campaign, "webinar on 2 March, the teaser before the webinar, one post fewer a week")
    campaign = await at.admind.campaigns.start(at.asker(), campaign.id)
    assert campaign.status is CampaignStatus.running
    assert await at.admind.campaigns.start(at.asker(), campaign.id) == campaign
    await at.work(2 * DAY)
    plan = await at.admind.standing.plan(at.ws, at.brand)
    assert {each.id for each in plan.singles} == {each.id for each in campaign.arc}
    first = campaign.arc[0]
    drafts = [each for each in await at.drafts() if each.slot]
    assert [each.slot for each in drafts] == [
        p.id for p in campaign.arc if p.at <= datetime.fromisoformat("2027-02-24T07:00")
    ]
    draft = drafts[0]
    assert (draft.slot, draft.status, draft.due) == (first.id, DraftStatus.waiting, first.at.replace(tzinfo=UTC))
    assert draft.brief.campaign == "gravel-two" and draft.why == first.why
    await at.work(9 * DAY)
    proof = next(each for each in await at.drafts() if "8.4" in each.versions[0].text)
    claim = next(each for each in proof.claims if "8.4" in each.text)
    assert claim.support is not None and claim.support.where == "campaign"
    assert "lab report 12" in claim.support.sentence
    await at.decide(proof)
    [post] = (await PostStore(at.admind.database).page(at.ws)).items
    assert post.campaign == "gravel-two" and post.draft == proof.id
    told = await at.admind.history.read(at.ws, at.owner, about=campaign.id, limit=100)
    kinds = [each.kind for each in told.items]
    assert kinds.count("campaign proposed") == kinds.count("campaign started") == 1
    assert kinds.count("campaign changed") == 1


async def test_it_is_drawn_beside_the_words_with_what_is_to_be_heeded(at: House) -> None:
    campaign = await proposed(at)
    proof = next(each for each in campaign.arc if each.stage == "proof")
    other = next(each for each in campaign.arc if each.stage == "reveal")
    campaign = await at.admind.campaigns.move(at.asker(), campaign.id, proof.id, f"{other.at:%Y-%m-%d %H:%M}")
    asked = Request.model_validate(
        dict.fromkeys(("id", "member", "surface", "conversation"), "one")
        | {"workspace": at.ws, "text": "campaign Gravel 2", "created_at": NOW}
    )
    said = await at.admind.campaigning.answer(asked, replace(at.asker(), surface="slack"))
    assert said is not None and said.picture is not None
    assert "⚠ Mon 1 Mar, 09:00: “Gravel 2" in said.text and "give one of them another time" in said.text
    assert said.picture.alt.startswith("Gravel 2 · proposed") and "launch" in said.picture.alt
    image = Image.open(BytesIO(await at.admind.blobs.get(said.picture.sha256)))
    assert image.format == "PNG" and image.width == 1600
    bare = await at.admind.campaigning.answer(asked, replace(at.asker(), surface="cli"))
    assert bare is not None and bare.picture is None, "where none is shown, none is drawn"


async def test_a_launch_that_moves_takes_its_slots_and_drafts_along(at: House) -> None:
    campaign = await proposed(at)
    campaign = await at.admind.campaigns.start(at.asker(), campaign.id)
    await at.work(4 * DAY)
    [draft, *_] = await at.drafts()
    await at.decide(draft)
    moved = await adjust(at, campaign, "move the launch to 22 March")
    assert moved.launch.day.isoformat() == "2027-03-22"
    assert [b.at - a.at for a, b in zip(campaign.arc, moved.arc, strict=True)] == [7 * DAY] * len(moved.arc)
    plan = await at.admind.standing.plan(at.ws, at.brand)
    assert {(each.id, each.at) for each in plan.singles} == {(each.id, each.at) for each in moved.arc}
    places = {each.id: each for each in await at.places(60)}
    standing = [
        each for each in await at.drafts() if each.slot == draft.slot and each.status is not DraftStatus.replaced
    ]
    assert [each.due for each in standing] == [moved.arc[0].at.replace(tzinfo=UTC)]
    assert places[moved.arc[-1].id].due == moved.arc[-1].at.replace(tzinfo=UTC)
    with pytest.raises(BadInput, match="past"):
        await adjust(at, moved, "move the launch to 1 February 2027")


async def test_what_is_left_out_in_the_plan_stays_out_and_no_post_falls_on_a_free_day(at: House) -> None:
    campaign = await proposed(at)
    campaign = await at.admind.campaigns.start(at.asker(), campaign.id)
    gone = campaign.arc[2]
    await at.admind.plans.skip(at.ws, at.owner.id, at.brand, gone.id)
    campaign = await adjust(at, campaign, "no posts on Fridays")
    assert gone.id not in {each.id for each in campaign.arc}
    plan = await at.admind.standing.plan(at.ws, at.brand)
    assert gone.id not in {each.id for each in plan.singles}
    assert all(each.at.weekday() < 4 for each in campaign.arc if each.stage != "launch")
    with pytest.raises(BadInput, match="which country"):
        await adjust(at, campaign, "no posts on holidays")
    with pytest.raises(BadInput, match="did not understand"):
        await adjust(at, campaign, "make it pop")


async def test_a_pause_holds_drafts_and_posts_of_this_brand_alone_and_ends(at: House) -> None:
    campaign = await at.admind.campaigns.start(at.asker(), (await proposed(at)).id)
    other = await at.admind.office.add_brand(at.ws, at.owner.id, "Other")
    stopped = await at.admind.campaigns.pause(at.asker(), campaign.id, "wait")
    assert stopped.pause.scope == f"campaign:{at.brand}/gravel-two" and other.id not in stopped.pause.scope
    await at.work(4 * DAY)
    assert await at.drafts() == []
    held = [each for each in await at.slots() if each.problem]
    assert held and {each.problem for each in held} == {"The campaign pauses."}
    owner = (await at.admind.people.store.members.get(at.ws, at.owner.id)).record
    await at.admind.pausing.resume(at.ws, stopped.pause.scope, owner, at.clock.now())
    await at.work(timedelta(hours=2))
    assert await at.drafts() != []
    ended = await at.admind.campaigns.end(at.asker(), campaign.id)
    assert ended.status is CampaignStatus.ended
    await at.work(20 * DAY)
    assert all(each.state is not SlotState.drafting for each in await at.slots())
    assert {each.slot for each in await at.drafts()} <= {each.id for each in held}


async def test_a_spent_budget_stops_drafting_tells_owners_once_and_a_higher_one_goes_on(at: House) -> None:
    chat = at.chat()
    campaign = await at.admind.campaigns.start(at.asker(), (await proposed(at, WORDS + ", budget $2")).id)
    await at.work(4 * DAY)
    draft, *others = await at.drafts()
    dear = draft.changed(made_with=draft.made_with.model_copy(update={"usage": Usage(calls=1, cost="2.50")}))
    await put(at, dear)
    assert at.admind.campaigns.gate.money(await at.admind.campaigns.gate.spent(campaign)) == 2.5
    count = len(others) + 1
    for _ in range(3):
        await at.work(2 * DAY)
    assert len(await at.drafts()) == count
    assert any("budget of $2" in each.problem for each in await at.slots())
    told = [card for room in chat.rooms.values() for card in room.values() if "budget" in card.title]
    assert len(told) == 1
    await at.admind.campaigns.edit(at.asker(), campaign.id, {"budget": "5"})
    await at.work()
    assert len(await at.drafts()) > count


async def put(at: House, draft: Draft) -> None:
    store = DraftStore(at.admind.database)
    kept = await store.get(at.ws, draft.id)
    await commit(at.admind.database, store.save(Change(at.ws), draft, ver=kept.ver))


async def test_a_model_proposes_within_the_rules_at_its_cost_and_where_it_fails_rules_do(
    tmp_path: Path,
) -> None:
    chosen: list[dict[str, object]] = [
        {"stage": "teaser", "day": "2027-02-23"},
        {"stage": "reveal", "day": "2027-03-01", "message": 1},
        {"stage": "proof", "day": "2027-03-04", "message": 2, "why": "It says what it costs."},
        {"stage": "proof", "day": "2027-03-06", "message": 2},  # a Saturday
        {"stage": "proof", "day": "2027-03-09", "message": 1},
        {"stage": "followup", "day": "2027-03-17", "message": 9},
    ]
    given: dict[str, object] = {"at": "", "accounts": [], "message": 0, "milestone": "", "why": ""}
    answers: list[Reply] = [Say(json.dumps({"posts": [given | each for each in chosen]})), Fail(400)]
    async with OpenAIServer() as server:
        server.answer = lambda request: answers.pop(0) if schema_of(request) == "ChosenArc" else Fail(500)
        async with house(tmp_path / "model", NOW, ADMIND_MODEL="openai:gpt-5.5", **server.keys()) as at:
            campaign = await proposed(at)
            days = [(each.stage, f"{each.at:%m-%d}") for each in campaign.arc]
            assert days == [
                ("teaser", "02-23"),
                ("reveal", "03-01"),
                ("proof", "03-04"),
                ("proof", "03-09"),
                ("launch", "03-15"),
                ("followup", "03-17"),
            ]
            assert campaign.arc[1].message == "The Gravel 2 weighs 8.4 kg"
            assert campaign.evidence_of(campaign.arc[1].message) == "lab report 12"
            assert campaign.arc[2].why == "It says what it costs."
            assert campaign.planned_with.startswith("campaign_arc@1+") and campaign.planning.calls == 1
            assert (await at.admind.campaigns.gate.spent(campaign)).calls == 1
            assert (await proposed(at)).arc == campaign.arc, "the same request asks no model again"
            other = await proposed(at, key="two")
            assert other.planned_with == "" and len(other.arc) >= 7, "rules do where the model fails"
            told = (await at.admind.history.read(at.ws, at.owner, about=campaign.id, limit=10)).items
            assert told[0].details["by"] == campaign.planned_with
            assert await at.slots() == [], "nothing counts before a person says so"


async def test_declared_for_the_whole_campaign_and_taken_back_by_nobody_but_a_person(at: House) -> None:
    words = WORDS + ", this is a paid partnership with Velo AG"
    campaign = await at.admind.campaigns.start(at.asker(), (await proposed(at, words)).id)
    await at.work(4 * DAY)
    [draft, *_] = await at.drafts()
    assert draft.brief.paid_partnership and draft.brief.partner == "Velo AG"
    assert "Paid partnership with Velo AG" in draft.versions[0].text
    with pytest.raises(Exception, match="Only a person"):
        await at.admind.campaigns.edit(at.asker(by_agent=True), campaign.id, {"paid_partnership": False})


async def test_brands_are_kept_apart_and_clients_see_none(at: House) -> None:
    campaign = await proposed(at)
    stranger = await at.member("Zoe", Role.client)
    with pytest.raises(Exception, match="team"):
        await at.admind.campaigns.of(at.ws, stranger.id, at.brand)
    other = await at.admind.office.add_brand(at.ws, at.owner.id, "Other")
    assert await at.admind.campaigns.of(at.ws, at.owner.id, other.id) == ()
    with pytest.raises(NotFound):
        await at.admind.campaigns.named(at.ws, at.owner.id, other.id, campaign.name)
