"""The law of a case before its property is valued. Pure.

Words are in ``words``; the numbers of cases and of people in ``numbers``; who shares how in
``claims``; what must be known of a property in ``properties``; when a document counts as
received in ``service``.
"""
