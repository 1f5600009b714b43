"""A post's evidence as one page: plain HTML without scripts or anything fetched, all words of people escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.insights.costs import what_it_took
from bot.leaving.readable import Names
from bot.naming import disclosed
from storage.audit_entries import AuditEntry
from storage.claims import Support
from storage.drafts import Draft, RevisionMark, Version
from storage.media import MediaItem
from storage.posts import Post
from storage.sealed import Medium, SealedPayload
from storage.team import Brand

_STYLE = (
    "body{font:16px/1.55 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}"
    "h1{line-height:1.2}h2{margin-top:2.2rem;border-bottom:1px solid #d5d9de;padding-bottom:.25rem}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f5f7;border-radius:8px;padding:.8rem 1rem;"
    "font:inherit}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem}dt{color:#59636e}"
    "dd{margin:0;overflow-wrap:anywhere}"
    "code{font-size:.86em;overflow-wrap:anywhere}img{max-width:20rem;max-height:20rem;border-radius:8px}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.35rem .6rem .35rem 0;"
    "border-bottom:1px solid #e4e7ea;overflow-wrap:anywhere}.bad{color:#a3141f}.good{color:#0b6b3a}"
    "@media print{body{margin:0}}"
)
_POLICY = "default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as it was sealed; `file` is empty where its bytes are gone."""

    medium: Medium
    file: str
    item: MediaItem | None
    origin: MediaItem | None


@dataclass(frozen=True, slots=True)
class Revised:
    """What one revision changed; `known` is false where its file is not there any more."""

    mark: RevisionMark
    lines: tuple[str, ...]
    known: bool


@dataclass(frozen=True, slots=True)
class Entry:
    entry: AuditEntry
    who: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """`sealed`: the payload's digest, computed anew, is the approved one. `texts` and `prompts` name files."""

    post: Post
    draft: Draft | None
    brand: Brand
    payload: SealedPayload | None
    sealed: bool
    state: str
    shown: tuple[Shown, ...]
    texts: Mapping[str, str]
    prompts: Mapping[str, str]
    revisions: tuple[Revised, ...]
    entries: tuple[Entry, ...]
    names: Names
    at: datetime


def page(evidence: Evidence) -> str:
    names, post, draft = evidence.names, evidence.post, evidence.draft
    t = names.t
    body = [
        f"<h1>{_e(post.title)}</h1>",
        f"<p>{_e(t('Evidence of one post, as AdMind had it on {when}.', when=names.time(evidence.at)))}</p>",
        *_post(evidence),
        *_what_went_out(evidence),
        *_pictures(evidence),
    ]
    if draft is None:
        body.append(f"<p>{_e(t('Its draft was erased.'))}</p>")
    else:
        body += [
            *_brief(draft, names),
            *_sources(draft, evidence),
            *_claims(draft, names, post.account),
            *_read_again(evidence),
            *_findings(draft, names, post.account),
            *_making(draft, evidence),
            *_decisions(draft, names),
            *_revisions(evidence),
        ]
    body += _audit(evidence)
    return (
        f'<!doctype html><html lang="{_e(names.words.language)}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_e(_POLICY)}"><meta name="viewport" '
        f'content="width=device-width"><title>{_e(post.title)}</title><style>{_STYLE}</style></head>'
        f"<body>{''.join(body)}</body></html>\n"
    )


def _post(evidence: Evidence) -> list[str]:
    post, names, t = evidence.post, evidence.names, evidence.names.t
    receipt = post.receipt
    compared = {"same": t("the same as what was approved"), "differs": t("not the same as what was approved")}
    return [
        _pairs(
            (t("Number"), post.id),
            (t("Brand"), evidence.brand.name),
            (t("Account"), f"{names.account(post.account)} ({post.channel})"),
            (t("State"), evidence.state),
            (t("Time"), names.time(post.due)),
            (t("Approved by"), names.people(post.approved_by)),
            (t("Posted"), names.time(receipt.at) if receipt else ""),
            (t("Link"), receipt.url if receipt else ""),
            (t("Read back"), compared.get(receipt.compared, "") if receipt else ""),
            (t("Taken down"), names.time(receipt.taken_down_at) if receipt else ""),
            (t("Not posted"), names.words.said(post.failure.sentence) if post.failure else ""),
        ),
        *_table(
            t("Tries"),
            (t("When"), t("Number"), t("Outcome")),
            ((names.time(each.at), each.id, each.outcome) for each in post.attempts),
        ),
    ]


