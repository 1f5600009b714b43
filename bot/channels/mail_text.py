"""A draft as an e-mail: subject, preview line, the page that mail programs show, and the footer that the law wants.

The first line is the subject when text follows it, as the title of an article is (`article`). A second line
"Preview: …" becomes the line that inboxes show behind the subject; without it the first words of the text are taken.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from bot.channels.article import article_of, read
from bot.channels.article_html import html_of, text_of
from bot.channels.base import Account, Content
from bot.channels.content import link_in, sealed
from bot.channels.feed_html import plain
from bot.channels.mail_address import mailbox_of
from bot.channels.mail_message import content_id
from storage.sealed import Medium, Part, SealedPayload

MOST_PREVIEW = 110  # characters; inboxes show 40 to 130
_PREVIEW = re.compile(r"(?:preview|vorschau)[ \t]*:[ \t]*(.+?)[ \t]*(?:\n+|$)", re.IGNORECASE)
_STYLE = (
    "body{margin:0;padding:24px 12px;background:#f5f5f4;color:#1c1917;font:16px/1.55 -apple-system,'Segoe UI',Arial,"
    "sans-serif}.mail{max-width:600px;margin:0 auto;padding:24px;background:#fff}"
    ".mail img{display:block;max-width:100%;height:auto}.mail a{color:#1d4ed8}"
    ".footer{max-width:600px;margin:16px auto 0;color:#57534e;font-size:13px}"
    ".footer a{color:#57534e}"
)
_HIDDEN = "display:none;max-height:0;overflow:hidden"


@dataclass(frozen=True, slots=True)
class _Footer:
    why: str
    stop: str
    by_mail: str


FOOTERS = {
    "en": _Footer("You get this e-mail because you are on the list “{name}”", "Unsubscribe", "Unsubscribe by e-mail"),
    "de": _Footer(
        "Sie erhalten diese E-Mail, weil Sie auf der Liste „{name}“ stehen", "Abmelden", "Abmelden per E-Mail"
    ),
}


def sealed_mail(content: Content, account: Account) -> SealedPayload:
    """Raises ValueError for text that has no bytes."""
    text, links = link_in(content)
    (text + content.title).encode()  # a lone surrogate has no bytes: refused here, before it is left out
    article = article_of(text, content.title)
    preview, body = _preview_in(article.body)
    language = content.language or account.language or "en"
    options, inner = account.options, html_of(body)
    given = [each.strip() for each in options.get("unsubscribe", "").split(",") if each.strip()]
    pages = [each for each in given if "://" in each]
    addresses = [each for each in given if "://" not in each]
    stops = [*(f"mailto:{quote(each, safe='@+')}?subject=unsubscribe" for each in addresses), *pages]
    footer = FOOTERS.get(language.partition("-")[0], FOOTERS["en"])
    why, postal = f"{footer.why.format(name=options.get('list', ''))}.", options.get("postal", "")
    plainly = [f"{footer.stop}: {each}" for each in pages] + [f"{footer.by_mail}: {each}" for each in addresses]
    linked = [(each, footer.stop) for each in pages] + [(stops[n], footer.by_mail) for n in range(len(addresses))]
    extra = {
        "from": options.get("from", ""),
        "reply_to": options.get("reply_to", ""),
        "to": options.get("to", ""),
        "list": options.get("list", ""),
        "recipients": options.get("recipients", ""),
        "preview": preview,
        "unsubscribe": " ".join(stops),
        # The address must know whom it is for (RFC 8058 §3.1): one e-mail to several people cannot say so.
        "one_click": "yes" if pages and options.get("to") else "",
        "html": _page(article.title, preview, inner, content.media, language, (why, postal, linked)),
        "footer": "\n".join([why, *plainly, postal]),
    }
    return sealed(
        content,
        account,
        account.channel,
        title=article.title,
        parts=(Part(text=read(article.title, inner), media=content.media),),
        links=links,
        extra={name: value for name, value in extra.items() if value},
    )


def preview_html(payload: SealedPayload, addresses: Mapping[str, str]) -> str:
    """The page's body as its readers see it, with pictures from `addresses` (by hash); for previews."""
    page = payload.extra.get("html", "")
    body = page.partition("<body>")[2].partition("</body>")[0]
    if body.startswith("<div style"):
        body = body.partition("</div>")[2]
    for medium in payload.parts[0].media:
        address = addresses.get(medium.sha256, "")
        body = body.replace(f'src="cid:{content_id(medium)}"', f'src="{html.escape(address)}"')
    return body


def recipients_in(payload: SealedPayload) -> frozenset[str]:
    """Fingerprints of those for whom it was approved; empty where it goes to a list's address."""
    return frozenset(filter(None, payload.extra.get("recipients", "").split(",")))


def domain_of(payload: SealedPayload) -> str:
    return mailbox_of(payload.extra["from"]).domain


def _preview_in(body: str) -> tuple[str, str]:
    match = _PREVIEW.match(body)
    if match:
        return " ".join(match[1].split())[: 2 * MOST_PREVIEW], body[match.end() :]
    first = " ".join(text_of(html_of(body.strip().partition("\n\n")[0])).split())
    if len(first) > MOST_PREVIEW:
        first = first[: MOST_PREVIEW - 1].rsplit(" ", 1)[0] + "…"
    return first, body


def _page(
    title: str,
    preview: str,
    inner: str,
    media: tuple[Medium, ...],
    language: str,
    footer: tuple[str, str, list[tuple[str, str]]],
) -> str:
    why, postal, stops = footer
    pictures = [_image(medium) for medium in media]
    links = " · ".join(f'<a href="{html.escape(address)}">{html.escape(said)}</a>' for address, said in stops)
    hidden = f'<div style="{_HIDDEN}">{html.escape(preview)}</div>' if preview else ""
    blocks = [*pictures[:1], inner, *pictures[1:]]
    return (
        f'<!doctype html>\n<html lang="{html.escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{html.escape(title)}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>{hidden}\n"
        f'<div class="mail">\n{chr(10).join(filter(None, blocks))}\n</div>\n'
        f'<div class="footer"><p>{html.escape(plain(why))}<br>{links}<br>{html.escape(plain(postal))}</p></div>\n'
        "</body>\n</html>\n"
    )


def _image(medium: Medium) -> str:
    width = min(medium.width, 552)
    return f'<p><img src="cid:{content_id(medium)}" alt="{html.escape(plain(medium.alt))}" width="{width}"></p>'
