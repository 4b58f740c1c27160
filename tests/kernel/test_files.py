"""Files by content: pictures cleaned, papers as they came, nothing else."""

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from kernel import files
from kernel.errors import InvalidInput
from kernel.files import MAX_BYTES, MAX_EDGE, FileStore
from tests.factories.cases import a_video

PDF = b"%PDF-1.4\n%\xe5\xae\xb6\n%%EOF\n"
ORIENTATION, GPS, TURNED = 0x0112, 0x8825, 6


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path)


def a_photograph(size: tuple[int, int] = (600, 400), kind: str = "JPEG", *, located: bool = False) -> bytes:
    picture = Image.new("RGB", size, "tan")
    out = io.BytesIO()
    if located:
        exif = Image.Exif()
        exif[ORIENTATION] = TURNED
        exif.get_ifd(GPS)[1] = "N"
        picture.save(out, kind, exif=exif)
    else:
        picture.save(out, kind)
    return out.getvalue()


class TestPapers:
    @pytest.mark.parametrize(("raw", "media_type"), [
        (PDF, "application/pdf"), (a_photograph(kind="PNG"), "image/png"), (a_photograph(), "image/jpeg")])
    def test_a_paper_is_kept_byte_for_byte_under_its_hash(self, store: FileStore, raw: bytes,
                                                          media_type: str) -> None:
        kept = store.keep_document(raw, "file")
        assert kept.sha256 == hashlib.sha256(raw).hexdigest()
        assert (kept.media_type, kept.size) == (media_type, len(raw))
        assert store.path(kept.sha256).read_bytes() == raw

    @pytest.mark.parametrize("raw", [b"GIF89a", b"PK\x03\x04", b"<html>", b" %PDF-1.4", b"MZ\x90"])
    def test_another_kind_of_file_is_refused_with_those_that_are_taken(self, store: FileStore,
                                                                       raw: bytes) -> None:
        with pytest.raises(InvalidInput) as refusal:
            store.keep_document(raw, "report")
        assert refusal.value.fields == {"report": "只接受 PDF、PNG 或 JPEG 文件。"}

    def test_the_same_paper_twice_is_one_file(self, store: FileStore, tmp_path: Path) -> None:
        assert store.keep_document(PDF, "file") == store.keep_document(PDF, "file")
        assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


class TestPictures:
    def test_a_photograph_is_turned_upright_and_tells_no_place(self, store: FileStore) -> None:
        kept = store.keep_picture(a_photograph((600, 400), located=True), "file")
        with Image.open(store.path(kept.sha256)) as cleaned:
            assert cleaned.format == "WEBP"
            assert cleaned.size == (400, 600)
            assert not dict(cleaned.getexif())
        assert kept.media_type == "image/webp"

    @pytest.mark.parametrize(("size", "kept_size"), [
        ((MAX_EDGE, 10), (MAX_EDGE, 10)), ((MAX_EDGE * 2, 100), (MAX_EDGE, 50)),
        ((100, MAX_EDGE * 2), (50, MAX_EDGE)), ((3, 3), (3, 3))])
    def test_a_large_one_is_made_to_fit_a_small_one_left(self, store: FileStore, size: tuple[int, int],
                                                         kept_size: tuple[int, int]) -> None:
        kept = store.keep_picture(a_photograph(size), "file")
        with Image.open(store.path(kept.sha256)) as cleaned:
            assert cleaned.size == kept_size

    @pytest.mark.parametrize("raw", [PDF, b"not a picture", a_photograph()[:200],
                                     b"<svg xmlns='http://www.w3.org/2000/svg'/>"])
    def test_what_cannot_be_decoded_is_refused(self, store: FileStore, raw: bytes, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput) as refusal:
            store.keep_picture(raw, "photo")
        assert set(refusal.value.fields) == {"photo"}
        assert not [path for path in tmp_path.rglob("*") if path.is_file()]

    def test_a_picture_of_too_many_pixels_is_not_even_unpacked(self, store: FileStore) -> None:
        out = io.BytesIO()
        Image.new("1", (13_000, 13_000)).save(out, "PNG")
        with pytest.raises(InvalidInput):
            store.keep_picture(out.getvalue(), "photo")


    def test_a_large_one_has_smaller_renditions_a_small_one_is_its_own(self, store: FileStore) -> None:
        large, flat, small = (store.keep_picture(a_photograph(size), "file")
                              for size in ((1600, 1200), (2400, 1), (300, 200)))
        with Image.open(store.view(large.sha256, 640)) as rendition:
            assert (rendition.format, rendition.size) == ("WEBP", (640, 480))
        with Image.open(store.view(large.sha256, 1280)) as rendition:
            assert rendition.size == (1280, 960)
        with Image.open(store.view(flat.sha256, 640)) as rendition:
            assert rendition.size == (640, 1)
        assert store.view(small.sha256, 640) == store.path(small.sha256)
        assert store.view(large.sha256, 641) == store.path(large.sha256), "no other widths"


WEBM = b"\x1aE\xdf\xa3" + b"\x9f\x42\x86\x81\x01\x42\x82\x84webm" + b"\x00" * 40


class TestVideos:
    @pytest.mark.parametrize(("raw", "media_type"), [(a_video(), "video/mp4"), (WEBM, "video/webm")])
    def test_a_short_video_is_kept_byte_for_byte(self, store: FileStore, raw: bytes, media_type: str) -> None:
        kept = store.keep_view(raw, "file")
        assert (kept.media_type, kept.size) == (media_type, len(raw))
        assert store.path(kept.sha256).read_bytes() == raw

    @pytest.mark.parametrize("place", [b"\xa9xyz\x00\x12+31.23+121.47/",
                                       b"com.apple.quicktime.location.ISO6709"])
    def test_one_that_tells_where_it_was_taken_is_refused_with_what_helps(self, store: FileStore,
                                                                          place: bytes) -> None:
        with pytest.raises(InvalidInput) as refusal:
            store.keep_view(a_video(place), "files")
        assert "关闭定位" in refusal.value.fields["files"]

    @pytest.mark.parametrize("raw", [a_video()[:30], b"\x00\x00\x00\x14ftypisom",
                                     b"\x1aE\xdf\xa3matroska", PDF, b"RIFF"])
    def test_what_only_looks_like_one_is_refused(self, store: FileStore, raw: bytes) -> None:
        with pytest.raises(InvalidInput):
            store.keep_video(raw, "file")
        with pytest.raises(InvalidInput):
            store.keep_view(raw, "file")


class TestSizes:
    @pytest.mark.parametrize("keep", ["keep_document", "keep_picture", "keep_video", "keep_view"])
    def test_an_empty_file_is_refused(self, store: FileStore, keep: str) -> None:
        with pytest.raises(InvalidInput) as refusal:
            getattr(store, keep)(b"", "file")
        assert refusal.value.fields == {"file": "文件是空的，请重新选择。"}

    def test_thirty_megabytes_are_taken_one_byte_more_is_not(self, store: FileStore) -> None:
        raw = PDF.ljust(MAX_BYTES, b" ")
        assert store.keep_document(raw, "file").size == MAX_BYTES
        with pytest.raises(InvalidInput) as refusal:
            store.keep_document(raw + b" ", "file")
        assert refusal.value.details == {"most": 30}


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65, "0" * 63 + "/"])
def test_only_a_hash_names_a_file(store: FileStore, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        store.path(name)


def test_a_process_without_a_folder_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(files, "_installed", None)
    with pytest.raises(RuntimeError, match="no file store"):
        files.the_store()
    files.install(tmp_path)
    assert files.the_store().path("0" * 64).is_relative_to(tmp_path)