def _what_went_out(evidence: Evidence) -> list[str]:
    t, payload, post = evidence.names.t, evidence.payload, evidence.post
    lines = [f"<h2>{_e(t('What was approved, to the byte'))}</h2>"]
    if payload is None:
        return [*lines, f'<p class="bad">{_e(t("The sealed payload is not there any more."))}</p>']
    fits = t("Computed again from payload.json, the digest is the approved one.")
    differs = t("Computed again from payload.json, the digest is NOT the approved one.")
    lines.append(f'<p class="{"good" if evidence.sealed else "bad"}">{_e(fits if evidence.sealed else differs)}</p>')
    lines.append(_pairs((t("Digest"), post.digest), (t("SHA-256 of payload.json"), post.payload)))
    how = t(
        "Anybody can check it: SHA-256 over the text “admind-digest-v1”, a zero byte, and the bytes of payload.json."
    )
    lines.append(f"<p>{_e(how)}</p>")
    lines += [_quote(part.text) for part in payload.parts]
    if payload.comment_after:
        lines += [f"<p>{_e(t('First comment:'))}</p>", _quote(payload.comment_after)]
    lines += [f"<p>{_e(link.shown)} → {_e(link.destination)}</p>" for link in payload.links]
    partner = evidence.draft.brief.partner if evidence.draft else ""
    said = disclosed(payload.disclosure, partner, evidence.names.words)
    if said:
        lines.append(f"<p>{_e(t('It says of itself: {what}', what=' · '.join(said)))}</p>")
    return lines


def _pictures(evidence: Evidence) -> list[str]:
    names, t = evidence.names, evidence.names.t
    lines = [f"<h2>{_e(t('Pictures'))}</h2>"] if evidence.shown else []
    kinds = {"card": t("made by AdMind"), "upload": t("sent by somebody"), "generated": t("made by an image model")}
    for each in evidence.shown:
        medium, item, origin = each.medium, each.item, each.origin
        if each.file:
            lines.append(f'<p><img src="{_e(each.file)}" alt="{_e(medium.alt)}"></p>')
        behind = origin or item
        lines.append(
            _pairs(
                (t("File"), each.file or t("Its file is not there any more.")),
                ("SHA-256", medium.sha256),
                (t("Description"), medium.alt),
                (t("Where it is from"), kinds.get(medium.source, medium.source)),
                (t("Digital source type in the file"), item.digital_source if item else ""),
                (t("Made with"), behind.made_with if behind else ""),
                (t("Made from"), origin.sha256 if origin else ""),
                (t("Sent by"), names.member(behind.made_by) if behind and behind.made_by else ""),
                (t("Rights"), behind.rights_note if behind else ""),
                (t("May be used until"), str(behind.rights_until or "") if behind else ""),
            )
        )
    return lines


def _brief(draft: Draft, names: Names) -> list[str]:
    t, brief = names.t, draft.brief
    return [
        f"<h2>{_e(t('What was asked'))}</h2>",
        _quote(brief.request),
        _pairs(
            (t("Asked by"), names.member(draft.requested_by)),
            (t("Asked on"), names.time(draft.created_at)),
            (t("Subject"), brief.topic),
            (t("Offer"), brief.offer),
            (t("Until"), brief.deadline),
            (t("Audience"), brief.audience),
            (t("Tone"), brief.tone),
            (t("Link"), brief.link),
            (t("Campaign"), brief.campaign),
            (t("Partner"), brief.partner),
            (t("Wording that had to be used"), brief.verbatim),
            (t("What the picture shall show"), brief.image_wish),
        ),
        *_list(t("Facts"), brief.facts),
    ]


