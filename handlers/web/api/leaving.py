"""A brand's export and its erasure. Owners of the brand only."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from handlers.web.api.admin import Body
from handlers.web.api.idempotent import IdempotentRoute
from handlers.web.auth import Owner, Service

router = APIRouter(tags=["leaving"], route_class=IdempotentRoute)


class ExportBody(Body):
    path: str = Field(
        min_length=1, max_length=1000, description="A file on AdMind's own machine that is not there yet."
    )


class ExportView(BaseModel):
    path: str
    bytes: int


@router.post("/brands/{brand}/export", status_code=201)
async def export(admind: Service, caller: Owner, brand: str, body: ExportBody) -> ExportView:
    """Everything of a brand in one zip that people can read."""
    path, size = await admind.exporting.to_file(caller.workspace, caller.member, brand, body.path)
    return ExportView(path=path, bytes=size)
