"""Views as programs get them over MCP: compact, and with what pages say set apart from everything else."""

from __future__ import annotations

from bot.views import DraftView, PostView
from handlers.web.mcp.shapes import (
    ClaimShown,
    DraftLine,
    DraftShown,
    Entry,
    FindingShown,
    PageShown,
    PostLine,
    Quoted,
    SentenceShown,
    VersionShown,
)


def draft_line(view: DraftView) -> DraftLine:
    return DraftLine(
        id=view.id,
        brand=view.brand,
        title=view.called or view.title,
        status=view.status,
        due=view.due,
        accounts=[version.account_name for version in view.versions],
        waits_for=next((version.missing for version in view.versions if version.missing), ""),
    )


def draft_shown(view: DraftView) -> DraftShown:
    return DraftShown(
        id=view.id,
        brand=view.brand,
        title=view.called or view.title,
        status=view.status,
        revision=view.revision,
        due=view.due,
        zone=view.zone,
        decide_by=view.decide_by,
        request=view.request,
        from_pages=view.called is not None or bool(view.sources),
        versions=[
            VersionShown(
                account=version.account,
                account_name=version.account_name,
                channel=version.channel,
                text=version.text,
                first_comment=version.first_comment,
                pictures=[medium.alt for medium in version.media],
                length=version.length,
                limit=version.limit,
                approved=version.approved,
                waits_for=version.missing,
            )
            for version in view.versions
        ],
        other_wordings=len(view.options),
        findings=[
            FindingShown(severity=each.severity, reason=each.reason, fix=each.fix, account=each.account)
            for each in view.findings
        ],
        claims=[
            ClaimShown(
                id=claim.id,
                kind=claim.kind,
                text=claim.text,
                account=claim.account,
                rests_on=claim.support.where if claim.support else None,
                taken_on=claim.support is not None and claim.support.taken_on,
            )
            for claim in view.claims
        ],
        quoted=_quoted(view),
        replaces=view.replaces,
        replaced_by=view.replaced_by,
        posts=view.posts,
    )


def _quoted(view: DraftView) -> Quoted:
    return Quoted(
        pages=[
            PageShown(url=each.url, title=each.title, facts=each.facts, problem=each.problem) for each in view.sources
        ],
        sentences=[
            SentenceShown(claim=claim.id, url=claim.support.url, sentence=claim.support.sentence)
            for claim in view.claims
            if claim.support is not None and claim.support.where == "source"
        ],
    )


def post_line(view: PostView) -> PostLine:
    return PostLine(
        id=view.id,
        brand=view.brand,
        draft=view.draft,
        title=view.title,
        status=view.status,
        due=view.due,
        account_name=view.account_name,
        channel=view.channel,
        url=view.receipt.url if view.receipt else "",
        problem=view.problem,
        numbers=view.numbers.counts if view.numbers else {},
    )


def post_entry(view: PostView) -> Entry:
    return Entry(kind="post", id=view.id, title=view.title, when=view.due, where=view.account_name, status=view.status)


def draft_entry(line: DraftLine) -> Entry | None:
    """None for a draft without a time."""
    if line.due is None:
        return None
    return Entry(
        kind="draft",
        id=line.id,
        title=line.title,
        when=line.due,
        where=", ".join(line.accounts),
        status=line.waits_for or line.status,
    )
