"""The known answers of the public formats, as the contract publishes them."""

import copy
import json
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parents[1] / "vectors"


def vectors(name: str) -> list[dict[str, Any]]:
    return list(json.loads((FOLDER / name).read_text(encoding="utf-8")))


DRAWS: Final = vectors("draw.json")
TRANSCRIPTS: Final = [vector for vector in DRAWS if "function" not in vector["input"]]
INQUIRIES: Final = vectors("inquiry.json")
BAD_TRANSCRIPTS: Final = vectors("bad_transcripts.json")


def of_function(name: str) -> list[dict[str, Any]]:
    return [vector for vector in DRAWS if vector["input"].get("function") == name]


def a_transcript(number: str = "JD-11") -> dict[str, Any]:
    """A transcript that holds, free to be changed."""
    return copy.deepcopy(next(vector["input"] for vector in TRANSCRIPTS if vector["id"] == number))


def label(vector: dict[str, Any]) -> str:
    return str(vector.get("id") or vector["what"])
