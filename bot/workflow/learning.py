"""Rules from people's own edits: proposed with their evidence, and used only when an approver or owner accepts them.

What is accepted goes into the brand's profile, where it can be read and edited like all else; what is declined is not
proposed again. Looking costs a few files and no model, and changes nothing but the list of what is proposed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Final

from bot.clock import Clock
from bot.errors import AdMindError, BadInput, Conflict, NotAllowed, NotFound
from bot.insights.habits import Habit, HandEdit, habits, quoted
from bot.words import Phrasebook
from storage.audit import AuditWriter
from storage.blobs.base import BlobStore
from storage.commit import Change, commit
from storage.drafts import Draft
from storage.learned import MOST_EVIDENCE, Evidence, Learned, LearnedStore, Rule
from storage.profile import Preferred, Profile
from storage.record import new_id
from storage.redis import Database
from storage.stores import DraftStore, Kept, TeamStore
from storage.team import Brand, Member, Role

__all__ = ["DO", "DONT", "Learning", "Rule", "becomes", "holds", "said", "with_rule", "without_rule"]

MOST_DRAFTS: Final = 120  # the newest, of those that were worded by hand
PAGE: Final = 60
TRIES: Final = 3
BY_HAND: Final = "Edited by hand."  # why a revision was made, as `Requests.word` says it
Decide = Callable[[Rule, Brand], tuple[Rule, Brand]]
DONT: Final = frozenset(["no_exclamation", "no_emoji", "no_greeting", "no_closing", "no_question", "no_capitals"])
DO: Final = frozenset(["emoji", "short_sentences", "opening", "formal", "informal", "link_in_comment", "tested"])


class Learning:
    def __init__(self, database: Database, *, blobs: BlobStore, audit: AuditWriter, clock: Clock) -> None:
        self._database = database
        self._store = LearnedStore(database)
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)
        self._blobs = blobs
        self._audit = audit
        self._clock = clock

    async def rules(self, workspace: str, by: str, brand: str) -> tuple[Rule, ...]:
        """What edits show by now, and what was said about it, the newest first. Raises NotFound, NotAllowed."""
        await self._member(workspace, by, brand)
        return tuple(reversed((await self.look(workspace, brand)).rules))

    async def look(self, workspace: str, brand_id: str) -> Learned:
        """Bring what is proposed up to date with the edits there are. Raises NotFound."""
        for _ in range(TRIES):
            kept = await self._store.find(workspace, brand_id)
            brand = (await self._team.brands.get(workspace, brand_id)).record
            old = kept.record if kept else Learned(workspace=workspace, brand=brand_id)
            edits = await self._edits(workspace, brand_id)
            found = habits(edits, brand.language, names=(brand.name,))
            new = old.changed(rules=self._merged(old, found, brand))
            if new == old:
                return old
            with contextlib.suppress(Conflict):
                change = self._store.keep(Change(workspace), new, ver=kept.ver if kept else None)
                await commit(self._database, change)
                return new
        return await self._read(workspace, brand_id)

    async def propose(self, workspace: str, brand: str, rule: Rule) -> None:
        """Put up what an experiment found, once: proposed again it makes no difference. Raises Conflict."""
        for _ in range(TRIES):
            kept = await self._store.find(workspace, brand)
            old = kept.record if kept else Learned(workspace=workspace, brand=brand)
            if old.rule(rule.id) is not None:
                return
            with contextlib.suppress(Conflict):
                new = old.changed(rules=(*old.rules, rule))
                await commit(self._database, self._store.keep(Change(workspace), new, ver=kept.ver if kept else None))
                return
        raise Conflict("The brand's rules are being changed right now.", kept="Nothing changed.", do_next="Try again.")

    async def news(self, workspace: str, brand_id: str, monday: date) -> int:
        """How many rules wait that no summary of an earlier week spoke of; this week's speaks of them now."""
        await self.look(workspace, brand_id)
        kept = await self._store.find(workspace, brand_id)
        if kept is None:
            return 0
        week, rules = monday.isoformat(), kept.record.rules
        waiting = [rule for rule in rules if rule.state == "proposed" and rule.told_in in ("", week)]
        if any(not rule.told_in for rule in waiting):
            told = tuple(
                rule.model_copy(update={"told_in": rule.told_in or week}) if rule in waiting else rule for rule in rules
            )
            change = self._store.keep(Change(workspace), kept.record.changed(rules=told), ver=kept.ver)
            with contextlib.suppress(Conflict):  # next week's summary speaks of it
                await commit(self._database, change)
        return len(waiting)

    async def accept(self, workspace: str, by: str, brand: str, rule_id: str, *, line: str = "") -> Rule:
        """Make it part of the brand's profile, with these words where it is a line. Raises NotFound, NotAllowed,
        BadInput, Conflict.
        """
        line = " ".join(line.split())[:300]

        def accepted(rule: Rule, brand: Brand) -> tuple[Rule, Brand]:
            if rule.state == "accepted":
                return rule, brand
            reworded = rule.model_copy(update={"line": line}) if line and rule.kind in DONT | DO else rule
            return reworded.model_copy(update={"state": "accepted"}), with_rule(brand, reworded)

        return await self._decide(workspace, by, brand, rule_id, "rule accepted", accepted)

    async def decline(self, workspace: str, by: str, brand: str, rule_id: str) -> Rule:
        """Not used, and not proposed again; one that was accepted leaves the profile. Raises as `accept`."""

        def declined(rule: Rule, brand: Brand) -> tuple[Rule, Brand]:
            left = without_rule(brand, rule) if rule.state == "accepted" else brand
            return rule.model_copy(update={"state": "declined"}), left

        return await self._decide(workspace, by, brand, rule_id, "rule declined", declined)

    async def reconsider(self, workspace: str, by: str, brand: str, rule_id: str) -> Rule:
        """One that was declined is proposed again. Raises as `accept`."""

        def proposed(rule: Rule, brand: Brand) -> tuple[Rule, Brand]:
            if rule.state != "declined":
                raise BadInput("This was not declined.", kept="Nothing changed.")
            return rule.model_copy(update={"state": "proposed"}), brand

        return await self._decide(workspace, by, brand, rule_id, "rule proposed again", proposed)

    async def _decide(self, workspace: str, by: str, brand_id: str, rule_id: str, kind: str, decide: Decide) -> Rule:
        member = await self._member(workspace, by, brand_id)
        if not member.may(brand_id, Role.approver, Role.owner):
            raise NotAllowed("Only an approver or an owner of this brand can do that.", kept="Nothing changed.")
        kept = await self._store.find(workspace, brand_id)
        rule = kept.record.rule(rule_id) if kept else None
        if kept is None or rule is None:
            raise NotFound("There is no such rule.", do_next="Look at the list of those there are.")
        held = await self._team.brands.get(workspace, brand_id)
        now = self._clock.now()
        decided, brand = decide(rule, held.record)
        if decided == rule:
            return rule
        decided = decided.model_copy(update={"decided_by": member.id, "decided_at": now})
        change = self._store.keep(Change(workspace), kept.record.with_rule(decided), ver=kept.ver)
        if brand != held.record:
            self._team.brands.put(change, brand, brand_id, ver=held.ver, at=brand.created_at.timestamp())
        details = {"rule": rule.kind, "what": decided.line or rule.what, "instead": rule.instead}
        details |= {"shown by": f"{rule.edits} of {rule.chances} edits in {rule.drafts} drafts"}
        entry = await self._audit.prepare(
            workspace, kind, subject=member.subject, about=brand_id, at=now, brand=brand_id, details=details
        )
        await commit(self._database, change.audit(entry))
        return decided

    async def _member(self, workspace: str, by: str, brand: str) -> Member:
        """Who works in the brand, clients apart: rules quote drafts that clients do not see. Raises NotFound."""
        member = (await self._team.members.get(workspace, by)).record
        if not member.may(brand, Role.requester, Role.approver, Role.owner):
            raise NotFound("There is no such brand.", do_next="Look at the list of those there are.")
        return member

    async def _read(self, workspace: str, brand: str) -> Learned:
        kept: Kept[Learned] | None = await self._store.find(workspace, brand)
        return kept.record if kept else Learned(workspace=workspace, brand=brand)

    async def _edits(self, workspace: str, brand: str) -> list[HandEdit]:
        """Every text that somebody worded anew, the oldest first."""
        found, after, seen = list[HandEdit](), "", 0
        while seen < MOST_DRAFTS:
            page = await self._drafts.page(workspace, index=f"of:{brand}", after=after, limit=PAGE)
            for draft in page.items:
                edits = await self._edits_of(draft)
                seen += bool(edits)
                found += edits
            after = page.next
            if not after:
                break
        return sorted(found, key=lambda edit: (edit.at, edit.draft, edit.account))

    async def _edits_of(self, draft: Draft) -> list[HandEdit]:
        by_hand = any(version.edited_by for version in draft.versions)
        if not by_hand and not any(mark.why == BY_HAND for mark in draft.history):
            return []
        former: list[Draft | None] = []
        for mark in draft.history:
            try:
                former.append(Draft.load(await self._blobs.get(mark.snapshot)))
            except (AdMindError, ValueError):
                former.append(None)
        steps: Sequence[Draft | None] = (*former, draft)
        found: list[HandEdit] = []
        for mark, before, after in zip(draft.history, steps, steps[1:], strict=False):
            if before is not None and after is not None:
                found += [
                    HandEdit(
                        draft=draft.id,
                        title=draft.title,
                        account=old.account,
                        revision=mark.number,
                        by=mark.by,
                        at=mark.at,
                        before=old.text,
                        after=new.text,
                        comment_after=new.first_comment,
                    )
                    for old in before.versions
                    if (new := after.version(old.account)) is not None and new.edited_by == mark.by
                    if new.text != old.text
                ]
        return found

    def _merged(self, old: Learned, found: Iterable[Habit], brand: Brand) -> tuple[Rule, ...]:
        """What was decided stays as it is; of the rest, what edits still show and the profile does not have."""
        decided = {rule.names: rule for rule in old.rules if rule.state != "proposed"}
        waiting = {rule.names: rule for rule in old.rules if rule.state == "proposed"}
        now, fresh = self._clock.now(), list[Rule]()
        for habit in found:
            rule = Rule(
                id=new_id("lr"),
                kind=habit.kind,
                what=habit.what,
                instead=habit.instead,
                line=habit.line,
                edits=len(habit.edits),
                chances=habit.chances,
                drafts=habit.drafts,
                evidence=tuple(_evidence(edit, habit) for edit in reversed(habit.edits[-MOST_EVIDENCE:])),
                found_at=now,
            )
            known = waiting.get(rule.names)
            if known is not None:
                rule = rule.model_copy(update={"id": known.id, "found_at": known.found_at, "told_in": known.told_in})
            if rule.names not in decided and not holds(brand, rule):
                fresh.append(rule)
        stays = [rule for rule in old.rules if rule.state != "proposed" or rule.kind == "tested"]
        return (*stays, *fresh)


