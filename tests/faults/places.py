"""The province that faults share, since to start one takes longer than most faults."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

from sqlalchemy import URL

from auction.commands.client import Platform
from tests.deploy.province import Province, running_province
from tests.services import UNSAFE_AND_FAST, own_postgres

HERE = "127.0.0.1"
_running = ExitStack()


@contextmanager
def a_province() -> Iterator[Province]:
    """PostgreSQL that waits for its disk, Valkey, two workers; whatever is done to them is mended afterwards.

    Workers that were added are ended; those that were killed are started again.
    """
    province = _province()
    before = list(province.workers)
    try:
        yield province
    finally:
        for service in (province.postgres_service, province.valkey_service):
            if service.process is None:
                service.start()
        for worker in province.workers[len(before):]:
            if worker.process is not None:
                worker.end()
        province.workers[:] = before
        for worker in before:
            if worker.process is None:
                worker.start()
        for worker in before:
            worker.wait()


@cache
def _province() -> Province:
    return _running.enter_context(running_province(2, HERE))


@cache
def a_postgres() -> URL:
    """A PostgreSQL for faults that want databases of their own; it does not wait for its disk."""
    return _running.enter_context(own_postgres(UNSAFE_AND_FAST))


@cache
def staff(login: str) -> Platform:
    """One of the province's staff, by a token that every worker takes."""
    province = _province()
    platform = Platform(province.workers[0].url)
    platform.sign_in(login, province.passwords[login])
    return platform


def close_all() -> None:
    """End what was started."""
    _running.close()
    _province.cache_clear()
    a_postgres.cache_clear()
    staff.cache_clear()
