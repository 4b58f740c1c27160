"""Figures of the platform as it runs here: one line of JSON each, on standard output.

``python -m benchmarks`` runs all, ``python -m benchmarks start`` one. To add one: write a module
with ``measure() -> Iterator[Figure]`` and name it in ``__main__.BENCHMARKS``.
"""
