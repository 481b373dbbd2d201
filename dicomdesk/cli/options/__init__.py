"""The grammar of command lines, and the tables of options that several tools share.

A tool's own options stand in its room; no option does anything here but become a value.
"""
