"""Can strangers reach the public edge by the address that AdMind knows of it?"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

INSIDE = (".local", ".localhost")


def reachable(base_url: str, schemes: tuple[str, ...] = ("https", "http")) -> bool:
    """Whether it looks like an address of the internet; nobody is asked."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme not in schemes:
        return False
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(INSIDE)
