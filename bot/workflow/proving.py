"""Settling a claim: somebody supplies evidence, or an owner takes it on with a reason.

Neither changes a byte of the draft, so that decisions on it stand; the checks run again on what is known now. A link is
opened through the safe client and kept as a source: what stands there must say what the post claims.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bot.checks.addresses import find_addresses
from bot.checks.ledger import Found, Stated, said_in, supported_by
from bot.clock import Clock
from bot.drafting.carousel import shown_words
from bot.drafting.sources import Sources
from bot.errors import BadInput, Conflict, NotAllowed, NotFound
from bot.review.approval import owns
from bot.review.discreet import only_client
from bot.words import told
from bot.workflow.decisions import TRIES, Case, Decided, Decisions
from bot.workflow.versions import Versions
from storage.claims import MOST_SENTENCE, Evidence, Support, digest_of_text
from storage.drafts import DraftStatus
from storage.sources import Source, host_of
from storage.team import Member

AS_IT_WAS: Final = "Nothing changed."
MOST_EVIDENCE: Final = 100  # of one draft
UNCHECKED: Final = frozenset({"picture", "swap", "unchecked_swap"})  # findings that no check makes: they stay


@dataclass(frozen=True, slots=True)
class Settling:
    """Who settles which claim of which draft, and from where. `claim` is its id, or its words as they stand there."""

    workspace: str
    draft: str
    member: str
    claim: str
    surface: str
    brand: str = ""  # of the conversation, which settles its own brand's drafts alone


class Proving:
    def __init__(self, *, decisions: Decisions, versions: Versions, sources: Sources, clock: Clock) -> None:
        self._decisions = decisions
        self._versions = versions
        self._sources = sources
        self._clock = clock

    async def supply(self, who: Settling, *, text: str = "", link: str = "") -> Decided:
        """Evidence for a claim: words that prove it, or a link, and with it the sentence that does.

        Raises NotFound, NotAllowed, BadInput (also where the page does not say it), Conflict.
        """
        said, link = " ".join(text.split())[:MOST_SENTENCE], link.strip()
        if not said and not link:
            raise BadInput(told("What proves it? Say it in a sentence, or give a link."), kept=AS_IT_WAS)
        case, member = await self._open(who)
        found = await self._claim(case, who.claim)
        source, page = await self._page(link) if link else (None, "")
        if source is not None:
            stated = Stated("source", page, source.url, source.read_at)
            support = self._on_page(found, stated, said, source)
            support = support.model_copy(update={"by": member.id})
        else:
            support = Support(
                where="person", sentence=said, read_at=self._clock.now(), digest=digest_of_text(said), by=member.id
            )
        return await self._settle(who, case, found, support, source, "evidence given")

    async def take_on(self, who: Settling, reason: str) -> Decided:
        """An owner answers for a claim without evidence. Raises NotFound, NotAllowed, BadInput, Conflict."""
        reason = " ".join(reason.split())[:MOST_SENTENCE]
        if not reason:
            raise BadInput(told("Why do you take it on? The reason is kept."), kept=AS_IT_WAS)
        case, member = await self._open(who)
        if not owns(member, case.brand.id, case.members, self._clock.now()):
            raise NotAllowed(
                told("Only an owner can take a claim on."),
                kept=AS_IT_WAS,
                do_next=told("Supply evidence for it, or ask an owner."),
            )
        found = await self._claim(case, who.claim)
        support = Support(
            where="person",
            sentence=reason,
            read_at=self._clock.now(),
            digest=digest_of_text(reason),
            by=member.id,
            taken_on=True,
        )
        return await self._settle(who, case, found, support, None, "claim taken on")

    async def _open(self, who: Settling) -> tuple[Case, Member]:
        case = await self._decisions.case(who.workspace, who.draft)
        member = case.member(who.member)
        draft_id = who.draft[:40]
        if who.brand and case.draft.brand != who.brand:
            raise NotFound(f"There is no draft {draft_id}.", do_next="Look at the list of those there are.")
        if only_client(member, case.draft.brand):
            raise NotAllowed(told("The team supplies evidence."), kept=AS_IT_WAS)
        if case.draft.status is DraftStatus.replaced:
            raise BadInput(
                "This draft was replaced by a newer one.", do_next=f"Look at {case.draft.replaced_by} instead."
            )
        return case, member

    async def _claim(self, case: Case, named: str) -> Found:
        """The claim that is meant: by its id, else by its words, those without support first. Raises NotFound."""
        draft, wanted = case.draft, " ".join(named.split()).strip("“”\"'„«»").casefold()
        ledger = await self._versions.ledger(
            draft.versions, draft.brief, case.brand, case.accounts, pages=draft.sources, evidence=draft.evidence,
            drawn=shown_words(draft.slides, draft.card, draft.made_with.card_layout),
        )  # fmt: skip
        every = sorted(ledger, key=lambda each: each.claim.support is not None)
        for fits in (
            lambda each: each.claim.id == named.strip(),
            lambda each: " ".join(each.claim.text.casefold().split()) == wanted,
            lambda each: bool(wanted) and wanted in each.claim.text.casefold(),
        ):
            found = next((each for each in every if fits(each)), None)
            if found is not None:
                return found
        open_ = dict.fromkeys(f"“{each.claim.text}”" for each in every if each.claim.support is None)
        there = told("Without evidence are: {claims}.", claims=", ".join(open_)) if open_ else ""
        raise NotFound(told("This draft makes no such claim."), kept=AS_IT_WAS, do_next=there)

    async def _page(self, link: str) -> tuple[Source, str]:
        """Raises BadInput when it is no address, or cannot be read."""
        addresses = find_addresses(link)
        if len(addresses) != 1 or addresses[0].kind not in ("url", "bare"):
            raise BadInput(told("That is no web address."), kept=AS_IT_WAS)
        url = addresses[0].text if addresses[0].kind == "url" else f"https://{addresses[0].text}"
        source, text = await self._sources.look(url)
        if source.problem:
            unread = f"I could not read the page on {host_of(url)[:80]}."
            raise BadInput(f"{unread} {source.problem}", kept=AS_IT_WAS, do_next="Or say in a sentence what proves it.")
        return source, text

    def _on_page(self, found: Found, stated: Stated, said: str, source: Source) -> Support:
        """The sentence of the page that proves it. Raises BadInput when none does."""
        if said:
            span = said_in(stated.text, said)
            if span is None:
                raise BadInput(
                    told("These words do not stand on the page."), kept=AS_IT_WAS, do_next=told("Copy them from there.")
                )
            return stated.support(span)
        support = supported_by(found, stated)
        if support is None:
            raise BadInput(
                told("The page on {host} does not say “{claim}”.", host=source.host[:80], claim=found.claim.text[:80]),
                kept=AS_IT_WAS,
                do_next=told("Quote the sentence there that proves it, too."),
            )
        return support

    async def _settle(
        self, who: Settling, case: Case, found: Found, support: Support, source: Source | None, kind: str
    ) -> Decided:
        evidence = Evidence(
            claim=found.claim.id,
            kind=found.claim.kind,
            text=found.claim.text,
            meaning=found.meaning,
            near=found.near,
            support=support,
            source=source,
        )
        for _ in range(TRIES):
            draft = case.draft
            supplied = (*draft.evidence, evidence)[-MOST_EVIDENCE:]
            checked = await self._versions.check(
                draft.versions,
                draft.brief,
                case.brand,
                case.accounts,
                draft=draft.id,
                pages=draft.sources,
                evidence=supplied,
                due=draft.due,
                drawn=shown_words(draft.slides, draft.card, draft.made_with.card_layout),
            )
            kept = tuple(each for each in draft.findings if each.rule in UNCHECKED)
            changed = draft.changed(
                findings=(*checked.findings, *kept),
                claims=checked.claims,
                evidence=supplied,
                updated_at=self._clock.now(),
            )
            details = {"surface": who.surface, "claim": f"{found.claim.id} {found.claim.text}", "where": support.url}
            try:
                return await self._decisions.settle(
                    case,
                    changed,
                    None,
                    why=support.sentence,
                    by=case.member(who.member),
                    kind=kind,
                    more=details | {"source": support.digest},
                )
            except Conflict:
                case, _ = await self._open(who)
        raise Conflict("This draft changes all the time.", kept=AS_IT_WAS, do_next="Try again in a moment.")
