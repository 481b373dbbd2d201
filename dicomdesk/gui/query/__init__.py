"""The Query/Retrieve view: what is asked of which peers, and what they have, as a tree that grows as answers come.

What is chosen in it is told as ``models.found_entities``; fetching it is not this room's.
"""
