"""The window measured: each figure in a process of its own that runs the whole program, offscreen or under Xvfb."""
