"""The window's access to the engine's process: what it tells comes to the Qt thread, and what is asked waits elsewhere.

Nothing is decided here, and nothing of a view comes in.
"""
