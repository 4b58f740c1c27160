"""``manifest``: it names every other entry with its SHA-256, and nothing else. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final

from audit.rules.findings import Failure, fails
from kernel.errors import N_

_fail: Final = fails("manifest")


def differing(named: Mapping[str, str], there: Mapping[str, str]) -> Iterator[Failure]:
    """Where names with their hashes, as the manifest gives them, are not those that are there."""
    for name in sorted({name for name, _hash in named.items() ^ there.items()}):
        if name not in named:
            yield _fail(name, N_("清单没有列出它"))
        elif name not in there:
            yield _fail(name, N_("清单列有它，但它不在"))
        else:
            yield _fail(name, N_("内容与清单所列不符"))
