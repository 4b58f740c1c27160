"""Objections of third parties, for programs; the papers come as multipart."""

from typing import Any

from werkzeug.datastructures import FileStorage

from cases import services
from cases.api.blueprint import api, read_case
from cases.models import ThirdPartyObjection
from cases.rules.third_parties import ObjectionFacts
from cases.schemas import FileIn, ThirdPartyObjectionIn, ThirdPartyObjectionOut, ThirdPartyStepIn
from kernel import clock
from kernel.access import STAFF, Role, access, signed_in
from kernel.database import db
from kernel.transactions import unit_of_work


@api.get("/properties/<property_id>/objections")
@api.response(200, ThirdPartyObjectionOut(many=True))
@access(*STAFF)
def list_objections(property_id: str) -> list[ThirdPartyObjection]:
    """What third parties object to the sale of a property, in the order of filing (CPL-238)."""
    read_case(services.get_property(db.session(), property_id).case_id)
    return [one.objection for one in services.objections_to(db.session(), property_id, clock.now())]


@api.post("/properties/<property_id>/objections")
@api.arguments(ThirdPartyObjectionIn, location="form")
@api.arguments(FileIn, location="files")
@api.response(201, ThirdPartyObjectionOut)
@access(Role.OFFICER)
def file_objection(data: dict[str, Any], files: dict[str, FileStorage],
                   property_id: str) -> ThirdPartyObjection:
    """Record an objection with its paper; it stops publication and sale at once (AUC-36.2)."""
    actor = signed_in()
    found = services.get_property(db.session(), property_id)
    stored = services.take_document(db.session(), found.case_id, files["file"].read(), field="file",
                                    actor=actor)
    with unit_of_work() as work:
        return services.file_objection(work.session, property_id=property_id, actor=actor,
                                       facts=ObjectionFacts(**data), stored=stored, now=clock.now())


@api.post("/objections/<objection_id>/decision")
@api.arguments(ThirdPartyStepIn, location="form")
@api.arguments(FileIn, location="files")
@api.response(200, ThirdPartyObjectionOut)
@access(Role.OFFICER)
def decide_objection(data: dict[str, Any], files: dict[str, FileStorage],
                     objection_id: str) -> ThirdPartyObjection:
    """Record the ruling, suit, judgment or withdrawal, with its paper (CPL-238)."""
    actor = signed_in()
    found = services.get_objection(db.session(), objection_id)
    stored = services.take_document(db.session(), found.case_id, files["file"].read(), field="file",
                                    actor=actor)
    with unit_of_work() as work:
        return services.decide_objection(work.session, objection_id, **data, stored=stored,
                                         actor=actor, now=clock.now())
