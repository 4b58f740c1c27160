"""The minutes of a draw, as a paper of the court: in Chinese whoever reads them (REF-16.2, REF-34)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from accounts import services as accounts
from audit import services as audit
from audit.kinds import Kind
from cases import services as cases
from kernel.law import INSTRUMENTS
from kernel.papers import wording
from kernel.papers.typesetting import Paper, Proof
from valuation.errors import DrawNotThere
from valuation.models import CourtSecret, Draw
from valuation.rules.drawing import ROLE_NAMES, ROLES
from valuation.rules.selection import EXCLUSION_GROUNDS, ExclusionGround
from valuation.rules.transcript import Redraw, read, redraw
from valuation.services.draws import transcript_of

_INSTRUMENT: Final = INSTRUMENTS["参考价规定"].title


def minutes_of(session: Session, draw: Draw, *, page: str) -> Paper:
    """Who stood in the pool, who sealed and opened what, and the order that came of it.

    Args:
        page: absolute address of the draw.

    Raises:
        DrawNotThere: it was not held yet.
    """
    found = redraw(read(transcript_of(draw)))
    if draw.done_at is None:
        raise DrawNotThere
    thing = cases.get_property(session, draw.valuation.property_id)
    leaf = audit.leaves_of_subject(session, draw.subject, kind=Kind.DRAW_DONE)[-1]
    return Paper("minutes", f"摇号笔录-{thing.title}", draw.done_at, {
        "title": "摇号笔录", "about": thing.title, "instrument": _INSTRUMENT,
        "court": accounts.get_court(session, draw.court_id).name_zh,
        "number": cases.get_case(session, draw.case_id).number, "day": wording.day(draw.done_at),
        "course": [{"name": name, "text": words} for name, words in _course(draw, thing.title)],
        "pool": _pool(draw, found), "exclusions": _exclusions(draw),
        "seals": list(_seals(session, draw)), "seed": found.seed.hex(),
        "picks": [{"place": str(place), "left": str(one.left), "index": str(one.index),
                   "name": _name(one.entry)} for place, one in enumerate(found.picks or (), 1)],
        "drawn": str(draw.freeze["k"]), "checks": _checks(found),
        "command": f"flask valuation redraw {draw.id}.json",
    }, Proof(leaf.log, leaf.index, leaf.hash, page))


def _course(draw: Draw, thing: str) -> Iterator[tuple[str, str]]:
    yield "评估财产", thing
    yield "评估专业", draw.valuation.field
    yield "摇号编号", f"{draw.id}，第 {draw.attempt} 次"
    for name, at in (("冻结名单", draw.frozen_at), ("算出次序", draw.done_at)):
        if at is not None:
            yield name, wording.instant(at)
    yield "方式", f"落槌平台在线摇号，从 {len(draw.freeze['pool'])} 家中摇出 {draw.freeze['k']} 家"


def _pool(draw: Draw, found: Redraw) -> list[dict[str, str]]:
    place = {entry: str(n) for n, entry in enumerate(found.order or (), 1)}
    return [{"no": str(n), "name": _name(entry), "number": _number(entry), "place": place.get(entry, "")}
            for n, entry in enumerate(draw.freeze["pool"])]


def _exclusions(draw: Draw) -> list[dict[str, str]]:
    return [{"name": _name(one["entry"]), "ground": EXCLUSION_GROUNDS[ExclusionGround(one["ground"])][0],
             "note": one["note"]} for one in draw.exclusions]


def _seals(session: Session, draw: Draw) -> Iterator[dict[str, Any]]:
    """The court's number first, then every seat, also one that stayed away."""
    secret = session.get_one(CourtSecret, (draw.court_id, draw.secret_number))
    opened = transcript_of(draw)["court"]["secret"]
    yield _seal(f"法院，第 {secret.number} 号密值", secret.commitment, secret.committed_at,
                opened, draw.done_at)
    parts = {one.role: one for one in draw.contributions}
    for role in ROLES:
        one = parts[role]
        yield _seal(ROLE_NAMES[role], one.commitment, one.sealed_at, one.nonce, one.opened_at)


def _seal(name: str, commitment: str | None, sealed_at: datetime | None, opened: str | None,
          opened_at: datetime | None) -> dict[str, Any]:
    lines = []
    if commitment:
        lines.append({"name": _at("承诺", sealed_at), "hash": commitment})
    if opened:
        lines.append({"name": _at("开启", opened_at), "hash": opened})
    state = "已开启" if opened else "没有开启，以空值进入种子" if commitment else "没有封存，以空值进入种子"
    return {"name": name, "state": state, "lines": lines}


def _at(word: str, at: datetime | None) -> str:
    return word if at is None else f"{word}，{wording.instant(at, exact=True)}"


def _checks(found: Redraw) -> str:
    failed = len([held for held in found.checks.values() if not held])
    return f"{failed} 项检查不符" if failed else "六项检查均相符"


def _number(entry: str) -> str:
    return entry.split(" ", 1)[0]


def _name(entry: str) -> str:
    return entry.split(" ", 1)[-1]
