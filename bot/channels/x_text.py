"""How X counts a text, and where a long one is split into a thread.

twitter-text, configuration 3 (https://github.com/twitter/twitter-text/blob/master/config/v3.json): 280 of weight 100,
in normal form C; an address counts 23; an emoji 2, however many code points it has; what is in `LIGHT` 1, the rest 2.

An address counts 23 only where its top-level domain exists, and some are addresses without `https://`. X's list of
domains grows, and ours is short, so what may or may not be an address counts as whichever is more: never less than X.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

import regex

from bot.channels.bluesky_text import split_by
from bot.channels.mastodon_text import ADDRESS

MOST = 280
ADDRESS_WEIGHT = 23
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
EMOJI = regex.compile(
    r"\p{RI}\p{RI}|[0-9#*]\ufe0f?\u20e3|"
    r"\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]*[\U000e0020-\U000e007f]*"
    r"(?:\u200d\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]*)*"
)
# Countries' domains (ISO 3166-1, with those that have one of their own), and the oldest and most frequent others.
_COUNTRIES = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc cd "
    "cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd ge "
    "gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh "
    "ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw "
    "mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb "
    "sc sd se sg sh si sj sk sl sm sn so sr st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk "
    "us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_OTHERS = "com org net info biz edu gov int mil name pro app dev shop online store blog cloud tech"
DOMAINS = frozenset(f"{_COUNTRIES} {_OTHERS}".split())
_HOST = regex.compile(r"https?://([^/:?#]+)", regex.IGNORECASE)
# Without a scheme only ASCII makes an address: twitter-text's extractUrlsWithIndices.
_BARE = regex.compile(
    r"(?<![\w@＠$#＃.\-/])(?:[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?![\w@])(?:/[^\s]*[^\s.,;:!?)])?",
    regex.IGNORECASE,
)
TAG = regex.compile(r"(?<![\w&/])[#＃](?=\w*\p{L})\w+")
MENTION = regex.compile(r"(?<![\w!@#$%&*/])[@＠]\w{1,15}(?![\w@＠])", regex.ASCII)


def weight(text: str) -> int:
    """What X counts, or a little more."""
    text = unicodedata.normalize("NFC", text)
    used = end = 0
    for start, stop, exact in _addresses(text):
        used += _weight(text[end:start])
        used += ADDRESS_WEIGHT if exact else max(ADDRESS_WEIGHT, _weight(text[start:stop]))
        end = stop
    return used + _weight(text[end:])


def has_address(text: str) -> bool:
    """Whether X may find an address in it: such a post costs more."""
    return next(_addresses(text), None) is not None


def fits(text: str) -> bool:
    return weight(text) <= MOST


def split(text: str) -> tuple[str, ...]:
    """The posts of a thread, as `bluesky_text.split` cuts them."""
    return split_by(text, fits, _room)


def marks(text: str) -> list[tuple[int, int, str]]:
    """Addresses, mentions and hashtags, as `marked_html` takes them."""
    found = [(start, stop, _with_scheme(text[start:stop])) for start, stop, _ in _addresses(text)]
    return found + [(m.start(), m.end(), "") for pattern in (TAG, MENTION) for m in pattern.finditer(text)]


def shown_text(post: Mapping[str, Any]) -> str:
    """The words of a post as they were written: t.co addresses as what they lead to, those of its pictures left out."""
    text = str(post.get("text") or "")
    entities = post.get("entities")
    urls = entities.get("urls") if isinstance(entities, dict) else None
    for each in urls if isinstance(urls, list) else []:
        if isinstance(each, dict) and isinstance(each.get("url"), str) and each["url"]:
            text = text.replace(each["url"], "" if each.get("media_key") else _written(each), 1)
    return html.unescape(text).strip()


def spoken(text: str) -> str:
    """A text for comparison: composed, blanks as one space, addresses without scheme and closing slash."""
    text = unicodedata.normalize("NFC", text)
    pieces, end = [], 0
    for start, stop, _ in _addresses(text):
        pieces += [text[end:start], text[start:stop].partition("://")[2] or text[start:stop]]
        pieces[-1] = pieces[-1].rstrip("/").lower()
        end = stop
    return " ".join("".join([*pieces, text[end:]]).split())


def _written(url: Mapping[str, Any]) -> str:
    """An address as somebody wrote it: X puts http:// before one that came without."""
    expanded, display = str(url.get("expanded_url") or url["url"]), str(url.get("display_url") or "")
    bare = expanded.removeprefix("http://")
    return bare if bare != expanded and bare == display else expanded


def _with_scheme(address: str) -> str:
    return address if "://" in address else f"https://{address}"


def _weight(text: str) -> int:
    used = end = 0
    for match in EMOJI.finditer(text):
        used += sum(map(_of_character, text[end : match.start()])) + 2
        end = match.end()
    return used + sum(map(_of_character, text[end:]))


def _of_character(char: str) -> int:
    return 1 if any(first <= ord(char) <= last for first, last in LIGHT) else 2


def _addresses(text: str) -> Iterator[tuple[int, int, bool]]:
    """Start, end, and whether X certainly takes it for an address; none over another."""
    found = []
    for match in ADDRESS.finditer(text):
        host = _HOST.match(match[0])
        found.append((match.start(), match.end(), host is not None and host[1].lower().rpartition(".")[2] in DOMAINS))
    found += [(match.start(), match.end(), False) for match in _BARE.finditer(text)]
    end = 0
    for start, stop, exact in sorted(found, key=lambda each: (each[0], -each[1])):
        if start >= end:
            yield start, stop, exact
            end = stop


def _room(text: str) -> int:
    """How many characters of the text fit into one post, cut between graphemes."""
    ends = [0, *(match.end() for match in regex.finditer(r"\X", text[: 2 * MOST + 2000]))]
    low, high = 0, len(ends) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[: ends[middle]]) else (low, middle - 1)
    return ends[low]
