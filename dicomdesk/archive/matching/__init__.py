"""Query keys made into conditions: wildcards, ranges, lists, names, compared as PS3.4 C.2.2.2 says.

Makes plans and compares values; no statement is executed here.
"""
