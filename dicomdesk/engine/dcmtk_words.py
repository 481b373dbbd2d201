"""Words of the network layer that front ends print where DCMTK's tools print them."""

from dicomdesk.network.upper_layer.rejection import dcmtk_rejection_lines

__all__ = ["dcmtk_rejection_lines"]
