"""Who is at the browser: the session behind the cookie, what they see, and the proof that a form is theirs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from starlette.exceptions import HTTPException

from bot.bootstrap import AdMind
from bot.errors import NotAllowed
from bot.team.signin import SignedIn, fits, form_token
from bot.views import BrandView
from bot.words import read_in, words
from handlers.web.auth import admind_of

COOKIE = "admind_session"
TOLD = "admind_told"
THEME = "admind_theme"
SURFACE = "studio"
SAFE = frozenset({"GET", "HEAD"})


class SignInNeeded(Exception):
    """There is no session, or it has ended."""


@dataclass(frozen=True)
class Visit:
    """A signed-in member, the brands they may see, and the one that they look at ("" for all of theirs)."""

    admind: AdMind
    seen: SignedIn
    cookie: str
    every_brand: tuple[BrandView, ...]
    default_brand: str
    zone: ZoneInfo

    @property
    def workspace(self) -> str:
        return self.seen.session.workspace

    @property
    def id(self) -> str:
        return self.seen.member.id

    @property
    def name(self) -> str:
        return self.seen.member.name

    @property
    def language(self) -> str:
        return self.seen.member.language

    def t(self, english: str, /, **values: object) -> str:
        """A text in the member's language."""
        return words(self.language).text(english, **values)

    @cached_property
    def brand(self) -> str:
        """The brand looked at, as far as the member still may."""
        chosen = self.seen.session.brand
        return chosen if any(brand.id == chosen for brand in self.every_brand) else ""

    @cached_property
    def brands(self) -> frozenset[str]:
        """Ids of the brands in view."""
        return frozenset({self.brand}) if self.brand else frozenset(brand.id for brand in self.every_brand)

    @cached_property
    def home(self) -> BrandView | None:
        """The brand that new things go to, and whose colour the page wears; None for a member without any."""
        wanted = self.brand or self.default_brand
        return next(iter(sorted(self.every_brand, key=lambda brand: brand.id != wanted)), None)

    @property
    def here(self) -> BrandView:
        """As `home`. Raises NotAllowed for a member without any brand."""
        if self.home is None:
            raise NotAllowed("You have no brand here yet.", do_next="An owner can give you a role in one.")
        return self.home

    @cached_property
    def form_token(self) -> str:
        return form_token(self.cookie)

    def holds(self, role: str, brand: str = "") -> bool:
        """Whether the member has this role in the brand, or in any when none is named."""
        roles = self.seen.member.roles
        held = roles.get(brand, frozenset()) if brand else {each for some in roles.values() for each in some}
        return role in {each.value for each in held}

    def approves(self, brand: str) -> bool:
        """Whether the member may let posts of this brand go out."""
        return self.holds("approver", brand) or self.holds("owner", brand)

    def in_team(self, brand: str) -> bool:
        """Whether the member works for the brand, and is not only its client."""
        held = self.seen.member.roles.get(brand) or frozenset()
        return bool({each.value for each in held} - {"client"})


async def visit_of(request: Request) -> Visit:
    """Raises SignInNeeded without a session, and 403 for a form that this session did not get from us."""
    admind = admind_of(request)
    cookie = request.cookies.get(COOKIE, "")
    seen = await admind.sign_in.signed_in(cookie) if cookie else None
    if seen is None:
        raise SignInNeeded
    read_in(seen.member.language)
    if request.method not in SAFE:
        given = request.headers.get("x-form-token") or str((await request.form()).get("form_token", ""))
        if not fits(cookie, given):
            raise HTTPException(403, "This page has been open too long. Load it again; nothing was changed.")
    home = await admind.looking.home(seen.session.workspace)
    brands = await admind.looking.brands(home.id, seen.member.id)
    return Visit(admind, seen, cookie, tuple(brands.items), home.default_brand, ZoneInfo(seen.member.zone or home.zone))


Visitor = Annotated[Visit, Depends(visit_of)]
