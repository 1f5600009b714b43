"""Styles, scripts, letters and icons: named by their content, so that browsers keep them."""

from __future__ import annotations

import mimetypes
import re
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from starlette.exceptions import HTTPException

from handlers.web.studio.draw import STATIC, asset, packed

router = APIRouter()
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
TYPES = {".woff2": "font/woff2", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@cache
def files() -> dict[str, bytes]:
    """Every file by its name; styles name their letters by the same lasting addresses as pages do."""
    files = {str(path.relative_to(STATIC)): path.read_bytes() for path in STATIC.rglob("*") if path.is_file()}
    for name in [name for name in files if name.endswith(".css")]:
        files[name] = re.sub(rb'url\("([^":]+)"\)', lambda m: f'url("{asset(m[1].decode())}")'.encode(), files[name])
    return files


@router.get("/static/{digest}/{name:path}")
async def file(
    request: Request, digest: Annotated[str, Path(pattern="^[0-9a-f]{12}$")], name: Annotated[str, Path(max_length=80)]
) -> Response:
    body = files().get(name)
    if body is None:
        raise HTTPException(404)
    suffix = "." + name.rpartition(".")[2]
    kind = TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    if suffix in (".woff2", ".png"):
        return Response(body, media_type=kind, headers=FOR_EVER)
    return packed(request, body, kind, headers=FOR_EVER)
