"""Tables of supervision. Layer 4, governance."""
