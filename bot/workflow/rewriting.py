"""A draft revised by what somebody says of it: other words, another picture, another first comment."""

from __future__ import annotations

from bot.checks.labels import required
from bot.drafting.copy import CardText
from bot.errors import BadInput
from bot.llm.commenting import CommentWish, comment_wish, without
from bot.words import told
from bot.workflow.asking import UNTOUCHED, Asker, Quoting
from bot.workflow.decisions import Case
from bot.workflow.declarations import declaring
from bot.workflow.editing import Edit, Editing, bare_words
from bot.workflow.means import Means
from bot.workflow.minting import as_typed
from bot.workflow.other_pictures import OtherPictures
from bot.workflow.wishes import picture_wish
from storage.drafts import Draft, MadeWith
from storage.team import Brand, Member


class Rewriting:
    def __init__(self, means: Means, editing: Editing, pictures: OtherPictures) -> None:
        self._means = means
        self._editing = editing
        self._pictures = pictures

    async def revise(self, asker: Asker, draft_id: str, instruction: str) -> Draft:
        """The model rewrites by an instruction.

        Raises BadInput with a question when it does not understand (Quoting when the draft holds a page's words), and
        when there is no room for more.
        """
        await self._means.room.left()
        case, brand, member = await self._editing.open(asker, draft_id)
        draft = case.draft
        said = declaring(draft.brief, instruction)
        if said is not None and not said.rest:
            return await self._editing.revision(
                asker, case, brand, member, Edit({}, why=instruction[:500], brief=said.brief)
            )
        wish = picture_wish(instruction)
        if wish is not None and wish.kind == "shows":
            return await self._pictures.depict(asker, draft_id, (), wish.shows)
        if wish is not None and (wish.kind != "again" or draft.brief.image == "generate"):
            return await self._pictures.other(asker, case, brand, member, wish, instruction)
        below = comment_wish(instruction)
        if below is not None:
            return await self._other_comment(asker, case, brand, member, below, instruction)
        await asker.tell(told("Rewriting"))
        brief = said.brief if said is not None else draft.brief
        flags = required(brand.labels, brief, (), 0)
        needs = [
            await self._means.versions.need(
                case.accounts[v.account], brief, brand, {*v.disclosure, *flags}, picture=bool(v.media)
            )
            for v in draft.versions
        ]
        current = {v.account: bare_words(v, draft.brief, brand, case.accounts[v.account]) for v in draft.versions}
        card = CardText(**draft.card.model_dump()) if draft.card else None
        copywriter = self._means.copywriter(asker)
        revised = await copywriter.revise(
            draft.brief,
            brand,
            needs,
            current,
            card,
            said.rest if said is not None else instruction,
            slides=[CardText(**slide.model_dump()) for slide in draft.slides],
            title=draft.title,
            sources=draft.sources,
            seed=f"{draft.id}:{draft.revision + 1}",
        )
        if not revised.copy.understood:
            refusal = Quoting if draft.called else BadInput
            raise refusal(revised.copy.question or "What should be different?", kept=UNTOUCHED)
        texts = {each.account: each.text for each in revised.copy.versions}
        kept = all(text == texts.get(account, text) for account, text in current.items())
        pages = tuple(revised.copy.slides) if revised.copy.slides is not None else None
        if pages == tuple(CardText(**slide.model_dump()) for slide in draft.slides):
            pages = None
        if kept and said is None and revised.copy.card in (None, card) and pages is None:
            # A revision that changes nothing would ask everybody to look again.
            raise BadInput("There is nothing of that to change here.", kept=UNTOUCHED)
        stamps = MadeWith(
            model=self._means.model_name, prompts=revised.prompts, card_layout=draft.made_with.card_layout
        )
        return await self._editing.revision(
            asker,
            case,
            brand,
            member,
            Edit(
                texts,
                why=instruction[:500],
                made_with=stamps,
                spent=copywriter.spent,
                card=revised.copy.card,
                slides=pages,
                alt=revised.copy.alt,
                title=revised.copy.title,
                brief=said.brief if said is not None else None,
                look=self._means.describer(asker),
            ),
        )

    async def _other_comment(
        self, asker: Asker, case: Case, brand: Brand, member: Member, wish: CommentWish, instruction: str
    ) -> Draft:
        """The same post with another first comment, or with the link in it, on the accounts that have such a thing."""
        draft, accounts = case.draft, case.accounts
        mine = [each for each in draft.versions if self._means.versions.takes_comment(accounts[each.account])]
        if not mine:
            raise BadInput("None of this draft's channels has first comments.", kept=UNTOUCHED)
        link, texts = draft.brief.link, dict[str, str]()
        if wish.link and not link:
            raise BadInput("This draft has no link. Which one goes into the first comment?", kept=UNTOUCHED)
        comment = link if wish.link else wish.text
        if link and link in comment:
            plain = {each.account: as_typed(each.text, each, draft.brief) for each in mine}
            texts = {account: without(link, text) for account, text in plain.items() if link in text}
        if not all(text.strip() for text in texts.values()):
            raise BadInput("Then the post would have no text.", kept=UNTOUCHED)
        comments = {each.account: comment for each in mine}
        if not texts and all(each.first_comment == comment for each in mine):
            raise BadInput("There is nothing of that to change here.", kept=UNTOUCHED)
        edit = Edit(texts, why=instruction[:500], comments=comments, first_comment=comment)
        return await self._editing.revision(asker, case, brand, member, edit)
