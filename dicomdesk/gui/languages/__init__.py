"""The language that the window speaks: chosen before the first widget is made.

Texts are in resources/translations; what has none there is said in English.
"""
