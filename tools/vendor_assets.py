"""Fetch the browser libraries of package-lock.json and copy what pages load to static/vendor/.

npm checks each package against the hash in the lock file. The manifest, written last, says what was
copied: file, package, version, licence and SHA-256.
"""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"

# Package -> the files that pages load, and the licence that travels with them. Those that name each other
# by their own names share a folder.
FOLDERS = {"@noble/ed25519": "noble-ed25519", "@noble/hashes": "noble-hashes"}
WANTED = {
    "@noble/ed25519": ["index.js", "LICENSE"],
    "@noble/hashes": ["sha2.js", "_md.js", "_u64.js", "utils.js", "LICENSE"],
    "socket.io-client": ["dist/socket.io.esm.min.js", "LICENSE"],
    "uplot": ["dist/uPlot.esm.js", "dist/uPlot.min.css", "LICENSE"],
}


def fetch() -> None:
    """Install node_modules from the lock file, with npm of the machine or of .venv."""
    path = os.pathsep.join([os.environ["PATH"], str(ROOT / ".venv" / "bin")])
    environment = os.environ | {"PATH": path}
    npm = shutil.which("npm", path=path)
    if npm is None:
        raise SystemExit("npm is missing; tools/install-node brings it")
    subprocess.run([npm, "ci", "--silent"], cwd=ROOT, env=environment, check=True)


def copy(package: str, source: str) -> dict[str, str]:
    """Copy one file and return its line of the manifest."""
    about = json.loads((MODULES / package / "package.json").read_text(encoding="utf-8"))
    name = Path(source).name
    folder = FOLDERS.get(package, "")
    target = f"{folder or package}.LICENSE.txt" if name == "LICENSE" else f"{folder}/{name}".lstrip("/")
    content = (MODULES / package / source).read_bytes()
    (VENDOR / target).parent.mkdir(parents=True, exist_ok=True)
    (VENDOR / target).write_bytes(content)
    return {
        "file": target,
        "package": package,
        "version": about["version"],
        "licence": about["license"],
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def main() -> None:
    print("Fetching the browser libraries …", flush=True)
    fetch()
    files = [copy(package, source) for package, sources in WANTED.items() for source in sources]
    manifest = json.dumps({"files": files}, indent=2) + "\n"
    (VENDOR / "manifest.json").write_text(manifest, encoding="utf-8")


if __name__ == "__main__":
    main()
