"""The engine in a process of its own: what works for the window where it shares no interpreter with it.

It is spoken to over a private pair of pipes, and tells what changed a few times a second. No Qt, no terminal.
"""
