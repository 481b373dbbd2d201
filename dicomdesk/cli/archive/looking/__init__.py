"""Commands that look at an archive and change nothing."""
