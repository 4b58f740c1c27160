"""Which rooms a socket is in: Socket.IO's own book, with a page for each socket.

The stock one looks through every room for a socket that leaves, and every socket has a room of its own:
of ten thousand who leave at once, or come back, each would cost as much as all of them together.
"""

from typing import Any, Final

from socketio import Manager

Name = str | None
"""Of a room; None is the room of everybody."""


class Membership(Manager):  # type: ignore[misc]  # python-socketio leaves it untyped
    """The rooms of one process; what leaves is taken out of the rooms it is in, and no other is looked at."""

    def __init__(self) -> None:
        super().__init__()
        self._rooms_of: Final[dict[tuple[str, str], dict[Name, None]]] = {}

    def basic_enter_room(self, sid: str, namespace: str, room: Name, eio_sid: str | None = None) -> None:
        """Let a socket into a room.

        Raises:
            ValueError: it is not connected to the namespace, or the room is another socket's own.
            ValueDuplicationError: the connection is in the namespace already.
        """
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        self._rooms_of.setdefault((namespace, sid), {})[room] = None

    def basic_leave_room(self, sid: str, namespace: str, room: Name) -> None:
        """Take a socket out of a room, if it is there."""
        super().basic_leave_room(sid, namespace, room)
        rooms = self._rooms_of.get((namespace, sid), {})
        if room in rooms:
            del rooms[room]
            if not rooms:
                del self._rooms_of[namespace, sid]

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        """The rooms that a socket is in."""
        return [room for room in self._rooms_of.get((namespace, sid), ()) if room is not None]

    def basic_disconnect(self, sid: str, namespace: str, **more: Any) -> None:
        """Take a socket out of all its rooms, and forget what waits for it."""
        for room in tuple(self._rooms_of.get((namespace, sid), ())):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            waiting = pending.get(namespace, [])
            if sid in waiting:
                waiting.remove(sid)
                if not waiting:
                    del pending[namespace]
