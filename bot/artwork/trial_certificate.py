"""A certificate to try the signing of pictures with: a CA made on the spot, thrown away, and one leaf of it.

C2PA refuses self-signed leaves, and wants digitalSignature and the emailProtection extended key usage:
https://spec.c2pa.org/specifications/specifications/2.2/specs/C2PA_Specification.html#x509_certificates
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAYS = 30


@dataclass(frozen=True, slots=True)
class TrialCertificate:
    """PEM: the chain, leaf first, and the leaf's unencrypted key."""

    chain: bytes
    key: bytes


def make_trial_certificate(now: datetime) -> TrialCertificate:
    """Good for 30 days from now; trusted by nobody."""
    ca_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _certificate("AdMind test CA, not to be trusted", ca_key, None, ca_key, now)
    leaf = _certificate("AdMind test signer", leaf_key, ca, ca_key, now)
    pem = serialization.Encoding.PEM
    key = leaf_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return TrialCertificate(leaf.public_bytes(pem) + ca.public_bytes(pem), key)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    """A CA when there is no issuer, else a leaf that may sign documents."""
    authority = issuer is None
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "AdMind"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if not authority:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return built.sign(issuer_key, hashes.SHA256())
