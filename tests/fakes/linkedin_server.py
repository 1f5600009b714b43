"""A loopback LinkedIn: the parts of its REST API and its OAuth that AdMind speaks, as its documentation describes them.

It is as strict as the real one: a request without the version's header, with an unknown field or a wrong author is
refused, and a text ends, without an error, at the first character that should have been escaped.
"""

from __future__ import annotations

import html
import json
import re
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from tests.fakes.faces import face_of
from tests.fakes.faulty_http import FaultyServer, Headers, Seen, listening
from tests.fakes.pdf_reader import pages_of
from tests.fakes.shapes import shape_of

Answer = tuple[int, bytes, Headers]
JSON: Headers = (("content-type", "application/json"),)
VERSION = "202605"
CLIENT, SECRET = "li-client", "li-secret-0123456789"
ANA, VELO = "urn:li:person:AnaBcD_12", "urn:li:organization:4711"
OTHER = "urn:li:organization:815"
ORGANIZATIONS = {VELO: ("Velo AG", "velo"), OTHER: ("Räder & Co", "raeder")}
PAGES_SCOPE = "r_basicprofile w_member_social r_organization_social w_organization_social rw_organization_admin"
FIELDS = {
    *("author", "commentary", "visibility", "distribution", "content", "lifecycleState", "isReshareDisabledByAuthor"),
}


def real_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Post:
    urn: str
    asked: dict[str, Any]
    text: str
    at: datetime


@dataclass
class Comment:
    id: str
    post: str
    actor: str
    text: str
    at: datetime


@dataclass
class Token:
    scope: str
    roles: dict[str, str]  # page → role
    member: str = ANA