def with_rule(brand: Brand, rule: Rule) -> Brand:
    """The brand with this rule in its profile. Raises BadInput where there is no room for it."""
    if holds(brand, rule):
        return brand
    profile = brand.profile
    manner, tags = profile.manner, profile.hashtags
    try:
        match rule.kind:
            case "no_hashtags" | "most_hashtags":
                most = int(rule.what or 0)
                return _with(brand, hashtags=tags.model_copy(update={"most": most}))
            case "never_hashtag":
                return _with(brand, hashtags=tags.model_copy(update={"never": (*tags.never, rule.what)}))
            case "always_hashtag":
                return _with(brand, hashtags=tags.model_copy(update={"always": (*tags.always, rule.what)}))
            case "avoid":
                return brand.changed(avoid_words=(*brand.avoid_words, rule.what))
            case "prefer":
                return _with(brand, prefers=_preferring(profile.prefers, rule))
            case kind:
                name = "dont" if kind in DONT else "do"
                lines = (*getattr(manner, name), rule.line)
                return _with(brand, manner=manner.model_copy(update={name: lines}))
    except ValueError as error:
        raise BadInput(
            "The profile has no room for another of these.",
            kept="Nothing changed.",
            do_next="Take one out under Settings, Voice.",
        ) from error


def without_rule(brand: Brand, rule: Rule) -> Brand:
    """The brand without what this rule put there; what people changed since stays."""
    profile = brand.profile
    manner, tags = profile.manner, profile.hashtags
    match rule.kind:
        case "no_hashtags" | "most_hashtags":
            ours = tags.most == int(rule.what or 0)
            return _with(brand, hashtags=tags.model_copy(update={"most": None})) if ours else brand
        case "never_hashtag":
            return _with(brand, hashtags=tags.model_copy(update={"never": _less(tags.never, rule.what)}))
        case "always_hashtag":
            return _with(brand, hashtags=tags.model_copy(update={"always": _less(tags.always, rule.what)}))
        case "avoid":
            return brand.changed(avoid_words=_less(brand.avoid_words, rule.what))
        case "prefer":
            kept = [
                each.model_copy(update={"instead_of": _less(each.instead_of, rule.what)})
                if each.say.casefold() == rule.instead.casefold()
                else each
                for each in profile.prefers
            ]
            return _with(brand, prefers=tuple(each for each in kept if each.instead_of))
        case kind:
            name = "dont" if kind in DONT else "do"
            return _with(brand, manner=manner.model_copy(update={name: _less(getattr(manner, name), rule.line)}))


