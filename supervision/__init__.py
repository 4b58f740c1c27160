"""Reads every floor and changes none: terms that ran out, and figures per court.

Floor 7. Words: node (a point with a statutory term), overdue, indicator.
"""
