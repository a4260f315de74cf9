#!/usr/bin/env python3
"""Reference probabilities of counts under BG/NBD and MBG/NBD, to 20 digits, from tiny to huge `r`.

    pip install mpmath gmpy2
    python bg_pmf_reference.py > bg_pmf_reference.csv

Another way than the library's: gammas at a precision that survives their cancellation, and the tail
of the negative binomial once as 2F1 and once as 1 less the sum of what lies below.  Doubles are read
as the exact numbers they are.  What does not agree to 20 digits is an error.
A row: model, r, alpha, a, b, t, j, P(j purchases of a new customer in t).
"""
import random
from mpmath import mp, mpf, log, log1p, exp, expm1, loggamma, hyp2f1


def lbeta(a, b):
    return loggamma(a) + loggamma(b) - loggamma(a + b)


def nb(j, r, al, t):
    return exp(loggamma(r + j) - loggamma(r) - loggamma(j + 1) - r * log1p(t / al) - j * log1p(al / t))


def tail_closed(j, r, al, t):
    z = t / (al + t)
    return exp(-j * log1p(al / t) - r * log1p(t / al) - lbeta(mpf(j), r)) / j * hyp2f1(j + r, 1, j + 1, z)


def tail_summed(j, r, al, t):
    """1 - sum of NB(i) over i < j, at as many digits as the sum takes away."""
    term = exp(-r * log1p(t / al))
    rest, z = -expm1(-r * log1p(t / al)), t / (al + t)
    for i in range(1, j):
        term *= (r + i - 1) / i * z
        rest -= term
    return rest


def pmf(model, r, al, a, b, t, j, tail):
    first = mpf(1)
    if model == "mbgnbd":
        first, b = b / (a + b), b + 1
    p = exp(lbeta(a, b + j) - lbeta(a, b)) * nb(j, r, al, t)
    if j:
        p += exp(lbeta(a + 1, b + j - 1) - lbeta(a, b)) * tail(j, r, al, t)
    return first * p + (1 - first if j == 0 else 0)


def main():
    g = random.Random(4)
    print("model,r,alpha,a,b,t,j,probability")
    powers = [-6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6]
    for i in range(20 * len(powers)):
        model = ("bgnbd", "mbgnbd")[i % 2]
        r = 10.0 ** powers[i % len(powers)] * g.choice((1.0, 1.0 + g.random()))
        # a mean of purchases about which something is to be told, or any at all
        mean = 10.0 ** g.uniform(-3, 2.5)
        t = 10.0 ** g.uniform(-1, 3)
        al = r * t / mean if g.random() < 0.6 else 10.0 ** g.uniform(-3, 3)
        a, b = 10.0 ** g.uniform(-3, 3), 10.0 ** g.uniform(-3, 3)
        j = g.choice((0, 1, 2, 3, 10, int(10 ** g.uniform(1, 2.7)), int(mean) + 1))
        exact = [mpf(v) for v in (r, al, a, b, t)]
        mp.dps = 80
        rough = pmf(model, *exact, j, tail_closed)
        if rough < mpf(10) ** -290:
            continue
        mp.dps = 60 + int(-log(rough, 10))
        one = pmf(model, *exact, j, tail_closed)
        mp.dps = 90 + 2 * int(-log(rough, 10))
        two = pmf(model, *exact, j, tail_summed)
        if abs(one - two) > mpf(10) ** -20 * two:
            raise SystemExit("unsure: %r %s %s" % ([model, r, al, a, b, t, j], mp.nstr(one, 25), mp.nstr(two, 25)))
        print(",".join([model] + [repr(v) for v in (r, al, a, b, t, j)] + [mp.nstr(two, 20)]), flush=True)


if __name__ == "__main__":
    main()
