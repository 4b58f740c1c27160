"""What combines floors for people: home, lots, desks, the case page, the demo clock.

Floor 7. Words: desk (a role's place of work), work item (one thing a case waits for), obstacle.
"""
