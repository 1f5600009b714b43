from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fontTools.ttLib import TTCollection, TTFont
from hypothesis import given
from hypothesis import strategies as st

from bot.artwork import lettering, typefaces
from bot.artwork.cards import CardSpec, proof_of


@given(st.text(st.characters(), max_size=400), st.sampled_from(sorted(lettering.LIMITS)))
def test_cleaned_words_hold_no_controls_no_overrides_and_no_surrogates(text: str, name: str) -> None:
    cleaned, problem = lettering.plain(name, text)
    kinds = {unicodedata.category(ch) for ch in cleaned if ord(ch) not in (0x200C, 0x200D)}
    assert not kinds & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert len(cleaned) <= 17 * (lettering.LIMITS[name] + 1)
    cleaned.encode("utf-8")
    assert problem == "" or cleaned.endswith("…")


@given(st.text(st.characters(), max_size=60))
def test_whatever_is_left_can_be_drawn(text: str) -> None:
    missing = lettering.Missing()
    drawn = lettering.drawable(lettering.plain("headline", text)[0], missing)
    assert all(ord(ch) in typefaces.covered() or ch in " \u200c\u200d\ufe0f" for ch in drawn)


def test_bidi_controls_are_dropped() -> None:
    assert lettering.plain("sub", "pay \u202e001 ot\u2066x\u2069")[0] == "pay 001 otx"


def test_emoji_families_stay_whole() -> None:
    family = "👨‍👩‍👧‍👦"
    assert lettering.plain("sub", f"{family} ride")[0] == f"{family} ride"


def test_styled_letters_are_written_plainly() -> None:
    missing = lettering.Missing()
    assert lettering.drawable("𝗕𝗼𝗹𝗱 5㎏", missing) == "Bold 5kg"
    assert not missing.letters


def test_what_remains_of_an_unknown_script_is_not_shown_as_if_it_were_a_sentence() -> None:
    missing = lettering.Missing()
    assert lettering.drawable("𒀀𒀁𒀂 4, 30 𒀃 a", missing) == ""


def test_letters_of_no_font_are_named_once() -> None:
    missing = lettering.Missing()
    assert lettering.drawable("Signs 𒀀𒀁𒀀 of spring", missing) == "Signs of spring"
    assert list(missing.letters) == ["𒀀", "𒀁"]
    assert "𒀀 𒀁" in missing.sentence()


@pytest.mark.parametrize(
    ("text", "language", "upper"),
    [("istanbul", "tr", "İSTANBUL"), ("straße", "de", "STRAẞE"), ("άνοιξη", "el", "ΑΝΟΙΞΗ"), ("весна", "ru", "ВЕСНА")],
)
def test_capitals_follow_the_language(text: str, language: str, upper: str) -> None:
    assert lettering.capitals(text, language) == upper


@pytest.mark.parametrize(
    ("text", "language", "rtl"),
    [
        ("שלום", "en", True),
        ("Velo الآن", "ar", False),
        ("2026 الآن", "en", True),
        ("2026", "he", True),
        ("", "de", False),
    ],
)
def test_direction_is_that_of_the_first_letter(text: str, language: str, rtl: bool) -> None:
    assert lettering.right_to_left(text, language) is rtl


@pytest.mark.parametrize(("given_code", "code"), [("de-CH", "de"), ("pt_BR", "pt"), ("x!", "en"), ("", "en")])
def test_language_codes_are_ones_that_typst_takes(given_code: str, code: str) -> None:
    assert lettering.language_code(given_code) == code


def test_a_face_without_the_alphabet_gives_way() -> None:
    fraunces = typefaces.FACES["fraunces"]
    assert lettering.face_for("Grown slowly", fraunces) is fraunces
    assert lettering.face_for("Весна на двух колёсах", fraunces) is typefaces.FACES["manrope"]


@pytest.mark.parametrize(
    ("name", "family"),
    [("Manrope", "Manrope"), ("Helvetica Neue", "Inter"), ("Playfair Display", "Fraunces"), ("Poppins", "Manrope"),
     ("sans-serif", "Inter"), ("serif", "Fraunces"), ("Open Sans", "Inter")],
)  # fmt: skip
def test_a_brand_font_gets_its_nearest_face(name: str, family: str) -> None:
    face, problem = typefaces.nearest_face(name)
    assert face is not None
    assert face.family == family
    assert ("stands in" in problem) is (name in ("Helvetica Neue", "Playfair Display", "Poppins", "Open Sans"))


def test_every_vendored_font_has_its_licence() -> None:
    families = {path.name.split("-")[0] for path in typefaces.FOLDER.glob("*.ttf")}
    licences = {path.stem.removeprefix("OFL-").replace("_", "") for path in typefaces.FOLDER.glob("licences/OFL-*.txt")}
    assert {family.lower() for family in families} == licences
    assert sum(path.stat().st_size for path in typefaces.FOLDER.glob("*.ttf")) < 12_000_000


