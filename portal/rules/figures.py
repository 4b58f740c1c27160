"""The figures of the law that the public pages say, read from the rule set and never written down again."""

from fractions import Fraction

from kernel.law import RuleSet


def figures_of(law: RuleSet) -> dict[str, str]:
    """Every figure that a help text or a word of the glossary fills in."""
    return {
        "start_min": percent(law.fraction("start_min_ratio")),
        "deposit_min": percent(law.fraction("deposit_min_ratio")),
        "deposit_max": percent(law.fraction("deposit_max_ratio")),
        "second_cut": percent(1 - law.fraction("second_min_ratio")),
        "second_within": str(law.days("after.second_within_days")),
        "lead_movable": str(law.days("lead_days.first.movable")),
        "lead_other": str(law.days("lead_days.first.other")),
        "min_hours": str(int(law.span("bidding.min_time").total_seconds() // 3600)),
        "window": str(int(law.span("bidding.extension_window").total_seconds() // 60)),
        "refund": str(int(law.span("after.refund_within").total_seconds() // 3600)),
        "resume": str(law.days("after.resume_within_days")),
        "ruling_days": str(law.days("after.ruling_days_after_payment")),
        "handover_days": str(law.days("after.handover_days_after_ruling")),
        "retention": str(law.years("after.retention_years")),
        "institutions": str(law.integer("reference_price.institutions")),
        "review_days": str(law.days("objection.review_days")),
        "reconsideration_days": str(law.days("objection.reconsideration_days")),
        "plan_objection_days": str(law.days("distribution.objection_days")),
        "selloff_days": str(law.days("selloff.period_days")),
    }


def percent(ratio: Fraction) -> str:
    """A ratio of the law as people write it: 20%."""
    shown = f"{float(ratio * 100):.2f}".rstrip("0").rstrip(".")
    return f"{shown}%"
