"""Everything the platform runs on may be used and passed on. Which licences may, and why."""

import json
import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Permissive: use, change and pass on, with the notice kept.
PERMISSIVE = {
    "Apache-2.0",
    "BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "PSF-2.0",
    "Zlib",
    "ZPL-2.1",
}
# For fonts: use, embed and pass on; only the fonts themselves may not be sold alone.
OF_FONTS = {"OFL-1.1"}
# Copyleft that ends at the file or the library: these are installed unchanged, beside the
# platform, and can be replaced.
OF_THE_LIBRARY_ALONE = {"LGPL-2.1-or-later", "LGPL-3.0-only", "MPL-2.0"}
ALLOWED = PERMISSIVE | OF_FONTS | OF_THE_LIBRARY_ALONE

# What the older fields of package metadata mean.
OLD_NAMES = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "GNU Lesser General Public License v2 or later (LGPLv2+)": "LGPL-2.1-or-later",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "SIL Open Font License 1.1 (OFL-1.1)": "OFL-1.1",
}

# Packages whose metadata names no licence: read in the LICENSE that they bring.
READ_BY_US = {
    "pysqlite3": "Zlib",  # and the SQLite inside is in the public domain
}


def locked(name: str) -> list[str]:
    return sorted(
        set(re.findall(r"^([a-z0-9-]+)==", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))
    )


def licences(package: str) -> set[str]:
    """Return what a package offers to choose from; of a choice joined by AND all parts count."""
    if package in READ_BY_US:
        return {READ_BY_US[package]}
    about = metadata(package).json
    if "license_expression" in about:
        return set(str(about["license_expression"]).split(" OR "))
    old = [text.split(" :: ")[-1] for text in about["classifier"] if text.startswith("License")]
    return {OLD_NAMES.get(text, text) for text in old} or {str(about.get("license"))}


@pytest.mark.parametrize("package", locked("requirements.lock"))
def test_the_licence_of_a_python_package_allows_its_use(package: str) -> None:
    try:
        offered = licences(package)
    except PackageNotFoundError:
        pytest.skip(f"{package} is not for this machine")
    assert any(set(choice.split(" AND ")) <= ALLOWED for choice in offered), offered


def test_the_licences_of_the_browser_libraries_allow_their_use() -> None:
    manifest = json.loads((ROOT / "static/vendor/manifest.json").read_text(encoding="utf-8"))
    assert {line["licence"] for line in manifest["files"]} <= ALLOWED
