"""Query/retrieve provider, usable as a library: start, stop, store, find and remove.

This layer promises never to answer Success for what it has not stored and indexed.
"""
