"""Parts that the views are built of."""
