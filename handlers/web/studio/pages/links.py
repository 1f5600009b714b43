"""How the brand's links are counted, and its short links."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form, Query, Request, Response

from bot.insights.saying import followed, ordered
from bot.links.qr import MIME, qr
from bot.links.qr import Form as QrForm
from bot.links.utm import DEFAULT, slug
from bot.views import ClicksView, clicks_view
from bot.workflow.linking import Wish
from handlers.web.studio.draw import draw, go
from handlers.web.studio.visit import Visitor

router = APIRouter()
PAGE: Final = "/studio/settings/links"
A_PAGE: Final = 50


@router.get("/settings/links")
async def links(request: Request, visit: Visitor, after: Annotated[int, Query(ge=0)] = 0) -> Response:
    linking, brand = visit.admind.linking, visit.here.id
    accounts = await visit.admind.looking.accounts(visit.workspace, visit.id)
    found = await linking.of_brand(visit.workspace, brand, after=after, limit=A_PAGE)
    counted = await visit.admind.clicks.of_links(visit.workspace, [each.code for each in found])
    said = {code: _said(clicks_view(each), visit.language) for code, each in counted.items()}
    return draw(
        request,
        visit,
        "settings_links.html",
        rules=await linking.rules(visit.workspace, brand),
        accounts=[each for each in accounts.items if each.brand == brand and not each.closed],
        names={each.id: each.name for each in accounts.items},
        links=[(each, linking.address(each.code)) for each in found],
        clicks=said,
        base_url=linking.base_url,
        example=DEFAULT,
        next=after + A_PAGE if len(found) == A_PAGE else None,
        may=visit.holds("owner", brand),
    )


@router.post("/settings/links")
async def change(
    request: Request,
    visit: Visitor,
    utm: Annotated[str, Form(max_length=500)] = "",
    hosts: Annotated[str, Form(max_length=4000)] = "",
    short: Annotated[bool, Form()] = False,
    click_ids: Annotated[bool, Form()] = False,
    pixel: Annotated[bool, Form()] = False,
    account: Annotated[list[str] | None, Form(max_length=200)] = None,
    own: Annotated[list[str] | None, Form(max_length=200)] = None,
    campaigns: Annotated[str, Form(max_length=100_000)] = "",
) -> Response:
    names, templates = account or [], own or []
    rules = await visit.admind.linking.rules(visit.workspace, visit.here.id)
    pairs = [(name.strip(), text) for name, _, text in (each.partition("=") for each in campaigns.splitlines())]
    wish = Wish(
        utm=utm,
        hosts=hosts.replace(",", " ").split(),
        short=short,
        click_ids=click_ids,
        pixel=pixel,
        accounts=dict(zip(names, templates, strict=False)),
        campaigns=dict.fromkeys(rules.campaigns, "") | {slug(name): text for name, text in pairs if name},
    )
    await visit.admind.linking.change(visit.workspace, visit.id, visit.here.id, wish)
    return go(request, PAGE, visit.t("Kept. It holds for what is drafted from now on."))


@router.post("/settings/links/order-key")
async def order_key(request: Request, visit: Visitor) -> Response:
    """Shown once, on a page that nothing keeps."""
    key = await visit.admind.linking.new_key(visit.workspace, visit.id, visit.here.id)
    url = f"{visit.admind.linking.base_url or visit.admind.settings.base_url}/l/in/orders"
    return draw(request, visit, "settings_order_key.html", key=key, url=url)


@router.post("/settings/links/{code}/end")
async def end(request: Request, visit: Visitor, code: str, ended: Annotated[bool, Form()]) -> Response:
    await visit.admind.linking.end(visit.workspace, visit.id, code, ended=ended)
    return go(request, PAGE, visit.t("It leads nowhere any more.") if ended else visit.t("It leads again."))


@router.get("/settings/links/{code}/qr.{form}")
async def qr_code(visit: Visitor, code: str, form: QrForm) -> Response:
    """As a file to keep; a link of the brand in view."""
    found = await visit.admind.linking.link(visit.workspace, code)
    await visit.admind.looking.brand(visit.workspace, visit.id, found.link.brand if found.link else "")
    headers = {"Content-Disposition": f'attachment; filename="{found.code}.{form}"'}
    return Response(qr(visit.admind.linking.address(found.code), form), media_type=MIME[form], headers=headers)


def _said(clicks: ClicksView, language: str) -> str:
    told = (
        followed(clicks.valid, clicks.all, clicks.bots, language),
        ordered(clicks.orders, clicks.amounts, clicks.pixel_orders, language),
    )
    return " · ".join(each for each in told if each)
