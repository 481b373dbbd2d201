"""Jobs: send, receive, query, check. Facts are pushed to a sink, gauges are polled.

This layer promises that each job reports ``JobFinished`` once and last, and that a failed instance is data. It knows no
Qt and no terminal.
"""
