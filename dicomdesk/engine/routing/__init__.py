"""The job that carries rules out: what has arrived is found, decided about, and given to the outbox, study by study.

What goes where is decided in ``rules``; sending, and trying again, belongs to ``outbox``.
"""