def _sources(draft: Draft, evidence: Evidence) -> list[str]:
    names, t = evidence.names, evidence.names.t
    lines = [f"<h2>{_e(t('Sources'))}</h2>"] if draft.sources else []
    for source in draft.sources:
        lines.append(
            _pairs(
                (t("Address"), source.url),
                (t("Found at"), source.address if source.address != source.url else ""),
                (t("Title"), source.title),
                (t("Read {when}", when=names.time(source.read_at)), evidence.texts.get(source.text, "")),
                (t("SHA-256 of the page"), source.body_sha256),
                (t("SHA-256 of its text"), source.text),
                (t("Could not be read"), names.words.said(source.problem)),
            )
        )
        lines += _list("", source.facts)
    return lines


def _claims(draft: Draft, names: Names, account: str) -> list[str]:
    """The ledger: each claim of the version with the words that it rests on, as they stood when it was approved."""
    t = names.t
    mine = sorted((each for each in draft.claims if each.account == account), key=lambda each: each.span)
    return _table(
        t("What it claims"),
        (t("Claim"), t("Rests on"), t("In these words"), t("Read or said"), t("SHA-256 of that text")),
        ((each.text, *_rests_on(each.support, names)) for each in mine),
    )


def _rests_on(support: Support | None, names: Names) -> tuple[str, str, str, str]:
    t = names.t
    if support is None:
        return t("nothing"), "", "", ""
    by = names.member(support.by) if support.by else ""
    where = {
        "brief": t("what was asked"),
        "fact": t("the brand's facts"),
        "campaign": t("the campaign"),
        "source": support.url or t("a page"),
        "person": t("taken on by {name}", name=by) if support.taken_on else t("what {name} said", name=by),
    }[support.where]
    if support.where == "source" and by:
        where = f"{where} ({by})"
    said = f"{support.sentence} ({support.worked})" if support.worked else support.sentence
    return where, said, names.time(support.read_at) if support.read_at else "", support.digest


def _read_again(evidence: Evidence) -> list[str]:
    """What its pages said right before sending, where that was something to tell."""
    names, t, reread = evidence.names, evidence.names.t, evidence.post.reread
    if reread is None:
        return []
    rows = [(each.said, each.url, each.old, each.new or t("nothing like it")) for each in reread.changed]
    rows += [("", url, "", t("could not be read")) for url in reread.unread]
    accepted = t("Sent all the same by {name}.", name=names.member(reread.accepted_by)) if reread.accepted_by else ""
    heads = (t("Claim"), t("Address"), t("What it said"), t("What it says now"))
    title = t("Read again {when}", when=names.time(reread.at))
    return [*_table(title, heads, rows), f"<p>{_e(accepted)}</p>" if accepted else ""]


def _findings(draft: Draft, names: Names, account: str) -> list[str]:
    t = names.t
    weights = {"block": t("blocks"), "warn": t("warning"), "note": t("note")}
    mine = [each for each in draft.findings if each.account in ("", account)]
    return _table(
        t("What the checks found"),
        (t("Weight"), t("Rule"), t("Reason"), t("Fix")),
        ((weights[f.severity], f.rule, names.words.said(f.reason), names.words.said(f.fix)) for f in mine),
    )


