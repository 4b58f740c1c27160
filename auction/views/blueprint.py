"""What the public pages of the auction share: their blueprint."""

from flask import Blueprint

pages = Blueprint("lots", __name__)
