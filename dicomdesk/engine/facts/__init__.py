"""Facts of jobs, by what they are about; ``engine.events`` names all of them.

Values only: what decides or does something does not come in.
"""
