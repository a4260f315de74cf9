#!/usr/bin/env python3
"""What customer value costs in the Python package lifetimes and here, in one run, in processor time.

    python3 -m venv venv && venv/bin/pip install lifetimes==0.11.3
    cargo build --release -p tenure-benches --example clv_peer
    venv/bin/python benches/peers/clv_lifetimes.py target/release/examples/clv_peer         # 2,357 and 100,000 customers
    venv/bin/python benches/peers/clv_lifetimes.py target/release/examples/clv_peer --big   # also 1,000,000

The customers are those of `clv_customers.py`. Both sides do the same work on the same files: we from
columns in memory, as they from a data frame; reading files is nobody's. Theirs is timed once, ours
the least of three. Fits are printed, so that a fit that goes elsewhere shows.
"""
import os
import subprocess
import sys
import tempfile
import time
import warnings

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
import lifetimes
import numpy as np
import pandas as pd
from lifetimes.utils import _customer_lifetime_value, summary_data_from_transaction_data

from clv_customers import BG, PARETO, simulate

warnings.filterwarnings("ignore")


def timed(work):
    start = time.process_time()
    answer = work()
    return time.process_time() - start, answer


def fit(model, *columns):
    found = model().fit(*columns)
    return " ".join("%s=%.7g" % pair for pair in found.params_.items())


def total(values):
    return "%.8g" % np.sum(np.ravel(values))


def theirs(people, log):
    n = len(people)
    told = (people.x.values, people.t_x.values, people["T"].values)
    summary = lambda: "%d rows" % len(
        summary_data_from_transaction_data(log, "id", "date", observation_period_end="1997-10-01")
    )
    bg, pareto = lifetimes.BetaGeoFitter(), lifetimes.ParetoNBDFitter()
    bg.params_, pareto.params_ = pd.Series(BG), pd.Series(PARETO)
    yield "summary unsorted", summary
    yield "summary sorted", summary
    yield "BG/NBD fit", lambda: fit(lifetimes.BetaGeoFitter, *told)
    if n <= 100_000:
        yield "MBG/NBD fit", lambda: fit(lifetimes.ModifiedBetaGeoFitter, *told)
        some = people[people.x > 0]
        yield "Gamma-Gamma fit", lambda: fit(lifetimes.GammaGammaFitter, some.x, some.zbar)
    if n <= 10_000:  # Nelder-Mead: minutes beyond
        yield "Pareto/NBD fit", lambda: fit(lifetimes.ParetoNBDFitter, *told)
    for name, model in (("BG/NBD", bg), ("Pareto/NBD", pareto)):
        expected = model.conditional_expected_number_of_purchases_up_to_time
        yield name + " P(alive)", lambda: total(model.conditional_probability_alive(*told))
        yield name + " E[X(39)]", lambda: total(expected(39, *told))
    predict = bg.conditional_expected_number_of_purchases_up_to_time
    shim = type("Shim", (), {"predict": staticmethod(predict)})()
    columns = (people.x, people.t_x, people["T"], pd.Series(np.ones(n)))
    yield "BG/NBD 12-month discounted value", lambda: total(
        _customer_lifetime_value(shim, *columns, 12, 0.01, "W")
    )


def main():
    ours = sys.argv[1]
    sizes = (2357, 100_000) + ((1_000_000,) if "--big" in sys.argv else ())
    print("lifetimes %s, numpy %s" % (lifetimes.__version__, np.__version__))
    for n in sizes:
        people, log = simulate(n)
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("customers.csv", "log.csv")]
            people.to_csv(paths[0], index=False)
            log.to_csv(paths[1], index=False)
            out = subprocess.run([ours] + paths, check=True, capture_output=True, text=True).stdout
            mine = {name: (float(cpu), answer) for name, cpu, answer in (line.split("\t") for line in out.splitlines())}
            for name, work in theirs(people, log):
                cpu, answer = timed(work)
                own, own_answer = mine[name]
                print("%-34s n=%-8d lifetimes %10.4f s, tenure %11.6f s, %7.1f times   %s | %s"
                      % (name, n, cpu, own, cpu / own, answer, own_answer), flush=True)


if __name__ == "__main__":
    main()
