"""The benchmark: dicomdesk against DCMTK, both sides in one run, as ratios of medians."""
