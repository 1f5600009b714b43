"""Does every link lead where the brief says, over the web, to a name that is what it seems?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from bot.checks.addresses import Address, find_addresses, looks_alike
from bot.checks.base import CheckedVersion, Subject
from bot.links.utm import untagged
from storage.drafts import Finding


async def links(subject: Subject) -> tuple[Finding, ...]:
    known = {address.key for source in subject.sources for address in find_addresses(source)}
    found: list[Finding] = []
    for each in subject.versions:
        # What was made of a link (a short link, say) is known too, where it leads to what is known.
        leads = {link.shown: link.destination for link in each.payload.links if not _leads(link.destination) & known}
        made = [link for link in each.payload.links if link.shown not in leads]
        own = known | {key for link in made for key in _keys(link.shown, link.destination)}
        found += [finding for address in find_addresses(each.text) for finding in _about(address, own, each, leads)]
        found += _missing(subject, each)
    return tuple(found)


def _about(address: Address, known: set[str], each: CheckedVersion, leads: Mapping[str, str]) -> Iterator[Finding]:
    def say(rule: str, reason: str, fix: str, *, block: bool = False) -> Finding:
        return Finding(
            severity="block" if block else "warn",
            rule=rule,
            reason=reason,
            fix=fix,
            account=each.account.id,
            span=address.span,
        )

    shown = _short(address.text)
    if address.kind == "url":
        broken = _broken(address.text, shown)
        if broken:
            yield say("link_broken", broken, "Correct or remove the link.", block=True)
            return
        if urlsplit(address.text).username is not None:
            yield say(
                "link_disguised",
                f"{shown} really leads to {address.host}, not to what stands before the @.",
                "Use the plain address.",
                block=True,
            )
    if address.kind != "mention" and looks_alike(address.host):
        yield say(
            "link_lookalike",
            f"The name {address.host} holds letters that look like others, as forged addresses do.",
            "Type the address again by hand, or confirm it with whoever gave it.",
        )
    if address.key in known or _keys(untagged(address.text)) & known:
        return
    if address.kind == "mention":
        yield say(
            "mention_unknown", f"{shown} is not in the brief; they would be notified.", "Check it is the right one."
        )
    elif address.kind == "email":
        yield say("link_unknown", f"The address {shown} is not in the brief.", "Check it, or remove it.")
    elif destination := leads.get(address.text, ""):
        there = _short(destination)
        yield say(
            "link_unknown",
            f"{shown} leads to {there}, which is not in the brief.",
            "Check where it leads, or use the brief's link.",
        )
    else:
        yield say("link_unknown", f"{shown} is not in the brief.", "Check where it leads, or use the brief's link.")


def _missing(subject: Subject, each: CheckedVersion) -> Iterator[Finding]:
    wanted = subject.brief.link
    if not wanted or each.capabilities.links == "none":
        return
    leading = [link.destination for link in each.payload.links]
    there = {address.key for address in find_addresses("\n".join((each.text, *leading)))}
    there |= _keys(*(untagged(address.text) for address in find_addresses("\n".join((each.text, *leading)))))
    if not there & _keys(wanted):
        shown = _short(wanted)
        yield Finding(
            severity="warn",
            rule="link_missing",
            reason=f"The brief's link {shown} is not in the text.",
            fix="Add it, or take it out of the brief.",
            account=each.account.id,
        )


def _leads(destination: str) -> set[str]:
    return _keys(destination, untagged(destination))


def _keys(*addresses: str) -> set[str]:
    return {address.key for text in addresses for address in find_addresses(text)}


def _broken(url: str, shown: str) -> str:
    """What is wrong with it, in a sentence; empty when it is well formed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return f"{shown} is no valid web address."
    if parts.scheme.casefold() not in ("http", "https"):
        return f"{shown} is no web address: only http and https may be posted."
    host = parts.hostname or ""
    if not host or ".." in host or host.startswith((".", "-")) or ("." not in host and host != "localhost"):
        return f"{shown} is no valid web address."
    if host == "localhost" or port == 0:
        return f"{shown} leads to this machine, nobody else can open it."
    return ""


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "…"
