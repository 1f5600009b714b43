"""A loopback server of the AT Protocol: a strict PDS, with the app view and the directory that a handle leads through.

As the reference server does it (packages/pds/src/api/com/atproto): putRecord with `swapRecord` null says yes again to
the same record and InvalidSwap to another; applyWrites is all or nothing, and a taken key is a 500; to delete what is
not there is a yes; a lapsed access token is a 400 `ExpiredToken`; a refresh token is good once.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.fakes.bluesky_lexicon import TID, Invalid, blob_cid, check_post, cid_of
from tests.fakes.faulty_http import FaultyServer, Headers, Seen, listening

Answer = tuple[int, bytes, Headers]
JSON: Headers = (("content-type", "application/json"),)
COLLECTION = "app.bsky.feed.post"
VELO, ANA = "did:plc:velovelovelovelovelovelo", "did:plc:anaanaanaanaanaanaanaana"
XRPC = "/xrpc/"
WRITES = (f"{XRPC}com.atproto.repo.putRecord", f"{XRPC}com.atproto.repo.applyWrites")


@dataclass
class Person:
    did: str
    handle: str
    password: str
    name: str
    status: str = ""  # takendown, suspended, deactivated


@dataclass
class BlueskyServer(FaultyServer):
    """Writes follow the plan. Build it with `bluesky_server`."""

    people: dict[str, Person] = field(default_factory=dict)  # by DID
    access: dict[str, str] = field(default_factory=dict)  # token → DID
    refresh: dict[str, str] = field(default_factory=dict)
    lapsed: set[str] = field(default_factory=set)
    blobs: dict[str, tuple[str, int]] = field(default_factory=dict)  # content id → kind and size
    records: dict[str, dict[str, Any]] = field(default_factory=dict)  # address → record
    head: str = "bafyfirst"
    forgets: bool = False  # says yes to a write and does nothing
    blob_limit: int = 50_000_000
    answers: dict[str, list[Answer]] = field(default_factory=dict)  # path → what to say instead, in turn
    avatar: bytes = b""
    followers: int | None = 1204
    document: dict[str, Any] = field(default_factory=dict)  # what the directory says otherwise

    def __post_init__(self) -> None:
        for did, name in ((VELO, "velo"), (ANA, "ana")):
            self.people[did] = Person(did, f"{name}.bsky.example", "-".join(["abcd"] * 3 + [name]), name.title())

    def written(self) -> list[Seen]:
        return [seen for seen in self.seen if seen.path in WRITES]

    def threads(self) -> list[str]:
        """The texts of what stands there, each thread as one, in the order of its replies."""
        replies = {record["reply"]["parent"]["uri"]: uri for uri, record in self.records.items() if "reply" in record}
        found = []
        for uri, record in self.records.items():
            if "reply" not in record or record["reply"]["parent"]["uri"] not in self.records:
                texts = [record["text"]]
                at: str | None = uri
                while (at := replies.get(at or "")) is not None:
                    texts.append(self.records[at]["text"])
                found.append("\n\n".join(texts))
        return found

    def lapse(self) -> None:
        """Every access token ends; refresh tokens do not."""
        self.lapsed |= set(self.access)

    def publishes(self, method: str, path: str) -> bool:
        return method == "POST" and path in WRITES

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        try:
            did = self._auth(seen)
            self._examine(seen, did)
        except Invalid as no:
            return _error(no)[:2]
        except (KeyError, TypeError, ValueError, UnicodeDecodeError) as error:
            return _error(Invalid(f"Input: {error!r}"))[:2]
        if seen.path.endswith("applyWrites") and any(uri in self.records for uri, _ in _asked(seen, did)):
            return 500, b'{"error":"InternalServerError","message":"Internal Server Error"}'
        return None

    def commit(self, seen: Seen) -> bytes:
        asked = json.loads(seen.body)
        wanted = _asked(seen, asked["repo"])
        taken = any(uri in self.records and self.records[uri] != record for uri, record in wanted)
        if not taken and not self.forgets:
            self.records.update(wanted)
            self.head = cid_of([uri for uri, _ in wanted] + [self.head])
        results = [{"uri": uri, "cid": cid_of(record), "validationStatus": "valid"} for uri, record in wanted]
        said: dict[str, Any] = {"commit": {"cid": self.head, "rev": "3lcommit"}}
        said |= results[0] if seen.path.endswith("putRecord") else {"results": results}
        return json.dumps(said).encode()

    def _examine(self, seen: Seen, did: str) -> None:
        """What keeps a write out: another's repository, a bad key or record, something else in its place."""
        asked = json.loads(seen.body)
        if asked["repo"] != did:
            raise Invalid("Authentication Required", "AuthenticationRequired")
        known = {uri: cid_of(record) for uri, record in self.records.items()}
        for uri, record in _asked(seen, did):
            if not TID.fullmatch(uri.rpartition("/")[2]):
                raise Invalid(f"Invalid record key. Expected a TID: {uri}")
            check_post(record, self.blobs, known)
            known[uri] = cid_of(record)
        if asked.get("swapCommit") not in (None, self.head):
            raise Invalid(f"Commit was at {self.head}", "InvalidSwap")
        if seen.path.endswith("putRecord"):
            if "swapRecord" not in asked or asked["swapRecord"] is not None:
                raise Invalid("this server's clients guard their keys")
            [(uri, record)] = _asked(seen, did)
            if uri in self.records and self.records[uri] != record:
                raise Invalid("Record was at another content id", "InvalidSwap")

    def route(self, seen: Seen) -> Answer:
        if self.answers.get(seen.path):
            return self.answers[seen.path].pop(0)
        works: dict[str, Callable[[Seen], Answer]] = {
            "POST com.atproto.server.createSession": self._create_session,
            "POST com.atproto.server.refreshSession": self._refresh_session,
            "POST com.atproto.repo.uploadBlob": self._upload,
            "POST com.atproto.repo.deleteRecord": self._delete,
            "GET com.atproto.repo.getRecord": self._get_record,
            "GET com.atproto.repo.listRecords": self._list_records,
            "GET com.atproto.identity.resolveHandle": self._resolve,
            "GET app.bsky.feed.getPosts": self._get_posts,
            "GET app.bsky.actor.getProfile": self._get_profile,
        }
        work = works.get(f"{seen.method} {seen.path.removeprefix(XRPC)}")
        try:
            if work is not None:
                return work(seen)
            if seen.path == "/img/avatar":
                return 200, self.avatar, (("content-type", "image/png"),)
            if unquote(seen.path).startswith("/did:plc:"):
                return self._directory(unquote(seen.path)[1:])
        except Invalid as no:
            return _error(no)
        return _json(404, {"error": "NotFound", "message": "Not Found"})

    # Sessions

    def _person(self, identifier: str) -> Person | None:
        return next((each for each in self.people.values() if identifier in (each.did, each.handle)), None)

    def _create_session(self, seen: Seen) -> Answer:
        asked = json.loads(seen.body)
        person = self._person(asked["identifier"].lower())
        if person is None or asked["password"] != person.password:
            return _json(401, {"error": "AuthenticationRequired", "message": "Invalid identifier or password"})
        if person.status == "takendown":
            return _json(401, {"error": "AccountTakedown", "message": "Account has been taken down"})
        return self._session(person)

    def _refresh_session(self, seen: Seen) -> Answer:
        did = self.refresh.pop(_bearer(seen), "")
        if not did:
            raise Invalid("Token has been revoked", "ExpiredToken")
        return self._session(self.people[did])

    def _session(self, person: Person) -> Answer:
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.access[access] = self.refresh[refresh] = person.did
        said: dict[str, Any] = {"did": person.did, "handle": person.handle, "accessJwt": access, "refreshJwt": refresh}
        said |= {"status": person.status} if person.status else {}
        return _json(200, {**said, "active": not person.status})

    def _auth(self, seen: Seen) -> str:
        token = _bearer(seen)
        if token not in self.access:
            raise Invalid("Token could not be verified", "InvalidToken")
        if token in self.lapsed:
            raise Invalid("Token has expired", "ExpiredToken")
        return self.access[token]

    # Blobs and records

    def _upload(self, seen: Seen) -> Answer:
        self._auth(seen)
        if len(seen.body) > self.blob_limit:
            return _json(413, {"error": "PayloadTooLarge", "message": "request entity too large"})
        sniffed = {b"\x89PNG": "image/png", b"\xff\xd8\xff\xe0": "image/jpeg"}.get(seen.body[:4])
        kind, cid = sniffed or seen.headers["content-type"], blob_cid(seen.body)
        self.blobs[cid] = (kind, len(seen.body))
        blob = {"$type": "blob", "ref": {"$link": cid}, "mimeType": kind, "size": len(seen.body)}
        return _json(200, {"blob": blob})

    def _delete(self, seen: Seen) -> Answer:
        asked = json.loads(seen.body)
        if self._auth(seen) != asked["repo"]:
            raise Invalid("Authentication Required", "AuthenticationRequired")
        self.records.pop(f"at://{asked['repo']}/{asked['collection']}/{asked['rkey']}", None)
        return _json(200, {})

    def _get_record(self, seen: Seen) -> Answer:
        uri = f"at://{_one(seen, 'repo')}/{_one(seen, 'collection')}/{_one(seen, 'rkey')}"
        if uri not in self.records:
            raise Invalid(f"Could not locate record: {uri}", "RecordNotFound")
        return _json(200, {"uri": uri, "cid": cid_of(self.records[uri]), "value": self.records[uri]})

    def _list_records(self, seen: Seen) -> Answer:
        prefix = f"at://{_one(seen, 'repo')}/{_one(seen, 'collection')}/"
        found = sorted((uri for uri in self.records if uri.startswith(prefix)), reverse=True)
        most = int(_one(seen, "limit") or "50")
        return _json(200, {"records": [{"uri": uri, "value": self.records[uri]} for uri in found[:most]]})

    # The app view and the directory

    def _resolve(self, seen: Seen) -> Answer:
        person = self._person(_one(seen, "handle"))
        if person is None:
            raise Invalid("Unable to resolve handle")
        return _json(200, {"did": person.did})

    def _directory(self, did: str) -> Answer:
        person = self.people.get(did)
        if person is None:
            return _json(404, {"message": f"DID not registered: {did}"})
        service = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": self.origin}
        found = {"id": did, "alsoKnownAs": [f"at://{person.handle}"], "service": [service]}
        return _json(200, found | self.document)

    def _get_profile(self, seen: Seen) -> Answer:
        person = self._person(_one(seen, "actor"))
        if person is None:
            raise Invalid("Profile not found")
        said: dict[str, Any] = {"did": person.did, "handle": person.handle, "displayName": person.name}
        if self.followers is not None:
            said["followersCount"] = self.followers
        return _json(200, said | ({"avatar": f"{self.origin}/img/avatar"} if self.avatar else {}))

    def _get_posts(self, seen: Seen) -> Answer:
        parents = [record["reply"]["parent"]["uri"] for record in self.records.values() if "reply" in record]
        counts = {"likeCount": 3, "repostCount": 1, "quoteCount": 2, "bookmarkCount": 5}
        shown = [
            {"uri": uri, **counts, "replyCount": 4 + parents.count(uri)}
            for uri in seen.query.get("uris", [])
            if uri in self.records
        ]
        return _json(200, {"posts": shown})


