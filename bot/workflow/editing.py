"""The next revision of a draft: new bytes, new digests, checked again; what is approved already stands meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.checks import disclaimers
from bot.checks.base import spoken
from bot.checks.labels import unmarked
from bot.drafting import carousel
from bot.drafting.copy import CardText
from bot.drafting.describing import Describer
from bot.errors import BadInput, Conflict, NotFound
from bot.review.discreet import only_client
from bot.review.reminders import decide_by
from bot.workflow.asking import Asker
from bot.workflow.decisions import TRIES, Case
from bot.workflow.declarations import share_after, share_now
from bot.workflow.means import Means
from bot.workflow.minting import as_typed
from bot.workflow.rereading import holding, newest
from bot.workflow.versions import Making
from storage.accounts import Account
from storage.drafts import (
    Brief,
    CardWords,
    Draft,
    DraftStatus,
    Finding,
    GeneratedPicture,
    MadeWith,
    RevisionMark,
    Variant,
    Version,
)
from storage.posts import PostState
from storage.record import new_id
from storage.sealed import Medium
from storage.team import Brand, Member
from storage.usage import NOTHING, Usage


@dataclass(frozen=True, slots=True)
class Edit:
    """What a revision changes; what is None or not named stays as it was. `due` holds the new time, or None in it."""

    texts: Mapping[str, str]
    why: str
    edited_by: str = ""
    due: tuple[datetime | None] | None = None
    card: CardText | None = None
    alt: str = ""
    title: str = ""
    variants: tuple[Variant, ...] | None = None
    idea: str = ""  # behind the wording that is taken
    made_with: MadeWith | None = None
    spent: Usage = NOTHING  # what models took for it
    image: Literal["card", "none", "upload", "generate"] | None = None
    painted: GeneratedPicture | str | None = None  # what a model made for it now, or why there is none
    wish: Brief | None = None  # what the picture shall be
    uploads: tuple[str, ...] = ()
    brief: Brief | None = None  # what is declared of it
    by_model: Mapping[str, int] = field(default_factory=dict)  # of texts whose writers are known
    comments: Mapping[str, str] = field(default_factory=dict)  # first comments, by account; "": none any more
    first_comment: str | None = None  # what the brief wants there
    slides: tuple[CardText, ...] | None = None  # the pages of its carousel
    look: Describer | None = None  # what looks at new pictures: once, however often the revision is tried
    slot: str = ""  # the place in the plan that it goes to


class Editing:
    def __init__(self, means: Means) -> None:
        self._means = means

    async def open(self, asker: Asker, draft_id: str) -> tuple[Case, Brand, Member]:
        """A draft that may still change, for somebody who may see it. A conversation changes its own brand's alone.

        Raises NotFound, BadInput.
        """
        case = await self._means.decisions.case(asker.workspace, draft_id)
        member = case.member(asker.member)
        if asker.conversation and case.draft.brand != asker.brand:
            raise NotFound(f"There is no draft {draft_id}.", do_next="Look at the list of those there are.")
        if case.draft.status is DraftStatus.replaced:
            raise BadInput(
                "This draft was replaced by a newer one.", do_next=f"Look at {case.draft.replaced_by} instead."
            )
        out = (PostState.published, PostState.sending, PostState.unknown)
        if any(kept.record.state in out or kept.record.receipt for kept in case.posts.values()):
            raise BadInput(
                "This is already out or on its way, so it cannot be changed.",
                kept="Nothing changed.",
                do_next="Ask for a new post, or take this one down.",
            )
        return case, case.brand, member

    async def revision(self, asker: Asker, case: Case, brand: Brand, member: Member, edit: Edit) -> Draft:
        """The next revision, also when something beside its content (such as its card's address) was written meanwhile.

        Raises Conflict when somebody else changed the draft itself.
        """
        for _ in range(TRIES):
            try:
                return await self._revised(asker, case, brand, member, edit)
            except Conflict:
                seen = case.draft
                case, brand, member = await self.open(asker, seen.id)
                if (case.draft.digest, case.draft.revision) != (seen.digest, seen.revision):
                    raise
        raise Conflict("This draft changes all the time.", kept="Nothing changed.", do_next="Try again in a moment.")

    async def _revised(self, asker: Asker, case: Case, brand: Brand, member: Member, edit: Edit) -> Draft:
        """The next revision in place; or, when the agent changes what is approved, a candidate beside it."""
        old = case.draft
        met = all(standing.met for standing in case.standings(old, self._means.clock.now()))
        candidate = asker.by_agent and any(kept.record.state is PostState.scheduled for kept in case.posts.values())
        if candidate:
            await self._means.room.left()
        draft_id = new_id("d") if candidate else old.id
        draft = await self._edited(old, case, brand, member, edit, draft_id, asker)
        if candidate:
            draft = draft.changed(
                id=draft.id, replaces=old.id, revision=1, decisions=(), messages=(), history=(), requested_by=member.id
            )
            await self._means.write_new(draft, member, asker.surface)
            return draft
        if edit.due is not None and met and not asker.by_agent:
            draft = self._means.decisions.approved_by_mover(case, draft, member, asker.surface)
        if edit.edited_by and only_client(member, brand.id):
            worded = {*edit.texts, *edit.comments}
            draft = self._means.decisions.approved_by_client(draft, member, worded, asker.surface)
        return (await self._means.decisions.settle(case, draft, None, why=edit.why, by=member)).draft

    async def _edited(
        self, old: Draft, case: Case, brand: Brand, member: Member, edit: Edit, draft_id: str, asker: Asker
    ) -> Draft:
        """The draft with the edit carried out: new bytes, new digests, checked again."""
        now = self._means.clock.now()
        accounts = [case.accounts[version.account] for version in old.versions]
        due = edit.due[0] if edit.due is not None else old.due
        media = {version.account: version.media for version in old.versions}
        findings: tuple[Finding, ...] = ()
        layout, words, generated = old.made_with.card_layout, old.card, old.made_with.picture
        pages = tuple(CardText(**each.model_dump()) for each in old.slides) if edit.slides is None else edit.slides
        brief = edit.wish or edit.brief or old.brief
        brief = brief if edit.image is None else brief.model_copy(update={"image": edit.image})
        if edit.first_comment is not None:
            brief = brief.model_copy(update={"first_comment": edit.first_comment})
        if edit.image == "none":
            media, layout, words, generated, pages = dict.fromkeys(media, ()), "", None, None, ()
        elif edit.image == "upload":
            brief, pages = brief.model_copy(update={"uploads": edit.uploads, "carousel": False}), ()
            pictures = await self._means.pictures.make(
                brief, brand, None, edit.alt, accounts, draft=draft_id, by=member.id, look=edit.look
            )
            media, findings, layout, words = {**media, **pictures.media}, pictures.findings, "", None
            generated = None
        elif (edit.card is not None or edit.slides) and brief.image in ("card", "generate"):
            card = edit.card or CardText(**old.card.model_dump()) if old.card else edit.card
            words = CardWords(**card.model_dump()) if card is not None else None
            if words != old.card or edit.image is not None or edit.slides is not None:
                painted = edit.painted if edit.image is not None else generated
                pictures = await self._means.pictures.make(
                    brief, brand, card, edit.alt, accounts, draft=draft_id, by=member.id, painted=painted,
                    look=edit.look, slides=pages,
                )  # fmt: skip
                media, findings, layout = {**media, **pictures.media}, pictures.findings, pictures.layout
                generated = pictures.generated
        elif edit.alt:
            media = {
                account: tuple(medium.model_copy(update={"alt": edit.alt}) for medium in kept)
                for account, kept in media.items()
            }
        making = [_made_of(version, old, edit, case, media[version.account]) for version in old.versions]
        title = edit.title or old.title
        versions = await self._means.versions.seal(making, brief, brand, title=title, due=due, draft=draft_id)
        posts = {version.account: version.post for version in old.versions}
        versions = tuple(version.model_copy(update={"post": posts[version.account]}) for version in versions)
        posts_now = [kept.record for kept in case.posts.values()]
        sources, evidence = newest(old.sources, posts_now), holding(old.evidence, posts_now)
        checked = await self._means.versions.check(
            versions,
            brief,
            brand,
            case.accounts,
            draft=old.id,
            pages=sources,
            evidence=evidence,
            due=due,
            tainted=asker.tainted,
            drawn=carousel.shown_words(pages, words, layout),
        )
        asked = await self._means.questions(asker, versions, old.findings, {v.account: v.text for v in old.versions})
        mark = RevisionMark(
            number=old.revision,
            by=member.id,
            at=now,
            why=edit.why,
            digest=old.digest,
            snapshot=await self._means.blobs.put(old.dump().encode()),
        )
        spent = edit.spent.plus(edit.look.spent) if edit.look is not None else edit.spent
        usage = old.made_with.usage.plus(spent) if draft_id == old.id else spent
        made_with = edit.made_with or old.made_with
        stamps = (*made_with.prompts, *(edit.look.prompts if edit.look is not None else ()))
        made_with = made_with.model_copy(
            update={
                "card_layout": layout,
                "usage": usage,
                "picture": generated,
                "prompts": tuple(dict.fromkeys(stamps)),
            }
        )
        return old.changed(
            id=draft_id,
            title=title,
            versions=versions if draft_id == old.id else tuple(v.model_copy(update={"post": ""}) for v in versions),
            variants=edit.variants if edit.variants is not None else old.variants,
            idea=edit.idea if edit.variants is not None else old.idea,
            findings=(*checked.findings, *asked, *findings),
            claims=checked.claims,
            sources=sources,
            evidence=evidence,
            brief=brief,
            card=words,
            slides=tuple(CardWords(**each.model_dump()) for each in pages),
            due=due,
            slot=edit.slot or old.slot,
            decide_by=decide_by(due, now),
            reminders=() if edit.due is not None else old.reminders,
            revision=old.revision + 1,
            history=(*old.history, mark),
            authors=old.authors | ({member.id} if edit.texts or edit.comments or edit.card is not None else set()),
            made_with=made_with,
            status=DraftStatus.waiting,
            updated_at=now,
        )


def bare_words(version: Version, brief: Brief, brand: Brand, account: Account) -> str:
    """A version's words without what code put around them."""
    return as_typed(disclaimers.bare(unmarked(version.text, spoken(brief, account)), brand), version, brief)


def _made_of(version: Version, old: Draft, edit: Edit, case: Case, media: tuple[Medium, ...]) -> Making:
    """What this version becomes by the edit."""
    changed, account = version.account in edit.texts, case.accounts[version.account]
    text, edited_by, share = edit.texts.get(version.account, version.text), version.edited_by, share_now(version, old)
    words: Literal["new", "kept", "by hand"] = "kept"
    if changed:
        words, edited_by = "by hand" if edit.edited_by else "new", edit.edited_by
        share = share_after(version, text, old, edit.made_with, by_hand=bool(edited_by))
        share = edit.by_model.get(version.account, share)
    elif version.account in edit.comments:
        edited_by = edit.edited_by or edited_by
    if edit.brief is not None:
        words, text = "new", unmarked(text, spoken(old.brief, account))
    comment = edit.comments.get(version.account, version.first_comment)
    return Making(account, text, media, edited_by, comment, was=version, by_model=share, words=words)
