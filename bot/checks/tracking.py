"""Do the links work: do they open, stay where they say, go over https, and are they counted alike?

Nothing is opened here: links that people gave were looked at before (`Subject.looked`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import regex

from bot.checks.addresses import Address, find_addresses
from bot.checks.base import CheckedVersion, Looked, Subject
from storage.drafts import Finding
from storage.sources import host_of

UNTRACKED: Final = "link_untracked"
MOST_SHOWN: Final = 80
_UTM = ("utm_source", "utm_medium", "utm_campaign")
_REFUSES_PROGRAMS = frozenset({401, 402, 403, 405, 406, 407, 429, 451, 999})  # a person's browser may get the page
_NUMBERED = regex.compile(r"[\d.]+|[0-9a-f:]*:[0-9a-f:]*")  # a machine without a name, which gets no certificate


async def tracking(subject: Subject) -> tuple[Finding, ...]:
    """Warnings for links that do not open or lead elsewhere; notes for plain http, mixed tracking and none."""
    looked = {each.url: each for each in subject.looked}
    found = list[Finding]()
    for each in subject.versions:
        found += [*_found(each, looked), *_untracked(each, subject.untracked.get(each.account.id, ()))]
    return tuple(found)


def untracked(link: str) -> str:
    """What is said of a link that a person worded: whoever tracks it is told by this which one is meant."""
    shown = link if len(link) <= MOST_SHOWN else f"{link[: MOST_SHOWN - 1]}…"
    return f"Clicks on {shown} are not counted: a person worded it."


def _untracked(each: CheckedVersion, links: Collection[str]) -> Iterator[Finding]:
    told = set[str]()
    for address in find_addresses(each.text):
        if address.kind == "url" and address.text in links and address.text not in told:
            told.add(address.text)
            fix = "To have them counted, track it: that changes the link in the text."
            yield _says(each, address, "note", UNTRACKED, untracked(address.text), fix)


def _found(each: CheckedVersion, looked: dict[str, Looked]) -> Iterator[Finding]:
    urls = [address for address in find_addresses(each.text) if address.kind in ("url", "bare") and address.host]
    told: set[str] = set()
    for address in urls:
        if address.key in told:
            continue
        told.add(address.key)
        found = looked.get(full(address))
        if found is not None:
            yield from _opened(address, found, each)
        secured = (found is not None and found.found.startswith("https://")) or _NUMBERED.fullmatch(address.host)
        if address.text.casefold().startswith("http://") and not secured:
            yield _says(
                each, address, "note", "link_plain", f"The link to {address.host} is not encrypted.", "Use https://."
            )
    yield from _mixed(urls, each)


def _opened(address: Address, found: Looked, each: CheckedVersion) -> Iterator[Finding]:
    host, status = address.host, found.status
    if found.problem:
        unopened = f"The link to {host} could not be opened."
        yield _says(each, address, "warn", "link_dead", f"{unopened} {found.problem}", "Check it in your browser.")
    elif status >= 400 and status not in _REFUSES_PROGRAMS:
        reason = f"The link to {host} answers with an error ({status})."
        yield _says(each, address, "warn", "link_dead", reason, "Check it in your browser.")
    elif _site(found.found) and _site(found.found) != _site(found.url):
        reason = _leads_on(host, host_of(found.found)[:80])
        yield _says(each, address, "warn", "link_elsewhere", reason, "Check that this is where your readers should go.")


def _mixed(urls: list[Address], each: CheckedVersion) -> Iterator[Finding]:
    """Links to one site that are counted under different names, or only some of them."""
    marks: dict[str, dict[tuple[str, ...], Address]] = {}
    for address in urls:
        said = dict(parse_qsl(urlsplit(full(address)).query))
        mark = tuple(said.get(name, "") for name in _UTM)
        marks.setdefault(_site(full(address)), {}).setdefault(mark, address)
    for site, kinds in marks.items():
        if len(kinds) > 1:
            last = list(kinds.values())[-1]
            reason = f"The links to {site} are tracked in different ways."
            yield _says(
                each, last, "note", "link_tracking", reason, "Give all of them the same utm parameters, or none."
            )


def _leads_on(host: str, found: str) -> str:
    return f"The link to {host} leads on to {found}."


def full(address: Address) -> str:
    """As a browser opens it."""
    return address.text if "://" in address.text else f"https://{address.text}"


def _says(each: CheckedVersion, address: Address, severity: str, rule: str, reason: str, fix: str) -> Finding:
    return Finding.model_validate(
        {"severity": severity, "rule": rule, "reason": reason, "fix": fix, "account": each.account.id,
         "span": address.span}
    )  # fmt: skip


def _site(url: str) -> str:
    return host_of(url).removeprefix("www.")
