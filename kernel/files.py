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
RENDITIONS: Final = (640, 1280)
"""Widths in which a photograph is kept beside the whole one, so that a phone does not load that."""
Image.MAX_IMAGE_PIXELS = 60_000_000

_EBML: Final = b"\x1aE\xdf\xa3"
_PLACES: Final = (b"\xa9xyz", b"location.ISO6709")
"""Where cameras write the place into an MP4, in its index (``moov``)."""

_SIGNATURES: Final = {b"%PDF-": "application/pdf", b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as kept: ``sha256`` is its name and its proof."""

    sha256: str
    media_type: str
    size: int


class FileStore:
    """A folder of files named by their hash. Write outside any unit of work: disks are slow.

    A smaller rendition of a picture lies beside it under the same name with its width.
    """

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
        kept = self._keep(_webp(picture), "image/webp")
        for width in RENDITIONS:
            if picture.width > width:
                small = picture.resize((width, max(1, round(picture.height * width / picture.width))))
                self._write(self._rendition(kept.sha256, width), _webp(small))
        return kept

    def keep_video(self, raw: bytes, field: str) -> StoredFile:
        """Keep a short MP4 or WebM as it came; one that tells where it was taken is refused.

        Raises:
            InvalidInput: too large, neither kind, or with the place of the camera in it.
        """
        self._check_size(raw, field)
        if _is_webm(raw):
            return self._keep(raw, "video/webm")
        if not _is_mp4(raw):
            raise InvalidInput({field: N_("这不是可以读取的视频，请上传 MP4 或 WebM。")})
        index = _box(raw, b"moov")
        if any(place in index for place in _PLACES):
            raise InvalidInput({field: N_(
                "视频里写有拍摄地点。请关闭定位后重新拍摄，或者导出一份不含位置的视频。")})
        return self._keep(raw, "video/mp4")

    def keep_view(self, raw: bytes, field: str) -> StoredFile:
        """Keep what shows a thing: a video if the bytes are one, else a photograph.

        Raises:
            InvalidInput: as ``keep_video`` and ``keep_picture``.
        """
        return (self.keep_video if _is_mp4(raw) or _is_webm(raw) else self.keep_picture)(raw, field)

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

    def view(self, sha256: str, width: int) -> Path:
        """Where the rendition of that width lies, or the picture itself where there is none."""
        small = self._rendition(sha256, width)
        return small if width in RENDITIONS and small.exists() else self.path(sha256)

    def _rendition(self, sha256: str, width: int) -> Path:
        path = self.path(sha256)
        return path.with_name(f"{path.name}.{width}")

    def _keep(self, raw: bytes, media_type: str) -> StoredFile:
        sha256 = hashlib.sha256(raw).hexdigest()
        self._write(self.path(sha256), raw)
        return StoredFile(sha256, media_type, len(raw))

    @staticmethod
    def _write(path: Path, raw: bytes) -> None:
        if path.exists():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}.part")
        with draft.open("wb") as out:
            out.write(raw)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)

    @staticmethod
    def _check_size(raw: bytes, field: str) -> None:
        if not raw:
            raise InvalidInput({field: N_("文件是空的，请重新选择。")})
        if len(raw) > MAX_BYTES:
            raise InvalidInput({field: N_("文件太大，最多 %(most)s MB。")}, most=MAX_BYTES // 2**20)


def _webp(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=82, method=4)
    return out.getvalue()


def _is_webm(raw: bytes) -> bool:
    return raw.startswith(_EBML) and b"webm" in raw[:64]


def _is_mp4(raw: bytes) -> bool:
    return raw[4:8] == b"ftyp" and bool(_box(raw, b"moov"))


def _box(raw: bytes, name: bytes) -> bytes:
    """The first top-level box of that name in an MP4; empty where it has none or is cut off."""
    at = 0
    while at + 8 <= len(raw):
        size, kind, head = int.from_bytes(raw[at:at + 4], "big"), raw[at + 4:at + 8], 8
        if size == 1:
            size, head = int.from_bytes(raw[at + 8:at + 16], "big"), 16
        elif size == 0:
            size = len(raw) - at
        if size < head or at + size > len(raw):
            return b""
        if kind == name:
            return raw[at + head:at + size]
        at += size
    return b""


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
