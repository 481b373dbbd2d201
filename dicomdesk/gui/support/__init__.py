"""What helps when something has gone wrong: reports of faults, and a bundle that can be sent to somebody.

Nothing that leaves here names a patient, and no secret: what is not known to be harmless is left out.
"""
