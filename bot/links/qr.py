"""A short link as a QR code, black on white, with the quiet zone that readers need (ISO/IEC 18004)."""

from __future__ import annotations

import io
from typing import Final, Literal

import segno

Form = Literal["svg", "png"]
MIME: Final[dict[Form, str]] = {"svg": "image/svg+xml", "png": "image/png"}
MODULE_PIXELS: Final = 16  # of a PNG: some 30 modules make 600 pixels, enough for a page of paper
QUIET: Final = 4  # modules


def qr(address: str, form: Form) -> bytes:
    """The picture. Readers make up for some 15 % that is damaged (error correction M)."""
    kept = io.BytesIO()
    code = segno.make_qr(address, error="m", boost_error=False)
    if form == "svg":
        code.save(kept, kind="svg", border=QUIET, dark="#000", light="#fff", xmldecl=False, omitsize=True)
    else:
        code.save(kept, kind="png", border=QUIET, scale=MODULE_PIXELS)
    return kept.getvalue()
