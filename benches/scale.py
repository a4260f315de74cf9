"""How `tenure report` grows with the portfolio: made-up folders of 40 rows an account, in no order, read, classified,
measured and written, one process each; prints processor time a row, beside that of the first size,
and the most memory held.

    cargo build --release -p tenure-cli
    python3 benches/scale.py 10000 100000 1000000 [--keep DIR] [--rounds 3] [--beside OTHER_TENURE]

With `--beside` two builds take turns, size after size, round after round; of every size and build
the round with the least processor time counts.

Standard library only. A million accounts make 40 million rows, 2 GB of text and some minutes on one core; every row has
an id, the seed is fixed, and the rows kept are compared with the rows written.
"""

import argparse
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DAYS = [f"{y}-{m:02d}-{d:02d}" for y in (2023, 2024, 2025) for m in range(1, 13) for d in range(1, 29)]
CONFIG = 'as_of = "2025-12-31"\n[coverage]\npurchases = "complete"\ninteractions = "complete"\n'
# Rows of each table an account: 40 with its profile.
ROWS = {"purchases": 15, "interactions": 20, "responses": 4}
HEADS = {
    "purchases": "id,account,date,amount,currency,customised",
    "interactions": "id,account,date,channel,kind,direction,initiator,personal",
    "responses": "id,account,date,survey,score",
}


def row(table, chance):
    def one_of(*words):
        return words[int(chance() * len(words))]

    day = DAYS[int(chance() * len(DAYS))]
    if table == "purchases":
        cents = int(chance() * 9_000) + 1
        return f"{day},{cents // 100}.{cents % 100:02d},USD,{one_of('no', 'no', 'no', 'yes')}"
    if table == "interactions":
        kind = one_of("advice", "marketing", "question", "order", "qbr")
        way, who = one_of("in", "out", "mutual"), one_of("account", "provider", "automated")
        return f"{day},{one_of('email', 'phone', 'web')},{kind},{way},{who},{one_of('yes', 'no')}"
    return f"{day},nps,{int(chance() * 11)}"


def write(folder, accounts):
    """Each account once a pass over a table, in another order every pass; how many rows."""
    source = random.Random(7)
    order = list(range(accounts))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tenure.toml").write_text(CONFIG)
    with open(folder / "accounts.csv", "w") as out:
        out.write("account,segment\n")
        out.writelines(f"A{account:07d},s{account % 4}\n" for account in order)
    rows = accounts
    for table, times in ROWS.items():
        with open(folder / f"{table}.csv", "w") as out:
            out.write(HEADS[table] + "\n")
            for _ in range(times):
                source.shuffle(order)
                for account in order:
                    rows += 1
                    out.write(f"{rows},A{account:07d},{row(table, source.random)}\n")
    return rows


def measure(tenure, folder, threads):
    """Processor seconds, the most memory in bytes, and the rows the report counts."""
    with tempfile.TemporaryDirectory() as out:
        command = [tenure, "report", folder, "--out", out, "--threads", str(threads)]
        done = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(done.pid, 0)
        if status != 0:
            sys.exit(f"tenure report ended with {status}")
        head = (pathlib.Path(out) / "report.json").read_text().split('"accounts": [\n', 1)[0]
        kept = sum(int(line.split(":")[1].strip(" ,")) for line in head.splitlines() if '"kept":' in line)
    return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, kept


def made(folder, accounts):
    """How many rows lie in the folder, which is written if it is not there."""
    counted = folder / "rows.json.txt"
    if not counted.exists():
        counted.write_text(json.dumps(write(folder, accounts)))
    return json.loads(counted.read_text())


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("accounts", type=int, nargs="+")
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--rounds", type=int, default=1)
    arguments.add_argument("--beside", type=pathlib.Path, help="another build of tenure, to be run in turns with this")
    arguments.add_argument("--keep", type=pathlib.Path, help="keep the folders here, and use those that are there")
    asked = arguments.parse_args()
    builds = [ROOT / "target/release/tenure"]
    if asked.beside is not None:
        builds.insert(0, asked.beside.resolve())
    first = {}
    with tempfile.TemporaryDirectory() as scratch:
        print("| build | accounts | rows | CPU s | µs a row | times the first | GiB at most | bytes a row |")
        print("|---|---|---|---|---|---|---|---|")
        for accounts in asked.accounts:
            folder = (asked.keep or pathlib.Path(scratch)) / str(accounts)
            rows = made(folder, accounts)
            runs = {build: [] for build in builds}
            for _ in range(asked.rounds):
                for build in builds:
                    seconds, memory, kept = measure(build, folder, asked.threads)
                    if kept != rows:
                        sys.exit(f"{rows} rows were written, {kept} kept")
                    runs[build].append((seconds, memory))
            for build in builds:
                seconds = min(seconds for seconds, _ in runs[build])
                memory = max(memory for _, memory in runs[build])
                each = 1e6 * seconds / rows
                ratio = each / first.setdefault(build, each)
                print(
                    f"| {build.name} | {accounts:,} | {rows:,} | {seconds:.1f} | {each:.2f} | {ratio:.2f} "
                    f"| {memory / 2**30:.2f} | {memory / rows:.0f} |",
                    flush=True,
                )


main()
