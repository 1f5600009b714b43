"""Records as pages that a person can read without AdMind: Markdown, with people's words fenced off as they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bot.insights.costs import what_it_took
from bot.insights.saying import named
from bot.naming import disclosed
from bot.team import profiles
from bot.words import Phrasebook
from storage.drafts import Decision, Draft, RevisionMark
from storage.learned import Learned
from storage.media import MediaItem
from storage.posts import Post
from storage.sealed import SealedPayload
from storage.team import Brand

SUFFIX = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}


@dataclass(frozen=True, slots=True)
class Names:
    """Names instead of ids, and the reader's language and zone."""

    words: Phrasebook
    zone: tzinfo
    members: Mapping[str, str]
    accounts: Mapping[str, str]

    def t(self, english: str, /, **values: object) -> str:
        return self.words.text(english, **values)

    def member(self, member: str) -> str:
        return self.members.get(member) or self.t("somebody who left")

    def people(self, members: Iterable[str]) -> str:
        return ", ".join(self.member(each) for each in members)

    def account(self, account: str) -> str:
        return self.accounts.get(account) or self.t("an account that was removed")

    def time(self, instant: datetime | None) -> str:
        return self.words.exact(instant, self.zone) if instant else ""


def readme(t: Callable[..., str]) -> str:
    files = (
        ("index.html", t("Open this first: every draft by name.")),
        ("brand/", t("How the brand speaks and looks, who works for it, and where it posts.")),
        (
            "drafts/",
            t("A page a draft: what was asked, every version, who decided, what went out and where it stands."),
        ),
        ("posts.csv", t("Every post with its time, its receipt and its link.")),
        ("links.csv", t("Short links, where each leads, and how often it was followed.")),
        ("requests.csv", t("What people asked AdMind, and what it answered, as far back as that is kept.")),
        ("media/, media.csv", t("Pictures, with their descriptions and where they came from.")),
        ("audit.csv", t("Who did what, when. The last column proves each entry.")),
        ("data/", t("Drafts and posts once more, complete, for programs: a JSON document a line.")),
    )
    lines = [
        t("Everything that AdMind keeps of this brand, to read without it."),
        "",
        *(f"- {name}: {said}" for name, said in files),
        "",
        t("Times in tables are UTC. In tables a ' stands before what a spreadsheet would take for a formula."),
        t("Passwords and keys are not in here. Pictures that people sent may show people: guard this file."),
    ]
    return "\n".join(lines) + "\n"


def brand_page(brand: Brand, names: Names) -> str:
    policy = brand.policy
    lines = [
        f"# {_line(brand.name)}",
        *_pairs(
            (names.t("Made"), names.time(brand.created_at)),
            (names.t("Language of its posts"), brand.language),
            (names.t("Colours, the leading one first"), " ".join(brand.palette)),
            (names.t("Words to avoid"), ", ".join(brand.avoid_words)),
            (names.t("Approvals of the team"), str(policy.approvals)),
            (names.t("Approvals of the client"), str(policy.client_approvals)),
            (names.t("Pictures that a model made"), brand.labels.ai_pictures),
            (names.t("Words that a model wrote"), brand.labels.ai_text),
            (names.t("Ads that do not say so"), brand.labels.missing_ad),
            (names.t("Logo"), f"media/{brand.logo[:16]}" if brand.logo else ""),
        ),
        f"## {names.t('How it speaks')}",
        fenced(brand.voice),
        f"## {names.t('Facts')}",
        *(f"- {_line(fact.text)}{f' ({_line(fact.evidence)})' if fact.evidence else ''}" for fact in brand.facts),
        *_profile(brand, names),
    ]
    return _joined(lines)


def _profile(brand: Brand, names: Names) -> list[str]:
    profile, manner, tags = brand.profile, brand.profile.manner, brand.profile.hashtags
    parts = (
        (names.t("Adjectives"), manner.adjectives),
        (names.t("Do"), manner.do),
        (names.t("Don't"), manner.dont),
        (names.t("Audiences"), tuple(map(profiles.audience_line, profile.audiences))),
        (names.t("Preferred words"), tuple(map(profiles.preferred_line, profile.prefers))),
        (names.t("Small print"), tuple(map(profiles.disclaimer_line, profile.disclaimers))),
        (names.t("Hashtags on every post"), tags.always),
        (names.t("Hashtags never to be used"), tags.never),
    )
    lines = [line for title, said in parts if said for line in (f"## {title}", *(f"- {_line(each)}" for each in said))]
    if manner.samples:
        lines += [f"## {names.t('Posts that sound right')}", *map(fenced, manner.samples)]
    return lines


def rules_page(learned: Learned, names: Names) -> str:
    """Rules from people's edits, with what they quote and what was said of each."""
    lines = [f"# {names.t('Learned from edits')}"]
    states = {"proposed": names.t("proposed"), "accepted": names.t("accepted"), "declined": names.t("declined")}
    for rule in learned.rules:
        lines += [
            f"## {_line(rule.line or ' → '.join(each for each in (rule.what, rule.instead) if each) or rule.kind)}",
            *_pairs(
                (names.t("State"), states[rule.state]),
                (names.t("By"), names.member(rule.decided_by) if rule.decided_by else ""),
                (names.t("When"), names.time(rule.decided_at)),
                (names.t("Edits that show it"), f"{rule.edits}/{rule.chances}"),
            ),
        ]
        for each in rule.evidence:
            lines.append(f"- {_line(each.title)} ({each.draft}): {_line(each.before)} → {_line(each.after)}")
    return _joined(lines)


