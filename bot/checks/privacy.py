"""Is somebody's personal data in the copy, that is not meant to be there?

What the brand itself gives as its contact is: in its facts or small print, in the call to action, or asked for as such
("call us on …"). So are addresses of a function and numbers that only firms have. Names and postal addresses are not
found: they have no form that could be checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import regex

from bot.checks.base import CheckedVersion, Subject
from bot.privacy import Personal, find_personal
from bot.privacy.telephones import serves_everybody
from bot.words import noted
from storage.drafts import Finding

_CALLED = {
    "email": noted("an e-mail address"),
    "phone": noted("a telephone number"),
    "card": noted("a card number"),
    "iban": noted("a bank account"),
    "id": noted("a state's number for a person"),
    "ip": noted("an IP address"),
}
_NEVER_GIVEN = frozenset({"card", "id"})  # no brand puts one into a post
_FUNCTION = regex.compile(
    r"(?i)(?:info|hello|hallo|hi|hey|contact|kontakt|office|support|help|hilfe|sales|verkauf|vertrieb|press|presse|"
    r"media|"
    r"medien|jobs|karriere|career|bewerbung|team|mail|post|shop|store|order|bestellung|service|booking|buchung|"
    r"events?|"
    r"anmeldung|reservation\p{L}*|reservierung\p{L}*|newsletter|marketing|privacy|datenschutz|welcome|studio|welkom|"
    r"bonjour|contacto|ciao|noreply|no-reply)[\w.+-]{0,12}@"
)
_ASKED_FOR = regex.compile(
    r"(?i)(?:call|ring|phone|dial|text|write|e-?mail|mail|contact|reach|book|order|rsvp|register|sign up|apply|reply|"
    r"whats?app|questions|reserv\p{L}*|réserv\p{L}*|erreich\p{L}*|auskunft|tickets?|hotline|donat\p{L}*|ruft?|"
    r"anruf\p{L}*|meldet?|schreibt?|kontakt\p{L}*|fragen|anmeld\p{L}*|"
    r"buch\p{L}*|"
    r"bestell\p{L}*|bewerb\p{L}*|bewirb|spende\p{L}*|tel(?:efon)?|appele[zr]|écri\p{L}*|llam\p{L}*|"
    r"chiam\p{L}*)\b[^.!?\n]{0,40}$"
)


async def privacy(subject: Subject) -> tuple[Finding, ...]:
    """A warning for each, with where it stands."""
    brand, brief = subject.brand, subject.brief
    own = _keys((
        brand.name, brand.voice, *(f"{fact.text}\n{fact.evidence}" for fact in brand.facts),
        *(rule.text for rule in brand.profile.disclaimers), *brand.profile.manner.samples, brief.call_to_action,
    ))  # fmt: skip
    asked = {
        each.key
        for text in (brief.request, *brief.facts, brief.offer, brief.verbatim, brief.first_comment)
        for each in find_personal(text)
        if _ASKED_FOR.search(text[max(0, each.span[0] - 60) : each.span[0]])
    }
    return tuple(finding for each in subject.versions for finding in _found(each, own | asked))


def _found(each: CheckedVersion, given: set[str]) -> Iterator[Finding]:
    for personal in find_personal(each.text):
        if personal.kind not in _NEVER_GIVEN and (personal.key in given or _is_a_firms(personal)):
            continue
        kind, said = _CALLED[personal.kind], personal.text
        yield Finding(
            severity="warn",
            rule="personal_data",
            reason=f"“{said}” is {kind}: everybody would read it.",
            fix="Take it out, unless that person wants it published. What the brand gives itself belongs in its facts.",
            account=each.account.id,
            span=personal.span,
        )


def _is_a_firms(personal: Personal) -> bool:
    if personal.kind == "email":
        return _FUNCTION.match(personal.text) is not None
    return personal.kind == "phone" and serves_everybody(personal.text)


def _keys(texts: Iterable[str]) -> set[str]:
    return {each.key for text in texts for each in find_personal(text)}
