"""Addresses that a bucket lends: of one object, for one method, host and type, for a while; nobody makes one up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from storage.blobs.address import BucketAddress
from storage.blobs.base import BlobMissing, Lends, place_of
from storage.blobs.bucket import BucketBlobs
from storage.blobs.files import FileBlobs
from tests.fakes.s3_server import ACCESS_KEY, BUCKET, REGION, SECRET_KEY, S3Server, fetched, s3_server

JPEG, MIME = b"\xff\xd8\xff\xe0 bread", "image/jpeg"
HOUR = timedelta(hours=1)
PUBLIC = "https://pictures.velo.example"


@pytest.fixture
def server() -> Iterator[S3Server]:
    with s3_server() as found:
        yield found


@pytest.fixture
def blobs(server: S3Server) -> Iterator[BucketBlobs]:
    found = BucketBlobs(BucketAddress.parse(f"{server.url}&public={PUBLIC}"), ACCESS_KEY, SECRET_KEY)
    yield found
    found.close()


async def test_who_has_the_address_gets_the_picture_and_its_type(server: S3Server, blobs: BucketBlobs) -> None:
    sha256 = await blobs.put(JPEG)
    address = blobs.address(sha256, MIME, HOUR)
    assert address.startswith(f"{PUBLIC}/{BUCKET}/{place_of(sha256)}?") and SECRET_KEY not in address
    assert fetched(server, address) == (200, JPEG, MIME)
    assert isinstance(blobs, Lends) and blobs.origin == PUBLIC


async def test_without_another_name_it_leads_to_the_endpoint(server: S3Server) -> None:
    blobs = BucketBlobs(BucketAddress.parse(server.url), ACCESS_KEY, SECRET_KEY)
    try:
        address = blobs.address(await blobs.put(JPEG), MIME, HOUR)
        assert blobs.origin == server.origin and fetched(server, address) == (200, JPEG, MIME)
    finally:
        blobs.close()


def test_at_aws_the_bucket_is_a_part_of_the_name() -> None:
    blobs = BucketBlobs(BucketAddress.parse("s3://velo-blobs?region=eu-central-1"), ACCESS_KEY, SECRET_KEY)
    try:
        parts = urlsplit(blobs.address("ab" * 32, MIME, HOUR))
        assert (parts.scheme, parts.netloc) == ("https", "velo-blobs.s3.eu-central-1.amazonaws.com")
        assert parts.path == f"/ab/ab/{'ab' * 32}"
    finally:
        blobs.close()


async def test_it_ends_when_it_was_said_to_and_holds_not_before(server: S3Server, blobs: BucketBlobs) -> None:
    address = blobs.address(await blobs.put(JPEG), MIME, HOUR)
    given = dict(parse_qsl(urlsplit(address).query))
    made = datetime.strptime(given["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    assert given["X-Amz-Expires"] == "3600"
    for after, status in (
        (timedelta(0), 200),
        (HOUR - timedelta(seconds=1), 200),
        (HOUR, 403),
        (timedelta(days=30), 403),
        (-timedelta(minutes=16), 403),
    ):
        server.now = lambda at=made + after: at  # type: ignore[misc]
        assert fetched(server, address)[0] == status, after


async def test_nobody_makes_another_address_of_one(server: S3Server, blobs: BucketBlobs) -> None:
    mine, other = await blobs.put(JPEG), await blobs.put(b"a draft that nobody approved")
    address = blobs.address(mine, MIME, HOUR)
    parts = urlsplit(address)
    given = dict(parse_qsl(parts.query))

    def changed(**changes: str) -> str:
        query = {name: changes.get(name.replace("-", "_"), value) for name, value in given.items()}
        return parts._replace(query=urlencode({name: value for name, value in query.items() if value})).geturl()

    assert fetched(server, changed())[0] == 200, "the same again is the same"
    refused = {
        "another object": address.replace(place_of(mine), place_of(other)),
        "the list of all": parts._replace(path=f"/{BUCKET}", query=f"{parts.query}&list-type=2").geturl(),
        "a longer life": changed(X_Amz_Expires="604800"),
        "a life past seven days": changed(X_Amz_Expires="604801"),
        "a life without end": changed(X_Amz_Expires=""),
        "a later date": changed(X_Amz_Date=(datetime.now(UTC) + timedelta(minutes=5)).strftime("%Y%m%dT%H%M%SZ")),
        "another type": changed(response_content_type="text/html"),
        "another signature": changed(X_Amz_Signature="0" * 64),
        "no signature": changed(X_Amz_Signature=""),
        "another key": changed(X_Amz_Credential=given["X-Amz-Credential"].replace(ACCESS_KEY, "AKIAOTHER")),
        "another region": changed(X_Amz_Credential=given["X-Amz-Credential"].replace(REGION, "us-east-1")),
        "nothing but the place": parts._replace(query="").geturl(),
        "nothing but a type": parts._replace(query="response-content-type=image/jpeg").geturl(),
    }
    for name, url in refused.items():
        status, body, _ = fetched(server, url)
        assert status in (400, 403) and JPEG not in body and b"draft" not in body, name
    for method in ("HEAD", "PUT", "DELETE"):
        assert fetched(server, address, method=method)[0] == 403, method
    assert fetched(server, address, host="elsewhere.example")[0] == 403
    assert server.objects[place_of(mine)] == JPEG


def test_what_is_no_blob_has_no_address(blobs: BucketBlobs) -> None:
    for name in ("../../secret.key", "", "ab" * 31, "AB" * 32):
        with pytest.raises(BlobMissing):
            blobs.address(name, MIME, HOUR)


def test_files_lend_nothing(tmp_path: Path) -> None:
    assert not isinstance(FileBlobs(tmp_path), Lends)
