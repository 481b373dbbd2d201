"""The command line tools: a grammar, one room per tool, and reporters that turn events into text.

This layer promises the options, exit codes and texts that scripts rely on. It decides nothing about transfers and never
imports Qt, ``network``, pynetdicom, sockets or ssl.
"""
