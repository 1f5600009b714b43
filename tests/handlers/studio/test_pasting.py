"""Connecting an account with an app password, over HTTP: shown first, kept after a yes, for the one who pasted it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from io import BytesIO
from typing import Any

import httpx2
import pytest
from PIL import Image

from bot.clock import MovableClock
from storage.stores import TeamStore
from tests.bot.channels.photos import picture
from tests.fakes.bluesky_server import ANA, VELO, BlueskyServer
from tests.fakes.clocks import NEXT_YEAR
from tests.fakes.discord_room import BOT_TOKEN, HOOK_TOKEN, HOOKED, ROOM, DiscordRoom
from tests.fakes.faulty_http import on_a_thread
from tests.fakes.forem_server import API_KEY, ForemServer
from tests.fakes.ghost_server import KEY, GhostServer
from tests.fakes.imap_server import ImapServer
from tests.fakes.slack_room import ROOM as SLACK_ROOM
from tests.fakes.slack_room import TOKEN as SLACK_TOKEN
from tests.fakes.slack_room import SlackRoom
from tests.fakes.smtp_server import PASSWORD as MAIL_PASSWORD
from tests.fakes.smtp_server import USER as MAIL_USER
from tests.fakes.smtp_server import SmtpServer
from tests.fakes.telegram_server import TOKEN, TelegramServer
from tests.fakes.token_server import CLIENT, SECRET, TokenServer
from tests.fakes.webhook_server import WebhookServer
from tests.fakes.wordpress_server import PASSWORD, USER, WordPressServer
from tests.handlers.serving import Served, serving
from tests.handlers.studio.test_safety import Person

ACCOUNTS = "/settings/accounts"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)


class Desk:
    def __init__(self, served: Served, server: BlueskyServer, telegram: TelegramServer, clock: MovableClock) -> None:
        self.served, self.server, self.telegram, self.clock = served, server, telegram, clock
        self.person = Person(served)

    def close(self) -> None:
        self.person.http.close()

    def paste(self, who: str = VELO, password: str = "", person: Person | None = None) -> httpx2.Response:
        known = self.server.people[who]
        fields = {"channel": "bluesky", "place": known.handle, "secret": password or known.password}
        fields |= {"server": self.server.origin}
        return (person or self.person).post(f"{ACCOUNTS}/paste", fields)

    def pasted(self, who: str = VELO) -> str:
        """The path of the page that asks, within the studio."""
        answer = self.paste(who)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"]).removeprefix("/studio")

    def owner(self) -> str:
        members = self.served.owner("GET", "/members").json()["items"]
        return next(str(each["id"]) for each in members if each["name"] == "Owner" or "owner" in str(each["roles"]))

    def accounts(self) -> list[dict[str, Any]]:
        with self.served.client(self.served.token("read")) as client:
            found = client.get("/api/v1/accounts").json()["items"]
        return [each for each in found if each["channel"] == "bluesky" and not each["closed"]]


@pytest.fixture(scope="module")
def blog() -> Iterator[WordPressServer]:
    with on_a_thread(WordPressServer()) as server:
        yield server


@pytest.fixture(scope="module")
def ghost() -> Iterator[GhostServer]:
    with on_a_thread(GhostServer()) as server:
        yield server


@pytest.fixture(scope="module")
def forem() -> Iterator[ForemServer]:
    with on_a_thread(ForemServer()) as server:
        yield server


@pytest.fixture(scope="module")
def discord() -> Iterator[DiscordRoom]:
    with on_a_thread(DiscordRoom()) as server:
        yield server


@pytest.fixture(scope="module")
def slack() -> Iterator[SlackRoom]:
    with on_a_thread(SlackRoom()) as server:
        yield server


@pytest.fixture(scope="module")
def mailbox() -> Iterator[SmtpServer]:
    with on_a_thread(SmtpServer()) as server:
        yield server


@pytest.fixture(scope="module")
def read_there() -> Iterator[ImapServer]:
    with on_a_thread(ImapServer()) as server:
        yield server


@pytest.fixture(scope="module")
def tokens() -> Iterator[TokenServer]:
    with on_a_thread(TokenServer()) as server:
        yield server


@pytest.fixture(scope="module")
def site() -> Iterator[WebhookServer]:
    with on_a_thread(WebhookServer()) as server:
        yield server


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory,
    blog: WordPressServer,
    ghost: GhostServer,
    forem: ForemServer,
    discord: DiscordRoom,
    slack: SlackRoom,
    mailbox: SmtpServer,
    read_there: ImapServer,
    tokens: TokenServer,
    site: WebhookServer,
) -> Iterator[Desk]:
    clock = MovableClock()
    with on_a_thread(BlueskyServer()) as server, on_a_thread(TelegramServer()) as telegram:
        servers = (server, telegram, blog, ghost, forem, discord, slack, mailbox, read_there, tokens, site)
        environ = {"ADMIND_ALLOW_HOSTS": ",".join(f"127.0.0.1:{each.port}" for each in servers)}
        folder = tmp_path_factory.mktemp("pasting")
        with serving(folder, environ, clock=clock) as served, closing(Desk(served, server, telegram, clock)) as desk:
            yield desk


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """As good as new: no account on Bluesky, nothing posted, a fresh session."""
    for account in shared.accounts():
        shared.served.owner("DELETE", f"/accounts/{account['id']}")
    shared.server.records.clear()
    shared.server.avatar = b""
    shared.close()
    shared.person = Person(shared.served)
    return shared


def test_whose_account_it_is_is_seen_before_anything_is_kept(desk: Desk) -> None:
    record = {"$type": "app.bsky.feed.post", "text": "Our <last> words", "createdAt": "2026-11-01T10:00:00Z"}
    desk.server.records[f"at://{VELO}/app.bsky.feed.post/3lzzzzzzzzzzz"] = record
    desk.server.avatar = PNG
    # The server that the member named is asked for the post; the app view of the network for name and picture.
    page = desk.pasted()
    shown = desk.person.get(page)
    assert shown.status_code == 200 and "@velo.bsky.example" in shown.text
    assert "Our &lt;last&gt; words" in shown.text and "1 Nov" in shown.text
    assert desk.server.people[VELO].password not in shown.text and desk.accounts() == []
    done = desk.person.post(page, {"name": "Velo on Bluesky"})
    assert done.status_code == 303
    [account] = desk.accounts()
    assert (account["name"], account["handle"]) == ("Velo on Bluesky", "@velo.bsky.example")
    assert desk.person.get(page).status_code == 404, "the way ends with it"
    admind = desk.served.admind
    raw = desk.served.on_loop(lambda: admind.database.client.hgetall(f"admind:{{{admind.workspace.id}}}:secrets"))
    assert raw and desk.server.people[VELO].password not in str(raw), "encrypted at rest"


def test_not_this_one_keeps_nothing(desk: Desk) -> None:
    page = desk.pasted(ANA)
    assert desk.person.post(f"{page}/decline").status_code == 303
    assert desk.accounts() == [] and desk.person.post(page, {"name": "Ana"}).status_code == 404


def test_a_wrong_password_is_told_and_keeps_nothing(desk: Desk) -> None:
    refused = desk.paste(password="wrong")
    assert refused.status_code == 422 and "did not accept the app password" in refused.text
    assert desk.accounts() == []


def test_it_ends_after_ten_minutes_and_in_another_browser(desk: Desk) -> None:
    page = desk.pasted()
    other = Person(desk.served)
    assert other.get(page).status_code == 403 and desk.person.get(page).status_code == 404
    other.http.close()
    page = desk.pasted()
    desk.clock.move(timedelta(minutes=10, seconds=1))
    assert desk.person.post(page, {"name": "Velo"}).status_code == 404 and desk.accounts() == []


def test_a_client_connects_nothing(desk: Desk) -> None:
    rosa = desk.served.owner("POST", "/members", {"name": "Rosa", "roles": ["client"]}).json()["id"]
    person = Person(desk.served, rosa)
    assert desk.paste(person=person).status_code == 403 and desk.accounts() == []
    person.http.close()


def test_what_a_member_pastes_waits_for_an_owner_with_its_face(desk: Desk) -> None:
    rosa = desk.served.owner("POST", "/members", {"name": "Rosa", "roles": ["requester"]}).json()["id"]
    person = Person(desk.served, rosa)
    page = str(desk.paste(person=person).headers["location"]).removeprefix("/studio")
    assert person.post(page, {"name": "Himmel"}).status_code == 303 and desk.accounts() == []
    listed = re.search(r"/studio(/settings/accounts/waiting/[a-z0-9_]+)", desk.person.get(ACCOUNTS).text)
    assert listed
    shown = desk.person.get(listed[1])
    assert "@velo.bsky.example" in shown.text and desk.server.people[VELO].password not in shown.text
    assert person.post(listed[1], {"name": "Himmel"}).status_code == 403 and desk.accounts() == []
    assert desk.person.post(listed[1], {"name": "Himmel"}).status_code == 303
    [account] = desk.accounts()
    assert account["name"] == "Himmel"
    assert desk.served.owner("DELETE", f"/accounts/{account['id']}").status_code < 300
    admind = desk.served.admind
    raw = desk.served.on_loop(lambda: admind.database.client.hkeys(f"admind:{{{admind.workspace.id}}}:secrets"))
    assert not [each for each in raw if str(each).startswith("wa_")]
    person.http.close()


def test_the_profiles_picture_comes_from_the_studio_and_only_as_a_picture(desk: Desk) -> None:
    admind, server = desk.served.admind, desk.server
    options = {"handle": "velo.bsky.example", "app_view": server.origin, "directory": server.origin}
    body = {"channel": "bluesky", "name": "Velo", "options": options}
    secrets = {"app_password": server.people[VELO].password}
    made = desk.served.connect(body | {"secrets": secrets})
    server.avatar = PNG
    page = desk.pasted()  # the same account again: the network that was chosen for it stays
    assert "connected already" in desk.person.get(page).text
    face = desk.person.get(f"{page}/face")
    assert face.status_code == 200 and face.content == PNG and face.headers["content-type"] == "image/png"
    server.avatar = b"<svg onload=alert(1)>"
    assert desk.person.get(f"{page}/face").status_code == 404
    assert admind.workspace.id and desk.person.post(page, {"name": "Velo"}).status_code == 303
    assert [account["id"] for account in desk.accounts()] == [made["id"]]


def test_an_account_keeps_a_face_of_our_own_and_previews_show_it(desk: Desk) -> None:
    server, admind = desk.server, desk.served.admind
    shown = picture(300, 200) + b"<script>trailer</script>"
    server.avatar = shown
    options = {"handle": "velo.bsky.example", "app_view": server.origin, "directory": server.origin}
    body = {"channel": "bluesky", "name": "Himmel", "options": options}
    secrets = {"app_password": server.people[VELO].password}
    desk.served.connect(body | {"secrets": secrets})
    [account] = desk.accounts()
    place = f"/faces/{account['id']}/{account['face']}"
    kept = desk.person.get(place)
    assert kept.status_code == 200 and kept.headers["content-type"] == "image/jpeg"
    assert kept.headers["content-security-policy"] == "default-src 'none'" and b"trailer" not in kept.content
    with Image.open(BytesIO(kept.content)) as opened:
        assert (opened.format, opened.size) == ("JPEG", (144, 144))
    draft = desk.served.draft("Tell people that we open a shop. Himmel, tomorrow 9am.")
    looked = len(server.seen)
    text = desk.person.get(f"/drafts/{draft['id']}").text
    assert f'<img class="sky-face portrait" src="/studio{place}" alt=""' in text
    assert server.origin not in text and len(server.seen) == looked, "nothing is fetched from there for a look"
    strange = f"/faces/{account['id']}/{'0' * 64}"
    assert desk.person.get(strange).status_code == 404
    server.avatar = b"\x89PNG\r\n\x1a\n" + bytes(200)  # no picture after all: what was kept stays
    assert desk.person.post(desk.pasted(), {"name": "Himmel"}).status_code == 303
    assert desk.accounts()[0]["face"] == account["face"]
    assert desk.served.owner("DELETE", f"/accounts/{account['id']}").status_code < 300
    owner = desk.owner()
    closed = desk.served.on_loop(lambda: admind.looking.account_record(admind.workspace.id, owner, account["id"]))
    assert closed.face == "", "nothing of it is kept beyond the connection"


def test_a_draft_that_mentions_somebody_is_sealed_with_who_that_is(desk: Desk) -> None:
    server, admind = desk.server, desk.served.admind
    options = {"handle": "velo.bsky.example", "app_view": server.origin, "directory": server.origin}
    body = {"channel": "bluesky", "name": "Himmel", "options": options}
    secrets = {"app_password": server.people[VELO].password}
    desk.served.connect(body | {"secrets": secrets})
    draft = desk.served.draft("Tell people that we open a shop. Himmel, tomorrow 9am.")
    place = draft["versions"][0]["account"]
    with desk.served.client(desk.served.token("read", "propose", "decide")) as client:
        text = {"text": "With @ana.bsky.example and @nobody.bsky.example #shop"}
        edited = client.patch(f"/api/v1/drafts/{draft['id']}/versions/{place}", json=text)
        assert edited.status_code == 200, edited.text
    owner = desk.owner()
    kept = desk.served.on_loop(lambda: admind.looking.draft_record(admind.workspace.id, owner, draft["id"]))
    payload = desk.served.on_loop(lambda: admind.versions.payload(kept.versions[0]))
    features = [facet["features"][0] for facet in json.loads(payload.canonical())["parts"][0]["facets"]]
    assert [each.get("did") or each.get("tag") for each in features] == [ANA, "shop"]
    server.people[ANA].handle = "elsewhere.bsky.example"  # somebody else may have the handle by now
    try:
        with desk.served.client(desk.served.token("read", "propose", "decide")) as client:
            moved = client.post(f"/api/v1/drafts/{draft['id']}/schedule", json={"when": f"{NEXT_YEAR}-05-04 10:00"})
            assert moved.json()["due"].startswith(f"{NEXT_YEAR}-05-04"), moved.text
    finally:
        server.people[ANA].handle = "ana.bsky.example"
    kept = desk.served.on_loop(lambda: admind.looking.draft_record(admind.workspace.id, owner, draft["id"]))
    later = desk.served.on_loop(lambda: admind.versions.payload(kept.versions[0]))
    assert str(later.not_before).startswith(f"{NEXT_YEAR}-05-04") and later.parts == payload.parts
    page = desk.person.get(f"/drafts/{draft['id']}").text
    assert "<b>@ana.bsky.example</b>" in page and "<b>@nobody" not in page and 'class="preview sky"' in page


def test_a_telegram_channel_is_connected_by_its_bots_token(desk: Desk) -> None:
    fields = {"channel": "telegram", "place": "https://t.me/velo", "secret": TOKEN, "server": desk.telegram.origin}
    page = str(desk.person.post(f"{ACCOUNTS}/paste", fields).headers["location"]).removeprefix("/studio")
    shown = desk.person.get(page)
    assert "Velo News" in shown.text and "@velo" in shown.text and "Last post" not in shown.text
    assert TOKEN not in shown.text and f"{page}/face" not in shown.text
    desk.telegram.photo = PNG
    shown = desk.person.get(page)
    assert f'src="/studio{page}/face"' in shown.text and TOKEN not in shown.text
    assert desk.person.get(f"{page}/face").content == PNG
    assert desk.person.post(page, {"name": "Velo News"}).status_code == 303
    desk.telegram.may_post = False
    refused = desk.person.post(f"{ACCOUNTS}/paste", fields)
    assert refused.status_code == 422 and "may not post" in refused.text


def test_a_wordpress_site_is_connected_and_its_drafts_are_shown_as_articles(desk: Desk, blog: WordPressServer) -> None:
    fields = {"channel": "wordpress", "place": USER, "secret": PASSWORD, "server": f"{blog.origin}/wp-admin/"}
    page = str(desk.person.post(f"{ACCOUNTS}/paste", fields).headers["location"]).removeprefix("/studio")
    shown = desk.person.get(page)
    assert "Velo &amp; Co" in shown.text and PASSWORD not in shown.text
    assert desk.person.post(page, {"name": "Blog"}).status_code == 303
    draft = desk.served.draft("Tell people that we open a shop. Blog, tomorrow 9am.")
    text = {"text": "# We <open>\n\nOn **Monday**, [here](https://velo.example)."}
    with desk.served.client(desk.served.token("read", "propose", "decide")) as client:
        edited = client.patch(f"/api/v1/drafts/{draft['id']}/versions/{draft['versions'][0]['account']}", json=text)
        assert edited.status_code == 200, edited.text
    preview = desk.person.get(f"/drafts/{draft['id']}").text
    assert "<h4>We &lt;open&gt;</h4>" in preview
    assert '<p>On <strong>Monday</strong>, <a href="https://velo.example">here</a>.</p>' in preview
    fields["secret"] = "wrong"
    refused = desk.person.post(f"{ACCOUNTS}/paste", fields)
    assert refused.status_code == 422 and "did not accept" in refused.text


def test_a_ghost_site_is_connected_by_an_integrations_key(desk: Desk, ghost: GhostServer) -> None:
    ghost.now = desk.clock.now
    fields = {"channel": "ghost", "place": f"{ghost.origin}/ghost/#/settings", "secret": KEY}
    page = str(desk.person.post(f"{ACCOUNTS}/paste", fields).headers["location"]).removeprefix("/studio")
    shown = desk.person.get(page)
    assert "Velo &amp; Co" in shown.text and KEY not in shown.text
    assert desk.person.post(page, {"name": "Magazine"}).status_code == 303
    refused = desk.person.post(f"{ACCOUNTS}/paste", fields | {"secret": KEY[:-1]})
    assert refused.status_code == 422 and "no Admin API key" in refused.text


def test_dev_is_connected_by_an_api_key_and_its_drafts_are_shown_as_articles(desk: Desk, forem: ForemServer) -> None:
    fields = {"channel": "devto", "place": forem.origin, "secret": API_KEY}
    page = str(desk.person.post(f"{ACCOUNTS}/paste", fields).headers["location"]).removeprefix("/studio")
    shown = desk.person.get(page)
    assert "Velo &amp; Co" in shown.text and "@velo" in shown.text and API_KEY not in shown.text
    assert desk.person.post(page, {"name": "Devs"}).status_code == 303
    draft = desk.served.draft("Tell people that we open a shop. Devs, tomorrow 9am.")
    text = {"text": "# We open\n\nOn **Monday**."}
    with desk.served.client(desk.served.token("read", "propose", "decide")) as client:
        edited = client.patch(f"/api/v1/drafts/{draft['id']}/versions/{draft['versions'][0]['account']}", json=text)
        assert edited.status_code == 200, edited.text
    preview = desk.person.get(f"/drafts/{draft['id']}").text
    assert "<h4>We open</h4>" in preview and "<p>On <strong>Monday</strong>.</p>" in preview


def test_a_webhook_is_seen_as_its_receiver_shows_itself_before_anything_is_kept(
    desk: Desk, site: WebhookServer
) -> None:
    fields = {"name": "Our site", "url": site.url, "signing_key": "whsec_" + "A" * 43 + "="}
    begun = desk.person.post(ACCOUNTS, fields)
    page = str(begun.headers["location"]).removeprefix("/studio")
    shown = desk.person.get(page).text
    assert "127.0.0.1" in shown and "Its last post cannot be read from here." in shown and 'value="Our site"' in shown
    site.hello = b'{"name": "Velo <site>", "last_post": "Spring is here", "last_at": "2026-11-01T10:00:00Z"}'
    shown = desk.person.get(page).text
    assert "Velo &lt;site&gt;" in shown and "Spring is here" in shown and "whsec_" not in shown
    with desk.served.client(desk.served.token("read")) as client:
        names = [each["name"] for each in client.get("/api/v1/accounts").json()["items"]]
        assert "Our site" not in names
        assert desk.person.post(page, {"name": "Our site"}).status_code == 303
        names = [each["name"] for each in client.get("/api/v1/accounts").json()["items"]]
        assert "Our site" in names and site.sent == []


def test_a_discord_room_is_connected_by_a_bot_and_its_drafts_are_shown_as_there(
    desk: Desk, discord: DiscordRoom
) -> None:
    fields = {"channel": "discord", "place": ROOM, "secret": BOT_TOKEN, "server": discord.origin}
    page = str(desk.person.post(f"{ACCOUNTS}/paste", fields).headers["location"]).removeprefix("/studio")
    shown = desk.person.get(page)
    assert "#news" in shown.text and "None yet" in shown.text and BOT_TOKEN not in shown.text
    assert desk.person.post(page, {"name": "Fans"}).status_code == 303
    draft = desk.served.draft("Tell people that we open a shop. Fans, tomorrow 9am.")
    text = {"text": "We *open* <b>\nhttps://velo.example/a_b"}
    with desk.served.client(desk.served.token("read", "propose", "decide")) as client:
        edited = client.patch(f"/api/v1/drafts/{draft['id']}/versions/{draft['versions'][0]['account']}", json=text)
        assert edited.status_code == 200, edited.text
    preview = desk.person.get(f"/drafts/{draft['id']}").text
    assert 'class="preview room" data-kind="discord"' in preview
    assert 'We *open* &lt;b&gt;<br><a href="https://velo.example/a_b"' in preview
    discord.sees = False
    refused = desk.person.post(f"{ACCOUNTS}/paste", fields)
    assert refused.status_code == 422 and "View Channel" in refused.text


def test_a_discord_room_is_connected_by_a_webhook_alone(desk: Desk, discord: DiscordRoom) -> None:
    fields = {"channel": "discord_webhook", "secret": f"{discord.origin}{HOOKED}", "place": ""}
    page = str(desk.person.post(f"{ACCOUNTS}/paste", fields).headers["location"]).removeprefix("/studio")
    shown = desk.person.get(page)
    assert "Velo News" in shown.text and "Last post" not in shown.text and HOOK_TOKEN not in shown.text
    assert desk.person.post(page, {"name": "Fans' news"}).status_code == 303
    refused = desk.person.post(f"{ACCOUNTS}/paste", fields | {"secret": "https://velo.example/hook"})
    assert refused.status_code == 422 and "no address of a webhook" in refused.text


def test_a_slack_room_is_connected_by_a_bot_and_its_drafts_are_shown_as_there(desk: Desk, slack: SlackRoom) -> None:
    place = f"https://velo.slack.com/archives/{SLACK_ROOM}"
    fields = {"channel": "slack", "place": place, "secret": SLACK_TOKEN, "server": slack.origin}
    page = str(desk.person.post(f"{ACCOUNTS}/paste", fields).headers["location"]).removeprefix("/studio")
    slack.says("Our last words", icon=PNG)
    assert "Our last words" in desk.person.get(page).text and desk.person.get(f"{page}/face").content == PNG
    slack.messages.clear()
    shown = desk.person.get(page)
    assert "#news" in shown.text and "Velo" in shown.text and SLACK_TOKEN not in shown.text
    assert desk.person.post(page, {"name": "Partners"}).status_code == 303
    draft = desk.served.draft("Tell people that we open a shop. Partners, tomorrow 9am.")
    text = {"text": "We *open* <!here>\nhttps://velo.example/a_b"}
    with desk.served.client(desk.served.token("read", "propose", "decide")) as client:
        edited = client.patch(f"/api/v1/drafts/{draft['id']}/versions/{draft['versions'][0]['account']}", json=text)
        assert edited.status_code == 200, edited.text
    preview = desk.person.get(f"/drafts/{draft['id']}").text
    assert 'class="preview room" data-kind="slack"' in preview
    assert 'We *open* &lt;!here&gt;<br><a href="https://velo.example/a_b"' in preview
    slack.member = False
    refused = desk.person.post(f"{ACCOUNTS}/paste", fields)
    assert refused.status_code == 422 and "/invite" in refused.text


def test_a_mailbox_is_connected_with_its_recipients_and_its_drafts_are_shown_as_letters(
    desk: Desk, mailbox: SmtpServer
) -> None:
    fields = {
        "server": f"smtp+plain://127.0.0.1:{mailbox.port}",
        "user": MAIL_USER,
        "password": MAIL_PASSWORD,
        "sender": "Velo & Co <news@velo.example>",
        "list_name": "Velo News",
        "recipients": "ana@a.example\nbeat@b.example",
        "postal": "Velo AG, 8001 Zürich",
        "unsubscribe": "https://velo.example/stop",
    }
    refused = desk.person.post(f"{ACCOUNTS}/mail", fields)
    assert refused.status_code == 422 and "agreed" in refused.text
    fields["consent"] = "yes"
    page = str(desk.person.post(f"{ACCOUNTS}/mail", fields).headers["location"]).removeprefix("/studio")
    shown = desk.person.get(page)
    assert "Velo &amp; Co" in shown.text and "Velo News (2)" in shown.text and MAIL_PASSWORD not in shown.text
    assert "ana@a.example" not in shown.text and not mailbox.mails
    assert desk.person.post(page, {"name": "Newsletter"}).status_code == 303
    draft = desk.served.draft("Tell people that we open a shop. Newsletter, tomorrow 9am.")
    text = {"text": "We <open>\n\nPreview: Come in\n\nOn **Monday**."}
    with desk.served.client(desk.served.token("read", "propose", "decide")) as client:
        edited = client.patch(f"/api/v1/drafts/{draft['id']}/versions/{draft['versions'][0]['account']}", json=text)
        assert edited.status_code == 200, edited.text
    preview = desk.person.get(f"/drafts/{draft['id']}").text
    assert "<b>We &lt;open&gt;</b>" in preview and "<p>On <strong>Monday</strong>.</p>" in preview
    assert "<dd>Come in</dd>" in preview and "2 recipients" in preview and "Velo AG, 8001 Zürich" in preview
    assert "ana@a.example" not in preview and "display:none" not in preview


def test_a_mailbox_is_looked_into_and_given_access_as_the_form_says(
    desk: Desk, mailbox: SmtpServer, read_there: ImapServer, tokens: TokenServer
) -> None:
    fields = {
        "server": f"smtp+plain://127.0.0.1:{mailbox.port}",
        "user": MAIL_USER,
        "password": MAIL_PASSWORD,
        "sender": "Velo <news@velo.example>",
        "list_name": "Velo News",
        "to": "news@lists.example",
        "postal": "Velo AG, 8001 Zürich",
        "unsubscribe": "https://velo.example/stop",
    }
    imap, tried = {"imap": f"imap+plain://127.0.0.1:{read_there.port}"}, len(read_there.commands)
    page = str(desk.person.post(f"{ACCOUNTS}/mail", fields | imap).headers["location"]).removeprefix("/studio")
    assert desk.person.post(page, {"name": "Letters"}).status_code == 303
    assert "AUTHENTICATE" in read_there.commands[tried:]
    mailbox.auth, mailbox.tokens = "XOAUTH2", tokens.good
    given = {
        "oauth": tokens.url,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "refresh_token": "first",
        "password": "",
    }
    tried = len(read_there.commands)
    page = str(desk.person.post(f"{ACCOUNTS}/mail", fields | given).headers["location"]).removeprefix("/studio")
    shown = desk.person.get(page)
    assert "connected already" in shown.text and SECRET not in shown.text and "access-1" not in shown.text
    assert desk.person.post(page, {"name": "Letters"}).status_code == 303
    admind, team = desk.served.admind, TeamStore(desk.served.admind.database)
    accounts = desk.served.on_loop(lambda: team.all(team.accounts, admind.workspace.id))
    [kept] = [each for each in accounts if each.name == "Letters"]
    assert kept.options["oauth"] == tokens.url and "renew_access_at" in kept.options
    assert "imap" not in kept.options and len(read_there.commands) == tried, "it was left out this time"
    mailbox.auth = "PLAIN LOGIN"


def test_a_channel_that_is_connected_otherwise_takes_no_pasted_secret(desk: Desk) -> None:
    fields = {"channel": "webhook", "place": "x", "secret": "y"}
    assert desk.person.post(f"{ACCOUNTS}/paste", fields).status_code == 422
