"""Which bytes does a channel get? Within its formats, pixels, shape and bytes, and saying where the picture is from.

The origin goes into XMP as IPTC's Digital Source Type
(https://cv.iptc.org/newscodes/digitalsourcetype/): several networks strip other marks and keep or read this one.
"""

from __future__ import annotations

import math
from io import BytesIO

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.artwork.picture import Picture, PictureRefused

CARD = "algorithmicMedia"
UPLOAD = "digitalCreation"
AI_IMAGE = "trainedAlgorithmicMedia"
AI_BACKGROUND = "compositeWithTrainedAlgorithmicMedia"
CHART = "dataDrivenMedia"
SOURCES = (CARD, UPLOAD, AI_IMAGE, AI_BACKGROUND, CHART)

_QUALITIES = (92, 88, 84, 78, 70, 62)
_SHRINK = 0.82
_SMALLEST = 200
ALIKE_BITS = 6


def fit_picture(
    data: bytes,
    *,
    mimes: tuple[str, ...],
    max_bytes: int,
    max_width: int,
    max_height: int,
    min_ratio: float = 0,
    max_ratio: float = math.inf,
    source: str = UPLOAD,
) -> Picture:
    """Final bytes for a channel: at most `max_bytes` and `max_width` × `max_height`, width/height within the ratios.

    `data` is a card or has been through the upload cleaner. Cut in the middle only where the shape is outside, and
    then said so in `problems`. The best quality that fits is taken, then smaller sizes. The same input gives the same
    bytes. Raises `PictureRefused` when the channel takes none of our formats or the bytes cannot be reached, and
    ValueError for a source that IPTC does not know.
    """
    if source not in SOURCES:
        raise ValueError(f"not a digital source type: {source}")
    if not 0 <= min_ratio <= max_ratio:
        raise ValueError("min_ratio must not be above max_ratio")
    with Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as opened:
        kind = str(Image.MIME.get(opened.format or "", ""))
        picture = opened.convert("RGBA" if opened.has_transparency_data else "RGB")
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema()[0] == 255:
        picture = picture.convert("RGB")
    picture, problems = _crop(picture, min_ratio, max_ratio)
    picture = _within(picture, max_width, max_height, (min_ratio, max_ratio))
    mime = _format(picture, kind, mimes)
    shrunk = picture
    while True:
        encoded = _smallest_loss(shrunk, mime, max_bytes, source)
        if encoded is None and mime == "image/png" and picture.mode == "RGB" and "image/jpeg" in mimes:
            mime = "image/jpeg"  # a photograph kept as PNG: losing a little beats losing pixels
            continue
        if encoded is not None:
            if shrunk.width < picture.width * 0.6:
                problems.append(f"To fit the size limit the picture was scaled down to {shrunk.width} pixels wide.")
            return Picture(encoded, mime, shrunk.width, shrunk.height, "", tuple(problems))
        if min(shrunk.size) * _SHRINK < min(_SMALLEST, *picture.size):
            raise PictureRefused(
                f"This picture can't be brought below {max_bytes // 1000} kB and stay recognisable.",
                do_next="Choose a calmer picture or one without transparency.",
            )
        shrunk = _scaled(picture, shrunk.width * _SHRINK, shrunk.height * _SHRINK, (min_ratio, max_ratio))


def picture_hash(data: bytes) -> int:
    """64 bits of how brightness falls from left to right: alike for a picture re-encoded, resized or recoloured."""
    with Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP")) as opened:
        flat = _on_white(opened.convert("RGBA")) if opened.has_transparency_data else opened
        grey = flat.convert("L").resize((9, 8), Image.Resampling.BOX)
    levels = grey.tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (levels[row * 9 + column] > levels[row * 9 + column + 1])
    return bits


def alike(one: int, other: int) -> bool:
    """Two `picture_hash`es of what a person would call the same picture: at most 6 of 64 bits differ."""
    return (one ^ other).bit_count() <= ALIKE_BITS


