"""Multipart bodies, taken apart as a server does."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP

from tests.fakes.faulty_http import Seen


def parts_of(seen: Seen) -> tuple[dict[str, str], dict[str, tuple[str, str, bytes]]]:
    """Fields, and files by field: name, MIME type, bytes."""
    head = f"content-type: {seen.headers.get('content-type', '')}\r\n\r\n".encode()
    fields: dict[str, str] = {}
    files: dict[str, tuple[str, str, bytes]] = {}
    for part in BytesParser(policy=HTTP).parsebytes(head + seen.body).iter_parts():
        held = part.get_payload(decode=True)
        assert isinstance(held, bytes)
        name, file = str(part.get_param("name", header="content-disposition")), part.get_filename()
        if file:
            files[name] = (file, part.get_content_type(), held)
        else:
            fields[name] = held.decode()
    return fields, files
