"""What settlement takes in and shows: the same schemas for pages and the API."""

from marshmallow import Schema, fields

from cases.rules.words import ServiceWay
from kernel.schemas import Day, Instant, Money, Text
from settlement.rules.costs_of_case import CostKind
from settlement.rules.payouts import Act, Destination
from settlement.rules.service import PlanState


class CostIn(Schema):
    """A cost of enforcement."""

    kind = fields.Enum(CostKind, by_value=True, required=True)
    text = Text(longest=200, required=True)
    amount_fen = Money(required=True)
    property_id = Text(longest=40, load_default=None)
    advanced_by = Text(longest=40, load_default=None)


class CostOut(Schema):
    id = fields.String()
    kind = fields.Enum(CostKind, by_value=True)
    text = fields.String()
    amount_fen = fields.Integer()
    property_id = fields.String(allow_none=True)
    advanced_by = fields.String(allow_none=True)
    recorded_at = Instant()


class ServiceIn(Schema):
    """A plan served on one recipient."""

    party_id = Text(longest=40, required=True)
    way = fields.Enum(ServiceWay, by_value=True, required=True)
    served_at = Instant(required=True)


class ObjectionTextIn(Schema):
    """What a party objects to, and what it wants instead (PLAN-03)."""

    text = Text(longest=4000, required=True)


class ObjectionIn(ObjectionTextIn):
    """An objection that came on paper, entered by the officer."""

    party_id = Text(longest=40, required=True)
    raised_on = Day(required=True)


class ObjectionOut(Schema):
    id = fields.String()
    party_id = fields.String()
    raised_on = Day()
    text = fields.String()
    recorded_at = Instant()


class ObstacleOut(Schema):
    """One thing in the way of a plan."""

    code = fields.String()
    rule = fields.String()
    article = fields.String()
    problem = fields.String()
    remedy = fields.String()


class ReadinessOut(Schema):
    """Whether a plan can be drawn up."""

    case_money_fen = fields.Integer()
    obstacles = fields.List(fields.Nested(ObstacleOut))


class TermOut(Schema):
    """One recipient's term to object."""

    party_id = fields.String()
    received_on = Day(allow_none=True)
    ends_on = Day(allow_none=True)
    objected = fields.Boolean()


class PlanOut(Schema):
    """One version of a plan."""

    id = fields.String()
    case_id = fields.String()
    version = fields.Integer()
    state = fields.Enum(PlanState, by_value=True)
    rule_set = fields.String()
    digest = fields.String()
    drafted_at = Instant()
    approved_at = Instant(allow_none=True)
    served_at = Instant(allow_none=True)
    final_at = Instant(allow_none=True)


class PlanInFullOut(PlanOut):
    """The same with its files, terms and objections: for staff and for the parties of the case."""

    commitment = fields.String()
    claims = fields.Dict()
    result = fields.Dict(data_key="plan")
    terms = fields.List(fields.Nested(TermOut))
    objections = fields.List(fields.Nested(ObjectionOut))


class StepOut(Schema):
    """What one step of the ladder asks and gets, without names (PLAN-09)."""

    step = fields.Integer()
    lines = fields.Integer()
    due_fen = fields.Integer()
    paid_fen = fields.Integer()
    unpaid_fen = fields.Integer()


class PublicPlanOut(Schema):
    """A served plan as everyone may see it."""

    id = fields.String()
    version = fields.Integer()
    state = fields.Enum(PlanState, by_value=True)
    total_fen = fields.Integer()
    surplus_fen = fields.Integer()
    commitment = fields.String()
    steps = fields.List(fields.Nested(StepOut))


class ActIn(Schema):
    """Which step of a payout is meant, so that a page seen too long ago does no other."""

    act = fields.Enum(Act, by_value=True, required=True)


class ExecuteIn(Schema):
    """The bank has paid."""

    bank_line = Text(longest=60, required=True)


class PayoutOut(Schema):
    """One payout and who did which step of it."""

    id = fields.String()
    plan_id = fields.String()
    case_id = fields.String()
    destination = fields.Enum(Destination, by_value=True)
    item = fields.String()
    payee = fields.String()
    amount_fen = fields.Integer()
    prepared_by = fields.String(allow_none=True)
    prepared_at = Instant(allow_none=True)
    approved_by = fields.String(allow_none=True)
    approved_at = Instant(allow_none=True)
    executed_by = fields.String(allow_none=True)
    executed_at = Instant(allow_none=True)
    bank_line = fields.String(allow_none=True)