def holds(brand: Brand, rule: Rule) -> bool:
    """Whether the profile says so already."""
    profile = brand.profile
    manner, tags, what = profile.manner, profile.hashtags, rule.what.casefold()
    match rule.kind:
        case "no_hashtags" | "most_hashtags":
            return tags.most is not None and tags.most <= int(rule.what or 0)
        case "never_hashtag":
            return what in map(str.casefold, tags.never)
        case "always_hashtag":
            return what in map(str.casefold, tags.always)
        case "avoid":
            return what in map(str.casefold, brand.avoid_words) or any(
                what in map(str.casefold, each.instead_of) for each in profile.prefers
            )
        case "prefer":
            return any(what in map(str.casefold, each.instead_of) for each in profile.prefers)
        case _:
            lines = (*manner.do, *manner.dont)
            return rule.line.casefold() in map(str.casefold, lines) or rule.line.casefold() in brand.voice.casefold()


def said(rule: Rule, words: Phrasebook) -> str:
    """What people do, in a sentence to them."""
    t, what, instead = words.text, rule.what, rule.instead
    match rule.kind:
        case "no_exclamation":
            return t("You take exclamation marks out.")
        case "no_emoji":
            return t("You take emoji out.")
        case "emoji":
            return t("You add an emoji.")
        case "no_hashtags":
            return t("You take all hashtags out.")
        case "most_hashtags":
            return words.many(
                "You leave {count} hashtag at most.", "You leave {count} hashtags at most.", int(what or 0)
            )
        case "never_hashtag":
            return t("You take #{tag} out.", tag=what)
        case "always_hashtag":
            return t("You add #{tag}.", tag=what)
        case "prefer":
            return t("You write “{new}” instead of “{old}”.", new=instead, old=what)
        case "avoid":
            return t("You take the word “{word}” out.", word=what)
        case "no_greeting":
            return t("You take the greeting at the start out.")
        case "no_closing":
            return t("You take the closing words out.")
        case "short_sentences":
            return t("You make sentences shorter.")
        case "opening":
            return t("You write the first sentence anew.")
        case "no_question":
            return t("You do not begin with a question.")
        case "formal":
            return t("You change “du” to “Sie”.")
        case "informal":
            return t("You change “Sie” to “du”.")
        case "tested":
            return t("“{arm}” did best in the experiment “{name}”.", arm=what, name=instead)
        case "link_in_comment":
            return t("You move the link into the first comment.")
        case _:
            return t("You write words in capitals like others.")


