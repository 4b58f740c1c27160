"""The pages of the auditor's desk; each module of this folder adds its own."""

from flask import Blueprint

pages = Blueprint("audit", __name__, url_prefix="/desk/audit")
