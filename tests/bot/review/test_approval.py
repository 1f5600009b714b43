"""Who must say yes before a version may go out, and what stands in the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.review.approval import active, judge, may_decide, status_of
from bot.review.quorum import deciders, strictest
from storage.accounts import Account
from storage.drafts import Brief, Decision, Draft, DraftStatus, Finding, Verdict, Version
from storage.team import Away, Brand, Member, Policy, Role

NOW = datetime(2030, 5, 1, 9, 0, tzinfo=UTC)
B = "b_1"
OWN, A, C, R = Role.owner, Role.approver, Role.client, Role.requester


def member(name: str, *roles: Role, distinct: bool = True, away: Away | None = None) -> Member:
    held = {B: frozenset(roles)} if roles else {}
    return Member(
        id=name, workspace="w", name=name, subject=name, roles=held, distinct=distinct, away=away, created_at=NOW
    )


def account(policy: Policy | None = None, *, posted: bool = True, id: str = "a_1") -> Account:
    return Account(id=id, workspace="w", brand=B, channel="feed", name=id, policy=policy, posted=posted, created_at=NOW)


def version(id: str = "a_1", digest: str = "1") -> Version:
    return Version(account=id, channel="feed", text="x", payload="p", digest=digest, length=1)


def draft(*decisions: Decision, versions: tuple[Version, ...] = (), by: str = "tom", **more: Any) -> Draft:
    return Draft(
        id="d",
        workspace="w",
        brand=B,
        title="x",
        brief=Brief(request="x"),
        requested_by=by,
        authors=frozenset({by}),
        versions=versions or (version(),),
        decisions=decisions,
        created_at=NOW,
        updated_at=NOW,
        **more,
    )


def said(who: str, verdict: Verdict = Verdict.approve, *, digest: str = "1", **more: Any) -> Decision:
    versions = more.pop("versions", {"a_1": digest})
    return Decision(
        id=f"c_{who}", member=who, verdict=verdict, digest="d", versions=versions, surface="test", at=NOW, **more
    )


TEAM = (member("tom", R), member("ana", A), member("ben", A), member("eva", OWN))


def met(found: Draft, people: tuple[Member, ...] = TEAM, policy: Policy | None = None, **more: Any) -> bool:
    standing = judge(
        found,
        found.versions[0],
        brand=Brand(id=B, workspace="w", name="Velo", policy=policy or Policy(), created_at=NOW),
        account=more.get("account") or account(),
        members=people,
        now=NOW,
    )
    assert standing.met or standing.missing, "what waits says for what"
    return standing.met


def test_one_approver_suffices_by_default_and_nobody_at_all_does_not() -> None:
    assert met(draft(said("ana")))
    assert not met(draft())


def test_a_requesters_word_is_no_approval() -> None:
    assert not met(draft(said("tom"), by="eva"))


@pytest.mark.parametrize(
    ("mode", "alone", "among_several"), [("auto", True, False), ("allowed", True, True), ("denied", False, False)]
)
def test_self_approval(mode: Literal["auto", "allowed", "denied"], alone: bool, among_several: bool) -> None:
    own = draft(said("ana"), by="ana")
    policy = Policy(self_approval=mode)
    assert met(own, (member("ana", A),), policy) is alone
    assert met(own, TEAM, policy) is among_several


def test_who_edited_a_version_by_hand_is_its_author_too() -> None:
    edited = version().model_copy(update={"edited_by": "ana"})
    assert not met(draft(said("ana"), versions=(edited,)))
    assert met(draft(said("ben"), versions=(edited,)))


def test_a_quorum_needs_that_many_people() -> None:
    two = Policy(approvals=2)
    assert not met(draft(said("ana")), policy=two)
    assert not met(draft(said("ana"), said("ana")), policy=two)
    assert met(draft(said("ana"), said("ben")), policy=two)


def test_identities_that_may_be_one_person_never_sum_to_a_quorum() -> None:
    people = (member("ana", A), member("ana@slack", A, distinct=False), member("x", A, distinct=False))
    two = Policy(approvals=2, self_approval="allowed")
    assert not met(draft(said("ana"), said("ana@slack")), people, two)
    assert not met(draft(said("x"), said("ana@slack")), people, two)
    assert met(draft(said("x")), people, Policy(self_approval="allowed"))
    assert not met(draft(said("x")), people, Policy(self_approval="denied"))
    mixed = (member("ana", A), member("carl", C, distinct=False))
    assert not met(draft(said("ana"), said("carl", as_client=True)), mixed, Policy(client_approvals=1))


def test_the_client_comes_after_the_team_and_counts_for_nothing_else() -> None:
    people = (*TEAM, member("carl", C))
    policy = Policy(client_approvals=1)
    assert not met(draft(said("carl", as_client=True)), people, policy)
    assert not met(draft(said("ana")), people, policy)
    assert met(draft(said("ana"), said("carl", as_client=True)), people, policy)
    assert not met(draft(said("carl", as_client=True)), people, Policy())


@given(
    st.builds(
        Policy,
        approvals=st.integers(1, 10),
        client_approvals=st.integers(0, 10),
        self_approval=st.sampled_from(["auto", "allowed", "denied"]),
        owner_for_first_post=st.booleans(),
        owner_for_blocks=st.booleans(),
    ),
    st.builds(
        Policy,
        approvals=st.integers(1, 10),
        client_approvals=st.integers(0, 10),
        self_approval=st.sampled_from(["auto", "allowed", "denied"]),
        owner_for_first_post=st.booleans(),
        owner_for_blocks=st.booleans(),
    ),
)
def test_the_strictest_of_two_policies_asks_for_at_least_what_each_does(one: Policy, other: Policy) -> None:
    found = strictest(one, other)
    assert found == strictest(other, one)
    for each in (one, other):
        assert found.approvals >= each.approvals
        assert found.client_approvals >= each.client_approvals
        assert found.owner_for_first_post >= each.owner_for_first_post
        assert found.owner_for_blocks >= each.owner_for_blocks
        assert not (each.self_approval == "denied" and found.self_approval != "denied")
        assert not (found.self_approval == "allowed" and each.self_approval != "allowed")
    assert strictest(one, None) == one


def test_an_accounts_policy_tightens_the_brands() -> None:
    strict = account(Policy(approvals=2))
    assert not met(draft(said("ana")), account=strict)
    assert met(draft(said("ana"), said("ben")), account=strict)
    assert met(draft(said("ana"), said("ben")), policy=Policy(approvals=2), account=account(Policy(approvals=1)))


def test_the_first_post_and_a_blocking_finding_need_an_owner() -> None:
    first = account(posted=False)
    assert not met(draft(said("ana")), account=first)
    assert met(draft(said("eva")), account=first)
    block = Finding(severity="block", rule="claims.proof", reason="No source.")
    assert not met(draft(said("ana"), findings=(block,)))
    assert met(draft(said("ana"), said("eva"), findings=(block,)))
    elsewhere = block.model_copy(update={"account": "a_2"})
    assert met(draft(said("ana"), findings=(elsewhere,)))


def test_the_only_owner_gives_the_owners_part_of_what_is_their_own_and_no_more() -> None:
    fresh = account(posted=False)
    alone, two = (member("eva", OWN), member("ana", A)), (member("eva", OWN), member("ana", A), member("otto", OWN))
    assert not met(draft(said("eva"), by="eva"), alone, account=fresh), "somebody else must approve, too"
    assert not met(draft(said("ana"), by="eva"), alone, account=fresh), "and the owner all the same"
    assert met(draft(said("eva"), said("ana"), by="eva"), alone, account=fresh)
    assert not met(draft(said("eva"), said("ana"), by="eva"), two, account=fresh), "another owner can look at it"
    assert met(draft(said("otto"), by="eva"), two, account=fresh)


def test_what_the_channel_would_not_take_nobody_can_approve() -> None:
    long = Finding(severity="block", rule="limits.text", reason="Too long.", fix="Shorten it.")
    assert not met(draft(said("ana"), said("eva"), findings=(long,)))


@pytest.mark.parametrize("verdict", [Verdict.reject, Verdict.changes, Verdict.hold])
def test_one_against_outweighs_every_approval_until_withdrawn_or_lifted(verdict: Verdict) -> None:
    no = said("ben", verdict, reason="typo")
    assert not met(draft(said("ana"), no))
    assert not met(draft(no, said("ana"), said("eva")))
    assert met(draft(said("ana"), no.model_copy(update={"withdrawn_at": NOW})))
    assert met(draft(no, said("ben")))  # the same person thought better of it
    assert met(draft(no, said("eva", reason="The name is spelled like that.")))
    assert not met(draft(said("eva", reason="Fine."), no))  # lifted only by what comes later
    assert not met(draft(no, said("ana", reason="I disagree.")))


def test_who_asked_for_it_may_take_it_back() -> None:
    assert not met(draft(said("ana"), said("tom", Verdict.reject)))


def test_a_decision_covers_exactly_the_bytes_it_names() -> None:
    both = (version("a_1", "1"), version("a_2", "2"))
    yes = said("ana", versions={"a_1": "1", "a_2": "2"})
    edited = draft(yes, versions=(version("a_1", "9"), both[1]))
    people = {"brand": Brand(id=B, workspace="w", name="V", created_at=NOW), "members": TEAM, "now": NOW}
    standings = [judge(edited, v, account=account(id=v.account), **people) for v in edited.versions]  # type: ignore[arg-type]
    assert [standing.met for standing in standings] == [False, True]
    assert active((yes,), version("a_1", "9")) == ()


def test_a_delegate_decides_while_away_and_not_afterwards() -> None:
    away = Away(until=NOW + timedelta(days=1), delegate="tom")
    people = (member("tom", R), member("ana", A, away=away), member("nina", R))
    assert may_decide(people[0], B, people, NOW)
    assert not may_decide(people[0], B, people, NOW + timedelta(days=2))
    assert [m.id for m in deciders(B, people, NOW)] == ["tom"]
    assert met(draft(said("tom", for_member="ana"), by="nina"), people)
    both = draft(said("tom", for_member="ana"), said("ana"), by="nina")
    assert not met(both, people, Policy(approvals=2)), "one seat, one vote"


def test_a_delegate_without_a_role_in_the_brand_is_not_waited_for() -> None:
    away = Away(until=NOW + timedelta(days=1), delegate="stranger")
    people = (member("stranger"), member("ana", A, away=away))
    assert [m.id for m in deciders(B, people, NOW)] == ["ana"]


def test_an_owners_delegate_may_do_what_needs_an_owner() -> None:
    away = Away(until=NOW + timedelta(days=1), delegate="ana")
    people = (member("ana", A), member("eva", OWN, away=away))
    yes = draft(said("ana", for_member="eva"))
    assert met(yes, people, account=account(posted=False))


def test_an_approver_who_left_no_longer_counts() -> None:
    gone = member("ana", A).changed(erased_at=NOW)
    assert not met(draft(said("ana")), (gone, member("ben", A), member("eva", OWN)))


def test_a_late_approval_is_late_and_never_approved() -> None:
    late = draft(said("ana"), due=NOW - timedelta(seconds=1))
    standing = judge(
        late,
        late.versions[0],
        brand=Brand(id=B, workspace="w", name="V", created_at=NOW),
        account=account(),
        members=TEAM,
        now=NOW,
    )
    assert standing.met
    assert status_of(late, [standing], NOW) is DraftStatus.late
    assert status_of(late.changed(due=NOW + timedelta(hours=1)), [standing], NOW) is DraftStatus.approved
