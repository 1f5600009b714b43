"""One e-mail with a file, from a connected e-mail account to one address. Not a post: it goes by its own approval.

What leaves is looked at once more: the message is read again, and its file must be the one that was approved.
"""

from __future__ import annotations

import email.policy
import hashlib
from datetime import UTC
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import format_datetime

from bot.channels.base import ChannelRefused, Door
from bot.channels.mail_address import address_of, mailbox_of, server_of
from bot.channels.mail_login import NOTHING_SENT, login_for_sending
from bot.channels.mail_smtp import opened


async def send_file(
    door: Door, *, to: str, subject: str, text: str, pdf: bytes, sha256: str, name: str, message_id: str
) -> None:
    """Returns when the server has it. Raises BadInput for an address that is none, ChannelRefused, ProvenNotSent, and
    OutcomeUnknown once its first byte has left.
    """
    account, address = door.account, address_of(to)
    sender = mailbox_of(account.options.get("from", ""))
    message = EmailMessage(policy=email.policy.SMTP)
    message["Date"] = format_datetime(door.now().astimezone(UTC).replace(microsecond=0))
    message["Message-ID"] = f"<{message_id}@{sender.domain}>"
    message["From"] = str(sender)
    if account.options.get("reply_to"):
        message["Reply-To"] = account.options["reply_to"]
    message["To"] = address
    stops = [each.strip() for each in account.options.get("unsubscribe", "").split(",") if each.strip()]
    if stops:
        message["List-Unsubscribe"] = ", ".join(f"<{'mailto:' if '@' in s and '/' not in s else ''}{s}>" for s in stops)
    message["Subject"] = " ".join(subject.split())
    message.set_content(text, cte="quoted-printable")
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)
    data = message.as_bytes()
    _look(data, sha256)
    beyond = not (sender.address + address).isascii()
    async with opened(door, server_of(account.server), await login_for_sending(door), sender) as session:
        await session.begin(sender.address, len(data), beyond_ascii=beyond)
        taken = await session.recipients([address], beyond_ascii=beyond)
        if not taken.good:
            raise ChannelRefused(
                f"The mail server of {account.name} takes no e-mail for this recipient.",
                code="recipients",
                kept=NOTHING_SENT,
                do_next="Look at the address; a server that is busy takes it later.",
            )
        await session.data(data, None)


def _look(data: bytes, sha256: str) -> None:
    """Raises ChannelRefused where another file than the approved one would leave."""
    read = message_from_bytes(data, policy=email.policy.SMTP)
    files = [each.get_payload(decode=True) for each in read.walk() if each.get_filename()]
    if [hashlib.sha256(bytes(each)).hexdigest() for each in files if isinstance(each, bytes)] != [sha256]:
        raise ChannelRefused("What was about to go out is not what was approved.", code="changed", kept=NOTHING_SENT)
