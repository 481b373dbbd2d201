"""Works off a list: each line becomes a query and, if wanted, a retrieve; it can be stopped and taken up again.

Reading list files is no matter of this room, nor is anything that is shown.
"""
