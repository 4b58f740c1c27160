"""What every floor stands on: database, unit of work, money, clock, errors, law, HTTP, sockets.

Floor 0. Knows no domain: whatever a court, a lot or a claim is, is decided above.
"""
