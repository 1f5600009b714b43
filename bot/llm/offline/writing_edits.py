"""Orders carried out on texts. A change that the words do not allow is refused with a question, never half done."""

from __future__ import annotations

from collections.abc import Callable

import regex

from bot.llm.offline.writing_compose import compose, derived_tags, plans, retoned
from bot.llm.offline.writing_frames import emoji_of, phrases
from bot.llm.offline.writing_lines import (
    before_close,
    before_tags,
    body_sentences,
    cased,
    main_clause,
    shortened,
    with_room,
    with_tags,
    without_frames,
    without_price,
    without_sentence,
)
from bot.llm.offline.writing_lists import essential, within
from bot.llm.offline.writing_material import Material, material
from bot.llm.offline.writing_orders import Order
from bot.llm.offline.writing_state import Refused, State, as_told, swapped
from bot.llm.offline.writing_text import (
    EMOJI,
    HASHTAG,
    URL,
    language_of,
    same_words,
    sentence,
    sentences,
    tidy,
    upper_first,
    words,
)

_CODES = {"english": "en", "englisch": "en", "englische": "en", "german": "de", "deutsch": "de", "deutsche": "de"}


_PLACES = {
    "first": 0, "opening": 0, "ersten": 0, "erste": 0, "second": 1, "zweiten": 1, "zweite": 1, "third": 2,
    "dritten": 2, "dritte": 2, "last": -1, "closing": -1, "letzten": -1, "letzte": -1,
}  # fmt: skip


_FIGURE = regex.compile(r"\d+(?:[.,]\d+)?\s?%")


_PARTS = {
    "deadline": r"deadline|frist|date|datum|end date", "offer": r"offer|discount|angebot|rabatt",
    "price": r"prices?|costs?|preise?|kosten",
    "call": r"cta|call to action|aufforderung",
}  # fmt: skip


def apply(order: Order, state: State, language: str) -> str:
    """Carry it out in place; what was done, in a few words. Raises Refused."""
    german = language == "de"
    kind, _, tone = order.kind.partition(":")
    if kind == "tone":
        state.tone = tone
        _rewrite(state)
        return f"Ton geändert ({_TONES_DE[tone]})" if german else f"tone made {tone}"
    return _DOERS[kind](order, state, german)


_TONES_DE = {
    "playful": "verspielt",
    "formal": "förmlich",
    "urgent": "dringlich",
    "warm": "herzlich",
    "plain": "schlicht",
}


def _replace(order: Order, state: State, german: bool) -> str:
    old, new = order.one.strip(), order.two.strip()
    pattern = regex.compile(
        rf"(?<!\w){regex.escape(old)}(?!\w)" if old[:1].isalnum() and old[-1:].isalnum() else regex.escape(old), regex.I
    )
    if not pattern.search("\n".join([*state.texts.values(), *(state.card or {}).values()])) and _FIGURE.fullmatch(old):
        pattern = regex.compile(regex.sub(r"\\?\s", "", regex.escape(old)).replace("%", r"\s?%"))
    hit = state.each(lambda text: pattern.sub(lambda match: cased(match[0], new), text))
    state.title = pattern.sub(lambda match: cased(match[0], new), state.title)
    if state.card:
        card = {name: pattern.sub(lambda match: cased(match[0], new), said) for name, said in state.card.items()}
        hit, state.card = hit or card != state.card, card
    slides = [
        {name: pattern.sub(lambda match: cased(match[0], new), said) for name, said in slide.items()}
        for slide in state.slides
    ]
    heads = {account: pattern.sub(lambda match: cased(match[0], new), head) for account, head in state.heads.items()}
    hit = hit or slides != state.slides or heads != state.heads
    state.slides, state.heads = slides, heads
    if not hit:
        raise Refused(
            f"«{old}» steht nicht im Text. Welche Worte sollen weg?"
            if german
            else f"“{old}” is not in the text. Which words should go?"
        )
    return f"«{old}» durch «{new}» ersetzt" if german else f"“{old}” replaced by “{new}”"


def _figure(order: Order, state: State, german: bool) -> str:
    found = set(_FIGURE.findall("\n".join([*state.texts.values(), *(state.card or {}).values()])))
    values = {regex.sub(r"\s", "", figure) for figure in found}
    if len(values) != 1:
        raise Refused(
            "Welche Zahl soll ich ändern? Zum Beispiel: «ändere 20% in 25%»."
            if german
            else "Which figure should change? For example: “change 20% to 25%”."
        )
    for figure in found:
        spaced = regex.sub(r"\s?%", figure[-2:] if figure[-2:-1].isspace() else "%", order.two)
        _replace(Order("replace", figure, spaced), state, german)
    return f"Zahl auf {order.two} geändert" if german else f"figure changed to {order.two}"


