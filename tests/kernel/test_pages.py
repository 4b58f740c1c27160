"""What templates say: figures, instants, days and their Chinese and English forms."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, g
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from kernel import assets, pages
from kernel.access import Role
from kernel.money import MAX_FEN, parse_yuan

ROOT = Path(__file__).resolve().parents[2]
NOON = datetime(2026, 11, 21, 2, 0, 0, 47_000, tzinfo=UTC)


@pytest.fixture(name="small")
def a_small_app() -> Flask:
    app = Flask("pages", root_path=str(ROOT), static_folder=None)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "no-such-folder"
    Babel(app, locale_selector=lambda: g.get("tongue", "zh_Hans_CN"))
    pages.init_app(app)
    assets.init_app(app, {})
    return app


@pytest.fixture(autouse=True)
def _a_request(small: Flask) -> Iterator[None]:
    with small.test_request_context("/"):
        yield


@pytest.fixture(name="english")
def in_english(_a_request: None) -> None:
    g.tongue = "en"


def shown(app: Flask, source: str, **values: object) -> str:
    return app.jinja_env.from_string(source).render(**values)


class TestMoney:
    def test_decimals_and_the_unit_stand_smaller_and_are_never_dropped(self) -> None:
        assert pages.money(238_000_000) == (
            '<span class="money">2,380,000<span class="dec">.00</span><span class="u">元</span></span>')

    def test_the_unit_can_be_left_out_for_columns(self) -> None:
        assert pages.money(841_260, unit=False) == (
            '<span class="money">8,412<span class="dec">.60</span></span>')

    @pytest.mark.parametrize(("fen", "digits"), [
        (999_999, '<span class="money xl plain">9,999<'),
        (1_000_000, '<span class="money xl"><span class="wan">1</span>0,000<'),
        (238_000_000, '<span class="money xl">2,3<span class="wan">8</span>0,000<'),
        (1_234_567_890_12, '<span class="money xl">1,234,5<span class="wan">6</span>7,890<'),
    ])
    def test_only_the_largest_size_marks_the_place_of_ten_thousands(self, fen: int, digits: str) -> None:
        assert pages.money(fen, "xl").startswith(digits)
        assert "wan" not in pages.money(fen, "lg")

    def test_english_has_no_mark_because_it_reads_by_thousands(self, english: None) -> None:
        assert "wan" not in pages.money(238_000_000, "xl")

    def test_a_loss_has_a_minus_and_a_signed_gain_a_plus(self) -> None:
        assert pages.money(-1_301_205, unit=False).startswith('<span class="money">−13,012<')
        assert pages.money(3_000_000, signed=True).startswith('<span class="money">+30,000<')
        assert pages.money(0, signed=True).startswith('<span class="money">0<')

    def test_no_amount_is_a_dash_and_not_a_zero(self) -> None:
        assert pages.money(None) == '<span class="money none">—</span>'
        assert pages.yuan(None) == pages.wan(None) == pages.capitals(None) == "—"

    @given(st.integers(min_value=0, max_value=MAX_FEN), st.sampled_from(["", "lg", "xl"]))
    def test_what_is_shown_is_the_amount_to_the_fen(self, fen: int, size: str) -> None:
        assert parse_yuan(pages.money(fen, size, unit=False).striptags()) == fen

    def test_short_forms_are_exact(self) -> None:
        assert pages.yuan(20_000_001) == "200,000.01 元"
        assert pages.wan(239_000_000) == "239 万"
        assert pages.wan(23_912_300) == "23.9123 万"
        assert pages.wan(2_410_000_001) == "2,410.000001 万"
        assert pages.wan(99_999_900) == "99.9999 万"
        assert pages.wan(999_999) == "9,999.99 元"

    def test_english_short_forms_are_grouped_yuan(self, english: None) -> None:
        assert pages.wan(239_000_000) == "2,390,000"

    def test_percentages_round_half_up_without_floats(self) -> None:
        assert pages.percent_of(238_000_000, 268_000_000) == "88.8%"
        assert pages.percent_of(1, 8, 2) == "12.50%"
        assert pages.percent_of(5, 1000, 0) == "1%"
        assert pages.percent_of(4, 1000, 0) == "0%"
        assert pages.percent_of(279_999_999, 400_000_000, 2) == "70.00%"
        assert pages.percent_of(279_999_999, 400_000_000, 2, cut=True) == "69.99%"
        assert pages.percent_of(280_000_000, 400_000_000, 2, cut=True) == "70.00%"
        assert pages.percent_of(1, 0) == pages.percent_of(None, 3) == "—"

    def test_typed_amounts_are_said_in_capitals_and_half_typed_ones_not(self) -> None:
        assert pages.typed_capitals("1,998,000.00") == "壹佰玖拾玖万捌仟元整"
        assert pages.typed_capitals(20_000_000) == "贰拾万元整"
        assert pages.typed_capitals("1,99") == pages.typed_capitals(None) == pages.typed_capitals("0") == ""


class TestTime:
    @pytest.fixture(autouse=True)
    def in_2026(self, at: Callable[[datetime], None]) -> None:
        at(NOON)

    def test_an_instant_is_shown_in_beijing_and_carries_its_exact_self(self) -> None:
        assert pages.when(NOON) == (
            '<time datetime="2026-11-21T02:00:00.047Z">2026-11-21 10:00:00</time>')

    @pytest.mark.parametrize(("style", "text"), [
        ("minute", "2026-11-21 10:00"), ("short", "11-21 10:00"), ("ms", "2026-11-21 10:00:00.047"),
        ("time", "10:00:00"), ("time-ms", "10:00:00.047"), ("hour", "10:00"),
    ])
    def test_styles(self, style: str, text: str) -> None:
        assert pages.when(NOON, style, markup=False) == text

    def test_milliseconds_are_cut_and_never_rounded_up(self) -> None:
        last = datetime(2026, 11, 21, 1, 59, 59, 999_999, tzinfo=UTC)
        assert pages.when(last, "ms", markup=False) == "2026-11-21 09:59:59.999"

    def test_the_day_is_that_of_beijing(self) -> None:
        evening = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
        assert pages.day(evening) == '<time datetime="2026-11-21">2026-11-21</time>'
        assert pages.weekday(evening) == "周六"

    @pytest.mark.parametrize(("style", "text"), [
        ("", "2026-03-08"), ("short", "03-08"), ("long", "2026 年 3 月 8 日"), ("week", "03-08 周日"),
    ])
    def test_days(self, style: str, text: str) -> None:
        assert pages.day(date(2026, 3, 8), style, markup=False) == text

    @pytest.mark.parametrize(("instant", "short", "day", "week", "end"), [
        (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), "12-31 23:59", "12-31", "12-31 周四", "12-31 周四"),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "2027-01-01 00:00", "2027-01-01", "2027-01-01 周五",
         "12-31 周四"),
        (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), "2025-12-31 23:59", "2025-12-31", "2025-12-31 周三",
         "2025-12-31 周三"),
    ])
    def test_a_year_that_is_not_this_one_is_said(
            self, instant: datetime, short: str, day: str, week: str, end: str) -> None:
        assert pages.when(instant, "short", markup=False) == short
        assert pages.day(instant, "short", markup=False) == day
        assert pages.day(instant, "week", markup=False) == week
        assert pages.until(instant, "day", markup=False) == end

    def test_english_says_it_too(self, english: None) -> None:
        assert pages.when(NOON, "short", markup=False) == "21 Nov, 10:00"
        assert pages.when(NOON + timedelta(days=60), "short", markup=False) == "20 Jan 2027, 10:00"
        assert pages.day(date(2027, 1, 20), "week", markup=False) == "Wed 20 Jan 2027"

    def test_english_names_the_month(self, english: None) -> None:
        assert pages.when(NOON, markup=False) == "21 Nov 2026, 10:00:00"
        assert pages.day(date(2026, 3, 8), "long", markup=False) == "8 March 2026"
        assert pages.weekday(date(2026, 3, 8)) == "Sun"

    def test_a_naive_time_is_a_mistake_of_the_page(self) -> None:
        with pytest.raises(ValueError, match="naive"):
            pages.when(NOON.replace(tzinfo=None))

    def test_a_term_that_ends_at_midnight_ends_on_the_day_before_at_24(self) -> None:
        midnight = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
        assert pages.until(midnight) == (
            '<time datetime="2026-11-24T16:00:00.000Z">2026-11-24 24:00</time>')
        assert pages.until(midnight, "day", markup=False) == "11-24 周二"
        assert pages.until(midnight, "hour", markup=False) == "24:00"

    def test_a_term_that_ends_within_a_day_says_when(self) -> None:
        assert pages.until(NOON, markup=False) == "2026-11-21 10:00"
        assert pages.until(datetime(2026, 11, 24, 16, 0, 1, tzinfo=UTC), markup=False) == "2026-11-25 00:00"

    def test_nothing_is_a_dash(self) -> None:
        says = (pages.when, pages.until, pages.day, pages.weekday, pages.duration)
        assert {say(None) for say in says} == {"—"}

    @pytest.mark.parametrize(("span", "text"), [
        (timedelta(days=2, hours=3, minutes=59), "2 天 3 小时"), (timedelta(days=2), "2 天"),
        (timedelta(hours=2, minutes=28), "2 小时 28 分"), (1113, "18 分 33 秒"), (300, "5 分"),
        (59.9, "59 秒"), (0, "0 秒"), (-5, "0 秒"),
    ])
    def test_a_span_has_its_two_largest_units(self, span: timedelta | float, text: str) -> None:
        assert pages.duration(span) == text


class TestFilesAndForms:
    def test_sizes(self) -> None:
        assert [pages.filesize(size) for size in (999, 1000, 1049, 1050, 214_000, 8_214_000, None)] == [
            "999 B", "1 KB", "1 KB", "1.1 KB", "214 KB", "8.2 MB", "—"]

    def test_a_hash_keeps_both_ends(self) -> None:
        assert pages.brief_hash("7c1e" + "0" * 56 + "90ad") == "7c1e…90ad"

    def test_ids_of_fields_come_from_their_paths(self) -> None:
        assert pages.field_id("claims[0].amount_fen") == "f-claims-0-amount-fen"

    def test_a_field_shows_what_was_typed_or_the_stored_value_as_typed(self) -> None:
        assert pages.field_value("1,99", "money") == "1,99"
        assert pages.field_value(200_200_000, "money") == "2,002,000.00"
        assert pages.field_value(15, "number") == "15"
        assert pages.field_value(NOON, "datetime") == "2026-11-21T10:00"
        assert pages.field_value(NOON, "date") == "2026-11-21"
        assert pages.field_value(date(2026, 3, 8), "date") == "2026-03-08"
        assert pages.field_value(None, "text") == ""


class TestGlobals:
    def test_a_file_that_is_not_there_is_a_mistake_of_the_page(self, small: Flask) -> None:
        with pytest.raises(FileNotFoundError):
            shown(small, "{{ asset('css/none.css') }}")

    def test_an_icon_is_hidden_unless_it_speaks(self, small: Flask) -> None:
        assert 'aria-hidden="true"' in shown(small, "{{ icon('check') }}")
        assert 'role="img" aria-label="&lt;好&gt;"' in shown(small, "{{ icon('check', 's', '<好>') }}")

    def test_an_unknown_icon_is_a_mistake_of_the_page(self, small: Flask) -> None:
        with pytest.raises(KeyError, match="unicorn"):
            shown(small, "{{ icon('unicorn') }}")

    def test_a_rule_stands_behind_its_article(self) -> None:
        assert pages.law("AUC-20.4") == '<span class="rule">AUC-20.4</span>'
        assert pages.law("AUC-20.4", "第<二十>条").startswith("第&lt;二十&gt;条 <span")
        assert isinstance(pages.law("AUC-20.4"), Markup)

    def test_roles_have_names_in_a_fixed_order(self) -> None:
        assert pages.role_names({Role.BIDDER, Role.OFFICER}) == ["执行人员", "竞买人"]

    @pytest.mark.parametrize(("cookie", "theme"), [
        ("dark", "dark"), ("light", "light"), ("auto", ""), ('"><script>', ""),
    ])
    def test_the_theme_is_one_of_ours_or_none(self, small: Flask, cookie: str, theme: str) -> None:
        with small.test_request_context("/", headers={"Cookie": f"theme={cookie}"}):
            context: dict[str, object] = {}
            small.update_template_context(context)
        assert context["theme"] == theme


def test_no_template_carries_an_inline_style_or_script() -> None:
    found = [f"{path.name}: {word}" for path in (ROOT / "templates").rglob("*.html")
             for word in (' style="', "<style", " onclick=", " onsubmit=", " onchange=", "javascript:")
             if word in path.read_text("utf-8")]
    assert found == []


def test_every_icon_named_in_a_macro_is_drawn(small: Flask) -> None:
    for name in ("macros/status.html", "macros/steps.html", "macros/people.html", "macros/note.html"):
        assert small.jinja_env.get_template(name).module is not None
    states = shown(
        small,
        "{% from 'macros/status.html' import status %}{% for s in names %}{{ status(s) }}{% endfor %}",
        names=["draft", "PUBLISHED", "bidding", "hold", "sold", "failed", "suspended", "withdrawn"])
    assert states.count('<span class="st ') == 8
    assert "竞价中" in states
