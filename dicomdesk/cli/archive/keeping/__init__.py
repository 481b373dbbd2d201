"""Commands that change what an archive keeps: instances go, come, or are protected."""
