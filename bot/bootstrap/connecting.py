"""Connecting accounts, by hand and by OAuth, and looking after what their servers gave."""

from __future__ import annotations

from bot.accounts.access import Access
from bot.accounts.book import TeamBook
from bot.accounts.care import Care
from bot.accounts.connect import Accounts
from bot.accounts.oauth import OAuth
from bot.accounts.pasted import Pasting
from bot.accounts.waiting import WaitingAccounts
from bot.bootstrap.ground import Ground
from bot.channels.registry import build_oauth, build_renewals, platforms_of
from storage.ledger import Ledger
from storage.waiting import WaitingStore


class Connecting:
    def __init__(self, ground: Ground) -> None:
        database, clock = ground.database, ground.clock
        book = TeamBook(database, ground.people.store, ground.audit, clock)
        servers = build_oauth(platforms_of(ground.settings))
        self.access = Access(
            build_renewals(servers),
            book=book,
            secrets=ground.credentials,
            ledger=Ledger(database),
            client=ground.client,
            clock=clock,
            waiting=WaitingStore(database).accounts,
        )
        self.accounts = Accounts(
            book,
            channels=ground.channels,
            secrets=ground.credentials,
            open_door=ground.doors,
            clock=clock,
            give_back=self.access.give_back,
            admitted=self.access.admitted,
            faces=ground.blobs,
        )
        self.waiting = WaitingAccounts(
            database,
            accounts=self.accounts,
            access=self.access,
            secrets=ground.credentials,
            audit=ground.audit,
            clock=clock,
        )
        self.oauth = OAuth(
            database,
            servers=servers,
            accounts=self.accounts,
            access=self.access,
            waiting=self.waiting,
            credentials=ground.credentials,
            client=ground.client,
            vault=ground.vault,
            audit=ground.audit,
            clock=clock,
            public_url=ground.settings.public_url,
        )
        self.pasting = Pasting(
            database,
            accounts=self.accounts,
            waiting=self.waiting,
            vault=ground.vault,
            audit=ground.audit,
            clock=clock,
        )
        self.care = Care(
            book,
            channels={name: each for name, each in ground.channels.items() if each.capabilities.access_ends},
            access=self.access,
            open_door=ground.doors,
            clock=clock,
        )
