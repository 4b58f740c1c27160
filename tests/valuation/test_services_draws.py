"""The draw through its services: nobody can choose, nothing leaks, and anyone can recompute it."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from accounts import services as accounts
from audit import services as audit
from kernel import clock
from kernel.access import Role
from kernel.errors import InvalidInput, NotAllowed
from kernel.gates import GateClosed
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_court, a_person, the_actor
from tests.factories.valuation import (
    BEGIN,
    PHRASES,
    Scene,
    a_course,
    a_done_draw,
    a_scene,
    a_valuation,
    asked,
    commissioned,
    decided,
    methods_out,
    opened,
    proposed,
    sealed,
)
from valuation import services
from valuation.errors import (
    AlreadySealed,
    ContributionDiffers,
    DrawNotThere,
    DrawRunning,
    NoSecretLeft,
    NothingSealed,
)
from valuation.jobs import hold_draws, note_freezes
from valuation.models import Draw, Valuation
from valuation.rules import transcript
from valuation.rules.appraisal import Failure
from valuation.rules.draw import HashName, contribution_commitment
from valuation.rules.drawing import DrawState, nonce_of
from valuation.rules.selection import ExclusionGround
from valuation.rules.stages import Stage
from valuation.services import LeftOut

Walk = Callable[[datetime], None]
VERIFIER = Path(__file__).resolve().parents[2] / "verifier" / "verify.py"


def the(session: Session, draw: Draw) -> Draw:
    return services.get_draw(session, draw.id)


def hold(draw: Draw) -> None:
    with unit_of_work() as work:
        services.hold_draw(work.session, draw.id, now=clock.now())


@pytest.mark.both_databases
def test_a_draw_is_a_jdraw_v1_transcript_whose_six_checks_hold(session: Session, at: Walk) -> None:
    at(BEGIN)
    scene = a_scene(session)
    valuation, draw = a_done_draw(session, scene, at)
    found = services.transcript_of(the(session, draw))
    redrawn = transcript.redraw(transcript.read(found))
    assert redrawn.holds
    assert redrawn.order == found["result"] == list(services.order_of(
        services.get_valuation(session, valuation.id)))
    assert found["freeze"]["roles"] == ["applicant", "observer", "respondent"]
    assert {part["role"]: part["nonce"] for part in found["contributions"]} == {
        role: sha256(phrase.encode()).hexdigest() for role, phrase in PHRASES.items()}
    assert set(audit.check_logs(session).values()) == {None}


def test_the_independent_verifier_finds_the_same(session: Session, scene: Scene, at: Walk,
                                                 tmp_path: Path) -> None:
    _, draw = a_done_draw(session, scene, at)
    found = services.transcript_of(the(session, draw))
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, str(VERIFIER), "redraw", str(file)], capture_output=True, text=True,
        timeout=60, check=False)
    assert answer.returncode == 0, answer.stderr
    printed = json.loads(answer.stdout)
    assert printed["order"] == found["result"]
    assert set(printed["checks"].values()) == {True}


def test_the_log_binds_pool_contributions_and_order_in_this_sequence(
        session: Session, scene: Scene, at: Walk) -> None:
    _, draw = a_done_draw(session, scene, at)
    leaves = audit.leaves_of_subject(session, f"draw:{draw.id}")
    assert [leaf.kind for leaf in leaves] == [
        "draw.proposed", "draw.frozen", *["draw.contribution_sealed"] * 3,
        "draw.contributions_closed", *["draw.contribution_opened"] * 3, "draw.done"]
    frozen, done = audit.body_of(leaves[1]), audit.body_of(leaves[-1])
    assert frozen["freeze"] == done["transcript"]["freeze"]
    first_committed = audit.leaves_of_subject(session, f"court:{scene.court.id}")[-1]
    assert first_committed.at < leaves[0].at


def test_a_role_that_stays_away_keeps_its_place_with_an_empty_contribution(
        session: Session, scene: Scene, at: Walk) -> None:
    draw = proposed(session, scene, a_course(session, scene, at))
    decided(session, scene, draw)
    two = {role: PHRASES[role] for role in ("applicant", "observer")}
    sealed(session, scene, draw, two)
    hold(draw)
    assert the(session, draw).state is DrawState.SEALING, "not before the time to seal is over"
    at(clock.now() + timedelta(days=2))
    hold(draw)
    opened(session, scene, draw, {"applicant": PHRASES["applicant"]})
    hold(draw)
    assert the(session, draw).state is DrawState.OPENING, "one is sealed and not yet opened"
    at(clock.now() + timedelta(days=1))
    hold(draw)
    found = services.transcript_of(the(session, draw))
    assert transcript.redraw(transcript.read(found)).holds
    parts = {part["role"]: part for part in found["contributions"]}
    assert parts["respondent"] == {"role": "respondent", "commitment": None, "nonce": None}
    assert parts["observer"]["commitment"] is not None
    assert parts["observer"]["nonce"] is None


def test_nobody_presses_anything_the_jobs_bring_a_draw_to_its_end(
        session: Session, scene: Scene, at: Walk) -> None:
    draw = proposed(session, scene, a_course(session, scene, at))
    note_freezes()
    assert the(session, draw).state is DrawState.PROPOSED
    with unit_of_work() as work:
        approval = accounts.approval_for(work.session, subject=draw.subject, act="valuation.freeze")
        assert approval is not None
        accounts.decide_approval(work.session, approval.id, approve=True, actor=scene.supervisor,
                                 now=clock.now())
    note_freezes()
    assert the(session, draw).state is DrawState.SEALING
    at(clock.now() + timedelta(days=2))
    hold_draws()
    hold_draws()
    assert the(session, draw).state is DrawState.DONE, "nothing was sealed, so nothing is to open"


@pytest.mark.parametrize("wait", [timedelta(days=2) - timedelta(milliseconds=1), timedelta(days=2)])
def test_the_time_to_seal_is_over_to_the_millisecond(session: Session, scene: Scene, at: Walk,
                                                     wait: timedelta) -> None:
    draw = proposed(session, scene, a_course(session, scene, at))
    decided(session, scene, draw)
    at(clock.now() + wait)
    if wait < timedelta(days=2):
        sealed(session, scene, draw, {"observer": PHRASES["observer"]})
    else:
        with pytest.raises(AlreadySealed):
            sealed(session, scene, draw, {"observer": PHRASES["observer"]})


def test_what_was_sealed_is_neither_changed_nor_opened_early_or_twice(
        session: Session, scene: Scene, at: Walk) -> None:
    draw = proposed(session, scene, a_course(session, scene, at))
    decided(session, scene, draw)
    sealed(session, scene, draw, {"applicant": PHRASES["applicant"]})
    with pytest.raises(AlreadySealed):
        sealed(session, scene, draw, {"applicant": "又想了另外一句话来换"})
    with pytest.raises(NothingSealed):
        opened(session, scene, draw, {"applicant": PHRASES["applicant"]})
    sealed(session, scene, draw, {role: PHRASES[role] for role in ("respondent", "observer")})
    with pytest.raises(ContributionDiffers) as refused:
        opened(session, scene, draw, {"applicant": PHRASES["respondent"]})
    assert set(refused.value.fields) == {"phrase"}
    opened(session, scene, draw, {"applicant": f"  {PHRASES['applicant']}\n"})
    with pytest.raises(NothingSealed):
        opened(session, scene, draw, {"applicant": PHRASES["applicant"]})


def test_one_may_seal_a_commitment_of_ones_own_and_never_show_the_nonce_before(
        session: Session, scene: Scene, at: Walk) -> None:
    draw = proposed(session, scene, a_course(session, scene, at))
    decided(session, scene, draw)
    nonce = nonce_of("只在自己电脑上算过的一句话")
    mine = contribution_commitment(HashName.SHA256, draw.id, "applicant", nonce)
    actor = the_actor(session, scene.applicant)
    with unit_of_work() as work:
        services.seal_contribution(work.session, draw.id, commitment=mine, actor=actor,
                                   now=clock.now())
    sealed(session, scene, draw, {role: PHRASES[role] for role in ("respondent", "observer")})
    with pytest.raises(ContributionDiffers), unit_of_work() as work:
        services.open_contribution(work.session, draw.id, nonce=bytes(32), actor=actor,
                                   now=clock.now())
    with unit_of_work() as work:
        services.open_contribution(work.session, draw.id, nonce=nonce, actor=actor, now=clock.now())
    opened(session, scene, draw, {role: PHRASES[role] for role in ("respondent", "observer")})
    hold(draw)
    assert transcript.redraw(transcript.read(services.transcript_of(the(session, draw)))).holds


def test_only_seats_contribute(session: Session, scene: Scene, at: Walk) -> None:
    draw = proposed(session, scene, a_course(session, scene, at))
    decided(session, scene, draw)
    other_party = the_actor(session, a_person(session, Role.PARTY))
    elsewhere = the_actor(session, a_person(session, Role.SUPERVISOR, a_court(
        session, "外地法院", "Elsewhere", "elsewhere.example")))
    for actor in (scene.clerk, scene.officer, other_party, elsewhere,
                  the_actor(session, scene.account)):
        with pytest.raises(NotAllowed), unit_of_work() as work:
            services.seal_contribution(work.session, draw.id, phrase="不该有席位的人的一句话",
                                       actor=actor, now=clock.now())


def test_the_first_supervisor_to_seal_is_the_observer(session: Session, scene: Scene,
                                                      at: Walk) -> None:
    second = the_actor(session, a_person(session, Role.SUPERVISOR, scene.court))
    draw = proposed(session, scene, a_course(session, scene, at))
    decided(session, scene, draw)
    with unit_of_work() as work:
        services.seal_contribution(work.session, draw.id, phrase="第二位监督员先写了一句话",
                                   actor=second, now=clock.now())
    with pytest.raises(NotAllowed):
        sealed(session, scene, draw, {"observer": PHRASES["observer"]})


def test_secrets_are_used_in_the_order_of_their_numbers_each_once(
        session: Session, scene: Scene, at: Walk) -> None:
    valuation, first = a_done_draw(session, scene, at)
    for _ in range(3):
        fail(session, scene, valuation)
    second = again(session, scene, valuation, at)
    assert (the(session, first).secret_number, second.secret_number) == (1, 2)
    assert [one.draw_id for one in services.secrets_of(session, scene.court.id)] == [
        first.id, second.id, None]


def fail(session: Session, scene: Scene, valuation: Valuation) -> None:
    commissioned(session, scene, valuation, accepted=False)
    with unit_of_work() as work:
        services.decline_commission(work.session, valuation.id, failure=Failure.CONFLICT, note="",
                                    actor=the_actor(session, scene.account), now=clock.now())


def again(session: Session, scene: Scene, valuation: Valuation, at: Walk) -> Draw:
    """A second round: the parties are asked anew, the three are left out."""
    asked(session, scene, valuation, party_missing=True)
    failed = services.get_valuation(session, valuation.id).orders[0].entries
    return proposed(session, scene, valuation, tuple(
        LeftOut(entry, ExclusionGround.FAILED_HERE) for entry in failed))


def test_the_next_of_the_order_replaces_one_that_failed_and_only_then_there_is_another_draw(
        session: Session, scene: Scene, at: Walk) -> None:
    valuation, _ = a_done_draw(session, scene, at)
    order = services.order_of(services.get_valuation(session, valuation.id))
    for place in range(3):
        with pytest.raises(GateClosed) as refused:
            proposed(session, scene, valuation)
        assert "order_not_used_up" in [one.code for one in refused.value.obstacles]
        fail(session, scene, valuation)
        found = services.get_valuation(session, valuation.id)
        assert found.commissions[place].institution == order[place]
    assert services.get_valuation(session, valuation.id).stage is Stage.APPOINTMENT
    asked(session, scene, valuation, party_missing=True)
    with pytest.raises(GateClosed) as refused:
        proposed(session, scene, valuation)
    assert [one.basis.rule for one in refused.value.obstacles] == ["REF-19.5"]
    draw = proposed(session, scene, valuation,
                    tuple(LeftOut(entry, ExclusionGround.FAILED_HERE) for entry in order))
    assert draw.attempt == 2
    assert set(draw.freeze["pool"]).isdisjoint(order)


def test_after_three_failed_the_parties_are_asked_anew(session: Session, scene: Scene,
                                                       at: Walk) -> None:
    valuation, _ = a_done_draw(session, scene, at)
    for _ in range(3):
        fail(session, scene, valuation)
    found = services.get_valuation(session, valuation.id)
    assert (found.agree_by_on, found.party_missing) == (None, False)
    until = asked(session, scene, valuation)
    with pytest.raises(GateClosed) as refused, unit_of_work() as work:
        services.record_agreement(
            work.session, valuation.id, filed={party.id: found.orders[0].entries
                                               for party in scene.parties},
            filed_on=until, actor=scene.officer, now=clock.now() + timedelta(days=5))
    assert "agreement_unlisted" in [one.code for one in refused.value.obstacles]


def test_a_refused_pool_gives_its_number_back_and_is_no_attempt(session: Session, scene: Scene,
                                                                at: Walk) -> None:
    valuation = a_course(session, scene, at)
    draw = proposed(session, scene, valuation)
    decided(session, scene, draw, approve=False)
    assert the(session, draw).state is DrawState.REFUSED
    second = proposed(session, scene, valuation)
    assert (second.secret_number, second.attempt) == (1, 1), "to burn numbers would be to choose"
    with pytest.raises(DrawNotThere):
        services.public_draw(session, draw.id)


def test_a_second_pool_while_one_waits_or_runs_is_refused(session: Session, scene: Scene,
                                                          at: Walk) -> None:
    valuation = a_course(session, scene, at)
    draw = proposed(session, scene, valuation)
    with pytest.raises(DrawRunning):
        proposed(session, scene, valuation)
    decided(session, scene, draw)
    with pytest.raises(DrawRunning):
        proposed(session, scene, valuation)


def test_without_a_commitment_published_before_there_is_no_draw(session: Session,
                                                                at: Walk) -> None:
    at(BEGIN)
    scene = a_scene(session, secrets=0)
    valuation = a_course(session, scene, at)
    with pytest.raises(NoSecretLeft):
        proposed(session, scene, valuation)
    assert services.get_valuation(session, valuation.id).draws == []


def test_the_draw_waits_until_the_parties_term_is_over(session: Session, scene: Scene,
                                                       at: Walk) -> None:
    valuation = a_valuation(session, scene)
    methods_out(session, scene, valuation)
    with pytest.raises(GateClosed) as refused:
        proposed(session, scene, valuation)
    assert [one.code for one in refused.value.obstacles] == ["parties_not_asked"]
    asked(session, scene, valuation)
    with pytest.raises(GateClosed) as refused:
        proposed(session, scene, valuation)
    assert [one.code for one in refused.value.obstacles] == ["agreement_term_running"]
    asked(session, scene, valuation, party_missing=True)
    assert proposed(session, scene, valuation).state is DrawState.PROPOSED


def test_a_pool_that_became_unlawful_before_it_was_approved_is_sent_back(
        session: Session, scene: Scene, at: Walk) -> None:
    valuation = a_valuation(session, scene)
    methods_out(session, scene, valuation)
    until = asked(session, scene, valuation, party_missing=True)
    draw = proposed(session, scene, valuation)
    order = [one.entry for one in scene.institutions[:3]]
    with unit_of_work() as work:
        services.record_agreement(work.session, valuation.id, filed_on=until,
                                  filed={party.id: order for party in scene.parties},
                                  actor=scene.officer, now=clock.now() + timedelta(days=5))
    note_freezes()
    assert the(session, draw).state is DrawState.REFUSED
    assert services.secrets_of(session, scene.court.id)[0].draw_id is None


def test_a_pool_changed_by_a_byte_after_its_approval_is_not_frozen(
        session: Session, scene: Scene, at: Walk) -> None:
    draw = proposed(session, scene, a_course(session, scene, at))
    with unit_of_work() as work:
        approval = accounts.approval_for(work.session, subject=draw.subject, act="valuation.freeze")
        assert approval is not None
        accounts.decide_approval(work.session, approval.id, approve=True, actor=scene.supervisor,
                                 now=clock.now())
    with unit_of_work() as work:
        row = services.get_draw(work.session, draw.id)
        row.freeze = {**row.freeze, "pool": row.freeze["pool"][1:]}
        services.note_freeze(work.session, draw.id, now=clock.now())
    assert the(session, draw).state is DrawState.REFUSED


def test_an_exclusion_stands_in_the_freeze_with_its_ground(session: Session, scene: Scene,
                                                           at: Walk) -> None:
    valuation = a_course(session, scene, at)
    gone = scene.institutions[4].entry
    draw = proposed(session, scene, valuation, (LeftOut(gone, ExclusionGround.REMOVED, "通报"),))
    assert draw.freeze["excluded"] == [{"entry": gone, "ground": "removed"}]
    assert gone not in draw.freeze["pool"]
    assert draw.exclusions[0]["note"] == "通报"


def test_an_exclusion_of_a_stranger_or_of_one_twice_is_refused(session: Session, scene: Scene,
                                                               at: Walk) -> None:
    valuation = a_course(session, scene, at)
    one = LeftOut(scene.institutions[0].entry, ExclusionGround.REMOVED)
    for wrong in ((LeftOut("INST-99 无名", ExclusionGround.REMOVED),), (one, one)):
        with pytest.raises(InvalidInput) as refused:
            proposed(session, scene, valuation, wrong)
        assert re.fullmatch(r"exclusions\[\d\]\.entry", next(iter(refused.value.fields)))


def test_a_stopped_institution_is_in_no_pool_to_come(session: Session, scene: Scene,
                                                     at: Walk) -> None:
    valuation = a_course(session, scene, at)
    with unit_of_work() as work:
        services.set_institution_active(work.session, scene.institutions[0].id, is_active=False,
                                        actor=scene.clerk, now=clock.now())
    draw = proposed(session, scene, valuation)
    assert scene.institutions[0].entry not in draw.freeze["pool"]


def test_the_courts_secret_is_nowhere_in_the_clear_before_the_draw(session: Session, scene: Scene,
                                                                   at: Walk) -> None:
    draw = proposed(session, scene, a_course(session, scene, at))
    decided(session, scene, draw)
    sealed(session, scene, draw, PHRASES)
    before = [leaf.raw for leaf in audit.leaves_of_case(session, scene.case.id)]
    opened(session, scene, draw, PHRASES)
    hold(draw)
    secret = services.transcript_of(the(session, draw))["court"]["secret"]
    assert not [raw for raw in before if secret.encode() in raw]
    row = services.secrets_of(session, scene.court.id)[0]
    assert bytes.fromhex(secret) not in row.secret_sealed
    assert secret.encode() not in row.secret_sealed


@given(st.text(min_size=1, max_size=60))
def test_a_phrase_is_its_sha256_without_the_blanks_around_it(phrase: str) -> None:
    try:
        known = sha256(phrase.strip().encode()).digest()
    except UnicodeEncodeError:
        return
    assert nonce_of(f" {phrase}\n") == known
