"""A post's evidence: one zip that shows, without AdMind, how it came about and that what went out is what was approved.

`evidence.html` is for people and `evidence.json` for programs; beside them lie the sealed payload itself, over whose
bytes the approved digest can be computed again, every picture in its final bytes, and the text of every source.
"""

from __future__ import annotations

import asyncio
import contextlib
import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.errors import AdMindError, NotAllowed, NotFound
from bot.leaving.evidence_page import Entry, Evidence, Revised, Shown, page
from bot.leaving.readable import SUFFIX, Names
from bot.leaving.zipping import Zipped, file_name
from bot.naming import state_names
from bot.words import words
from prompts import PromptError, load
from storage.audit import AuditWriter
from storage.blobs.base import BlobStore
from storage.commit import Change, commit
from storage.drafts import Draft, Version
from storage.media import MediaStore
from storage.posts import Post
from storage.redis import Database
from storage.sealed import Medium, SealedPayload
from storage.stores import DraftStore, PostStore, TeamStore
from storage.team import Brand, Member, Role

AT_ONCE = 500  # entries of the audit
MOST_ENTRIES = 5000


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    name: str
    data: bytes


class Evidencing:
    def __init__(self, database: Database, *, blobs: BlobStore, audit: AuditWriter, clock: Clock) -> None:
        self._posts = PostStore(database)
        self._drafts = DraftStore(database)
        self._team = TeamStore(database)
        self._media = MediaStore(database)
        self._database = database
        self._blobs = blobs
        self._audit = audit
        self._clock = clock

    async def of(self, workspace: str, by: str, post_id: str) -> EvidenceFile:
        """The zip, for somebody of the brand's team: a client sees their post, not the team's words about it.

        Raises NotFound, NotAllowed; it stands in the audit.
        """
        member = (await self._team.members.get(workspace, by)).record
        kept = await self._posts.find(workspace, post_id)
        roles = member.roles.get(kept.record.brand) if kept is not None else None
        if kept is None or not roles:
            raise NotFound(f"There is no post {post_id[:40]}.", do_next="Look at the list of those there are.")
        if roles == {Role.client}:
            raise NotAllowed("Only the brand's team can do that.", kept="Nothing was written.")
        post, now = kept.record, self._clock.now()
        entry = await self._audit.prepare(
            workspace,
            "evidence exported",
            subject=member.subject,
            about=post.id,
            at=now,
            draft=post.draft,
            brand=post.brand,
        )
        await commit(self._database, Change(workspace).audit(entry))
        evidence, files = await self._gather(post, member, now)
        zipped = await asyncio.to_thread(_zip, evidence, files, now)
        return EvidenceFile(f"{file_name('evidence', post.title)} {post.id}.zip", zipped)

    async def _gather(self, post: Post, member: Member, now: datetime) -> tuple[Evidence, dict[str, bytes]]:
        workspace = post.workspace
        found = await self._drafts.find(workspace, post.draft)
        draft = found.record if found is not None else None
        brand = (await self._team.brands.get(workspace, post.brand)).record
        names = await self._names(member, brand)
        files: dict[str, bytes] = {}
        canonical = b""
        with contextlib.suppress(AdMindError):
            canonical = files["payload.json"] = await self._blobs.get(post.payload)
        payload = _read(canonical)
        shown = [
            await self._shown(post, medium, files)
            for part in (payload.parts if payload else ())
            for medium in part.media
        ]
        if payload is not None and (document := payload.extra.get("file")):
            with contextlib.suppress(AdMindError):
                files["document.pdf"] = await self._blobs.get(document)
        texts: dict[str, str] = {}
        for number, source in enumerate(draft.sources if draft else (), 1):
            with contextlib.suppress(AdMindError):
                if source.text:
                    texts[source.text] = f"sources/{number}.txt"
                    files[texts[source.text]] = await self._blobs.get(source.text)
        stamps = dict.fromkeys(draft.made_with.prompts if draft else ())
        if draft is not None and draft.made_with.picture is not None:
            stamps[draft.made_with.picture.prompt_stamp] = None
        prompts = {stamp: _prompt_file(stamp, files) for stamp in stamps}
        states = state_names(names.words)
        evidence = Evidence(
            post=post,
            draft=draft,
            brand=brand,
            payload=payload,
            sealed=bool(payload) and payload.digest == post.digest if payload else False,
            state=states[post.state.value],
            shown=tuple(shown),
            texts=texts,
            prompts=prompts,
            revisions=tuple(await self._revisions(draft, post.account) if draft else ()),
            entries=tuple(await self._entries(post)),
            names=names,
            at=now,
        )
        return evidence, files

    async def _names(self, member: Member, brand: Brand) -> Names:
        everybody = await self._team.all(self._team.members, brand.workspace)
        accounts = await self._team.all(self._team.accounts, brand.workspace)
        return Names(
            words(member.language),
            ZoneInfo(member.zone or brand.zone or "UTC"),
            {each.id: each.name for each in everybody},
            {each.id: each.name for each in accounts},
        )

    async def _shown(self, post: Post, medium: Medium, files: dict[str, bytes]) -> Shown:
        name = f"media/{medium.sha256[:16]}.{SUFFIX.get(medium.mime, 'bin')}"
        try:
            files[name] = await self._blobs.get(medium.sha256)
        except AdMindError:
            name = ""
        item = await self._media.get(post.workspace, post.brand, medium.sha256)
        origin = await self._media.get(post.workspace, post.brand, item.made_from) if item and item.made_from else None
        return Shown(medium, name, item, origin)

    async def _revisions(self, draft: Draft, account: str) -> list[Revised]:
        """What each revision changed in this account's version, oldest first."""
        found: list[Revised] = []
        former: list[tuple[Any, Version | None]] = []
        for mark in draft.history:
            old: Draft | None = None
            with contextlib.suppress(AdMindError, ValueError):
                old = Draft.load(await self._blobs.get(mark.snapshot))
            former.append((mark, old.version(account) if old else None))
        following = [*(version for _, version in former), draft.version(account)][1:]
        for (mark, before), after in zip(former, following, strict=True):
            lines = _diff(before, after) if before and after else ()
            found.append(Revised(mark, tuple(lines), known=before is not None))
        return found

    async def _entries(self, post: Post) -> list[Entry]:
        """What the audit holds about the draft, and so about its posts."""
        members = await self._team.all(self._team.members, post.workspace)
        who, last, found = {each.subject: each.name for each in members}, 0, list[Entry]()
        while len(found) < MOST_ENTRIES:
            entries = await self._audit.read(post.workspace, draft=post.draft, after_seq=last, limit=AT_ONCE)
            if not entries:
                break
            for each in entries:
                if each.brand in ("", post.brand):
                    found.append(Entry(each, who.get(each.subject, "")))
            last = entries[-1].seq
        return found


