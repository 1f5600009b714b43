"""Where does a text point to? Links, bare domains, e-mail addresses and mentions, found as a chat or channel would."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import regex

Kind = Literal["url", "bare", "email", "mention"]

# Endings that channels turn into links by themselves. Country codes are all of them (ISO 3166, as delegated); of the
# others only those in common use, so that "Node.js" stays a word.
_COUNTRIES = (
    "ac ad ae af ag ai al am ao ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd cf "
    "cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge gf "
    "gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki "
    "km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx "
    "my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc "
    "sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us "
    "uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_COMMON = (
    "com org net edu gov mil int info biz name pro aero coop museum jobs mobi travel tel cat app dev page shop store "
    "online site website blog cloud tech agency studio design media news events club social swiss berlin wien london "
    "zuerich bike coffee restaurant cafe fit run school academy email live one xyz top ltd company solutions digital "
    "marketing link click world life today example test"
)
_TLD = "|".join(sorted({*_COUNTRIES.split(), *_COMMON.split()}, key=len, reverse=True))
_SCHEME = regex.compile(r"(?i)\b(?:[a-z][a-z0-9+.-]{1,14}://|mailto:|javascript:|data:)[^\s<>\"“”«»]+")
_EMAIL = regex.compile(r"(?i)(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_BARE = regex.compile(
    rf"(?<![\w@./:-])(?:[\p{{L}}\p{{N}}-]+\.)+(?:{_TLD}|xn--[\w-]+)(?![\w-]|\.\w)(?:/[^\s<>\"“”«»]*)?"
)
_MENTION = regex.compile(r"(?<![\w@/.])@[\w][\w.-]*\w|<[@!#][^>\s]+>")
URL_ONLY = regex.compile(r"(?i)https?://\S+")
_TRAILING = ".,;:!?…'’)"


@dataclass(frozen=True, slots=True)
class Address:
    """`span` counts characters in the text; `host` is lower case, empty for mentions."""

    kind: Kind
    text: str
    span: tuple[int, int]
    host: str = ""

    @property
    def key(self) -> str:
        """What two ways of writing the same address share."""
        if self.kind in ("email", "mention"):
            return self.text.casefold().strip("<>")
        full = self.text if "://" in self.text else f"https://{self.text}"
        try:
            parts = urlsplit(full)
            host, port = (parts.hostname or "").removeprefix("www."), parts.port
        except ValueError:
            return full.casefold()
        where = f"{host}:{port}" if port not in (None, 80, 443) else host
        return f"{parts.username or ''}@{where}{parts.path.rstrip('/')}?{parts.query}#{parts.fragment}"


def find_addresses(text: str) -> tuple[Address, ...]:
    """All of them in order, none inside another."""
    found: list[Address] = []
    taken: list[tuple[int, int]] = []
    patterns: tuple[tuple[Kind, regex.Pattern[str]], ...] = (
        ("url", _SCHEME), ("email", _EMAIL), ("bare", _BARE), ("mention", _MENTION),
    )  # fmt: skip
    for kind, pattern in patterns:
        for match in pattern.finditer(text):
            said = _trimmed(match[0])
            span = (match.start(), match.start() + len(said))
            if said and not any(start < span[1] and span[0] < end for start, end in taken):
                taken.append(span)
                found.append(Address(kind, said, span, _host(kind, said)))
    return tuple(sorted(found, key=lambda address: address.span))


def unknown_addresses(text: str, known: Iterable[str]) -> tuple[Address, ...]:
    """Addresses in the text that stand in none of the known texts."""
    keys = {address.key for source in known for address in find_addresses(source)}
    return tuple(address for address in find_addresses(text) if address.key not in keys)


def looks_alike(host: str) -> bool:
    """Whether a host name mixes scripts, or is not what it seems to be, as look-alike domains do."""
    if any(label.startswith("xn--") for label in host.split(".")):
        return True
    return any(len(_scripts(label)) > 1 for label in host.split("."))


def _scripts(label: str) -> set[str]:
    return {unicodedata.name(ch, "?").split(" ")[0] for ch in label if ch.isalpha()}


def _trimmed(said: str) -> str:
    """Without the punctuation of the sentence around; a closing bracket stays when it was opened inside."""
    while said and said[-1] in _TRAILING:
        if said[-1] == ")" and said.count("(") >= said.count(")"):
            break
        said = said[:-1]
    return said


def _host(kind: Kind, said: str) -> str:
    if kind == "mention":
        return ""
    if kind == "email":
        return said.rpartition("@")[2].casefold()
    try:
        return (urlsplit(said if "://" in said else f"https://{said}").hostname or "").casefold()
    except ValueError:
        return ""
