"""The long search: harnesses of ``tests/fuzz`` in processes of their own, as many as there are cores."""
