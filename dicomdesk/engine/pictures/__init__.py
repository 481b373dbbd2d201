"""Small pictures of files that have come, drawn in a process of their own with bounded memory and time.

A file that brings a decoder down, or keeps it busy, costs its own picture and nothing else.
"""
