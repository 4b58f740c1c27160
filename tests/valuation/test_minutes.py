"""The minutes of a draw as PDF: public once it was held, and saying what its transcript says."""

import io
import re
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session

from audit import services as audit
from audit.kinds import Kind
from tests.factories.valuation import Scene, a_course, a_done_draw, decided, proposed
from valuation.services import transcript_of

Walk = Callable[[datetime], None]


def text_of(made: bytes) -> str:
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages))


@pytest.mark.both_databases
def test_the_minutes_hold_the_pool_every_seal_and_the_order(
        client: FlaskClient, session: Session, scene: Scene, at: Walk) -> None:
    _, draw = a_done_draw(session, scene, at)
    answer = client.get(f"/draws/{draw.id}/minutes.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    said, transcript = text_of(answer.data), transcript_of(draw)
    (leaf,) = audit.leaves_of_subject(session, draw.subject, kind=Kind.DRAW_DONE)
    wanted = [leaf.hash, f"https://test.court.example/draws/{draw.id}", "六项检查均相符",
              transcript["court"]["commitment"], transcript["court"]["secret"],
              *(one["commitment"] for one in transcript["contributions"]),
              *(one["nonce"] for one in transcript["contributions"]),
              *(entry.split(" ", 1)[1] for entry in transcript["freeze"]["pool"])]
    assert [words for words in wanted if words not in said] == []
    told = client.get(f"/draws/{draw.id}/minutes.pdf.sha256").text
    assert told.startswith(sha256(answer.data).hexdigest() + "  摇号笔录-")
    page = client.get(f"/draws/{draw.id}").text
    assert f"/draws/{draw.id}/minutes.pdf" in page


def test_before_the_draw_is_held_there_are_no_minutes(
        client: FlaskClient, session: Session, scene: Scene, at: Walk) -> None:
    draw = proposed(session, scene, a_course(session, scene, at))
    decided(session, scene, draw)
    for address in (f"/draws/{draw.id}/minutes.pdf", f"/draws/{draw.id}/minutes.pdf.sha256",
                    "/draws/draw-none/minutes.pdf"):
        assert client.get(address).status_code == 404, address
    assert "minutes.pdf" not in client.get(f"/draws/{draw.id}").text
