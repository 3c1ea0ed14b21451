"""Issue in one language → Issue in another, by way of a catalog an editor can correct."""
