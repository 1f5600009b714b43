"""Codes of short links: made from what a link is, so that rendering a version again gives the same one.

58.6 bits of SHA-256 over ids that nobody can guess; where two meet all the same, the next one of the row is taken.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from httpx2 import URL

ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"  # base58: none looks like another
LENGTH: Final = 10
PATH: Final = "/l/"
PATTERN: Final = rf"^[{ALPHABET}]{{{LENGTH}}}$"


def code_of(workspace: str, draft: str, account: str, given: str, number: int = 0) -> str:
    """The `number`th code of the link as it was given, in this draft's version for this account."""
    told = "\0".join(("admind-link-v1", workspace, draft, account, given, str(number)))
    left, found = int.from_bytes(hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()), ""
    for _ in range(LENGTH):
        left, digit = divmod(left, len(ALPHABET))
        found += ALPHABET[digit]
    return found


def address_of(base_url: str, code: str) -> str:
    """As it stands in a post."""
    return f"{base_url.rstrip('/')}{PATH}{code}"


def code_in(address: str, base_url: str) -> str:
    """The code in an address that is one of ours; empty for all others."""
    if not base_url:
        return ""
    try:
        there, ours = urlsplit(address), urlsplit(base_url)
    except ValueError:
        return ""
    path = ours.path.rstrip("/") + PATH
    code = there.path.removeprefix(path)
    same = (there.scheme, there.netloc.casefold()) == (ours.scheme, ours.netloc.casefold())
    plain = there.path.startswith(path) and not there.query and not there.fragment
    return code if same and plain and len(code) == LENGTH and not set(code) - set(ALPHABET) else ""


@lru_cache(maxsize=4096)
def location(destination: str) -> str:
    """A destination as a header carries it: ASCII alone, other scripts encoded as browsers do."""
    return str(URL(destination))
