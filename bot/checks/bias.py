"""Does it say something of people for what they are? Slurs, generalisations, a group with a trait, "even your grandma".

Always a warning and never in the way: words decide nothing here, they ask a person to look. It finds the plainest cases
only; that it finds nothing says nothing about a text.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

from bot.checks.addresses import find_addresses
from bot.checks.base import CheckedVersion, Subject
from bot.checks.slurs import WORDS
from bot.words import noted
from storage.drafts import Finding

_GROUP_EN = (
    r"(?:(?:young|older|old|black|white|asian|muslim|jewish|gay|trans|single|blonde?|disabled|foreign|straight) )?"
    r"(?:women|men|girls|boys|ladies|females|males|moms?|mums?|mothers|dads|fathers|housewives|blondes|"
    r"black people|white people|asians?|africans|arabs|latin[oa]s|mexicans|indians|chinese|japanese|germans|italians|"
    r"americans|russians|poles|turks|immigrants|migrants|refugees|foreigners|muslims|jews|christians|catholics|"
    r"gays|lesbians|gay people|trans people|boomers|millennials|gen z|seniors|old people|older people|the elderly|"
    r"elderly people|pensioners|teenagers|disabled people|people with disabilities|autistic people|fat people|"
    r"poor people)"
)
_GROUP_DE = (
    r"(?:(?:junge|alte|ältere|schwarze|weisse|weiße|blonde|ausländische|behinderte|alleinerziehende) )?"
    r"(?:frauen|männer|mädchen|jungs|jungen|mütter|väter|hausfrauen|blondinen|schwarze|weisse|asiaten|afrikaner|"
    r"araber|"
    r"türken|italiener|deutsche|schweizer|polen|russen|chinesen|amerikaner|ausländer|migranten|flüchtlinge|muslime|"
    r"juden|"
    r"christen|katholiken|schwule|lesben|senioren|rentner|alte leute|ältere menschen|alte menschen|behinderte|"
    r"menschen mit behinderung|dicke|arme leute|boomer|jugendliche)"
)
_TRAIT_EN = (
    r"emotional|hysterical|bossy|irrational|weak(?:er)?|fragile|lazy|dirty|dangerous|criminals?|violent|stupid|dumb|"
    r"greedy|cheap|"
    r"stingy|submissive|exotic|loud|aggressive|bad (?:at|with|drivers)|good (?:at|with) (?:maths?|money|cooking|"
    r"numbers)|"
    r"naturally (?:gifted|better|good|caring|maternal)|better (?:at|with|drivers|cooks|leaders)|worse at|not (?:made|"
    r"meant|built) for|"
    r"hopeless (?:at|with)|confused by|afraid of (?:technology|tech)|too old|out of touch|inferior|superior|"
    r"less intelligent|"
    r"more (?:caring|emotional|logical|rational|intelligent)|terrorists|thieves|a burden"
)
_TRAIT_DE = (
    r"emotional\w*|hysterisch|zickig|irrational|schwach|schwächer|faul|dreckig|gefährlich|kriminell\w*|gewalttätig|"
    r"dumm|geizig|"
    r"unterwürfig|exotisch|laut|aggressiv|schlecht in|gut in (?:mathe|zahlen)|von natur aus|besser(?:e)? (?:in|köche|"
    r"fahrer)|"
    r"schlechter in|nicht (?:gemacht|geeignet) für|überfordert (?:mit|von)|zu alt|minderwertig|überlegen|eine last|"
    r"die besseren (?:köche|fahrer|chefs|eltern)|technisch unbegabt|schlechte (?:autofahrer|fahrer)"
)
_WELCOME = (
    r"(?!\s+(?:are|is|sind|ist)\s+(?:\w+\s+)?(?:welcome|invited|equal|eligible|free|protected|willkommen|eingeladen|"
    r"gleich))"
)
_LEFT, _RIGHT = r"(?<![\p{L}\p{N}#@-])(?:", r")(?![\p{L}\p{N}])"

LANGUAGES = ("en", "de")
GENERAL = noted("It says the same of everybody in a group.")
TRAIT = noted("It ties a trait to a group of people.")
EVEN = noted("It takes for granted that some people cannot do it.")

_PATTERNS: tuple[tuple[str, regex.Pattern[str]], ...] = tuple(
    (why, regex.compile(pattern.join((_LEFT, _RIGHT)), regex.I))
    for why, pattern in (
        *WORDS,
        (
            GENERAL,
            rf"(?:all|most|every|no|typical|only) {_GROUP_EN}{_WELCOME} (?:are|love|hate|can(?:no|['’])?t|know|"
            rf"always|never|think|"
            r"want|just want|belong|should|don['’]t)|(?:every|no) (?:woman|man|girl|boy|mother|father|muslim|jew|"
            r"immigrant|foreigner) "
            r"(?:is|loves|hates|can(?:no|['’])t|can|knows|always|never|thinks|wants)|(?:just )?like (?:all|most|"
            r"a typical) "
            r"(?:women|men|girls?|woman|man)|(?:boys will be boys|man up|like a girl|real men (?:don['’]t|do|eat|"
            r"drink|drive)|"
            r"real women (?:don['’]t|have)|a woman['’]s place|women belong|that['’]s women for you)",
        ),
        (
            GENERAL,
            rf"(?:alle|die meisten|jede[rs]?|keine?|typische?|nur) {_GROUP_DE}{_WELCOME} (?:sind|lieben|hassen|"
            rf"können|wissen|wollen|"
            r"denken|brauchen)|(?:jede frau|jeder mann|kein mann|keine frau) (?:ist|liebt|hasst|kann|weiss|weiß|will|"
            r"denkt)|typisch "
            r"(?:frau(?:en)?|mann|männer|weiblich|ausländer|asiate)|(?:echte männer|richtige männer|echte kerle|"
            r"ein echter mann) "
            r"(?:weinen|trinken|essen|brauchen|fahren)|(?:frauen gehören|indianer kennt? keinen schmerz|"
            r"wie ein mädchen)",
        ),
        (
            TRAIT,
            rf"{_GROUP_EN} (?:are|is|tend to be|can be|being)(?: (?:just|so|all|always|naturally|too|simply|very|"
            rf"more))* (?:{_TRAIT_EN})",
        ),
        (
            TRAIT,
            rf"{_GROUP_DE} (?:sind|seien|gelten als)(?: (?:einfach|so|alle|immer|halt|eben|zu|"
            rf"sehr))* (?:{_TRAIT_DE})",
        ),
        (
            TRAIT,
            r"(?:lazy|dirty|dangerous|criminal|exotic|submissive|feisty|hot-blooded) (?:mexicans|asians?|africans|"
            r"arabs|immigrants|migrants|"
            r"foreigners|refugees|black people|latin[oa]s|women|asian women)|surprisingly (?:good|strong|smart|"
            r"articulate) for an? "
            r"(?:woman|girl|black|asian|immigrant|old|foreigner)\w*|for an? (?:woman|"
            r"girl)(?=[ ,][^.!?]{0,20}\b(?:impressive|not bad|surprising))|"
            r"(?:faule|kriminelle|exotische|rassige|temperamentvolle) (?:ausländer|migranten|flüchtlinge|asiatinnen|"
            r"frauen|südländer\w*)|"
            r"für eine frau (?:erstaunlich|gar nicht|überraschend)|(?:weiberkram|frauensache|männersache|"
            r"mädchenkram)",
        ),
        (
            EVEN,
            r"(?:so (?:easy|simple)[^.!?\n]{0,20}|even )(?:your |my |a )?(?:grandma|granny|grandmother|mom|mum|"
            r"mother|wife|girlfriend|girls|"
            r"women|blonde|old people|the elderly)s? (?:can|could|will|understands?|gets?)|"
            r"(?:so einfach[^.!?\n]{0,20})?(?:sogar|selbst) "
            r"(?:deine |meine |die )?(?:oma|mutter|frau|frauen|freundin|blondinen|senioren) (?:kann|können|versteht|"
            r"verstehen|schafft)",
        ),
    )
)  # fmt: skip


_PEOPLE = regex.compile(
    rf"{_LEFT}{_GROUP_EN}|{_GROUP_DE}|woman|man|girl|boy|mother|father|mom|mum|dad|wife|husband|lady|grand(?:ma|pa|"
    rf"mother|father)|"
    rf"foreigner|immigrant|refugee|muslim|jew|christian|asian|african|frau|mann|mutter|vater|oma|opa|ehefrau|ehemann|"
    rf"ausländer(?:in|innen)?|migrant(?:in|innen)?|muslimin(?:nen)?|asiatin(?:nen)?{_RIGHT}",
    regex.I,
)


def speaks_of_people(text: str) -> bool:
    """Whether it names a group of people, or somebody as one of it."""
    return _PEOPLE.search(text) is not None


async def bias(subject: Subject) -> tuple[Finding, ...]:
    """A warning for each, with where it stands and why."""
    spoken = subject.brief.language
    return tuple(
        finding
        for each in subject.versions
        if (each.account.language or spoken)[:2].casefold()
        in LANGUAGES  # elsewhere the same letters mean something else
        for finding in _found(each)
    )


def _found(each: CheckedVersion) -> Iterator[Finding]:
    for span, why in biased(each.text):
        said = each.text[slice(*span)]
        hurts = f"“{said}” can hurt people."
        yield Finding(
            severity="warn",
            rule="bias",
            reason=f"{hurts} {why}",
            fix="Say what you mean of this product or person, not of a group.",
            account=each.account.id,
            span=span,
        )


def biased(text: str) -> tuple[tuple[tuple[int, int], str], ...]:
    """Spans and reasons, in order; not in links and addresses."""
    hidden = [address.span for address in find_addresses(text)]
    found: list[tuple[tuple[int, int], str]] = []
    for why, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            taken = [*hidden, *(span for span, _ in found)]
            if not any(start < match.end() and match.start() < end for start, end in taken):
                found.append((match.span(), why))
    return tuple(sorted(found))
