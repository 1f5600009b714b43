"""Experiments of a brand: offered, drawn before approval with their probabilities, decided, proposed as a rule."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.bootstrap import AdMind
from bot.clock import MovableClock
from bot.errors import BadInput, NotAllowed
from bot.insights.observed import Observation
from bot.settings import Settings
from bot.words import words
from bot.workflow.experiments import Arm, Experiment
from bot.workflow.learning import said
from storage.commit import Change, commit
from storage.drafts import Brief, DraftStatus
from storage.experiments import Drawn, ExperimentStore
from storage.plans import Purpose, Slot
from storage.team import Role
from tests.bot.workflow.test_learning import brand_of, member_of, rules_of
from tests.bot.workflow.test_requests import asker_of, drafted, owner_of
from tests.fakes.tracked_posts import tracked

START = datetime(2027, 3, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
LINE = "without exclamation marks"
ARMS = (Arm(name="short", line=LINE), Arm(name="plain", line=f"please {LINE}"))


@pytest.fixture
async def admind(tmp_path: Path) -> AsyncIterator[AdMind]:
    settings = Settings(data_dir=tmp_path / "data", timezone="Europe/Zurich")
    clock = MovableClock()
    clock.move_to(START)
    async with AdMind(settings, clock=clock, queues=frozenset()) as opened:
        await opened.start()
        yield opened


async def _post(admind: AdMind, days: int, clicks: int | None, *, draft: str = "", bots: int = 0) -> None:
    at = admind.clock.now() - days * DAY
    ws, brand = admind.workspace.id, admind.workspace.default_brand
    await tracked(
        admind.database, ws, brand, "a_1", at, impressions=500, clicks=clicks, bots=bots, draft=draft, title="Bread"
    )


async def _past(admind: AdMind, posts: int = 12) -> None:
    for number in range(posts):
        await _post(admind, 10 + number, 10 + number % 3)


async def _started(admind: AdMind) -> Experiment:
    await _past(admind)
    home, owner = admind.workspace, await owner_of(admind)
    return await admind.experiments.start(home.id, owner.id, home.default_brand, "Length", "posts", ARMS)


async def _with_draws(admind: AdMind, found: Experiment, drawn: list[Drawn]) -> None:
    store, home = ExperimentStore(admind.database), admind.workspace
    kept = await store.find(home.id, home.default_brand)
    assert kept is not None
    new = kept.record.with_item(found.model_copy(update={"drawn": tuple(drawn)}))
    await commit(admind.database, store.keep(Change(home.id), new, ver=kept.ver))


async def test_it_is_offered_only_once_there_is_enough_and_only_to_those_who_decide(admind: AdMind) -> None:
    home, owner = admind.workspace, await owner_of(admind)
    experiments, brand = admind.experiments, home.default_brand
    await _past(admind, 5)
    await _post(admind, 3, None)  # without short links it tells nothing of clicks
    offer = await experiments.offer(home.id, owner.id, brand)
    assert (offer.posts, offer.impressions, offer.may) == (5, 2500, False)
    with pytest.raises(BadInput, match="not enough data"):
        await experiments.start(home.id, owner.id, brand, "Length", "posts", ARMS)
    await _past(admind)
    assert (await experiments.offer(home.id, owner.id, brand)).may
    requester = await member_of(admind, Role.requester)
    with pytest.raises(NotAllowed):
        await experiments.start(home.id, requester.id, brand, "Length", "posts", ARMS)
    with pytest.raises(BadInput, match="two to six"):
        await experiments.start(home.id, owner.id, brand, "Length", "posts", ARMS[:1])
    with pytest.raises(BadInput, match="write differently"):
        await experiments.start(home.id, owner.id, brand, "Length", "posts", (ARMS[0], Arm(name="long")))


async def test_a_draw_is_written_down_with_its_probabilities_and_the_draft_waits_for_people(admind: AdMind) -> None:
    found = await _started(admind)
    loud = Brief(request="Announce our sale", topic="our sale", verbatim="Our sale is here! Come by.")
    draft = await drafted(admind, loud)
    asker = await asker_of(admind)
    drawn, changed = await admind.experiments.draw(asker, found.id, draft.id)
    assert drawn.applied and changed.status is DraftStatus.waiting and changed.revision == draft.revision + 1
    again, same = await admind.experiments.draw(asker, found.id, draft.id)
    assert again == drawn and same.revision == changed.revision, "the same draft keeps its variant"
    fixed = await drafted(admind, Brief(request="Say hello", topic="hello", verbatim="Hello"))
    with pytest.raises(BadInput):
        await admind.experiments.draw(asker, found.id, fixed.id)
    (standing,) = await admind.experiments.look(asker.workspace, asker.brand)
    noted, refused = standing.experiment.drawn
    assert not refused.applied, "what could not be rewritten counts for nothing"
    assert sum(noted.chances.values()) == pytest.approx(1, abs=1e-4) and set(noted.chances) == {"short", "plain"}
    assert standing.verdict.state == "too little" and standing.verdict.impressions == 0
    entries = await admind.audit.read(asker.workspace, limit=50)
    (entry,) = [each for each in entries if each.kind == "variant drawn" and each.draft == draft.id]
    assert entry.details["chance of short"] == f"{noted.chances['short']:.4f}"


async def test_a_decided_one_ends_and_its_result_waits_as_a_rule_with_its_posts(admind: AdMind) -> None:
    found = await _started(admind)
    clock = admind.clock
    assert isinstance(clock, MovableClock)
    clock.move(40 * DAY)
    drawn = list[Drawn]()
    for number in range(12):
        arm, clicks = (("short", 22), ("plain", 8))[number % 2]
        name = f"d_{number:08d}"
        drawn.append(Drawn(of=name, draft=name, arm=arm, chances={"short": 0.5, "plain": 0.5}, seed=1, at=START))
        await _post(admind, 5 + number, clicks, draft=name, bots=40 if arm == "plain" else 0)
    drawn.append(drawn[0].model_copy(update={"of": "d_notapplied", "applied": False}))
    await _post(admind, 4, 400, draft="d_notapplied")
    await _with_draws(admind, found, drawn)
    (standing,) = await admind.experiments.look(admind.workspace.id, admind.workspace.default_brand)
    verdict = standing.verdict
    assert (verdict.state, verdict.best, verdict.with_bots) == ("decided", "short", "plain")
    assert verdict.of("plain").raw == 6 * 48 and verdict.of("plain").clicks == 6 * 8
    assert not standing.experiment.running and standing.experiment.best == "short"
    before = await brand_of(admind)
    (rule,) = await rules_of(admind)
    assert (rule.kind, rule.state, rule.drafts, rule.chances) == ("tested", "proposed", 12, 6000)
    assert said(rule, words("en")) == "“short” did best in the experiment “Length”." and rule.line == LINE
    assert rule.evidence[0].after == "short: 22 / 500" and before.profile.manner.do == ()
    owner, home = await owner_of(admind), admind.workspace
    await admind.experiments.look(home.id, home.default_brand)
    assert len(await rules_of(admind)) == 1, "looked at again it proposes nothing twice"
    await admind.learning.accept(home.id, owner.id, home.default_brand, rule.id)
    assert (await brand_of(admind)).profile.manner.do == (LINE,)


async def test_slots_that_leave_their_form_open_get_one_by_draw_and_keep_it(admind: AdMind) -> None:
    await _past(admind)
    home, owner, now = admind.workspace, await owner_of(admind), admind.clock.now()
    arms = (Arm(name="tip"), Arm(name="question"))
    found = await admind.experiments.start(home.id, owner.id, home.default_brand, "Form", "slots", arms)
    open_ = Purpose(accounts=("a_1",), added_by=owner.id, added_at=now)
    slot = Slot(id="rc_1-20270305", workspace=home.id, brand=home.default_brand, source="rc_1", day=now.date(),
                due=now + 4 * DAY, purpose=open_, draft_at=now, created_at=now, updated_at=now)  # fmt: skip
    form = await admind.experiments.form_for(slot)
    assert form in ("tip", "question")
    assert await admind.experiments.form_for(slot) == form
    said_form = slot.changed(purpose=open_.model_copy(update={"form": "offer"}), id="rc_2-20270305")
    assert await admind.experiments.form_for(said_form) == ""
    (standing,) = await admind.experiments.look(home.id, home.default_brand)
    assert [each.of for each in standing.experiment.drawn] == [slot.id]
    await admind.experiments.stop(home.id, owner.id, home.default_brand, found.id)
    assert await admind.experiments.form_for(slot.changed(id="rc_3-20270305")) == ""


async def test_what_was_read_too_early_or_taken_down_is_no_observation(admind: AdMind) -> None:
    await _post(admind, 5, 12, bots=3)
    await _post(admind, 1, 4)  # its numbers are read after three days
    ws, brand = admind.workspace.id, admind.workspace.default_brand
    now = admind.clock.now()
    found: list[Observation] = await admind.observing.of(ws, brand, now - 9 * DAY, now)
    assert (found[0].clicks, found[0].raw, found[0].impressions) == (12, 15, 500)
    assert (found[0].hour, found[0].weekday) == (9, 2), "on the brand's clock"
