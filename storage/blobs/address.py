"""Where is the bucket? `s3://bucket?endpoint=https://host&region=name`; `&public=https://host` for strangers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, parse_qsl, urlsplit

FORM = "s3://bucket?endpoint=https://host&region=name"
DEFAULT_REGION = "us-east-1"
_BUCKET = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9](?!.*(?:\.\.|\.-|-\.))[a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """`host` is a name with or without a port; without an endpoint it is AWS's in this region.

    `public` is the origin by which the internet reaches the same server, where that is another.
    """

    bucket: str
    host: str
    secure: bool
    region: str
    public: str = ""

    @property
    def origin(self) -> str:
        """How the internet reaches the server: `https://host`."""
        return self.public or f"{'https' if self.secure else 'http'}://{self.host}"

    @classmethod
    def parse(cls, url: str) -> Self:
        """Raises ValueError that says how to write it, and repeats nothing that may be secret."""
        try:
            parts = urlsplit(url)
            asked = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
            endpoint, public = urlsplit(asked.pop("endpoint", "")), urlsplit(asked.pop("public", ""))
            whole = all(each.hostname and (each.port or True) for each in (endpoint, public) if each.geturl())
        except ValueError as error:
            raise ValueError(f"write it as {FORM}") from error
        if any("@" in each.netloc for each in (parts, endpoint, public)):
            raise ValueError("leave the key out of it; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        if parts.scheme != "s3" or parts.fragment or not _BUCKET.fullmatch(parts.netloc):
            raise ValueError(f"write it as {FORM}")
        if parts.path not in ("", "/"):
            raise ValueError("give AdMind a bucket of its own; folders within one are not used")
        region = asked.pop("region", DEFAULT_REGION)
        if asked or not _REGION.fullmatch(region):
            raise ValueError(
                "only endpoint and region, and public, may follow the question mark, e.g. region=eu-central-1"
            )
        if not whole or not all(_is_origin(each) for each in (endpoint, public)):
            raise ValueError("write the endpoint, and public, as https://host or https://host:port")
        shown = f"{public.scheme}://{public.netloc}" if public.netloc else ""
        if not endpoint.geturl():
            return cls(parts.netloc, f"s3.{region}.amazonaws.com", True, region, shown)
        return cls(parts.netloc, endpoint.netloc, endpoint.scheme == "https", region, shown)


def _is_origin(given: SplitResult) -> bool:
    """Whether it is an origin and nothing more, or nothing at all."""
    named = given.scheme in ("http", "https") and given.path in ("", "/") and not given.query and not given.fragment
    return named or not given.geturl()
