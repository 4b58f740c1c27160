"""Which rooms a socket is in: the stock book's answers, without its walk through every room."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from socketio import Manager

from kernel.membership import Membership

ROOM = "/auction"
SOCKETS = st.sampled_from(["a", "b", "c"])
STEPS = st.lists(st.tuples(
    st.sampled_from(["come", "enter", "leave", "close", "go", "wait"]), SOCKETS,
    st.sampled_from(["lot:1/1", "lot:2/1"])), max_size=40)


class Names:
    """What the manager asks of its server: a new name for each who comes."""

    def __init__(self) -> None:
        self.eio = self
        self.packet_class = self
        self.json: Any = None
        self._next = 0

    def generate_id(self) -> str:
        self._next += 1
        return f"socket-{self._next}"


def of_kind(kind: type[Manager]) -> Any:
    manager = kind()
    manager.set_server(Names())
    return manager


def taken(manager: Any, steps: list[tuple[str, str, str]]) -> list[Any]:
    """What the manager says after each step."""
    told = []
    for step, eio_sid, room in steps:
        sid = manager.sid_from_eio_sid(eio_sid, ROOM)
        if step == "come":
            told.append(manager.connect(eio_sid, ROOM) if sid is None else manager.pre_connect(eio_sid, ROOM))
        elif sid is None:
            continue
        elif step == "enter":
            manager.enter_room(sid, ROOM, room)
        elif step == "leave":
            manager.leave_room(sid, ROOM, room)
        elif step == "close":
            manager.close_room(room, ROOM)
        elif step == "wait":
            manager.pre_disconnect(sid, ROOM)
        else:
            manager.disconnect(sid, ROOM)
        told.append([manager.is_connected(sid, ROOM), sorted(manager.get_rooms(sid, ROOM)),
                     {name: dict(held) for name, held in manager.rooms.get(ROOM, {}).items()},
                     {name: list(held) for name, held in manager.pending_disconnect.items()},
                     {name: list(held) for name, held in manager.pending_connect.items()}])
    return told


@given(steps=STEPS)
def test_the_answers_are_those_of_the_stock_book(steps: list[tuple[str, str, str]]) -> None:
    assert taken(of_kind(Membership), steps) == taken(of_kind(Manager), steps)


class Unasked(dict[str, str]):
    """A room that must not be looked at."""

    def __contains__(self, _socket: object) -> bool:
        raise AssertionError("a room was asked for a socket that never entered it")


def test_who_leaves_is_looked_for_in_no_room_but_his_own() -> None:
    manager = of_kind(Membership)
    sid = manager.connect("a", ROOM)
    manager.enter_room(sid, ROOM, "lot:1/1")
    manager.rooms[ROOM]["lot:2/1"] = Unasked()
    assert sorted(manager.get_rooms(sid, ROOM)) == ["lot:1/1", sid]
    manager.disconnect(sid, ROOM)
    assert list(manager.rooms[ROOM]) == ["lot:2/1"]


def test_nothing_is_kept_of_those_who_have_left() -> None:
    manager = of_kind(Membership)
    for number in range(3):
        sid = manager.connect(f"connection-{number}", ROOM)
        manager.enter_room(sid, ROOM, "lot:1/1")
        manager.callbacks[sid] = {}
        manager.pre_disconnect(sid, ROOM)
        manager.disconnect(sid, ROOM)
        manager.disconnect(sid, ROOM)
    assert not any([manager.rooms, manager._rooms_of, manager.callbacks, manager.pending_disconnect])
