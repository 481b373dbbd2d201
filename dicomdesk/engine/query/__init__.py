"""Asks a peer what it has (C-FIND), for the query/retrieve and the worklist models; knows when answers were cut.

Nothing is retrieved here, and nothing is decoded that nobody looks at.
"""
