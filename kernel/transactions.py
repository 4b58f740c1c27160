"""The unit of work: the only place that commits.

When to use: around one act, in a view, an event handler or a job. When not: in a service,
which takes the session it is given and never commits. Nothing inside may wait: no password
hashing, file, PDF or network, for on SQLite the block holds the one write lock of the process.

A change of a table that is evidence or state must leave a leaf in the log within the same
transaction; a unit of work that wrote without recording one refuses to commit.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import RLock
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from sqlalchemy.orm.exc import StaleDataError

from kernel.database import Base, db, is_sqlite, set_writing_test
from kernel.errors import Overtaken

Recorder = Callable[[Session], list[Any]]

_recorder: Recorder | None = None
_in_unit: ContextVar[bool] = ContextVar("in_unit_of_work", default=False)
_write_lock = RLock()  # gevent makes it cooperative; threads of the tests respect it too
set_writing_test(_in_unit.get)


def set_recorder(recorder: Recorder) -> None:
    """Give the log's recorder, which writes the leaves of an act as its last statements.

    The kernel lies below the log, so ``app.py`` hands it in.
    """
    global _recorder  # noqa: PLW0603 - wired once at start
    _recorder = recorder


class UnitOfWork:
    """One transaction and what must happen after it.

    Attributes:
        session: the session to hand to services.
        leaves: after the commit, the leaves that the act wrote, in order.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.leaves: list[Any] = []
        self._promises: list[Callable[[], None]] = []

    def after_commit(self, promise: Callable[[], None]) -> None:
        """Do this once the transaction is durable, and never otherwise (broadcasts, mail)."""
        self._promises.append(promise)

    def keep_promises(self) -> None:
        for promise in self._promises:
            promise()


@contextmanager
def unit_of_work() -> Iterator[UnitOfWork]:
    """Own the transaction of one act.

    Ends whatever read transaction the request had open, so that the act sees the newest
    state and SQLite can take its write lock at once.

    Raises:
        Overtaken: another transaction changed a versioned row, or took a unique place, first.
    """
    if _in_unit.get():
        raise RuntimeError("units of work do not nest: a service must not commit")
    session = db.session()
    session.rollback()
    work = UnitOfWork(session)
    locked = is_sqlite()
    if locked:
        _write_lock.acquire()
    token = _in_unit.set(True)
    try:
        session.info.clear()
        yield work
        session.flush()
        work.leaves = _recorder(session) if _recorder else []
        _refuse_unlogged(session, work.leaves)
        session.commit()
    except (StaleDataError, IntegrityError) as error:
        session.rollback()
        if isinstance(error, IntegrityError) and not _is_taken(error):
            raise
        raise Overtaken from error
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.clear()
        _in_unit.reset(token)
        if locked:
            _write_lock.release()
    work.keep_promises()


def in_unit_of_work() -> bool:
    return _in_unit.get()


def _is_taken(error: IntegrityError) -> bool:
    shown = str(error.orig).lower()
    return "unique" in shown


def _refuse_unlogged(session: Session, leaves: list[Any]) -> None:
    written: set[str] = session.info.get("logged_tables", set())
    if written and not leaves and _recorder is not None:
        raise RuntimeError(f"a change of state without a leaf: {sorted(written)}")


@event.listens_for(Session, "after_flush")
def _note_flush(session: Session, _context: UOWTransaction) -> None:
    for thing in (*session.new, *session.dirty, *session.deleted):
        if isinstance(thing, Base) and thing.unlogged is None and (
            thing not in session.dirty or session.is_modified(thing)
        ):
            session.info.setdefault("logged_tables", set()).add(type(thing).__tablename__)


@event.listens_for(Session, "do_orm_execute")
def _note_bulk(state: ORMExecuteState) -> None:
    if not (state.is_insert or state.is_update or state.is_delete) or state.bind_mapper is None:
        return
    model = state.bind_mapper.class_
    if issubclass(model, Base) and model.unlogged is None:
        state.session.info.setdefault("logged_tables", set()).add(model.__tablename__)
