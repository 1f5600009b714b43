"""A bucket that is slow, broken or wrong is named in words and asked again where that helps; no key is ever told."""

from __future__ import annotations

import asyncio
import hashlib
import ipaddress
import logging
import time
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from storage.blobs.address import BucketAddress
from storage.blobs.base import BlobMissing, BlobStore, BlobsUnavailable, StoreFull, place_of, prove
from storage.blobs.bucket import BucketBlobs, Patience
from storage.blobs.files import FileBlobs
from storage.blobs.opening import open_blobs
from storage.errors import AdMindError
from tests.fakes.s3_server import ACCESS_KEY, SECRET_KEY, Act, S3Server, s3_server

QUICK = Patience(read_seconds=1.5, write_seconds=1.5, quiet_seconds=0.3, pauses=(0.01, 0.01))
MANY = 2500


@pytest.fixture
def server() -> Iterator[S3Server]:
    with s3_server() as found:
        yield found


@pytest.fixture
async def blobs(server: S3Server) -> AsyncIterator[BucketBlobs]:
    found = BucketBlobs(BucketAddress.parse(server.url), ACCESS_KEY, SECRET_KEY, patience=QUICK)
    yield found
    found.close()


def opened(
    folder: Path, server: S3Server, url: str = "", key: str = ACCESS_KEY, secret: str = SECRET_KEY
) -> AbstractAsyncContextManager[BlobStore]:
    return open_blobs(folder, url or server.url, access_key=key, secret_key=secret)


@pytest.mark.parametrize(
    "act",
    [
        Act(code="SlowDown"),
        Act(code="InternalError"),
        Act(status=502, page=b"<html>bad gateway</html>"),
        Act(resets=True),
        Act(resets=True, kept=True),
        Act(truncates=True, method="GET"),
    ],
)
async def test_passing_trouble_is_asked_through(server: S3Server, blobs: BucketBlobs, act: Act) -> None:
    if not act.method:
        server.plan += [act, act]
    name = await blobs.put(b"kept in the end")
    assert not server.plan
    server.plan += [act, act]
    assert await blobs.get(name) == b"kept in the end"
    assert not server.plan


@pytest.mark.parametrize(
    "act", [Act(code="SlowDown"), Act(resets=True), Act(truncates=True, method="GET"), Act(code="NoSuchBucket")]
)
async def test_lasting_trouble_is_told_as_something_to_try_later(
    server: S3Server, blobs: BucketBlobs, act: Act
) -> None:
    name = await blobs.put(b"whole")
    server.always = act
    with pytest.raises(BlobsUnavailable) as caught:
        await blobs.get(name)
    assert caught.value.retry_after_seconds
    assert "127.0.0.1" in caught.value.why and "127.0.0.1" not in caught.value.sentence()
    if not act.method:
        with pytest.raises(BlobsUnavailable):
            await blobs.put(b"another")
        with pytest.raises(BlobsUnavailable):
            await blobs.delete(name) if act.code != "NoSuchBucket" else await anext(blobs.iterate())
    server.always = None
    assert await blobs.get(name) == b"whole"


async def test_a_store_that_hangs_ends_in_time_and_holds_nothing_else(server: S3Server, blobs: BucketBlobs) -> None:
    name = await blobs.put(b"x")
    server.always = Act(hangs=True)
    started = time.monotonic()
    asking = [asyncio.create_task(blobs.get(name)) for _ in range(24)]
    await asyncio.sleep(0)
    assert await asyncio.wait_for(asyncio.to_thread(lambda: "free"), 1) == "free"
    found = await asyncio.gather(*asking, return_exceptions=True)
    assert {type(error) for error in found} == {BlobsUnavailable}
    assert time.monotonic() - started < QUICK.read_seconds + 1


async def test_a_put_that_was_not_acknowledged_is_not_told_as_done(server: S3Server, blobs: BucketBlobs) -> None:
    server.always = Act(code="InternalError", kept=True)
    with pytest.raises(BlobsUnavailable):
        await blobs.put(b"there, but who knows")
    assert list(server.objects.values()) == [b"there, but who knows"]


async def test_a_full_bucket_is_told(server: S3Server, blobs: BucketBlobs) -> None:
    server.always = Act(code="XMinioStorageFull")
    with pytest.raises(StoreFull):
        await blobs.put(b"too much")


async def test_a_redirect_is_not_followed(server: S3Server, blobs: BucketBlobs) -> None:
    server.always = Act(code="PermanentRedirect")
    with pytest.raises(BlobsUnavailable) as caught:
        await blobs.put(b"x")
    assert "region" in caught.value.mend
    assert len(server.asked) == 1


async def test_a_long_list_is_read_to_its_end(server: S3Server, blobs: BucketBlobs) -> None:
    names = sorted(hashlib.sha256(str(number).encode()).hexdigest() for number in range(MANY))
    server.objects |= {place_of(name): b"" for name in names}
    server.page_size = 700  # fewer at a time than asked for
    assert [name async for name in blobs.iterate()] == names


async def test_strangers_who_can_read_are_found(server: S3Server, blobs: BucketBlobs) -> None:
    name = await blobs.put(b"x")
    assert not await blobs.exposed(name)
    server.public = True
    assert await blobs.exposed(name)
    assert await prove(blobs)


# At the start each thing that is wrong has its own sentence.

