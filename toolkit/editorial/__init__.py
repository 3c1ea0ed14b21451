"""Articles → Issue: assembling, condensing, checking."""
