"""A province of two workers, and the front before it, for one module of tests."""

from collections.abc import Iterator

import pytest

from auction.commands.client import Platform
from tests.deploy.province import NGINX, Front, Province, running_front, running_province


@pytest.fixture(scope="module")
def province() -> Iterator[Province]:
    with running_province(2) as started:
        yield started


@pytest.fixture(scope="module")
def officer(province: Province) -> Platform:
    return signed_in(province, "officer")


@pytest.fixture(scope="module")
def auditor(province: Province) -> Platform:
    return signed_in(province, "auditor")


def signed_in(province: Province, login: str) -> Platform:
    """A program's token, which one worker gave and every worker takes."""
    platform = Platform(province.workers[0].url)
    platform.sign_in(login, province.passwords[login])
    return platform


@pytest.fixture(scope="module")
def front(province: Province) -> Iterator[Front]:
    """nginx, from Debian's package ``nginx-light``; ``make test`` brings it where it may."""
    if NGINX is None:
        pytest.skip("nginx is not installed on this machine: apt-get install nginx-light")
    with running_front(province) as started:
        yield started
