"""The log of the tools: levels, log configuration files, their layouts and appenders, as DCMTK's tools have them.

What is said belongs to the lines of each tool.
"""
