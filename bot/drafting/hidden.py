"""Which parts of a page does nobody see? They are taken out before its text is: a hidden order is still an order.

Written for a tree of lxml. Hiding is judged by attributes, inline styles and the page's own plain style rules; what a
script or a stylesheet elsewhere hides cannot be known here, so nothing rests on this alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, Final

NEVER_SEEN: Final = (
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math", "canvas", "head/link",
    "form", "select", "textarea", "button", "dialog",
)  # fmt: skip
_HIDING: Final = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|content-visibility:hidden|opacity:0?\.?0*(?:;|!|%|$)|"
    r"opacity:0?\.0\d|font-size:[01]?(?:\.\d+)?(?:px|pt|em|rem|%|vw)?(?:;|!|$)|font:[^;]*\b[01](?:px|pt)|"
    r"(?:left|right|top|bottom|text-indent|margin(?:-\w+)?|inset):-\d{3,}|translate\w*\([^)]*-\d{3,}|"
    r"scale\w*\((?:0|0?\.0\d*)[,)]|clip:rect\((?:0|1px)|clip-path:(?:inset\((?:50|100)%|circle\(0|polygon\(00)|"
    r"(?:max-)?(?:width|height):[01](?:px)?(?:;|!|$)|color:transparent|-webkit-text-fill-color:transparent|"
    r"color:(?:rgba|hsla)\([^)]*,0(?:\.0\d*)?\)|filter:opacity\(0|z-index:-\d{3,}"
)
_CLASSES: Final = frozenset([
    "sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "screen-reader-only", "hidden", "hide",
    "d-none", "is-hidden", "invisible", "offscreen", "display-none",
])  # fmt: skip
_COLOUR: Final = re.compile(r"(?:^|;)color:([^;!]+)")
_BACKGROUND: Final = re.compile(r"(?:^|;)background(?:-color)?:([^;!]+)")
_WHITE: Final = frozenset(["white", "#fff", "#ffffff", "rgb(255,255,255)", "#fefefe", "#fffffe", "snow", "ivory"])
_SAME: Final = dict.fromkeys(_WHITE, "#ffffff") | {"black": "#000000", "#000": "#000000"}
_RULE: Final = re.compile(r"([^{}]+)\{([^{}]*)\}")
_SIMPLE: Final = re.compile(r"([a-z][a-z0-9]*)?([.#])([\w-]+)", re.I)
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.S)
_MOST_RULES: Final = 400


def without_hidden(tree: Any) -> None:
    """Take out of the tree what nobody sees. The tail of a removed element stays: it belongs to what is around it."""
    rules = list(_hiding_rules(tree))
    for element in list(tree.iter()):
        if not isinstance(element.tag, str):
            _drop(element)  # a comment or a processing instruction
        elif element.tag in ("html", "body", "head", "title", "meta"):
            continue
        elif element.tag in NEVER_SEEN or _is_hidden(element, rules):
            _drop(element)


def shown_only(text: str) -> str:
    """Without characters that have no shape: zero-width ones, tags, and those that turn the direction of writing."""
    kept = (ch for ch in text if ch in "\n\t\u200c\u200d" or unicodedata.category(ch) not in ("Cc", "Cf", "Cs", "Co"))
    return re.sub("[\u200c\u200d]{2,}", "", "".join(kept))


def hides(style: str) -> bool:
    """Whether declarations of CSS hide the text they are for."""
    said = re.sub(r"\s+", "", style.casefold())
    if _HIDING.search(said):
        return True
    colour, background = _COLOUR.search(said), _BACKGROUND.search(said)
    if colour is None:
        return False
    ink = _SAME.get(colour[1], colour[1])
    paper = _SAME.get(background[1], background[1]) if background else "#ffffff"
    return ink == paper


def _is_hidden(element: Any, rules: list[tuple[str, str, str]]) -> bool:
    if element.get("hidden") is not None or (element.get("aria-hidden") or "").strip().casefold() == "true":
        return True
    if hides(element.get("style") or ""):
        return True
    if (element.get("color") or "").strip().casefold() in _WHITE or (element.get("size") or "") == "0":
        return True
    classes = (element.get("class") or "").split()
    if _CLASSES & {name.casefold() for name in classes}:
        return True
    own = element.get("id") or ""
    return any(
        (not tag or tag == element.tag) and (name in classes if kind == "." else name == own)
        for tag, kind, name in rules
    )


def _hiding_rules(tree: Any) -> Iterator[tuple[str, str, str]]:
    """(tag or "", "." or "#", name) of the page's own style rules that hide."""
    found = 0
    for sheet in tree.iter("style"):
        css = _COMMENT.sub("", (sheet.text or "")[:200_000])
        for selectors, style in _RULE.findall(css):
            found += 1
            if found > _MOST_RULES:
                return
            if hides(style):
                for selector in selectors.split(","):
                    match = _SIMPLE.fullmatch(selector.strip())
                    if match:
                        yield (match[1] or "").casefold(), match[2], match[3]


def _drop(element: Any) -> None:
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
