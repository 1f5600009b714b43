"""UTM parameters by template, e.g. `utm_source={channel}&utm_medium=social&utm_campaign={campaign}`.

What the names mean: https://support.google.com/analytics/answer/10917952 (read in November 2026).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, quote_plus, unquote_plus, urlsplit, urlunsplit

import regex

from bot.errors import BadInput

PLACES: Final = ("channel", "account", "brand", "campaign", "draft", "link")
DEFAULT: Final = "utm_source={channel}&utm_medium=social&utm_campaign={campaign}&utm_content={draft}"
NONE: Final = "none"  # an account's own word for no parameters
MOST: Final = 400
MOST_PARAMETERS: Final = 10
_NAME = regex.compile(r"utm_[a-z0-9_]{1,30}")
_PLACE = regex.compile(r"\{([^{}]*)\}")
_SCHEMES: Final = ("http", "https")


@dataclass(frozen=True, slots=True)
class Values:
    """What stands in a template's places. `link` is the code of the short link; empty where there is none."""

    channel: str
    account: str
    brand: str
    campaign: str
    draft: str
    link: str = ""

    def of(self, place: str) -> str:
        said = str(getattr(self, place))
        return said if place in ("draft", "link") else slug(said)


def template(text: str) -> str:
    """A template as it is kept, "" for none. Raises BadInput for one that makes no parameters."""
    text = text.strip().lstrip("?&")
    if not text:
        return ""
    parts = text.split("&")
    names = [part.partition("=")[0] for part in parts]
    wrong = next((part for part in parts if not _fits(part)), "")
    if len(text) > MOST or len(parts) > MOST_PARAMETERS or wrong or len(set(names)) < len(names):
        said = (wrong or text)[:80]
        raise BadInput(
            f"“{said}” makes no parameters of a link.",
            kept="Nothing changed.",
            do_next="Write utm_name=value, joined by &, each name once: utm_source=…&utm_medium=social",
        )
    unknown = next((place[:40] for place in _PLACE.findall(text) if place not in PLACES), "")
    places = " ".join(f"{{{place}}}" for place in PLACES)
    if unknown:
        raise BadInput(
            f"Nothing is known that could stand for “{unknown}” in a link.",
            kept="Nothing changed.",
            do_next=f"In values you can write {places}.",
        )
    if not _UTM_SOURCE.search(text):
        raise BadInput("The parameters name no utm_source.", kept="Nothing changed.", do_next="Add it: utm_source=…")
    return text


_UTM_SOURCE = regex.compile(r"(?:^|&)utm_source=[^&]")


def _fits(part: str) -> bool:
    name, equals, value = part.partition("=")
    fixed = _PLACE.sub("", value)
    plain = not regex.search(r"[\s\p{C}{}#?=]", fixed)
    return bool(equals and value and plain and _NAME.fullmatch(name))


def parameters(text: str, values: Values) -> tuple[tuple[str, str], ...]:
    """What a template comes to; a parameter of which nothing is left (no campaign, say) is left out."""
    found: list[tuple[str, str]] = []
    for part in text.split("&") if text else ():
        name, _, value = part.partition("=")
        said = _PLACE.sub(lambda match: values.of(match[1]), unquote_plus(value)).strip("-_.")
        if said:
            found.append((name, said))
    return tuple(found)


def tagged(url: str, found: Sequence[tuple[str, str]]) -> str:
    """The link with these parameters behind its own; as it is where it carries utm parameters already, or cannot."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    own = {name.casefold() for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
    known = any(name.startswith("utm_") for name in own)
    if not found or known or parts.scheme.casefold() not in _SCHEMES or not parts.hostname or parts.username:
        return url
    more = "&".join(f"{quote(name)}={quote_plus(value)}" for name, value in found if name not in own)
    query = f"{parts.query}&{more}" if parts.query else more
    return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", query, parts.fragment))


def untagged(url: str) -> str:
    """The link without utm parameters, else as it was written."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    kept = [part for part in parts.query.split("&") if not part.casefold().startswith("utm_")]
    if "&".join(kept) == parts.query:
        return url
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "&".join(kept), parts.fragment))


def concerns(url: str, hosts: Sequence[str]) -> bool:
    """Whether a link leads to one of these hosts or below it; no hosts: any."""
    try:
        host = (urlsplit(url).hostname or "").casefold()
    except ValueError:
        return False
    return bool(host) and (not hosts or any(host == each or host.endswith(f".{each}") for each in hosts))


def slug(text: str) -> str:
    """Small letters and digits of any script with dashes between: the same campaign is always counted as one."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "-".join(regex.findall(r"[\p{L}\p{M}\p{N}]+", plain))[:80]


def host_names(names: Sequence[str]) -> tuple[str, ...]:
    """Hosts as they are kept, from names or addresses. Raises BadInput for what is no host."""
    found: dict[str, None] = {}
    for name in names:
        said = name.strip().casefold()
        try:
            host = urlsplit(said if "://" in said else f"//{said}").hostname or ""
        except ValueError:
            host = ""
        if said and not regex.fullmatch(r"(?:[\p{L}\p{N}-]+\.)+[\p{L}\p{N}-]{2,}", host):
            raise BadInput(f"“{said[:60]}” is no host.", kept="Nothing changed.", do_next="Write it as velo.example.")
        if said:
            found[host.removeprefix("www.")] = None
    return tuple(found)
