"""Rules that send on what arrives: when a study is quiet or files rest in a folder, what matches goes to peers.

What goes where is decided without a disk or a socket; how it is sent, and tried again, belongs to the outbox.
"""
