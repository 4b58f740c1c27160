"""Looking back: the auditor's desk, a sale as a file, and the check of every chain (``flask audit …``).

Floor 7. Words: attempt (a bid as judged, accepted or refused), film (a sale in its order), misfit.
"""