def _headline(order: Order, state: State, german: bool) -> str:
    if state.card is None:
        raise Refused(
            "Dieser Entwurf hat keine Karte. Soll ich eine machen?"
            if german
            else "This draft has no card. Should I make one?"
        )
    state.card = state.card | {"headline": upper_first(order.two)}
    return "Überschrift geändert" if german else "headline changed"


def _start(order: Order, state: State, german: bool) -> str:
    if regex.fullmatch(
        r"(?i)(?:a|an|the|eine?[rnm]?|der|die|das)? ?(?:question|fact|joke|story|offer|hook|deadline|date|price|link|"
        r"frist|datum|preis|frage|zahl|witz|"
        r"geschichte|angebot)",
        order.two,
    ):
        raise Refused(
            "Mit welchem Satz genau soll der Text beginnen?"
            if german
            else "With which sentence exactly should the text start?"
        )
    state.each(
        lambda text: f"{sentence(order.two)} {text}" if "\n\n" not in text else f"{sentence(order.two)}\n\n{text}"
    )
    return "neuer Anfang" if german else "new opening"


def _end(order: Order, state: State, german: bool) -> str:
    state.each(lambda text: before_close(text, sentence(order.two)))
    return "neuer Schluss" if german else "new ending"


def _hashtags_off(order: Order, state: State, german: bool) -> str:
    if not state.each(lambda text: HASHTAG.sub("", text)):
        raise Refused(
            "Im Text steht kein Hashtag. Was soll weg?" if german else "There is no hashtag in it. What should go?"
        )
    return "Hashtags entfernt" if german else "hashtags removed"


def _hashtag_off(order: Order, state: State, german: bool) -> str:
    tag = regex.compile(regex.escape(order.two) + r"(?![\w-])", regex.I)
    if not state.each(lambda text: tag.sub("", text)):
        raise Refused(
            f"{order.two} steht nicht im Text. Welcher Hashtag soll weg?"
            if german
            else f"{order.two} is not in the text. Which hashtag should go?"
        )
    return f"{order.two} entfernt" if german else f"{order.two} removed"


def _hashtags_on(order: Order, state: State, german: bool) -> str:
    tags = HASHTAG.findall(order.two)
    state.each(lambda text: with_tags(text, tags))
    return "Hashtags ergänzt" if german else "hashtags added"


def _hashtags_own(order: Order, state: State, german: bool) -> str:
    pieces = state.pieces()
    tags = list(pieces.hashtags) or derived_tags(pieces)
    if not tags:
        raise Refused("Welche Hashtags?" if german else "Which hashtags?")
    state.each(lambda text: with_tags(text, tags))
    return "Hashtags ergänzt" if german else "hashtags added"


def _emoji_off(order: Order, state: State, german: bool) -> str:
    if not state.each(lambda text: EMOJI.sub("", text)):
        raise Refused(
            "Im Text steht kein Emoji. Was soll weg?" if german else "There is no emoji in it. What should go?"
        )
    return "Emojis entfernt" if german else "emoji removed"


def _emoji_on(order: Order, state: State, german: bool) -> str:
    pieces = state.pieces()
    if pieces.serious:
        raise Refused(
            "Das ist eine ernste Mitteilung. Wirklich mit Emoji? Dann gib mir den Text in Anführungszeichen."
            if german
            else "This is a serious notice. If you really want an emoji in it, give me the text in quotes."
        )
    mark = emoji_of(pieces)

    def put(text: str) -> str:
        if EMOJI.search(text):
            return text
        first = sentences(text.split("\n", 1)[0])[0]
        return text.replace(first, f"{first} {mark}", 1)

    state.each(put)
    return "Emoji ergänzt" if german else "emoji added"


def _exclamation_off(order: Order, state: State, german: bool) -> str:
    state.each(lambda text: regex.sub(r"!+", ".", text))
    return "Ausrufezeichen entfernt" if german else "exclamation marks removed"


def _sentence_off(order: Order, state: State, german: bool) -> str:
    def cut(text: str) -> str:
        found = body_sentences(text)
        place = _PLACES[order.two]
        if len(found) < 2 or not -len(found) <= place < len(found):
            raise Refused(
                "So viele Sätze hat der Text nicht. Welcher soll weg?"
                if german
                else "The text has not that many sentences. Which one should go?"
            )
        return without_sentence(text, found[place])

    state.each(cut)
    return "Satz entfernt" if german else "sentence removed"


def _link_on(order: Order, state: State, german: bool) -> str:
    link = order.two.rstrip(".,;") or state.pieces().link or str((state.document.get("brief") or {}).get("link") or "")
    if not link:
        raise Refused("Welcher Link?" if german else "Which link?")

    def put(text: str) -> str:
        if link in text:
            return text
        return URL.sub(link, text) if URL.search(text) else before_tags(text, link)

    state.each(put)
    return "Link ergänzt" if german else "link added"


