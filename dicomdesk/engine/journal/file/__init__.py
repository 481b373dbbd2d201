"""The SQLite file of a journal: how it is opened and locked, its tables and rows, what is done to it, its search.

It knows nothing of threads and batches: that is the journal's.
"""
