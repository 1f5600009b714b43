"""LinkedIn: a person's profile, or a page that this person runs.

LinkedIn has no key that makes one post of two requests. It refuses the same words again for a while (422
DUPLICATE_POST), but not for a documented time, and it names posts in these refusals that nobody can read. So after an
unclear end a post is looked for among the author's own, by its words and its time. That needs a permission which
LinkedIn gives for pages (`r_organization_social`) and hardly to anybody for profiles (`r_member_social`): whether it is
there is tried when the account is connected. How soon a new post is listed is documented nowhere, so one that is not
found is a question to a person. Before another attempt it is looked for once more, and a refusal of that attempt as a
duplicate is a question again.

Every post names its author, and LinkedIn lets only whoever may sign for that author through (403). Before each the
access is asked whose it is, or, for a page, whether its person still runs it: one call.

Account options: `page` (URN of a page; none: the person), `visibility` (public, connections or logged_in; a page's
posts are public), `card` "picture": a single picture becomes that of the link's card, `pictures` "document": several
become the pages of a PDF. Secret: `access_token`.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from bot.channels import linkedin_comments
from bot.channels import linkedin_document as documents
from bot.channels.answers import KEPT, ask, path_on, printable
from bot.channels.base import (
    Absent,
    Account,
    AttemptKey,
    CannotTell,
    Capabilities,
    ChannelRefused,
    Content,
    Door,
    Found,
    Introduction,
    Live,
    Lookup,
    Measure,
    OutcomeUnknown,
    Pace,
    Place,
    Problem,
    ProvenNotSent,
    Receipt,
    Window,
)
from bot.channels.content import link_in, sealed
from bot.channels.handed import Approved, Carries
from bot.channels.limits import problems
from bot.channels.linkedin_api import VISIBILITIES, Api, end_of, instant, judged, path_of, post_body, receipt_of, urn_in
from bot.channels.linkedin_listing import images, last, listed_since, readable, thumbnails
from bot.channels.linkedin_numbers import OF_PAGE, OF_PERSON, OWN_FOLLOWERS, counted, followers_of, of_page, of_person
from bot.channels.linkedin_places import PAGE, page, page_called, pages, person, same_author
from bot.channels.linkedin_showing import document_at, logo_at, shown_at
from bot.channels.linkedin_text import MOST, handles_in, little, plain, spoken, units, with_names
from bot.channels.linkedin_upload import upload
from bot.channels.platform import LINKEDIN, Platform
from bot.channels.versions import VersionEnd
from bot.errors import AdMindError, BadInput
from storage.sealed import Link, Part, SealedPayload

GATHER_SECONDS = 20  # of the deadline, for pictures; the rest is for the post itself
CLOCK_SLACK = timedelta(minutes=2)  # how far LinkedIn's clock may be from ours when a post is looked for by time
MOST_MENTIONS = 10  # ours: more are looked up by no post


class LinkedIn:
    """Adapter of LinkedIn's Posts API."""

    capabilities = Capabilities(
        channel="linkedin",
        title="LinkedIn",
        text_limit=MOST,  # `linkedin_text`
        unit="characters",
        images_max=20,  # MultiImage API: 2 to 20
        image_mimes=("image/jpeg", "image/png"),
        image_max_bytes=5_000_000,  # documented are pixels only: what its help pages give for pictures of posts
        image_max_pixels=(6012, 6012),  # Images API: fewer than 36,152,320 in all
        image_ratio=(0.4, 3.0),
        picture_size=(1200, 1200),
        alt_limit=1000,  # what LinkedIn's own editor takes; the API may take more
        hashtags="few",
        comments="after",
        comment_limit=linkedin_comments.MOST,
        deletes=True,
        access_ends=True,
        reads_back=True,
        metrics=tuple(OF_PAGE),
        settle=timedelta(seconds=60),  # documented nowhere
        deadline=timedelta(seconds=35),
        asked_every=timedelta(minutes=20),  # a look takes four calls, of a day's number that LinkedIn does not publish
        # https://learn.microsoft.com/en-us/linkedin/consumer/integrations/self-serve/share-on-linkedin, "Rate limits"
        # (2026): 150 requests a day for a member. The gap is ours.
        pace=Pace(gap=timedelta(seconds=1), windows=(Window(150, timedelta(days=1)),)),
    )

    def __init__(self, platform: Platform = LINKEDIN) -> None:
        self._platform = platform

    @property
    def version_end(self) -> VersionEnd | None:
        return end_of(self._platform.version)

    def capabilities_for(self, account: Account) -> Capabilities:
        """Reading needs a permission that not every app has, and so do the numbers of a person's posts."""
        readable = account.options.get("reads") == "yes"
        told = tuple(OF_PERSON) if account.options.get("numbers") == "yes" else ()
        numbers = self.capabilities.metrics if PAGE.fullmatch(account.remote_id) else told
        can = dataclasses.replace(self.capabilities, reads_back=readable, metrics=numbers)
        return documents.takes(can) if documents.wanted(account) else can

    def measure(self, text: str, account: Account) -> Measure:
        """As it is written there, escapes included: never less than LinkedIn counts."""
        return Measure(units(little(text.strip())), MOST, self.capabilities.unit)

    def build(self, content: Content, account: Account) -> SealedPayload:
        card = _card(content, account)
        text, links = (
            (content.text, (Link(shown=content.link, destination=content.link),)) if card else link_in(content)
        )
        text, marked = with_names(text.strip(), content.mentions)
        return sealed(
            content,
            account,
            self.capabilities.channel,
            parts=(Part(text=text, media=content.media, facets=marked, link_card=card),),
            links=links,
            extra=documents.sealed(content, account),
            visibility="public" if PAGE.fullmatch(account.remote_id) else account.options.get("visibility", "public"),
        )

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        def measure(text: str) -> Measure:
            return Measure(units(little(text, payload.parts[0].facets)), MOST, self.capabilities.unit)

        document = documents.title_of(payload)
        can = documents.takes(self.capabilities) if document else self.capabilities
        comment = partial(self.measure, account=account)
        return (*problems(payload, can, measure, comment), *documents.problems_of(payload))

    def document_pages(self, payload: SealedPayload) -> int:
        return len(payload.parts[0].media) if documents.title_of(payload) else 0

    def file_of(self, payload: SealedPayload) -> str:
        return documents.file_of(payload)

    def with_file(self, payload: SealedPayload, sha256: str) -> SealedPayload:
        return documents.with_file(payload, sha256)

    async def document(self, payload: SealedPayload, door: Door) -> bytes:
        return await documents.made(payload, door)

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        repeated = key.deadline - key.first_at > self.capabilities.deadline
        try:
            async with asyncio.timeout(GATHER_SECONDS):
                api = await Api.of(door, self._platform, payload.server)
                await same_author(api, payload.remote_id)
                if repeated and (earlier := await self._earlier(api, payload, key)):
                    return earlier
                body, carries = await self._body(api, payload)
        except TimeoutError as error:
            raise ProvenNotSent(f"{door.account.name} did not take the pictures in time.", kept=KEPT) from error
        await door.check()
        answer = await ask(lambda: api.call("POST", "/rest/posts", content=body, carries=carries), door.account.name)
        try:
            judged(answer, door)
        except ChannelRefused as refused:
            if refused.code == "duplicate" and repeated:  # of an earlier attempt, or of something older: who knows
                raise OutcomeUnknown(refused.what) from refused
            raise
        receipt = receipt_of(answer.headers.get("x-restli-id"), door, self._platform)
        if receipt is None:
            raise OutcomeUnknown(f"{door.account.name} said yes, but not to which post.")
        return receipt

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        """By words and time, among the author's own posts since shortly before the first attempt."""
        if door.account.options.get("reads") != "yes":
            return CannotTell(f"LinkedIn does not let AdMind read the posts of {door.account.name}.")
        try:
            api = await Api.of(door, self._platform, payload.server)
            mine, whole = await listed_since(api, payload.remote_id, key.first_at - CLOCK_SLACK)
        except Exception:  # whatever kept the answer away: looking changes nothing, so looking again is safe
            return CannotTell(f"{door.account.name} could not be read.", temporary=True)
        wanted = spoken(payload.parts[0].text)
        same = [post for post in mine if spoken(plain(str(post.get("commentary") or ""))) == wanted]
        if len(same) > 1:
            return CannotTell("Several posts with these words stand there.")
        if same:
            receipt = receipt_of(same[0].get("id"), door, self._platform, instant(same[0].get("createdAt")))
            return Found(receipt) if receipt else CannotTell("A post with these words stands there.")
        return Absent() if whole else CannotTell("Too many posts stand there since then.")

    async def comment(self, payload: SealedPayload, post: Receipt, key: AttemptKey, door: Door) -> Receipt:
        api = await Api.of(door, self._platform, payload.server)
        await same_author(api, payload.remote_id)
        if key.deadline - key.first_at > self.capabilities.deadline:  # an earlier one may stand there
            earlier = await self.look_up_comment(payload, post, key, door)
            if found := _standing(earlier, door):
                return found
        return await linkedin_comments.write(api, payload, post, door)

    async def look_up_comment(self, payload: SealedPayload, post: Receipt, key: AttemptKey, door: Door) -> Lookup:
        """By words and writer, among the comments of the post."""
        if door.account.options.get("reads") != "yes":
            return CannotTell(f"LinkedIn does not let AdMind read the comments of {door.account.name}.")
        try:
            return await linkedin_comments.look_up(
                await Api.of(door, self._platform, payload.server), payload, post, door
            )
        except Exception:  # whatever kept the answer away: looking changes nothing, so looking again is safe
            return CannotTell(f"{door.account.name} could not be read.", temporary=True)

    async def read_comment(self, post: Receipt, comment: str, door: Door) -> str | CannotTell | None:
        if door.account.options.get("reads") != "yes":
            return CannotTell("LinkedIn lets AdMind read no comments of this account.")
        return await linkedin_comments.read(await Api.of(door, self._platform, door.account.server), post, comment)

    async def read_back(self, receipt: Receipt, door: Door) -> Live | None:
        if door.account.options.get("reads") != "yes":
            return None
        api = await Api.of(door, self._platform, door.account.server)
        post = await api.read(path_of(receipt.remote_id))
        if post is None or post.get("lifecycleState") != "PUBLISHED":
            return None
        alts = tuple(str(image.get("altText") or "").strip() for image in images(post))
        live = Live(
            text=plain(str(post.get("commentary") or "")),
            url=receipt.url,
            pictures=await shown_at(api, [image.get("id") for image in images(post)] or thumbnails(post)),
            document=await document_at(api, post),
        )
        return dataclasses.replace(live, alts=alts) if alts else live

    def post_at(self, address: str, account: Account) -> str | None:
        """`…/feed/update/urn:li:share:7`; other addresses name an activity, which is no post's id."""
        path = path_on(address, self._platform.web)
        return None if path is None else urn_in(path)

    async def delete(self, receipt: Receipt, door: Door) -> None:
        """To delete what is not there is a yes: Posts API, "Delete posts"."""
        api = await Api.of(door, self._platform, door.account.server)
        await door.check()
        headers = {"x-restli-method": "DELETE"}
        path = path_of(receipt.remote_id)
        answer = await ask(lambda: api.call("DELETE", path, headers=headers), door.account.name)
        if answer.status_code not in (404, 410):
            judged(answer, door)

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        """Of a page's post, and of a person's where the access may ask: `linkedin_numbers`."""
        account = door.account
        api = await Api.of(door, self._platform, account.server)
        if PAGE.fullmatch(account.remote_id):
            return await of_page(api, account.remote_id, receipt.remote_id)
        return await of_person(api, receipt.remote_id) if account.options.get("numbers") == "yes" else {}

    def price(self, payload: SealedPayload) -> str:
        return ""

    async def mentioned(self, text: str, account: Account, door: Door) -> Mapping[str, str]:
        """`@velo` → the page with that name in its address, where AdMind's app may ask; people stay plain words."""
        found: dict[str, str] = {}
        try:
            api = await Api.of(door, self._platform, account.server)
            for handle in handles_in(text)[:MOST_MENTIONS]:
                named = await page_called(api, handle)
                if named is not None:
                    found[handle] = f"{named.urn} {named.name}"
        except AdMindError:  # a mention is no reason to keep a draft from being made
            return found
        return found

    def mentions_of(self, payload: SealedPayload) -> Mapping[str, str]:
        part = payload.parts[0]
        return {each["handle"]: f"{each['urn']} {part.text[each['start'] : each['end']]}" for each in part.facets}

    async def places(self, account: Account, door: Door) -> tuple[Place, ...]:
        """The person, and the pages that this person runs."""
        api = await Api.of(door, self._platform, self._platform.api)
        me = await person(api)
        return (Place("", me.name or me.urn), *(Place(each.urn, each.name) for each in await pages(api)))

    async def followers(self, account: Account, door: Door) -> int | None:
        """Of a page; of the person where AdMind's app has what it takes, as `ADMIND_LINKEDIN_SCOPE` says: few have."""
        if not PAGE.fullmatch(account.remote_id) and OWN_FOLLOWERS not in self._platform.scope.split():
            return None
        return await followers_of(await Api.of(door, self._platform, account.server), account.remote_id)

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """Name, a person's picture or a page's logo, and the last post where LinkedIn lets AdMind read it."""
        try:
            api = await Api.of(door, self._platform, account.server)
            me = await person(api)
            post = await last(api, account.remote_id)
            avatar = me.picture if account.remote_id == me.urn else await logo_at(api, account.remote_id)
        except Exception:  # nothing depends on it: what cannot be read is not shown
            return Introduction(last_post=None)
        return Introduction(
            name=account.handle,
            avatar=avatar,
            last_post=None if post is None else printable(plain(str(post.get("commentary") or ""))),
            last_at=instant((post or {}).get("createdAt")),
        )

    async def connect(self, account: Account, door: Door) -> Account:
        """Whose access it is, as whom it posts, and whether its posts may be read and their numbers asked for.

        Raises BadInput for options that cannot work, ChannelRefused (`unauthorized` when the access is refused).
        """
        options = {name: value for name, value in account.options.items() if value}
        if options.get("visibility", "public") not in VISIBILITIES:
            raise BadInput(f"The option visibility is one of {', '.join(VISIBILITIES)}.")
        if options.get("card", "picture") != "picture":
            raise BadInput("The option card is picture, or left out.")
        if options.get(documents.OPTION, documents.DOCUMENT) != documents.DOCUMENT:
            raise BadInput("The option pictures is document, or left out.")
        wanted = options.get("page", "")
        if wanted.isascii() and wanted.isdigit():
            wanted = options["page"] = f"urn:li:organization:{wanted}"
        if wanted and not PAGE.fullmatch(wanted):
            raise BadInput("The option page is the number of a LinkedIn page.")
        api = await Api.of(door, self._platform, self._platform.api)
        me = await person(api)
        author = await page(api, wanted) if wanted else me
        options["numbers"] = "" if wanted else await counted(api)
        return account.changed(
            remote_id=author.urn,
            server=self._platform.api,
            destination="",
            handle=author.name,
            page=f"{self._platform.web}{author.address}" if author.address else "",
            options={name: value for name, value in options.items() if value}
            | {"reads": await readable(api, author.urn)},
        )

    async def _body(self, api: Api, payload: SealedPayload) -> tuple[bytes, Carries]:
        """What asks for the post, once its pictures are up."""
        if documents.title_of(payload):
            found = await documents.upload_document(api, payload)

            def with_document(approved: Approved) -> dict[str, bytes]:
                made = {"id": found, "title": documents.title_of(approved.payload)}
                return {"content": post_body(approved.payload, [], made)}

            return (
                post_body(payload, [], {"id": found, "title": documents.title_of(payload)}),
                Carries(payload, with_document, reads=plain),
            )
        pictures = list[str]()
        for medium in payload.parts[0].media:
            pictures.append(await upload(api, payload.remote_id, await api.door.blob(medium.sha256)))
            api.door.named(medium, pictures[-1])
        return post_body(payload, pictures), Carries(
            payload, lambda approved: {"content": post_body(approved.payload, approved.named())}, reads=plain
        )

    async def _earlier(self, api: Api, payload: SealedPayload, key: AttemptKey) -> Receipt | None:
        """What an earlier attempt brought out, where that may be read. Raises ProvenNotSent when it can be read only
        later, OutcomeUnknown when it does not tell.
        """
        return _standing(await self.look_up(payload, key, api.door), api.door)


def _standing(found: Lookup, door: Door) -> Receipt | None:
    """What a look before another attempt tells. Raises as `_earlier` does."""
    if isinstance(found, Found):
        return found.receipt
    if isinstance(found, CannotTell) and found.temporary:
        raise ProvenNotSent(found.why, kept="Nothing more was sent.")
    if isinstance(found, CannotTell) and door.account.options.get("reads") == "yes":
        raise OutcomeUnknown(found.why)
    return None


def _card(content: Content, account: Account) -> dict[str, str] | None:
    """The link as a card of our own: LinkedIn makes none for the API. A post has pictures or a card."""
    wanted = not content.media or (len(content.media) == 1 and account.options.get("card") == "picture")
    if not content.link or not wanted or urlsplit(content.link).scheme not in ("http", "https"):
        return None
    title = content.title.strip() or urlsplit(content.link).hostname or content.link
    return {"uri": content.link, "title": title, "description": content.media[0].alt if content.media else ""}
