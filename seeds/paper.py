"""Papers of the demo: small real PDF files and drawn pictures, so that nothing is a stand-in.

The PDF uses the reader's own Song font (Adobe-GB1, not embedded); documents with an embedded
font are a matter of the document engine, not of the demo.
"""

import io

from PIL import Image, ImageDraw


def pdf(title: str, lines: list[str]) -> bytes:
    """One A4 page of Chinese text as a valid PDF."""
    text = ["BT /F1 18 Tf 72 760 Td", _shown(title), "/F1 12 Tf 0 -36 Td 20 TL"]
    for line in lines:
        text += [_shown(line), "T*"]
    stream = "\n".join([*text, "ET"]).encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
        b"/DescendantFonts [6 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /CIDSystemInfo "
        b"<< /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 7 0 R >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] "
        b"/ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>",
    ]
    return _assemble(objects)


def _shown(text: str) -> str:
    return f"<{text.encode('utf-16-be').hex()}> Tj"


def _assemble(objects: list[bytes]) -> bytes:
    out = io.BytesIO(b"")
    out.write(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n" % number + body + b"\nendobj\n")
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for offset in offsets:
        out.write(b"%010d 00000 n \n" % offset)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
              % (len(objects) + 1, start))
    return out.getvalue()


def facade(floors: int, lit: int) -> bytes:
    """A drawn front of a house with one lit window between its neighbours, as PNG."""
    width, height = 1280, 880
    picture = Image.new("RGB", (width, height), "#e3ebed")
    draw = ImageDraw.Draw(picture)
    for left, right, top in ((70, 330, 380), (960, 1220, 300)):
        draw.rectangle((left, top, right, 800), fill="#d0dde1")
    left, right, top, foot = 440, 840, 70, 800
    draw.rectangle((left, top, right, foot), fill="#b2c6cd", outline="#284653", width=3)
    step = (foot - top) / floors
    for floor in range(floors):
        for column in range(5):
            x = left + 26 + column * 74
            y = foot - (floor + 1) * step + step * 0.2
            is_lit = floor + 1 == lit and column == 3
            draw.rectangle((x, y, x + 50, y + step * 0.55), fill="#e9b95b" if is_lit else "#7f9ca7")
    draw.line((40, foot, 1240, foot), fill="#284653", width=4)
    return _png(picture)


def plan(rooms: int) -> bytes:
    """A drawn floor plan, as PNG."""
    picture = Image.new("RGB", (1200, 900), "#f8fafa")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((100, 100, 1100, 800), outline="#284653", width=10)
    for wall in range(1, rooms + 1):
        x = 100 + wall * 1000 // (rooms + 1)
        draw.line((x, 100, x, 460), fill="#284653", width=6)
        draw.arc((x - 90, 370, x, 460), 0, 90, fill="#7f9ca7", width=3)
    draw.line((100, 460, 700, 460), fill="#284653", width=6)
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
