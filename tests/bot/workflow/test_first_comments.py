"""First comments from the wish to the sealed bytes, by the whole of AdMind with the offline model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.bootstrap import AdMind
from bot.clock import MovableClock
from bot.errors import BadInput
from bot.settings import Settings
from bot.workflow.requests import Idea
from storage.commit import Change, commit
from storage.drafts import Draft, DraftStatus
from storage.sealed import SealedPayload
from storage.stores import TeamStore
from tests.bot.workflow.test_requests import SALE, approve, asker_of
from tests.samples import linkedin_page

LINK = SALE.link


@pytest.fixture
async def admind(tmp_path: Path) -> AsyncIterator[AdMind]:
    """With a page on LinkedIn beside the feed."""
    settings = Settings(data_dir=tmp_path / "data", timezone="Europe/Zurich")
    async with AdMind(settings, clock=MovableClock(), queues=frozenset()) as opened:
        await opened.start()
        home = opened.workspace
        page = linkedin_page(home.id, home.default_brand, opened.clock.now(), posted=True)
        change = Change(opened.workspace.id)
        TeamStore(opened.database).accounts.put(change, page, page.id, ver=None, at=1.0)
        await commit(opened.database, change)
        yield opened


async def drafted(admind: AdMind, *, comment: str) -> Draft:
    brief = SALE.model_copy(update={"first_comment": comment})
    (draft,) = await admind.requests.draft(await asker_of(admind), [Idea(brief=brief, when="in 3 days at 9am")])
    return draft


async def sealed(admind: AdMind, draft: Draft, channel: str) -> SealedPayload:
    [version] = [version for version in draft.versions if version.channel == channel]
    payload = SealedPayload.read(await admind.blobs.get(version.payload))
    assert payload.digest == version.digest and payload.first_comment == version.first_comment
    return payload


async def test_the_link_stands_in_the_comment_where_there_is_one_and_else_in_the_text(admind: AdMind) -> None:
    draft = await drafted(admind, comment=LINK)
    page, feed = await sealed(admind, draft, "linkedin"), await sealed(admind, draft, "feed")
    assert page.first_comment == LINK and LINK not in page.parts[0].text and page.parts[0].link_card is None
    assert [link.destination for link in page.links] == [LINK]
    assert feed.first_comment == "" and LINK in feed.parts[0].text
    told = [finding for finding in draft.findings if finding.rule == "no_first_comment"]
    assert len(told) == 1 and told[0].severity == "warn" and "Feed" in told[0].reason
    assert "link_missing" not in {finding.rule for finding in draft.findings}


async def test_a_link_is_moved_below_and_back_by_a_word(admind: AdMind) -> None:
    draft = await drafted(admind, comment="")
    assert LINK in (await sealed(admind, draft, "linkedin")).parts[0].text + str(
        (await sealed(admind, draft, "linkedin")).parts[0].link_card
    )
    moved = await admind.requests.revise(await asker_of(admind), draft.id, "put the link in the first comment")
    page, feed = await sealed(admind, moved, "linkedin"), await sealed(admind, moved, "feed")
    assert page.first_comment == LINK and LINK not in page.parts[0].text and page.parts[0].link_card is None
    assert LINK in feed.parts[0].text and feed.first_comment == ""
    with pytest.raises(BadInput):
        await admind.requests.revise(await asker_of(admind), draft.id, "put the link in the first comment")
    back = await admind.requests.revise(await asker_of(admind), draft.id, "no first comment")
    page = await sealed(admind, back, "linkedin")
    assert page.first_comment == "" and page.links[0].destination == LINK


async def test_a_comment_of_ones_own_is_kept_word_for_word_and_voids_the_approval(admind: AdMind) -> None:
    draft = await approve(admind, await drafted(admind, comment=""))
    [page] = [version for version in draft.versions if version.channel == "linkedin"]
    [feed] = [version for version in draft.versions if version.channel == "feed"]
    asker = await asker_of(admind, by_agent=False)
    words = "Fragen?\nSchreibt uns: 50% Chance auf Antwort. 🚲"
    edited = await admind.requests.word(asker, draft.id, {}, comments={page.account: words})
    assert (await sealed(admind, edited, "linkedin")).first_comment == words
    assert edited.status is DraftStatus.waiting
    kept = {version.channel: version for version in edited.versions}
    assert kept["linkedin"].digest != page.digest and kept["feed"].digest == feed.digest
    assert "figure" in {finding.rule for finding in edited.findings if finding.account == page.account}, (
        "claims in a comment need a source too"
    )
    with pytest.raises(BadInput, match="no first comments"):
        await admind.requests.word(asker, draft.id, {}, comments={feed.account: words})


async def test_a_comment_that_is_too_long_is_stopped_before_approval(admind: AdMind) -> None:
    draft = await drafted(admind, comment="x" * 1251)
    assert {finding.rule for finding in draft.findings if finding.severity == "block"} == {"comment_too_long"}
