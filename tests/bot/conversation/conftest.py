from __future__ import annotations

from pathlib import Path

import pytest

from storage.redis import Database
from tests.bot.conversation.room import Room, open_room


@pytest.fixture
async def room(database: Database, tmp_path: Path) -> Room:
    return await open_room(database, tmp_path)