WRONG: dict[str, tuple[Callable[[S3Server], dict[str, str]], str, str]] = {
    "unreachable": (
        lambda server: {"url": "s3://admind-blobs?endpoint=http://127.0.0.1:1&region=eu-test-1"},
        "127.0.0.1:1 cannot be reached.",
        "ADMIND_BLOBS_URL",
    ),
    "no bucket": (
        lambda server: {"url": server.url.replace("admind-blobs", "other")},
        "There is no bucket other",
        "Make it there",
    ),
    "unknown key": (lambda server: {"key": "AKIAOTHER"}, "does not take AdMind's key", "AWS_ACCESS_KEY_ID"),
    "wrong secret": (lambda server: {"secret": "s3cr3t-typo"}, "does not take AdMind's key", "AWS_SECRET_ACCESS_KEY"),
    "other region": (
        lambda server: {"url": server.url.replace("eu-test-1", "us-west-2")},
        "is not in the region us-west-2",
        "region=",
    ),
    "denied": (lambda server: doing(server, Act(code="AccessDenied")), "does not let AdMind into", "s3:ListBucket"),
    "may not write": (
        lambda server: doing(server, Act(code="AccessDenied", method="PUT")),
        "does not let AdMind into",
        "s3:PutObject",
    ),
    "no S3": (
        lambda server: doing(server, Act(status=404, page=b"<html>console</html>")),
        "does not speak S3",
        "not a console's",
    ),
    "broken S3": (lambda server: doing(server, Act(status=400, page=b"")), "does not speak S3", "endpoint"),
    "busy": (lambda server: doing(server, Act(code="SlowDown")), "too busy or in trouble (503)", "Wait"),
}


def doing(server: S3Server, act: Act) -> dict[str, str]:
    server.always = act
    return {}


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_is_wrong_is_named_at_the_start_with_its_fix(
    server: S3Server, tmp_path: Path, caplog: pytest.LogCaptureFixture, wrong: str
) -> None:
    caplog.set_level(logging.DEBUG)
    break_it, what, mend = WRONG[wrong]
    given = break_it(server)
    with pytest.raises(AdMindError) as caught:
        async with opened(tmp_path, server, **given):
            pass
    assert what in caught.value.what and mend in caught.value.do_next
    shown = caught.value.sentence() + caplog.text + "".join(traceback.format_exception(caught.value))
    for secret in (ACCESS_KEY, SECRET_KEY, given.get("key", SECRET_KEY), given.get("secret", SECRET_KEY), "AWS4-HMAC"):
        assert secret not in shown
    assert "Traceback" not in caplog.text


async def test_nothing_that_is_logged_or_shown_holds_the_key(
    server: S3Server, blobs: BucketBlobs, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await prove(blobs)
    server.always = Act(code="AccessDenied")
    with pytest.raises(BlobsUnavailable):
        await blobs.put(b"x")
    shown = caplog.text + repr(blobs) + blobs.where
    assert ACCESS_KEY not in shown and SECRET_KEY not in shown


def certificate(folder: Path, name: str) -> Path:
    """A certificate of its own authority for 127.0.0.1, with its key behind it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{name}.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@asynccontextmanager
async def over_https(folder: Path, trusted: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[BlobStore]:
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    with s3_server(certificate(folder, "served")) as server:
        async with opened(folder, server) as blobs:
            yield blobs
        assert all(asked.headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD" for asked in server.asked[:2])
        assert all("content-md5" in asked.headers for asked in server.asked if asked.method == "PUT")


async def test_over_https_the_certificate_must_be_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with over_https(tmp_path, tmp_path / "served.pem", monkeypatch) as blobs:
        assert await blobs.get(await blobs.put(b"private")) == b"private"
    other = certificate(tmp_path, "other")
    with pytest.raises(AdMindError, match="certificate"):
        async with over_https(tmp_path, other, monkeypatch):
            pass


async def test_files_from_before_the_bucket_are_put_into_it(server: S3Server, tmp_path: Path) -> None:
    files = FileBlobs(tmp_path / "blobs")
    names = [await files.put(bytes([number])) for number in range(5)]
    spoilt = await files.put(b"spoilt")
    files.path(spoilt).write_bytes(b"spoilT")
    async with opened(tmp_path, server) as blobs:
        assert [name async for name in blobs.iterate()] == sorted(names)
        with pytest.raises(BlobMissing):
            await blobs.get(spoilt)
    assert not (tmp_path / "blobs").exists()
    aside = FileBlobs(tmp_path / "blobs-in-bucket")
    assert [name async for name in aside.iterate()] == sorted([*names, spoilt]), "nothing is deleted"
    async with opened(tmp_path, server) as blobs:
        assert await blobs.has(names[0])


async def test_files_stay_where_they_are_until_all_are_in_the_bucket(server: S3Server, tmp_path: Path) -> None:
    files = FileBlobs(tmp_path / "blobs")
    names = [await files.put(bytes([number])) for number in range(5)]
    puts = 0

    class Short(dict[str, bytes]):
        def __setitem__(self, place: str, data: bytes) -> None:
            nonlocal puts
            puts += 1
            if puts > 3:
                server.always = Act(code="InternalError")
            super().__setitem__(place, data)

    server.objects = Short()
    with pytest.raises(AdMindError):
        async with opened(tmp_path, server):
            pass
    assert [name async for name in files.iterate()] == sorted(names)
    server.objects, server.always = {}, None
    async with opened(tmp_path, server) as blobs:
        assert [name async for name in blobs.iterate()] == sorted(names)
