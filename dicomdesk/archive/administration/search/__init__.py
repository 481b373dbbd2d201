"""Search in an archive as somebody types: the studies of each area in memory, found by words and in an order.

Nothing here changes an archive, and nothing is read of it but what its index says of studies.
"""