def _link_off(order: Order, state: State, german: bool) -> str:
    state.each(
        lambda text: "\n".join(
            regex.sub(r"[:\s]*$", "", URL.sub("", line)) if URL.search(line) else line for line in text.split("\n")
        )
    )
    return "Link entfernt" if german else "link removed"


def _call_on(order: Order, state: State, german: bool) -> str:
    pieces = state.pieces()
    call = upper_first(pieces.call) or next(iter(phrases(pieces, "CALLS" if pieces.link else "ENDINGS")), "")

    def put(text: str) -> str:
        bare_link = regex.search(rf"(?m)^{regex.escape(pieces.link)}$", text) if pieces.link else None
        if bare_link:
            return text.replace(pieces.link, f"{call}: {pieces.link}")
        if pieces.link and pieces.link not in text:
            return before_tags(text, f"{call}: {pieces.link}")
        return text if call in text else before_close(text, sentence(call))

    state.each(put)
    return "Aufforderung ergänzt" if german else "call to action added"


def _language(order: Order, state: State, german: bool) -> str:
    code = _CODES.get(order.two, "")
    if not code:
        raise Refused(
            "Ohne Sprachmodell schreibe ich Deutsch und Englisch. Gib mir den Text in Anführungszeichen, dann "
            "nehme ich ihn."
            if german
            else "Without a language model I write English and German. Give me the text in quotes and I will use it."
        )
    brief = as_told(state) | {"language": code}
    told = (
        " ".join(str(brief.get(name) or "") for name in ("topic", "offer", "deadline")) + " " + " ".join(brief["facts"])
    )
    if language_of(told) not in ("", code):
        raise Refused(
            "Die Angaben habe ich nur in der anderen Sprache, und ohne Sprachmodell übersetze ich nicht. Schick "
            "mir Thema und Fakten in dieser Sprache?"
            if german
            else "I have the facts in the other language only, and without a language model I do not translate. Will "
            "you send me the topic and facts in that language?"
        )
    _compose_all(state, material(dict(state.document) | {"brief": brief}))
    return "Sprache gewechselt" if german else "language changed"


def _limit(order: Order, state: State, german: bool) -> str:
    most = int(order.two)
    state.texts = {account: shortened(text, lambda part: len(part) <= most, 0) for account, text in state.texts.items()}
    if any(len(text) > most for text in state.texts.values()):
        raise Refused(
            f"Auf {most} Zeichen komme ich ohne den Link zu verlieren nicht. Was darf weg?"
            if german
            else f"I cannot reach {most} characters without losing the link. What may go?"
        )
    return f"auf {most} Zeichen gekürzt" if german else f"cut to {most} characters"


