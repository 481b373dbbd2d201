"""Dialogs: never modal while something is transferred, always asked through ``Tasks.ask`` or ``open``."""
