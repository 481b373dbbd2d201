"""Corrections of what stored instances say of patient and study, with a trail from which each can be undone.

Files are written anew and exchanged, in folder and index at once; what was there before is kept in the trail and in the
files themselves (PS3.3 C.12.1.1.9).
"""
