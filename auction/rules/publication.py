"""What stands in the way of publishing an auction (F.2: READY -> PUBLISHED).

``publication_obstacles`` is one pure function over everything the law asks on that day. It does
not stop at the first fault: an officer sees all of them at once, each with its rule, what is
missing and what would be right. An obstacle of weight WARN does not forbid; a judge may go on.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from auction.rules.disclosure import (
    ANNOUNCEMENT_TEXTS,
    DISCLOSURE_ARTICLES,
    DISCLOSURE_TEXTS,
    NEVER_ABSENT,
    NOTICE_ARTICLES,
    NOTICE_TEXTS,
    AnnouncementPart,
    DisclosureItem,
    SpecialNotice,
)
from auction.rules.lifecycle import Round
from auction.rules.pricing import (
    lawful_deposit,
    least_second_start_price,
    least_start_price,
    usual_increment,
)
from auction.rules.publication_facts import (
    Disclosed,
    PersonNotified,
    PriceBasis,
    PublicationFacts,
)
from auction.rules.schedule import (
    AssetClass,
    deemed_notified_from,
    earliest_end,
    earliest_opening,
    earliest_publication,
    equity_wait_ends_on,
    latest_auction,
    lead_name,
    second_auction,
)
from auction.rules.stating import by_article, of_provision
from auction.rules.stops import objections, surplus
from kernel.errors import N_
from kernel.gates import Obstacle, Weight
from kernel.law import RuleSet
from kernel.money import Fen
from kernel.working_days import beijing_day

_ONLINE: Final = "网络司法拍卖规定"


def publication_obstacles(facts: PublicationFacts, rules: RuleSet) -> list[Obstacle]:
    """Everything that is not as the law wants it, in the order of the work.

    An exercise publishes nothing: of an exercise only times and increment are looked at.
    """
    checks = _EXERCISE_CHECKS if rules.exercise else _CHECKS
    return [obstacle for check in checks for obstacle in check(facts, rules)]


def refusals(obstacles: Iterable[Obstacle]) -> list[Obstacle]:
    """Those that forbid the publication."""
    return [obstacle for obstacle in obstacles if obstacle.weight is Weight.REFUSE]


# --- Panel and price -------------------------------------------------------------------------


def _panel(facts: PublicationFacts, rules: RuleSet) -> Iterator[Obstacle]:
    """合议庭: who decided what (AUC-27)."""
    name, panel = "panel_members_min", facts.panel
    if panel is None:
        yield of_provision(rules, name, "panel_missing", "panel", N_("合议庭还没有评议确定起拍价等事项。"))
        return
    signed, least = len(set(panel.signed_by)), rules.integer(name)
    if signed < least:
        yield of_provision(rules, name, "panel_too_few", "panel",
                  N_("合议庭须有 %(least)s 名以上成员签署，现在有 %(signed)s 名。"),
                  {"least": least, "signed": signed})
    for planned, decided_fen, planned_fen in (
            ("start_price_fen", panel.start_price_fen, facts.start_price_fen),
            ("increment_fen", panel.increment_fen, facts.increment_fen),
            ("deposit_fen", panel.deposit_fen, facts.deposit_fen)):
        missing, differs = _PANEL_TEXTS[planned]
        if decided_fen is None:
            yield of_provision(rules, name, "panel_item_missing", planned, missing)
        elif decided_fen != planned_fen:
            yield of_provision(rules, name, "panel_differs", planned, differs,
                      {"decided_fen": decided_fen, "planned_fen": planned_fen})
    if not panel.priority_decided:
        yield of_provision(rules, name, "panel_item_missing", "panel",
                  N_("合议庭还没有确定优先购买权人的竞买资格及其顺序；没有的，也须写明。"))
    if facts.of_round is Round.SECOND and panel.cut_ratio is None:
        yield of_provision(rules, name, "panel_item_missing", "panel",
                  N_("合议庭还没有确定起拍价的降价幅度。"))


_PANEL_TEXTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "start_price_fen": (
        N_("合议庭还没有确定起拍价。"),
        N_("起拍价 %(planned_fen)s 元与合议庭确定的 %(decided_fen)s 元不一致。")),
    "increment_fen": (
        N_("合议庭还没有确定增价幅度。"),
        N_("增价幅度 %(planned_fen)s 元与合议庭确定的 %(decided_fen)s 元不一致。")),
    "deposit_fen": (
        N_("合议庭还没有确定保证金数额。"),
        N_("保证金 %(planned_fen)s 元与合议庭确定的 %(decided_fen)s 元不一致。")),
})


def _price_basis(facts: PublicationFacts, rules: RuleSet) -> Iterator[Obstacle]:
    """The reference price is in force and still valid (AUC-10.2, REF-27.2)."""
    price = facts.price
    article = f"{_ONLINE}第十条第二款"
    if price is None or (price.basis is PriceBasis.REFERENCE and not price.in_force):
        yield by_article("AUC-10.2", article, "price_not_in_force", "price",
                  N_("财产处置参考价还没有确定。"))
        return
    if price.basis is PriceBasis.MARKET and not price.parties_consulted:
        yield by_article("AUC-10.2", article, "parties_not_consulted", "price",
                  N_("未作评估的财产参照市价确定起拍价，须先征询当事人意见。"))
    if price.valid_until_on is None:
        return
    name = "reference_price.grace_months_after_validity"
    announced_on = (facts.earlier.first_published_on if facts.earlier
                    else beijing_day(facts.published_at))
    latest_on = latest_auction(price.valid_until_on, rules)
    figures = {"valid_until_on": price.valid_until_on, "latest_on": latest_on,
               "months": rules.months(name)}
    if announced_on > price.valid_until_on:
        yield of_provision(rules, name, "price_expired", "price",
                  N_("参考价的有效期到 %(valid_until_on)s 为止，一拍公告须在此前发布。"
                     "请重新确定参考价。"), figures)
    elif beijing_day(facts.closes_at) > latest_on:
        yield of_provision(rules, name, "auction_after_grace", "closes_at",
                  N_("参考价的有效期到 %(valid_until_on)s 为止，拍卖不得迟于此后 %(months)s 个月，"
                     "即 %(latest_on)s。"), figures)


@dataclass(frozen=True, slots=True)
class _Floor:
    provision: str
    base_fen: Fen
    least_fen: Fen
    message: str


def _floor(facts: PublicationFacts, rules: RuleSet) -> _Floor | None:
    """What bounds the start price below; None while the price it is measured by is missing."""
    if facts.of_round is Round.SECOND and facts.earlier is not None:
        base_fen = facts.earlier.start_price_fen
        return _Floor("second_min_ratio", base_fen, least_second_start_price(base_fen, rules),
                      N_("起拍价比下限少 %(short_fen)s 元。下限是前次起拍价 %(base_fen)s 元的 "
                         "%(percent)s%%，即 %(least_fen)s 元。"))
    if facts.of_round is Round.FIRST and facts.price is not None:
        base_fen = facts.price.amount_fen
        return _Floor("start_min_ratio", base_fen, least_start_price(base_fen, rules),
                      N_("起拍价比下限少 %(short_fen)s 元。下限是参考价 %(base_fen)s 元的 "
                         "%(percent)s%%，即 %(least_fen)s 元。"))
    return None


def _start_price(facts: PublicationFacts, rules: RuleSet) -> Iterator[Obstacle]:
    """The start price is not under its floor (AUC-10.3, AUC-26.4)."""
    start_fen, floor = facts.start_price_fen, _floor(facts, rules)
    if floor is not None and start_fen < floor.least_fen:
        yield of_provision(rules, floor.provision, "start_price_too_low", "start_price_fen", floor.message,
                  {"short_fen": floor.least_fen - start_fen, "base_fen": floor.base_fen,
                   "least_fen": floor.least_fen, "percent": _percent(rules, floor.provision)})


def _deposit(facts: PublicationFacts, rules: RuleSet) -> Iterator[Obstacle]:
    """The deposit lies between 5 % and 20 % of the start price (AUC-17.1)."""
    lawful = lawful_deposit(facts.start_price_fen, rules)
    if facts.deposit_fen < lawful.least_fen:
        yield of_provision(rules, "deposit_min_ratio", "deposit_too_low", "deposit_fen",
                  N_("保证金比下限少 %(short_fen)s 元。下限是起拍价 %(start_price_fen)s 元的 "
                     "%(percent)s%%，即 %(least_fen)s 元。"),
                  {"short_fen": lawful.least_fen - facts.deposit_fen,
                   "least_fen": lawful.least_fen, "start_price_fen": facts.start_price_fen,
                   "percent": _percent(rules, "deposit_min_ratio")})
    elif facts.deposit_fen > lawful.most_fen:
        yield of_provision(rules, "deposit_max_ratio", "deposit_too_high", "deposit_fen",
                  N_("保证金比上限多 %(over_fen)s 元。上限是起拍价 %(start_price_fen)s 元的 "
                     "%(percent)s%%，即 %(most_fen)s 元。"),
                  {"over_fen": facts.deposit_fen - lawful.most_fen,
                   "most_fen": lawful.most_fen, "start_price_fen": facts.start_price_fen,
                   "percent": _percent(rules, "deposit_max_ratio")})


def _increment(facts: PublicationFacts, rules: RuleSet) -> Iterator[Obstacle]:
    """The increment is above zero, and unusual ones are looked at twice (AUC-20.2)."""
    name, usual = "increment_usual_min_ratio", usual_increment(facts.start_price_fen, rules)
    if facts.increment_fen <= 0:
        yield of_provision(rules, name, "increment_missing", "increment_fen", N_("增价幅度须大于零。"))
    elif facts.increment_fen not in usual and not rules.exercise:
        yield of_provision(rules, name, "increment_unusual", "increment_fen",
                  N_("增价幅度通常在 %(least_fen)s 元至 %(most_fen)s 元之间，请再核对。"),
                  {"least_fen": usual.least_fen, "most_fen": usual.most_fen}, Weight.WARN)


# --- Notices and times -----------------------------------------------------------------------


def _notices(facts: PublicationFacts, rules: RuleSet) -> Iterator[Obstacle]:
    """Each party and known priority holder was told in time (AUC-16.1 to 16.3)."""
    published_on = beijing_day(facts.published_at)
    for person in facts.notified:
        if person.waived_in_writing:
            continue
        if person.received_on is not None:
            yield from _received(person.person, person.received_on, published_on, rules)
        elif person.posted_on is not None:
            yield from _posted(person, person.posted_on, published_on, rules)
        else:
            yield of_provision(rules, "notice_days_before_publication", "notice_missing", "notified",
                      N_("还没有通知 %(person)s。无法通知的，请公示并说明理由。"),
                      {"person": person.person})


def _received(person: str, received_on: date, published_on: date,
              rules: RuleSet) -> Iterator[Obstacle]:
    name = "notice_days_before_publication"
    earliest_on = earliest_publication(received_on, rules)
    if published_on < earliest_on:
        yield of_provision(rules, name, "notice_too_late", "published_at",
                  N_("%(person)s 于 %(received_on)s 收到通知，满 %(days)s 日后才能发布公告，"
                     "最早 %(earliest_on)s。"),
                  {"person": person, "received_on": received_on, "days": rules.days(name),
                   "earliest_on": earliest_on})


def _posted(person: PersonNotified, posted_on: date, published_on: date,
            rules: RuleSet) -> Iterator[Obstacle]:
    name = "unreachable_posting_days"
    if not person.unreachable_reason.strip():
        yield of_provision(rules, name, "posting_without_reason", "notified",
                  N_("公示没有说明无法通知 %(person)s 的理由。"), {"person": person.person})
    deemed_on = deemed_notified_from(posted_on, rules)
    if published_on < deemed_on:
        yield of_provision(rules, name, "posting_running", "published_at",
                  N_("%(person)s 无法通知，%(posted_on)s 起公示，满 %(days)s 日视为已经通知，"
                     "最早 %(deemed_on)s 发布公告。"),
                  {"person": person.person, "posted_on": posted_on, "deemed_on": deemed_on,
                   "days": rules.days(name)})


def _lead(facts: PublicationFacts, rules: RuleSet) -> Iterator[Obstacle]:
    """The days between announcement and auction (AUC-12.1, AUC-26.3)."""
    name, published_on = lead_name(facts.of_round, facts.asset), _may_appear_on(facts, rules)
    earliest_on = earliest_opening(published_on, facts.of_round, facts.asset, rules)
    if beijing_day(facts.opens_at) < earliest_on or facts.opens_at <= facts.published_at:
        yield of_provision(rules, name, "opens_too_early", "opens_at",
                  N_("公告须在拍卖 %(days)s 日前发布。%(published_on)s 公告的，"
                     "最早 %(earliest_on)s 开始竞价。"),
                  {"days": rules.days(name), "published_on": published_on,
                   "earliest_on": earliest_on})


def _may_appear_on(facts: PublicationFacts, rules: RuleSet) -> date:
    """The first day on which the notices let it be announced; who is not told yet is told today."""
    today = beijing_day(facts.published_at)
    waits = [deemed_notified_from(one.posted_on, rules) if one.posted_on is not None
             else earliest_publication(one.received_on or today, rules)
             for one in facts.notified if not one.waived_in_writing]
    return max([today, *waits])


def _bidding_time(facts: PublicationFacts, rules: RuleSet) -> Iterator[Obstacle]:
    """Bidding lasts at least 24 hours (AUC-20.3)."""
    earliest_at = earliest_end(facts.opens_at, rules)
    if facts.closes_at < earliest_at:
        yield of_provision(rules, "bidding.min_time", "bidding_too_short", "closes_at",
                  N_("竞价时间不得少于规定的时长。%(opens_at)s 开始的，"
                     "最早 %(earliest_at)s 结束。"),
                  {"opens_at": facts.opens_at, "earliest_at": earliest_at})


def _second(facts: PublicationFacts, rules: RuleSet) -> Iterator[Obstacle]:
    """A second auction: on the same platform, within thirty days (AUC-26.2)."""
    name, earlier = "after.second_within_days", facts.earlier
    if facts.of_round is not Round.SECOND:
        return
    if earlier is None:
        yield of_provision(rules, name, "earlier_sale_missing", "earlier",
                  N_("再次拍卖须以第一次拍卖流拍为前提。"))
        return
    if not earlier.same_platform:
        yield of_provision(rules, name, "platform_changed", "earlier",
                  N_("再次拍卖须在同一网络司法拍卖平台进行。"))
    open_by_on = second_auction(earlier.failed_on, facts.asset, rules).open_by_on
    if beijing_day(facts.opens_at) > open_by_on:
        yield of_provision(rules, name, "second_too_late", "opens_at",
                  N_("流拍后应当在 %(days)s 日内再次拍卖，期限到 %(open_by_on)s 为止。"),
                  {"days": rules.days(name), "open_by_on": open_by_on}, Weight.WARN)


def _equity(facts: PublicationFacts, rules: RuleSet) -> Iterator[Obstacle]:
    """Shareholders have twenty days from the court's notice (AUC-16.5)."""
    name = "equity_priority_days"
    if facts.asset is not AssetClass.EQUITY:
        return
    if facts.equity_notified_on is None:
        yield of_provision(rules, name, "shareholders_not_notified", "equity_notified_on",
                  N_("拍卖有限责任公司股权，须先通知公司及全体股东。"))
        return
    wait_ends_on = equity_wait_ends_on(facts.equity_notified_on, rules)
    figures = {"notified_on": facts.equity_notified_on, "wait_ends_on": wait_ends_on,
               "days": rules.days(name)}
    if beijing_day(facts.closes_at) <= wait_ends_on:
        yield of_provision(rules, name, "ends_in_shareholders_term", "closes_at",
                  N_("股东自 %(notified_on)s 的通知起有 %(days)s 日行使优先购买权，"
                     "到 %(wait_ends_on)s 为止。竞价不得在此期间结束。"), figures)
    elif beijing_day(facts.opens_at) <= wait_ends_on:
        yield of_provision(rules, name, "opens_in_shareholders_term", "opens_at",
                  N_("股东自 %(notified_on)s 的通知起有 %(days)s 日行使优先购买权，"
                     "到 %(wait_ends_on)s 为止。竞价最好在此后开始。"), figures, Weight.WARN)


