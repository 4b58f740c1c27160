"""The course of one reference price, as data: which step leads from which stage to which.

Each step stands here once, with its rule; what else must be true for it is decided by ``ladder``,
``selection``, ``appraisal`` and ``objections``. Law: 法释〔2018〕15号; rules REF-1 to REF-30.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from kernel.gates import Basis
from valuation.errors import StepNotOpen
from valuation.rules import basis


class Stage(StrEnum):
    FACTS = "facts"
    NEGOTIATION = "negotiation"
    DIRECTED_INQUIRY = "directed_inquiry"
    ONLINE_INQUIRY = "online_inquiry"
    ONLINE_EXTENDED = "online_extended"
    ONLINE_REVIEW = "online_review"
    ONLINE_CORRECTION = "online_correction"
    APPOINTMENT = "appointment"
    DRAW = "draw"
    COMMISSION = "commission"
    APPRAISING = "appraising"
    PAUSED = "paused"
    COURT_REVIEW = "court_review"
    DELIVERY = "delivery"
    OBJECTION_TERM = "objection_term"
    ACT_OBJECTION = "act_objection"
    EXPLANATION = "explanation"
    TECHNICAL_REVIEW = "technical_review"
    CORRECTION = "correction"
    IN_FORCE = "in_force"
    SUPERVISION = "supervision"
    REISSUE = "reissue"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


ENDS: Final = frozenset({Stage.EXPIRED, Stage.WITHDRAWN})
"""Where the course ends; a new price is found in a new course."""


class Step(StrEnum):
    """What happens. Steps of one name may leave several stages."""

    OPEN_NEGOTIATION = "open_negotiation"
    FIX_NEGOTIATED_PRICE = "fix_negotiated_price"
    OPEN_DIRECTED_INQUIRY = "open_directed_inquiry"
    TAKE_ANSWER = "take_answer"
    OPEN_ONLINE_INQUIRY = "open_online_inquiry"
    EXTEND_INQUIRY = "extend_inquiry"
    CLOSE_INQUIRY = "close_inquiry"
    ORDER_INQUIRY_CORRECTION = "order_inquiry_correction"
    ACCEPT_INQUIRY = "accept_inquiry"
    OPEN_APPOINTMENT = "open_appointment"
    RECORD_AGREEMENT = "record_agreement"
    FREEZE_DRAW = "freeze_draw"
    HOLD_DRAW = "hold_draw"
    VOID_DRAW = "void_draw"
    ACCEPT_COMMISSION = "accept_commission"
    COMMISSION_NEXT = "commission_next"
    EXHAUST_ORDER = "exhaust_order"
    EXTEND_APPRAISAL = "extend_appraisal"
    PAUSE = "pause"
    RESUME = "resume"
    TAKE_REPORT = "take_report"
    ORDER_CORRECTION = "order_correction"
    ACCEPT_REPORT = "accept_report"
    SERVE_ALL = "serve_all"
    PUT_IN_FORCE = "put_in_force"
    OBJECT_TO_ACT = "object_to_act"
    OBJECT_TO_RESULT = "object_to_result"
    DISPUTE_EXPLANATION = "dispute_explanation"
    ORDER_CHANGED_PRICE = "order_changed_price"
    OPEN_SUPERVISION = "open_supervision"
    KEEP_PRICE = "keep_price"
    REDO = "redo"
    ORDER_REISSUE = "order_reissue"
    EXPIRE = "expire"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the table."""

    source: Stage
    step: Step
    target: Stage
    basis: Basis


_WITHDRAWABLE: Final = tuple(stage for stage in Stage
                             if stage not in {*ENDS, Stage.IN_FORCE, Stage.SUPERVISION})