@dataclass
class LinkedInServer(FaultyServer):
    """POST /rest/posts follows the plan. Build it with `linkedin_server`."""

    now: Callable[[], datetime] = real_now
    posts: list[Post] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    gone: dict[str, str] = field(default_factory=dict)  # URN → written text, as LinkedIn remembers duplicates
    uploads: dict[str, bytes] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    refreshes: set[str] = field(default_factory=set)
    partner: bool = False  # gives refresh tokens
    redirect: str = ""
    upload_base: str = ""  # another origin for uploads
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)  # of a person's post, by LinkedIn's word
    logos: bool = True  # whether pages have one
    marks: dict[str, bytes] = field(default_factory=dict)  # their logos, once somebody asked
    followers: int | None = 1204
    processing: int = 0  # looks until a picture or a document is ready
    ready: set[str] = field(default_factory=set)  # documents that were looked at and can be posted
    _count: int = 0
    _last: str = ""

    def token_for(self, scope: str = "openid profile w_member_social", **roles: str) -> str:
        token = secrets.token_urlsafe(24)
        self.tokens[token] = Token(scope, {ORG[name]: role for name, role in roles.items()})
        return token

    def posted(self) -> list[Seen]:
        return [seen for seen in self.seen if seen.method == "POST" and seen.path == "/rest/posts"]

    def publishes(self, method: str, path: str) -> bool:
        return method == "POST" and (path == "/rest/posts" or bool(COMMENTS.fullmatch(path)))

    def headers(self) -> Headers:
        return (("x-restli-id", self._last),)

    def refusal(self, seen: Seen) -> tuple[int, bytes] | None:
        wrong = self._wrong(seen)
        if wrong is not None:
            return wrong[:2]
        asked, token = json.loads(seen.body), self._token(seen)
        assert token is not None
        if commented := COMMENTS.fullmatch(seen.path):
            return self._no_comment(token, unquote(commented[1]), asked)
        unknown = set(asked) - FIELDS
        if unknown or not {"author", "commentary", "visibility", "distribution", "lifecycleState"} <= set(asked):
            return 422, f'{{"message":"unrecognized or missing field {unknown}","status":422}}'.encode()
        if asked["visibility"] not in ("PUBLIC", "CONNECTIONS", "LOGGED_IN") or len(asked["commentary"]) > 3000:
            return 422, b'{"message":"invalid value","status":422}'
        if not self._may_sign(token, asked["author"]):
            return 403, b'{"code":"ACCESS_DENIED","status":403}'
        content = asked.get("content", {})
        inside = {"media": {"id", "title", "altText"}, "article": {"source", "title", "description", "thumbnail"}}
        inside["multiImage"] = {"images"}
        if len(content) > 1 or any(name not in inside or set(held) - inside[name] for name, held in content.items()):
            return 422, b'{"message":"unrecognized content","status":422}'
        several = content.get("multiImage", {}).get("images", ["", ""])
        if not 2 <= len(several) <= 20 or any(set(each) - {"id", "altText"} for each in several if each):
            return 422, b'{"message":"images","status":422}'
        document = _document(asked)
        if document and (set(document) != {"id", "title"} or not document["title"] or document["id"] not in self.ready):
            return 400, b'{"message":"Document does not exist or has no title","status":400}'
        for image in _pictures(asked):
            if image.get("id") not in self.uploads or len(image.get("altText", "")) > 4086:
                return 400, b'{"message":"Image does not exist","status":400}'
        earlier = [post.urn for post in self.posts if post.asked["commentary"] == asked["commentary"]]
        earlier += [urn for urn, written in self.gone.items() if written == asked["commentary"]]
        if earlier:
            said = {
                "message": f"Content is a duplicate of {earlier[0]}",
                "errorDetails": {"inputErrors": [{"code": "DUPLICATE_POST"}]},
                "status": 422,
            }
            return 422, json.dumps(said).encode()
        return None

    def commit(self, seen: Seen) -> bytes:
        asked = json.loads(seen.body)
        self._count += 1
        if COMMENTS.fullmatch(seen.path):
            self._last = str(7_500_000_000_000_000_000 + self._count)
            comment = Comment(self._last, asked["object"], asked["actor"], asked["message"]["text"], self.now())
            self.comments.append(comment)
            return json.dumps(_commented(comment)).encode()
        self._last = f"urn:li:share:{7_400_000_000_000_000_000 + self._count}"
        self.posts.append(Post(self._last, asked, shown(asked["commentary"]), self.now()))
        return b""

    def route(self, seen: Seen) -> Answer:
        if self.answers.get(seen.path):
            return self.answers[seen.path].pop(0)
        for method, pattern, work in self._routes():
            match = re.fullmatch(pattern, seen.path)
            if match and method == seen.method:
                if seen.path.startswith("/rest/") and (wrong := self._wrong(seen)) is not None:
                    return wrong
                return work(seen, *match.groups())
        return _json(404, {"message": "No virtual resource found", "status": 404})

    def _routes(self) -> list[tuple[str, str, Callable[..., Answer]]]:
        return [
            ("GET", "/oauth/v2/authorization", self._ask),
            ("POST", "/oauth/v2/authorization", self._decided),
            ("POST", "/oauth/v2/accessToken", self._access),
            ("POST", "/oauth/v2/revoke", self._revoke),
            ("GET", "/v2/userinfo", self._userinfo),
            ("GET", "/(face)\\.png", self._face),
            ("GET", "/v2/me", self._me),
            ("GET", "/rest/organizationAcls", self._acls),
            ("GET", "/rest/organizations", self._by_vanity),
            ("GET", "/rest/organizations/([0-9]+)", self._organization),
            ("POST", "/rest/images", self._begin_upload),
            ("PUT", "/dms-uploads/(.+)", self._bytes),
            ("GET", "/rest/images", self._images),
            ("GET", "/rest/images/(.+)", self._image),
            ("POST", "/rest/documents", self._begin_upload),
            ("GET", "/rest/documents/(.+)", self._state_of_document),
            ("GET", "/rest/posts", self._of_author),
            ("GET", "/rest/posts/(.+)", self._post),
            ("DELETE", "/rest/posts/(.+)", self._delete),
            ("GET", "/rest/socialActions/([^/]+)/comments", self._comments_of),
            ("GET", "/rest/socialActions/([^/]+)/comments/([0-9]+)", self._comment),
            ("GET", "/rest/organizationalEntityShareStatistics", self._statistics),
            ("GET", "/rest/memberCreatorPostAnalytics", self._analytics),
            ("GET", "/rest/networkSizes/(.+)", self._followers),
            ("GET", "/rest/memberFollowersCount", self._own_followers),
        ]

    # OAuth

    def _ask(self, seen: Seen) -> Answer:
        asked = {name: values[0] for name, values in seen.query.items()}
        wrong = asked.get("client_id") != CLIENT or asked.get("response_type") != "code" or not asked.get("state")
        if wrong or (self.redirect and asked.get("redirect_uri") != self.redirect) or "code_challenge" in asked:
            return 400, b"<!doctype html><title>LinkedIn</title><h1>Bummer, something went wrong.</h1>", ()
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in asked.items()
        )
        page = (
            '<!doctype html><html lang="en"><title>Sign in to LinkedIn</title><form method="post" '
            f'action="/oauth/v2/authorization">{hidden}<button name="decision" value="yes">Allow</button></form></html>'
        )
        return 200, page.encode(), (("content-type", "text/html; charset=utf-8"),)

    def _decided(self, seen: Seen) -> Answer:
        asked = _form(seen)
        code = secrets.token_urlsafe(24)
        self.codes[code] = asked
        location = f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        return 302, b"", (("location", location),)

    def _access(self, seen: Seen) -> Answer:
        asked = _form(seen)
        # A verifier counts as a wrong secret there.
        if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT, SECRET) or "code_verifier" in asked:
            return _json(401, {"error": "invalid_client"})
        if asked.get("grant_type") == "refresh_token":
            fits, scope = asked.get("refresh_token") in self.refreshes, PAGES_SCOPE
        else:
            granted = self.codes.pop(asked.get("code", ""), None)
            fits = granted is not None and granted["redirect_uri"] == asked.get("redirect_uri")
            scope = granted.get("scope", "") if granted else ""
        if not fits:
            return _json(400, {"error": "invalid_request"})
        roles = {"velo": "ADMINISTRATOR"} if "organization" in scope else {}
        said: dict[str, Any] = {"access_token": self.token_for(scope, **roles), "expires_in": 5_184_000, "scope": scope}
        if self.partner:
            refresh = asked.get("refresh_token") or secrets.token_urlsafe(24)
            self.refreshes.add(refresh)
            said |= {"refresh_token": refresh, "refresh_token_expires_in": 31_536_000}
        return _json(200, said)

    def _revoke(self, seen: Seen) -> Answer:
        asked = _form(seen)
        if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT, SECRET):
            return _json(401, {"error": "invalid_client"})
        self.tokens.pop(asked.get("token", ""), None)
        return 200, b"", ()

    # Who it is

    def _token(self, seen: Seen) -> Token | None:
        return self.tokens.get(seen.headers.get("authorization", "").removeprefix("Bearer "))

    def _wrong(self, seen: Seen) -> Answer | None:
        if self._token(seen) is None:
            return _json(401, {"code": "EXPIRED_ACCESS_TOKEN", "status": 401})
        if seen.headers.get("linkedin-version") != VERSION:
            return _json(426, {"code": "NONEXISTENT_VERSION", "status": 426})
        if seen.headers.get("x-restli-protocol-version") != "2.0.0":
            return _json(400, {"message": "X-RestLi-Protocol-Version", "status": 400})
        if "q" in seen.query and seen.headers.get("x-restli-method") != "FINDER":
            return _json(400, {"message": "X-RestLi-Method", "status": 400})
        return None

    def _may_sign(self, token: Token, author: str) -> bool:
        if author == ANA:
            return "w_member_social" in token.scope and token.member == ANA
        return "w_organization_social" in token.scope and token.roles.get(author) in ("ADMINISTRATOR", "CONTENT_ADMIN")

    def _may_read(self, token: Token, author: str) -> bool:
        if author == ANA:
            return "r_member_social" in token.scope
        return "r_organization_social" in token.scope and author in token.roles

    def _userinfo(self, seen: Seen) -> Answer:
        token = self._token(seen)
        if token is None:
            return _json(401, {"status": 401})
        if "openid" not in token.scope:
            return _json(403, {"status": 403})
        return _json(
            200, {"sub": token.member.rpartition(":")[2], "name": "Ana Muster", "picture": f"{self.origin}/face.png"}
        )

    def _face(self, _: Seen, user: str) -> Answer:
        return 200, face_of(user), (("content-type", "image/png"),)

    def _me(self, seen: Seen) -> Answer:
        token = self._token(seen)
        if token is None or "r_basicprofile" not in token.scope:
            return _json(401 if token is None else 403, {"status": 403})
        named = {"localizedFirstName": "Ana", "localizedLastName": "Muster", "vanityName": "ana-muster"}
        return _json(200, {"id": ANA.rpartition(":")[2], **named})

    def _acls(self, seen: Seen) -> Answer:
        token = self._token(seen)
        assert token is not None
        if "organization_admin" not in token.scope:
            return _json(403, {"status": 403})
        roles = [
            {"role": role, "organization": page, "roleAssignee": ANA, "state": "APPROVED"}
            for page, role in token.roles.items()
        ]
        return _json(200, {"elements": roles, "paging": {"count": 10, "start": 0}})

    def _organization(self, _: Seen, number: str) -> Answer:
        urn = f"urn:li:organization:{number}"
        if urn not in ORGANIZATIONS:
            return _json(404, {"status": 404})
        name, vanity = ORGANIZATIONS[urn]
        said = {"id": int(number), "localizedName": name, "vanityName": vanity}
        if self.logos:
            self.marks[f"urn:li:image:LOGO-{number}"] = face_of(vanity)
            asset = f"urn:li:digitalmediaAsset:LOGO-{number}"
            said |= {"logoV2": {"cropped": asset, "original": asset}}
        return _json(200, said)

    def _by_vanity(self, seen: Seen) -> Answer:
        token, wanted = self._token(seen), seen.query["vanityName"][0]
        assert token is not None
        if "organization_admin" not in token.scope:
            return _json(403, {"status": 403})
        found = [(urn, name) for urn, (name, vanity) in ORGANIZATIONS.items() if vanity == wanted]
        elements = [{"id": int(urn.rpartition(":")[2]), "localizedName": name} for urn, name in found]
        return _json(200, {"elements": elements})

    # Pictures and posts

    def _begin_upload(self, seen: Seen) -> Answer:
        owner = json.loads(seen.body)["initializeUploadRequest"]["owner"]
        token = self._token(seen)
        assert token is not None
        if seen.query.get("action") != ["initializeUpload"] or not self._may_sign(token, owner):
            return _json(403, {"status": 403})
        self._count += 1
        kind = "document" if seen.path == "/rest/documents" else "image"
        urn = f"urn:li:{kind}:C4E10AQ{self._count}"
        self.owners[urn] = owner
        place = f"{self.upload_base or self.origin}/dms-uploads/{self._count}?sign=x"
        return _json(200, {"value": {"uploadUrlExpiresAt": 1, "uploadUrl": place, kind: urn}})

    def _bytes(self, seen: Seen, number: str) -> Answer:
        if self._token(seen) is None:
            return _json(401, {"status": 401})
        [urn] = [urn for urn in self.owners if urn.endswith(f":C4E10AQ{number}")]
        self.uploads[urn] = seen.body
        return 201, b"", ()

    def _image(self, _: Seen, image: str) -> Answer:
        known = unquote(image) in self.uploads
        width, height = shape_of(self.uploads.get(unquote(image), b"")) or (0, 0)
        state = "PROCESSING" if self.processing > 0 else "AVAILABLE"
        if width * height >= 36_152_320:  # Images API, "Image specifications"
            state = "PROCESSING_FAILED"
        self.processing -= 1
        return _json(200, {"id": unquote(image), "status": state if known else "WAITING_UPLOAD"})

    def _images(self, seen: Seen) -> Answer:
        """A batch: Rest.li 2.0 reads the written query, in which what a list holds is escaped."""
        listed = re.search(r"\?ids=List\(((?:urn%3Ali%3Aimage%3A[\w-]+,?)+)\)$", seen.target)
        if listed is None or seen.headers.get("x-restli-method") != "BATCH_GET":
            return _json(400, {"status": 400})
        there = self.uploads | self.marks
        urns = [urn for urn in map(unquote, listed[1].split(",")) if urn in there]
        shown = {urn: {"id": urn, "status": "AVAILABLE", "downloadUrl": self.show(there[urn])} for urn in urns}
        return _json(200, {"results": shown, "statuses": {}, "errors": {}})

    def _state_of_document(self, _: Seen, quoted: str) -> Answer:
        """AVAILABLE once it is a PDF of at most 300 pages and 100 MB; its author's own tools make no other here."""
        urn = unquote(quoted)
        if urn not in self.uploads:
            return _json(200, {"id": urn, "status": "WAITING_UPLOAD"})
        if self.processing > 0:
            self.processing -= 1
            return _json(200, {"id": urn, "status": "PROCESSING"})
        try:
            fits = len(self.uploads[urn]) <= 100_000_000 and len(pages_of(self.uploads[urn])) <= 300
        except ValueError:
            fits = False
        if fits:
            self.ready.add(urn)
        if not fits:
            return _json(200, {"id": urn, "status": "PROCESSING_FAILED"})
        place = self.show(self.uploads[urn], f"/media/{urn.rpartition(':')[2]}.pdf")
        return _json(200, {"id": urn, "status": "AVAILABLE", "downloadUrl": place})

    def _of_author(self, seen: Seen) -> Answer:
        token, author = self._token(seen), seen.query["author"][0]
        assert token is not None
        if not self._may_read(token, author):
            return _json(403, {"code": "ACCESS_DENIED", "status": 403})
        start, count = int(seen.query.get("start", ["0"])[0]), int(seen.query.get("count", ["10"])[0])
        mine = [self._shown(post) for post in reversed(self.posts) if post.asked["author"] == author]
        return _json(200, {"elements": mine[start : start + count], "paging": {"start": start, "count": count}})

    def _post(self, seen: Seen, urn: str) -> Answer:
        token = self._token(seen)
        found = next((post for post in self.posts if post.urn == unquote(urn)), None)
        assert token is not None
        if found is None:
            return _json(404, {"status": 404})
        if not self._may_read(token, found.asked["author"]):
            return _json(403, {"status": 403})
        return _json(200, self._shown(found))

    def _delete(self, seen: Seen, urn: str) -> Answer:
        token = self._token(seen)
        assert token is not None
        for post in [each for each in self.posts if each.urn == unquote(urn)]:
            if not self._may_sign(token, post.asked["author"]):
                return _json(403, {"status": 403})
            self.posts.remove(post)
            self.comments = [each for each in self.comments if each.post != post.urn]
            self.gone[post.urn] = post.asked["commentary"]
        return 204, b"", ()

    def _no_comment(self, token: Token, urn: str, asked: dict[str, Any]) -> tuple[int, bytes] | None:
        """Only the documented fields, on a post that is there, in a name that the access may sign with."""
        text = asked.get("message", {}).get("text", "")
        if set(asked) != {"actor", "object", "message"} or set(asked["message"]) != {"text"} or asked["object"] != urn:
            return 400, b'{"message":"invalid comment","status":400}'
        if not any(post.urn == urn for post in self.posts):
            return 404, b'{"status":404}'
        if not self._may_sign(token, asked["actor"]):
            return 403, b'{"code":"ACCESS_DENIED","status":403}'
        return None if 0 < len(text) <= 1250 else (400, b'{"message":"text","status":400}')

    def _read_comments(self, seen: Seen, urn: str) -> list[Comment] | None:
        token, post = self._token(seen), next((each for each in self.posts if each.urn == unquote(urn)), None)
        assert token is not None
        may = post is not None and self._may_read(token, post.asked["author"])
        return [each for each in self.comments if post and each.post == post.urn] if may else None

    def _comments_of(self, seen: Seen, urn: str) -> Answer:
        found = self._read_comments(seen, urn)
        if found is None:
            return _json(403, {"code": "ACCESS_DENIED", "status": 403})
        start, count = int(seen.query.get("start", ["0"])[0]), int(seen.query.get("count", ["10"])[0])
        return _json(200, {"elements": [_commented(each) for each in found[start : start + count]]})

    def _comment(self, seen: Seen, urn: str, wanted: str) -> Answer:
        found = [each for each in self._read_comments(seen, urn) or [] if each.id == wanted]
        return _json(200, _commented(found[0])) if found else _json(404, {"status": 404})

    def _statistics(self, seen: Seen) -> Answer:
        # Brackets as they are, what is in them escaped: Rest.li 2.0 reads the written query, not the decoded one.
        listed = re.search(r"&shares=List\((urn%3Ali%3Ashare%3A[0-9]+)\)$", seen.target)
        if listed is None or unquote(listed[1]) not in [post.urn for post in self.posts]:
            return _json(400, {"status": 400})
        counts = {"impressionCount": 120, "clickCount": 7, "likeCount": 5, "commentCount": 1, "shareCount": 2}
        return _json(200, {"elements": [{"totalShareStatistics": counts | {"engagement": 0.12}}]})

    def _analytics(self, seen: Seen) -> Answer:
        """One number of the person who asks, as the version 202605 and newer words it; `counts` holds what there is."""
        token = self._token(seen)
        assert token is not None
        if "r_member_postAnalytics" not in token.scope:
            return _json(403, {"code": "ACCESS_DENIED", "status": 403})
        asked = re.search(
            r"\?q=(?:me|entity&entity=\(share:(?P<urn>urn%3Ali%3Ashare%3A[0-9]+)\))"
            r"&queryType=(?P<kind>IMPRESSION|MEMBERS_REACHED|RESHARE|REACTION|COMMENT)&aggregation=TOTAL$",
            seen.target,
        )
        if asked is None:
            return _json(400, {"message": "Invalid query parameters passed to request", "status": 400})
        urn = unquote(asked["urn"] or "")
        if urn and urn not in [post.urn for post in self.posts if post.asked["author"] == ANA]:
            return _json(400, {"message": "Entity is not a post of the member", "status": 400})
        target = {"targetEntity": {"share": urn}} if urn else {}
        kind = asked["kind"]
        elements = [target | {"count": self.counts[kind], "metricType": kind}] if kind in self.counts else []
        return _json(200, {"elements": elements, "paging": {"start": 0, "count": 10, "links": []}})

    def _followers(self, seen: Seen, quoted: str) -> Answer:
        token = self._token(seen)
        assert token is not None
        if "organization_admin" not in token.scope or unquote(quoted) not in token.roles:
            return _json(403, {"code": "ACCESS_DENIED", "status": 403})
        if seen.query.get("edgeType") != ["COMPANY_FOLLOWED_BY_MEMBER"]:
            return _json(400, {"message": "edgeType", "status": 400})
        return _json(200, {} if self.followers is None else {"firstDegreeSize": self.followers})

    def _own_followers(self, seen: Seen) -> Answer:
        token = self._token(seen)
        assert token is not None
        if "r_member_profileAnalytics" not in token.scope:
            return _json(403, {"code": "ACCESS_DENIED", "status": 403})
        if seen.query.get("q") != ["me"]:
            return _json(400, {"message": "Invalid query parameters passed to request", "status": 400})
        told = [] if self.followers is None else [{"memberFollowersCount": self.followers}]
        return _json(200, {"elements": told, "paging": {"count": 10, "start": 0, "links": []}})

    def _shown(self, post: Post) -> dict[str, Any]:
        at = round(post.at.timestamp() * 1000)
        tagged = re.sub(r"(?<![\\\w])#(\w+)", r"{hashtag|\\#|\1}", post.asked["commentary"])
        return {**post.asked, "id": post.urn, "commentary": tagged, "createdAt": at, "lastModifiedAt": at}


