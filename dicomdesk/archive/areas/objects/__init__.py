"""Storage areas whose files live in an object store: S3 and its like, or a folder that stands in for one.

The folder of such an area keeps its state and what was used last; the store has every instance that was acknowledged.
"""