def _read(canonical: bytes) -> SealedPayload | None:
    with contextlib.suppress(AdMindError, ValueError):
        return SealedPayload.read(canonical)
    return None


def _diff(before: Version, after: Version) -> Sequence[str]:
    """A unified diff of the words, and a line for pictures that changed."""
    old, new = (f"{each.text}\n{each.first_comment}".strip().splitlines() for each in (before, after))
    lines = [line for line in difflib.unified_diff(old, new, lineterm="", n=1) if not line.startswith(("---", "+++"))]
    olds, news = [m.sha256 for m in before.media], [m.sha256 for m in after.media]
    lines += [f"- {sha256}" for sha256 in olds if sha256 not in news]
    lines += [f"+ {sha256}" for sha256 in news if sha256 not in olds]
    return lines


def _prompt_file(stamp: str, files: dict[str, bytes]) -> str:
    """Where the prompt with exactly this stamp lies in the zip; "" when this AdMind has another version of it."""
    try:
        prompt = load(stamp.partition("@")[0])
    except PromptError:
        return ""
    if prompt.stamp != stamp:
        return ""
    name = f"prompts/{file_name(prompt.id)}.md"
    files[name] = prompt.source.encode()
    return name


def _zip(evidence: Evidence, files: dict[str, bytes], now: datetime) -> bytes:
    """Blocking."""
    zipped = Zipped(now.astimezone(evidence.names.zone))
    zipped.add("evidence.html", page(evidence))
    zipped.add("evidence.json", json.dumps(_document(evidence), ensure_ascii=False, indent=2))
    for name, data in files.items():
        zipped.add(name, data, packed=not name.startswith("media/"))
    zipped.close()
    return zipped.taken()


def _document(evidence: Evidence) -> dict[str, Any]:
    """All of it, complete, for programs."""
    names, draft = evidence.names, evidence.draft
    people = {*evidence.post.approved_by, evidence.post.requested_by}
    if draft is not None:
        people |= {*draft.authors, draft.requested_by, *(each.member for each in draft.decisions)}
        people |= {mark.by for mark in draft.history}
    return {
        "made_at": evidence.at.isoformat(),
        "digest_fits_payload": evidence.sealed,
        "post": json.loads(evidence.post.dump()),
        "draft": json.loads(draft.dump()) if draft is not None else None,
        "pictures": [
            {
                "file": each.file,
                "sealed": each.medium.model_dump(mode="json"),
                "library": json.loads(each.item.dump()) if each.item else None,
                "made_from": json.loads(each.origin.dump()) if each.origin else None,
            }
            for each in evidence.shown
        ],
        "source_texts": dict(evidence.texts),
        "prompts": evidence.prompts,
        "revisions": [
            {"number": r.mark.number, "by": r.mark.by, "at": r.mark.at.isoformat(), "why": r.mark.why,
             "digest": r.mark.digest, "diff": list(r.lines), "known": r.known}
            for r in evidence.revisions
        ],
        "audit": [{**json.loads(e.entry.model_dump_json()), "who": e.who} for e in evidence.entries],
        "people": {member: names.member(member) for member in sorted(people) if member},
        "accounts": {evidence.post.account: names.account(evidence.post.account)},
    }  # fmt: skip
