"""Connecting an account, by OAuth or with what was pasted: a page shows whose it is before anything is kept."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Path, Request, Response

from bot.accounts.faces import Face
from bot.accounts.oauth import PLACE_OPTION
from bot.accounts.traveller import Traveller
from bot.accounts.waiting import Settled, Waiting
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import SURFACE, Visit, Visitor

router = APIRouter()
ACCOUNTS = "/studio/settings/accounts"
PASTED = {  # option and secret
    "bluesky": ("handle", "app_password"),
    "telegram": ("chat", "bot_token"),
    "wordpress": ("user", "app_password"),
    "ghost": ("server", "admin_key"),
    "devto": ("server", "api_key"),
    "discord": ("room", "bot_token"),
    "discord_webhook": ("thread", "webhook_url"),
    "slack": ("room", "bot_token"),
}
Handle = Annotated[str, Path(max_length=200, pattern=r"^[A-Za-z0-9_.-]+$")]


@router.post("/settings/accounts/begin")
async def begin(
    request: Request,
    visit: Visitor,
    channel: Annotated[str, Form(max_length=40)],
    server: Annotated[str, Form(max_length=300)],
) -> Response:
    """Make AdMind known there. The page's link leads to the server: a form must not lead to other origins."""
    leaving = await visit.admind.oauth.begin(_traveller(visit), channel, server, _studio(request, visit))
    return draw(request, visit, "settings_leave.html", leaving=leaving, channel=channel, brand=visit.here)


@router.get("/settings/accounts/confirm/{handle}")
async def confirm_page(request: Request, visit: Visitor, handle: Handle) -> Response:
    """Whose access it is, at which server, for which brand. Nothing is kept yet."""
    account = await visit.admind.oauth.look(handle, _traveller(visit))
    places = await visit.admind.oauth.places(handle, _traveller(visit))
    place = urlsplit(account.server).netloc
    known = await visit.admind.accounts.known(account)
    return draw(
        request,
        visit,
        "settings_confirm.html",
        account=account,
        place=place,
        handle=handle,
        brand=visit.here,
        owner=visit.holds("owner", visit.here.id),
        name=account.name,
        known=known is not None and known.closed_at is None,
        way="confirm",
        shown=await visit.admind.oauth.introduced(handle, _traveller(visit)),
        places=places,
        chosen=account.options.get(PLACE_OPTION, ""),
    )


