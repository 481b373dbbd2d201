"""The upper layer protocol as bytes: PDUs, their items, and the reasons of rejections and aborts (PS3.8).

Reads and writes bytes; what they mean for an association is decided by acceptor and requestor.
"""
