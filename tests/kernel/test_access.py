"""Who may do what: guards as they decide, and a start that is refused where one is missing."""

from collections.abc import Iterator

import pytest
from flask import Blueprint, Flask, g

from kernel.access import (
    PUBLIC,
    ROLE_NAMES,
    STAFF,
    SYSTEM,
    Actor,
    Guard,
    Role,
    access,
    check_all_guarded,
    guard_of,
    may_open,
    of_own_court,
    public,
    signed_in,
)
from kernel.errors import NotAllowed, NotSignedIn

OFFICER = Actor("p-1", "沈同舟", frozenset({Role.OFFICER}), "court-donglu")
BIDDER = Actor("p-2", "顾长风", frozenset({Role.BIDDER}))
BOTH = Actor("p-3", "许知微", frozenset({Role.ADMINISTRATOR, Role.OFFICER}), "court-donglu")
NOBODY = Actor("p-4", "无")


@pytest.mark.parametrize(("guard", "actor"), [
    (PUBLIC, None), (PUBLIC, BIDDER),
    (Guard(is_public=False), BIDDER), (Guard(is_public=False), NOBODY),
    (Guard(is_public=False, roles=frozenset({Role.OFFICER})), OFFICER),
    (Guard(is_public=False, roles=frozenset({Role.OFFICER, Role.JUDGE})), BOTH)])
def test_a_guard_lets_pass(guard: Guard, actor: Actor | None) -> None:
    guard.check(actor)


@pytest.mark.parametrize("guard", [Guard(is_public=False),
                                   Guard(is_public=False, roles=frozenset({Role.BIDDER}))])
def test_whoever_is_not_signed_in_is_asked_to(guard: Guard) -> None:
    with pytest.raises(NotSignedIn):
        guard.check(None)


@pytest.mark.parametrize("actor", [BIDDER, NOBODY])
def test_without_one_of_the_roles_nobody_passes(actor: Actor) -> None:
    with pytest.raises(NotAllowed):
        Guard(is_public=False, roles=frozenset({Role.OFFICER, Role.JUDGE})).check(actor)


def test_the_declarations_say_what_they_mean() -> None:
    @public
    def anybody() -> None: ...

    @access()
    def whoever_is_signed_in() -> None: ...

    @access(Role.JUDGE, Role.AUDITOR)
    def two_roles() -> None: ...

    def undeclared() -> None: ...

    assert guard_of(anybody) == PUBLIC
    assert guard_of(whoever_is_signed_in) == Guard(is_public=False)
    assert guard_of(two_roles) == Guard(is_public=False, roles=frozenset({Role.JUDGE, Role.AUDITOR}))
    assert guard_of(undeclared) is None


def test_a_start_with_a_route_nobody_decided_about_is_refused(new_app: Flask) -> None:
    check_all_guarded(new_app)
    bare = Blueprint("bare", __name__)
    bare.add_url_rule("/bare", "one", lambda: "")
    bare.add_url_rule("/bare/two", "two", lambda: "")
    new_app.register_blueprint(bare)
    with pytest.raises(RuntimeError, match=r"bare\.one, bare\.two"):
        check_all_guarded(new_app)


class TestActors:
    def test_the_log_names_an_id_and_never_a_name(self) -> None:
        assert OFFICER.text == "person:p-1"
        assert SYSTEM.text == "system"

    def test_staff_are_those_who_act_for_a_court(self) -> None:
        assert OFFICER.is_staff
        assert BOTH.is_staff
        assert not BIDDER.is_staff
        assert not SYSTEM.is_staff
        assert {Role.BIDDER, Role.PARTY, Role.INSTITUTION} == set(Role) - STAFF

    def test_one_may_act_as_any_of_ones_roles(self) -> None:
        assert BOTH.may_act_as(Role.OFFICER)
        assert BOTH.may_act_as(Role.JUDGE, Role.ADMINISTRATOR)
        assert not BOTH.may_act_as(Role.JUDGE, Role.FINANCE)
        assert not BOTH.may_act_as()

    def test_every_role_has_a_name(self) -> None:
        assert set(ROLE_NAMES) == set(Role)

    def test_staff_see_their_own_court_only(self) -> None:
        of_own_court(OFFICER, "court-donglu")
        with pytest.raises(NotAllowed):
            of_own_court(OFFICER, "court-other")

    def test_who_belongs_to_no_court_is_not_bound_to_one(self) -> None:
        of_own_court(BIDDER, "court-donglu")

    def test_a_guarded_view_has_an_actor_or_is_left(self, app: Flask) -> None:
        with app.test_request_context("/"), pytest.raises(NotSignedIn):
            signed_in()


def test_a_list_can_ask_whether_its_reader_may_follow_a_link(app: Flask) -> None:
    def reader(*roles: Role) -> Iterator[None]:
        with app.test_request_context("/"):
            g.actor = Actor("p-1", "甲", frozenset(roles)) if roles else None
            yield

    for _ in reader(Role.FINANCE):
        assert may_open("/desk/money")
        assert may_open("/desk/money?page=2")
        assert may_open("/")
        assert not may_open("/my/bids")
        assert not may_open("/no/such/page")
        assert not may_open("/logout")
    for _ in reader():
        assert may_open("/lots")
        assert not may_open("/desk/money")