MOVES: Final[tuple[Move, ...]] = (
    Move(Stage.FACTS, Step.OPEN_NEGOTIATION, Stage.NEGOTIATION, basis.NEGOTIATION),
    Move(Stage.FACTS, Step.OPEN_DIRECTED_INQUIRY, Stage.DIRECTED_INQUIRY,
         basis.DIRECTED_BY_CONSENT),
    Move(Stage.FACTS, Step.OPEN_ONLINE_INQUIRY, Stage.ONLINE_INQUIRY, basis.ONLINE_BY_CONSENT),
    Move(Stage.FACTS, Step.OPEN_APPOINTMENT, Stage.APPOINTMENT, basis.APPRAISAL),
    Move(Stage.NEGOTIATION, Step.FIX_NEGOTIATED_PRICE, Stage.IN_FORCE, basis.NEGOTIATED_PRICE),
    Move(Stage.NEGOTIATION, Step.OPEN_DIRECTED_INQUIRY, Stage.DIRECTED_INQUIRY,
         basis.DIRECTED_INQUIRY),
    Move(Stage.NEGOTIATION, Step.OPEN_ONLINE_INQUIRY, Stage.ONLINE_INQUIRY, basis.ONLINE_INQUIRY),
    Move(Stage.NEGOTIATION, Step.OPEN_APPOINTMENT, Stage.APPOINTMENT, basis.APPRAISAL),
    Move(Stage.DIRECTED_INQUIRY, Step.TAKE_ANSWER, Stage.IN_FORCE, basis.DIRECTED_ANSWER),
    Move(Stage.DIRECTED_INQUIRY, Step.OPEN_ONLINE_INQUIRY, Stage.ONLINE_INQUIRY,
         basis.ONLINE_INQUIRY),
    Move(Stage.DIRECTED_INQUIRY, Step.OPEN_APPOINTMENT, Stage.APPOINTMENT, basis.APPRAISAL),

    Move(Stage.ONLINE_INQUIRY, Step.EXTEND_INQUIRY, Stage.ONLINE_EXTENDED, basis.INQUIRY_EXTENSION),
    Move(Stage.ONLINE_INQUIRY, Step.CLOSE_INQUIRY, Stage.ONLINE_REVIEW, basis.INQUIRY_TERM),
    Move(Stage.ONLINE_EXTENDED, Step.CLOSE_INQUIRY, Stage.ONLINE_REVIEW, basis.INQUIRY_EXTENSION),
    Move(Stage.ONLINE_INQUIRY, Step.OPEN_APPOINTMENT, Stage.APPOINTMENT,
         basis.INQUIRY_NOT_DELIVERED),
    Move(Stage.ONLINE_EXTENDED, Step.OPEN_APPOINTMENT, Stage.APPOINTMENT,
         basis.INQUIRY_EXTENSION_FAILED),
    Move(Stage.ONLINE_REVIEW, Step.ORDER_INQUIRY_CORRECTION, Stage.ONLINE_CORRECTION,
         basis.INQUIRY_DEFECTIVE),
    Move(Stage.ONLINE_CORRECTION, Step.CLOSE_INQUIRY, Stage.ONLINE_REVIEW, basis.INQUIRY_DEFECTIVE),
    Move(Stage.ONLINE_CORRECTION, Step.OPEN_APPOINTMENT, Stage.APPOINTMENT,
         basis.INQUIRY_DEFECTIVE),
    Move(Stage.ONLINE_REVIEW, Step.ACCEPT_INQUIRY, Stage.DELIVERY, basis.DELIVERY),
    Move(Stage.ACT_OBJECTION, Step.OPEN_APPOINTMENT, Stage.APPOINTMENT, basis.INQUIRY_OBJECTED),

    Move(Stage.APPOINTMENT, Step.RECORD_AGREEMENT, Stage.COMMISSION, basis.AGREEMENT),
    Move(Stage.APPOINTMENT, Step.FREEZE_DRAW, Stage.DRAW, basis.DRAW),
    Move(Stage.DRAW, Step.HOLD_DRAW, Stage.COMMISSION, basis.DRAW),
    Move(Stage.DRAW, Step.VOID_DRAW, Stage.APPOINTMENT, basis.DRAW),
    Move(Stage.COMMISSION, Step.ACCEPT_COMMISSION, Stage.APPRAISING, basis.ACCEPTANCE),
    Move(Stage.COMMISSION, Step.COMMISSION_NEXT, Stage.COMMISSION, basis.ACCEPTANCE),
    Move(Stage.COMMISSION, Step.EXHAUST_ORDER, Stage.APPOINTMENT, basis.EXHAUSTED),
    Move(Stage.APPRAISING, Step.EXTEND_APPRAISAL, Stage.APPRAISING, basis.APPRAISAL_EXTENSION),
    Move(Stage.APPRAISING, Step.PAUSE, Stage.PAUSED, basis.PAUSE),
    Move(Stage.PAUSED, Step.RESUME, Stage.APPRAISING, basis.PAUSE),
    Move(Stage.APPRAISING, Step.COMMISSION_NEXT, Stage.COMMISSION, basis.REPLACEMENT),
    Move(Stage.APPRAISING, Step.EXHAUST_ORDER, Stage.APPOINTMENT, basis.EXHAUSTED),
    Move(Stage.APPRAISING, Step.TAKE_REPORT, Stage.COURT_REVIEW, basis.REPORT_CONTENT),
    Move(Stage.COURT_REVIEW, Step.ORDER_CORRECTION, Stage.COURT_REVIEW, basis.COURT_REVIEW),
    Move(Stage.COURT_REVIEW, Step.TAKE_REPORT, Stage.COURT_REVIEW, basis.COURT_REVIEW),
    Move(Stage.COURT_REVIEW, Step.COMMISSION_NEXT, Stage.COMMISSION, basis.REPLACEMENT),
    Move(Stage.COURT_REVIEW, Step.EXHAUST_ORDER, Stage.APPOINTMENT, basis.EXHAUSTED),
    Move(Stage.COURT_REVIEW, Step.ACCEPT_REPORT, Stage.DELIVERY, basis.DELIVERY),

    Move(Stage.DELIVERY, Step.SERVE_ALL, Stage.OBJECTION_TERM, basis.DELIVERY),
    Move(Stage.OBJECTION_TERM, Step.PUT_IN_FORCE, Stage.IN_FORCE, basis.IN_FORCE),
    Move(Stage.OBJECTION_TERM, Step.OBJECT_TO_ACT, Stage.ACT_OBJECTION, basis.ACT_OBJECTION),
    Move(Stage.OBJECTION_TERM, Step.OBJECT_TO_RESULT, Stage.EXPLANATION, basis.EXPLANATION),
    Move(Stage.ACT_OBJECTION, Step.OBJECT_TO_RESULT, Stage.EXPLANATION, basis.MIXED_OBJECTION),
    Move(Stage.ACT_OBJECTION, Step.PUT_IN_FORCE, Stage.IN_FORCE, basis.IN_FORCE),
    Move(Stage.ACT_OBJECTION, Step.ORDER_CHANGED_PRICE, Stage.CORRECTION, basis.ACT_OBJECTION),
    Move(Stage.ACT_OBJECTION, Step.COMMISSION_NEXT, Stage.COMMISSION, basis.MIXED_OBJECTION),
    Move(Stage.ACT_OBJECTION, Step.EXHAUST_ORDER, Stage.APPOINTMENT, basis.EXHAUSTED),
    Move(Stage.EXPLANATION, Step.PUT_IN_FORCE, Stage.IN_FORCE, basis.IN_FORCE),
    Move(Stage.EXPLANATION, Step.DISPUTE_EXPLANATION, Stage.TECHNICAL_REVIEW,
         basis.TECHNICAL_REVIEW),
    Move(Stage.TECHNICAL_REVIEW, Step.PUT_IN_FORCE, Stage.IN_FORCE, basis.IN_FORCE),
    Move(Stage.TECHNICAL_REVIEW, Step.ORDER_CHANGED_PRICE, Stage.CORRECTION,
         basis.TECHNICAL_REVIEW),
    Move(Stage.CORRECTION, Step.PUT_IN_FORCE, Stage.IN_FORCE, basis.IN_FORCE),

    Move(Stage.IN_FORCE, Step.OPEN_SUPERVISION, Stage.SUPERVISION, basis.SUPERVISION),
    Move(Stage.SUPERVISION, Step.KEEP_PRICE, Stage.IN_FORCE, basis.SUPERVISION),
    Move(Stage.SUPERVISION, Step.REDO, Stage.FACTS, basis.SUPERVISION),
    Move(Stage.IN_FORCE, Step.ORDER_REISSUE, Stage.REISSUE, basis.REISSUE),
    Move(Stage.REISSUE, Step.ACCEPT_REPORT, Stage.DELIVERY, basis.DELIVERY),
    Move(Stage.IN_FORCE, Step.EXPIRE, Stage.EXPIRED, basis.VALIDITY),
    *(Move(stage, Step.WITHDRAW, Stage.WITHDRAWN, basis.WITHDRAWAL) for stage in _WITHDRAWABLE),
)

_BY_STEP: Final[Mapping[tuple[Stage, Step], Move]] = MappingProxyType(
    {(move.source, move.step): move for move in MOVES})


def move(stage: Stage, step: Step) -> Move:
    """The row of the table for a step from a stage.

    Raises:
        StepNotOpen: no such step leads on from there.
    """
    try:
        return _BY_STEP[stage, step]
    except KeyError:
        raise StepNotOpen(stage=stage.value, step=step.value) from None


def open_steps(stage: Stage) -> tuple[Step, ...]:
    """The steps that lead on from a stage, in the order of the table."""
    return tuple(move.step for move in MOVES if move.source is stage)