@router.post("/settings/accounts/confirm/{handle}/choose")
async def choose(
    request: Request, visit: Visitor, handle: Handle, place: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """The person, or one of the pages that this person runs; then the page shows that."""
    await visit.admind.oauth.choose(handle, _traveller(visit), place)
    return go(request, f"{ACCOUNTS}/confirm/{handle}")


@router.post("/settings/accounts/confirm/{handle}")
async def confirm(
    request: Request, visit: Visitor, handle: Handle, name: Annotated[str, Form(max_length=200)]
) -> Response:
    return _settled(request, visit, await visit.admind.oauth.confirm(handle, _traveller(visit), name))


@router.post("/settings/accounts/confirm/{handle}/decline")
async def decline(request: Request, visit: Visitor, handle: Handle) -> Response:
    await visit.admind.oauth.decline(handle, _traveller(visit))
    return go(request, ACCOUNTS, visit.t("Nothing was connected, and the access was given back."))


@router.post("/settings/accounts/paste")
async def paste(
    request: Request,
    visit: Visitor,
    channel: Annotated[
        Literal["bluesky", "telegram", "wordpress", "ghost", "devto", "discord", "discord_webhook", "slack"], Form()
    ],
    secret: Annotated[str, Form(max_length=300)],
    place: Annotated[str, Form(max_length=300)] = "",
    server: Annotated[str, Form(max_length=300)] = "",
    reactions: Annotated[Literal["", "yes"], Form()] = "",
) -> Response:
    """A place or a name there with its password, token or key: tried at once, kept after a look."""
    place_name, secret_name = PASTED[channel]
    options = {"server": server.strip(), place_name: place.strip()}
    options |= {"reactions": reactions} if channel == "telegram" else {}
    begun = await visit.admind.pasting.begin(_traveller(visit), channel, options, {secret_name: secret.strip()})
    return go(request, f"{ACCOUNTS}/pasted/{begun}")


@router.post("/settings/accounts")
async def webhook(
    request: Request,
    visit: Visitor,
    name: Annotated[str, Form(min_length=1, max_length=80)],
    url: Annotated[str, Form(max_length=2000)],
    signing_key: Annotated[str, Form(max_length=200)],
) -> Response:
    """A webhook: it is tried at once, kept after a look at what it answered."""
    secrets = {"signing_key": signing_key.strip()}
    begun = await visit.admind.pasting.begin(
        _traveller(visit), "webhook", {"url": url.strip()}, secrets, name=" ".join(name.split())
    )
    return go(request, f"{ACCOUNTS}/pasted/{begun}")


@router.post("/settings/accounts/mail")
async def mail(
    request: Request,
    visit: Visitor,
    server: Annotated[str, Form(max_length=300)],
    user: Annotated[str, Form(max_length=254)],
    sender: Annotated[str, Form(max_length=340)],
    list_name: Annotated[str, Form(max_length=80)],
    postal: Annotated[str, Form(max_length=300)],
    unsubscribe: Annotated[str, Form(max_length=800)],
    to: Annotated[str, Form(max_length=254)] = "",
    recipients: Annotated[str, Form(max_length=30_000)] = "",
    consent: Annotated[Literal["", "yes"], Form()] = "",
    reply_to: Annotated[str, Form(max_length=254)] = "",
    imap: Annotated[str, Form(max_length=300)] = "",
    password: Annotated[str, Form(max_length=300)] = "",
    oauth: Annotated[str, Form(max_length=300)] = "",
    client_id: Annotated[str, Form(max_length=300)] = "",
    client_secret: Annotated[str, Form(max_length=300)] = "",
    refresh_token: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """A mailbox and whom it writes to: signed in at once, kept after a look. Recipients are kept as secrets are."""
    options = {"server": server.strip(), "user": user.strip(), "from": sender, "list": list_name, "to": to.strip()}
    options |= {"postal": postal, "unsubscribe": unsubscribe, "consent": consent, "reply_to": reply_to.strip()}
    options |= {"imap": imap.strip(), "oauth": oauth.strip(), "client_id": client_id.strip()}
    secrets = {"password": password, "recipients": recipients.strip()}
    secrets |= {"client_secret": client_secret.strip(), "refresh_token": refresh_token.strip()}
    begun = await visit.admind.pasting.begin(
        _traveller(visit), "email", options, {name: value for name, value in secrets.items() if value}
    )
    return go(request, f"{ACCOUNTS}/pasted/{begun}")


@router.get("/settings/accounts/pasted/{handle}")
async def pasted_page(request: Request, visit: Visitor, handle: Handle) -> Response:
    """Picture, name and last post, and the brand that it is for."""
    account, shown = await visit.admind.pasting.look(handle, _traveller(visit))
    known = await visit.admind.accounts.known(account)
    return draw(
        request,
        visit,
        "settings_confirm.html",
        account=account,
        place=urlsplit(account.server).netloc,
        handle=handle,
        brand=visit.here,
        owner=visit.holds("owner", visit.here.id),
        name=account.name,
        known=known is not None and known.closed_at is None,
        way="pasted",
        shown=shown,
        places=(),
    )


@router.get("/settings/accounts/confirm/{handle}/face")
async def face_of_access(visit: Visitor, handle: Handle) -> Response:
    return _picture(await visit.admind.oauth.face(handle, _traveller(visit)))


@router.get("/settings/accounts/pasted/{handle}/face")
async def face(visit: Visitor, handle: Handle) -> Response:
    return _picture(await visit.admind.pasting.face(handle, _traveller(visit)))


def _picture(found: Face | None) -> Response:
    if found is None:
        return Response(status_code=404)
    return Response(found.data, media_type=found.mime, headers={"cache-control": "no-store"})


@router.post("/settings/accounts/pasted/{handle}")
async def keep_pasted(
    request: Request, visit: Visitor, handle: Handle, name: Annotated[str, Form(max_length=200)]
) -> Response:
    return _settled(request, visit, await visit.admind.pasting.confirm(handle, _traveller(visit), name))


@router.post("/settings/accounts/pasted/{handle}/decline")
async def decline_pasted(request: Request, visit: Visitor, handle: Handle) -> Response:
    await visit.admind.pasting.decline(handle, _traveller(visit))
    return go(request, ACCOUNTS, visit.t("Nothing was connected, and what you pasted is forgotten."))


@router.get("/settings/accounts/waiting/{waiting}")
async def waiting_page(request: Request, visit: Visitor, waiting: Handle) -> Response:
    """What a member connected, for an owner to say yes or no: as it shows itself there now."""
    found = await visit.admind.waiting.look(visit.workspace, waiting, visit.seen.member)
    known = await visit.admind.accounts.known(found.account.changed(brand=found.brand))
    members = await visit.admind.looking.members(visit.workspace, visit.id)
    return draw(
        request,
        visit,
        "settings_confirm.html",
        account=found.account,
        place=urlsplit(found.account.server).netloc,
        handle=found.id,
        brand=next(each for each in visit.every_brand if each.id == found.brand),
        name=found.account.name,
        known=known is not None and known.closed_at is None,
        way="waiting",
        shown=await visit.admind.waiting.introduced(found),
        places=(),
        owner=visit.holds("owner", found.brand),
        asker=next((each.name for each in members.items if each.id == found.member), ""),
        until=found.expires_at,
    )


@router.get("/settings/accounts/waiting/{waiting}/face")
async def waiting_face(visit: Visitor, waiting: Handle) -> Response:
    found = await visit.admind.waiting.look(visit.workspace, waiting, visit.seen.member)
    return _picture(await visit.admind.waiting.face(found))


@router.post("/settings/accounts/waiting/{waiting}")
async def confirm_waiting(
    request: Request, visit: Visitor, waiting: Handle, name: Annotated[str, Form(max_length=200)]
) -> Response:
    """An owner's yes: from now on the account counts."""
    connected = await visit.admind.waiting.confirm(visit.workspace, waiting, visit.seen.member, name)
    return _settled(request, visit, connected)


@router.post("/settings/accounts/waiting/{waiting}/decline")
async def decline_waiting(request: Request, visit: Visitor, waiting: Handle) -> Response:
    await visit.admind.waiting.decline(visit.workspace, waiting, visit.seen.member)
    return go(request, ACCOUNTS, visit.t("It was not connected, and the access was given back."))


@router.post("/settings/accounts/{account}/examine")
async def examine(request: Request, visit: Visitor, account: str) -> Response:
    """Ask the server whether AdMind's access still holds."""
    await visit.admind.office.owner_of_account(visit.workspace, visit.id, account)
    found = await visit.admind.care.examine(visit.workspace, account, by=visit.id)
    well = found is not None and found.health.state == "ok"
    return go(
        request, ACCOUNTS, visit.t("It works.") if well else visit.t("It does not work: please connect it again.")
    )


@router.post("/settings/accounts/{account}/release")
async def release(request: Request, visit: Visitor, account: str) -> Response:
    """Send all that was held back while it could not be used."""
    return go(request, ACCOUNTS, await visit.admind.lapses.release(visit.workspace, account, visit.id, SURFACE))


def _settled(request: Request, visit: Visit, found: Settled) -> Response:
    if isinstance(found, Waiting):
        told = visit.t("{name} waits for an owner's word. The owners were told.", name=found.account.name)
        return go(request, ACCOUNTS, told)
    return go(request, ACCOUNTS, visit.t("{name} is connected.", name=found.name))


def _traveller(visit: Visit) -> Traveller:
    return Traveller(visit.seen.member, visit.seen.session.id, visit.here.id)


def _studio(request: Request, visit: Visit) -> str:
    """The origin at which this browser uses the studio: there its session is, and there the way must come back to."""
    here = urlsplit(str(request.base_url))
    public = urlsplit(visit.admind.settings.public_url)
    return f"{public.scheme if public.netloc == here.netloc else here.scheme}://{here.netloc}"
