"""Which addresses may be asked for a page? Public names on ports 80 and 443, and what the operator allows.

`check_url` judges what can be judged without DNS, `refusal_of` an IP address that a name resolved to. A workspace can
never allow an address; only the operator's `ADMIND_ALLOW_HOSTS=host:port,…` can.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection

import httpx2

from storage.errors import AdMindError

WEB_PORTS = frozenset({80, 443})
# Where mail is handed in, and where a mailbox is read; port 25 is for servers among themselves.
MAIL_PORTS = frozenset({465, 587, 2525}) | {993, 143}
_LONGEST_URL = 2048
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_HOME_NAMES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa", ".onion", ".arpa")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Beyond what `is_global` refuses (IANA special-purpose registries; is_global differs between Python versions).
_NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # Azure's metadata and DNS, a public address by its number
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    )
)  # fmt: skip
_PUBLIC_V6 = ipaddress.ip_network("2000::/3")  # leaves out mapped, SIIT, NAT64 (64:ff9b::), unique-local, SRv6, …
_ISATAP = (0x00005EFE, 0x02005EFE)  # RFC 5214: the lower half carries an IPv4 address


class FetchRefused(AdMindError):
    """An address was not asked, or its answer not taken. If bytes were sent is not known: see `NotSent`."""


class NotSent(FetchRefused):
    """Proven: it failed before the first byte of the request left (refused address, no such name, no connection)."""


def _no(part: str) -> NotSent:
    return NotSent(f"That address can't be opened: {part}.", do_next="Please use a public web address.")


def refusal_of(address: Address) -> str:
    """Why this IP address must not be dialled, "" if it may."""
    if any(address in network for network in _NEVER if network.version == address.version):
        return "it is not on the public internet"
    if isinstance(address, ipaddress.IPv6Address):
        if address not in _PUBLIC_V6 or address.scope_id is not None:
            return "it is not on the public internet"
        if (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
            return "it hides another address"
    if not address.is_global or address.is_multicast or address.is_reserved:
        return "it is not on the public internet"
    return ""


def normalised(allow_hosts: Collection[str]) -> frozenset[str]:
    """`host:port` entries in the one spelling that `is_allowed` compares: lower case, IPv6 without brackets."""
    entries = (entry.strip().lower().rpartition(":") for entry in allow_hosts if entry.strip())
    return frozenset(f"{host.strip('[]').rstrip('.')}:{port}" for host, _, port in entries)


def is_allowed(host: str, port: int, allow_hosts: frozenset[str]) -> bool:
    """Did the operator allow this host and port? `allow_hosts` must be `normalised`."""
    return f"{host.lower().strip('[]').rstrip('.')}:{port}" in allow_hosts


def check_url(url: str | httpx2.URL, allow_hosts: Collection[str] = frozenset()) -> httpx2.URL:
    """The URL, if it may be asked as far as its text tells. Raises NotSent, before any DNS.

    Only http and https, no user or password in it, port 80 or 443, a public name or a plainly written public IP
    address (not 2130706433, 0x7f.1 or 127.1). `allow_hosts` lifts the rules about host and port, nothing else.
    """
    text = str(url)
    if len(text) > _LONGEST_URL:
        raise _no("it is too long")
    if any(ord(char) <= 0x20 or ord(char) == 0x7F or char == "\\" for char in text):
        raise _no("it holds spaces or control characters")
    try:
        parsed = httpx2.URL(text)
        host = parsed.raw_host.decode("ascii").lower()
    except (httpx2.InvalidURL, ValueError, TypeError):  # UnicodeError and IDNA errors are ValueErrors
        raise _no("it is not a web address") from None
    if parsed.scheme not in {"http", "https"} or not host:
        raise _no("it must start with http:// or https://")
    if parsed.userinfo or "@" in text.split("//", 1)[-1].split("/", 1)[0]:
        raise _no("it holds a user name")
    port = parsed.port if parsed.port is not None else (443 if parsed.scheme == "https" else 80)
    if is_allowed(host, port, normalised(allow_hosts)):
        return parsed
    if port not in WEB_PORTS:
        raise _no("only the ports 80 and 443 are allowed")
    why = refusal_of_host(host)
    if why:
        raise _no(why)
    return parsed


def refusal_of_host(host: str) -> str:
    """Why this host, as written in a URL, must not be asked; "" if only its DNS answer can tell."""
    bare = host.strip("[]")
    if ":" in bare or host.startswith("["):
        try:
            return refusal_of(ipaddress.IPv6Address(bare))
        except ValueError:
            return "it is not a web address"
    name = bare.rstrip(".")
    if not _HOST.fullmatch(name) or ".." in name:
        return "it is not a web address"
    labels = name.split(".")
    if _NUMERIC_LABEL.fullmatch(labels[-1]):  # WHATWG URL: such a host is an IPv4 address, however it is written
        try:
            return refusal_of(ipaddress.IPv4Address(name))
        except ValueError:
            return "its number is not written as an IP address"
    if len(labels) < 2 or f".{name}".endswith(_HOME_NAMES):
        return "it is not on the public internet"
    return ""
