"""Who read sealed identities: the court's list."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from evidence.schemas import ReadingsIn
from evidence.services import readings_of_court
from evidence.views.blueprint import pages
from kernel.access import Role, access, signed_in
from kernel.database import db
from kernel.formats import BEIJING
from kernel.forms import Form


@pages.get("/readings")
@access(Role.AUDITOR, Role.SUPERVISOR)
def readings() -> ResponseReturnValue:
    """Every reading of a sealed identity that concerns the court, newest first."""
    before = Form(request.args).sift(ReadingsIn())["before"]
    found = readings_of_court(db.session(), signed_in(), before=before)
    older = "" if found.older is None else found.older.astimezone(BEIJING).replace(tzinfo=None).isoformat()
    return render_template("evidence/readings.html", found=found, older=older, is_first=before is None,
                           early=[one for one in found.readings if one.was_open])
