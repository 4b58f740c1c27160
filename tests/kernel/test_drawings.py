"""Rulers and charts: places on a scale, nothing outside the drawing, nothing lost."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from kernel import charts, descriptions, drawings, rulers
from kernel.descriptions import Address
from kernel.drawings import Box

TEN = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def place(text: str) -> float:
    return float(text.removesuffix("%"))


class TestRing:
    def test_a_ring_has_36_ticks_whose_lengths_are_the_first_digits(self) -> None:
        ticks = rulers.ring("0f" * 32)
        assert len(ticks) == 36
        assert ticks[0] == ("20.0", "4.3", "20.0", "1.4")
        short, long = (float(y1) - float(y2) for _, y1, _, y2 in (ticks[0], rulers.ring("f" * 64)[0]))
        assert (round(short, 1), round(long, 1)) == (2.9, 8.3)

    def test_the_same_hash_is_always_the_same_ring_and_another_one_is_not(self) -> None:
        assert rulers.ring("ab" * 32) == rulers.ring("ab" * 32)
        assert rulers.ring("ab" * 32) != rulers.ring("ac" + "ab" * 31)

    def test_a_short_hash_makes_no_ring(self) -> None:
        with pytest.raises(ValueError, match="36"):
            rulers.ring("abc")


class TestPriceRuler:
    def test_small_rulers_share_one_scale(self) -> None:
        drawn = rulers.price_ruler(201_000_000, 268_000_000)
        assert (drawn.start, drawn.reference, drawn.price) == ("38.33%", "80.00%", None)

    def test_a_price_far_beyond_stays_in_the_drawing_and_says_so(self) -> None:
        drawn = rulers.price_ruler(50, 100, 400)
        assert (drawn.start, drawn.price, drawn.beyond) == ("0.00%", "100.00%", True)

    def test_a_tall_ruler_grows_to_hold_its_price(self) -> None:
        drawn = rulers.price_ruler(70, 100, 180, tall=True)
        assert drawn.price is not None
        assert place(drawn.start) < place(drawn.reference) < place(drawn.price) < 100

    @given(st.integers(1, 10**13), st.integers(1, 10**13), st.none() | st.integers(1, 10**13), st.booleans())
    def test_every_mark_lies_on_the_ruler(self, start: int, reference: int, price: int | None,
                                          tall: bool) -> None:
        if max(start, price or 0) > 1000 * reference:
            return
        drawn = rulers.price_ruler(start, reference, price, tall=tall)
        marks = [drawn.start, drawn.reference, *(tick.at for tick in drawn.ticks)]
        assert all(0 <= place(mark) <= 100 for mark in marks + ([drawn.price] if drawn.price else []))
        assert len(drawn.ticks) < 60


class TestTimeRuler:
    def test_the_window_ends_where_the_sale_ends(self) -> None:
        drawn = rulers.time_ruler(TEN - timedelta(minutes=18), TEN, 300)
        window_end = place(drawn.window_from) + place(drawn.window_width)
        assert window_end == pytest.approx(place(drawn.end), abs=0.02)
        assert place(drawn.now) < place(drawn.window_from)
        assert "10:00" in [tick.label for tick in drawn.ticks]

    @pytest.mark.parametrize("left", [timedelta(0), timedelta(seconds=3), timedelta(hours=3),
                                      timedelta(days=20), timedelta(minutes=-2)])
    @pytest.mark.parametrize("window", [1, 5, 300])
    def test_any_distance_gets_a_readable_scale(self, left: timedelta, window: int) -> None:
        drawn = rulers.time_ruler(TEN - left, TEN, window, [TEN - timedelta(seconds=window)])
        assert 2 <= len(drawn.ticks) <= 40
        assert all(0 <= place(tick.at) <= 100 for tick in drawn.ticks)

    @pytest.mark.parametrize("left", [0, 4, 7, 12, 20, 40, 90, 200, 400, 900, 4000])
    @pytest.mark.parametrize("window", [1, 5, 300])
    def test_labels_never_touch_on_the_narrowest_screen(self, left: int, window: int) -> None:
        drawn = rulers.time_ruler(TEN - timedelta(seconds=left), TEN, window)
        spans = [(place(tick.at) * 2.88, len(tick.label) * 7.2) for tick in drawn.ticks if tick.label]
        assert spans or window == 1
        assert all(x >= width / 2 and x + width / 2 <= 288 for x, width in spans)
        assert all(x + width / 2 < y - other / 2
                   for (x, width), (y, other) in pairwise(spans))

    def test_a_day_of_another_year_says_its_year(self) -> None:
        december = datetime(2026, 12, 20, 2, 0, tzinfo=UTC)
        for days, label in ((9, "12-25"), (30, "2027-01-17")):
            drawn = rulers.time_ruler(december, december + timedelta(days=days), 300)
            assert label in {tick.label for tick in drawn.ticks}

    def test_days_are_english_for_readers_of_english(self) -> None:
        december = datetime(2026, 12, 20, 2, 0, tzinfo=UTC)
        for days, label in ((9, "25 Dec"), (30, "17 Jan 2027")):
            drawn = rulers.time_ruler(december, december + timedelta(days=days), 300, english=True)
            assert label in {tick.label for tick in drawn.ticks}


class TestDayRuler:
    def test_overdue_work_stands_at_yesterday_and_what_is_far_is_counted(self) -> None:
        today = date(2026, 11, 21)
        drawn = rulers.day_ruler(today, [
            {"on": date(2026, 10, 1), "kind": "over"}, {"on": today, "kind": "today"},
            {"on": today, "kind": "today"}, {"on": date(2027, 1, 1), "kind": "later"}])
        assert [mark.y for mark in drawn.marks] == [54, 54, 40]
        assert drawn.marks[0].at == drawn.days[0].at
        assert drawn.left_out == 1
        assert [cell.today for cell in drawn.days].index(True) == 1


class TestPriceSteps:
    def test_each_bid_is_a_step_upwards_and_own_ones_are_filled(self) -> None:
        bids = [{"amount_fen": 100_000_00 + n * 1_000_00, "received_at": TEN + timedelta(minutes=n),
                 "code": "B1" if n % 2 else "B2"} for n in range(6)]
        drawn = charts.price_steps(bids, TEN, TEN + timedelta(minutes=10), ["B1"], TEN + timedelta(minutes=8))
        heights = [float(dot.y) for dot in drawn.dots]
        assert heights == sorted(heights, reverse=True)
        assert [dot.own for dot in drawn.dots] == [False, True] * 3
        assert drawn.line.endswith("H80.00")
        assert drawn.levels

    def test_a_long_sale_says_days_and_the_year_that_is_not_this_one(self) -> None:
        first, span = datetime(2026, 12, 30, 2, 0, tzinfo=UTC), timedelta(days=4)
        labels = [tick.label for tick in charts.price_steps([], first, first + span, (), first).ticks]
        assert labels == ["12-30 10:00", "12-31 10:00", "2027-01-01", "2027-01-02", "2027-01-03"]
        drawn = charts.price_steps([], first, first + span, (), first, english=True)
        assert [tick.label for tick in drawn.ticks][1:3] == ["31 Dec 10:00", "1 Jan 2027"]

    def test_one_bid_and_none_draw_without_error(self) -> None:
        end = TEN + timedelta(minutes=10)
        assert charts.price_steps([], TEN, end).line == ""
        one = charts.price_steps([{"amount_fen": 1, "received_at": TEN, "code": "B"}], TEN, end)
        assert len(one.dots) == 1


class TestFlow:
    def test_bars_have_the_heights_of_their_amounts_and_add_up(self) -> None:
        groups = [{"title": "费用", "parts": [{"title": "评估费", "fen": 600_000}]},
                  {"title": "普通", "note": "按比例", "parts": [
                      {"title": "甲", "fen": 40_000_000}, {"title": "乙", "fen": 20_000_000, "mine": True}]}]
        drawn = charts.flow(groups, "价款")
        assert drawn.total.amount_fen == 60_600_000
        assert [part.amount_fen for part in drawn.parts] == [600_000, 40_000_000, 20_000_000]
        assert drawn.parts[1].height == pytest.approx(2 * drawn.parts[2].height)
        assert [ribbon.mine for ribbon in drawn.ribbons] == [False, False, False, False, True]

    def test_names_never_overlap(self) -> None:
        drawn = charts.flow([{"title": "债权", "parts": [
            {"title": str(n), "fen": 1 if n else 10**9} for n in range(12)]}], "价款")
        rows = [part.text_y for part in drawn.parts]
        assert all(later - earlier >= 32 for earlier, later in pairwise(rows))


def test_dots_stack_over_their_place() -> None:
    dots = charts.dot_ruler([92, 92, 92, 300], 50, 150)
    assert [dot.y for dot in dots] == ["141", "132", "123", "141"]
    assert dots[-1].at == "100.00%"


# Pictures that stand for a lot ------------------------------------------------------------------

HOMES = (("海棠里 6 幢 1 单元 1602 室", "3室2厅2卫", 18, 16, 12864),
         ("观澜里 8 幢 2 单元 1101 室", "3室2厅1卫", 24, 11, 10938),
         ("听松苑 3 幢 702 室", "2室1厅1卫", 11, 7, 8275))


class TestReadingTheDescription:
    @pytest.mark.parametrize(("text", "rooms"), [
        ("3室2厅1卫", {"bed": 3, "hall": 2, "bath": 1}), ("两室一厅", {"bed": 2, "hall": 1}),
        ("1室1厅1厨1卫2阳台", {"bed": 1, "hall": 1, "kitchen": 1, "bath": 1, "balcony": 2}),
        ("毛坯", {}), ("", {}), ("99室", {"bed": 6})])
    def test_rooms_are_counted_as_they_are_written(self, text: str, rooms: dict[str, int]) -> None:
        assert descriptions.rooms_in(text) == rooms

    def test_an_address_says_building_entrance_and_side_of_the_landing(self) -> None:
        found = descriptions.address_in("临澜市东麓区观澜路 66 号观澜里 8 幢 2 单元 1102 室")
        assert (found, found.flat) == (Address(8, 2, 1102), 2)
        assert descriptions.address_in("没有门牌") == Address()

    @pytest.mark.parametrize(("read", "text", "kind"), [
        (descriptions.vehicle_body, "重型自卸货车一辆", "truck"),
        (descriptions.vehicle_body, "大型普通客车", "bus"), (descriptions.vehicle_body, "小型轿车", "car"),
        (descriptions.machine_kind, "电动叉车 3 台", "forklift"),
        (descriptions.machine_kind, "四十英尺冷藏集装箱 24 只", "container"),
        (descriptions.machine_kind, "数控机床", "machine"),
        (descriptions.ship_kind, "集装箱船", "container"), (descriptions.ship_kind, "散货船", "bulk")])
    def test_the_words_of_a_movable_choose_its_shape(self, read: Any, text: str, kind: str) -> None:
        assert read(text) == kind

    def test_pieces_and_shares_are_read_and_nothing_is_made_up(self) -> None:
        assert (descriptions.pieces_in("数控车床 12 台"), descriptions.pieces_in("小型轿车"),
                descriptions.pieces_in("集装箱 24 只")) == (12, 1, 24)
        shares = [descriptions.percent_in(text) for text in ("35.5% 股权", "股权", "300%")]
        assert shares == [35.5, None, None]


class TestElevation:
    def test_two_homes_differ_and_one_is_always_drawn_the_same(self) -> None:
        drawn = [drawings.elevation(floors, floor, descriptions.address_in(text), 3)
                 for text, _, floors, floor, _ in HOMES]
        assert len({one.windows for one in drawn}) == len({str(one.lit) for one in drawn}) == len(HOMES)
        assert drawn[0] == drawings.elevation(18, 16, descriptions.address_in(HOMES[0][0]), 3)

    @given(st.none() | st.integers(1, 80), st.none() | st.integers(-3, 80), st.integers(0, 99),
           st.integers(0, 9), st.integers(0, 9999), st.integers(0, 6))
    def test_everything_lies_in_the_frame_and_the_lit_windows_on_their_storey(
            self, floors: int | None, floor: int | None, building: int, entrance: int, door: int,
            rooms: int) -> None:
        drawn = drawings.elevation(floors, floor, Address(building, entrance, door), rooms)
        for box in [drawn.face, *drawn.neighbours, *drawn.lit, *drawn.doors]:
            assert 0 <= box.x <= box.x + box.width <= 320
            assert 0 < box.y <= box.y + box.height <= drawings.GROUND + 0.2
        shown = floor is not None and 1 <= floor <= min(floors or 6, 60)
        assert bool(drawn.lit) is shown


class TestFloorPlan:
    @pytest.mark.parametrize(("text", "rooms", "floors", "floor", "area"), HOMES)
    def test_the_plan_has_the_registered_rooms_neither_more_nor_fewer(
            self, text: str, rooms: str, floors: int, floor: int, area: int) -> None:
        counts = descriptions.rooms_in(rooms)
        drawn = drawings.floor_plan(counts, area, descriptions.address_in(text))
        assert drawn is not None
        kinds = [room.kind for room in drawn.rooms]
        assert kinds.count("bed") + kinds.count("master") == counts["bed"]
        assert kinds.count("living") + kinds.count("dining") == counts["hall"]
        assert kinds.count("bath") == counts["bath"]

    def test_a_flat_on_the_even_side_is_mirrored_and_one_without_rooms_is_not_drawn(self) -> None:
        odd, even = (drawings.floor_plan({"bed": 2, "hall": 1, "bath": 1}, 8000, Address(1, 1, door))
                     for door in (501, 502))
        assert odd is not None
        assert even is not None
        for one, other in zip(odd.rooms, even.rooms, strict=True):
            assert other.box.x == pytest.approx(320 - one.box.x - one.box.width, abs=0.2)
        assert drawings.floor_plan({"hall": 1}, 8000) is None

    @given(st.integers(1, 6), st.integers(0, 6), st.integers(0, 6), st.integers(0, 2),
           st.none() | st.integers(1, 10**8), st.integers(0, 9999))
    def test_rooms_lie_within_the_walls_and_never_over_one_another(
            self, beds: int, halls: int, baths: int, balconies: int, area: int | None, door: int) -> None:
        drawn = drawings.floor_plan({"bed": beds, "hall": halls, "bath": baths, "balcony": balconies},
                                    area, Address(1, 1, door))
        assert drawn is not None
        frame, rooms = drawn.outline, [one.box for one in drawn.rooms if one.kind != "balcony"]
        for box in rooms:
            assert frame.x - 0.3 <= box.x <= box.x + box.width <= frame.x + frame.width + 0.3
            assert frame.y - 0.3 <= box.y <= box.y + box.height <= frame.y + frame.height + 0.3
        for place, one in enumerate(rooms):
            assert not any(_overlap(one, other) for other in rooms[place + 1:])


def _overlap(one: Box, other: Box) -> bool:
    return (min(one.x + one.width, other.x + other.width) - max(one.x, other.x) > 0.4
            and min(one.y + one.height, other.y + other.height) - max(one.y, other.y) > 0.4)


@given(st.integers(100, 10**10), st.text(max_size=20))
def test_the_scale_bar_of_a_parcel_is_true_to_its_area(area: int, seed: str) -> None:
    drawn = drawings.parcel(area, seed)
    corners = zip(drawn.points, drawn.points[1:] + drawn.points[:1], strict=True)
    pixels = abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in corners)) / 2
    assert pixels * (drawn.metres / drawn.bar) ** 2 == pytest.approx(area / 100, rel=0.1)


@pytest.mark.parametrize("kind", ["residential", "office", "commercial", "industrial", "land", "vehicle",
                                  "ship", "equipment", "equity", "other"])
@pytest.mark.parametrize("text", ["", "8 幢 2 单元 1101 室", "重型货车 3 台 油 35%"])
def test_every_kind_is_drawn_labelled_and_without_inline_style(app: Flask, kind: str, text: str) -> None:
    with app.test_request_context():
        page = app.jinja_env.from_string(
            '{%- from "macros/art.html" import art -%}'
            "{{ art(kind, text=text, floors=floors, floor=1, area=9000) }}")
        for floors in (None, 1, 33):
            drawn = page.render(kind=kind, text=text, floors=floors)
            assert drawn.count("示意图") >= 2, "in the picture and in its label"
            assert "style=" not in drawn
