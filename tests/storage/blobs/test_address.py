"""Addresses of buckets are read, or refused with how to write them and nothing secret repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.blobs.address import BucketAddress


def test_an_address_names_all_that_is_needed() -> None:
    assert BucketAddress.parse("s3://velo-blobs") == BucketAddress(
        "velo-blobs", "s3.us-east-1.amazonaws.com", True, "us-east-1"
    )
    assert BucketAddress.parse("s3://velo?region=eu-central-1").host == "s3.eu-central-1.amazonaws.com"
    assert BucketAddress.parse("s3://velo?endpoint=http://10.0.0.5:9000&region=garage") == BucketAddress(
        "velo", "10.0.0.5:9000", False, "garage"
    )
    assert BucketAddress.parse("s3://velo/?endpoint=https://s3.example.com/").host == "s3.example.com"


def test_the_internet_may_reach_it_by_another_name() -> None:
    inside = BucketAddress.parse("s3://velo?endpoint=http://minio:9000&public=https://s3.example.com/")
    assert (inside.host, inside.secure, inside.origin) == ("minio:9000", False, "https://s3.example.com")
    assert BucketAddress.parse("s3://velo?region=eu-1").origin == "https://s3.eu-1.amazonaws.com"
    assert BucketAddress.parse("s3://velo?endpoint=http://10.0.0.5:9000").origin == "http://10.0.0.5:9000"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://bucket", "s3://bucket"),
        ("s3://", "s3://bucket"),
        ("s3://Bucket", "s3://bucket"),
        ("s3://10.0.0.5", "s3://bucket"),
        ("s3://b..b", "s3://bucket"),
        ("s3://velo:hunter2@bucket", "AWS_SECRET_ACCESS_KEY"),
        ("s3://bucket?endpoint=https://velo:hunter2@host", "AWS_SECRET_ACCESS_KEY"),
        ("s3://bucket/folder", "bucket of its own"),
        ("s3://bucket?secret=hunter2", "only endpoint and region"),
        ("s3://bucket?region=Europe", "region=eu-central-1"),
        ("s3://bucket?endpoint=s3.example.com", "https://host"),
        ("s3://bucket?endpoint=https://host/minio", "https://host"),
        ("s3://bucket?endpoint=https://host:many", "s3://bucket"),
        ("s3://bucket?nothing", "s3://bucket"),
        ("s3://bucket?public=s3.example.com", "https://host"),
        ("s3://bucket?public=https://host/minio", "https://host"),
        ("s3://bucket?public=https://host:many", "s3://bucket"),
        ("s3://bucket?public=https://velo:hunter2@host", "AWS_SECRET_ACCESS_KEY"),
    ],
)
def test_what_cannot_be_used_is_refused_with_how_to_write_it(url: str, said: str) -> None:
    with pytest.raises(ValueError) as caught:
        BucketAddress.parse(url)
    assert said in str(caught.value) and "hunter2" not in str(caught.value)


@given(st.text(max_size=60).map("s3://".__add__))
def test_anything_is_read_or_refused(url: str) -> None:
    try:
        found = BucketAddress.parse(url)
    except ValueError:
        return
    assert found.bucket and found.host and found.region
