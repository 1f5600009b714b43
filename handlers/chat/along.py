"""What comes along with the form for a new post that was opened on a message: its pictures and files, all of its words.

A form takes less text than a message has, and no files that are elsewhere: both are kept for a day, and the form
carries the name that they are found by.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.bootstrap import AdMind
from bot.conversation.desk import MOST_CHARACTERS
from bot.errors import BadInput
from bot.words import reader, told, words
from bot.workflow.documents import MOST_DOCUMENTS
from handlers.chat.taking import MOST_PICTURES
from handlers.chat.visiting import Visitor
from handlers.chat.wrong import FieldErrors

log = logging.getLogger(__name__)
MOST_TOPIC: Final = MOST_CHARACTERS - 2000  # the rest is for what else the form asks


class Along(BaseModel):
    """`user` opened the form; of `text`, all that the message says, `shown` is what stands in its field. `theirs`:
    somebody else wrote the message, who may have meant to give orders to a machine.
    """

    model_config = ConfigDict(frozen=True)

    user: str = ""
    text: str = ""
    shown: str = ""
    theirs: bool = False
    pictures: Mapping[str, str] = Field({}, description="names of pictures, by what the chat has them by")
    documents: Mapping[str, str] = Field({}, description="names of text files and PDFs, by the same")
    others: tuple[str, ...] = Field((), description="names of files that are neither")

    @property
    def cut(self) -> bool:
        """Whether the field has less than the message."""
        return self.shown != self.text

    def all_of(self, topic: str) -> str:
        """What the post is about: the whole message, unless its beginning in the field was changed."""
        return self.text if self.cut and _same(topic, self.shown) else topic

    def of_words(self, topic: str) -> str:
        """What to know about the field that holds this; "" when it holds all there is."""
        if not self.cut or not _same(topic, self.shown):
            return ""
        return told("Only the beginning stands here. The rest comes along unless you change this.")

    def told_apart(self, topic: str) -> str:
        """The same, with each line that somebody else wrote as a quotation: those are read as a source
        (`bot.conversation.quoting`), and what the person added to them is what they ask for.
        """
        if not self.theirs:
            return topic
        written = {line.strip() for line in self.text.splitlines()}
        lines = [f"> {line}" if line.strip() in written else line for line in topic.splitlines()]
        own = any(line.strip() and not line.startswith("> ") for line in lines)
        return "\n".join(lines if own else [told("Write a post about this file."), *lines])

    @property
    def files(self) -> Mapping[str, str]:
        """All that is fetched: names by what the chat has them by."""
        return {**self.pictures, **self.documents}

    def of_files(self) -> str:
        """How many come along, of each kind; "" for none."""
        return " ".join(filter(None, (self._of_pictures(), self._of_documents())))

    def _of_pictures(self) -> str:
        found, book = len(self.pictures), words(reader())
        if found > MOST_PICTURES:
            return told("{most} of {count} pictures come along.", most=MOST_PICTURES, count=book.number(found))
        return book.many("{count} picture comes along.", "{count} pictures come along.", found) if found else ""

    def _of_documents(self) -> str:
        found, book = len(self.documents), words(reader())
        if found > MOST_DOCUMENTS:
            return told("{most} of {count} files are read.", most=MOST_DOCUMENTS, count=book.number(found))
        return book.many("{count} file is read.", "{count} files are read.", found) if found else ""


async def keep(admind: AdMind, visitor: Visitor, along: Along) -> str:
    """What a form finds it by; "" when its field holds all there is to know. Raises StorageUnavailable, StorageFull."""
    if not (along.cut or along.files or along.others or along.theirs):
        return ""
    mine = along.model_copy(update={"user": visitor.who.user})
    return await admind.typed.keep(visitor.workspace, mine.model_dump_json())


async def find(admind: AdMind, visitor: Visitor, name: str) -> Along | None:
    """None for somebody else's, and after a day. A form without a name has nothing that comes along."""
    if not name:
        return Along()
    try:
        kept = Along.model_validate_json(await admind.typed.find(visitor.workspace, name))
    except ValidationError:
        return None
    return kept if kept.user == visitor.who.user else None


async def sent(admind: AdMind, visitor: Visitor, name: str) -> Along:
    """What comes along with a form that was sent. Raises BadInput when that is not kept any more."""
    found = await find(admind, visitor, name)
    if found is None:
        log.info("what came along is gone member=%s", visitor.member.id)
        raise BadInput(
            told("This form stood open for over a day: I no longer have the rest of the message it was made from."),
            kept=told("Nothing was asked for."),
            do_next=told("Begin again from the message itself."),
        )
    return found


def whole_topic(along: Along, topic: str) -> str:
    """All that it is about. Raises FieldErrors where that leaves no room for the wishes that stand below it."""
    text, number = along.all_of(topic), words(reader()).number
    if len(text) > MOST_TOPIC:
        said = told(
            "This message has {count} characters, and I take {most}. Say here in short what the post is about.",
            count=number(len(text)),
            most=number(MOST_TOPIC),
        )
        raise FieldErrors({"topic": said})
    return along.told_apart(text)


def _same(one: str, other: str) -> bool:
    """As the chats' windows hand texts back: they may trim lines, and end them in their own way."""
    return _lines(one) == _lines(other)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip().splitlines()]
