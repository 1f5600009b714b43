"""Which fonts are there, which letters do they hold, and which serve for which script?"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import typst
from fontTools.ttLib import TTCollection, TTFont

FOLDER = Path(__file__).parent / "fonts"
EMOJI = "Noto Color Emoji"
TEXT = "Inter"
SCRIPTS = ("Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans Devanagari", "Noto Sans Thai")
TRADITIONAL = ("zh-tw", "zh-hk", "zh-hant")
# Modules of the optional extra "cjk", each for the languages whose forms of shared letters it has.
_OPTIONAL = {
    "pylopdf_fonts_zh_cn": ("zh",),
    "pylopdf_fonts_jp": ("ja",),
    "pylopdf_fonts_ko": ("ko",),
    "pylopdf_fonts_zh_tw": TRADITIONAL,
}
# File names, in small letters without hyphens, by which systems carry fonts with Chinese, Japanese or Korean letters;
# and the languages that a font is drawn for, where it is for one.
_WIDE_NAMES: Mapping[str, tuple[str, ...]] = {
    "notosanscjkjp": ("ja",), "notosanscjkkr": ("ko",), "notosanscjksc": ("zh",), "notosanscjktc": TRADITIONAL,
    "notosanscjk": (), "notosanssc": ("zh",), "notosansjp": ("ja",), "notosanskr": ("ko",), "notosanstc": TRADITIONAL,
    "sourcehansans": (), "wqy": ("zh",), "droidsansfallback": (), "pingfang": ("zh",), "hiragino": ("ja",),
    "applesdgothic": ("ko",), "msyh": ("zh",), "yugoth": ("ja",), "malgun": ("ko",), "nanumgothic": ("ko",),
    "ipag": ("ja",), "unifont": (),
}  # fmt: skip
# How collections end the names of their families; each language's own comes first.
_FAMILIES_END: Mapping[str, tuple[str, ...]] = {"ja": ("jp",), "ko": ("kr",), "zh": ("sc", "cn", "gb")} | {
    code: ("hk", "tc") if code == "zh-hk" else ("tc", "tw") for code in TRADITIONAL
}


@dataclass(frozen=True, slots=True)
class Face:
    """A heading style: family, weight, letter spacing in em, and the gap between lines in em."""

    family: str
    weight: int
    tracking: float
    leading: float


FACES = {
    "manrope": Face("Manrope", 700, -0.036, 0.33),
    "inter": Face("Inter", 800, -0.038, 0.32),
    "fraunces": Face("Fraunces", 400, -0.026, 0.33),
    "bricolage grotesque": Face("Bricolage Grotesque", 800, -0.028, 0.27),
}
# Names that brands write, and the vendored family nearest in character.
_NEAREST = (
    (("serif", "garamond", "times", "playfair", "georgia", "baskerville", "didot", "bodoni", "caslon", "tiempos",
      "canela", "recoleta", "merriweather", "lora", "cooper"), "fraunces"),
    (("bricolage", "druk", "anton", "oswald", "impact", "clash", "knockout", "bebas", "space grotesk"),
     "bricolage grotesque"),
    (("manrope", "poppins", "montserrat", "gotham", "circular", "dm sans", "avenir", "futura", "nunito", "jost",
      "gilroy", "proxima", "outfit", "plus jakarta"), "manrope"),
)  # fmt: skip


def nearest_face(name: str) -> tuple[Face | None, str]:
    """The face for a brand font's name ("" → None) and a problem when another family stands in."""
    wanted = " ".join(name.casefold().split())
    if not wanted:
        return None, ""
    if wanted in FACES:
        return FACES[wanted], ""
    if wanted.replace(" ", "").startswith("sans"):
        return FACES["inter"], ""
    stand_in = "inter"
    if "sans" not in wanted or "dm sans" in wanted:
        stand_in = next((family for words, family in _NEAREST if any(word in wanted for word in words)), "inter")
    if wanted in ("serif", "grotesk", "grotesque"):
        return FACES["fraunces" if wanted == "serif" else "bricolage grotesque"], ""
    face = FACES[stand_in]
    return face, f"We don't carry the font “{name[:40]}”; {face.family} stands in for it."


