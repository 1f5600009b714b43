"""How does a website look and what is it called? Its own names, colours, fonts, pictures, and its pages about itself.

Read in a confined child (`python -m bot.drafting.looks`), together with the page's text. Everything that comes out is
what the page wrote of itself: a name to show, addresses of its own site, and words. Nothing is opened or drawn here.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from bot.drafting.confined import SECONDS, Unreadable, answer, confined
from bot.drafting.extraction import MOST_BYTES

MOST_CSS: Final = 400_000
MOST_COLOURS: Final = 24
MOST_LINKS: Final = 6
MOST_LINES: Final = 200

_COLOUR: Final = re.compile(r"#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})\b|\b(?:rgb|hsl)a?\([^()]{1,48}\)", re.I)
_PROPERTY: Final = re.compile(r"--([\w-]{1,60})\s*:\s*([^;{}]{1,120})")
_FAMILY: Final = re.compile(r"font-family\s*:\s*([^;{}]{1,200})", re.I)
_NAMED_MAIN: Final = re.compile(r"primary|brand|accent|main|signature|corporate|leitfarbe|haus", re.I)
_FRAMEWORKS: Final = re.compile(r"^(?:bs|wp|tw|fa|swiper|mdc|plyr|vjs|toastify|framer|global--?wp)-", re.I)
_GENERIC: Final = re.compile(
    r"^(?:serif|sans-serif|monospace|cursive|fantasy|system-ui|ui-\w+|-apple-system|blinkmacsystemfont|inherit|initial|"
    r"unset|revert|var\(.*|segoe ui.*|apple color emoji|noto color emoji|arial|helvetica|helvetica neue|roboto mono|"
    r"menlo|monaco|consolas|courier.*|sfmono.*|liberation mono)$",
    re.I,
)
_ICONS: Final = re.compile(r"awesome|icon|glyph|symbol|material|swiper|slick|revicon|eicons|etmodules", re.I)
_ABOUT: Final = re.compile(
    r"\b(?:about|who we are|our story|company|mission|values|team)\b|über[ -]?uns|ueber-?uns|wer wir sind|geschichte|"
    r"unternehmen|philosophie|leitbild",
    re.I,
)
_IMPRINT: Final = re.compile(r"\b(?:imprint|impressum|contact|kontakt|legal[ -]notice)\b", re.I)
_LOGO: Final = re.compile(r"(?:^|[^a-z])logo|brand-?mark|wordmark", re.I)
_ASIDE: Final = frozenset(["nav", "footer", "aside", "header"])
_TOLD_IN: Final = ("p", "li", "h1", "h2", "h3", "blockquote", "dd", "figcaption")


@dataclass(frozen=True, slots=True)
class Looks:
    """`colours` are as CSS writes them, with how much speaks for each; `links` and `styles` lead to the same site."""

    title: str = ""
    description: str = ""
    text: str = ""
    language: str = ""
    names: tuple[str, ...] = ()
    colours: tuple[tuple[str, float], ...] = ()
    fonts: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()


async def look_at(body: bytes, content_type: str, address: str, *, seconds: float = SECONDS) -> Looks:
    """What a page, or a stylesheet, says of how its site looks. Raises Unreadable."""
    head = {"content_type": content_type, "address": address}
    found = await confined("bot.drafting.looks", head, body[:MOST_BYTES], seconds=seconds)
    try:
        return _typed(found)
    except (TypeError, ValueError) as error:
        raise Unreadable from error


def read_looks(body: bytes, content_type: str, address: str) -> Looks:
    """Runs in the child; tests call it directly."""
    from bot.drafting.extraction import decoded, read_page  # noqa: PLC0415 - only in the child

    if content_type.partition(";")[0].strip().lower() == "text/css":
        css = decoded(body, content_type)[:MOST_CSS]
        return Looks(colours=_weighed(_colours_of_css(css)), fonts=_fonts(css))

    import lxml.html  # noqa: PLC0415

    page = read_page(body, content_type, address)
    source = re.sub(r"^\s*<\?xml[^>]*\?>", "", decoded(body, content_type))
    if not source.strip():
        return Looks()
    parser = lxml.html.HTMLParser(remove_comments=True, huge_tree=False)
    tree: Any = lxml.html.document_fromstring(source, parser=parser)
    css = _css(tree)
    colours = Counter(dict(_colours_of_meta(tree)))
    colours.update(dict(_colours_of_css(css)))
    return Looks(
        title=page.title,
        description=page.description,
        text=_whole(page.text, tree),
        language=str(tree.get("lang") or "")[:20],
        names=_names(tree),
        colours=_weighed(colours.items()),
        fonts=_fonts(css + " " + _font_links(tree)),
        pictures=_pictures(tree, address),
        links=_links(tree, address),
        styles=_styles(tree, address),
    )


def same_site(address: str, other: str, *, parts_too: bool = False) -> bool:
    """Whether both are of one host and port; `parts_too`: or one's host lies within the other's."""
    try:
        one, two = urlsplit(address), urlsplit(other)
        ports = (one.port, two.port)
    except ValueError:
        return False
    if two.scheme not in ("http", "https") or (one.scheme == "https" and two.scheme == "http"):
        return False
    here, there = ((each.hostname or "").removeprefix("www.") for each in (one, two))
    if here == there:
        return bool(here) and (ports[0] or 0) == (ports[1] or 0)
    within = here.count(".") >= 1 and there.endswith("." + here)
    return parts_too and within and ports == (None, None)


def _typed(found: Mapping[str, Any]) -> Looks:
    known: dict[str, Any] = {}
    for each in fields(Looks):
        value = found[each.name]
        if each.name == "colours":
            known[each.name] = tuple((str(colour), float(weight)) for colour, weight in value)
        else:
            known[each.name] = tuple(map(str, value)) if isinstance(value, list) else str(value)
    return Looks(**known)


def _whole(text: str, tree: Any) -> str:
    """The text, and below it what extraction took for furniture: homepages are short and in pieces."""
    from bot.drafting.extracted import MOST_TEXT  # noqa: PLC0415
    from bot.drafting.hidden import shown_only, without_hidden  # noqa: PLC0415

    without_hidden(tree)
    known = set(text.split("\n"))
    lines = [text] if text else []
    for element in tree.iter(*_TOLD_IN):
        if any(above.tag in _ASIDE for above in element.iterancestors()) or element.find(".//p") is not None:
            continue
        line = " ".join(shown_only(element.text_content()).split())
        if 20 <= len(line) <= 2000 and line not in known and line not in text:
            known.add(line)
            lines.append(line)
        if len(lines) >= MOST_LINES:
            break
    return "\n".join(lines)[:MOST_TEXT]


def _names(tree: Any) -> tuple[str, ...]:
    found = [_meta(tree, "og:site_name"), _meta(tree, "application-name"), _meta(tree, "apple-mobile-web-app-title")]
    found += list(_linked_data(tree))
    title = " ".join(next((each.text_content() for each in tree.iter("title")), "").split())
    found += [part.strip() for part in re.split(r"\s[|–—·:-]\s|\s*\|\s*", title)]
    return tuple(dict.fromkeys(name[:80] for name in found if name))[:8]


def _linked_data(tree: Any) -> Iterator[str]:
    """Names of the organisation in JSON-LD."""
    for script in tree.xpath('//script[@type="application/ld+json"]')[:5]:
        try:
            document = json.loads((script.text or "")[:50_000])
        except (ValueError, RecursionError):
            continue
        graph = document.get("@graph", [document]) if isinstance(document, dict) else document
        for each in graph if isinstance(graph, list) else ():
            kind = each.get("@type") if isinstance(each, dict) else ""
            if isinstance(kind, str) and kind.endswith(("Organization", "Business", "Store", "Brand")):
                yield " ".join(str(each.get("name") or "").split())


def _meta(tree: Any, name: str) -> str:
    for each in tree.iter("meta"):
        if (each.get("property") or each.get("name") or "").casefold() == name:
            return " ".join((each.get("content") or "").split())[:300]
    return ""


def _css(tree: Any) -> str:
    parts = [each.text or "" for each in tree.iter("style")] + [
        each.get("style") for each in tree.iter() if isinstance(each.tag, str) and each.get("style")
    ]
    return "\n".join(parts)[:MOST_CSS]


def _colours_of_meta(tree: Any) -> Iterator[tuple[str, float]]:
    for name, weight in (("theme-color", 12.0), ("msapplication-tilecolor", 6.0)):
        if said := _meta(tree, name):
            yield said[:64], weight
    for link in tree.xpath('//link[@rel="mask-icon"]/@color')[:1]:
        yield str(link)[:64], 8.0


def _colours_of_css(css: str) -> Iterator[tuple[str, float]]:
    """Custom properties say what a colour is for; elsewhere it counts how often one is used."""
    counted: Counter[str] = Counter(match[0].casefold() for match in _COLOUR.finditer(css))
    weights: Counter[str] = Counter()
    for colour, count in counted.items():
        weights[colour] = min(count, 6)
    for name, value in _PROPERTY.findall(css):
        match = _COLOUR.match(value.strip())
        if match is not None and _FRAMEWORKS.match(name):
            weights[match[0].casefold()] -= 1  # what a framework brings along is nobody's brand
        elif match is not None:
            weights[match[0].casefold()] += 8 if _NAMED_MAIN.search(name) else 2
    yield from ((colour, float(weight)) for colour, weight in weights.items() if weight > 0)


def _weighed(colours: Any) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(colours, key=lambda pair: -pair[1])[:MOST_COLOURS])


def _fonts(css: str) -> tuple[str, ...]:
    found: Counter[str] = Counter()
    for match in _FAMILY.finditer(css):
        first = next((name.strip(" \t\n\"'") for name in match[1].split(",")), "")
        if re.fullmatch(r"[\w .+-]{2,40}", first) and not _GENERIC.match(first) and not _ICONS.search(first):
            found[" ".join(first.split())] += 1
    return tuple(name for name, _ in found.most_common(3))


def _font_links(tree: Any) -> str:
    """What Google Fonts or Bunny are asked for, as declarations."""
    asked = [str(href) for href in tree.xpath("//link/@href")[:60] if re.search(r"//fonts\.[\w.-]+/css", str(href))]
    named = [name.replace("+", " ") for href in asked for name in re.findall(r"family=([\w+ -]{2,40})", href)]
    return " ".join(f"font-family: {name};" * 3 for name in named)


def _pictures(tree: Any, address: str) -> tuple[str, ...]:
    """What may be a logo, the likeliest first: addresses of pixels on the same site; drawings (SVG) are left out."""
    touch = tree.xpath('//link[contains(@rel, "apple-touch-icon")]/@href')
    images = [
        each.get("src")
        for each in tree.iter("img")
        if _LOGO.search(" ".join(each.get(name) or "" for name in ("src", "alt", "class", "id")))
    ]
    icons = sorted(
        tree.xpath('//link[contains(@rel, "icon") and not(contains(@rel, "apple"))]'), key=lambda link: -_size(link)
    )
    found = [*images, *touch, *(link.get("href") for link in icons), _meta(tree, "og:image")]
    joined = [_joined(address, str(each)) for each in found if each]
    fit = (each for each in joined if not urlsplit(each).path.casefold().endswith((".svg", ".svgz", ".ico")))
    return tuple(dict.fromkeys(each for each in fit if same_site(address, each, parts_too=True)))[:MOST_LINKS]


def _size(link: Any) -> int:
    match = re.match(r"(\d{1,4})x", link.get("sizes") or "")
    return int(match[1]) if match else 0


def _links(tree: Any, address: str) -> tuple[str, ...]:
    """Pages about the house first, then imprint and contact."""
    ranked: dict[str, int] = {}
    for each in tree.iter("a"):
        there = _joined(address, each.get("href") or "").partition("#")[0].partition("?")[0]
        if not there or there == address or not same_site(address, there):
            continue
        said = f"{urlsplit(there).path} {' '.join(each.text_content().split())[:80]}"
        rank = 0 if _ABOUT.search(said) else 1 if _IMPRINT.search(said) else 2
        if rank < 2:
            ranked[there] = min(rank, ranked.get(there, 2))
    return tuple(sorted(ranked, key=lambda there: (ranked[there], len(there))))[:MOST_LINKS]


def _styles(tree: Any, address: str) -> tuple[str, ...]:
    found = [_joined(address, str(href)) for href in tree.xpath('//link[@rel="stylesheet"]/@href')]
    return tuple(dict.fromkeys(each for each in found if same_site(address, each)))[:MOST_LINKS]


def _joined(address: str, there: str) -> str:
    try:
        return urljoin(address, there.strip())[:2048]
    except ValueError:
        return ""


if __name__ == "__main__":
    answer(lambda body, head: asdict(read_looks(body, str(head["content_type"]), str(head["address"]))))
