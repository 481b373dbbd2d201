"""What instances say of their patient, study and series: rows made of their values, and what most of them say.

Pure functions of values: neither files nor databases are known here.
"""
