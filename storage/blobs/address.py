"""Where is the bucket? `s3://bucket?endpoint=https://host&region=name`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl, urlsplit

FORM = "s3://bucket?endpoint=https://host&region=name"
DEFAULT_REGION = "us-east-1"
_BUCKET = re.compile(r"(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9](?!.*(?:\.\.|\.-|-\.))[a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class BucketAddress:
    """`host` is a name with or without a port; without an endpoint it is AWS's in this region."""

    bucket: str
    host: str
    secure: bool
    region: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """Raises ValueError that says how to write it, and repeats nothing that may be secret."""
        try:
            parts = urlsplit(url)
            asked = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
            endpoint = urlsplit(asked.pop("endpoint", ""))
            at = (endpoint.hostname or "", endpoint.port)
        except ValueError as error:
            raise ValueError(f"write it as {FORM}") from error
        if "@" in parts.netloc or "@" in endpoint.netloc:
            raise ValueError("leave the key out of it; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
        if parts.scheme != "s3" or parts.fragment or not _BUCKET.fullmatch(parts.netloc):
            raise ValueError(f"write it as {FORM}")
        if parts.path not in ("", "/"):
            raise ValueError("give AdMind a bucket of its own; folders within one are not used")
        region = asked.pop("region", DEFAULT_REGION)
        if asked or not _REGION.fullmatch(region):
            raise ValueError("only endpoint and region may follow the question mark, e.g. region=eu-central-1")
        if not endpoint.geturl():
            return cls(parts.netloc, f"s3.{region}.amazonaws.com", True, region)
        if endpoint.scheme not in ("http", "https") or not at[0] or endpoint.path not in ("", "/") or endpoint.query:
            raise ValueError("write the endpoint as https://host or https://host:port")
        return cls(parts.netloc, endpoint.netloc, endpoint.scheme == "https", region)
