"""A platform that has one address for everybody, and AdMind as it is known there.

Such a platform registers applications by hand only: whoever runs AdMind makes one there and puts its id and secret into
the settings. The addresses are settings too, for proxies and for tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.channels.oauth import App
from bot.errors import BadInput
from bot.settings import LINKEDIN_VERSION, META_VERSION


@dataclass(frozen=True, slots=True)
class Platform:
    """`api` and `web` are origins: what AdMind calls, and where people sign in and look at posts."""

    title: str
    api: str
    web: str
    scope: str
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    version: str = ""  # of its API, where requests must name one
    login: str = ""  # origin that takes codes, where that is another one
    proves: bool = False  # requests prove that AdMind knows the app's secret
    config: str = ""  # of its sign-in, in place of the scope, where whoever runs AdMind made one

    def app(self, redirect: str, setting: str) -> App:
        """AdMind as this platform knows it. Raises BadInput where the settings do not say."""
        if not self.client_id or not self.client_secret:
            raise BadInput(
                f"AdMind is not known to {self.title} yet.",
                kept="Nothing was connected.",
                do_next=f"Make an app there, and set {setting}_CLIENT_ID and {setting}_CLIENT_SECRET.",
            )
        return App(self.client_id, self.client_secret, redirect, self.scope)

    def knows(self, app: App) -> bool:
        """Whether that is still the app of the settings."""
        return (app.client_id, app.client_secret, app.scope) == (self.client_id, self.client_secret, self.scope)


LINKEDIN = Platform(
    title="LinkedIn",
    api="https://api.linkedin.com",
    web="https://www.linkedin.com",
    # Of the products "Sign In with LinkedIn using OpenID Connect" and "Share on LinkedIn"; pages need others.
    scope="openid profile w_member_social",
    version=LINKEDIN_VERSION,
)
X = Platform(
    title="X",
    api="https://api.x.com",
    web="https://x.com",
    # https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code
    scope="tweet.read tweet.write users.read media.write offline.access",
)
PINTEREST = Platform(
    title="Pinterest",
    api="https://api.pinterest.com",
    web="https://www.pinterest.com",
    # https://developers.pinterest.com/docs/getting-started/scopes/: with commas between
    scope="boards:read,pins:read,pins:write,user_accounts:read",
)
THREADS = Platform(
    title="Threads",
    api="https://graph.threads.net",
    web="https://www.threads.com",
    # https://developers.facebook.com/docs/threads/get-started; a chain answers itself, so replies are made and read.
    scope="threads_basic,threads_content_publish,threads_manage_replies,threads_read_replies,"
    "threads_manage_insights,threads_delete",
    version="v1.0",
)
FACEBOOK = Platform(
    title="Facebook",
    api="https://graph.facebook.com",
    web="https://www.facebook.com",
    # https://developers.facebook.com/docs/pages-api/posts; read_insights for the numbers, pages_manage_engagement
    # (…/documentation/pages-api/comments-mentions) for first comments alone.
    scope="pages_show_list,pages_manage_posts,pages_read_engagement,pages_manage_engagement,read_insights",
    version=META_VERSION,
    proves=True,
)
INSTAGRAM = Platform(
    title="Instagram",
    api="https://graph.instagram.com",
    web="https://www.instagram.com",
    # https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login
    # manage_comments for first comments alone: …/docs/instagram-platform/reference/ig-media/comments
    scope="instagram_business_basic,instagram_business_content_publish,instagram_business_manage_comments,"
    "instagram_business_manage_insights",
    version=META_VERSION,
    login="https://api.instagram.com",
)
