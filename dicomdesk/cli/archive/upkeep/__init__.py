"""Commands that keep an archive as it should be over time; what they do is done by ``archive``."""
