"""What stands in the way of publishing an auction: each gate at its border."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest

from auction.rules.disclosure import (
    DISCLOSURE_ARTICLES,
    NEVER_ABSENT,
    NOTICE_ARTICLES,
    AnnouncementPart,
    DisclosureItem,
    SpecialNotice,
)
from auction.rules.lifecycle import Round
from auction.rules.publication import publication_obstacles, refusals
from auction.rules.publication_facts import (
    Disclosed,
    EarlierSale,
    PanelFacts,
    PersonNotified,
    PriceBasis,
    PriceFacts,
    PublicationFacts,
    StandingObjection,
)
from auction.rules.schedule import AssetClass
from kernel.formats import parse_instant
from kernel.gates import Obstacle, Weight
from kernel.law import instrument_of, rule_set
from kernel.money import Fen

RULES = rule_set("civil-online-2017.01")
EXERCISE = rule_set("exercise")


def at(day: str, time: str = "10:00:00.000") -> datetime:
    return parse_instant(f"{day}T{time}+08:00")


FLAT = PublicationFacts(
    of_round=Round.FIRST, asset=AssetClass.IMMOVABLE, published_at=at("2026-03-21", "09:00:00"),
    opens_at=at("2026-04-21"), closes_at=at("2026-04-22"), start_price_fen=Fen(200_200_000),
    increment_fen=Fen(1_000_000), deposit_fen=Fen(30_000_000),
    price=PriceFacts(Fen(286_000_000), PriceBasis.REFERENCE, in_force=True,
                     valid_until_on=date(2026, 12, 1)),
    panel=PanelFacts(("周", "林", "邓"), Fen(200_200_000), Fen(1_000_000), Fen(30_000_000),
                     priority_decided=True),
    notified=(PersonNotified("申请执行人", received_on=date(2026, 3, 16)),
              PersonNotified("被执行人", received_on=date(2026, 3, 17))),
    announcement=frozenset(AnnouncementPart),
    disclosures={item: Disclosed(is_shown=True) for item in DisclosureItem},
    special_notices=frozenset(SpecialNotice), disclaims_quality=True)

SECOND = replace(
    FLAT, of_round=Round.SECOND, start_price_fen=Fen(160_160_000),
    panel=PanelFacts(("周", "林", "邓"), Fen(160_160_000), Fen(1_000_000), Fen(30_000_000),
                     priority_decided=True, cut_ratio=Fraction(1, 5)),
    published_at=at("2026-05-25", "09:00:00"), opens_at=at("2026-06-10"),
    closes_at=at("2026-06-11"),
    notified=(PersonNotified("申请执行人", received_on=date(2026, 5, 21)),),
    earlier=EarlierSale(Fen(200_200_000), date(2026, 5, 11), same_platform=True,
                        first_published_on=date(2026, 3, 21)))


def obstacles(facts: PublicationFacts) -> list[Obstacle]:
    return publication_obstacles(facts, RULES)


def codes(facts: PublicationFacts) -> list[str]:
    return [obstacle.code for obstacle in obstacles(facts)]


def the_one(facts: PublicationFacts) -> Obstacle:
    found = obstacles(facts)
    assert len(found) == 1, [obstacle.code for obstacle in found]
    return found[0]


def test_nothing_stands_in_the_way_where_the_law_is_met_to_the_day_and_the_fen() -> None:
    assert codes(FLAT) == []
    assert codes(SECOND) == []


class TestPanel:
    def test_without_a_decision_nothing_goes(self) -> None:
        found = the_one(replace(FLAT, panel=None))
        assert (found.code, found.rule, found.weight) == ("panel_missing", "AUC-27", Weight.REFUSE)

    @pytest.mark.parametrize(("signed_by", "expected"), [
        (("周", "林"), ["panel_too_few"]), (("周", "林", "林"), ["panel_too_few"]),
        (("周", "林", "邓"), []), (("周", "林", "邓", "王", "李"), [])])
    def test_three_different_members_sign(self, signed_by: tuple[str, ...],
                                          expected: list[str]) -> None:
        assert FLAT.panel is not None
        assert codes(replace(FLAT, panel=replace(FLAT.panel, signed_by=signed_by))) == expected

    @pytest.mark.parametrize("name", ["start_price_fen", "increment_fen", "deposit_fen"])
    def test_each_figure_is_decided_and_published_as_decided(self, name: str) -> None:
        assert FLAT.panel is not None
        nothing: dict[str, Any] = {name: None}
        undecided = the_one(replace(FLAT, panel=replace(FLAT.panel, **nothing)))
        assert (undecided.code, undecided.about) == ("panel_item_missing", name)
        decided = getattr(FLAT, name) + 1
        differs = the_one(replace(FLAT, panel=replace(FLAT.panel, **{name: decided})))
        assert (differs.code, differs.about) == ("panel_differs", name)
        assert differs.details == {"decided_fen": decided, "planned_fen": getattr(FLAT, name)}

    def test_priority_rights_are_decided_and_in_a_second_auction_the_cut(self) -> None:
        assert FLAT.panel is not None
        assert SECOND.panel is not None
        assert codes(replace(FLAT, panel=replace(FLAT.panel, priority_decided=False))) == [
            "panel_item_missing"]
        assert codes(replace(SECOND, panel=replace(SECOND.panel, cut_ratio=None))) == [
            "panel_item_missing"]


class TestPrice:
    @pytest.mark.parametrize(("change", "code"), [
        (lambda price: None, "price_not_in_force"),
        (lambda price: replace(price, in_force=False), "price_not_in_force"),
        (lambda price: replace(price, valid_until_on=date(2026, 3, 20)), "price_expired"),
        (lambda price: replace(price, basis=PriceBasis.MARKET), "parties_not_consulted")])
    def test_a_price_that_does_not_carry_the_sale_is_refused(
            self, change: Callable[[PriceFacts], PriceFacts | None], code: str) -> None:
        assert FLAT.price is not None
        assert codes(replace(FLAT, price=change(FLAT.price))) == [code]

    def test_a_market_price_needs_the_parties_opinion(self) -> None:
        market = PriceFacts(Fen(286_000_000), PriceBasis.MARKET, in_force=False,
                            valid_until_on=None, parties_consulted=True)
        assert codes(replace(FLAT, price=market)) == []

    @pytest.mark.parametrize(("valid_until_on", "expected"), [
        (date(2026, 3, 20), ["price_expired"]), (date(2026, 3, 21), [])])
    def test_publication_on_the_last_day_of_validity_is_in_time(
            self, valid_until_on: date, expected: list[str]) -> None:
        assert FLAT.price is not None
        assert codes(replace(FLAT, price=replace(FLAT.price, valid_until_on=valid_until_on))) == (
            expected)

    @pytest.mark.parametrize(("closes_on", "expected"), [
        ("2026-09-21", []), ("2026-09-22", ["auction_after_grace"])])
    def test_the_auction_ends_within_six_months_after_the_validity(
            self, closes_on: str, expected: list[str]) -> None:
        assert FLAT.price is not None
        facts = replace(FLAT, opens_at=at("2026-09-20"), closes_at=at(closes_on),
                        price=replace(FLAT.price, valid_until_on=date(2026, 3, 21)))
        assert codes(facts) == expected

    def test_a_second_auction_rests_on_the_first_announcement(self) -> None:
        assert SECOND.price is not None
        price = replace(SECOND.price, valid_until_on=date(2026, 3, 21))
        assert codes(replace(SECOND, price=price)) == []

    @pytest.mark.parametrize(("start", "expected"), [
        (200_199_999, ["start_price_too_low"]), (200_200_000, []), (200_200_001, [])])
    def test_the_start_price_is_at_least_seventy_percent(self, start: int,
                                                         expected: list[str]) -> None:
        assert FLAT.panel is not None
        facts = replace(FLAT, start_price_fen=Fen(start),
                        panel=replace(FLAT.panel, start_price_fen=Fen(start)))
        assert codes(facts) == expected
        if expected:
            found = the_one(facts)
            assert (found.rule, found.article) == ("AUC-10.3", "网络司法拍卖规定第十条第二款")
            assert found.details == {"short_fen": 1, "base_fen": 286_000_000,
                                     "least_fen": 200_200_000, "percent": "70"}

    @pytest.mark.parametrize(("start", "expected"), [
        (160_159_999, ["start_price_too_low"]), (160_160_000, [])])
    def test_a_second_start_price_is_measured_by_the_first(self, start: int,
                                                           expected: list[str]) -> None:
        assert SECOND.panel is not None
        facts = replace(SECOND, start_price_fen=Fen(start),
                        panel=replace(SECOND.panel, start_price_fen=Fen(start)))
        assert codes(facts) == expected

    @pytest.mark.parametrize(("deposit", "expected"), [
        (10_009_999, ["deposit_too_low"]), (10_010_000, []), (40_040_000, []),
        (40_040_001, ["deposit_too_high"])])
    def test_the_deposit_lies_between_five_and_twenty_percent(self, deposit: int,
                                                              expected: list[str]) -> None:
        assert FLAT.panel is not None
        facts = replace(FLAT, deposit_fen=Fen(deposit),
                        panel=replace(FLAT.panel, deposit_fen=Fen(deposit)))
        assert codes(facts) == expected

    @pytest.mark.parametrize(("increment", "expected", "weight"), [
        (0, ["increment_missing"], Weight.REFUSE), (200_199, ["increment_unusual"], Weight.WARN),
        (200_200, [], None), (10_010_000, [], None),
        (10_010_001, ["increment_unusual"], Weight.WARN)])
    def test_an_unusual_increment_is_looked_at_twice(self, increment: int, expected: list[str],
                                                     weight: Weight | None) -> None:
        assert FLAT.panel is not None
        facts = replace(FLAT, increment_fen=Fen(increment),
                        panel=replace(FLAT.panel, increment_fen=Fen(increment)))
        assert codes(facts) == expected
        assert [found.weight for found in obstacles(facts)] == ([weight] if weight else [])


IN_MAY = replace(FLAT, opens_at=at("2026-05-04"), closes_at=at("2026-05-05"))
"""Opens late enough for every notice to be given still."""


class TestNotices:
    @pytest.mark.parametrize(("received_on", "expected"), [
        (date(2026, 3, 17), []), (date(2026, 3, 18), ["notice_too_late"])])
    def test_three_full_days_lie_between_notice_and_publication(
            self, received_on: date, expected: list[str]) -> None:
        facts = replace(IN_MAY, notified=(PersonNotified("被执行人", received_on=received_on),))
        assert codes(facts) == expected
        if expected:
            assert the_one(facts).details["earliest_on"] == date(2026, 3, 22)

    def test_a_court_that_counts_leniently_gains_a_day(self) -> None:
        lenient = RULES.with_settings({"lead_count": "lenient"})
        facts = replace(IN_MAY, notified=(
            PersonNotified("被执行人", received_on=date(2026, 3, 18)),))
        assert publication_obstacles(facts, lenient) == []

    def test_everybody_is_told_or_has_waived(self) -> None:
        assert codes(replace(IN_MAY, notified=(PersonNotified("承租人"),))) == ["notice_missing"]
        assert codes(replace(IN_MAY, notified=(
            PersonNotified("承租人", waived_in_writing=True),))) == []

    @pytest.mark.parametrize(("posted_on", "expected"), [
        (date(2026, 3, 15), []), (date(2026, 3, 16), ["posting_running"])])
    def test_who_cannot_be_reached_is_posted_for_five_full_days(
            self, posted_on: date, expected: list[str]) -> None:
        missing = PersonNotified("被执行人", posted_on=posted_on, unreachable_reason="下落不明")
        assert codes(replace(IN_MAY, notified=(missing,))) == expected

    def test_a_posting_says_why_nobody_was_reached(self) -> None:
        missing = PersonNotified("被执行人", posted_on=date(2026, 3, 1), unreachable_reason=" ")
        assert codes(replace(IN_MAY, notified=(missing,))) == ["posting_without_reason"]


class TestTimes:
    @pytest.mark.parametrize(("opens_at", "expected"), [
        (at("2026-04-20", "23:59:59.999"), ["opens_too_early"]),
        (at("2026-04-21", "00:00:00.000"), []), (at("2026-05-04"), [])])
    def test_thirty_full_days_lie_between_announcement_and_bidding(
            self, opens_at: datetime, expected: list[str]) -> None:
        facts = replace(FLAT, opens_at=opens_at, closes_at=opens_at + timedelta(hours=24))
        assert codes(facts) == expected
        if expected:
            assert the_one(facts).details == {
                "days": 30, "published_on": date(2026, 3, 21), "earliest_on": date(2026, 4, 21)}

    @pytest.mark.parametrize(("person", "published_on"), [
        (PersonNotified("被执行人"), date(2026, 3, 25)),
        (PersonNotified("被执行人", received_on=date(2026, 3, 20)), date(2026, 3, 24)),
        (PersonNotified("被执行人", posted_on=date(2026, 3, 20), unreachable_reason="下落不明"),
         date(2026, 3, 26)),
        (PersonNotified("被执行人", waived_in_writing=True), date(2026, 3, 21))])
    def test_the_days_run_from_when_the_notices_let_it_be_announced(
            self, person: PersonNotified, published_on: date) -> None:
        earliest_on = published_on + timedelta(days=31)
        opens_at = at(earliest_on.isoformat(), "00:00:00.000")
        facts = replace(FLAT, notified=(person,), opens_at=opens_at, closes_at=opens_at + timedelta(days=1))
        assert "opens_too_early" not in codes(facts)
        facts = replace(facts, opens_at=opens_at - timedelta(milliseconds=1))
        (told,) = [one for one in obstacles(facts) if one.code == "opens_too_early"]
        assert told.details == {"days": 30, "published_on": published_on, "earliest_on": earliest_on}

    def test_a_movable_may_open_after_fifteen(self) -> None:
        car = replace(FLAT, asset=AssetClass.MOVABLE, opens_at=at("2026-04-06"),
                      closes_at=at("2026-04-07"))
        assert codes(car) == []
        assert codes(replace(car, asset=AssetClass.RIGHT)) == ["opens_too_early"]

    @pytest.mark.parametrize(("closes_at", "expected"), [
        (at("2026-04-22", "09:59:59.999"), ["bidding_too_short"]), (at("2026-04-22"), []),
        (at("2026-04-22", "10:00:00.001"), [])])
    def test_bidding_lasts_a_day_to_the_millisecond(self, closes_at: datetime,
                                                    expected: list[str]) -> None:
        assert codes(replace(FLAT, closes_at=closes_at)) == expected

    def test_a_second_auction_follows_a_failed_first_one_on_the_same_platform(self) -> None:
        assert SECOND.earlier is not None
        assert "earlier_sale_missing" in codes(replace(SECOND, earlier=None))
        moved = replace(SECOND, earlier=replace(SECOND.earlier, same_platform=False))
        assert the_one(moved).code == "platform_changed"

    def test_a_second_auction_after_the_thirty_days_is_warned_of(self) -> None:
        late = replace(SECOND, opens_at=at("2026-06-11"), closes_at=at("2026-06-12"))
        assert (the_one(late).code, the_one(late).weight) == ("second_too_late", Weight.WARN)
        assert refusals(obstacles(late)) == []

    @pytest.mark.parametrize(("notified_on", "code", "weight"), [
        (date(2026, 3, 31), None, None),
        (date(2026, 4, 1), "opens_in_shareholders_term", Weight.WARN),
        (date(2026, 4, 2), "ends_in_shareholders_term", Weight.REFUSE),
        (None, "shareholders_not_notified", Weight.REFUSE)])
    def test_shareholders_have_twenty_days(self, notified_on: date | None, code: str | None,
                                           weight: Weight | None) -> None:
        shares = replace(FLAT, asset=AssetClass.EQUITY, equity_notified_on=notified_on)
        assert [(found.code, found.weight) for found in obstacles(shares)] == (
            [] if code is None else [(code, weight)])


class TestWhatIsShown:
    @pytest.mark.parametrize("part", list(AnnouncementPart))
    def test_each_part_of_the_announcement_is_asked_for(self, part: AnnouncementPart) -> None:
        found = the_one(replace(FLAT, announcement=FLAT.announcement - {part}))
        assert (found.code, found.about) == ("announcement_missing", f"announcement.{part.value}")
        assert found.rule == "AUC-12.3"

    @pytest.mark.parametrize("item", list(DisclosureItem))
    def test_each_of_the_eleven_items_is_shown_or_not_applicable_for_a_reason(
            self, item: DisclosureItem) -> None:
        rest = {other: shown for other, shown in FLAT.disclosures.items() if other is not item}
        found = the_one(replace(FLAT, disclosures=rest))
        assert (found.code, found.rule) == ("disclosure_missing", "AUC-13")
        assert found.article == DISCLOSURE_ARTICLES[item]
        excused = replace(FLAT, disclosures={
            **rest, item: Disclosed(is_shown=False, not_applicable_reason="依法不得公开")})
        assert codes(excused) == (["disclosure_missing"] if item in NEVER_ABSENT else [])
        blank = Disclosed(is_shown=False, not_applicable_reason="  ")
        assert codes(replace(FLAT, disclosures={**rest, item: blank})) == ["disclosure_missing"]

    @pytest.mark.parametrize("notice", list(SpecialNotice))
    def test_each_of_the_seven_special_notices_is_given(self, notice: SpecialNotice) -> None:
        found = the_one(replace(FLAT, special_notices=FLAT.special_notices - {notice}))
        assert (found.code, found.article) == ("special_notice_missing", NOTICE_ARTICLES[notice])

    def test_the_items_are_those_of_the_articles(self) -> None:
        assert (len(AnnouncementPart), len(DisclosureItem), len(SpecialNotice)) == (10, 11, 7)
        assert DISCLOSURE_ARTICLES[DisclosureItem.PRIORITY_RIGHTS] == (
            "网络司法拍卖规定第十三条第（六）项")
        assert DISCLOSURE_ARTICLES[DisclosureItem.OTHER] == "网络司法拍卖规定第十三条第（十一）项"

    def test_what_is_lawful_but_unwise_is_a_warning(self) -> None:
        unwise = replace(FLAT, disclaims_quality=False, all_taxes_on_buyer=True)
        assert codes(unwise) == ["disclaimer_missing", "all_taxes_on_buyer"]
        assert refusals(obstacles(unwise)) == []


def test_all_that_is_wrong_is_told_at_once_each_with_rule_article_and_figures() -> None:
    wrong = replace(
        FLAT, panel=None, price=None, deposit_fen=Fen(1), increment_fen=Fen(0), closes_at=FLAT.opens_at,
        opens_at=FLAT.published_at, notified=(PersonNotified("被执行人"),), announcement=frozenset(),
        disclosures={}, special_notices=frozenset(), disclaims_quality=False,
        all_taxes_on_buyer=True, objections=(StandingObjection("彭晓岚", "审查中", None),))
    found = obstacles(wrong)
    assert len(found) == 1 + 1 + 1 + 1 + 1 + 1 + 10 + 11 + 7 + 1 + 2
    for obstacle in found:
        assert instrument_of(obstacle.article)
        assert obstacle.rule.startswith(("AUC-", "REF-", "GEN-", "TIME-"))
        assert not obstacle.details or obstacle.problem % dict(obstacle.details)


class TestExercise:
    LOT = replace(FLAT, panel=None, price=None, notified=(), announcement=frozenset(), disclosures={},
                  special_notices=frozenset(), disclaims_quality=False,
                  opens_at=FLAT.published_at + timedelta(milliseconds=1),
                  closes_at=FLAT.published_at + timedelta(milliseconds=1, seconds=10))

    def test_only_times_and_increment_are_looked_at(self) -> None:
        assert publication_obstacles(self.LOT, EXERCISE) == []
        faulty = replace(self.LOT, increment_fen=Fen(0), opens_at=self.LOT.published_at,
                         closes_at=self.LOT.published_at)
        assert [found.code for found in publication_obstacles(faulty, EXERCISE)] == [
            "increment_missing", "opens_too_early", "bidding_too_short"]