def _shorter(order: Order, state: State, german: bool) -> str:
    """Words that say nothing go first; of a long text also what can be done without, never a date, price or address."""
    brief = state.document.get("brief") or {}
    asked = " ".join([str(brief.get("request") or ""), *(str(fact) for fact in brief.get("facts") or ())])
    asked += " ".join(str(brief.get(name) or "") for name in ("topic", "offer", "deadline", "call_to_action"))
    serious = state.pieces().serious

    def cut(text: str) -> str:
        plain = without_frames(text, asked)
        told = body_sentences(plain)
        if plain != tidy(text) or len(told) < ROOMY:
            return plain
        spare = [said for said in told[1:] if not essential(said) and not regex.search(r"\d", said)]
        for said in reversed(spare[-max(1, len(told) // 3) :]):
            plain = without_sentence(plain, said)
        return plain

    if serious:
        raise Refused(
            "Das ist eine ernste Mitteilung, da lasse ich nichts von selbst weg. Welcher Satz darf gehen?"
            if german
            else "This is a serious notice, so I leave nothing out by myself. Which sentence may go?"
        )
    if not state.each(cut):
        longest = max(state.texts.values(), key=len, default="")
        told = [f"“{within(said.lstrip('• '), 50)}”" for said in body_sentences(longest)[1:]][:4]
        listed = (
            (", ".join(told[:-1]) + (" oder " if german else " or ") + told[-1]) if len(told) > 1 else "".join(told)
        )
        if german:
            raise Refused(
                f"Kürzer geht es nur, wenn eine Angabe wegfällt. {f'Darf {listed} weg?' if told else 'Was darf weg?'}"
            )
        raise Refused(
            f"It is as short as it gets without losing a fact. {f'May {listed} go?' if told else 'What may go?'}"
        )
    return "gekürzt" if german else "shortened"


ROOMY = 4  # sentences from which on a text may lose one that holds no figure, date or address


def _longer(order: Order, state: State, german: bool) -> str:
    full = material(dict(state.document) | {"brief": swapped(state)})
    new: dict[str, str] = {}
    for account, text in state.texts.items():
        need = state.needs[account]
        missing = [fact for fact in full.facts if not same_words(fact, text)]
        longer = text
        for fact in missing:
            candidate = before_close(longer, sentence(fact))
            longer = candidate if need.fits(candidate) else longer
        if longer == text and full.language:
            ending = next((line for line in phrases(full, "ENDINGS") if line.rstrip(".") not in text), "")
            candidate = before_close(text, ending) if ending else text
            longer = candidate if need.fits(candidate) else text
        new[account] = tidy(longer)
    if new == state.texts:
        raise Refused(
            "Alles aus dem Auftrag steht schon drin. Was soll noch hinein?"
            if german
            else "Everything from the brief is in it already. What should be added?"
        )
    state.texts = new
    return "verlängert" if german else "made longer"


def _again(order: Order, state: State, german: bool) -> str:
    state.turn += 1
    _rewrite(state)
    return "neu formuliert" if german else "worded anew"


def _verbatim(order: Order, state: State, german: bool) -> str:
    state.texts = dict.fromkeys(state.texts, order.two)
    return "Wortlaut übernommen" if german else "your wording taken over"


def _drop(order: Order, state: State, german: bool) -> str:
    asked = order.two.strip()
    brief = state.document.get("brief") or {}
    named = next((name for name, pattern in _PARTS.items() if regex.fullmatch(rf"(?i)(?:{pattern})", asked)), "")
    target = str(brief.get("call_to_action" if named == "call" else named) or "") if named else asked

    def cut(text: str) -> str:
        exact = regex.search(regex.escape(target), text, regex.I) if target else None
        if exact and exact[0] not in [s.rstrip(".") for s in body_sentences(text)] and len(body_sentences(text)) > 1:
            holding = next((s for s in body_sentences(text) if exact[0] in s), "")
            rest = tidy(holding.replace(exact[0], ""))
            if named == "deadline" and len(words(rest)) > 2:
                return text.replace(holding, regex.sub(r"\s*[,:–-]\s*(?=[.!?]?$)", "", rest))
        wanted = set(words(target))
        hit = [s for s in body_sentences(text) if wanted and wanted <= set(words(s))]
        for each in hit:
            text = without_sentence(text, each)
        return text

    if named == "price":
        target, cut = "price", without_price
    if not target or not state.each(cut):
        raise Refused(
            f"«{asked}» finde ich nicht im Text. Welche Worte sollen weg?"
            if german
            else f"I cannot find “{asked}” in the text. Which words should go?"
        )
    return f"«{asked}» entfernt" if german else f"“{asked}” removed"


def _mention(order: Order, state: State, german: bool) -> str:
    said = sentence(main_clause(order.two) if order.one else order.two)
    if not said:
        raise Refused("Wie soll der Satz genau lauten?")
    if all(same_words(said, text) for text in state.texts.values()):
        raise Refused(
            f"Das steht schon im Text: «{order.two}». Soll es an den Anfang?"
            if german
            else f"The text says so already: “{order.two}”. Should it come first?"
        )
    for account, text in state.texts.items():
        if not same_words(said, text):
            state.texts[account] = tidy(with_room(text, said, state.needs[account]))
    return "Satz ergänzt" if german else "sentence added"


_DOERS: dict[str, Callable[[Order, State, bool], str]] = {
    "replace": _replace, "figure": _figure, "headline": _headline, "start": _start, "end": _end,
    "hashtags_off": _hashtags_off, "hashtag_off": _hashtag_off, "hashtags_on": _hashtags_on,
    "hashtags_own": _hashtags_own, "emoji_off": _emoji_off, "emoji_on": _emoji_on,
    "exclamation_off": _exclamation_off, "sentence_off": _sentence_off, "link_on": _link_on, "link_off": _link_off,
    "call_on": _call_on, "language": _language, "limit": _limit, "shorter": _shorter, "longer": _longer,
    "again": _again, "verbatim": _verbatim, "drop": _drop, "mention": _mention,
}  # fmt: skip


def _rewrite(state: State) -> None:
    """Written anew from what the texts say now, not from what the brief once said."""
    pieces = state.pieces()
    if state.tone and not pieces.serious:
        pieces = retoned(pieces, state.tone)
    elif state.tone and state.tone in ("playful", "urgent"):
        raise Refused("This is a serious notice. Give me the exact words in quotes if it should sound otherwise.")
    _compose_all(state, pieces)


def _compose_all(state: State, pieces: Material) -> None:
    before = list(state.texts.values())
    seed = f"{state.document.get('seed') or ''}"
    way = plans(pieces, seed, "", before, state.turn + 1)[state.turn]
    tags = {account: bool(HASHTAG.search(text)) for account, text in state.texts.items()}
    for account in state.texts:
        need = state.needs[account]
        text = compose(pieces, need, way)
        state.texts[account] = text if tags[account] else tidy(HASHTAG.sub("", text))
