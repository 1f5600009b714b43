"""A loopback S3 server: one bucket, path style, signatures checked as AWS documents them, and misbehaviour on demand.

It is written from the protocol, not from the client: every request is canonicalised, hashed and compared here.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

BUCKET, REGION = "admind-blobs", "eu-test-1"
ACCESS_KEY, SECRET_KEY = "AKIATESTKEY", "s3cr3t/Key+With=Signs"
STATUS = {
    "NoSuchKey": 404,
    "NoSuchBucket": 404,
    "SlowDown": 503,
    "InternalError": 500,
    "PermanentRedirect": 301,
    "AuthorizationHeaderMalformed": 400,
    "XMinioStorageFull": 507,
    "BadDigest": 400,
    "AuthorizationQueryParametersError": 400,
    "InvalidRequest": 400,
    "MethodNotAllowed": 405,
}


@dataclass(frozen=True)
class Act:
    """How one request is treated. With `code` it is refused so; `kept` says whether a PUT is carried out before."""

    code: str = ""
    status: int = 0
    page: bytes = b""  # in place of S3's own words: what a balancer or a console answers
    truncates: bool = False
    hangs: bool = False
    resets: bool = False
    kept: bool = False
    method: str = ""  # only requests of this method; others are treated well


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Denied(Exception):
    """The S3 error code to answer with."""


def real_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class S3Server:
    """`plan` is used up request by request, then `always` holds (None: it serves). Build it with `s3_server`."""

    objects: dict[str, bytes] = field(default_factory=dict)
    put_at: dict[str, float] = field(default_factory=dict)  # Unix seconds
    plan: deque[Act] = field(default_factory=deque)
    always: Act | None = None
    public: bool = False
    bucket: str = BUCKET
    now: Callable[[], datetime] = real_now
    page_size: int = 1000
    asked: list[Asked] = field(default_factory=list)
    secure: bool = False
    port: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def origin(self) -> str:
        return f"{'https' if self.secure else 'http'}://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """What ADMIND_BLOBS_URL is to be."""
        return f"s3://{BUCKET}?endpoint={self.origin}&region={REGION}"

    @property
    def environ(self) -> dict[str, str]:
        return {"ADMIND_BLOBS_URL": self.url, "AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}

    def act_for(self, method: str) -> Act | None:
        if self.plan and self.plan[0].method in ("", method):
            return self.plan.popleft()
        return self.always if self.always and self.always.method in ("", method) else None

    def serve(self, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        """Raises Denied."""
        signed = "authorization" in asked.headers
        lent = "X-Amz-Signature" in asked.query or "X-Amz-Algorithm" in asked.query
        _, bucket, *rest = asked.path.split("/", 2)
        key = unquote(rest[0]) if rest else ""
        if signed and lent:
            raise Denied("InvalidRequest")
        if signed:
            check_signature(asked, self.now())
        elif lent:
            check_address(asked, self.now())
        elif not (self.public and asked.method in ("GET", "HEAD")):
            raise Denied("AccessDenied")
        shows = {name.removeprefix("response-"): value for name, value in asked.query.items() if name in SHOWS}
        if shows and not (signed or lent):
            raise Denied("InvalidRequest")
        assert not any("acl" in name for name in (*asked.headers, *asked.query)), "AdMind sets no ACL"
        if bucket != self.bucket:
            raise Denied("NoSuchBucket")
        if not key and asked.method == "GET" and asked.query.get("list-type") == "2":
            return 200, self._listed(asked.query), {}
        match asked.method:
            case "PUT" if key:
                return self._put(key, asked)
            case "GET" | "HEAD" if key:
                if key not in self.objects:
                    raise Denied("NoSuchKey")
                modified = formatdate(self.put_at.get(key, 0), usegmt=True)
                return 200, self.objects[key], {"last-modified": modified, "etag": '"x"'} | shows
            case "DELETE" if key:
                self.objects.pop(key, None)
                return 204, b"", {}
        raise Denied("MethodNotAllowed")

    def _put(self, key: str, asked: Asked) -> tuple[int, bytes, dict[str, str]]:
        md5 = asked.headers.get("content-md5")
        if md5 and md5 != base64.b64encode(hashlib.md5(asked.body).digest()).decode():
            raise Denied("BadDigest")
        self.objects[key], self.put_at[key] = asked.body, time.time()
        return 200, b"", {"etag": f'"{hashlib.md5(asked.body).hexdigest()}"'}

    def _listed(self, query: Mapping[str, str]) -> bytes:
        after = query.get("continuation-token") or query.get("start-after", "")
        most = min(int(query.get("max-keys", "1000")), self.page_size)
        names = sorted(name for name in self.objects if name > after and name.startswith(query.get("prefix", "")))
        shown, more = names[:most], len(names) > most
        encoded = quote if query.get("encoding-type") == "url" else escape
        parts = [f"<Name>{self.bucket}</Name><IsTruncated>{str(more).lower()}</IsTruncated>"]
        parts += [f"<EncodingType>{query['encoding-type']}</EncodingType>"] if "encoding-type" in query else []
        parts += [f"<NextContinuationToken>{escape(shown[-1])}</NextContinuationToken>"] if more else []
        parts += [
            f"<Contents><Key>{encoded(name)}</Key><LastModified>2026-12-01T08:00:00.000Z</LastModified>"
            f"<ETag>&quot;x&quot;</ETag><Size>{len(self.objects[name])}</Size></Contents>"
            for name in shown
        ]
        space = "http://s3.amazonaws.com/doc/2006-03-01/"
        return f'<ListBucketResult xmlns="{space}">{"".join(parts)}</ListBucketResult>'.encode()


SHOWS = frozenset(
    f"response-{name}" for name in ("content-type", "cache-control", "content-disposition", "expires")
)  # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html: what a signed GET may ask to be told
LENDS = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature")


def check_address(asked: Asked, now: datetime) -> None:
    """A signed address, as https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html has it: for
    one object, one method, one host, from its date on for so many seconds. Raises Denied.
    """
    given = asked.query
    malformed = Denied("AuthorizationQueryParametersError")
    if set(LENDS) - set(given) or given["X-Amz-Algorithm"] != "AWS4-HMAC-SHA256":
        raise malformed
    if set(given) - set(LENDS) - SHOWS:
        raise malformed
    try:
        access, day, region, service, end = given["X-Amz-Credential"].split("/")
        at = datetime.strptime(given["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        lasts = int(given["X-Amz-Expires"])
    except ValueError:
        raise malformed from None
    if (service, end) != ("s3", "aws4_request") or not given["X-Amz-Date"].startswith(day) or region != REGION:
        raise malformed
    if not 1 <= lasts <= 604_800:
        raise malformed
    if access != ACCESS_KEY:
        raise Denied("InvalidAccessKeyId")
    if at > now + timedelta(minutes=15):
        raise Denied("AccessDenied")  # "Request is not valid yet"
    if now >= at + timedelta(seconds=lasts):
        raise Denied("AccessDenied")  # "Request has expired"
    signed = given["X-Amz-SignedHeaders"].split(";")
    if "host" not in signed:
        raise Denied("AccessDenied")
    query = {name: value for name, value in given.items() if name != "X-Amz-Signature"}
    wanted = _signature(
        asked, query, signed, "UNSIGNED-PAYLOAD", f"{day}/{region}/s3/aws4_request", given["X-Amz-Date"]
    )
    if not hmac.compare_digest(wanted, given["X-Amz-Signature"]):
        raise Denied("SignatureDoesNotMatch")


def check_signature(asked: Asked, now: datetime) -> None:
    """Signature Version 4, over the headers that the client signed. Raises Denied."""
    scheme, _, rest = asked.headers["authorization"].partition(" ")
    given = dict(part.strip().split("=", 1) for part in rest.split(","))
    access, day, region, service, end = given["Credential"].split("/")
    if scheme != "AWS4-HMAC-SHA256" or (service, end) != ("s3", "aws4_request"):
        raise Denied("AccessDenied")
    if access != ACCESS_KEY:
        raise Denied("InvalidAccessKeyId")
    if region != REGION:
        raise Denied("AuthorizationHeaderMalformed")
    at = datetime.strptime(asked.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if abs(now - at) > timedelta(minutes=15) or not asked.headers["x-amz-date"].startswith(day):
        raise Denied("RequestTimeTooSkewed")
    hashed = asked.headers["x-amz-content-sha256"]
    if hashed not in ("UNSIGNED-PAYLOAD", hashlib.sha256(asked.body).hexdigest()):
        raise Denied("XAmzContentSHA256Mismatch")
    signed = given["SignedHeaders"].split(";")
    if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(signed):
        raise Denied("AccessDenied")
    scope = f"{day}/{region}/s3/aws4_request"
    wanted = _signature(asked, asked.query, signed, hashed, scope, asked.headers["x-amz-date"])
    if not hmac.compare_digest(wanted, given["Signature"]):
        raise Denied("SignatureDoesNotMatch")


def _signature(asked: Asked, given: Mapping[str, str], signed: list[str], hashed: str, scope: str, date: str) -> str:
    """What Signature Version 4 makes of the request with these parameters of its address and these headers."""
    query = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in sorted(given.items()))
    lines = [
        *(asked.method, quote(unquote(asked.path), safe="/-_.~"), query),
        *(f"{name}:{' '.join(asked.headers[name].split())}" for name in signed),
        *("", ";".join(signed), hashed),
    ]
    canonical = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    to_sign = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{canonical}"
    secret = b"AWS4" + SECRET_KEY.encode()
    for part in (*scope.split("/"), to_sign):
        secret = hmac.digest(secret, part.encode(), "sha256")
    return secret.hex()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    fake: S3Server

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        asked = Asked(self.command, parts.path, query, headers, body)
        self.fake.asked.append(asked)
        act = self.fake.act_for(self.command) or Act()
        if act.hangs:
            self.fake.over.wait()
        if act.resets or act.hangs:
            self.close_connection = True
            self.connection.shutdown(2)
            return
        try:
            if act.page or act.code or act.status:
                if act.kept:
                    self.fake.serve(asked)
                raise Denied(act.code)
            status, data, more = self.fake.serve(asked)
        except Denied as denied:
            code = str(denied)
            status, more = act.status or STATUS.get(code, 403), {"content-type": "application/xml"}
            data = f"<Error><Code>{code}</Code><Message>No.</Message></Error>".encode()
            if act.page or not code:
                data, more = act.page, {"content-type": "text/html"}
        self._send(status, data, more, truncates=act.truncates)

    def _send(self, status: int, data: bytes, headers: dict[str, str], *, truncates: bool) -> None:
        self.send_response(status)
        for name, value in {"content-type": "application/xml", **headers}.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data[: len(data) // 2] if truncates else data)
        if truncates:
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(2)

    do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = _answer

    def log_message(self, *_: Any) -> None:
        """Tests look at `asked`."""


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: Any) -> None:
        """Clients that give up are part of the tests."""


@contextmanager
def s3_server(certificate: Path | None = None, *, port: int = 0) -> Iterator[S3Server]:
    """A server on a free port of this machine, on threads of its own. `certificate` holds a key too: then HTTPS."""
    fake = S3Server(secure=certificate is not None)
    handler = type("Handler", (_Handler,), {"fake": fake})
    listener = _Listener(("127.0.0.1", port), handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        listener.socket = context.wrap_socket(listener.socket, server_side=True, do_handshake_on_connect=False)
    fake.port = listener.server_address[1]
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        fake.over.set()
        listener.shutdown()
        thread.join(5)
        with suppress(OSError):
            listener.server_close()


def fetched(server: S3Server, url: str, *, method: str = "GET", host: str = "") -> tuple[int, bytes, str]:
    """What anybody gets at an address of this server, whatever name it goes by: status, body, type."""
    parts = urlsplit(url)
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, path, headers={"Host": host or parts.netloc})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers.get("content-type", "")
    finally:
        connection.close()
