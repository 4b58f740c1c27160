"""The doors for programs: the same gates as the pages, in problem JSON."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from accounts.models import Person
from kernel import clock
from kernel.access import Role
from kernel.clock import beijing_day
from kernel.formats import canonical, parse_json
from kernel.transactions import unit_of_work
from tests.factories.accounts import a_court, a_person, a_token
from tests.factories.cases import a_pdf
from tests.factories.valuation import BEGIN, PHRASES, Scene, a_course, a_done_draw, a_scene, decided
from valuation import services
from valuation.rules import transcript

Walk = Callable[[datetime], None]


class Program:
    """A caller with a bearer token."""

    def __init__(self, app: Flask, session: Session, person_id: str) -> None:
        person = session.get(Person, person_id)
        assert person is not None
        self._client = app.test_client()
        self._headers = {"Authorization": f"Bearer {a_token(session, person)}"}

    def get(self, path: str) -> Any:
        return self._client.get(f"/api/v1{path}", headers=self._headers)

    def post(self, path: str, body: dict[str, Any] | None = None, **how: Any) -> Any:
        sent: dict[str, Any] = {"data": how["data"]} if "data" in how else {"json": body or {}}
        return self._client.post(f"/api/v1{path}", headers=self._headers, **sent)


@pytest.mark.both_databases
def test_a_program_walks_the_whole_way(app: Flask, session: Session, at: Walk) -> None:
    at(BEGIN)
    scene = a_scene(session)
    officer, clerk, institution = (Program(app, session, one) for one in (
        scene.officer.id, scene.clerk.id, scene.account.id))
    begun = officer.post("/valuations", {"property_id": scene.flat.id, "field": "房地产",
                                         "inspection_needed": True})
    assert begun.status_code == 201, begun.text
    here = f"/valuations/{begun.json['id']}"
    for method, ground in (("negotiation", "refused"), ("directed_inquiry", "no_official_price"),
                           ("online_inquiry", "inspection_needed")):
        answer = officer.post(f"{here}/methods-out", {"method": method, "ground": ground,
                                                      "on": "2026-03-02"})
        assert answer.status_code == 200, answer.text
    assert officer.post(f"{here}/term", {"agree_by_on": "2026-03-07", "party_missing": True}
                        ).json["stage"] == "appointment"
    proposed = clerk.post(f"{here}/draw", {"exclusions": [
        {"entry": scene.institutions[0].entry, "ground": "conflict", "note": "自行回避"}]})
    assert proposed.status_code == 201, proposed.text
    draw_id = proposed.json["id"]
    decided(session, scene, services.get_draw(session, draw_id))
    seats = {"applicant": scene.applicant.id, "respondent": scene.respondent.id,
             "observer": scene.supervisor.id}
    for act in ("seal", "open"):
        for role, person in seats.items():
            answer = Program(app, session, person).post(f"/draws/{draw_id}/{act}",
                                                        {"phrase": PHRASES[role]})
            assert answer.status_code == 200, answer.text
    with unit_of_work() as unit:
        services.hold_draw(unit.session, draw_id, now=clock.now())
    assert officer.post(f"{here}/commissions").status_code == 201
    assert institution.get("/commissions").json[0]["valuation_id"] == begun.json["id"]
    assert institution.post(f"{here}/acceptance", {"declared": True}).status_code == 200
    today = beijing_day(clock.now())
    report = {"price_fen": "238000000", "dated_on": today.isoformat(),
              "valid_until_on": (today + timedelta(days=300)).isoformat(),
              "signed_by": ["陈怀瑾", "苏文远"],
              "parts": ["basics", "method", "standard", "result", "validity"],
              "file": (io.BytesIO(a_pdf("评估报告")), "report.pdf")}
    taken = institution.post(f"{here}/report", data=report)
    assert taken.status_code == 201, taken.text
    assert officer.post(f"{here}/review").json["stage"] == "delivery"
    for party in scene.parties:
        answer = officer.post(f"{here}/services", data={
            "party_id": party.id, "way": "electronic", "served_at": "2026-03-02T09:00:00+08:00"})
        assert answer.status_code == 201, answer.text
    assert officer.get(here).json["stage"] == "objection_term"
    assert officer.get(f"/valuations/prices/{scene.flat.id}").status_code == 404
    at(BEGIN + timedelta(days=8))
    with unit_of_work() as unit:
        services.put_in_force(unit.session, begun.json["id"], now=clock.now())
    assert officer.get(f"/valuations/prices/{scene.flat.id}").json["amount_fen"] == 238_000_000


def test_anyone_reads_draws_and_their_transcripts(app: Flask, session: Session, scene: Scene,
                                                  at: Walk) -> None:
    _, draw = a_done_draw(session, scene, at)
    public: Any = app.test_client()
    assert [one["id"] for one in public.get("/api/v1/draws").json] == [draw.id]
    shown = public.get(f"/api/v1/draws/{draw.id}").json
    assert shown["state"] == "done"
    assert len(shown["contributions"]) == 3
    served = public.get(f"/api/v1/draws/{draw.id}/transcript").data
    assert transcript.redraw(transcript.read(parse_json(served))).holds
    downloaded = public.get(f"/draws/{draw.id}/transcript.json")
    assert downloaded.data == served
    assert downloaded.headers["Content-Disposition"] == f'attachment; filename="{draw.id}.json"'
    kept = services.transcript_of(services.get_draw(session, draw.id))
    assert canonical(parse_json(served)) == canonical(kept)


def test_a_closed_gate_names_every_obstacle_with_its_rule(app: Flask, session: Session,
                                                          scene: Scene) -> None:
    officer, clerk = (Program(app, session, one) for one in (scene.officer.id, scene.clerk.id))
    begun = officer.post("/valuations", {"property_id": scene.flat.id, "field": "房地产"})
    refused = clerk.post(f"/valuations/{begun.json['id']}/draw", {})
    assert refused.status_code == 409
    assert refused.content_type == "application/problem+json"
    assert [one["rule"] for one in refused.json["obstacles"]] == [
        "REF-4.1", "REF-5.1", "REF-7.1", "REF-16.1"]
    assert all(one["message"] and one["remedy"] for one in refused.json["obstacles"])


@pytest.mark.parametrize(("body", "field"), [
    ({"property_id": "x", "field": "房地产", "wish": 1}, "wish"),
    ({"field": "房地产"}, "property_id"),
    ({"property_id": "x", "field": "房地产", "joint_wish": "guessing"}, "joint_wish"),
])
def test_what_does_not_fit_is_refused_by_its_field(app: Flask, session: Session, scene: Scene,
                                                   body: dict[str, Any], field: str) -> None:
    refused = Program(app, session, scene.officer.id).post("/valuations", body)
    assert refused.status_code == 422
    assert list(refused.json["fields"]) == [field]


@pytest.mark.parametrize("body", [{}, {"phrase": "一句足够长的话吧", "commitment": "a" * 64},
                                  {"commitment": "A" * 64}, {"phrase": "短"}])
def test_one_seals_a_phrase_or_a_commitment_of_ones_own_and_not_both(
        app: Flask, session: Session, scene: Scene, at: Walk, body: dict[str, Any]) -> None:
    draw = Program(app, session, scene.clerk.id).post(
        f"/valuations/{a_course(session, scene, at).id}/draw").json
    decided(session, scene, services.get_draw(session, draw["id"]))
    refused = Program(app, session, scene.applicant.id).post(f"/draws/{draw['id']}/seal", body)
    assert refused.status_code == 422


def test_a_stranger_reads_no_course_and_no_list(app: Flask, session: Session, scene: Scene,
                                                at: Walk) -> None:
    valuation = a_course(session, scene, at)
    elsewhere = a_court(session, "外地法院", "Elsewhere", "elsewhere.example")
    officer = Program(app, session, a_person(session, Role.OFFICER, elsewhere).id)
    assert officer.get(f"/valuations/{valuation.id}").status_code == 403
    assert officer.get("/valuations").json == []
    assert officer.get("/institutions").json == []
    assert officer.get("/draws/secrets").json == []
    other = Program(app, session, a_person(session, Role.INSTITUTION).id)
    assert other.get(f"/valuations/{valuation.id}").status_code == 403
    assert Program(app, session, scene.applicant.id).get("/valuations").status_code == 403
    assert app.test_client().get("/api/v1/valuations").status_code == 401


def test_keepers_add_institutions_and_commitments(app: Flask, session: Session,
                                                  scene: Scene) -> None:
    clerk = Program(app, session, scene.clerk.id)
    made = clerk.post("/institutions", {"number": "INST-77", "name": "长堤恒准评估公司",
                                        "field": "房地产", "region": "临澜市"})
    assert made.status_code == 201
    assert [one["number"] for one in clerk.post("/draws/secrets", {"count": 2}).json] == [4, 5]
    assert "secret_sealed" not in clerk.get("/draws/secrets").text
    officer = Program(app, session, scene.officer.id)
    assert officer.post("/draws/secrets", {"count": 2}).status_code == 403
