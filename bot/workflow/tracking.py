"""A link that a person worded gets its final form, because a person says so: never by itself."""

from __future__ import annotations

from bot.checks.tracking import untracked
from bot.errors import BadInput, ChangedSince, NotAllowed
from bot.review.discreet import only_client
from bot.workflow.decisions import Decisions
from bot.workflow.requests import Asker, Requests
from bot.workflow.versions import Versions
from storage.drafts import Draft

KEPT = "Nothing changed."


class Tracking:
    def __init__(self, *, decisions: Decisions, requests: Requests, versions: Versions) -> None:
        self._decisions = decisions
        self._requests = requests
        self._versions = versions

    async def track(self, asker: Asker, draft_id: str, reason: str, *, account: str, digest: str) -> Draft:
        """The next revision, in which the link that a finding is about (by its `reason`; of one account, or "" for all
        that have it) is as the brand's rules make it. All else of the wording stays byte for byte; it counts as worded
        by who asks, and is to be approved anew.

        Raises NotFound, NotAllowed, ChangedSince when `digest` is not the draft's, BadInput.
        """
        case = await self._decisions.case(asker.workspace, draft_id)
        draft, brand = case.draft, case.brand
        if only_client(case.member(asker.member), brand.id):
            raise NotAllowed("The team says which links are tracked.", kept=KEPT)
        if draft.digest != digest:
            raise ChangedSince(
                "This changed since you looked at it.", kept="It is as it was.", do_next="Look at the current version."
            )
        texts, comments, seen = dict[str, str](), dict[str, str](), dict[str, str]()
        for version in draft.versions:
            if account not in ("", version.account):
                continue
            wording = self._versions.worded(version, case.accounts[version.account])
            minting = self._versions.minting
            links = await minting.trackable(wording, draft.brief, brand, draft=draft.id)
            meant = [link for link in links if untracked(link) == reason]
            if not meant:
                continue
            text, comment = await minting.tracked(wording, draft.brief, brand, meant, draft=draft.id)
            texts[version.account], seen[version.account] = text, version.digest
            if comment != version.first_comment:
                comments[version.account] = comment
        if not texts:
            raise BadInput(
                "That link can not be tracked any more.",
                kept=KEPT,
                do_next="Look whether it stands there, and at the brand's rules for links.",
            )
        return await self._requests.word(asker, draft.id, texts, seen=seen, comments=comments, why="Link tracked.")
