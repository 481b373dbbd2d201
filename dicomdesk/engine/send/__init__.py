"""Planned sending: contexts that fit the files, several associations at once or in turn, retries.

What is proposed to the letter instead belongs to ``send_exactly``; what both ways share is in ``delivery``.
"""
