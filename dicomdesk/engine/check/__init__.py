"""The connection doctor: the way to a peer step by step, an echo, what it accepts, and the words for what fails.

Asks and explains; no instance is sent or foretold here.
"""
