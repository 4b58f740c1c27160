"""How a serving process looks for garbage: seldom, for what bids leave behind never refers to itself."""

import gc


def look_seldom() -> None:
    """What is there now stays; of what comes, every twenty thousandth object makes Python look."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 20, 20)
