"""Counts and names the third-party crates that a user gets, and refuses strangers.

Promise: at most 15 under tenure-model and tenure-classify, 25 under tenure with default features.
The list is exact, so that a misspelt crate cannot slip in. Build-time and macro crates count too.
"""
import subprocess
import sys

ALLOWED = set(
    """arrayvec autocfg chrono hmac-sha256 libm num-bigint num-integer num-traits proc-macro2 quote rust_decimal
    smol_str syn thiserror thiserror-impl unicode-ident""".split()
)
LIMITS = {"tenure-model": 15, "tenure-classify": 15, "tenure": 25}

failed = False
for package, limit in LIMITS.items():
    tree = subprocess.check_output(
        ["cargo", "tree", "--locked", "-p", package, "-e", "normal,build", "--prefix", "none"], text=True
    )
    names = {line.split()[0] for line in tree.splitlines() if line.strip()}
    third = sorted(name for name in names if not name.startswith("tenure"))
    print(f"{package}: {len(third)} third-party crates (at most {limit}): {' '.join(third)}")
    strangers = [name for name in third if name not in ALLOWED]
    if len(third) > limit or strangers:
        print(f"  not allowed: {strangers}", file=sys.stderr)
        failed = True
sys.exit(1 if failed else 0)
