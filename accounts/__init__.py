"""People, roles, log-in, approvals by others (maker and checker), inbox.

Floor 1. Words: person, role, court, sign-in, approval, message.
"""
