"""What tools print: events as lines or JSON, reports, progress, dumps in DCMTK's words.

Shows what it is given; no job is started and nothing is decided here.
"""
