"""Delivery of instances over associations, planned or exact: transfer list, ledger, sender, report.

What a kind of job chooses - instances, contexts, what is tried again - belongs to ``send`` and ``send_exactly``.
"""
