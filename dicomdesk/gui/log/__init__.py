"""What the program did, as lines: kept in memory within a bound, in a file, and shown at the foot of the window.

No line has what an instance says of a patient, the path of a file, or words of a peer: they could name one.
"""
