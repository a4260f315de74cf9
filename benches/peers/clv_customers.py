"""Customers and their purchases, made up from a seed: what the scripts `clv_*.py` measure with.

Simulated from BG/NBD with the fit of Fader, Hardie, Lee 2005, purchases on whole days, watched 27 to
39 weeks; spend from Gamma-Gamma.
"""
import numpy as np
import pandas as pd

BG = dict(r=0.243, alpha=4.414, a=0.793, b=2.426)
PARETO = dict(r=0.553, alpha=10.578, s=0.606, beta=11.669)


def simulate(n, seed=20050214):
    g = np.random.default_rng(seed)
    rate, drop = g.gamma(BG["r"], 1 / BG["alpha"], n) / 7, g.beta(BG["a"], BG["b"], n)
    days = g.integers(189, 274, n)
    x, last, now, on = np.zeros(n, int), np.zeros(n, int), np.zeros(n), np.arange(n)
    log = [np.column_stack([np.arange(n), 273 - days])]
    while len(on):
        now[on] += g.exponential(1, len(on)) / np.maximum(rate[on], 1e-300)
        on = on[now[on] <= days[on]]
        day = np.ceil(now[on]).astype(int)
        fresh = day > last[on]
        x[on[fresh]] += 1
        last[on] = np.maximum(last[on], day)
        log.append(np.column_stack([on, 273 - days[on] + day]))
        on = on[g.random(len(on)) >= drop[on]]
    nu = g.gamma(3.74, 1 / 15.44, n)
    zbar = np.where(x > 0, np.round(g.gamma(6.25 * np.maximum(x, 1), 1 / (nu * np.maximum(x, 1))), 2), 0.0)
    log = np.concatenate(log)
    date = pd.Timestamp("1997-01-01") + pd.to_timedelta(log[:, 1], unit="D")
    log = pd.DataFrame(dict(id=log[:, 0], date=date))
    log["cents"] = g.integers(100, 20000, len(log))
    people = pd.DataFrame(dict(x=x, t_x=last / 7, T=days / 7, zbar=np.maximum(zbar, 0.01 * (x > 0))))
    return people, log
