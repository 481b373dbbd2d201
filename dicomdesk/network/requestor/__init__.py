"""The side that calls: associations negotiated by pynetdicom, operations, and the stream that sends instances.

The only room that touches pynetdicom's internals; nothing here listens.
"""
