"""Which fonts are there, which letters do they hold, and which serve for which script?"""

from __future__ import annotations

import os
import sys
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
# Modules of the optional extra "cjk", each for the languages whose forms of shared letters it has.
_OPTIONAL = {
    "pylopdf_fonts_zh_cn": ("zh",),
    "pylopdf_fonts_jp": ("ja",),
    "pylopdf_fonts_ko": ("ko",),
    "pylopdf_fonts_zh_tw": ("zh-tw", "zh-hk", "zh-hant"),
}
# File names, lower case, by which systems carry fonts with Chinese, Japanese or Korean letters.
_WIDE_NAMES = (
    "notosanscjk", "notosanssc", "notosansjp", "notosanskr", "notosanstc", "sourcehansans", "wqy-", "droidsansfallback",
    "pingfang", "hiragino", "applesdgothic", "msyh", "yugoth", "malgun", "nanumgothic", "ipag", "unifont",
)  # fmt: skip


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
            wide = sorted(f for f in files if f.name.lower().replace("-", "").startswith(_plain_names()))
            found += [(path, ()) for path in sorted(wide, key=lambda p: "regular" not in p.name.lower())]
    return tuple(found)


def _plain_names() -> tuple[str, ...]:
    return tuple(name.replace("-", "") for name in _WIDE_NAMES)


def _system_folders() -> tuple[Path, ...]:
    home = Path.home()
    if sys.platform == "win32":
        return (Path(os.environ.get("WINDIR", r"C:\Windows")) / "Fonts",)
    if sys.platform == "darwin":
        return (Path("/System/Library/Fonts"), Path("/Library/Fonts"), home / "Library/Fonts")
    return (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".fonts", home / ".local/share/fonts")


@lru_cache(maxsize=64)
def outside_font(letters: frozenset[int], language: str = "") -> Extra | None:
    """The font outside the house that holds most of these letters, one made for the language first; or None."""
    best: tuple[int, bool, Path] | None = None
    for path, languages in _outside():
        held = len(_letters(path) & letters)
        fits = any(language.lower().startswith(code) for code in languages)
        if held and (best is None or (held, fits) > best[:2]):
            best = (held, fits, path)
    if best is None:
        return None
    path = best[2]
    # Typst reads folders only, and names families in its own way: ask it what it calls this file
    found = {font.family for font in vendored_and(path.parent).fonts() if font.path and Path(font.path) == path}
    return Extra(path, tuple(sorted(found)), _letters(path)) if found else None


@lru_cache(maxsize=4)
def vendored_and(folder: Path) -> typst.Fonts:
    """The vendored fonts and those of a folder outside, read once."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FOLDER), str(folder)])
