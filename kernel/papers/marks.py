"""What is drawn on a paper from its proof: the ring, and the QR code. As SVG, without a library's date."""

from collections.abc import Iterable, Iterator

import segno

from kernel import rulers


def qr(text: str) -> str:
    """A QR code without its quiet zone; the template leaves the room."""
    matrix = segno.make_qr(text, error="m").matrix
    runs = "".join(f"M{x} {y}h{length}v1h-{length}z"
                   for y, row in enumerate(matrix) for x, length in _runs(row))
    size = len(matrix)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}">'
            f'<path d="{runs}"/></svg>')


def _runs(row: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Where dark modules begin in a row, and how many follow each other."""
    begin = length = 0
    for x, dark in enumerate(row):
        if dark:
            begin, length = (begin, length + 1) if length else (x, 1)
        elif length:
            yield begin, length
            length = 0
    if length:
        yield begin, length


def ring(digest: str) -> str:
    """The ring of a hash, as pages draw it."""
    ticks = "".join(f"M{x1} {y1}L{x2} {y2}" for x1, y1, x2, y2 in rulers.ring(digest))
    return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">'
            f'<path d="{ticks}" fill="none" stroke="#0d4a63" stroke-width="1.3"/></svg>')
