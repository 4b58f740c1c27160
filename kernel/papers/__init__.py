"""Papers of the court as PDF/A: set from templates/papers, kept in the cache, given to anybody.

The same values give the same bytes. Every paper bears the hash of the leaf that it shows.
"""
