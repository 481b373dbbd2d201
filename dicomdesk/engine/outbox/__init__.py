"""The Outbox: errands wait in their order and run on the engine, to several peers at once, until every one is done.

It is the one way to send with a journal; it knows when something is tried again, and a front end only shows that.
"""