@pytest.fixture
def machine_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A machine whose own fonts are those in a folder, and on which the optional extra is not installed."""
    monkeypatch.setattr(typefaces, "_system_folders", lambda: (tmp_path,))
    monkeypatch.setattr(typefaces, "_OPTIONAL", {})
    typefaces.forget_fonts()
    yield tmp_path
    typefaces.forget_fonts()


def tiny_font(path: Path, letters: str) -> None:
    """A font that draws each of the letters as an A."""
    with TTFont(typefaces.FOLDER / "Manrope-ExtraBold.ttf") as font:
        for table in font["cmap"].tables:
            table.cmap = {ord(ch): "A" for ch in letters}
        for record in font["name"].names:
            if record.nameID in (1, 4, 16):
                record.string = "Machine Han"
        font.save(path)


def test_chinese_is_set_in_a_font_of_the_machine(machine_fonts: Path) -> None:
    tiny_font(machine_fonts / "NotoSansSC-Regular.ttf", "春天，")
    proof = proof_of(CardSpec(headline="春天，春天", brand="Velo", language="zh", layout="statement"))
    assert proof.problems == ()
    box = next(box for box in proof.boxes if box.kind == "headline")
    inside = (int(box.x), int(box.y), int(box.x + box.width), int(box.y + box.height))
    assert np.asarray(proof.overlay.getchannel("A").crop(inside)).mean() > 20


def test_chinese_without_a_font_is_left_out_and_said(machine_fonts: Path) -> None:
    proof = proof_of(CardSpec(headline="春天，春天", brand="Velo", language="zh", layout="statement"))
    assert any(problem.startswith("Missing glyphs") and "cjk" in problem for problem in proof.problems)
    assert next(box for box in proof.boxes if box.kind == "headline").shown == "Velo"


def test_a_broken_font_of_the_machine_is_as_good_as_none(machine_fonts: Path) -> None:
    (machine_fonts / "NotoSansSC-Regular.ttf").write_bytes(b"\0\1\0\0 not a font")
    proof = proof_of(CardSpec(headline="春天", brand="Velo", layout="statement"))
    assert any(problem.startswith("Missing glyphs") for problem in proof.problems)


def collection(path: Path, letters: str, *families: str) -> None:
    """Fonts of one file, as systems carry Noto Sans CJK; each draws the letters as an A."""
    fonts = []
    for family in families:
        tiny_font(path.with_name("one.ttf"), letters)
        font = TTFont(path.with_name("one.ttf"))
        for record in font["name"].names:
            if record.nameID in (1, 4, 16):
                record.string = family
        fonts.append(font)
    path.with_name("one.ttf").unlink()
    together = TTCollection()
    together.fonts = fonts
    together.save(path)


@pytest.mark.parametrize(
    ("language", "family"),
    [("ja", "Noto Sans CJK JP"), ("ko-KR", "Noto Sans CJK KR"), ("zh", "Noto Sans CJK SC"),
     ("zh-TW", "Noto Sans CJK TC"), ("zh_Hant", "Noto Sans CJK TC")],
)  # fmt: skip
def test_a_collection_gives_each_language_its_own_forms(machine_fonts: Path, language: str, family: str) -> None:
    names = [f"Noto Sans CJK {end}" for end in ("HK", "JP", "KR", "SC", "TC")]
    collection(machine_fonts / "NotoSansCJK-Regular.ttc", "春天", *names)
    found = typefaces.outside_font(frozenset(map(ord, "春天")), language)
    assert found is not None
    assert found.families[0] == family
    assert sorted(found.families) == names


def test_a_font_drawn_for_the_language_comes_first(machine_fonts: Path) -> None:
    for name in ("NotoSansJP-Regular.ttf", "NotoSansKR-Regular.ttf", "NotoSansSC-Regular.ttf"):
        tiny_font(machine_fonts / name, "春天")
    for language, name in (("zh-CN", "NotoSansSC"), ("ja", "NotoSansJP"), ("ko", "NotoSansKR")):
        found = typefaces.outside_font(frozenset(map(ord, "春天")), language)
        assert found is not None
        assert found.path.name.startswith(name)
    missing = lettering.Missing()
    lettering.find_extra(("春天は",), missing, "en")
    assert missing.extra is not None
    assert missing.extra.path.name.startswith("NotoSansJP"), "kana are Japanese, whatever language was said"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Spring – “2 wheels” → go!", ["Spring –", "“2 wheels”", "→ go!"]),
        ("Go →", ["Go →"]),
        ("Prix : 5 € ! « Bon »", ["Prix :", "5 € !", "« Bon »"]),
        ("am 5 Mai 2027", ["am", "5 Mai", "2027"]),
        ("20 Fahrradwerkstätten", ["20", "Fahrradwerkstätten"]),
        ("春は二輪から始まります", ["春は", "二輪から", "始まります"]),
        ("お得なセール、試乗も", ["お得な", "セール、", "試乗も"]),
    ],
)
def test_a_line_breaks_where_a_typesetter_would_break_it(text: str, lines: list[str]) -> None:
    """Where a line may end: at blanks that hold nothing together, and in Japanese between phrases."""
    kept = lettering.set_words(text, "en").text
    parts = re.findall(r"[^\u2060](?:\u2060[^\u2060])*", kept) if "\u2060" in kept else kept.split(" ")
    assert [part.replace("\u00a0", " ").replace("\u2060", "") for part in parts] == lines
