"""What the Associations view adds to its list: an association over time, and all of them as text or JSON.

Nothing here has anything of a data set but UIDs.
"""
