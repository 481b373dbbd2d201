"""The Archive view: what an archive of this machine has, found as somebody types, and all that is done with it.

What an archive is and what is done to it is for the archive itself; here it is asked beside the Qt thread.
"""