# --- What is shown ---------------------------------------------------------------------------


def _shown(facts: PublicationFacts, _: RuleSet) -> Iterator[Obstacle]:
    """The announcement, the eleven items and the seven notices (AUC-12.3, AUC-13, AUC-14)."""
    for part in AnnouncementPart:
        if part not in facts.announcement:
            yield by_article("AUC-12.3", f"{_ONLINE}第十二条第二款", "announcement_missing",
                      f"announcement.{part.value}", ANNOUNCEMENT_TEXTS[part].missing)
    for item in DisclosureItem:
        disclosed = facts.disclosures.get(item, Disclosed(is_shown=False))
        excused = disclosed.not_applicable_reason.strip() and item not in NEVER_ABSENT
        if not disclosed.is_shown and not excused:
            yield by_article("AUC-13", DISCLOSURE_ARTICLES[item], "disclosure_missing",
                      f"disclosures.{item.value}", DISCLOSURE_TEXTS[item].missing)
    for notice in SpecialNotice:
        if notice not in facts.special_notices:
            yield by_article("AUC-14", NOTICE_ARTICLES[notice], "special_notice_missing",
                      f"special_notices.{notice.value}", NOTICE_TEXTS[notice].missing)


def _cautions(facts: PublicationFacts, _: RuleSet) -> Iterator[Obstacle]:
    """What is lawful but unwise (AUC-15.2, AUC-30)."""
    if not facts.disclaims_quality:
        yield by_article("AUC-15.2", f"{_ONLINE}第十五条第二款", "disclaimer_missing", "disclaims_quality",
                  N_("公告没有声明不能保证拍卖财产真伪或者品质，法院将不能免除瑕疵担保责任。"),
                  Weight.WARN)
    if facts.all_taxes_on_buyer:
        yield by_article("AUC-30", f"{_ONLINE}第三十条", "all_taxes_on_buyer", "all_taxes_on_buyer",
                  N_("公告写明一切税费由买受人承担。税费由法律规定的主体承担；"
                     "没有规定或者规定不明的，才由法院确定。"), Weight.WARN)


_Check = Callable[[PublicationFacts, RuleSet], Iterator[Obstacle]]

_CHECKS: Final[tuple[_Check, ...]] = (
    _panel, _price_basis, _start_price, surplus, _deposit, _increment, _notices, _lead,
    _bidding_time, _second, _equity, _shown, objections, _cautions)
_EXERCISE_CHECKS: Final[tuple[_Check, ...]] = (_increment, _lead, _bidding_time)


def _percent(rules: RuleSet, provision: str) -> str:
    """A ratio as a percentage without needless zeros: 7/10 is ``70``."""
    return f"{float(rules.fraction(provision) * 100):g}"
