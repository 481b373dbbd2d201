"""Lists of accession numbers, patient IDs and UIDs as people keep them: CSV files and spreadsheets, understood.

Which column holds what is found out here, and what is wrong with a line; nobody is asked for anything.
"""
