"""Is this upload a picture, and a safe one? Decoded within limits, turned upright, stripped, and encoded anew.

Only PNG, JPEG and WebP are opened, each by its own decoder. SVG never is: a few hundred bytes of it can read local
files or abort the process. Re-encoding leaves metadata, locations and anything appended to the file behind.
"""

from __future__ import annotations

import asyncio
import re
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from bot.artwork.picture import Picture, PictureRefused
from bot.words import noted

MAX_PIXELS = 40_000_000
MAX_BYTES = 30_000_000
FORMATS = ("PNG", "JPEG", "WEBP")
BLANK_DEVIATION = 3.0
"""Grey levels: below this the picture is one plain surface."""

# IPTC's Digital Source Type, in XMP or in a C2PA manifest, as image models write it; "composite…" has some of it:
# https://cv.iptc.org/newscodes/digitalsourcetype/ . Whoever strips it says nothing: what is not found proves nothing.
_GENERATED = re.compile(rb"digitalsourcetype/(?:compositeWithT|t)rainedAlgorithmicMedia")

_NAMES = (
    (b"GIF8", noted("a GIF")),
    (b"%PDF", noted("a PDF")),
    (b"<svg", noted("an SVG")),
    (b"<?xml", noted("an SVG")),
    (b"II*\x00", noted("a TIFF")),
    (b"MM\x00*", noted("a TIFF")),
    (b"BM", noted("a bitmap")),
    (b"8BPS", noted("a Photoshop file")),
    (b"%!PS", noted("a PostScript file")),
)


def clean_upload(data: bytes) -> Picture:
    """The picture as sRGB without metadata: PNG where it has transparency or was a PNG, else JPEG. Blocking.

    Raises `PictureRefused` for anything but a PNG, JPEG or WebP still, for more than 40 megapixels or 30 MB, for
    damaged files and for a plain surface.
    """
    megabytes = len(data) // 1_000_000
    if len(data) > MAX_BYTES:
        raise PictureRefused(
            f"This picture has {megabytes} MB, more than the {MAX_BYTES // 1_000_000} MB we take.",
            do_next="Export it smaller, for example as a JPEG, and send it again.",
        )
    picture = _decode(data)
    if np.asarray(picture.convert("RGBA").resize((64, 64)).convert("LA"))[..., 0].std() < BLANK_DEVIATION and not (
        _has_shape(picture)
    ):
        raise PictureRefused(
            "This picture is one plain surface; nothing can be seen on it.",
            do_next="Check that the right file was exported and send it again.",
        )
    out = BytesIO()
    if picture.mode == "RGBA" or picture.info.get("was") == "PNG":
        picture.info.clear()
        picture.save(out, "PNG")
        mime = "image/png"
    else:
        picture.info.clear()
        picture.save(out, "JPEG", quality=95, subsampling=0)
        mime = "image/jpeg"
    return Picture(out.getvalue(), mime, picture.width, picture.height, generated=_GENERATED.search(data) is not None)


def portrait(data: bytes, side: int) -> bytes:
    """A profile's picture as a square JPEG of that many pixels a side, cut evenly, without metadata; what was
    transparent is white. Blocking. Raises `PictureRefused`.
    """
    picture = ImageOps.fit(_decode(data).convert("RGBA"), (side, side), Image.Resampling.LANCZOS)
    flat = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    out = BytesIO()
    flat.save(out, "JPEG", quality=88)
    return out.getvalue()


async def clean(data: bytes) -> Picture:
    """`clean_upload` off the event loop."""
    return await asyncio.to_thread(clean_upload, data)


def _decode(data: bytes) -> Image.Image:
    """RGB or RGBA, upright and in sRGB; `info["was"]` names the format it came in."""
    try:
        # Pillow's own bomb limit is higher and only warns; the header is checked before a pixel is decoded
        with Image.open(BytesIO(data), formats=FORMATS) as opened:
            _check_pixels(opened)
            kind = opened.format
            upright = ImageOps.exif_transpose(opened)
            upright.load()
            picture = _to_srgb(upright)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise _too_large() from None
    except UnidentifiedImageError:
        kind = _kind(data)
        raise PictureRefused(
            f"This is {kind}, not a picture we can use.", do_next="Send a PNG, JPEG or WebP file."
        ) from None
    except PictureRefused:
        raise
    except Exception:  # decoders fail in many ways on damaged files; each means the same to the person
        raise PictureRefused(
            "This picture file is damaged and can't be read to its end.",
            do_next="Export it again as PNG or JPEG and send that.",
        ) from None
    picture.info.clear()
    picture.info["was"] = kind
    return picture


def _check_pixels(opened: Image.Image) -> None:
    if opened.width * opened.height > MAX_PIXELS:
        raise _too_large()
    if opened.width < 2 or opened.height < 2:
        raise PictureRefused("This picture is a single line of pixels.", do_next="Send the picture in full size.")
    if getattr(opened, "n_frames", 1) > 1:
        raise PictureRefused(
            "This is an animation; only still pictures can be posted.", do_next="Send one frame as PNG or JPEG."
        )


def _too_large() -> PictureRefused:
    return PictureRefused(
        f"This picture has more than {MAX_PIXELS // 1_000_000} megapixels.",
        do_next="Scale it down to at most 6000 pixels a side and send it again.",
    )


def _to_srgb(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    alpha = picture.convert("RGBA").getchannel("A") if _transparent(picture) else None
    if picture.mode.startswith(("I", "F")):  # 16 bits a pixel: Pillow would clip instead of scale
        levels = np.asarray(picture, np.float32)
        picture = Image.fromarray((levels / (65535 if levels.max() > 255 else 255) * 255).astype(np.uint8))
    if picture.mode not in ("RGB", "L", "CMYK"):
        picture = picture.convert("RGB")
    if isinstance(profile, bytes) and profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            turned = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            picture = turned or picture
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a broken or unfitting profile: the plain numbers are the best guess left
    result = picture.convert("RGB")
    if alpha is not None:
        result.putalpha(alpha)
    return result


def _transparent(picture: Image.Image) -> bool:
    """Has transparency that is used."""
    if picture.mode not in ("RGBA", "LA", "PA", "RGBa", "La") and "transparency" not in picture.info:
        return False
    low, _ = picture.convert("RGBA").getchannel("A").getextrema()
    return isinstance(low, int | float) and low < 255


def _has_shape(picture: Image.Image) -> bool:
    """A one-coloured logo on nothing is blank in its colours and drawn by its transparency."""
    if picture.mode != "RGBA":
        return False
    return bool(np.asarray(picture.getchannel("A").resize((64, 64))).std() >= BLANK_DEVIATION)


def _kind(data: bytes) -> str:
    start = data[:512].lstrip()
    if start[4:8] == b"ftyp":
        return noted("a phone photo (HEIC) or a video")
    return next((name for magic, name in _NAMES if start.startswith(magic) or (magic == b"<svg" and magic in start)),
                noted("a file of another kind"))  # fmt: skip
