"""The tool route: rules are carried out, tried, listed, and what they did is shown.

What a rule means and does belongs to the engine.
"""
