"""The ledger of claims through the whole house: kept with the draft, settled by people, read again before sending."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.chat import Card, ChatRequest, DecisionRequest
from bot.clock import MovableClock
from bot.errors import BadInput, NotAllowed, NotFound
from bot.workflow.decisions import Decided
from bot.workflow.proving import Settling
from bot.workflow.requests import Asker
from bot.workflow.rereading import Rereading
from storage import keys
from storage.commit import Change
from storage.drafts import Draft, DraftStatus, Verdict
from storage.inbox import inbox_store
from storage.posts import Post, PostState
from storage.requests import Request
from storage.stores import DraftStore, PostStore
from storage.team import Member, Role
from tests.bot.drafting.site import PLAIN_ARTICLE
from tests.bot.workflow.test_sources import House, house_at
from tests.fakes.page_server import Page
from tests.fakes.waiting import until


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_at(tmp_path) as found:
        yield found


def who(house: House, draft: Draft, claim: str, member: Member | None = None) -> Settling:
    return Settling(
        workspace=draft.workspace,
        draft=draft.id,
        member=(member or house.owner).id,
        claim=claim,
        surface="test",
    )


async def worded(house: House, text: str, request: str = "Announce our spring sale, 20% off all bikes") -> Draft:
    """A draft whose text a person put in place of what was written."""
    draft = await house.drafted(request)
    asker = Asker(draft.workspace, draft.brand, house.owner.id, "", "test", "en", "UTC", by_agent=False)
    return await house.admind.requests.word(asker, draft.id, {draft.versions[0].account: text})


async def now(house: House, draft: Draft) -> Draft:
    return (await DraftStore(house.admind.database).get(draft.workspace, draft.id)).record


async def decide(house: House, draft: Draft, reason: str = "", member: Member | None = None) -> Decided:
    return await house.admind.decisions.decide(
        DecisionRequest(
            workspace=draft.workspace,
            draft=draft.id,
            member=(member or house.owner).id,
            verdict=Verdict.approve,
            digest=draft.digest,
            surface="test",
            reason=reason,
            at=house.admind.clock.now(),
        )
    )


async def colleague(house: House, name: str, *roles: Role) -> Member:
    people, change = house.admind.people, Change(house.admind.workspace.id)
    brand = (await people.store.all(people.store.brands, house.admind.workspace.id))[0]
    member = people.add(change, name, {brand.id: frozenset(roles)}, [], house.admind.clock.now())
    await people.save(change)
    return member


def supports(draft: Draft) -> dict[str, str]:
    return {each.text: each.support.where if each.support else "" for each in draft.claims}


async def audited(house: House, draft: Draft, kind: str) -> list[dict[str, str]]:
    found = await house.admind.audit.read(draft.workspace, kinds=[kind], draft=draft.id, limit=50)
    return [dict(entry.details) for entry in found]


async def test_the_ledger_says_where_every_claim_stands(house: House) -> None:
    url = house.site.put("/shop", PLAIN_ARTICLE)
    draft = await house.drafted(f"Write a post about {url}")
    kinds = {each.kind: each for each in draft.claims}
    number = next(each for each in draft.claims if each.text == "40")
    assert number.support is not None
    assert (number.support.where, number.support.url) == ("source", url)
    assert number.support.sentence.startswith("It has 40 bikes to try and a workshop")
    assert number.support.read_at == draft.sources[0].read_at and len(number.support.digest) == 64
    assert draft.versions[0].text[slice(*number.span)] == "40"
    assert kinds["url"].support is not None and kinds["url"].support.where == "brief"
    assert {"date", "year", "number", "url"} <= set(kinds)
    [entry] = await audited(house, draft, "drafted")
    assert len(entry["claims"]) == 64


async def test_a_price_without_a_source_is_in_the_way_even_for_an_owner_until_there_is_evidence(house: House) -> None:
    draft = await worded(house, "Our bikes now cost CHF 1990. 20% off!")
    [finding] = [each for each in draft.findings if each.severity == "block"]
    assert (finding.rule, finding.reason) == ("price", "“CHF 1990” is not in the brief.")
    assert supports(draft)["20%"] == "brief" and supports(draft)["CHF 1990"] == ""
    decided = await decide(house, draft)
    assert decided.posts == () and "evidence" in decided.sentence
    settled = await house.admind.proving.supply(who(house, draft, "chf 1990"), text="Price list of 1 November")
    assert settled.draft.digest == draft.digest, "no byte changed"
    assert settled.draft.status is DraftStatus.approved and settled.posts, "the decision stands and counts now"
    assert not [each for each in settled.draft.findings if each.severity == "block"]
    claim = next(each for each in settled.draft.claims if each.text == "CHF 1990")
    assert claim.support is not None
    assert (claim.support.where, claim.support.sentence, claim.support.by) == (
        "person", "Price list of 1 November", house.owner.id,
    )  # fmt: skip
    [entry] = await audited(house, draft, "evidence given")
    assert entry["why"] == "Price list of 1 November" and "CHF 1990" in entry["claim"] and entry["surface"] == "test"


async def test_a_link_is_evidence_only_where_its_page_says_it(house: House) -> None:
    draft = await worded(house, "Our bikes now cost CHF 1990. Guaranteed for years.")
    wrong = house.site.put("/wrong", "<p>Our bikes cost CHF 1890, delivered to your door in all of Switzerland.</p>")
    right = house.site.put("/right", "<article><h1>Prices</h1><p>Our bikes cost CHF 1’990 since May.</p></article>")
    with pytest.raises(BadInput, match="does not say “CHF 1990”"):
        await house.admind.proving.supply(who(house, draft, "CHF 1990"), link=wrong)
    with pytest.raises(BadInput, match="do not stand on the page"):
        await house.admind.proving.supply(who(house, draft, "CHF 1990"), link=wrong, text="Our bikes cost CHF 1990")
    with pytest.raises(BadInput, match="could not read"):
        await house.admind.proving.supply(who(house, draft, "CHF 1990"), link=f"http://{house.site.host}/gone")
    with pytest.raises(BadInput, match="could not read"):
        await house.admind.proving.supply(who(house, draft, "CHF 1990"), link="http://169.254.169.254/latest")
    with pytest.raises(NotFound, match="no such claim"):
        await house.admind.proving.supply(who(house, draft, "CHF 5"), text="x")
    settled = (await house.admind.proving.supply(who(house, draft, "CHF 1990"), link=right)).draft
    claim = next(each for each in settled.claims if each.text == "CHF 1990")
    assert claim.support is not None
    assert (claim.support.where, claim.support.sentence, claim.support.url) == (
        "source", "Our bikes cost CHF 1’990 since May.", right,
    )  # fmt: skip
    assert settled.evidence[0].source is not None and settled.evidence[0].source.body_sha256
    quoted = await house.admind.proving.supply(
        who(house, draft, "Guaranteed"), link=right, text="our bikes cost chf 1'990"
    )
    assert not [each for each in quoted.draft.findings if each.severity == "block"]


async def test_an_owner_takes_a_claim_on_with_a_reason_and_nobody_else_does(house: House) -> None:
    draft = await worded(house, "Our tea is clinically tested.")
    ana = await colleague(house, "Ana", Role.approver)
    with pytest.raises(NotAllowed):
        await house.admind.proving.take_on(who(house, draft, "clinically", ana), "I believe it")
    with pytest.raises(BadInput):
        await house.admind.proving.take_on(who(house, draft, "clinically"), "  ")
    client = await colleague(house, "Kim", Role.client)
    with pytest.raises(NotAllowed):
        await house.admind.proving.supply(who(house, draft, "clinically", client), text="they say so")
    settled = (await house.admind.proving.take_on(who(house, draft, "clinically"), "The study comes next week")).draft
    claim = next(each for each in settled.claims if each.kind == "health")
    assert claim.support is not None and claim.support.taken_on and claim.support.by == house.owner.id
    assert not [each for each in settled.findings if each.severity == "block"]
    assert (await audited(house, draft, "claim taken on"))[0]["why"] == "The study comes next week"
    again = await worded_again(house, settled, "Our tea is clinically tested. Really.")
    assert not [each for each in again.findings if each.rule == "health"], "it holds for the same claim in other words"
    other = await worded_again(house, settled, "Our tea relieves pain.")
    assert [each.rule for each in other.findings if each.severity == "block"] == ["health"]


async def worded_again(house: House, draft: Draft, text: str) -> Draft:
    asker = Asker(draft.workspace, draft.brand, house.owner.id, "", "test", "en", "UTC", by_agent=False)
    return await house.admind.requests.word(asker, draft.id, {draft.versions[0].account: text})


async def test_an_owner_who_approves_with_a_reason_takes_it_on_thereby(house: House) -> None:
    draft = await worded(house, "Money-back guarantee on every bike.")
    assert (await decide(house, draft)).posts == ()
    assert (await decide(house, draft, "Our terms say so since 2020")).posts


async def test_evidence_is_given_in_a_drafts_thread_and_never_in_somebody_elses_name(house: House) -> None:
    draft = await worded(house, "Now CHF 1990. Money-back guarantee!")
    open_ = await house.say(f"evidence {draft.id}")
    assert "• “CHF 1990”" in open_.reply and "• “Money-back guarantee”" in open_.reply
    refused = await house.say(f"evidence {draft.id} CHF 1990: our price list")
    assert "Nothing changed" in refused.reply and supports(await now(house, draft))["CHF 1990"] == ""
    for words in ("evidence CHF 1990: our price list", "take on money-back because our terms say so"):
        said = await said_in_slack(
            house, words.replace("evidence ", f"evidence {draft.id} ").replace("on m", f"on {draft.id} m")
        )
        assert said.status == "done", said.reply
    settled = await now(house, draft)
    assert not [each for each in settled.findings if each.severity == "block"]
    assert {each.support.sentence for each in settled.evidence} == {"our price list", "our terms say so"}


async def said_in_slack(house: House, text: str) -> Request:
    admind, house.said = house.admind, house.said + 1
    name = await admind.desk.receive(
        ChatRequest(
            workspace=admind.workspace.id,
            surface="slack",
            member=house.owner.id,
            conversation=f"v_{house.said}",
            text=text,
        )
    )

    async def answered() -> bool:
        return (await admind.desk.get(admind.workspace.id, name)).status in ("done", "failed")

    await until(answered, "it is answered", seconds=60)
    return await admind.desk.get(admind.workspace.id, name)


async def scheduled(house: House, page: str, path: str = "/shop") -> tuple[Draft, Post, str]:
    """A post about a page, approved, that goes out in a day."""
    url = house.site.put(path, page)
    draft = await house.drafted(f"Write a post about {url}, tomorrow 9am")
    post = (await decide(house, draft)).posts[0]
    return draft, post, url


async def post_now(house: House, post: Post) -> Post:
    return (await PostStore(house.admind.database).get(post.workspace, post.id)).record


async def at(house: House, post: Post, after: timedelta, state: PostState) -> Post:
    """The post once its clock brought it there."""
    clock = house.admind.clock
    assert isinstance(clock, MovableClock)
    clock.move_to(post.due + after)

    async def there() -> bool:
        return (await post_now(house, post)).state is state and not await still_to_read(house, post)

    await until(there, f"it is {state}", seconds=60)
    return await post_now(house, post)


async def still_to_read(house: House, post: Post) -> bool:
    client: Any = house.admind.database.client
    return await client.zscore(keys.due(post.workspace), f"sources:{post.id}") is not None


BEFORE, AFTER = timedelta(minutes=-9), timedelta(seconds=5)


async def test_a_page_that_says_the_same_lets_the_post_go_on(house: House) -> None:
    _, post, url = await scheduled(house, PLAIN_ARTICLE)
    house.site.put("/shop", PLAIN_ARTICLE.replace("Parking for cargo bikes", "Parking for all bikes"))
    await at(house, post, BEFORE, PostState.scheduled)
    assert house.site.asked.count("/shop") == 2, url
    await at(house, post, AFTER, PostState.published)
    assert house.site.asked.count("/shop") == 2, "once is enough"


async def test_a_changed_page_holds_the_post_and_shows_old_and_new_side_by_side(house: House) -> None:
    draft, post, url = await scheduled(house, PLAIN_ARTICLE)
    house.site.put("/shop", PLAIN_ARTICLE.replace("40 bikes", "14 <b>bikes</b>").replace("three mechanics", "two"))
    held = await at(house, post, BEFORE, PostState.paused)
    assert held.failure is not None and held.reread is not None
    assert [each.url for each in held.reread.changed] == [url]
    assert "40 bikes" not in held.failure.sentence, "a page's words stay out of what the agent may read"
    card = await house.admind.looking.post_card(post.workspace, house.owner.id, post.id)
    texts = [section.text for section in card.sections]
    assert any("40 bikes" in text for text in texts) and any("14 bikes" in text for text in texts)
    assert [button.label for button in card.buttons] == ["Send it as it is", "At another time", "Edit text", "Drop"]

    async def told() -> bool:
        return any(card.title.startswith("⏸ Paused") for card in await notices(house))

    await until(told, "the question stands in its people's room", seconds=30)
    asked = next(card for card in await notices(house) if card.title.startswith("⏸ Paused"))
    assert asked.draft == draft.id and any("14 bikes" in section.text for section in asked.sections)
    [entry] = await audited(house, draft, "held: a source changed")
    assert url in entry["changed"]
    assert isinstance(house.admind.clock, MovableClock)
    house.admind.clock.move_to(post.due + AFTER)
    await house.admind.rereading.before(house.admind.publisher.publish)(post.workspace, post.id)
    assert (await post_now(house, post)).state is PostState.paused, "nothing resends by itself"


async def notices(house: House) -> list[Card]:
    found = (await inbox_store(house.admind.database).page(house.admind.workspace.id, limit=500)).items
    return [Card.model_validate(item.card) for item in found]


async def test_a_page_that_was_given_as_evidence_is_read_again_and_lapses_with_its_words(house: House) -> None:
    link = house.site.put("/prices", "<article><h1>Prices</h1><p>Our bikes cost CHF 1’990 since May.</p></article>")
    draft = await worded(house, "Our bikes now cost CHF 1990.", "Announce our bikes, tomorrow 9am")
    await house.admind.proving.supply(who(house, draft, "CHF 1990"), link=link)
    post = (await decide(house, draft)).posts[0]
    house.site.put("/prices", "<article><h1>Prices</h1><p>Our bikes cost CHF 2’090 since June.</p></article>")
    held = await at(house, post, BEFORE, PostState.paused)
    assert held.reread is not None
    [changed] = held.reread.changed
    assert (changed.old, changed.new) == ("Our bikes cost CHF 1’990 since May.", "Our bikes cost CHF 2’090 since June.")
    edited = await worded_again(house, draft, "Our bikes now cost CHF 1990!")
    assert edited.evidence == () and [each.rule for each in edited.findings if each.severity == "block"] == ["price"]


async def test_who_sends_it_as_it_is_is_not_asked_again_and_its_time_stands(house: House) -> None:
    _, post, _ = await scheduled(house, PLAIN_ARTICLE)
    house.site.put("/shop", PLAIN_ARTICLE.replace("40 bikes", "14 bikes"))
    await at(house, post, BEFORE, PostState.paused)
    done = await house.admind.posts.resolve(post.workspace, post.id, house.owner.id, "send", "test")
    assert (done.post.state, done.post.due) == (PostState.scheduled, post.due)
    await house.admind.rereading.read(post.workspace, post.id)
    assert (await post_now(house, post)).state is PostState.scheduled
    await at(house, post, AFTER, PostState.published)


async def test_an_edit_is_checked_against_what_stands_there_now(house: House) -> None:
    draft, post, url = await scheduled(house, PLAIN_ARTICLE)
    house.site.put("/shop", PLAIN_ARTICLE.replace("40 bikes", "14 bikes"))
    await at(house, post, BEFORE, PostState.paused)
    text = draft.versions[0].text
    wrong = await worded_again(house, draft, text + " ")
    assert "“40” is not in the brief." in {each.reason for each in wrong.findings}
    right = await worded_again(house, wrong, text.replace("40 bikes", "14 bikes"))
    assert right.findings == () or not [each for each in right.findings if each.rule == "figure"]
    assert right.sources[0].url == url and right.sources[0].read_at > draft.sources[0].read_at
    assert (await post_now(house, post)).state is PostState.cancelled


async def test_a_site_that_is_down_warns_and_keeps_no_post_back(house: House) -> None:
    draft, post, _ = await scheduled(house, PLAIN_ARTICLE)
    house.site.add("/shop", Page(b"", status=503))
    told = await at(house, post, BEFORE, PostState.scheduled)
    assert told.reread is not None and told.reread.unread
    card = await house.admind.looking.draft_card(draft.workspace, house.owner.id, draft.id)
    assert any("could not be read again" in note for note in card.notes)
    await at(house, post, AFTER, PostState.published)


async def test_a_page_that_was_not_read_in_time_is_read_at_sending(house: House) -> None:
    _, post, _ = await scheduled(house, PLAIN_ARTICLE)
    house.site.put("/shop", PLAIN_ARTICLE.replace("40 bikes", "14 bikes"))
    await at(house, post, AFTER, PostState.paused)


async def test_a_page_that_hangs_at_sending_keeps_the_post_for_moments_only(house: House) -> None:
    _, post, _ = await scheduled(house, PLAIN_ARTICLE)
    house.site.add("/shop", Page(hangs=True))
    admind = house.admind
    hasty = Rereading(
        admind.database, sources=admind._sources, audit=admind.audit, clock=admind.clock,
        at_sending=timedelta(milliseconds=200),
    )  # fmt: skip
    sent = list[str]()

    async def publish(workspace: str, post_id: str) -> None:
        sent.append(post_id)

    await hasty.before(publish)(post.workspace, post.id)
    assert sent == [post.id] and await still_to_read(house, post)
