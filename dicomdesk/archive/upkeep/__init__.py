"""What an archive does beside serving: its configuration is read again, old studies go, failed moves are repeated.

Several machines may serve one archive: what must not be done twice is done under a lease.
"""