def draft_page(
    draft: Draft,
    names: Names,
    *,
    state: str,
    earlier: Sequence[tuple[RevisionMark, Draft | None]],
    posts: Sequence[tuple[Post, str, SealedPayload | None]],
) -> str:
    """One draft with everything it ever said. `posts`: each with its state in words, and what was sealed for it."""
    lines = [
        f"# {_line(draft.title)}",
        *_pairs(
            (names.t("Number"), draft.id),
            (names.t("State"), state),
            (names.t("Time"), names.time(draft.due)),
            (names.t("Asked by"), names.member(draft.requested_by)),
            (names.t("Asked on"), names.time(draft.created_at)),
            (names.t("Worded by"), names.people(sorted(draft.authors))),
            (names.t("Written with"), draft.made_with.model),
            (names.t("What models took"), what_it_took(draft.made_with.usage, names.words)),
            (names.t("Takes the place of"), draft.replaces),
            (names.t("Replaced by"), draft.replaced_by),
        ),
        f"## {names.t('What was asked')}",
        fenced(draft.brief.request),
        f"## {names.t('Content')}",
        *_versions(draft, names),
    ]
    for source in draft.sources:
        lines.append(f"- {names.t('Source')}: {_line(source.url)} ({names.time(source.read_at)})")
    for finding in draft.findings:
        lines.append(f"- {names.t('Found')}: {_line(names.words.said(finding.reason))}")
    if draft.decisions:
        lines += [f"## {names.t('Decisions')}", *(_decision(each, names) for each in draft.decisions)]
    for post, said, payload in posts:
        lines += _post(post, said, payload, names)
    for mark, former in earlier:
        lines.append(f"## {names.t('Version {number}', number=mark.number)}")
        by, when = names.member(mark.by), names.time(mark.at)
        lines.append(names.t("Replaced by {name}, {when}.", name=by, when=when) + f" {_line(mark.why)}")
        lines += _versions(former, names) if former else [names.t("Its file is not there any more.")]
    return _joined(lines)


def picture_name(item: MediaItem) -> str:
    return f"media/{item.sha256[:16]}.{SUFFIX.get(item.mime, 'bin')}"


def fenced(text: str) -> str:
    """What somebody wrote, letter by letter: nothing in it is read as Markdown."""
    longest = max((len(found) for found in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}" if text else ""


def _versions(draft: Draft, names: Names) -> list[str]:
    lines, partner = list[str](), draft.brief.partner
    for version in draft.versions:
        lines += [f"### {_line(names.account(version.account))} ({version.channel})", fenced(version.text)]
        if version.first_comment:
            lines += [names.t("First comment:"), fenced(version.first_comment)]
        said = disclosed(version.disclosure, partner, names.words)
        lines += [f"- {names.t('It says of itself: {what}', what=_line(' · '.join(said)))}"] if said else []
        for medium in version.media:
            name = f"media/{medium.sha256[:16]}.{SUFFIX.get(medium.mime, 'bin')}"
            lines.append(f"- {names.t('Picture')}: {name}. {names.t('Description')}: {_line(medium.alt)}")
    return lines


def _decision(decision: Decision, names: Names) -> str:
    reason = f": {_line(decision.reason)}" if decision.reason else ""
    back = decision.withdrawn_at
    withdrawn = f" ({names.t('taken back {when}', when=names.time(back))})" if back else ""
    who, when = names.member(decision.member), names.time(decision.at)
    return f"- {when}, {who}, {decision.surface}: {decision.verdict.value}{reason}{withdrawn}"


def _post(post: Post, state: str, payload: SealedPayload | None, names: Names) -> list[str]:
    receipt = post.receipt
    return [
        f"## {names.t('Post to {account}', account=_line(names.account(post.account)))}",
        *_pairs(
            (names.t("Number"), post.id),
            (names.t("State"), state),
            (names.t("Time"), names.time(post.due)),
            (names.t("Approved by"), names.people(post.approved_by)),
            (names.t("Posted"), names.time(receipt.at) if receipt else ""),
            (names.t("Link"), receipt.url if receipt else ""),
            (names.t("How it did"), _how_it_did(post, names)),
            (names.t("Taken down"), names.time(receipt.taken_down_at) if receipt else ""),
            (names.t("Not posted"), names.words.said(post.failure.sentence) if post.failure else ""),
        ),
        *(fenced(part.text) for part in (payload.parts if payload else ())),
        *((names.t("First comment:"), fenced(payload.comment_after)) if payload and payload.comment_after else ()),
    ]


def _how_it_did(post: Post, names: Names) -> str:
    found = post.numbers
    return f"{' · '.join(named(found.counts, names.words))} ({names.time(found.at)})" if found else ""


def _pairs(*pairs: tuple[str, str]) -> list[str]:
    return [f"- {label}: {_line(value)}" for label, value in pairs if value]


def _line(text: str) -> str:
    """On one line, without what Markdown would make of it."""
    return re.sub(r"([\\`*\[\]<>|#])", r"\\\1", " ".join(text.split()))


def _joined(lines: Iterable[str]) -> str:
    found: list[str] = []
    for line in lines:
        if line and found and not (line.startswith("- ") and found[-1].startswith("- ")):
            found.append("")
        if line:
            found.append(line)
    return "\n".join(found) + "\n"
