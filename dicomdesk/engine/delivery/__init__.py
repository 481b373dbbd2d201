"""The delivery of instances over associations, whoever chooses them: its list and ledger, its ends, and the report.

What a kind of job chooses - instances, contexts, what is tried again - belongs to ``send`` and ``send_exactly``.
"""
