"""Matching of query keys in SQL and in memory: wildcards, ranges, lists, names (PS3.4 C.2.2.2).

Makes plans and compares values; no statement is executed here.
"""
