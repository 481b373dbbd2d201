"""The journal: what is to be sent, what has come of it, what was asked for, kept beyond any end of the program.

One protocol, kept in memory or in a SQLite file; a file that cannot be used is kept aside, and no trouble with it stops
what sends.
"""
