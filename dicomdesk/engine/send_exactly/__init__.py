"""Sending over one association that is proposed to the letter, as storescu does it.

Nothing is planned after the files; what both ways of sending share is in ``delivery``.
"""
