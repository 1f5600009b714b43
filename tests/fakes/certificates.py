"""Certificates for loopback servers: a root of our own, and what it signs; nobody else trusts them."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Certificates:
    """`server` for who listens at `host`, `client` for who trusts the root."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def certificates(folder: Path, host: str = "127.0.0.1") -> Certificates:
    now = datetime.now(UTC)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Root of a test")])

    def signed(
        name: x509.Name, public: ec.EllipticCurvePublicKey, *more: tuple[x509.ExtensionType, bool]
    ) -> x509.Certificate:
        made = x509.CertificateBuilder().subject_name(name).issuer_name(root_name).public_key(public)
        made = made.serial_number(x509.random_serial_number())
        made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
        for extension, critical in more:
            made = made.add_extension(extension, critical=critical)
        return made.sign(root_key, hashes.SHA256())

    try:
        named: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        named = x509.DNSName(host)
    identity = x509.SubjectKeyIdentifier.from_public_key(root_key.public_key())
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    root = signed(
        root_name,
        root_key.public_key(),
        (x509.BasicConstraints(ca=True, path_length=None), True),
        (identity, False),
        (usage, True),
    )
    leaf = signed(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]),
        key.public_key(),
        (x509.SubjectAlternativeName([named]), False),
        (x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), False),
    )
    pem = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + leaf.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    trusted = root.public_bytes(serialization.Encoding.PEM).decode()
    return Certificates(server, ssl.create_default_context(cadata=trusted))
