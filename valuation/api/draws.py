"""Draws and institutions for programs. What is public on the pages is public here."""

from collections.abc import Sequence
from typing import Any

from flask import Response
from flask.typing import ResponseReturnValue

from kernel import clock
from kernel.access import STAFF, Role, access, public, signed_in
from kernel.database import db
from kernel.formats import print_json
from kernel.http import ApiBlueprint
from kernel.transactions import unit_of_work
from valuation import services
from valuation.models import Contribution, CourtSecret, Draw, Institution
from valuation.schemas import (
    AccountIn,
    ActivityIn,
    DrawLineOut,
    DrawOut,
    InstitutionIn,
    InstitutionOut,
    SealIn,
    SeatOut,
    SecretOut,
    SecretsIn,
    UnsealIn,
)

api = ApiBlueprint("draws-api", __name__, url_prefix="/draws",
                   description="Draws by jdraw/v1: pools, contributions, transcripts")
institutions_api = ApiBlueprint("institutions-api", __name__, url_prefix="/institutions",
                                description="The court's sub-lists of appraisal institutions")


@api.get("")
@api.response(200, DrawLineOut(many=True))
@public
def list_draws() -> Sequence[Draw]:
    """Every draw whose pool is frozen, newest first."""
    return services.public_draws(db.session())


@api.get("/<draw_id>")
@api.response(200, DrawOut)
@public
def show(draw_id: str) -> Draw:
    """One draw from its freeze on."""
    return services.public_draw(db.session(), draw_id)


@api.get("/<draw_id>/transcript")
@public
def transcript(draw_id: str) -> ResponseReturnValue:
    """The transcript, jdraw/v1; 404 until the draw was held."""
    found = services.transcript_of(services.public_draw(db.session(), draw_id))
    return Response(print_json(found) + "\n", content_type="application/json; charset=utf-8")


@api.post("/<draw_id>/seal")
@api.arguments(SealIn)
@api.response(200, SeatOut)
@access()
def seal(data: dict[str, Any], draw_id: str) -> Contribution:
    """Seal a phrase, or a commitment one made oneself."""
    with unit_of_work() as work:
        return services.seal_contribution(work.session, draw_id, **data, actor=signed_in(),
                                          now=clock.now())


@api.post("/<draw_id>/open")
@api.arguments(UnsealIn)
@api.response(200, SeatOut)
@access()
def unseal(data: dict[str, Any], draw_id: str) -> Contribution:
    """Open what one sealed."""
    with unit_of_work() as work:
        return services.open_contribution(work.session, draw_id, **data, actor=signed_in(),
                                          now=clock.now())


@api.get("/secrets")
@api.response(200, SecretOut(many=True))
@access(*STAFF)
def list_secrets() -> Sequence[CourtSecret]:
    """The court's numbered commitments, and which draw used which."""
    return services.secrets_of(db.session(), signed_in().court_id or "")


@api.post("/secrets")
@api.arguments(SecretsIn)
@api.response(201, SecretOut(many=True))
@access(Role.DRAW_CLERK, Role.ADMINISTRATOR)
def commit_secrets(data: dict[str, Any]) -> Sequence[CourtSecret]:
    """Make further numbered secrets; only their commitments leave the vault."""
    actor = signed_in()
    with unit_of_work() as work:
        return services.commit_secrets(work.session, court_id=actor.court_id or "",
                                       count=data["count"], actor=actor, now=clock.now())


@institutions_api.get("")
@institutions_api.response(200, InstitutionOut(many=True))
@access(*STAFF)
def list_institutions() -> Sequence[Institution]:
    """The sub-lists of the court."""
    return services.institutions_of(db.session(), signed_in().court_id or "")


@institutions_api.post("")
@institutions_api.arguments(InstitutionIn)
@institutions_api.response(201, InstitutionOut)
@access(Role.ADMINISTRATOR, Role.DRAW_CLERK)
def add_institution(data: dict[str, Any]) -> Institution:
    """Enter an institution."""
    actor = signed_in()
    with unit_of_work() as work:
        return services.list_institution(work.session, court_id=actor.court_id or "", **data,
                                         actor=actor, now=clock.now())


@institutions_api.put("/<institution_id>/account")
@institutions_api.arguments(AccountIn)
@institutions_api.response(200, InstitutionOut)
@access(Role.ADMINISTRATOR, Role.DRAW_CLERK)
def link_institution(data: dict[str, Any], institution_id: str) -> Institution:
    """Give an institution the account through which it answers."""
    with unit_of_work() as work:
        return services.link_institution(work.session, institution_id, **data, actor=signed_in(),
                                         now=clock.now())


@institutions_api.put("/<institution_id>/activity")
@institutions_api.arguments(ActivityIn)
@institutions_api.response(200, InstitutionOut)
@access(Role.ADMINISTRATOR, Role.DRAW_CLERK)
def set_active(data: dict[str, Any], institution_id: str) -> Institution:
    """Take an institution out of the pools to come, or back in."""
    with unit_of_work() as work:
        return services.set_institution_active(work.session, institution_id, **data,
                                               actor=signed_in(), now=clock.now())
