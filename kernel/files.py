"""Files by content: stored once under their SHA-256, pictures cleaned before they are kept."""

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from kernel.errors import N_, InvalidInput

MAX_BYTES: Final = 30 * 2**20
MAX_EDGE: Final = 2400
Image.MAX_IMAGE_PIXELS = 60_000_000

_SIGNATURES: Final = {b"%PDF-": "application/pdf", b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as kept: ``sha256`` is its name and its proof."""

    sha256: str
    media_type: str
    size: int


class FileStore:
    """A folder of files named by their hash. Write outside any unit of work: disks are slow."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep_picture(self, raw: bytes, field: str) -> StoredFile:
        """Re-encode a photograph as WebP: turned upright, at most 2400 px, no EXIF (no place, no owner).

        Raises:
            InvalidInput: too large, or no picture that can be decoded.
        """
        self._check_size(raw, field)
        try:
            picture = ImageOps.exif_transpose(Image.open(io.BytesIO(raw))).convert("RGB")
        except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
            raise InvalidInput({field: N_("这不是可以读取的图片，请上传 JPEG、PNG 或 WebP。")}) from error
        picture.thumbnail((MAX_EDGE, MAX_EDGE))
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=82, method=4)
        return self._keep(out.getvalue(), "image/webp")

    def keep_document(self, raw: bytes, field: str) -> StoredFile:
        """Keep a PDF, or a scan as PNG or JPEG, as it came: its hash must stay the paper's.

        Raises:
            InvalidInput: empty, too large, or another kind of file.
        """
        self._check_size(raw, field)
        media = next((kind for start, kind in _SIGNATURES.items() if raw.startswith(start)), None)
        if media is None:
            raise InvalidInput({field: N_("只接受 PDF、PNG 或 JPEG 文件。")})
        return self._keep(raw, media)

    def path(self, sha256: str) -> Path:
        """Where a kept file lies."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError("not a SHA-256")
        return self._folder / sha256[:2] / sha256

    def _keep(self, raw: bytes, media_type: str) -> StoredFile:
        sha256 = hashlib.sha256(raw).hexdigest()
        path = self.path(sha256)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f"{sha256}.{os.getpid()}.part")
            with draft.open("wb") as out:
                out.write(raw)
                out.flush()
                os.fsync(out.fileno())
            draft.replace(path)
        return StoredFile(sha256, media_type, len(raw))

    @staticmethod
    def _check_size(raw: bytes, field: str) -> None:
        if not raw:
            raise InvalidInput({field: N_("文件是空的，请重新选择。")})
        if len(raw) > MAX_BYTES:
            raise InvalidInput({field: N_("文件太大，最多 %(most)s MB。")}, most=MAX_BYTES // 2**20)


_installed: FileStore | None = None


def install(folder: Path) -> None:
    """Say where this process keeps its files."""
    global _installed  # noqa: PLW0603 - wired once at start
    _installed = FileStore(folder)


def the_store() -> FileStore:
    """The file store of this process."""
    if _installed is None:
        raise RuntimeError("no file store: call kernel.files.install first")
    return _installed
