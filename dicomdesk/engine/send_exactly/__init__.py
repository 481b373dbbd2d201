"""Exact sending: one association whose proposal is given, as with DCMTK's storescu.

Nothing is planned after the files; what both ways of sending share is in ``delivery``.
"""
