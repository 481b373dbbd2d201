"""Connection check and echo: the steps to a peer, the SOP classes that it accepts, and explanations of failures.

Asks and explains; no instance is sent or foretold here.
"""
