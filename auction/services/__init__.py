"""The use cases of the auction, one module for each stretch of a sale's life.

``drafting`` and ``publication`` (the court), ``registration`` (the bidder's way to a code),
``bidding``, ``closing``, ``delivery``; ``exercises`` for practice; ``reading`` for everybody.
"""
