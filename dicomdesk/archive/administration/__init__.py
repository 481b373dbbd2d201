"""Administers an archive beside its server: finds, lists, removes, imports, exports, sends and mends what it keeps.

For tools and windows, which show what the functions here return or report: nothing is printed, and nobody is asked.
"""
