"""Rules from people's edits: shown with their evidence, used only when accepted, forgotten with what they quote."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.bootstrap import AdMind
from bot.clock import MovableClock
from bot.errors import NotAllowed, NotFound
from bot.llm.offline.writing import write_text
from bot.settings import Settings
from bot.words import words
from bot.workflow.learning import becomes, said
from storage.drafts import Brief, Draft
from storage.erasing import forget_draft
from storage.learned import LearnedStore, Rule
from storage.team import Brand, Member, Role
from tests.bot.workflow.test_requests import asker_of, drafted, owner_of

MONDAY = datetime(2026, 12, 7, 8, tzinfo=UTC).date()
TOPICS = ("our spring sale", "our new workshop", "our open day", "our winter course")


@pytest.fixture
async def admind(tmp_path: Path) -> AsyncIterator[AdMind]:
    settings = Settings(data_dir=tmp_path / "data", timezone="Europe/Zurich")
    async with AdMind(settings, clock=MovableClock(), queues=frozenset()) as opened:
        await opened.start()
        yield opened


async def worded(admind: AdMind, topic: str, before: str, after: str) -> Draft:
    """A draft that says `before`, worded anew by hand."""
    draft = await drafted(admind, Brief(request=f"Announce {topic}", topic=topic, verbatim=before))
    account = draft.versions[0].account
    assert draft.versions[0].text == before
    return await admind.requests.word(await asker_of(admind, by_agent=False), draft.id, {account: after})


async def calmed(admind: AdMind, count: int = 3) -> list[Draft]:
    """Exclamation marks taken out of so many drafts."""
    return [
        await worded(
            admind, topic, f"{topic.capitalize()} is here! Come by.", f"{topic.capitalize()} is here. Come by."
        )
        for topic in TOPICS[:count]
    ]


async def rules_of(admind: AdMind, member: Member | None = None) -> tuple[Rule, ...]:
    by = member or await owner_of(admind)
    return await admind.learning.rules(admind.workspace.id, by.id, admind.workspace.default_brand)


async def brand_of(admind: AdMind) -> Brand:
    return (await admind.people.store.brands.get(admind.workspace.id, admind.workspace.default_brand)).record


async def member_of(admind: AdMind, role: Role) -> Member:
    home = admind.workspace
    by = await owner_of(admind)
    return await admind.office.add_member(home.id, by.id, role.value.title(), home.default_brand, [role])


def written(brand: Brand) -> list[str]:
    """What the writer without a model makes of one brief, told in many ways."""
    brief = {"topic": "our spring sale", "goal": "thank", "facts": ["We sold 40 bikes"], "language": "en"}
    said = {"brief": brief, "brand": {"name": "Velo", **brand.profile.model_dump(mode="json")}}
    need = {"account": "a", "limit": 3000}
    return [write_text({**said, "needs": [need], "need": need, "seed": f"s{n}"})["text"] for n in range(30)]


async def test_a_rule_is_proposed_with_its_evidence_and_changes_nothing(admind: AdMind) -> None:
    await calmed(admind, 2)
    assert await rules_of(admind) == ()
    before = await brand_of(admind)
    drafts = [*await calmed(admind, 1), *await calmed(admind, 3)]
    (rule,) = await rules_of(admind)
    assert (rule.kind, rule.state, rule.edits, rule.chances) == ("no_exclamation", "proposed", 6, 6)
    assert rule.evidence[0].draft == drafts[-1].id
    assert rule.evidence[0].before == "Our open day is here!" and rule.evidence[0].after == "Our open day is here."
    assert said(rule, words("en")) == "You take exclamation marks out."
    assert becomes(rule, words("en")) == "No exclamation marks."
    assert await brand_of(admind) == before
    (again,) = await rules_of(admind)
    assert again == rule, "looking again finds the same one"


async def test_what_a_model_rewrote_is_nobodys_edit(admind: AdMind) -> None:
    for topic in TOPICS:
        draft = await drafted(admind, Brief(request=f"Announce {topic}", topic=topic, verbatim=f"{topic} is here!"))
        await admind.requests.revise(await asker_of(admind), draft.id, "without exclamation marks")
    assert await rules_of(admind) == ()


async def test_an_approver_accepts_and_drafts_follow_it(admind: AdMind) -> None:
    await calmed(admind)
    (rule,) = await rules_of(admind)
    home, ana = admind.workspace, await member_of(admind, Role.approver)
    assert any("!" in text for text in written(await brand_of(admind)))
    accepted = await admind.learning.accept(home.id, ana.id, home.default_brand, rule.id)
    assert (accepted.state, accepted.decided_by) == ("accepted", ana.id)
    assert (await brand_of(admind)).profile.manner.dont == ("No exclamation marks.",)
    assert not any("!" in text for text in written(await brand_of(admind)))
    entries = await admind.audit.read(home.id, limit=200)
    (entry,) = [each for each in entries if each.kind == "rule accepted"]
    assert entry.subject == ana.subject and entry.details["shown by"] == "3 of 3 edits in 3 drafts"
    assert entry.details["what"] == "No exclamation marks."


async def test_in_words_of_ones_own(admind: AdMind) -> None:
    await calmed(admind)
    (rule,) = await rules_of(admind)
    home, owner = admind.workspace, await owner_of(admind)
    await admind.learning.accept(home.id, owner.id, home.default_brand, rule.id, line="Never any exclamation marks!")
    assert (await brand_of(admind)).profile.manner.dont == ("Never any exclamation marks!",)


async def test_declined_is_remembered_and_can_be_asked_again(admind: AdMind) -> None:
    await calmed(admind)
    (rule,) = await rules_of(admind)
    home, owner = admind.workspace, await owner_of(admind)
    await admind.learning.decline(home.id, owner.id, home.default_brand, rule.id)
    await calmed(admind, 4)
    (still,) = await rules_of(admind)
    assert (still.id, still.state) == (rule.id, "declined")
    assert await admind.learning.news(home.id, home.default_brand, MONDAY) == 0
    await admind.learning.reconsider(home.id, owner.id, home.default_brand, rule.id)
    (again,) = await rules_of(admind)
    assert (again.id, again.state, again.edits) == (rule.id, "proposed", 7)


async def test_taken_back_leaves_the_profile_as_it_was(admind: AdMind) -> None:
    home, owner = admind.workspace, await owner_of(admind)
    manner = {"manner": {"dont": ["No puns."]}, "prefers": [{"say": "sign up", "instead_of": ["subscribe"]}]}
    await admind.office.change_brand(home.id, owner.id, home.default_brand, {"profile": manner})
    before = await brand_of(admind)
    for topic in TOPICS[:3]:
        text = f"Please register for {topic} at the counter #velo #bern."
        await worded(admind, topic, f"{text} 🎉", f"Please sign up for {topic} at the counter.")
    rules = {rule.kind: rule for rule in await rules_of(admind)}
    assert {"prefer", "no_emoji", "no_hashtags"} <= rules.keys()
    for rule in rules.values():
        await admind.learning.accept(home.id, owner.id, home.default_brand, rule.id)
    changed = (await brand_of(admind)).profile
    assert changed.prefers[0].instead_of == ("subscribe", "register") and changed.hashtags.most == 0
    assert changed.manner.dont == ("No puns.", "No emoji.")
    for rule in rules.values():
        await admind.learning.decline(home.id, owner.id, home.default_brand, rule.id)
    assert await brand_of(admind) == before


async def test_what_the_profile_says_already_is_not_proposed(admind: AdMind) -> None:
    home, owner = admind.workspace, await owner_of(admind)
    await admind.office.change_brand(
        home.id, owner.id, home.default_brand, {"voice": "Warm. No exclamation marks. We like it."}
    )
    await calmed(admind)
    assert await rules_of(admind) == ()


async def test_who_may_see_and_who_may_decide(admind: AdMind) -> None:
    await calmed(admind)
    (rule,) = await rules_of(admind)
    home = admind.workspace
    tom, client = await member_of(admind, Role.requester), await member_of(admind, Role.client)
    assert await rules_of(admind, tom) == (rule,)
    with pytest.raises(NotAllowed):
        await admind.learning.accept(home.id, tom.id, home.default_brand, rule.id)
    with pytest.raises(NotFound):
        await rules_of(admind, client)
    with pytest.raises(NotFound):
        await admind.learning.accept(home.id, (await owner_of(admind)).id, home.default_brand, "lr_none")


async def test_the_weekly_summary_speaks_of_a_rule_once(admind: AdMind) -> None:
    home = admind.workspace
    await calmed(admind)
    assert await admind.learning.news(home.id, home.default_brand, MONDAY) == 1
    assert await admind.learning.news(home.id, home.default_brand, MONDAY) == 1, "a summary is told in every home"
    assert await admind.learning.news(home.id, home.default_brand, MONDAY.replace(day=14)) == 0


async def test_a_forgotten_draft_is_quoted_no_more(admind: AdMind) -> None:
    home = admind.workspace
    drafts = await calmed(admind, 4)
    await rules_of(admind)
    await forget_draft(admind.database, home.id, drafts[0].id)
    kept = await LearnedStore(admind.database).get(home.id, home.default_brand)
    assert drafts[0].id not in kept.record.dump() and drafts[1].id in kept.record.dump()
    for draft in drafts[1:3]:
        await forget_draft(admind.database, home.id, draft.id)
    assert await rules_of(admind) == (), "one edit shows nothing"
