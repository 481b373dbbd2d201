"""Changes what an archive keeps, or brings it elsewhere: removes, imports, exports, sends and repairs.

What is found and shown stands in the room above; what changes values within instances is a correction.
"""
