"""What the Receive view shows of what has come and does with it: pictures, elements, sending on, deletion.

Files are read and drawn away from the Qt thread, and nothing that they contain costs more than a bound.
"""
