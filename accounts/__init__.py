"""People, courts, sign-in, approvals by others (maker and checker), inbox.

Floor 1. Words: court, person, role (granted for a court to its staff, without one to everyone
else), identity (name, number and telephone, sealed by the vault), sign-in session, API token,
message (one person's inbox), approval (an act that others must agree to; maker asks, checkers
decide). The log of ``installation`` holds what concerns no court.
"""
