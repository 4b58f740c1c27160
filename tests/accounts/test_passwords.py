"""Passwords: how they are kept, how long a refusal takes, and that nobody waits for the hash."""

import subprocess
import sys
import time

from accounts.passwords import hash_password, verify_password
from tests.factories.accounts import PASSWORD

WHILE_HASHING = """
from gevent import monkey; monkey.patch_all()
import gevent
from accounts.passwords import hash_password, verify_password

ticks = 0

def tick():
    global ticks
    while True:
        gevent.sleep(0.001)
        ticks += 1

gevent.spawn(tick)
stored = hash_password("demo-demo-demo")
assert verify_password(stored, "demo-demo-demo")
assert not verify_password(None, "demo-demo-demo")
print(ticks)
"""


def test_passwords_are_kept_as_argon2id_with_the_chosen_cost() -> None:
    stored = hash_password(PASSWORD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert verify_password(stored, PASSWORD)
    assert not verify_password(stored, PASSWORD + " ")


def test_an_unknown_login_takes_as_long_as_a_wrong_password() -> None:
    stored = hash_password(PASSWORD)
    verify_password(None, "the hash of nobody is made at the first use")

    def took(known: str | None) -> float:
        start = time.perf_counter()
        assert not verify_password(known, "wrong password")
        return time.perf_counter() - start

    # In turn, so that a machine that is slower for a while is so for both.
    pairs = [(took(stored), took(None)) for _ in range(20)]
    wrong, unknown = (min(times) for times in zip(*pairs, strict=True))
    assert 0.5 < wrong / unknown < 2


def test_under_gevent_other_greenlets_go_on_while_a_password_is_hashed() -> None:
    done = subprocess.run([sys.executable, "-c", WHILE_HASHING], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= 5
