"""Posts that an account's lapse held back: found together, and let go with one word after it was connected again."""

from __future__ import annotations

from bot.errors import BadInput, NotAllowed, NotFound
from bot.words import told
from bot.workflow.posts import Posts
from storage.accounts import Account
from storage.posts import HELD_BY_ACCOUNT, Post, PostState
from storage.redis import Database
from storage.stores import PostStore, TeamStore
from storage.team import Role

PAGE = 200


class Lapses:
    def __init__(self, database: Database, posts: Posts) -> None:
        self._kept = PostStore(database)
        self._team = TeamStore(database)
        self._posts = posts

    async def held(self, workspace: str, account: str) -> tuple[Post, ...]:
        """Those that wait for a word because the account could not be used, earliest first."""
        found, after = list[Post](), ""
        while True:
            page = await self._kept.page(workspace, index="asking", after=after, limit=PAGE, newest_first=False)
            found += [post for post in page.items if post.account == account and _is_held(post)]
            after = page.next or ""
            if not after:
                return tuple(found)

    async def release(self, workspace: str, account: str, member: str, surface: str) -> str:
        """Send all of them now, each as if its own button had been pressed; what became of them, in words.

        Raises NotFound, NotAllowed, BadInput (it still cannot be used, or nothing waits).
        """
        found = await self._account(workspace, account, member)
        if found.closed_at is not None or found.health.state == "broken":
            raise BadInput(
                told("{account} cannot be used yet.", account=found.name),
                kept=told("Its posts wait."),
                do_next=told("Connect it again first."),
            )
        held = await self.held(workspace, account)
        if not held:
            raise BadInput(told("Nothing waits for {account} any more.", account=found.name))
        return await self._posts.send_held(workspace, [post.id for post in held], member, surface)

    async def _account(self, workspace: str, account: str, member: str) -> Account:
        kept = await self._team.accounts.find(workspace, account)
        by = await self._team.members.find(workspace, member)
        if kept is None or by is None or not by.record.roles.get(kept.record.brand):
            raise NotFound("There is no such account.", do_next="Look at the list of those there are.")
        if not by.record.may(kept.record.brand, Role.approver, Role.owner):
            raise NotAllowed("Only people who approve for this brand can do that.", kept="Nothing changed.")
        return kept.record


def _is_held(post: Post) -> bool:
    waits = post.state in (PostState.paused, PostState.failed)
    return waits and post.failure is not None and post.failure.code in HELD_BY_ACCOUNT