@lru_cache(maxsize=1)
def vendored() -> typst.Fonts:
    """The fonts that ship with AdMind, read once."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER)])


@lru_cache(maxsize=64)
def _letters(path: Path) -> frozenset[int]:
    """Code points that a font file holds; empty when it cannot be read."""
    try:
        if path.suffix.lower() in (".ttc", ".otc"):
            with path.open("rb") as file, TTCollection(file, lazy=True) as collection:
                return frozenset().union(*(font.getBestCmap() or {} for font in collection.fonts))
        with path.open("rb") as file, TTFont(file, lazy=True) as font:
            return frozenset(font.getBestCmap() or {})
    except Exception:  # a broken font file of the system is as good as none; fontTools raises many kinds
        return frozenset()


@lru_cache(maxsize=1)
def covered() -> frozenset[int]:
    """Code points that the vendored fonts can draw."""
    return frozenset().union(*(_letters(path) for path in FOLDER.glob("*.ttf")))


@lru_cache(maxsize=32)
def family_letters(family: str) -> frozenset[int]:
    """Code points of one vendored family."""
    stem = family.replace(" ", "")
    return frozenset().union(*(_letters(path) for path in FOLDER.glob(f"{stem}-*.ttf")))


@dataclass(frozen=True, slots=True)
class Extra:
    """A font outside the house: its file, families as Typst names them, and its letters."""

    path: Path
    families: tuple[str, ...]
    letters: frozenset[int]


@lru_cache(maxsize=1)
def _outside() -> tuple[tuple[Path, tuple[str, ...]], ...]:
    """Files with wide scripts and the languages they are made for: the optional extra, then the system's places."""
    found: list[tuple[Path, tuple[str, ...]]] = []
    for module, languages in _OPTIONAL.items():
        spec = find_spec(module)
        for place in (spec.submodule_search_locations or ()) if spec is not None else ():
            found += [(path, languages) for path in sorted(Path(place).rglob("*Sans*.[to]tf"))]
    for folder in _system_folders():
        if folder.is_dir():
            files = (Path(at) / name for at, _, names in os.walk(folder) for name in names)
            wide = sorted((file, made_for) for file in files if (made_for := _made_for(file)) is not None)
            found += sorted(wide, key=lambda each: "regular" not in each[0].name.lower())
    return tuple(found)


def _made_for(path: Path) -> tuple[str, ...] | None:
    """The languages that a font of the system is drawn for; None for one without wide letters."""
    name = path.name.lower().replace("-", "")
    return next((languages for start, languages in _WIDE_NAMES.items() if name.startswith(start)), None)


def _system_folders() -> tuple[Path, ...]:
    """Where systems keep fonts, the user's own first
    (https://specifications.freedesktop.org/basedir-spec/latest/ for Linux)."""
    home = Path.home()
    if sys.platform == "win32":
        return (Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts",)
    if sys.platform == "darwin":
        return (Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts")
    own = Path(os.environ.get("XDG_DATA_HOME") or home / ".local/share") / "fonts"
    return (own, home / ".fonts", Path("/usr/local/share/fonts"), Path("/usr/share/fonts"))


@lru_cache(maxsize=64)
def outside_font(letters: frozenset[int], language: str = "") -> Extra | None:
    """The font outside the house that holds most of these letters, one made for the language first; or None."""
    best: tuple[int, bool, Path] | None = None
    for path, languages in _outside():
        held = len(_letters(path) & letters)
        fits = _tongue(language) in languages
        if held and (best is None or (held, fits) > best[:2]):
            best = (held, fits, path)
    if best is None:
        return None
    path = best[2]
    # Typst reads folders only, and names families in its own way: ask it what it calls this file
    found = {font.family for font in vendored_and(path.parent).fonts() if font.path and Path(font.path) == path}
    ends = _FAMILIES_END.get(_tongue(language), ())
    ordered = sorted(found, key=lambda name: (not name.lower().endswith(ends), name))
    return Extra(path, tuple(ordered), _letters(path)) if found else None


def forget_fonts() -> None:
    """Look for fonts outside the house anew."""
    _outside.cache_clear()
    outside_font.cache_clear()


def _tongue(language: str) -> str:
    """The code that fonts are told apart by: Chinese in traditional letters is another than in simplified ones."""
    plain = language.lower().replace("_", "-")
    return next((code for code in TRADITIONAL if plain.startswith(code)), plain.partition("-")[0])


@lru_cache(maxsize=4)
def vendored_and(folder: Path) -> typst.Fonts:
    """The vendored fonts and those of a folder outside, read once."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER), str(folder)])
