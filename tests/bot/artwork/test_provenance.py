from __future__ import annotations

import datetime
import importlib.util
import json
import sys
from io import BytesIO

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bot.artwork.fit import CARD, UPLOAD, fit_picture
from bot.artwork.picture import Picture
from bot.artwork.provenance import MANIFEST_ROOM, ProvenanceFailed, Signer, sign_picture, signer_with_key
from tests.bot.artwork.samples import encoded, photo

needs_c2pa = pytest.mark.skipif(importlib.util.find_spec("c2pa") is None, reason="the extra c2pa is not installed")


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
) -> x509.Certificate:
    """A CA when there is no issuer, else a leaf that may sign documents."""
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Velo"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    now = datetime.datetime.now(datetime.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(True, False, False, False, False, issuer is None, issuer is None, False, False), critical=True
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if issuer is not None:
        built = built.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return built.sign(issuer_key, hashes.SHA256())


@pytest.fixture(scope="module")
def signer() -> Signer:
    ca_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = certificate("Velo CA", ca_key, None, ca_key)
    leaf = certificate("Velo pictures", leaf_key, ca, ca_key)
    chain = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (leaf, ca))
    return signer_with_key(chain, pem(leaf_key))


def final(mime: str) -> Picture:
    return fit_picture(encoded(photo(300, 300)), mimes=(mime,), max_bytes=900_000, max_width=300, max_height=300)


@needs_c2pa
@pytest.mark.parametrize("mime", ["image/jpeg", "image/png"])
@pytest.mark.parametrize("source", [CARD, UPLOAD])
def test_a_signed_picture_says_how_it_was_made_and_verifies(signer: Signer, mime: str, source: str) -> None:
    from c2pa import Reader  # type: ignore[import-not-found,unused-ignore]

    picture = final(mime)
    signed = sign_picture(picture, source=source, signer=signer)
    assert 0 < len(signed.data) - len(picture.data) < MANIFEST_ROOM
    with Reader(mime, BytesIO(signed.data)) as reader:
        found = json.loads(reader.json())
    assert source in json.dumps(found["manifests"][found["active_manifest"]])
    faults = {status["code"] for status in found.get("validation_status", [])}
    assert faults <= {"signingCredential.untrusted"}


@needs_c2pa
def test_a_changed_picture_no_longer_verifies(signer: Signer) -> None:
    from c2pa import Reader

    signed = bytearray(sign_picture(final("image/jpeg"), source=CARD, signer=signer).data)
    signed[-200] ^= 0x10
    with Reader("image/jpeg", BytesIO(bytes(signed))) as reader:
        found = json.loads(reader.json())
    assert "assertion.dataHash.mismatch" in {status["code"] for status in found["validation_status"]}


@needs_c2pa
def test_a_certificate_that_does_not_serve_is_said(signer: Signer) -> None:
    broken = Signer("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", signer.sign)
    with pytest.raises(ProvenanceFailed, match="certificate"):
        sign_picture(final("image/jpeg"), source=CARD, signer=broken)


def test_without_the_extra_the_person_reads_what_to_install(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    with pytest.raises(ProvenanceFailed) as failed:
        sign_picture(final("image/jpeg"), source=CARD, signer=signer)
    assert "c2pa" in failed.value.do_next


@pytest.mark.parametrize("key", [b"no key", pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))])
def test_another_kind_of_key_is_refused(key: bytes) -> None:
    with pytest.raises(ProvenanceFailed, match="key for signing"):
        signer_with_key(b"", key)


def test_a_signature_is_64_bytes_that_the_certificate_verifies(signer: Signer) -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    raw = signer.sign(b"picture")
    assert len(raw) == 64
    leaf = x509.load_pem_x509_certificates(signer.chain.encode())[0].public_key()
    assert isinstance(leaf, ec.EllipticCurvePublicKey)
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    leaf.verify(der, b"picture", ec.ECDSA(hashes.SHA256()))
