"""Storage areas: folders in which instances are stored as files, read again, and removed.

Files only: what is known of them stands in ``tables``, who may use them in ``setup``.
"""
