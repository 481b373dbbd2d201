"""Adds entries to the index: finds where they belong, counts them, and notes what they contradict.

Within one transaction, which the caller commits; what is remembered from one to the next is checked by each.
"""
