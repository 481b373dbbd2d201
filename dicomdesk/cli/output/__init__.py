"""Output of the tools: events as lines or JSON, progress, dumps in DCMTK's words.

Shows what it is given; no job is started and nothing is decided here.
"""
