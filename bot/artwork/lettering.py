"""What of a person's words can be set on a card, and how does their script want to be set?

Text is data: nothing here, nor in the templates, ever evaluates it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

import regex

from bot.artwork import typefaces
from bot.words import noted

# Longer text never fits a picture; the cap keeps the measuring short.
LIMITS = {"headline": 220, "sub": 320, "kicker": 60, "cta": 48, "offer": 24, "brand": 60}
NOUNS = {
    "headline": noted("headline"),
    "sub": noted("second line"),
    "kicker": noted("small heading"),
    "cta": noted("button"),
    "offer": noted("offer"),
    "brand": noted("name"),
}
_JOINERS = {0x200C, 0x200D, 0xFE0F}
_KEYCAPS = re.compile("[\ufe0e\ufe0f]?\u20e3")
_GRAPHEMES = regex.compile(r"\X")
# Scripts that break between letters (or by dictionary), so that no word has to fit a line.
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_KOREAN = regex.compile(r"(?<=\p{Hangul})(?=\p{Hangul})")
_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")
# Japanese phrases end with their particles, which are kana; お and ご belong to the word that they honour.
_PHRASES = regex.compile(
    r"(?<=[\p{Hiragana}、。！？」』）])(?<![おご])(?=[^\p{Hiragana}、。！？」』）ー\s])|(?<=[、。！？])(?=\S)"
)
_LONGEST_PHRASE = 9  # letters; a longer one may break anywhere
# No line begins with a dash, a dot or a lone mark as French sets them, or ends with a short number or an arrow.
_BOUND = regex.compile(
    r" (?=[–—·»!?:;%€](?:[\s.,!?]|$)|→$)|(?<=«|→) |(?<=(?<![\p{L}\d.,’'])[“„(]?\d{1,3}) (?=\p{L}{1,8}(?:\P{L}|$))"
)
_LATIN_LIKE = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{Hebrew}]")
_LETTER = regex.compile(r"\p{L}")
_RTL_LANGUAGES = frozenset({"ar", "he", "fa", "ur", "ps", "yi", "dv", "ckb"})


@dataclass(frozen=True, slots=True)
class Words:
    """One field, ready to be set. `metrics`: top edge, bottom edge and line gap in em; None: as its face says."""

    text: str
    long_words: tuple[str, ...] = ()
    cased: bool = True
    hyphens: bool = False
    metrics: tuple[float, float, float] | None = None

    def as_data(self) -> dict[str, object]:
        """Plain values for the template."""
        return {
            "t": self.text, "words": list(self.long_words), "cased": self.cased, "hyphens": self.hyphens,
            "m": list(self.metrics) if self.metrics else None,
        }  # fmt: skip


@dataclass(slots=True)
class Missing:
    """Letters that no font at hand can draw, gathered over all fields, and an outside font that could."""

    letters: dict[str, None] = field(default_factory=dict)
    extra: typefaces.Extra | None = None

    def sentence(self) -> str:
        """ "" when nothing is missing."""
        if not self.letters:
            return ""
        shown = " ".join(list(self.letters)[:8])
        more = len(self.letters) - 8
        shown += f" (+{more})" if more > 0 else ""
        return (
            f"Missing glyphs: no font here can draw {shown}, so they are left out of the picture. "
            "Install the extra “cjk” or a font of the system that has them."
        )


def plain(name: str, text: str) -> tuple[str, str]:
    """The text in NFC on one line, capped, without controls, bidi overrides and surrogates; and a problem or ""."""
    kept = "".join(" " if ch in "\n\r\t\v\f\x85\u2028\u2029" else ch for ch in text[:20_000] if harmless(ch))
    kept = _KEYCAPS.sub("", " ".join(unicodedata.normalize("NFC", kept).split()))
    graphemes = [found.group()[:16] for found in _GRAPHEMES.finditer(kept[: LIMITS[name] * 8])]
    limit = LIMITS[name]
    if len(graphemes) <= limit:
        return "".join(graphemes), ""
    short = "".join(graphemes[:limit])
    head, space, _ = short.rpartition(" ")
    short = (head if space and len(head) > limit // 2 else short).rstrip(" ,;:–—-")
    noun = NOUNS[name]
    return short + "…", f"The {noun} is too long for a picture and was cut after {len(short)} characters."


def harmless(ch: str) -> bool:
    """Whether it is no control, bidi override or surrogate."""
    if ch in "\n\r\t\v\f\x85\u2028\u2029" or ord(ch) in _JOINERS:
        return True
    return unicodedata.category(ch) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def drawable(text: str, missing: Missing) -> str:
    """The text with each letter that no font holds written plainly (𝗕 → B, ﬁ → fi) or left out and noted;
    "" when most letters would be."""
    covered = typefaces.covered()
    if all(ord(ch) in covered or ch in " \u200c\u200d\ufe0f" for ch in text):
        return text
    result: list[str] = []
    for ch in text:
        if ord(ch) in covered or ch in " \u200c\u200d\ufe0f":
            result.append(ch)
            continue
        plain_form = unicodedata.normalize("NFKC", ch)
        if missing.extra is not None and ord(ch) in missing.extra.letters:
            result.append(ch)
        elif plain_form != ch and all(ord(part) in covered for part in plain_form):
            result.append(plain_form)
        elif not unicodedata.category(ch).startswith("M"):
            missing.letters[ch] = None
    left = "".join(result)
    if 2 * sum(ch.isalpha() for ch in left) < sum(ch.isalpha() for ch in text):
        return ""  # what remains is digits and commas that nobody wrote as a sentence
    return " ".join(left.split())


def find_extra(texts: tuple[str, ...], missing: Missing, language: str = "") -> None:
    """Look for a font outside the house, once, when the vendored ones lack a letter of these texts."""
    if any(_KANA.search(text) for text in texts):
        language = "ja"  # Chinese and Korean write no kana, whatever language was said
    lacking = frozenset(ord(ch) for text in texts for ch in text) - typefaces.covered() - _JOINERS - {32}
    letters = frozenset(code for code in lacking if unicodedata.category(chr(code))[0] in "LNPS")
    if letters:
        missing.extra = typefaces.outside_font(letters, language)


def set_words(text: str, language: str) -> Words:
    """How the text wants to be set: its unbreakable words, its case, its line metrics."""
    text = _KOREAN.sub("\u2060", text)  # Korean breaks at blanks; without the joiner it would break anywhere
    text, phrases = _phrased(_BOUND.sub("\u00a0", text))
    metrics = _metrics(text)
    words = {part for chunk in text.split(" ") for part in re.split(r"(?<=[-–—/])", chunk) if part}
    spaced = sorted((w for w in words if not _UNSPACED.search(w)), key=lambda w: (-len(w), w))
    hyphens = bool(spaced) and all(_hyphenable(w) for w in spaced if len(w) > 12)
    cased = not any(_LETTER.match(ch) and ch.lower() == ch.upper() for ch in text)
    return Words(text, (*spaced[:4], *phrases[:2]), cased, hyphens and language in _HYPHENATED, metrics)


def _phrased(text: str) -> tuple[str, tuple[str, ...]]:
    """Japanese with joiners wherever a line would break inside a phrase, and its phrases, the longest first."""
    if not _KANA.search(text):
        return text, ()
    found: list[str] = []
    lines: list[str] = []
    for chunk in text.split(" "):
        parts = [part for part in _PHRASES.split(chunk) if part]
        held = [len(part) <= _LONGEST_PHRASE for part in parts]
        joined = ["\u2060".join(part) if hold else part for part, hold in zip(parts, held, strict=True)]
        found += [part for part, hold in zip(joined, held, strict=True) if hold]
        lines.append("".join(joined))
    return " ".join(lines), tuple(sorted(dict.fromkeys(found), key=lambda part: (-len(part), part)))


_HYPHENATED = frozenset(
    re.findall(
        "..",
        "afbebgcacsdadeelenesetfifrglhrhuisitkalaltlvmnnbnlnnnoplptroruskslsqsrsvtktruk",
    )
)


def _hyphenable(word: str) -> bool:
    """Looks like a word of a language: letters only, vowels often enough for patterns to find a break."""
    letters = word.strip(".,;:!?…»«”“’'\"()-–—/")
    longest = max((len(run) for run in re.split(r"[aeiouyäöüåæøéèêáàâíóòôúùАаЕеЁёИиОоУуЫыЭэЮюЯяαεηιουωάέήίόύώ]",
                                                letters.casefold())), default=0)  # fmt: skip
    return letters.isalpha() and len(letters) <= 60 and longest <= 7


def _metrics(text: str) -> tuple[float, float, float] | None:
    if regex.search(r"\p{Thai}", text):
        return (1.02, -0.26, 0.14)
    if regex.search(r"[\p{Devanagari}]", text):
        return (0.94, -0.3, 0.16)
    if regex.search(r"\p{Arabic}", text):
        return (0.86, -0.34, 0.12)
    if _UNSPACED.search(text) or "\u2060" in text:
        return (0.84, -0.1, 0.34)
    return None


def right_to_left(text: str, language: str) -> bool:
    """By the first strong letter, else by the language."""
    for ch in text:
        kind = unicodedata.bidirectional(ch)
        if kind in ("L", "R", "AL"):
            return kind != "L"
    return language.split("-", maxsplit=1)[0] in _RTL_LANGUAGES


def language_code(language: str) -> str:
    """Two or three letters that Typst accepts; "en" for anything else."""
    code = language.replace("_", "-").split("-")[0].lower()
    return code if re.fullmatch(r"[a-z]{2,3}", code) else "en"


def capitals(text: str, language: str) -> str:
    """Upper case as the language writes it: dotted İ in Turkish, no accents in Greek, ẞ kept apart from SS."""
    if language in ("tr", "az"):
        text = text.replace("i", "İ").replace("ı", "I")
    if language == "de":
        text = text.replace("ß", "ẞ")
    upper = text.upper()
    if regex.search(r"\p{Greek}", upper):
        bare = unicodedata.normalize("NFD", upper).replace("\u0301", "")
        upper = unicodedata.normalize("NFC", bare)
    return upper


def face_for(text: str, wanted: typefaces.Face) -> typefaces.Face:
    """The wanted face, or Manrope when the face lacks the alphabet (Fraunces knows no Greek and no Cyrillic)."""
    letters = [ch for ch in text if _LATIN_LIKE.match(ch) and not regex.match(r"\p{Hebrew}", ch)]
    held = typefaces.family_letters(wanted.family)
    if letters and sum(ord(ch) not in held for ch in letters) > len(letters) * 0.08:
        return typefaces.FACES["manrope"]
    return wanted
