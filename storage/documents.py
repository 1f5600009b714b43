"""Files of text that people sent and may name in a request; the draft that is made of one keeps it longer.

STRING `document:<brand>:<sha256>` is the name and media type, and lives seven days.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final, cast

from storage import keys
from storage.drafts import Document
from storage.redis import Database

LIFE: Final = timedelta(days=7)


class DocumentStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, workspace: str, brand: str, document: Document) -> None:
        said = json.dumps({"name": document.name, "mime": document.mime})
        await cast(Any, self._database.client).set(_key(workspace, brand, document.sha256), said, ex=LIFE)

    async def find(self, workspace: str, brand: str, sha256: str) -> Document | None:
        said = await cast(Any, self._database.client).get(_key(workspace, brand, sha256))
        return Document(sha256=sha256, **json.loads(said)) if said else None


def _key(workspace: str, brand: str, sha256: str) -> str:
    return keys.of(workspace, "document", brand, sha256)
