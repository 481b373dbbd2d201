"""Commands that correct what stored instances say, and show or take back what was corrected."""
