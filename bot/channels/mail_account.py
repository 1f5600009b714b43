"""What a mail account is made of, checked when it is connected, and what of it each e-mail is sealed with.

Commercial e-mail must say who sends it, from which postal address, and how to stop it: CAN-SPAM (15 U.S.C. § 7704,
https://www.ftc.gov/business-guidance/resources/can-spam-act-compliance-guide-business), the EU's Directive 2002/58/EC
article 13, Switzerland's UWG article 3(1)(o). So no account comes about without these, and none with recipients of whom
nobody has said that they consented.

Recipients are people: their addresses lie encrypted with the account's secrets. An approved e-mail knows them by their
fingerprints: nobody gets it who was not on the list when it was approved, and whoever was taken off gets nothing.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from bot.channels.mail_address import (
    Mailbox,
    MailServer,
    address_of,
    mailbox_of,
    one_line,
    page_of,
    recipients_of,
    server_of,
)
from bot.channels.mail_login import GIVER
from bot.errors import BadInput

MOST_RECIPIENTS = 100  # every server takes these in one transaction: RFC 5321 §4.5.3.1.8
MOST_POSTAL = 300
FINGERPRINT = 16  # hex characters


@dataclass(frozen=True, slots=True)
class MailAccount:
    """One sender and whom it writes to. `to` is a list's one address; empty where there are `fingerprints`."""

    server: MailServer
    user: str
    sender: Mailbox
    reply_to: str
    name: str  # of the list, as its readers know it
    to: str
    fingerprints: tuple[str, ...]
    postal: str
    unsubscribe_page: str
    unsubscribe_address: str
    mailbox: MailServer | None  # where what was sent can be looked up
    mailbox_user: str  # empty: the same as for sending

    @property
    def destination(self) -> str:
        """The list's address; its List-Id (https://www.rfc-editor.org/rfc/rfc2919) where the list is kept here."""
        return self.to or f"{slug(self.name)}.{self.sender.domain}"

    @property
    def options(self) -> dict[str, str]:
        found = {
            "server": self.server.origin,
            "user": self.user,
            "from": str(self.sender),
            "reply_to": self.reply_to,
            "list": self.name,
            "to": self.to,
            "postal": self.postal,
            "unsubscribe": ", ".join(each for each in (self.unsubscribe_page, self.unsubscribe_address) if each),
            "consent": "yes" if self.fingerprints else "",
            "recipients": ",".join(self.fingerprints),
            "imap": self.mailbox.origin if self.mailbox else "",
            "imap_user": self.mailbox_user,
        }
        return {name: value for name, value in found.items() if value}


def mail_account(options: Mapping[str, str], recipients: str) -> MailAccount:
    """`recipients` as pasted; empty where `to` names a list. Raises BadInput for what is missing or cannot work."""
    sender = mailbox_of(options.get("from", ""))
    listed = recipients_of(recipients, MOST_RECIPIENTS)
    given_to = options.get("to", "").strip()
    if bool(given_to) == bool(listed):
        raise BadInput(
            "It goes to the address of a list, or to recipients: give one of both.", kept="Nothing was connected."
        )
    if listed and options.get("consent") != "yes":
        raise BadInput(
            "Nobody has said that these recipients agreed to get e-mail from you.",
            kept="Nothing was connected.",
            do_next="Give consent=yes when each of them did, and keep the proof.",
        )
    if options.get(GIVER) and not options.get("user", "").strip():
        raise BadInput("An access needs the user name of the mailbox that it is for.", kept="Nothing was connected.")
    page, address = _unsubscribe(options.get("unsubscribe", ""))
    mailbox = options.get("imap", "").strip()
    return MailAccount(
        server=server_of(options.get("server", "")),
        user=_user(options.get("user", "")),
        sender=sender,
        reply_to=address_of(options["reply_to"]) if options.get("reply_to", "").strip() else "",
        name=_needed(options.get("list", ""), "E-mails need the name of the list that their readers are on.", 80),
        to=address_of(given_to) if given_to else "",
        fingerprints=tuple(fingerprint(sender.address, each) for each in listed),
        postal=_needed(options.get("postal", ""), "E-mails need the postal address of who sends them.", MOST_POSTAL),
        unsubscribe_page=page,
        unsubscribe_address=address,
        mailbox=server_of(mailbox, "imap") if mailbox else None,
        mailbox_user=_user(options.get("imap_user", "")),
    )


def fingerprint(sender: str, recipient: str) -> str:
    """Of a recipient, for one sender; says nothing to whoever does not guess the address."""
    return hashlib.sha256(f"admind-recipient-v1\0{sender}\0{recipient}".encode()).hexdigest()[:FINGERPRINT]


def slug(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    found = re.sub(r"[^a-z0-9]+", "-", letters)[:40].strip("-")
    return found or hashlib.sha256(name.encode()).hexdigest()[:12]


def _unsubscribe(given: str) -> tuple[str, str]:
    page = address = ""
    for each in filter(None, (part.strip() for part in given.split(","))):
        if "://" in each:
            page = page_of(each)
        else:
            address = address_of(each.removeprefix("mailto:"))
    if not page and not address:
        raise BadInput(
            "The law wants a way to stop the e-mails in each of them.",
            kept="Nothing was connected.",
            do_next="Give unsubscribe: an https address, an e-mail address, or both with a comma between.",
        )
    return page, address


def _needed(given: str, what: str, most: int) -> str:
    found = one_line(given, most)
    if not found:
        raise BadInput(what, kept="Nothing was connected.", do_next="The law wants it in each of them.")
    return found


def _user(given: str) -> str:
    if len(given) > 254 or not given.isprintable():
        raise BadInput("That is no user name of a mail server.", kept="Nothing was connected.")
    return given.strip()
