"""What movescu and getscu have beside DCMTK's: options of ours, and what came of a retrieval on stdout and in a report.

Log lines in DCMTK's words belong to each tool's own room, what is compared and explained to the engine.
"""
