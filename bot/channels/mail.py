"""E-mail over SMTP: to the address of a list, or to a few recipients who consented.

**Once.** SMTP has no key that makes one e-mail of two, and no way to look up. What is certain is one transaction: the
server answers 250 and has the e-mail for all recipients that it took before, or it has it for none. So an e-mail to
several goes out in a single transaction, never in batches: with batches a break after the second of five would leave a
question that nobody can answer, and either some get it twice or some never. Recipients that the server refuses are
told. What it wants to have later (4yz) is tried later as a whole, while nothing has gone out, for some minutes; then
the rest goes alone.

After an unclear end the sender's mailbox is looked into, where it can be read (`imap`): what lies there was taken. Else
a person is asked: that it does not lie there proves nothing (`mail_imap`). The Message-ID is the same for every attempt
at a post, so that a list's software and many mailboxes drop a copy that a person sends in error.

**Sealed** are sender, list, subject, both bodies with footer, pictures, unsubscribe addresses, and the fingerprints of
the recipients. `mail_message` makes the bytes of these alone, but for `Date` (when it is sent: RFC 5322 §3.6.1 wants
that) and `Message-ID` (of the post's key).

Account options: `server`, `user`, `from`, `list`, `to` or `consent` "yes", `postal`, `unsubscribe`, `reply_to`; `imap`
and, where they are others, `imap_user`; `oauth` and `client_id` (`mail_oauth`). Secrets: `password`, or `client_secret`
and `refresh_token`; `recipients` where there is no `to`; `imap_password`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from bot.channels.answers import later
from bot.channels.article import article_problems
from bot.channels.base import (
    Absent,
    Account,
    AttemptKey,
    CannotTell,
    Capabilities,
    ChannelRefused,
    Content,
    Door,
    Found,
    Introduction,
    Live,
    Lookup,
    Measure,
    Pace,
    Problem,
    ProvenNotSent,
    Receipt,
    Window,
)
from bot.channels.handed import Carries
from bot.channels.mail_account import MOST_RECIPIENTS, fingerprint, mail_account
from bot.channels.mail_address import mailbox_of, masked, recipients_of, server_of
from bot.channels.mail_imap import find_mail, mailboxes
from bot.channels.mail_login import NOTHING_SENT, login_for_reading, login_for_sending
from bot.channels.mail_message import message_of, text_of
from bot.channels.mail_smtp import WAIT_SECONDS, Session, Taken, opened
from bot.channels.mail_text import recipients_in, sealed_mail
from bot.words import noted
from storage.sealed import SealedPayload

GATHER_SECONDS = 30  # of the deadline, for everything before the e-mail itself
PATIENCE = timedelta(minutes=6)  # since the first attempt, for recipients that the server wants to have later
MOST_TEXT = 20_000  # ours
MOST_SUBJECT = 150  # ours; mailboxes show some 40 to 70
# Gmail cuts off the page behind this: https://developers.google.com/workspace/gmail/design/css is silent, senders
# agree on it (https://mailchimp.com/help/gmail-is-clipping-my-email/).
MOST_PAGE_BYTES = 102_000
MOST_BYTES = 10_000_000  # ours, of the whole e-mail, where the server says nothing
MOST_NAMED = 3
FOUND_LATER = (
    "It lies in the sender's mailbox. Whether the mail server refused some recipients cannot be told any more."
)


class Email:
    """Adapter of SMTP submission: https://www.rfc-editor.org/rfc/rfc6409."""

    capabilities = Capabilities(
        channel="email",
        title="E-mail",
        text_limit=MOST_TEXT,
        unit="characters",
        title_limit=MOST_SUBJECT,
        images_max=5,  # ours, as all below: they travel in the e-mail
        image_mimes=("image/jpeg", "image/png", "image/gif"),
        image_max_bytes=1_300_000,  # so that five of them, a third larger in base64, are no more than MOST_BYTES
        image_max_pixels=(2400, 2400),
        picture_size=(1200, 675),
        alt_limit=1000,
        hashtags="none",
        headed=True,
        form="e-mail",
        access_ends=True,
        settle=timedelta(seconds=60),  # for what a server still does with it; then comes the look, and the question
        deadline=timedelta(seconds=60),
        # Ours, below what providers take from one mailbox: Microsoft 365 has 30 e-mails a minute
        # (https://learn.microsoft.com/en-us/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits),
        # Gmail 500 a day (https://support.google.com/mail/answer/22839).
        pace=Pace(gap=timedelta(seconds=5), windows=(Window(100, timedelta(days=1)),)),
    )

    def capabilities_for(self, account: Account) -> Capabilities:
        return self.capabilities

    def measure(self, text: str, account: Account) -> Measure:
        return Measure(len(text.strip()), MOST_TEXT, self.capabilities.unit)

    def build(self, content: Content, account: Account) -> SealedPayload:
        return sealed_mail(content, account)

    def validate(self, payload: SealedPayload, account: Account) -> tuple[Problem, ...]:
        untitled = noted("An e-mail needs a subject.")
        found = article_problems(payload, self.capabilities, lambda text: self.measure(text, account), untitled)
        page = len(payload.extra.get("html", "").encode())
        if page > MOST_PAGE_BYTES and not any(problem.rule == "too_long" for problem in found):
            reason = "Gmail cuts off e-mails of this length, and with them the way to unsubscribe."
            found += (Problem("page_too_long", reason, "Shorten the text."),)
        said = account.options.get("size", "")
        most = min(MOST_BYTES, int(said)) if said.isdigit() and int(said) else MOST_BYTES
        whole = 5 * page + sum(medium.size * 7 // 5 for part in payload.parts for medium in part.media)
        if whole > most:
            reason = f"With its pictures the e-mail has about {whole:,} bytes; {most:,} are the most."
            found += (Problem("mail_too_large", reason, "Use smaller pictures, or fewer."),)
        return found

    async def send(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Receipt:
        message_id = _message_id(payload, key)
        try:
            async with asyncio.timeout(GATHER_SECONDS) as gathering:
                to, late = await _recipients(payload, door)
                pictures = [await door.blob(medium.sha256) for medium in payload.parts[0].media]
                at = door.now()
                message = message_of(payload, pictures, message_id, at)
                carries = Carries(
                    payload,
                    lambda approved: {"content": message_of(approved.payload, approved.pictures(), message_id, at)},
                    lambda sealed: (sealed.title, text_of(sealed)),
                )
                sender = mailbox_of(payload.extra["from"])
                login = await login_for_sending(door)
                async with opened(door, server_of(payload.server), login, sender) as session:
                    taken = await _begun(session, payload, to, len(message), key, door)
                    gathering.reschedule(None)  # from here on the attempt's own deadline holds
                    await session.data(message, carries)
        except TimeoutError as error:
            raise ProvenNotSent(f"{door.account.name} could not be prepared in time.", kept=NOTHING_SENT) from error
        note = " ".join(filter(None, (_left_out(taken), _came_late(late))))
        return Receipt(message_id, "", door.now(), {"note": note} if note else {})

    async def look_up(self, payload: SealedPayload, key: AttemptKey, door: Door) -> Lookup:
        mailbox = door.account.options.get("imap", "")
        if not mailbox:
            return CannotTell("No mail server tells afterwards what it has sent.")
        message_id = _message_id(payload, key)
        try:
            login = await login_for_reading(door)
            seen = await find_mail(door, server_of(mailbox, "imap"), login, message_id)
        except ProvenNotSent:
            return CannotTell("The sender's mailbox could not be looked into.", temporary=True)
        except ChannelRefused:
            return CannotTell("The sender's mailbox does not let AdMind look.")
        if seen is None:
            return Absent()
        note = {"note": FOUND_LATER} if payload.extra.get("recipients") else {}
        return Found(Receipt(message_id, "", seen.at or key.first_at, note))

    async def read_back(self, receipt: Receipt, door: Door) -> Live | None:
        return None

    async def delete(self, receipt: Receipt, door: Door) -> None:
        raise ChannelRefused(
            "An e-mail that was sent cannot be taken back.",
            code="refused",
            kept="It lies in the mailboxes of those who got it.",
            do_next="Send another one that puts it right.",
        )

    async def metrics(self, receipt: Receipt, door: Door) -> Mapping[str, int]:
        return {}

    def price(self, payload: SealedPayload) -> str:
        return ""

    async def followers(self, account: Account, door: Door) -> int | None:
        """Its recipients, where their list is kept here: nobody is asked. Who is on a list elsewhere is not known."""
        return len([each for each in account.options.get("recipients", "").split(",") if each]) or None

    async def introduce(self, account: Account, door: Door) -> Introduction:
        """The sender's name and the list; mailboxes have no public posts."""
        name = mailbox_of(account.options.get("from", "")).name or account.remote_id
        return Introduction(name=name, last_post=None)

    async def connect(self, account: Account, door: Door) -> Account:
        """Signs in and asks whether the mailbox may send from this address, and looks whether it can be read where that
        is wanted; nothing is sent.

        Raises BadInput for what is missing or cannot work, ChannelRefused (`unauthorized` when it is not let in).
        """
        options = account.options
        found = mail_account(options, await _listed(door))
        beyond = not (found.sender.address + found.to).isascii()
        async with opened(door, found.server, await login_for_sending(door), found.sender) as session:
            await session.begin(found.sender.address, 0, beyond_ascii=beyond)
            await session.end()
            size = session.most_bytes
        if found.mailbox is not None:
            await mailboxes(door, found.mailbox, await login_for_reading(door))
        known = {name: value for name, value in options.items() if name not in found.options and name != "size"}
        where = found.to or f"{found.name} ({len(found.fingerprints)})"
        return account.changed(
            remote_id=found.sender.address,
            server=found.server.origin,
            destination=found.destination,
            handle=f"{found.sender.address} → {where}"[:120],
            options={**known, **found.options} | ({"size": str(size)} if size else {}),
        )


def _message_id(payload: SealedPayload, key: AttemptKey) -> str:
    """Without its angle brackets."""
    return f"{key.key}@{payload.remote_id.rpartition('@')[2]}"


async def _listed(door: Door) -> str:
    """The recipients as they were pasted; empty when none were. Raises ProvenNotSent."""
    try:
        return await door.secret("recipients")
    except ChannelRefused:  # what is missing then is told with what else may be
        return ""


async def _recipients(payload: SealedPayload, door: Door) -> tuple[tuple[str, ...], int]:
    """To whom it goes: those who were on the list when it was approved and still are; and how many came later."""
    if payload.extra.get("to"):
        return (payload.extra["to"],), 0
    approved = recipients_in(payload)
    listed = recipients_of(await door.secret("recipients"), MOST_RECIPIENTS)
    found = tuple(each for each in listed if fingerprint(payload.remote_id, each) in approved)
    if not found:
        raise ChannelRefused(
            f"Nobody is left on the list of {door.account.name} for whom this was approved.",
            code="recipients",
            kept=NOTHING_SENT,
            do_next="Make a new draft for those who are on the list now.",
        )
    return found, len(listed) - len(found)


async def _begun(
    session: Session, payload: SealedPayload, to: tuple[str, ...], size: int, key: AttemptKey, door: Door
) -> Taken:
    """Sender and recipients, up to the e-mail itself.

    Raises ChannelRefused when nobody, or not yet everybody, is taken, ProvenNotSent.
    """
    beyond = not (payload.remote_id + payload.extra.get("reply_to", "") + "".join(to)).isascii()
    await session.begin(payload.remote_id, size, beyond_ascii=beyond)
    taken = await session.recipients(to, beyond_ascii=beyond)
    waited = key.deadline - Email.capabilities.deadline - key.first_at >= PATIENCE
    if taken.waiting and not (waited and taken.good):
        raise later(door.account.name, WAIT_SECONDS)
    if not taken.good:
        raise ChannelRefused(
            f"The mail server of {door.account.name} takes no e-mail for the recipients.",
            code="recipients",
            kept=NOTHING_SENT,
            do_next="Look at the addresses, then connect it again.",
        )
    return taken


def _left_out(taken: Taken) -> str:
    out = [masked(each) for each in (*taken.bad, *taken.waiting)]
    if not out:
        return ""
    names = ", ".join(out[:MOST_NAMED]) + (" …" if len(out) > MOST_NAMED else "")
    good, refused = len(taken.good), len(out)
    return f"{good} recipients got it; for {refused} the mail server refused it: {names}."


def _came_late(count: int) -> str:
    return f"{count} who came onto the list after the approval did not get it." if count else ""
