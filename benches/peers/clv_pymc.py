#!/usr/bin/env python3
"""What a MAP estimate of pymc-marketing costs beside our fit, in one run, in processor time.

    python3 -m venv venv && venv/bin/pip install pymc-marketing
    cargo build --release -p tenure-benches --example clv_peer
    venv/bin/python benches/peers/clv_pymc.py target/release/examples/clv_peer           # 2,357 customers
    venv/bin/python benches/peers/clv_pymc.py target/release/examples/clv_peer 100000    # or as many

The customers are those of `clv_lifetimes.py`, whose example `clv_peer` is our side: three starts and
standard errors, grouping included, the least of three runs. Theirs is a MAP estimate under its
default priors, one start and no errors. The first call compiles; the second, of a new model on the
same data, is compared. Threads of numerical libraries are held to one; children count.
"""
import os
import resource
import subprocess
import sys
import tempfile
import warnings
from importlib.metadata import version

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
import numpy as np
import pandas as pd
from pymc_marketing import clv

from clv_customers import simulate

warnings.filterwarnings("ignore")


def spent():
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def estimate(model, people):
    start = spent()
    fitted = model(data=people)
    fitted.fit(method="map", progressbar=False)
    took = spent() - start
    names = [name for name in ("r", "alpha", "a", "b", "s", "beta") if name in fitted.fit_result]
    return took, " ".join("%s=%.5g" % (name, float(fitted.fit_result[name].mean())) for name in names)


def main():
    ours, n = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2357
    print("pymc-marketing %s, pymc %s" % (version("pymc-marketing"), version("pymc")))
    people, log = simulate(n)
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("customers.csv", "log.csv")]
        people.to_csv(paths[0], index=False)
        log.to_csv(paths[1], index=False)
        out = subprocess.run([ours] + paths, check=True, capture_output=True, text=True).stdout
    mine = {name: (float(cpu), answer) for name, cpu, answer in (line.split("\t") for line in out.splitlines())}
    told = pd.DataFrame(dict(customer_id=np.arange(n), frequency=people.x, recency=people.t_x, T=people["T"]))
    for name, model in (
        ("BG/NBD", clv.BetaGeoModel),
        ("MBG/NBD", clv.ModifiedBetaGeoModel),
        ("Pareto/NBD", clv.ParetoNBDModel),
    ):
        first, _ = estimate(model, told)
        second, answer = estimate(model, told)
        own, own_answer = mine[name + " fit"]
        print("%-10s n=%-8d MAP %8.3f s (first call %8.3f s), tenure %9.6f s, %7.0f times   %s | %s"
              % (name, n, second, first, own, second / own, answer, own_answer), flush=True)


if __name__ == "__main__":
    main()
