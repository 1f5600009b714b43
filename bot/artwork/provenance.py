"""Who made this picture, in a form that others can verify? A C2PA manifest, signed into the final bytes.

Needs the optional extra "c2pa" and a certificate from a CA whose leaf has digitalSignature and the emailProtection
(or C2PA) extended key usage; self-signed ones are refused by the format. Sign last: any re-encode drops the manifest,
so leave `MANIFEST_ROOM` when fitting. https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from io import BytesIO

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from bot.artwork.fit import SOURCES
from bot.artwork.picture import Picture
from storage.errors import AdMindError

MANIFEST_ROOM = 24_000
"""Bytes that a manifest with a chain of three certificates adds at most."""

# A thumbnail would multiply the size of a small picture; nothing is fetched from addresses inside a manifest.
_SETTINGS = {"builder": {"thumbnail": {"enabled": False}}, "verify": {"remote_manifest_fetch": False}}


class ProvenanceFailed(AdMindError):
    """The picture is fine, but could not be signed."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A certificate chain (PEM, leaf first) and what signs bytes for its leaf with ES256, as 64 bytes r || s.

    `sign` may call out to a key management service: the key need not be here.
    """

    chain: str
    sign: Callable[[bytes], bytes]


def signer_with_key(chain: bytes, key: bytes) -> Signer:
    """A signer whose P-256 key (PEM, unencrypted) is at hand. Raises `ProvenanceFailed` for another kind of key."""
    try:
        private = serialization.load_pem_private_key(key, password=None)
    except (ValueError, TypeError):
        private = None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != "secp256r1":
        raise ProvenanceFailed(
            "The key for signing pictures can't be used.", do_next="Give a P-256 private key as unencrypted PEM."
        )
    held = private

    def sign(data: bytes) -> bytes:
        one, other = decode_dss_signature(held.sign(data, ec.ECDSA(hashes.SHA256())))
        return one.to_bytes(32, "big") + other.to_bytes(32, "big")

    return Signer(chain.decode("ascii"), sign)


def sign_picture(picture: Picture, *, source: str, signer: Signer, generator: str = "AdMind") -> Picture:
    """The picture with a manifest that says it was created, by which kind of source (see `fit.SOURCES`). Blocking.

    Raises ValueError for a source that IPTC does not know, and `ProvenanceFailed` when the extra is not installed or
    the certificate does not serve.
    """
    if source not in SOURCES:
        raise ValueError(f"not a digital source type: {source}")
    try:
        c2pa = import_module("c2pa")  # 16 MB that most installations do without
    except ImportError as error:
        raise ProvenanceFailed(
            "Pictures can't be signed here.", do_next="Install AdMind with the extra “c2pa”, or switch signing off."
        ) from error
    kind = f"http://cv.iptc.org/newscodes/digitalsourcetype/{source}"
    manifest = {
        "claim_generator_info": [{"name": generator}],
        "format": picture.mime,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [{"action": "c2pa.created", "digitalSourceType": kind}]}}
        ],
    }
    out = BytesIO()
    try:
        with (
            c2pa.Signer.from_callback(signer.sign, c2pa.C2paSigningAlg.ES256, signer.chain, None) as pen,
            c2pa.Context.from_dict(_SETTINGS) as context,
            c2pa.Builder(json.dumps(manifest), context) as builder,
        ):
            builder.sign(pen, picture.mime, BytesIO(picture.data), out)
    except c2pa.C2paError as error:
        raise ProvenanceFailed(
            "The picture could not be signed with this certificate.",
            do_next="Check that the chain is complete, from a CA, and allows signing documents.",
        ) from error
    return replace(picture, data=out.getvalue())
