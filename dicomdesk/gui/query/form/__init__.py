"""The form of a query, what it says as values, and the queries that are kept.

What becomes of a question is not known here.
"""