def becomes(rule: Rule, words: Phrasebook) -> str:
    """What accepting it puts into the profile."""
    t = words.text
    match rule.kind:
        case "no_hashtags" | "most_hashtags":
            return t("Hashtags at most: {count}", count=rule.what or "0")
        case "never_hashtag":
            return t("Hashtags never to be used: #{tag}", tag=rule.what)
        case "always_hashtag":
            return t("Hashtags on every post: #{tag}", tag=rule.what)
        case "avoid":
            return t("Words to avoid: {word}", word=rule.what)
        case "prefer":
            return t("Preferred words: {line}", line=f"{rule.instead} <- {rule.what}")
        case _:
            return rule.line


def _preferring(known: tuple[Preferred, ...], rule: Rule) -> tuple[Preferred, ...]:
    same = next((each for each in known if each.say.casefold() == rule.instead.casefold()), None)
    if same is None:
        return (*known, Preferred(say=rule.instead, instead_of=(rule.what,)))
    more = Preferred(say=same.say, instead_of=(*same.instead_of, rule.what))
    return tuple(more if each is same else each for each in known)


def _with(brand: Brand, **parts: Any) -> Brand:
    profile = Profile.model_validate(brand.profile.model_copy(update=parts).model_dump())
    return brand.changed(profile=profile)


def _less(lines: Iterable[str], line: str) -> tuple[str, ...]:
    return tuple(each for each in lines if each.casefold() != line.casefold())


def _evidence(edit: HandEdit, habit: Habit) -> Evidence:
    before, after = quoted(edit, habit)
    return Evidence(
        draft=edit.draft,
        title=edit.title[:200],
        account=edit.account,
        revision=edit.revision,
        by=edit.by,
        at=edit.at,
        before=before,
        after=after,
    )
