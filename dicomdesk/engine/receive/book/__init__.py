"""The arrival book: which instances of which studies are here, how often they came, and from whom.

Counts are of distinct SOP Instance UIDs. Nothing here reads the network, and only what says so touches the disk.
"""
