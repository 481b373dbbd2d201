"""What works in the engine's process: receiving, sending and rules, and the thread that tells what they do.

Nothing of the window's side comes in; what it asks for are methods of these, by their names.
"""
