#!/usr/bin/env python3
"""What a health score with interval and contributions costs as a data-frame expression and here.

    python3 -m venv venv && venv/bin/pip install polars==2.1.0
    cargo build --release -p tenure-benches --example health_peer
    venv/bin/python benches/peers/health_frame.py target/release/examples/health_peer 1000000

Eight components of weights 20, 15, 15, 15, 10, 10, 10, 5; points 0 to 1000, one in eight missing. Both
sides start from the same points in memory and give the same 18 numbers a row, compared one by one: the
score with what is missing at 0 and at 1000, rounded half away from zero, and the contributions to both in
whole points by largest remainder, ties to the first component. Theirs is one `select` of vectorised
expressions, common parts shared by polars, on one thread; the largest remainder is a rank of remainders
by comparing each with each, which beats sorting lists of eight. Processor time, the least of five.
"""
import os
import random
import subprocess
import sys
import tempfile
import time

os.environ["POLARS_MAX_THREADS"] = "1"
import polars as pl

WEIGHTS = [20, 15, 15, 15, 10, 10, 10, 5]
NAMES = [f"c{slot}" for slot in range(8)]


def made(rows, seed=20251129):
    chance = random.Random(seed)
    point = lambda: None if chance.randrange(8) == 0 else chance.randrange(1001)
    return pl.DataFrame(
        {name: [point() for _ in range(rows)] for name in NAMES},
        schema={name: pl.Int32 for name in NAMES},
    )


def end(name, missing):
    """Score and contributions with what is missing at so many points."""
    products = [pl.col(c).fill_null(missing) * weight for c, weight in zip(NAMES, WEIGHTS)]
    total = products[0]
    for product in products[1:]:
        total = total + product
    score = (total * 2 + 100) // 200
    floors = [product // 100 for product in products]
    # A remainder and, of equals, the first component: all different.
    keys = [(product % 100) * 8 + (7 - slot) for slot, product in enumerate(products)]
    more = score
    for floor in floors:
        more = more - floor
    shares = []
    for floor, key in zip(floors, keys):
        above = pl.lit(0, pl.Int32)
        for other in keys:
            if other is not key:
                above = above + (other > key).cast(pl.Int32)
        shares.append(floor + (above < more).cast(pl.Int32))
    named = [score.alias(name)]
    return named, [share.alias(f"{name}{slot}") for slot, share in enumerate(shares)]


def main():
    program, rows = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    frame = made(rows)
    (lo, lo_shares), (hi, hi_shares) = end("lo", 0), end("hi", 1000)
    wanted = lo + hi + lo_shares + hi_shares
    best = None
    for _ in range(5):
        start = time.process_time()
        answer = frame.lazy().select(wanted).collect()
        taken = time.process_time() - start
        best = taken if best is None else min(best, taken)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "points.csv")
        frame.write_csv(path, include_header=False)
        ran = subprocess.run([program, path], check=True, text=True, capture_output=True).stdout
    seconds, _, lines = ran.partition("\n")
    ours = float(seconds)
    same = lines == answer.write_csv(include_header=False)
    print(f"{rows} scores of 8 components, interval and contributions, one thread; polars {pl.__version__}")
    print(f"polars {best:.4f} s  {rows / best / 1e6:.2f} M scores/s")
    print(f"tenure {ours:.4f} s  {rows / ours / 1e6:.2f} M scores/s  same={same}  {best / ours:.1f} times")
    sys.exit(0 if same else "the numbers differ")


main()
