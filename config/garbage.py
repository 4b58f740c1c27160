"""How a serving process looks for garbage: seldom, for what bids leave behind never refers to itself."""

import gc


def look_seldom() -> None:
    """What is there now stays; of what comes, every fifty thousandth object makes Python look.

    A commit of a thousand bids holds as many at once; a look in the midst of it would find them all in use.
    """
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 20)
