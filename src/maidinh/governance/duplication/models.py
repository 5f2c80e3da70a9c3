"""Tables of duplication. Layer 4, governance."""
