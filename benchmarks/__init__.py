"""Speed and memory, printed side by side with a baseline: ``python -m benchmarks``."""
