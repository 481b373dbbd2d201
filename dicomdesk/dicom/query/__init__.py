"""Queries as values: models, levels, attributes and SOP classes of query and retrieve, identifiers read and written.

Shared by who asks and who answers; nothing is matched, sent or received here.
"""
