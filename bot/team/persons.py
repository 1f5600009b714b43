"""Who is known to be another person than who. Pure.

Two members are two people when a platform says so by its own accounts (both are known in one home), or when each of
them is known to be nobody else's second name (`Member.distinct`: an owner said so). All others may be one person. Who
linked two names is one person for certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from storage.team import Identity, Member


class Persons:
    def __init__(self, members: Iterable[Member], identities: Iterable[Identity] = ()) -> None:
        self._members = {member.id: member for member in members}
        self._linked = any(member.one_with for member in self._members.values())
        self._homes: dict[str, set[tuple[str, str]]] = {}
        for identity in identities:
            team = identity.team or identity.bound
            if team and not identity.left:  # who was deactivated may have been given another account
                self._homes.setdefault(identity.member, set()).add((identity.platform, team))

    def one(self, member: str) -> str:
        """The member that this one is one with; itself for most."""
        for _ in range(len(self._members) if self._linked else 0):
            found = self._members.get(member)
            if found is None or not found.one_with:
                break
            member = found.one_with
        return member

    def two(self, one: str, other: str) -> bool:
        """Whether these are known to be two people."""
        if self.one(one) == self.one(other):
            return False
        homes = self._homes.get(self.one(one), set()) & self._homes.get(self.one(other), set())
        return bool(homes) or (self._vouched(one) and self._vouched(other))

    def same_home(self, one: str, other: str) -> bool:
        """Whether one platform has an account of its own for each."""
        return bool(self._homes.get(one, set()) & self._homes.get(other, set()))

    def sure(self, members: Sequence[str]) -> tuple[str, ...]:
        """The largest group of these of whom any two are known to be two people; of several, the earliest."""
        each = tuple(dict.fromkeys(members))
        if all(self.two(one, other) for place, one in enumerate(each) for other in each[place + 1 :]):
            return each
        return self._largest((), each, ())

    def _largest(self, chosen: tuple[str, ...], rest: tuple[str, ...], best: tuple[str, ...]) -> tuple[str, ...]:
        if len(chosen) > len(best):
            best = chosen
        for place, member in enumerate(rest):
            if len(chosen) + len(rest) - place <= len(best):
                break
            later = tuple(other for other in rest[place + 1 :] if self.two(member, other))
            best = self._largest((*chosen, member), later, best)
        return best

    def _vouched(self, member: str) -> bool:
        """A name that nobody here bears (any more) is nobody's second name."""
        found = self._members.get(self.one(member))
        return found is None or found.distinct