def _making(draft: Draft, evidence: Evidence) -> list[str]:
    names, made, t = evidence.names, draft.made_with, evidence.names.t
    version, picture = draft.version(evidence.post.account), draft.made_with.picture
    lines = [
        f"<h2>{_e(t('How it was made'))}</h2>",
        _pairs(
            (t("Written with"), made.model),
            (t("Worded by"), names.people(sorted(draft.authors))),
            (t("Words that a model wrote"), _share(version)),
            (t("What models took"), what_it_took(made.usage, names.words)),
            (t("Layout of the card"), made.card_layout),
        ),
        *_list(
            t("Prompts"),
            (
                f"{stamp} – {file or t('another version of it is installed now')}"
                for stamp, file in evidence.prompts.items()
            ),
        ),
    ]
    if picture is not None:
        lines += [
            _pairs(
                (t("Image model"), picture.model),
                (t("Price"), f"$ {picture.price}" if picture.price else ""),
                (t("When"), names.time(picture.at)),
                ("SHA-256", picture.sha256),
            ),
            f"<p>{_e(t('All that the image model was told:'))}</p>",
            _quote(picture.prompt),
        ]
    return lines


def _share(version: Version | None) -> str:
    return "" if version is None or version.by_model is None else f"{version.by_model} %"


def _decisions(draft: Draft, names: Names) -> list[str]:
    t = names.t
    rows = []
    for each in draft.decisions:
        who = names.member(each.member)
        if each.for_member:
            who += f" ({t('for {name}', name=names.member(each.for_member))})"
        reason = each.reason
        if each.withdrawn_at:
            reason = f"{reason} ({t('taken back {when}', when=names.time(each.withdrawn_at))})".strip()
        rows.append((names.time(each.at), who, each.surface, each.verdict.value, reason, each.digest))
    return _table(
        t("Decisions"), (t("When"), t("Who"), t("Where"), t("Verdict"), t("Reason"), t("Digest that was seen")), rows
    )


def _revisions(evidence: Evidence) -> list[str]:
    names, t = evidence.names, evidence.names.t
    lines = [f"<h2>{_e(t('What was changed'))}</h2>"] if evidence.revisions else []
    for each in evidence.revisions:
        mark = each.mark
        by, when = names.member(mark.by), names.time(mark.at)
        lines.append(f"<h3>{_e(t('Version {number}', number=mark.number))}</h3>")
        lines.append(f"<p>{_e(t('Replaced by {name}, {when}.', name=by, when=when))} {_e(mark.why)}</p>")
        if not each.known:
            lines.append(f"<p>{_e(t('Its file is not there any more.'))}</p>")
        elif each.lines:
            lines.append(_quote("\n".join(each.lines)))
    return lines


def _audit(evidence: Evidence) -> list[str]:
    names, t = evidence.names, evidence.names.t
    rows = (
        (
            str(each.entry.seq),
            names.time(each.entry.at),
            each.who or (t("erased") if each.entry.erased else ""),
            each.entry.kind,
            each.entry.about,
            "; ".join(f"{n}: {v}" for n, v in sorted({**each.entry.details, **each.entry.content}.items())),
            each.entry.hash,
        )
        for each in evidence.entries
    )
    heads = (t("Number"), t("When"), t("Who"), t("What"), t("About"), t("Details"), t("Proof"))
    return _table(t("From the audit"), heads, rows)


def _table(title: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    body = "".join("<tr>" + "".join(f"<td>{_e(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    if not body:
        return []
    head = "".join(f"<th>{_e(each)}</th>" for each in heads)
    return [f"<h2>{_e(title)}</h2><table><tr>{head}</tr>{body}</table>"]


def _list(title: str, items: Iterable[str]) -> list[str]:
    body = "".join(f"<li>{_e(item)}</li>" for item in items)
    return [f"<h3>{_e(title)}</h3>" if title else "", f"<ul>{body}</ul>"] if body else []


def _pairs(*pairs: tuple[str, str]) -> str:
    body = "".join(f"<dt>{_e(name)}</dt><dd>{_e(value)}</dd>" for name, value in pairs if value)
    return f"<dl>{body}</dl>" if body else ""


def _quote(text: str) -> str:
    return f"<pre>{_e(text)}</pre>" if text else ""


def _e(text: str) -> str:
    """Escaped, and without the control characters that could turn words around (Trojan Source)."""
    plain = "".join(c for c in text if c in "\n\t" or (ord(c) >= 32 and c not in _TURNING))
    return html.escape(plain)


_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x7f")
