"""Rule sets: every statutory number with its rule and article, typed, and settable where we read it."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from kernel.law import (
    INSTRUMENTS,
    RULES_FOLDER,
    LawError,
    Provision,
    instrument_of,
    read_citation,
    read_rule_set,
    rule_set,
)

CIVIL = "civil-online-2017.01"
FILES = sorted(path.stem for path in RULES_FOLDER.glob("*.toml"))
PROVISIONS = [pytest.param(provision, id=f"{name}:{provision.name}")
              for name in FILES for provision in rule_set(name)]


def a_file(provision: str) -> str:
    return f'title = "t"\nexercise = false\n{provision}'


DAYS = 'value = 3, unit = "days", rule = "AUC-16.1", article = "网络司法拍卖规定第十六条", mark = "T"'


def test_the_platform_ships_the_civil_rules_and_those_of_the_exercise() -> None:
    assert FILES == [CIVIL, "exercise"]


@pytest.mark.parametrize("provision", PROVISIONS)
def test_each_provision_has_rule_article_and_mark(provision: Provision) -> None:
    assert provision.rule
    assert provision.mark
    assert instrument_of(provision.article) in INSTRUMENTS.values()


@pytest.mark.parametrize("provision", PROVISIONS)
def test_only_what_the_text_leaves_open_may_be_set(provision: Provision) -> None:
    """A number that the law fixes is no setting; one that a court may only shorten is bounded."""
    if provision.is_setting:
        assert provision.mark in {"I", "D", "M", "S"}


@pytest.mark.parametrize(("name", "value"), [
    ("start_min_ratio", Fraction(7, 10)), ("second_min_ratio", Fraction(4, 5)),
    ("deposit_min_ratio", Fraction(1, 20)), ("deposit_max_ratio", Fraction(1, 5)),
    ("reference_price.reissue_fee_ratio", Fraction(3, 10)),
    ("interest.doubled_daily_rate", Fraction(7, 40_000))])
def test_ratios_are_exact(name: str, value: Fraction) -> None:
    assert rule_set(CIVIL).fraction(name) == value


@pytest.mark.parametrize(("name", "days"), [
    ("lead_days.first.movable", 15), ("lead_days.first.other", 30), ("lead_days.second.movable", 7),
    ("lead_days.second.other", 15), ("lead_days.selloff.movable", 7),
    ("lead_days.selloff.other", 15), ("notice_days_before_publication", 3),
    ("unreachable_posting_days", 5), ("equity_priority_days", 20), ("no_surplus_reply_days", 5),
    ("after.second_within_days", 30), ("after.resume_within_days", 5),
    ("after.ruling_days_after_payment", 10), ("after.handover_days_after_ruling", 15),
    ("selloff.ask_days", 10), ("selloff.publish_within_days", 15), ("selloff.period_days", 60),
    ("reference_price.start_within_days", 30), ("reference_price.inquiry_days", 3),
    ("reference_price.inquiry_extension_days", 3), ("reference_price.correction_days", 3),
    ("reference_price.appraisal_days", 30), ("reference_price.extension_request_before_days", 5),
    ("reference_price.extension_max_days", 15), ("reference_price.return_materials_days", 3),
    ("reference_price.reissue_days.platform", 3), ("reference_price.reissue_days.institution", 15),
    ("reference_price.deliver_days", 3), ("reference_price.public_posting_days", 15),
    ("reference_price.objection_days", 5), ("reference_price.pass_on_days", 3),
    ("reference_price.explain_days", 5), ("reference_price.disposal_start_days", 10),
    ("objection.review_days", 15), ("objection.reconsideration_days", 10),
    ("service.public_notice_days", 30), ("distribution.objection_days", 15),
    ("distribution.counter_objection_days", 15), ("distribution.suit_days", 15),
    ("distribution.payout_days", 30), ("distribution.payout_days_after_delay", 10)])
def test_days_are_those_of_the_parameter_block(name: str, days: int) -> None:
    assert rule_set(CIVIL).days(name) == days


def test_spans_counts_months_years_and_days_of_the_calendar_are_typed() -> None:
    rules = rule_set(CIVIL)
    assert rules.span("bidding.min_time") == timedelta(hours=24)
    assert rules.span("bidding.extension_window") == timedelta(minutes=5)
    assert rules.span("after.refund_within") == timedelta(hours=24)
    assert rules.integer("reference_price.institutions") == 3
    assert rules.months("reference_price.validity_max_months") == 12
    assert rules.months("reference_price.grace_months_after_validity") == 6
    assert rules.years("after.retention_years") == 10
    assert rules.working_days("reference_price.acceptance_working_days") == 3
    assert rules.day("interest.doubled_first_on") == date(2014, 8, 1)
    assert rules.choice("lead_count") == "strict"


def test_asking_for_what_is_not_there_or_in_another_unit_is_an_error() -> None:
    rules = rule_set(CIVIL)
    with pytest.raises(LawError, match="no provision 'objection'"):
        rules.days("objection")
    with pytest.raises(LawError, match="in ratio, not days"):
        rules.days("start_min_ratio")
    with pytest.raises(LawError, match="in days, not seconds"):
        rules.span("after.resume_within_days")


@pytest.mark.parametrize("name", ["criminal-2026", "", "../settings", "civil-online-2017.01.toml",
                                  "CIVIL", "exercise/../exercise"])
def test_an_unknown_rule_set_is_refused_with_those_that_are_known(name: str) -> None:
    with pytest.raises(LawError, match=CIVIL):
        rule_set(name)


def test_a_rule_set_is_read_once_and_cannot_be_changed() -> None:
    rules = rule_set(CIVIL)
    assert rule_set(CIVIL) is rules
    with pytest.raises(TypeError):
        rules.provisions["start_min_ratio"] = rules.provision("lead_count")  # type: ignore[index]


def test_an_exercise_has_the_law_with_shortened_times() -> None:
    exercise = rule_set("exercise")
    assert exercise.exercise
    assert not rule_set(CIVIL).exercise
    assert exercise.fraction("deposit_max_ratio") == Fraction(1, 5)
    assert exercise.days("lead_days.first.other") == 0
    assert exercise.span("bidding.min_time") == timedelta(seconds=10)
    names = {provision.name for provision in exercise}
    assert names == {provision.name for provision in rule_set(CIVIL)}


class TestSettings:
    def test_a_court_sets_what_is_a_setting(self) -> None:
        own = rule_set(CIVIL).with_settings({"lead_count": "lenient",
                                             "distribution.payout_days": 5})
        assert own.choice("lead_count") == "lenient"
        assert own.days("distribution.payout_days") == 5
        assert own.id == CIVIL
        assert rule_set(CIVIL).choice("lead_count") == "strict"

    @pytest.mark.parametrize(("name", "value"), [
        ("lead_count", "loose"), ("lead_count", True), ("distribution.payout_days", 31),
        ("distribution.payout_days", 0), ("distribution.payout_days", True),
        ("distribution.payout_days", "5"), ("start_min_ratio", "0.60"),
        ("distribution.objection_days", 10), ("nonsense", 1)])
    def test_nothing_else_can_be_set(self, name: str, value: int | str | bool) -> None:
        with pytest.raises(LawError):
            rule_set(CIVIL).with_settings({name: value})

    @pytest.mark.parametrize(("seconds", "fits"), [(0, False), (1, True), (300, True), (301, False)])
    def test_a_rehearsal_chooses_its_window(self, seconds: int, fits: bool) -> None:
        settings = {"bidding.extension_window": seconds}
        if fits:
            assert rule_set("exercise").with_settings(settings).span(
                "bidding.extension_window") == timedelta(seconds=seconds)
        else:
            with pytest.raises(LawError):
                rule_set("exercise").with_settings(settings)


@pytest.mark.parametrize(("text", "said"), [
    ("title = ", "Invalid"),
    ("exercise = false", "title"),
    ('title = "t"', "exercise"),
    (a_file("days = 3"), "days is no provision"),
    (a_file(f"[days]\nother = {{ {DAYS} }}\nfirst = 3"), "days.first is no provision"),
    (a_file(f"a = {{ {DAYS.replace('rule', 'rules')} }}"), "a has no rule"),
    (a_file(f"a = {{ {DAYS}, unlit = 1 }}"), "unlit"),
    (a_file(f"a = {{ {DAYS.replace('3', '3.0')} }}"), "is no days"),
    (a_file(f"a = {{ {DAYS.replace('= 3', '= true')} }}"), "is no days"),
    (a_file(f"a = {{ {DAYS.replace('= 3', '= -3')} }}"), "negative"),
    (a_file(f"a = {{ {DAYS.replace('days', 'weeks')} }}"), "is no weeks"),
    (a_file(f"a = {{ {DAYS.replace('AUC-16.1', 'article 16')} }}"), "rule id"),
    (a_file(f"a = {{ {DAYS.replace('网络司法拍卖规定', '某规定')} }}"), "instrument"),
    (a_file(f"a = {{ {DAYS.replace(chr(34) + 'T' + chr(34), chr(34) + 'X' + chr(34))} }}"), "mark"),
    (a_file(f"a = {{ {DAYS}, least = 4, most = 5 }}"), "cannot be set to 3"),
    (a_file(f"a = {{ {DAYS.replace('= 3', '= ' + chr(34) + '70%' + chr(34)).replace('days', 'ratio')} }}"),
     "decimal text"),
    (a_file(f'a = {{ {DAYS} }}').replace("exercise", 'extends = "none"\nexercise'), "none"),
])
def test_a_file_that_is_not_well_formed_is_refused_with_the_provision(text: str, said: str) -> None:
    with pytest.raises(LawError, match=said):
        read_rule_set("broken", text)


@pytest.mark.parametrize(("article", "parts"), [
    ("网络司法拍卖规定第十条第二款", ("网络司法拍卖规定", 10, 2, 0)),
    ("网络司法拍卖规定第十三条第（十一）项", ("网络司法拍卖规定", 13, 0, 11)),
    ("参考价规定第二十七条第三款", ("参考价规定", 27, 3, 0)),
    ("公司法第八十五条", ("公司法", 85, 0, 0)),
    ("民法典第一百八十七条", ("民法典", 187, 0, 0)),
    ("民诉法第二百六十八条", ("民诉法", 268, 0, 0)),
    ("民诉解释第五百零八条", ("民诉解释", 508, 0, 0)),
    ("网络变卖通知", ("网络变卖通知", 0, 0, 0))])
def test_a_citation_is_taken_apart(article: str, parts: tuple[str, int, int, int]) -> None:
    found = read_citation(article)
    assert found is not None
    assert (found.instrument.short, *found[1:]) == parts


@pytest.mark.parametrize("article", [
    "", "我们自己的设计", "第十条", "民诉解释第五百零八条、第五百一十四条",
    "民诉解释第五百零七条第二款，节选"])
def test_what_cites_no_single_known_article_is_left_whole(article: str) -> None:
    assert read_citation(article) is None


@pytest.mark.parametrize("provision", PROVISIONS)
def test_every_article_of_a_rule_set_can_be_taken_apart(provision: Provision) -> None:
    assert read_citation(provision.article)
