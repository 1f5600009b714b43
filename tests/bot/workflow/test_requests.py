"""From an idea to a draft and its revisions, by the whole of AdMind with the offline model."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from bot.bootstrap import AdMind
from bot.chat import DecisionRequest
from bot.clock import MovableClock
from bot.errors import BadInput, ChangedSince, NotAllowed, NotFound
from bot.settings import Settings
from bot.workflow.requests import Asker, Idea
from storage.commit import Change
from storage.drafts import Brief, Draft, DraftStatus, Verdict
from storage.posts import PostState
from storage.sealed import SealedPayload
from storage.stores import DraftStore, PostStore
from storage.team import Brand, Member, Role

SALE = Brief(
    request="Announce our spring sale: 20% off all bikes until 31 May",
    topic="our spring sale",
    offer="20% off all bikes",
    deadline="until 31 May",
    facts=("20% off all bikes until 31 May",),
    link="https://example.com/sale",
    links=("https://example.com/sale",),
)


@pytest.fixture
async def admind(tmp_path: Path) -> AsyncIterator[AdMind]:
    settings = Settings(data_dir=tmp_path / "data", timezone="Europe/Zurich")
    async with AdMind(settings, clock=MovableClock(), queues=frozenset()) as opened:
        await opened.start()
        yield opened


async def owner_of(admind: AdMind) -> Member:
    owner = await admind.setup.local_owner(admind.workspace.id)
    assert owner is not None
    return owner


async def asker_of(admind: AdMind, *, by_agent: bool = True) -> Asker:
    owner = await owner_of(admind)
    return Asker(
        workspace=admind.workspace.id,
        brand=admind.workspace.default_brand,
        member=owner.id,
        conversation="v_test",
        surface="test",
        language="en",
        zone="Europe/Zurich",
        by_agent=by_agent,
    )


async def drafted(admind: AdMind, brief: Brief = SALE, when: str = "in 3 days at 9am") -> Draft:
    (draft,) = await admind.requests.draft(await asker_of(admind), [Idea(brief=brief, when=when)])
    return draft


async def approve(admind: AdMind, draft: Draft) -> Draft:
    decided = await admind.decisions.decide(
        DecisionRequest(
            workspace=draft.workspace,
            draft=draft.id,
            member=(await owner_of(admind)).id,
            verdict=Verdict.approve,
            digest=draft.digest,
            surface="test",
            at=admind.clock.now(),
        )
    )
    return decided.draft


async def states(admind: AdMind, draft: Draft) -> list[PostState]:
    kept = (await DraftStore(admind.database).get(draft.workspace, draft.id)).record
    posts = await PostStore(admind.database).many(draft.workspace, [v.post for v in kept.versions if v.post])
    return [post.state for post in posts]


async def test_a_draft_is_rendered_to_its_final_bytes_before_anyone_sees_it(admind: AdMind) -> None:
    draft = await drafted(admind, SALE.model_copy(update={"image": "card"}))
    (version,) = draft.versions
    payload = SealedPayload.model_validate_json(await admind.blobs.get(version.payload))
    assert payload.digest == version.digest
    assert [part.text for part in payload.parts] == [version.text]
    (medium,) = version.media
    picture = Image.open(io.BytesIO(await admind.blobs.get(medium.sha256)))
    assert picture.size == (medium.width, medium.height) == (1200, 630)
    assert payload.parts[0].media == (medium,)
    assert "https://example.com/sale" in version.text
    assert "20% off all bikes" in version.text
    assert draft.status is DraftStatus.waiting


async def test_an_unclear_time_is_one_question_and_leaves_nothing_behind(admind: AdMind) -> None:
    with pytest.raises(BadInput) as asked:
        await drafted(admind, when="on Tuesday or maybe Wednesday some time")
    assert asked.value.what.endswith("?")
    assert (await DraftStore(admind.database).page(admind.workspace.id)).items == ()


async def test_an_unknown_account_is_a_question_that_names_those_there_are(admind: AdMind) -> None:
    with pytest.raises(BadInput, match="Feed"):
        await admind.requests.draft(await asker_of(admind), [Idea(brief=SALE, accounts=("Bluesky",))])


async def test_several_times_make_several_drafts_that_open_differently(admind: AdMind) -> None:
    drafts = await admind.requests.draft(
        await asker_of(admind), [Idea(brief=SALE, when="in 1 day at 9am"), Idea(brief=SALE, when="in 2 days at 9am")]
    )
    first, second = (draft.versions[0].text.split(".")[0] for draft in drafts)
    assert first != second
    assert drafts[0].due is not None and drafts[1].due is not None and drafts[0].due < drafts[1].due


async def test_a_verbatim_edit_is_kept_byte_for_byte_and_voids_the_approval(admind: AdMind) -> None:
    draft = await approve(admind, await drafted(admind))
    assert await states(admind, draft) == [PostState.scheduled]
    words = "  Our   own words —\nexactly so. 🚲 "
    asker = await asker_of(admind, by_agent=False)
    edited = await admind.requests.word(asker, draft.id, {draft.versions[0].account: words})
    assert edited.versions[0].text == words
    assert edited.status is DraftStatus.waiting
    assert await states(admind, edited) == []
    with pytest.raises(ChangedSince):
        await approve(admind, draft)


async def test_the_agent_never_changes_what_is_approved_but_puts_a_candidate_beside_it(admind: AdMind) -> None:
    draft = await approve(admind, await drafted(admind))
    candidate = await admind.requests.revise(await asker_of(admind), draft.id, "with an image")
    assert candidate.id != draft.id and candidate.replaces == draft.id
    assert await states(admind, draft) == [PostState.scheduled]
    await approve(admind, candidate)
    assert await states(admind, draft) == [PostState.cancelled]
    assert await states(admind, candidate) == [PostState.scheduled]
    old = (await DraftStore(admind.database).get(draft.workspace, draft.id)).record
    assert (old.status, old.replaced_by) == (DraftStatus.replaced, candidate.id)


async def test_an_approver_who_moves_what_was_approved_approves_the_result(admind: AdMind) -> None:
    draft = await approve(admind, await drafted(admind))
    moved = await admind.requests.move(await asker_of(admind, by_agent=False), draft.id, "in 5 days at 3pm")
    assert moved.status is DraftStatus.approved
    assert moved.digest != draft.digest
    assert await states(admind, moved) == [PostState.scheduled]


async def test_moving_what_waits_approves_nothing(admind: AdMind) -> None:
    draft = await drafted(admind)
    moved = await admind.requests.move(await asker_of(admind, by_agent=False), draft.id, "in 5 days at 3pm")
    assert moved.status is DraftStatus.waiting
    assert await states(admind, moved) == []


async def test_a_late_approval_publishes_nothing(admind: AdMind) -> None:
    draft = await drafted(admind, when="in 2 hours")
    assert isinstance(admind.clock, MovableClock)
    admind.clock.move(timedelta(hours=3))
    late = await approve(admind, draft)
    assert late.status is DraftStatus.late
    assert await states(admind, late) == []


async def test_a_picture_is_added_and_dropped_on_request(admind: AdMind) -> None:
    draft = await drafted(admind)
    assert draft.versions[0].media == ()
    asker = await asker_of(admind)
    with_one = await admind.requests.revise(asker, draft.id, "with an image")
    assert len(with_one.versions[0].media) == 1
    assert with_one.versions[0].text == draft.versions[0].text
    without = await admind.requests.revise(asker, draft.id, "without the picture")
    assert without.versions[0].media == ()
    assert [mark.why for mark in without.history] == ["with an image", "without the picture"]


async def test_other_wordings_can_be_chosen_and_taken_back(admind: AdMind) -> None:
    asker = await asker_of(admind)
    (draft,) = await admind.requests.draft(asker, [Idea(brief=SALE, when="in 3 days at 9am", variants=3)])
    assert draft.variants
    chosen = await admind.requests.choose(asker, draft.id, 2)
    assert chosen.versions[0].text == next(iter(draft.variants[0].texts.values()))
    back = await admind.requests.choose(asker, draft.id, 2)
    assert back.versions[0].text == draft.versions[0].text
    with pytest.raises(BadInput):
        await admind.requests.choose(asker, draft.id, 9)


async def test_an_instruction_that_is_not_understood_changes_nothing(admind: AdMind) -> None:
    draft = await drafted(admind)
    with pytest.raises(BadInput):
        await admind.requests.revise(await asker_of(admind), draft.id, "zzgl brmpf qux")
    kept = (await DraftStore(admind.database).get(draft.workspace, draft.id)).record
    assert kept == draft


async def test_a_draft_of_another_brand_does_not_exist(admind: AdMind) -> None:
    draft = await drafted(admind)
    stranger = await asker_of(admind)
    change = Change(admind.workspace.id)
    member = admind.people.add(change, "Stranger", {}, [], admind.clock.now())
    await admind.people.save(change)
    with pytest.raises(NotFound):
        await admind.requests.revise(replace(stranger, member=member.id), draft.id, "shorter")


async def test_of_two_candidates_for_one_draft_only_the_first_approved_goes_out(admind: AdMind) -> None:
    draft = await approve(admind, await drafted(admind))
    asker = await asker_of(admind)
    first = await admind.requests.revise(asker, draft.id, "with an image")
    second = await admind.requests.revise(asker, draft.id, "with an image")
    await approve(admind, first)
    with pytest.raises(ChangedSince):
        await approve(admind, second)
    assert await states(admind, first) == [PostState.scheduled]
    assert await states(admind, second) == []


async def test_a_pause_takes_names_and_refuses_what_is_not_there(admind: AdMind) -> None:
    owner, now = await owner_of(admind), admind.clock.now()
    pause = await admind.pausing.stop(admind.workspace.id, "account:feed", owner, "", now)
    (account,) = await admind.people.store.all(admind.people.store.accounts, admind.workspace.id)
    assert pause.scope == f"account:{account.id}"
    for scope in ("account:Nonesuch", "brand:Nonesuch", "campaign:", "weather"):
        with pytest.raises(BadInput):
            await admind.pausing.stop(admind.workspace.id, scope, owner, "", now)


async def test_a_pause_of_everything_takes_a_role_in_every_brand(admind: AdMind) -> None:
    now, store = admind.clock.now(), admind.people.store
    other = Brand(id="b_other", workspace=admind.workspace.id, name="Other", created_at=now)
    change = Change(admind.workspace.id)
    store.brands.put(change, other, other.id, ver=None, at=now.timestamp())
    await admind.people.save(change)
    owner = await owner_of(admind)
    with pytest.raises(NotAllowed):
        await admind.pausing.stop(admind.workspace.id, "workspace", owner, "", now)
    with pytest.raises(BadInput):
        await admind.pausing.stop(admind.workspace.id, "brand:Other", owner, "", now)
    await admind.pausing.stop(admind.workspace.id, f"brand:{admind.workspace.default_brand}", owner, "", now)


async def test_sending_a_paused_post_is_refused_while_the_pause_holds(admind: AdMind) -> None:
    draft = await approve(admind, await drafted(admind))
    post_id = draft.versions[0].post
    kept = await PostStore(admind.database).get(draft.workspace, post_id)
    change = Change(draft.workspace)
    PostStore(admind.database).save(change, kept.record.changed(state=PostState.paused), ver=kept.ver)
    await admind.people.save(change)
    owner = await owner_of(admind)
    await admind.pausing.stop(draft.workspace, "workspace", owner, "", admind.clock.now())
    with pytest.raises(BadInput, match="paused"):
        await admind.posts.resolve(draft.workspace, post_id, owner.id, "send", "test")


async def test_nobody_makes_themselves_delegate_of_an_approver_elsewhere(admind: AdMind) -> None:
    now, ws, brand = admind.clock.now(), admind.workspace.id, admind.workspace.default_brand
    change = Change(ws)
    schemer = admind.people.add(
        change, "X", {brand: frozenset({Role.requester}), "b_x": frozenset({Role.owner})}, [], now
    )
    approver = admind.people.add(
        change, "Y", {brand: frozenset({Role.approver}), "b_x": frozenset({Role.approver})}, [], now
    )
    await admind.people.save(change)
    with pytest.raises(NotAllowed):
        await admind.office.set_away(ws, schemer.id, approver.id, now + timedelta(days=1), schemer.id)


async def test_a_wish_that_changes_nothing_says_so_and_makes_no_revision(admind: AdMind) -> None:
    draft, asker = await drafted(admind), await asker_of(admind)
    for wish in ("drop the hashtags", "no emoji", "without the picture"):
        with pytest.raises(BadInput, match=r"nothing of that|There is no \w+|no picture"):
            await admind.requests.revise(asker, draft.id, wish)
    kept = (await DraftStore(admind.database).get(draft.workspace, draft.id)).record
    assert (kept.revision, kept.digest) == (draft.revision, draft.digest)
