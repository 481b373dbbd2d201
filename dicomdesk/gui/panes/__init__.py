"""The views of the window, one file each: they show and ask, the session does."""
