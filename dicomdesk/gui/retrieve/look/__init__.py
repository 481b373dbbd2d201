"""A look at one image of a series before it is fetched: one instance by C-GET, drawn small, and removed again.

Nothing of it stays on the disk.
"""
