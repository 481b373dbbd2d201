"""What is around the views: which there are, and how they come to be, one after the other.

The first one is painted as soon as the program starts; the others follow when nobody waits for anything.
"""
