"""Corrections of values in stored data sets: every byte that is not concerned stays what it was.

What was there before is kept in the data set itself, as the standard has it (PS3.3 C.12.1.1.9).
"""
