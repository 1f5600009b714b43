"""E-mail addresses, mail servers and what else of a mail account a person writes by hand; nothing else gets through.

Addresses are dot-atoms (https://www.rfc-editor.org/rfc/rfc5322#section-3.4.1), also beyond ASCII (RFC 6532); quoted
local parts and comments are refused. Domains are kept in their ASCII form (IDNA 2008): what is compared is what is
sent.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

import httpx2

from bot.errors import BadInput

MOST_LOCAL, MOST_ADDRESS = 64, 254  # octets: RFC 5321 §4.5.3.1.1 and, with its angle brackets, §4.5.3.1.3
MOST_URL = 500  # ours: it stands in a header, and a line of those ends at 998
MOST_NAME = 80
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00a1-\U0010ffff-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_NAMED = re.compile(r"(?:\"?(?P<name>[^<>\"]*?)\"?\s*<(?P<address>[^<>\s]+)>|(?P<bare>[^<>\s]+))")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # not what joins emoji, which is no control
PORTS = {"smtps": 465, "smtp": 587, "imaps": 993, "imap": 143}
Kind = Literal["smtp", "imap"]


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address with the name that stands before it; the name may be empty."""

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True, slots=True)
class MailServer:
    """`way`: TLS from the first byte, TLS begun by STARTTLS, or none, which only this machine itself may have."""

    host: str
    port: int
    way: Literal["tls", "starttls", "none"]
    kind: Kind = "smtp"

    @property
    def origin(self) -> str:
        scheme = self.kind + {"tls": "s", "starttls": "", "none": "+plain"}[self.way]
        return f"{scheme}://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def address_of(given: str) -> str:
    """The address with its domain in ASCII and lower case. Raises BadInput."""
    local, at, domain = given.strip().rpartition("@")
    try:
        host = httpx2.URL(f"https://{domain}/").raw_host.decode("ascii").lower() if at else ""
    except (httpx2.InvalidURL, ValueError, TypeError):
        host = ""
    address = f"{local}@{host}"
    fits = (
        len(local.encode("utf-8", "replace")) <= MOST_LOCAL and len(address.encode("utf-8", "replace")) <= MOST_ADDRESS
    )
    if not fits or not local.isprintable() or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(host):
        raise BadInput(
            "That is no e-mail address.", kept="Nothing changed.", do_next="Write it like news@velo.example."
        )
    return address


def mailbox_of(given: str) -> Mailbox:
    """`news@velo.example`, or `Velo <news@velo.example>`. Raises BadInput."""
    match = _NAMED.fullmatch(given.strip())
    if match is None or CONTROLS.search(given.strip()):
        raise BadInput(
            "That is no e-mail address.", kept="Nothing changed.", do_next="Write it like Velo <news@velo.example>."
        )
    return Mailbox(address_of(match["address"] or match["bare"]), one_line(match["name"] or "", MOST_NAME))


def one_line(given: str, most: int) -> str:
    """Words on one line, without controls. Raises BadInput when there are more than `most` characters."""
    text = " ".join(CONTROLS.sub(" ", given).split())
    if len(text) > most:
        raise BadInput(f"That is longer than {most} characters.", kept="Nothing changed.", do_next="Shorten it.")
    return text


def page_of(given: str) -> str:
    """An https address as it may stand in a header and in a page. Raises BadInput."""
    text = given.strip()
    try:
        parts = urlsplit(text)
        fits = parts.scheme == "https" and bool(parts.hostname) and not parts.username and len(text) <= MOST_URL
    except ValueError:
        fits = False
    if not fits or not text.isascii() or not text.isprintable() or set(text) & set(" \"<>'\\,"):
        raise BadInput("That is no web address.", kept="Nothing changed.", do_next="It begins with https://.")
    return text


def server_of(given: str, kind: Kind = "smtp") -> MailServer:
    """A mail server as people write it: `smtp.velo.example`, `smtp.velo.example:465`, `smtps://smtp.velo.example`.

    For sending 587 with STARTTLS unless another port is named; 465 is TLS from the first byte. For reading
    (`kind="imap"`) 993, which is TLS from the first byte; 143 is STARTTLS (RFC 8314). `smtp+plain://` and
    `imap+plain://` are for a server on this machine itself, which only the operator can allow. Raises BadInput.
    """
    text, tls = given.strip().lower(), f"{kind}s"
    scheme, _, rest = text.rpartition("://")
    try:
        parts = urlsplit(f"//{rest}")
        host, port = parts.hostname or "", parts.port
        if not host.isascii():
            host = httpx2.URL(f"https://{host}/").raw_host.decode("ascii")
    except (httpx2.InvalidURL, ValueError, TypeError):
        host, port, parts = "", None, urlsplit("")
    if not scheme:
        at_once = port == PORTS["smtps"] if kind == "smtp" else port != PORTS["imap"]
        scheme = tls if at_once else kind
    plain = scheme == f"{kind}+plain"
    fits = bool(host) and host.isprintable() and len(host) <= 253 and not parts.username and not set(host) & set(" %")
    if (
        not fits
        or parts.path not in ("", "/")
        or not (scheme in (kind, tls) or (plain and on_this_machine(host) and port))
    ):
        example = "smtp.velo.example:587" if kind == "smtp" else "imap.velo.example:993"
        raise BadInput(
            "That is no name of a mail server.", kept="Nothing changed.", do_next=f"Write it like {example}."
        )
    if plain:
        return MailServer(host, port or 0, "none", kind)
    return MailServer(host, port or PORTS[scheme], "tls" if scheme == tls else "starttls", kind)


def recipients_of(given: str, most: int) -> tuple[str, ...]:
    """Addresses out of lines, commas and semicolons, each once, sorted. Raises BadInput, which names none of them."""
    found = sorted({mailbox_of(each).address for each in re.split(r"[\n,;]", given) if each.strip()})
    if len(found) > most:
        raise BadInput(
            f"These are {len(found)} recipients; one e-mail goes to {most} at most.",
            kept="Nothing changed.",
            do_next="Use the address of a list, at whoever sends your newsletters.",
        )
    return tuple(found)


def masked(address: str) -> str:
    """Enough for whoever knows the list, and little for everybody else: `a…@velo.example`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"


def on_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
