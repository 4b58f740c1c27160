"""How often a room is told: at once when it was quiet, then as often as telling leaves time for bids."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from auction.live.rooms import Key, Message, Room, Rooms, Stand
from tests.factories.watchers import KEY, Book


class Clock:
    """Seconds that go by only when somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class TestPacing:
    @pytest.fixture
    def hands(self) -> Clock:
        return Clock()

    @pytest.fixture
    def book(self) -> Book:
        return Book()

    @pytest.fixture
    def work(self) -> list[Callable[[], None]]:
        """What was left to be done beside everything else."""
        return []

    def rooms(self, book: Book, hands: Clock, work: list[Callable[[], None]], cost: float = 0.0,
              meanwhile: Callable[[], None] = lambda: None) -> tuple[Rooms, list[tuple[float, int, int]]]:
        """One room, and what it is told; ``meanwhile`` happens while it is told."""
        sent: list[tuple[float, int, int]] = []
        self.counts: list[tuple[float, str, int]] = []

        def send(event: str, _key: Key, message: Message) -> float:
            if event == "update":
                sent.append((round(hands.now() - 100, 3), message["from"], message["to"]))
            if "watchers" in message:
                self.counts.append((round(hands.now() - 100, 3), event, message["watchers"]))
            hands.sleep(cost)
            meanwhile()
            return cost

        def spawn(given: Callable[[], None]) -> bool:
            work.append(given)
            return True

        rooms = Rooms(book, send=send, is_watched=lambda _key: True, spawn=spawn, now=hands.now,
                      sleep=hands.sleep)
        rooms.enter(*KEY)
        self.run(work)
        return rooms, sent

    @staticmethod
    def run(work: list[Callable[[], None]]) -> None:
        while work:
            work.pop(0)()

    def test_a_quiet_room_hears_at_once_and_then_at_most_ten_times_a_second(
            self, book: Book, hands: Clock, work: list[Callable[[], None]]) -> None:
        rooms, sent = self.rooms(book, hands, work)
        for _ in range(100):
            book.bids.append(1)
            rooms.mark("lot")
            self.run(work)
        assert sent[:3] == [(0.0, 1, 1), (0.1, 2, 2), (0.2, 3, 3)]
        hands.sleep(5)
        begun = hands.now()
        book.bids.append(1)
        rooms.mark("lot")
        self.run(work)
        assert hands.now() == begun, "it was quiet: nobody waited"

    def test_what_gathers_while_a_room_rests_is_one_range(
            self, book: Book, hands: Clock, work: list[Callable[[], None]]) -> None:
        rooms, sent = self.rooms(book, hands, work)
        book.bids += [1]
        rooms.mark("lot")
        self.run(work)
        for _ in range(50):
            book.bids.append(1)
            rooms.mark("lot")
        assert len(work) == 1, "one who tells is enough"
        self.run(work)
        assert sent == [(0.0, 1, 1), (0.1, 2, 51)]

    def test_a_room_that_is_dear_to_tell_is_told_less_often(
            self, book: Book, hands: Clock, work: list[Callable[[], None]]) -> None:
        rooms, sent = self.rooms(book, hands, work, cost=0.1)
        for _ in range(4):
            book.bids.append(1)
            rooms.mark("lot")
            self.run(work)
        assert [at for at, _, _ in sent] == [0.0, 0.45, 0.9, 1.35]

    def test_a_mark_that_comes_while_a_full_room_is_told_its_news_waits_for_the_next_update(
            self, book: Book, hands: Clock, work: list[Callable[[], None]]) -> None:
        def bids_come_and_the_look_around() -> None:
            if len(sent) == 1:
                book.commit(1)
                rooms.hear([book.news(1)])
                rooms.mark("lot")

        rooms, sent = self.rooms(book, hands, work, cost=0.1, meanwhile=bids_come_and_the_look_around)
        book.commit(1)
        rooms.hear([book.news(1)])
        self.run(work)
        assert sent == [(0.0, 1, 1), (0.45, 2, 2)]
        book.state = 9
        rooms.mark("lot")
        self.run(work)
        assert sent[2:] == [(0.9, 3, 2)], "what is no bid is told too"

    def test_how_many_watch_is_said_with_the_next_update_and_once(
            self, book: Book, hands: Clock, work: list[Callable[[], None]]) -> None:
        rooms, sent = self.rooms(book, hands, work, cost=0.1)
        for counts in ((500, 1000), (2000,), ()):
            book.commit(1)
            rooms.hear([book.news(1)])
            for count in counts:
                rooms.say_watchers({KEY: count})
            self.run(work)
        assert sent == [(0.0, 1, 1), (0.45, 2, 2), (0.9, 3, 3)]
        assert self.counts == [(0.0, "update", 1000), (0.45, "update", 2000)]

    def test_a_quiet_room_hears_by_itself_how_many_watch_and_a_resting_one_after_its_rest(
            self, book: Book, hands: Clock, work: list[Callable[[], None]]) -> None:
        rooms, sent = self.rooms(book, hands, work, cost=0.1)
        rooms.say_watchers({KEY: 1000, ("nobody", 1): 20})
        self.run(work)
        assert (sent, self.counts) == ([], [(0.0, "watchers", 1000)])
        rooms.say_watchers({KEY: 2000})
        self.run(work)
        assert (sent, self.counts[1:]) == ([], [(0.45, "watchers", 2000)])

    def test_a_count_that_changes_while_the_room_is_told_waits_for_its_next_update(
            self, book: Book, hands: Clock, work: list[Callable[[], None]]) -> None:
        def somebody_counts() -> None:
            if not self.counts:
                rooms.say_watchers({KEY: 1000})

        rooms, sent = self.rooms(book, hands, work, cost=0.1, meanwhile=somebody_counts)
        book.commit(1)
        rooms.hear([book.news(1)])
        self.run(work)
        assert (len(sent), self.counts) == (1, [(0.45, "watchers", 1000)])

    def test_a_change_that_is_no_bid_survives_conflation_and_comes_after_the_bids(
            self, book: Book, hands: Clock, work: list[Callable[[], None]]) -> None:
        rooms, sent = self.rooms(book, hands, work)
        book.bids.append(1)
        rooms.mark("lot")
        self.run(work)
        book.bids.append(1)
        rooms.mark("lot")
        book.state = 9
        rooms.mark("lot")
        self.run(work)
        assert sent == [(0.0, 1, 1), (0.1, 2, 2)]
        room = rooms.room(*KEY)
        assert room is not None
        assert room.told == Stand(2, (9,))
        book.state = 10
        rooms.mark("lot")
        self.run(work)
        assert sent[-1][1:] == (3, 2), "an empty range"

    def test_a_bid_between_the_look_and_the_reading_is_told_once(
            self, book: Book, hands: Clock, work: list[Callable[[], None]],
            monkeypatch: pytest.MonkeyPatch) -> None:
        rooms, sent = self.rooms(book, hands, work)
        book.commit(1)
        with monkeypatch.context() as meanwhile:
            read = book.read

            def read_later(found: Sequence[Room]) -> Mapping[Key, Message]:
                book.commit(1)
                return read(found)

            meanwhile.setattr(book, "read", read_later)
            rooms.mark("lot")
            self.run(work)
        book.commit(1)
        rooms.mark("lot")
        self.run(work)
        assert [one[1:] for one in sent] == [(1, 2), (3, 3)]

    def test_a_mark_for_a_lot_that_nobody_watches_asks_nothing(
            self, book: Book, hands: Clock, work: list[Callable[[], None]]) -> None:
        rooms, sent = self.rooms(book, hands, work)
        looks = book.looks
        rooms.mark("other")
        assert (work, sent, book.looks) == ([], [], looks)

    def test_after_a_failure_the_next_look_tells_what_was_missed(
            self, book: Book, hands: Clock, work: list[Callable[[], None]],
            monkeypatch: pytest.MonkeyPatch) -> None:
        rooms, sent = self.rooms(book, hands, work)
        book.bids.append(1)
        with monkeypatch.context() as broken:
            broken.setattr(book, "look", lambda _ids: 1 / 0)
            rooms.mark("lot")
            with pytest.raises(ZeroDivisionError):
                self.run(work)
        book.bids.append(1)
        rooms.look_around()
        self.run(work)
        assert [one[1:] for one in sent] == [(1, 2)]
