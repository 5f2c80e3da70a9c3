"""Tables of roadmap. Layer 4, governance."""
