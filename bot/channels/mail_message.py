"""One e-mail as bytes: from the sealed payload, its pictures, its Message-ID and its date; the same in, the same out.

https://www.rfc-editor.org/rfc/rfc5322 and 2045 to 2047. Written by hand, as the standard library folds differently from
one Python to the next. Everything is ASCII but addresses that are not (RFC 6532), every line ends in CRLF and has at
most 78 characters, except an address that is longer by itself.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime

from bot.channels.mail_address import CONTROLS, Mailbox, mailbox_of
from storage.sealed import Medium, SealedPayload

WIDTH = 76
_WORD_BYTES = 42  # of UTF-8 in one encoded word, which then has 68 characters: RFC 2047 §2 allows 75
_PLAIN = re.compile(r"[ -~]*")
_SUFFIX = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}


def message_of(payload: SealedPayload, pictures: Sequence[bytes], message_id: str, at: datetime) -> bytes:
    """The whole e-mail. `pictures`: the media's bytes, in order. Raises ValueError for what no header can hold."""
    media, mark = payload.parts[0].media, payload.digest[:24]
    page = _part('text/html; charset="utf-8"', _quoted(payload.extra["html"]))
    if media:
        shown = [_picture(medium, data) for medium, data in zip(media, pictures, strict=True)]
        page = _several("related", f"r{mark}", [page, *shown], '; type="text/html"')
    words = _part('text/plain; charset="utf-8"', _quoted(text_of(payload)))
    return (
        "\r\n".join(_head(payload, message_id, at)).encode()
        + b"\r\n"
        + _several("alternative", f"a{mark}", [words, page])
    )


def text_of(payload: SealedPayload) -> str:
    """The e-mail for programs that show no HTML: the words below the subject, and the footer."""
    words = payload.parts[0].text.removeprefix(payload.title).lstrip("\n")
    return f"{words}\n\n-- \n{payload.extra['footer']}\n"


def content_id(medium: Medium) -> str:
    return f"{medium.sha256[:32]}@pictures.invalid"


def _head(payload: SealedPayload, message_id: str, at: datetime) -> list[str]:
    extra = payload.extra
    lines = [
        f"Date: {format_datetime(at.astimezone(UTC).replace(microsecond=0))}",
        f"Message-ID: <{message_id}>",
        _mailbox("From", mailbox_of(extra["from"])),
    ]
    if extra.get("reply_to"):
        lines.append(_mailbox("Reply-To", mailbox_of(extra["reply_to"])))
    if extra.get("to"):
        lines.append(_mailbox("To", Mailbox(extra["to"], extra["list"])))
    else:  # a group without members: nobody sees who else gets it (RFC 5322 §3.4)
        lines += [f"To: {_phrase(extra['list'])}:;", f"List-ID: {_phrase(extra['list'])}\r\n <{payload.destination}>"]
    lines.append(_words("Subject", payload.title))
    lines.append("List-Unsubscribe: " + ",\r\n ".join(f"<{each}>" for each in extra["unsubscribe"].split(" ")))
    if extra.get("one_click"):
        lines.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click")
    lines += ["MIME-Version: 1.0", f"Content-Language: {_safe(payload.language)}"]
    return lines


def _several(kind: str, boundary: str, parts: Sequence[bytes], more: str = "") -> bytes:
    head = f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"{more}\r\n\r\n'.encode()
    between = f"--{boundary}\r\n".encode()
    return head + b"".join(between + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()


def _part(kind: str, body: bytes) -> bytes:
    return f"Content-Type: {kind}\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".encode() + body


def _picture(medium: Medium, data: bytes) -> bytes:
    name = f"{medium.sha256[:16]}.{_SUFFIX.get(medium.mime, 'bin')}"
    head = (
        f"Content-Type: {medium.mime}\r\nContent-Transfer-Encoding: base64\r\nContent-ID: <{content_id(medium)}>\r\n"
        f'Content-Disposition: inline; filename="{name}"\r\n\r\n'
    )
    packed = base64.b64encode(data)
    return head.encode() + b"\r\n".join(packed[start : start + WIDTH] for start in range(0, len(packed), WIDTH))


def _quoted(text: str) -> bytes:
    return binascii.b2a_qp(text.encode(), istext=True).replace(b"\n", b"\r\n")


def _mailbox(name: str, box: Mailbox) -> str:
    line = f"{name}: {_phrase(box.name)} <{_safe(box.address)}>" if box.name else f"{name}: {_safe(box.address)}"
    return line if len(line) <= WIDTH else line.replace(" <", "\r\n <", 1)


def _phrase(name: str) -> str:
    if _PLAIN.fullmatch(name) and "=?" not in name and len(name) <= 60:
        return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "\r\n ".join(_encoded(_safe(name)))


def _words(name: str, text: str) -> str:
    """A header of free words. Plain ASCII stays as it is where it fits on a line."""
    line = f"{name}: {_safe(text)}"
    if _PLAIN.fullmatch(text) and "=?" not in text and len(line) <= WIDTH:
        return line
    return f"{name}: " + "\r\n ".join(_encoded(_safe(text)))


def _encoded(text: str) -> list[str]:
    """RFC 2047's encoded words, none of which cuts a character."""
    words, held = [], b""
    for char in text:
        data = char.encode()
        if len(held) + len(data) > _WORD_BYTES:
            words.append(held)
            held = b""
        held += data
    return [f"=?utf-8?B?{base64.b64encode(each).decode()}?=" for each in (*words, held)]


def _safe(text: str) -> str:
    """Raises ValueError for controls: a line end in a header is another header."""
    if CONTROLS.search(text):
        raise ValueError("a header holds no controls")
    return text