COMMENTS = re.compile("/rest/socialActions/([^/]+)/comments")


def _commented(comment: Comment) -> dict[str, Any]:
    made = {"actor": comment.actor, "time": round(comment.at.timestamp() * 1000)}
    urn = f"urn:li:comment:({comment.post},{comment.id})"
    named = {"id": comment.id, "$URN": urn, "commentUrn": urn, "object": comment.post, "actor": comment.actor}
    return named | {"created": made, "lastModified": made, "message": {"attributes": [], "text": comment.text}}


ORG = {"velo": VELO, "raeder": OTHER}


def shown(written: str) -> str:
    """What people see: the text ends at the first character that should have been escaped."""
    seen, at = "", 0
    while at < len(written):
        char = written[at]
        mention = re.match(r"@\[((?:\\.|[^\]\\])+)\]\(urn:li:(?:person|organization):\w+\)", written[at:])
        tag = re.match(r"#\w", written[at:])
        if char == "\\":
            seen, at = seen + written[at + 1 : at + 2], at + 2
        elif mention:
            seen, at = seen + shown(mention[1]), at + mention.end()
        elif char in "|{}@[]()<>*_~" or (char == "#" and not tag):
            return seen
        else:
            seen, at = seen + char, at + 1
    return seen


def _pictures(asked: dict[str, Any]) -> list[dict[str, Any]]:
    content = asked.get("content", {})
    if "article" in content:
        thumb = content["article"].get("thumbnail")
        return [{"id": thumb}] if thumb else []
    if _document(asked):
        return []
    return list(content.get("multiImage", {}).get("images", [content["media"]] if "media" in content else []))


def _document(asked: dict[str, Any]) -> dict[str, Any] | None:
    media = asked.get("content", {}).get("media", {})
    return media if str(media.get("id", "")).startswith("urn:li:document:") else None


def _form(seen: Seen) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(seen.body.decode(), keep_blank_values=True).items()}


def _json(status: int, document: object) -> Answer:
    return status, json.dumps(document).encode(), JSON


@asynccontextmanager
async def linkedin_server(**switches: Any) -> AsyncIterator[LinkedInServer]:
    """A server on a free port of this machine, gone at the end with all its connections."""
    async with listening(LinkedInServer(**switches)) as fake:
        yield fake
