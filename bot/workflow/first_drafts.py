"""A draft from an idea: written, pictured, sealed, checked, and put before people."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.checks.labels import required
from bot.drafting import carousel
from bot.drafting.copy import as_given
from bot.drafting.sources import ReadPages, called
from bot.review.reminders import decide_by
from bot.words import told
from bot.workflow.asking import Asker, Idea
from bot.workflow.declarations import declaring, is_model, share_at_first
from bot.workflow.means import Means
from bot.workflow.versions import Making
from storage.accounts import Account
from storage.drafts import CardWords, Draft, Finding, GeneratedPicture, MadeWith, Variant
from storage.record import new_id
from storage.team import Brand, Member


class FirstDrafts:
    def __init__(self, means: Means) -> None:
        self._means = means

    async def make(
        self,
        asker: Asker,
        brand: Brand,
        member: Member,
        idea: Idea,
        accounts: Sequence[Account],
        due: datetime | None,
        siblings: Sequence[str],
        seed: str,
        pages: ReadPages,
    ) -> Draft:
        """The draft of one idea at one time; `siblings` are the texts that it must not sound like."""
        now, draft_id = self._means.clock.now(), idea.draft or new_id("d")
        picture = idea.brief.image != "none"
        said = declaring(idea.brief, idea.brief.request)
        brief = said.brief if said is not None else idea.brief
        if brief.image in ("none", "card") and carousel.wanted(brief.request):
            brief, picture = brief.model_copy(update={"image": "card", "carousel": True}), True
        by_model = is_model(self._means.model_name)
        expected = required(brand.labels, brief, (), 100 if by_model else 0)
        needs = [
            await self._means.versions.need(account, brief, brand, expected, picture=picture) for account in accounts
        ]
        recent = (*siblings, *await self._means.versions.recent_texts(brand))
        sources, by_id = pages.of(idea.brief), {account.id: account for account in accounts}
        copywriter = self._means.copywriter(asker)
        written = as_given(idea.text, needs) or await copywriter.write(
            brief,
            brand,
            needs,
            recent=recent,
            angle=idea.angle,
            variants=idea.variants,
            sources=sources,
            faults=lambda texts: self._means.versions.faults(texts, brief, brand, by_id, due=due, pages=sources),
            seed=seed,
        )
        texts = {each.account: each.text for each in written.versions}
        words = written.card if picture else None
        if picture:
            await asker.tell(told("Making the picture"))
        painted: GeneratedPicture | str | None = None
        if brief.image == "generate":
            painted = await self._means.pictures.paint(brief, brand, words, accounts, draft=draft_id, by=member.id)
        look = self._means.describer(asker)
        if brief.carousel and not written.slides:
            brief = brief.model_copy(update={"carousel": False})
            few: tuple[Finding, ...] = (Finding(severity="warn", rule="picture", reason=carousel.TOO_LITTLE),)
        else:
            few = ()
        pictures = await self._means.pictures.make(
            brief, brand, words, written.alt, accounts, draft=draft_id, by=member.id, painted=painted, look=look,
            slides=written.slides,
        )  # fmt: skip
        making = [
            Making(
                account,
                texts[account.id],
                pictures.media.get(account.id, ()),
                by_model=share_at_first(texts[account.id], brief, by_model=by_model),
                first_comment=self._means.versions.comment_of(account, brief),
            )
            for account in accounts
        ]
        apart = len(set(written.ideas)) == len(written.ideas)  # one idea for all tells nobody which to take
        behind = written.ideas if apart else ("",) * len(written.ideas)
        title = written.title or idea.brief.topic or idea.brief.request[:60]
        versions = await self._means.versions.seal(making, brief, brand, title=title, due=due, draft=draft_id)
        checked = await self._means.versions.check(
            versions, brief, brand, by_id, draft=draft_id, pages=sources, due=due, tainted=asker.tainted,
            drawn=carousel.shown_words(written.slides, words, pictures.layout),
        )  # fmt: skip
        asked = await self._means.questions(asker, versions) if not idea.text else ()
        draft = Draft(
            id=draft_id,
            workspace=asker.workspace,
            brand=brand.id,
            title=title[:120],
            brief=brief,
            requested_by=member.id,
            authors=frozenset({member.id}),
            conversation=asker.conversation,
            versions=versions,
            variants=tuple(
                Variant(texts={e.account: e.text for e in each}, idea=idea)
                for each, idea in zip(written.variants, behind[1:], strict=False)
            ),
            idea=behind[0] if written.variants else "",
            findings=(*checked.findings, *asked, *pictures.findings, *few),
            claims=checked.claims,
            card=CardWords(**words.model_dump()) if words else None,
            slides=tuple(CardWords(**each.model_dump()) for each in written.slides),
            due=due,
            zone=brand.zone or asker.zone,
            decide_by=decide_by(due, now),
            made_with=MadeWith(
                model=self._means.model_name,
                prompts=(*(pages.prompts if sources else ()), *written.prompts, *look.prompts),
                card_layout=pictures.layout,
                usage=pages.spent.plus(copywriter.spent).plus(look.spent),
                picture=pictures.generated,
            ),
            sources=sources,
            called=called(brief, sources),
            slot=idea.slot,
            why=idea.why,
            created_at=now,
            updated_at=now,
        )
        await self._means.write_new(draft, member, asker.surface, shown_at=idea.shown_at)
        return draft