def _asked(seen: Seen, repo: str) -> list[tuple[str, Any]]:
    """Address and record of everything that is to be written."""
    asked = json.loads(seen.body)
    if seen.path.endswith("putRecord"):
        return [(f"at://{repo}/{asked['collection']}/{asked['rkey']}", asked["record"])]
    writes = asked["writes"]
    if len(writes) > 200 or {each["$type"] for each in writes} != {"com.atproto.repo.applyWrites#create"}:
        raise Invalid("Too many writes. Max: 200")
    return [(f"at://{repo}/{each['collection']}/{each['rkey']}", each["value"]) for each in writes]


def _bearer(seen: Seen) -> str:
    return seen.headers.get("authorization", "").removeprefix("Bearer ")


def _one(seen: Seen, name: str) -> str:
    return seen.query.get(name, [""])[0]


def _error(no: Invalid) -> Answer:
    status = 401 if no.error == "AuthenticationRequired" else 400
    return _json(status, {"error": no.error, "message": str(no)})


def _json(status: int, document: object) -> Answer:
    return status, json.dumps(document).encode(), JSON


@asynccontextmanager
async def bluesky_server(**switches: Any) -> AsyncIterator[BlueskyServer]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    async with listening(BlueskyServer(**switches)) as fake:
        yield fake
