"""A homepage and past posts propose a brand's profile; nothing of it holds before an owner takes it, part by part.

Colours, fonts and hashtags are counted, the voice is measured, facts are sentences that stand on a page. What was
proposed waits for two weeks beside the brand; taking a part changes the brand as a form would, and the audit says what
was taken and from where.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.accounts.door import Doors
from bot.channels.base import Channel, Introduces
from bot.checks.addresses import find_addresses
from bot.clock import Clock
from bot.drafting.importer import Importer, Taken
from bot.drafting.site import Site, Sites
from bot.drafting.voice import hashtags_of, traits_of, voice_of
from bot.errors import AdMindError, BadInput, NotFound
from bot.llm.languages import language_of
from bot.workflow.library import Library, Stored
from bot.workflow.office import Office
from bot.workflow.requests import Asker
from storage.accounts import Account
from storage.blobs.base import BlobStore
from storage.commit import Change, commit
from storage.posts import PostState
from storage.profile import Audience, Profile, Sample, Word
from storage.proposals import LogoCandidate, Proposal, ProposalStore, Swatch
from storage.redis import Database
from storage.retention import LIVES
from storage.sealed import SealedPayload
from storage.stores import Kept, PostStore, TeamStore
from storage.team import UNNAMED, Brand, Fact

__all__ = ["PARTS", "Edited", "Importing", "PartOf", "Proposal", "compared"]

PARTS: Final = (
    "name", "language", "voice", "adjectives", "audiences", "facts", "palette", "logo", "font", "hashtags", "samples",
)  # fmt: skip
MOST_POSTS: Final = 40
MOST_SAMPLES: Final = 4
MOST_OF_EACH: Final = {"adjectives": 12, "audiences": 12, "facts": 200, "hashtags": 10, "samples": 12}
_WORDS: Final = frozenset(["name", "language", "voice", "font"])
_FIELD: Final = {"logo": "logos"}  # where a part has another name on the proposal


class Edited(BaseModel):
    """Parts as a person words them before taking them; what is None is taken as it is proposed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str | None = Field(None, min_length=1, max_length=80)
    language: str | None = Field(None, pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    voice: str | None = Field(None, max_length=2000)
    adjectives: tuple[Word, ...] | None = None
    audiences: tuple[Audience, ...] | None = None
    facts: tuple[Fact, ...] | None = None
    palette: tuple[Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")], ...] | None = Field(None, max_length=5)
    logo: str | None = Field(None, pattern=r"^[0-9a-f]{64}$", description="sha256 of one of those proposed")
    font: str | None = Field(None, max_length=60)
    hashtags: tuple[Word, ...] | None = None
    samples: tuple[Sample, ...] | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Edited:
        """Raises BadInput with what does not fit."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field, problem = first["loc"][0], first["msg"]
            raise BadInput(f"This does not fit here: {field} ({problem}).", kept="Nothing changed.") from error


@dataclass(frozen=True, slots=True)
class PartOf:
    """One part as people compare it: what the brand has, what is proposed; lists are added to, all else is replaced."""

    part: str
    old: Any
    new: Any
    adds: bool


class Importing:
    def __init__(
        self,
        database: Database,
        *,
        office: Office,
        sites: Sites,
        importer: Callable[[Asker], Importer],
        channels: Mapping[str, Channel],
        open_door: Doors,
        blobs: BlobStore,
        library: Library,
        clock: Clock,
        model_name: str,
    ) -> None:
        self._database = database
        self._store = ProposalStore(database)
        self._team = TeamStore(database)
        self._posts = PostStore(database)
        self._office = office
        self._sites = sites
        self._importer = importer
        self._channels = channels
        self._open_door = open_door
        self._blobs = blobs
        self._library = library
        self._clock = clock
        self._model_name = model_name

    async def propose(
        self, workspace: str, by: str, brand_id: str, url: str, *, posts: Sequence[str] = (), surface: str = ""
    ) -> Proposal:
        """Read the site, and posts that were pasted or went out before, and keep what they propose.

        It takes the place of an earlier proposal. Raises NotAllowed, BadInput when the homepage cannot be read,
        OverBudget, ModelUnavailable, ModelMisconfigured.
        """
        await self._office.owner(workspace, by, brand_id)
        brand = (await self._team.brands.get(workspace, brand_id)).record
        site = await self._sites.open(url)
        said = [*_clean(posts), *await self._earlier(brand)]
        said = list(dict.fromkeys(said))[:MOST_POSTS]
        texts = [page.looks.text for page in site.pages]
        language = _language(site, texts)
        asker = Asker(
            workspace=workspace, brand=brand_id, member=by, conversation="", surface=surface, language=language, zone=""
        )
        pages = [(page.page.address, page.looks) for page in site.pages]
        taken = await self._importer(asker).read(pages, said, language=language)
        proposal = await self._made(brand, by, url, site, said, taken, language)
        kept = await self._store.find(workspace, brand_id)
        change = self._store.keep(Change(workspace), proposal, ver=kept.ver if kept else None)
        await commit(self._database, change)
        return proposal

    async def found(self, workspace: str, by: str, brand_id: str) -> Proposal | None:
        """What waits for an owner's word, if anything. Raises NotAllowed."""
        kept = await self._kept(workspace, by, brand_id)
        return kept.record if kept else None

    async def compared(self, workspace: str, by: str, brand_id: str) -> tuple[PartOf, ...]:
        """Every part that is proposed and differs from what the brand has. Raises NotAllowed."""
        kept = await self._kept(workspace, by, brand_id)
        if kept is None:
            return ()
        brand = (await self._team.brands.get(workspace, brand_id)).record
        return compared(brand, kept.record)

    async def take(
        self,
        workspace: str,
        by: str,
        brand_id: str,
        parts: Collection[str],
        *,
        edited: Edited | None = None,
        surface: str = "",
    ) -> Brand:
        """Make these parts the brand's own, as proposed or as `edited`; the rest goes on waiting.

        Raises NotAllowed, NotFound when nothing waits, BadInput.
        """
        kept = await self._kept(workspace, by, brand_id)
        if kept is None:
            raise _gone()
        unknown = sorted(set(parts) - set(PARTS))
        if unknown or not parts:
            raise BadInput(
                "Say which parts to take.", kept="Nothing changed.", do_next=f"There are: {', '.join(PARTS)}."
            )
        proposal = kept.record
        reworded = edited.model_dump(exclude_none=True, exclude={"audiences", "facts"}) if edited else {}
        if edited is not None:
            reworded |= {part: said for part in ("audiences", "facts") if (said := getattr(edited, part)) is not None}
        brand = (await self._team.brands.get(workspace, brand_id)).record
        there = {each.part: each.new for each in compared(brand, proposal)}
        wanted = {part: reworded.get(part, there.get(part)) for part in PARTS if part in parts}
        wanted = {part: value for part, value in wanted.items() if value}
        if not wanted:
            raise BadInput("None of that is proposed.", kept="Nothing changed.")
        if "logo" in wanted:
            wanted["logo"] = await self._logo(workspace, by, brand_id, proposal, wanted["logo"])
        because = {
            "taken": ",".join(wanted),
            "edited": ",".join(part for part in wanted if part in reworded and reworded[part] != there.get(part)),
            "from": proposal.pages[0].address if proposal.pages else proposal.url,
            "pages": " ".join(f"{page.address} {page.body_sha256}" for page in proposal.pages if page.body_sha256),
            "surface": surface,
        }
        changes = _changes(brand, proposal, wanted)
        changed = await self._office.change_brand(workspace, by, brand_id, changes, because=because)
        await self._rest(kept, set(wanted), changed)
        return changed

    async def dismiss(self, workspace: str, by: str, brand_id: str) -> None:
        """Throw it away. Nothing of the brand changes. Raises NotAllowed, NotFound."""
        kept = await self._kept(workspace, by, brand_id)
        if kept is None:
            raise _gone()
        await commit(self._database, self._store.drop(Change(workspace), brand_id, ver=kept.ver))

    async def picture(self, workspace: str, by: str, brand_id: str, sha256: str) -> Stored:
        """A proposed logo, cleaned. Raises NotAllowed, NotFound."""
        kept = await self._kept(workspace, by, brand_id)
        found = next((each for each in kept.record.logos if each.sha256 == sha256), None) if kept else None
        if found is None:
            raise _gone()
        return Stored(await self._blobs.get(found.sha256), found.mime)

    async def _kept(self, workspace: str, by: str, brand_id: str) -> Kept[Proposal] | None:
        await self._office.owner(workspace, by, brand_id)
        kept = await self._store.find(workspace, brand_id)
        return kept if kept is not None and kept.record.expires_at > self._clock.now() else None

    async def _made(
        self, brand: Brand, by: str, url: str, site: Site, posts: Sequence[str], taken: Taken, language: str
    ) -> Proposal:
        now, texts = self._clock.now(), [page.looks.text for page in site.pages]
        read_at = {page.page.address: page.page.read_at for page in site.pages}
        traits = traits_of(texts, posts, language)
        logos: list[LogoCandidate] = []
        for address, picture in site.logos:
            sha256, size = await self._blobs.put(picture.data), {"width": picture.width, "height": picture.height}
            logos.append(LogoCandidate(sha256=sha256, mime=picture.mime, address=address[:2048], **size))
        return Proposal(
            workspace=brand.workspace,
            brand=brand.id,
            by=by,
            url=url.strip()[:2048],
            pages=(*(page.page for page in site.pages), *site.unread),
            posts_read=len(posts),
            name=_name(site),
            language=language,
            voice=voice_of(traits, language),
            adjectives=taken.adjectives,
            audiences=taken.audiences,
            facts=tuple(
                Fact(text=text, evidence=f"{address}, {read_at[address]:%Y-%m-%d}") for text, address in taken.facts
            ),
            palette=await asyncio.to_thread(_palette, site),
            logos=tuple(logos),
            font=next((font for looks in (site.home.looks, *site.styles) for font in looks.fonts), "")[:60],
            hashtags=hashtags_of(posts),
            samples=tuple(post for post in posts if len(post) <= 3000)[:MOST_SAMPLES],
            prompts=(taken.stamp,) if taken.stamp else (),
            model=self._model_name,
            made_at=now,
            expires_at=now + LIVES["proposals"].span,
        )

    async def _earlier(self, brand: Brand) -> list[str]:
        """Texts of posts that went out, the newest first, and what stands on accounts that show their last post."""
        page = await self._posts.page(brand.workspace, index=f"of:{brand.id}", limit=3 * MOST_POSTS)
        out = [post for post in page.items if post.state is PostState.published and post.payload]
        texts: list[str] = []
        for post in out[:MOST_POSTS]:
            try:
                payload = SealedPayload.read(await self._blobs.get(post.payload))
            except (AdMindError, ValueError):
                continue
            texts.append("\n".join(part.text for part in payload.parts))
        accounts = await self._team.all(self._team.accounts, brand.workspace)
        mine = [each for each in accounts if each.brand == brand.id and each.closed_at is None]
        texts += [said for said in await asyncio.gather(*map(self._last_post, mine)) if said]
        return _clean(texts)

    async def _last_post(self, account: Account) -> str:
        channel: object = self._channels.get(account.channel)
        if not isinstance(channel, Introduces):
            return ""
        shown = await channel.introduce(account, self._open_door(account))
        return shown.last_post or ""

    async def _logo(self, workspace: str, by: str, brand_id: str, proposal: Proposal, chosen: Any) -> str:
        """Into the brand's library; its sha256 there. Raises BadInput for one that is not proposed."""
        names = {each.sha256 for each in proposal.logos}
        sha256 = str(chosen)
        if sha256 not in names:
            raise BadInput("That logo is not among those proposed.", kept="Nothing changed.")
        member = (await self._team.members.get(workspace, by)).record
        item = await self._library.upload(workspace, brand_id, member, await self._blobs.get(sha256))
        return item.sha256

    async def _rest(self, kept: Kept[Proposal], taken: Collection[str], brand: Brand) -> None:
        """What was taken waits no more; when nothing is left that the brand lacks, the proposal goes."""
        empty: dict[str, Any] = {_FIELD.get(part, part): "" if part in _WORDS else () for part in taken}
        rest = kept.record.changed(**empty)
        change = Change(rest.workspace)
        if compared(brand, rest):
            key = self._store.key(rest.workspace, rest.brand)
            change.put(key, rest, ver=kept.ver)  # its expiry stays as it is
        else:
            self._store.drop(change, rest.brand, ver=kept.ver)
        await commit(self._database, change)


def compared(brand: Brand, proposal: Proposal) -> tuple[PartOf, ...]:
    """Parts that are proposed and that the brand does not have like that, in the order of a profile."""
    manner, tags = brand.profile.manner, brand.profile.hashtags
    facts = {fact.text for fact in brand.facts}
    names = {each.name.casefold() for each in brand.profile.audiences}
    palette = tuple(each.colour for each in proposal.palette)
    every = (
        PartOf("name", "" if brand.name == UNNAMED else brand.name, proposal.name, False),
        PartOf("language", brand.language, proposal.language, False),
        PartOf("voice", brand.voice, proposal.voice, False),
        PartOf("adjectives", manner.adjectives, _new(proposal.adjectives, manner.adjectives), True),
        PartOf(
            "audiences",
            brand.profile.audiences,
            tuple(each for each in proposal.audiences if each.name.casefold() not in names),
            True,
        ),
        PartOf("facts", brand.facts, tuple(each for each in proposal.facts if each.text not in facts), True),
        PartOf("palette", brand.palette, palette, False),
        PartOf("logo", brand.logo, proposal.logos[0].sha256 if proposal.logos else "", False),
        PartOf("font", brand.font, proposal.font, False),
        PartOf("hashtags", tags.always, _new(proposal.hashtags, tags.always), True),
        PartOf("samples", manner.samples, _new(proposal.samples, manner.samples), True),
    )
    return tuple(each for each in every if each.new and each.new != each.old)


def _changes(brand: Brand, proposal: Proposal, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """As `Office.change_brand` takes them: lists get longer, all else is replaced."""
    profile, proposed = brand.profile, {fact.text: fact.evidence for fact in proposal.facts}
    for part, most in MOST_OF_EACH.items():
        old = {each.part: each.old for each in compared(brand, proposal)}.get(part, ())
        if len(old) + len(wanted.get(part, ())) > most:
            raise BadInput(f"There would be more than {most} of these: {part}.", kept="Nothing changed.")
    changes = {
        part: wanted[part] for part in ("name", "language", "voice", "palette", "logo", "font") if part in wanted
    }
    if "facts" in wanted:
        changes["facts"] = [*brand.facts, *(_honest(fact, proposed) for fact in wanted["facts"])]
    manner = {
        name: (*getattr(profile.manner, name), *wanted[name]) for name in ("adjectives", "samples") if name in wanted
    }
    tags = {"always": (*profile.hashtags.always, *wanted["hashtags"])} if "hashtags" in wanted else {}
    said = {"audiences": (*profile.audiences, *wanted["audiences"])} if "audiences" in wanted else {}
    if manner or tags or said:
        changes["profile"] = Profile.model_validate(
            profile.model_copy(
                update={
                    "manner": profile.manner.model_copy(update=manner),
                    "hashtags": profile.hashtags.model_copy(update=tags),
                    **said,
                }
            ).model_dump()
        )
    return changes


def _honest(fact: Fact, proposed: Mapping[str, str]) -> Fact:
    """A fact that was reworded no longer stands on the page: the page is no evidence for it."""
    page_says = proposed.get(fact.text) == fact.evidence
    return fact if page_says or fact.evidence not in proposed.values() else Fact(text=fact.text)


def _new(proposed: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    have = {each.casefold() for each in known}
    return tuple(each for each in proposed if each.casefold() not in have)


def _clean(posts: Iterable[str]) -> list[str]:
    return [post.strip() for post in posts if post.strip()]


def _language(site: Site, texts: Sequence[str]) -> str:
    """Of the words; the page's own mark where they leave it open, or say more (de-CH)."""
    heard, marked = language_of(" ".join(texts)), site.home.looks.language.replace("_", "-")
    primary, _, rest = marked.partition("-")
    marked = f"{primary.lower()}-{rest}" if rest else primary.lower()
    valid = len(primary) in (2, 3) and primary.isascii() and primary.isalpha() and (not rest or rest.isalnum())
    if valid and rest.isascii() and heard in ("", primary.lower()):
        return marked
    return heard or "en"


def _name(site: Site) -> str:
    """The site's own name for itself: short, and without an address in it."""
    host = site.home.page.address.split("//")[-1].split("/")[0].split(":")[0].removeprefix("www.").split(".")[0]
    fit = [name for name in site.home.looks.names if 2 <= len(name) <= 60 and not find_addresses(name)]
    like_host = [name for name in fit if _letters(name) == _letters(host)]
    return (like_host or fit or [""])[0]


def _letters(text: str) -> str:
    return "".join(ch for ch in text.casefold() if ch.isalnum())


def _palette(site: Site) -> tuple[Swatch, ...]:
    """Blocking. What the site says of itself counts most, then what is seen in the likeliest logo."""
    from bot.artwork.site_colours import colours_in, palette_from  # noqa: PLC0415 - loads numpy and Pillow

    weighed = [pair for page in site.pages[:1] for pair in page.looks.colours]
    weighed += [pair for style in site.styles for pair in style.colours]
    for _, picture in site.logos[:1]:
        weighed += [(colour, 6 * share) for colour, share in colours_in(picture.data)]
    return tuple(Swatch(colour=c, letters=letters, contrast=ratio) for c, letters, ratio in palette_from(weighed))


def _gone() -> NotFound:
    return NotFound("Nothing waits here.", do_next="Name the homepage again: a proposal is kept for two weeks.")
