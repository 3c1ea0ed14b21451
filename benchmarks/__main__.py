"""Run every benchmark: ``make benchmarks``."""

from benchmarks import bare, build, engine, memory, unchanged

if __name__ == "__main__":
    build.main()
    print()
    bare.main()
    print()
    engine.main()
    print()
    unchanged.main()
    print()
    memory.main()
