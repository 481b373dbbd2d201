"""Why instances did not arrive: one sentence for each cause, what to do next, and the report of a job.

Values in, words out: nothing here looks at the network.
"""
