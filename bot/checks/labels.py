"""What must a version say of itself, and does it? Facts, the brand's policy, and the words for it. Pure.

Two things may have to be said: that a model made it, and that somebody gives something for it. The first is derived
from how words and pictures came about; the second is declared by a person. The policy (`storage.team.Labels`) says
which facts need a label. Where a channel has a label of its own (`Capabilities.flags`) that is used, elsewhere words.

- EU AI Act, Art. 50 (4): pictures are to be disclosed; text is exempt where a person reviewed it and answers for it.
  https://eur-lex.europa.eu/eli/reg/2024/1689/oj
- FTC: an ad says so in words that everybody understands ("Ad", "#ad"; not "#sp", "#partner", "Thanks"), before "more".
  https://www.ftc.gov/business-guidance/resources/disclosures-101-social-media-influencers
- Germany, § 5a Abs. 4 UWG: "Anzeige" or "Werbung" at the beginning. https://www.gesetze-im-internet.de/uwg_2004/__5a.html
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher
from typing import Literal

from bot.channels.base import Flag
from storage.drafts import Brief
from storage.sealed import Medium
from storage.team import Labels

LEAD = 125  # characters that every channel shows before "more"; Instagram folds first
TITLE = 150  # characters: a longer first line is a paragraph, see `bot.channels.article`
RUN = 3  # words in a row that are taken over; fewer meet by chance

_AD = {
    "en": ("Ad", "Paid partnership with {partner}"),
    "de": ("Anzeige", "Bezahlte Partnerschaft mit {partner}"),
    "fr": ("Publicité", "Partenariat rémunéré avec {partner}"),
    "it": ("Pubblicità", "Collaborazione retribuita con {partner}"),
    "es": ("Publicidad", "Colaboración pagada con {partner}"),
    "nl": ("Advertentie", "Betaalde samenwerking met {partner}"),
}
_AI = {
    "en": "Made with AI",
    "de": "Mit KI erstellt",
    "fr": "Créé avec l’IA",
    "it": "Creato con l’IA",
    "es": "Creado con IA",
    "nl": "Gemaakt met AI",
}
_WORDS = re.compile(r"\w+")
_SAYS_AD = re.compile(
    r"#(?:ad|advert|advertisement|sponsored|anzeige|werbung|gesponsert|publicité|sponsorisé|pubblicità|publicidad|"
    r"advertentie)\b"
    r"|^[^\w\n#]*(?:ad|advert|advertisement|advertorial|sponsored|anzeige|werbung|gesponsert|publicité|pubblicità|"
    r"publicidad|advertentie)(?=[ \t]*(?:$|[·:|–—.,!/)\]-]))"
    r"|(?<!not a )(?<!no )(?<!keine )\b(?:paid partnership|paid promotion|sponsored by|bezahlte (?:partnerschaft|"
    r"kooperation|zusammenarbeit|werbung)|partenariat rémunéré|collaborazione retribuita|colaboración pagada|"
    r"betaalde samenwerking)\b",
    re.IGNORECASE | re.MULTILINE,
)
_SAYS_AI = re.compile(
    r"\b(?:made|created|generated|written) (?:with|by|using) (?:the help of )?(?:an? )?ai\b|\bai[- ]generated\b"
    r"|\b(?:mit|von|durch) (?:einer )?ki (?:erstellt|erzeugt|generiert|geschrieben|gemacht)\b|\bki[- ]generiert"
    r"|\b(?:créé|généré)e?s? (?:avec|par) l[’']ia\b|\b(?:creat|generat)[oaie] con l[’']ia\b"
    r"|\b(?:cread|generad)[oa]s? con ia\b|\bgemaakt met ai\b|#(?:madewithai|aigenerated|kigeneriert|mitkierstellt)\b",
    re.IGNORECASE,
)


def required(labels: Labels, brief: Brief, media: Iterable[Medium], by_model: int) -> tuple[Flag, ...]:
    """What a version with this much of a model's wording (percent) and these pictures has to say."""
    made = any(each.source == "generated" or (brief.ai_picture and each.source == "upload") for each in media)
    found: list[Flag] = []
    if (made and labels.ai_pictures == "label") or (by_model > 0 and labels.ai_text == "label"):
        found.append("ai_generated")
    if brief.paid_partnership:
        found.append("paid_partnership")
    return tuple(found)


def mark(flags: Collection[str], brief: Brief) -> str:
    """The line that says it in the post's language (English where we know it not); empty for nothing to say."""
    language = brief.language.partition("-")[0].lower()
    said: list[str] = []
    if "paid_partnership" in flags:
        ad, partnership = _AD.get(language, _AD["en"])
        said += [ad, partnership.replace("{partner}", brief.partner)] if brief.partner else [ad]
    if "ai_generated" in flags:
        said.append(_AI.get(language, _AI["en"]))
    return " · ".join(said)


def marked(text: str, flags: Collection[str], brief: Brief, *, headed: bool = False) -> str:
    """The text with what it does not say yet, in front. `headed`: the first line of several is a title, so below it."""
    missing = [flag for flag in flags if shows(text, flag, headed=headed) != "yes"]
    line = mark(missing, brief)
    if not line:
        return text
    if not headed:
        return f"{line}\n\n{text}" if text.strip() else line
    first, _, rest = text.partition("\n")
    if rest.strip() and len(first) <= TITLE:
        return f"{first}\n\n{line}\n\n{rest.lstrip()}"
    return f"{line}: {text}"  # a line of its own would be taken for the title


def unmarked(text: str, brief: Brief) -> str:
    """The text without a line that `marked` put there for this brief, so that it can be worded anew."""
    for flags in (("paid_partnership", "ai_generated"), ("paid_partnership",), ("ai_generated",)):
        line = mark(flags, brief)
        if text == line:
            return ""
        if text.startswith((f"{line}\n\n", f"{line}: ")):
            return text[len(line) + 2 :]
        if text.partition("\n")[2].startswith(f"\n{line}\n\n"):
            return text.replace(f"{line}\n\n", "", 1)
    return text


def shows(text: str, flag: str, *, headed: bool = False) -> Literal["yes", "late", "no"]:
    """Whether the text says it; `late`: only where readers may never get to."""
    if flag == "ai_generated":
        return "yes" if _SAYS_AI.search(text) else "no"
    title, _, body = text.partition("\n") if headed else ("", "", text)
    match = _SAYS_AD.search(title) or _SAYS_AD.search(body)
    if match is None:
        return "no"
    return "yes" if match.string is title or match.end() <= len(body) - len(body.lstrip()) + LEAD else "late"


def share_of(text: str, *, by_model: bool, before: str = "", share: int = 0) -> int:
    """Percent of the words that a language model wrote, when this came out of `before`, of which `share` percent were.

    Words in the same order as before keep their writer; all others are the present one's.
    """
    old, new = _WORDS.findall(before.casefold()), _WORDS.findall(text.casefold())
    if not new:
        return 0
    blocks = SequenceMatcher(None, old, new).get_matching_blocks()
    kept = sum(block.size for block in blocks if block.size >= min(RUN, len(old)))
    written = kept * share / 100 + (len(new) - kept if by_model else 0)
    percent = round(100 * written / len(new))
    return percent or (1 if written else 0)
