"""What stops an auction that is otherwise in order: no surplus (GEN-6), a third party (AUC-36.2).

A reserve that leaves nothing after the claims with priority and the costs makes the auction useless
(无益拍卖, 拍卖变卖规定第六条): the applicant is told, and may within five days apply for it to go on.
Then the reserve is fixed anew, above their sum; if the sale fails, the applicant bears its costs.
An applicant who was told of such a reserve must apply even if another one is fixed meanwhile.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from auction.rules.pricing import least_price_with_surplus
from auction.rules.publication_facts import ApplicantTold, PublicationFacts, SurplusFacts
from auction.rules.stating import by_article, of_provision
from kernel.errors import N_, Filled
from kernel.gates import Obstacle, Weight
from kernel.law import RuleSet
from kernel.money import Fen
from kernel.working_days import beijing_day, deadline

_REPLY: Final = "no_surplus_reply_days"


def least_price(found: SurplusFacts) -> Fen:
    """The least start price that leaves anything (GEN-6)."""
    return least_price_with_surplus(found.prior_claims_fen, found.enforcement_costs_fen)


def is_useless(start_price_fen: Fen, found: SurplusFacts) -> bool:
    """Whether nothing would be left for the applicant at this start price (GEN-6)."""
    return start_price_fen < least_price(found)


def reply_due_on(told_on: date, rules: RuleSet) -> date:
    """The last day on which an applicant who was told may apply for the auction to go on (GEN-6)."""
    return deadline(told_on, rules.days(_REPLY))


def surplus(facts: PublicationFacts, rules: RuleSet) -> Iterator[Obstacle]:
    """Something is left for the applicant, or it insists and the reserve was raised (GEN-6)."""
    found = facts.surplus
    if found is None:
        return
    useless = is_useless(facts.start_price_fen, found)
    was_useless = any(one.start_price_fen is not None and is_useless(one.start_price_fen, found)
                      for one in found.applicants)
    if not useless and not was_useless:
        return
    if not any(one.insisted_on for one in found.applicants):
        yield from _not_insisted(facts, found, rules)
    elif useless:
        yield of_provision(
            rules, _REPLY, "no_surplus_price", "start_price_fen",
            N_("申请执行人申请继续拍卖的，重新确定的起拍价应当大于优先债权 %(prior_fen)s 元与执行费用 "
               "%(costs_fen)s 元的总额，至少为 %(least_fen)s 元。"), _figures(found))
    else:
        yield of_provision(
            rules, _REPLY, "no_surplus_costs", "surplus",
            N_("申请执行人申请继续拍卖：如果流拍，拍卖费用由申请执行人负担。"), weight=Weight.WARN)


def _figures(found: SurplusFacts) -> dict[str, object]:
    return {"prior_fen": found.prior_claims_fen, "costs_fen": found.enforcement_costs_fen,
            "least_fen": least_price(found)}


def _not_insisted(facts: PublicationFacts, found: SurplusFacts, rules: RuleSet) -> Iterator[Obstacle]:
    untold = [one for one in found.applicants if one.told_on is None]
    if untold or not found.applicants:
        yield of_provision(
            rules, _REPLY, "no_surplus", "surplus",
            N_("按这个起拍价，清偿优先债权 %(prior_fen)s 元和执行费用 %(costs_fen)s 元后没有剩余。须先通知"
               "申请执行人 %(people)s；其在 %(days)s 日内申请继续拍卖的，起拍价至少为 %(least_fen)s 元。"),
            {**_figures(found), "people": [one.person for one in untold], "days": rules.days(_REPLY)})
    today = beijing_day(facts.published_at)
    waiting = [one for one in found.applicants if _may_still_insist(one, today, rules)]
    for one in waiting:
        yield of_provision(
            rules, _REPLY, "no_surplus_waiting", "surplus",
            N_("已于 %(told_on)s 通知申请执行人 %(person)s 没有剩余可能，其可以在 "
               "%(due_on)s 以前申请继续拍卖。"),
            {"person": one.person, "told_on": one.told_on,
             "due_on": one.told_on and reply_due_on(one.told_on, rules)})
    if found.applicants and not untold and not waiting:
        yield of_provision(rules, _REPLY, "no_surplus_unanswered", "surplus",
                           N_("申请执行人没有在 %(days)s 日内申请继续拍卖，没有剩余可能的财产不得拍卖。"),
                           {"days": rules.days(_REPLY)})


def _may_still_insist(one: ApplicantTold, today: date, rules: RuleSet) -> bool:
    return one.told_on is not None and today <= reply_due_on(one.told_on, rules)


def objections(facts: PublicationFacts, rules: RuleSet) -> Iterator[Obstacle]:
    """No third party's objection keeps the property from being disposed of (AUC-36.2, CPL-238)."""
    for one in facts.objections:
        if one.until_on is None:
            yield by_article(
                "AUC-36.2", "网络司法拍卖规定第三十六条第二款", "third_party_objection", "objections",
                N_("案外人 %(person)s 对标的提出异议（%(state)s），处理期间须暂缓或者中止拍卖。"),
                figures={"person": one.person, "state": Filled(one.state)})
        else:
            name = "objection.third_party_suit_days"
            yield of_provision(
                rules, name, "third_party_term", "objections",
                N_("案外人 %(person)s 的异议已裁定驳回；裁定送达之日起 %(days)s 日内，即 %(until_on)s 以前，"
                   "不得处分标的。"),
                {"person": one.person, "days": rules.days(name), "until_on": one.until_on})
