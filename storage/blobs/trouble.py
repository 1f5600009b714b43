"""What do a bucket's refusals and silences mean, and what can whoever runs AdMind do about each?

Nothing of the error itself is repeated: an answer may hold what was sent, and what was sent is signed with the key.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from minio.error import InvalidResponseError, MinioException, S3Error, ServerError
from urllib3 import exceptions as http

from storage.blobs.address import BucketAddress
from storage.blobs.base import BlobMissing, BlobsUnavailable, StoreFull
from storage.errors import AdMindError

# All that a request can end in. The client takes apart what it is sent, so that nonsense can be any of the last two.
FAILURES = (MinioException, http.HTTPError, OSError, ParseError, ValueError)
FULL = frozenset({"QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientStorage"})
KEY_UNKNOWN = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "AuthFailure"})
ELSEWHERE = frozenset(
    {"AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect", "Redirect", "InvalidRegion"}
)
ASK_AGAIN = frozenset({"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "TooManyRequests"})
RIGHTS = "s3:PutObject, s3:GetObject, s3:DeleteObject and s3:ListBucket"


@dataclass(frozen=True, slots=True)
class Trouble:
    """`code` is for the log; `passing` when asking again in a moment may help."""

    code: str
    error: AdMindError
    passing: bool = False


def meaning(error: Exception, at: BucketAddress) -> Trouble:
    """What one of FAILURES means at this bucket."""
    if isinstance(error, S3Error):
        return _refused(error.code or "", error.response.status, at)
    if isinstance(error, ServerError):
        return _answered(error.status_code, at)
    if isinstance(error, InvalidResponseError):
        return _answered(int(getattr(error, "_code", 0)), at)  # the client tells it in no other way
    if isinstance(error, http.SSLError):
        return _unavailable(
            "certificate",
            f"{at.host} shows a certificate that this machine does not trust.",
            "Name its authority with SSL_CERT_FILE, or write the endpoint as its certificate does.",
        )
    if isinstance(error, http.NewConnectionError | http.ConnectTimeoutError | http.LocationValueError):
        return _unavailable(
            "unreachable",
            f"{at.host} cannot be reached.",
            "Check the endpoint in ADMIND_BLOBS_URL, and that it runs.",
            passing=True,
        )
    if isinstance(error, http.TimeoutError):
        return silent(at)
    if isinstance(error, http.HTTPError | OSError):
        return _unavailable(
            "broken", f"The connection to {at.host} broke.", "Check the network between here and there.", passing=True
        )
    return _no_s3("unreadable", at)


def silent(at: BucketAddress) -> Trouble:
    """It took longer than anything here may wait."""
    return _unavailable(
        "silent", f"{at.host} does not answer in time.", "Check that it runs, and the network to it.", passing=True
    )


def _refused(code: str, status: int, at: BucketAddress) -> Trouble:
    if code == "NoSuchKey":
        return Trouble(code, BlobMissing())
    if code in FULL or status == 507:
        full = StoreFull(
            "There is no room left in the bucket for this file.",
            kept="Nothing that was kept before is lost, and planned posts keep their pictures.",
            do_next="Whoever runs AdMind should give the bucket more room.",
        )
        return Trouble(code, full)
    if code == "NoSuchBucket":
        return _unavailable(
            code,
            f"There is no bucket {at.bucket} at {at.host}.",
            "Make it there, private, or correct ADMIND_BLOBS_URL.",
        )
    if code in KEY_UNKNOWN:
        return _unavailable(
            code,
            f"{at.host} does not take AdMind's key.",
            "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        )
    if code == "RequestTimeTooSkewed":
        return _unavailable(code, f"The clocks of {at.host} and of this machine differ.", "Set both by NTP.")
    if code in ELSEWHERE or status in (301, 307):
        return _unavailable(
            code,
            f"The bucket {at.bucket} is not in the region {at.region}.",
            "Name its region in ADMIND_BLOBS_URL: …&region=name.",
        )
    if code in ASK_AGAIN or status >= 500 or status == 429:
        return _unavailable(
            code, f"{at.host} is too busy or in trouble ({status}).", "Wait, or look at its own state.", passing=True
        )
    if status == 403:
        return _unavailable(
            code, f"{at.host} does not let AdMind into the bucket {at.bucket}.", f"Allow its key {RIGHTS} there."
        )
    return _no_s3(code, at)


def _answered(status: int, at: BucketAddress) -> Trouble:
    """A status without S3's own words: from a proxy, a balancer, or something else altogether."""
    return _refused("", status, at) if status in (429, 507) or status >= 500 else _no_s3(str(status), at)


def _no_s3(code: str, at: BucketAddress) -> Trouble:
    return _unavailable(
        code,
        f"What answers at {at.host} does not speak S3 as AdMind does.",
        "Check the endpoint in ADMIND_BLOBS_URL: it must be the S3 address, not a console's.",
    )


def _unavailable(code: str, why: str, mend: str, *, passing: bool = False) -> Trouble:
    return Trouble(code, BlobsUnavailable(why, mend), passing)