def _crop(picture: Image.Image, min_ratio: float, max_ratio: float) -> tuple[Image.Image, list[str]]:
    """To the very ratio, for channels refuse what is outside; said where it takes a per cent and more."""
    width, height = picture.size
    ratio = width / height
    if ratio > max_ratio:
        new = max(1, math.floor(height * max_ratio))
        left = (width - new) // 2
        lost = round(100 * (width - new) / width)
        said = f"The channel takes pictures at most {max_ratio:.2f}:1; {lost}% was cut off at the left and right."
        return picture.crop((left, 0, left + new, height)), [said] if lost else []
    if ratio < min_ratio:
        new = max(1, math.floor(width / min_ratio))
        top = (height - new) // 2
        lost = round(100 * (height - new) / height)
        said = f"The channel takes pictures at least {min_ratio:.2f}:1; {lost}% was cut off at the top and bottom."
        return picture.crop((0, top, width, top + new)), [said] if lost else []
    return picture, []


def _within(picture: Image.Image, max_width: int, max_height: int, ratios: tuple[float, float]) -> Image.Image:
    scale = min(1.0, max_width / picture.width, max_height / picture.height)
    if scale == 1.0:
        return picture
    width, height = min(max_width, picture.width * scale), min(max_height, picture.height * scale)
    return _scaled(picture, width, height, ratios)


def _scaled(picture: Image.Image, width: float, height: float, ratios: tuple[float, float]) -> Image.Image:
    """At this size in whole pixels, which must not leave the shape by their rounding."""
    least, most = ratios
    across, down = max(1, round(width)), max(1, round(height))
    if across / down > most:
        across = max(1, math.floor(down * most))
    elif across / down < least:
        down = max(1, math.floor(across / least))
    return picture.resize((across, down), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _format(picture: Image.Image, kind: str, mimes: tuple[str, ...]) -> str:
    """Transparency wants PNG or WebP, a PNG stays one, everything else is a JPEG, where the channel takes it."""
    wanted = ("image/png", "image/webp", "image/jpeg") if picture.mode == "RGBA" else ("image/jpeg", "image/png")
    if kind == "image/png" and picture.mode == "RGB":
        wanted = ("image/png", "image/jpeg")
    chosen: str | None = next((mime for mime in (*wanted, "image/webp") if mime in mimes), None)
    if chosen is not None:
        return chosen
    raise PictureRefused(
        "The channel takes none of the picture formats that we write.", do_next="Post without a picture there."
    )


def _smallest_loss(picture: Image.Image, mime: str, max_bytes: int, source: str) -> bytes | None:
    """The best quality that fits, found by halves; None when even the lowest is too large."""
    if mime == "image/png":
        data = _encode(picture, mime, 0, source)
        return data if len(data) <= max_bytes else None
    best = _encode(picture, mime, _QUALITIES[0], source)
    if len(best) <= max_bytes:
        return best
    found: bytes | None = None
    low, high = 1, len(_QUALITIES)
    while low < high:
        middle = (low + high) // 2
        attempt = _encode(picture, mime, _QUALITIES[middle], source)
        if len(attempt) <= max_bytes:
            found, high = attempt, middle
        else:
            low = middle + 1
    return found


def _encode(picture: Image.Image, mime: str, quality: int, source: str) -> bytes:
    out = BytesIO()
    packet = xmp(source)
    if mime == "image/png":
        info = PngInfo()
        info.add_itxt("XML:com.adobe.xmp", packet.decode())
        picture.save(out, "PNG", optimize=True, pnginfo=info)
    elif mime == "image/webp":
        picture.save(out, "WEBP", quality=quality, method=4, xmp=packet)
    else:
        return _jpeg(_on_white(picture) if picture.mode == "RGBA" else picture, quality, packet)
    return out.getvalue()


def _jpeg(picture: Image.Image, quality: int, packet: bytes) -> bytes:
    """Progressive where it can be: such a picture has to fit into Pillow's buffer of a byte a pixel as a whole, and
    grain or confetti does not.
    """
    sampling = 0 if quality >= 84 else 2
    for small in (True, False):
        out = BytesIO()
        try:
            picture.save(
                out, "JPEG", quality=quality, subsampling=sampling, optimize=small, progressive=small, xmp=packet
            )
        except OSError:
            if not small:
                raise
        else:
            break
    return out.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    white = Image.new("RGB", picture.size, "#ffffff")
    white.paste(picture, (0, 0), picture)
    return white


def xmp(source: str) -> bytes:
    """An XMP packet that names the digital source type and nothing else."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        f' Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/{source}"/>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()
