"""Pre-flight: predicts without sending which instances would go, with reasons and advice.

Uses the senders' own decisions; it makes none that sending would not make.
"""
