"""Run every benchmark: ``make benchmarks``."""

from benchmarks import build, engine, memory

if __name__ == "__main__":
    build.main()
    print()
    engine.main()
    print()
    memory.main()
