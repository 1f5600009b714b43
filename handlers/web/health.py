"""`/healthz`, `/readyz`, `/metrics`: for machines that look after AdMind."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from handlers.web.auth import admind_of

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request) -> JSONResponse:
    """Work is done: the database answers, the model is loaded, publishing is open. Otherwise 503 with what is not."""
    missing = await admind_of(request).not_ready()
    status = 503 if missing else 200
    return JSONResponse({"status": "waiting" if missing else "ready", "waiting_for": missing}, status_code=status)


@router.get("/metrics", response_class=Response)
async def metrics(request: Request) -> Response:
    """Prometheus text format."""
    body, media_type = await admind_of(request).measured()
    return Response(body, media_type=media_type)
