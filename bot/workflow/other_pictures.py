"""The same words with another picture: a card, a generated one, people's own, or none."""

from __future__ import annotations

from collections.abc import Sequence

from bot.drafting.copy import CardText
from bot.errors import BadInput
from bot.words import told
from bot.workflow.asking import UNTOUCHED, Asker
from bot.workflow.decisions import Case
from bot.workflow.editing import Edit, Editing
from bot.workflow.means import Means
from bot.workflow.wishes import PictureWish
from storage.drafts import Draft, GeneratedPicture
from storage.team import Brand, Member


class OtherPictures:
    def __init__(self, means: Means, editing: Editing) -> None:
        self._means = means
        self._editing = editing

    async def other(
        self,
        asker: Asker,
        case: Case,
        brand: Brand,
        member: Member,
        wish: PictureWish,
        instruction: str,
    ) -> Draft:
        """The same words with a card, with a generated picture, or without one."""
        draft = case.draft
        if wish.kind == "none":
            if not any(version.media for version in draft.versions):
                raise BadInput("It has no picture.", kept=UNTOUCHED)
            return await self._editing.revision(
                asker, case, brand, member, Edit({}, why=instruction[:500], image="none")
            )
        if wish.kind == "library":
            item, look = await self._means.shelf.pick(brand, wish.shows), self._means.describer(asker)
            edit = Edit({}, why=instruction[:500], alt=item.alt, image="upload", uploads=(item.sha256,), look=look)
            return await self._editing.revision(asker, case, brand, member, edit)
        await asker.tell(told("Making the picture"))
        brief = draft.brief.model_copy(update={"image": "card", "carousel": wish.kind == "carousel"})
        if wish.kind in ("generate", "again"):
            shows = {"image": "generate", "image_wish": wish.shows or brief.image_wish}
            with_words = wish.words if wish.kind == "generate" else brief.image_words
            brief = brief.model_copy(update={**shows, "image_words": with_words})
        needs = [
            await self._means.versions.need(case.accounts[version.account], brief, brand, (), picture=True)
            for version in draft.versions
        ]
        copywriter, seed = self._means.copywriter(asker), f"{draft.id}:0"
        pages: tuple[CardText, ...] = ()
        if brief.carousel:
            card, pages = await copywriter.carousel(brief, brand, needs, sources=draft.sources, seed=seed)
            alt = ""
            if not pages:
                raise BadInput("There is too little to tell for a carousel.", kept=UNTOUCHED)
        else:
            card, alt = await copywriter.card(brief, brand, needs, sources=draft.sources, seed=seed)
        painted: GeneratedPicture | str | None = None
        if brief.image == "generate":  # before the revision is tried, which may be more than once: each one is paid
            accounts = [case.accounts[version.account] for version in draft.versions]
            painted = await self._means.pictures.paint(brief, brand, card, accounts, draft=draft.id, by=member.id)
        edit = Edit(
            {},
            why=instruction[:500],
            card=card,
            slides=pages,
            alt=alt,
            image=brief.image,
            painted=painted,
            wish=brief,
            spent=copywriter.spent,
            look=self._means.describer(asker),
        )
        return await self._editing.revision(asker, case, brand, member, edit)

    async def illustrate(self, asker: Asker, draft_id: str, wish: PictureWish) -> Draft:
        """The same words with another picture, as a form wishes for it; as if it had been said. Raises BadInput."""
        await self._means.room.left()
        case, brand, member = await self._editing.open(asker, draft_id)
        why = f"Another picture: {wish.shows}."[:500] if wish.shows else "Another picture."
        return await self.other(asker, case, brand, member, wish, why)

    async def depict(self, asker: Asker, draft_id: str, uploads: Sequence[str], shows: str = "") -> Draft:
        """Pictures that a person sent (SHA-256 in the library) in place of the draft's; `shows` describes them, or
        without new ones those that are there. Raises BadInput.
        """
        await self._means.room.left()
        case, brand, member = await self._editing.open(asker, draft_id)
        alt = " ".join(shows.split())
        if not uploads:
            if not any(version.media for version in case.draft.versions):
                raise BadInput("It has no picture.", kept=UNTOUCHED)
            return await self._editing.revision(
                asker, case, brand, member, Edit({}, why="The picture described.", alt=alt)
            )
        await asker.tell(told("Making the picture"))
        look = self._means.describer(asker)
        edit = Edit({}, why="Another picture.", alt=alt, image="upload", uploads=tuple(uploads), look=look)
        return await self._editing.revision(asker, case, brand, member, edit)
