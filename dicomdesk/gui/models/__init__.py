"""Plain values behind the lists, and the one Qt model that shows them."""
