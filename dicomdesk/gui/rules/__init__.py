"""The Rules view: what is sent on by itself, in which order, what it did last, and the dialogs that change and try it.

What a rule means and does belongs to the engine; how it is sent belongs to the Outbox.
"""
