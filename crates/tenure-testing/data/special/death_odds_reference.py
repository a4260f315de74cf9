#!/usr/bin/env python3
"""Reference values of P(alive) under Pareto/NBD where alpha and beta are not far apart, to 20 digits.

    pip install mpmath gmpy2
    python death_odds_reference.py > death_odds_reference.csv

Another way than the library's: the closed form, which subtracts two 2F1, at a precision that survives
it, beside quadrature over time; doubles are read as the exact numbers they are.  What does not agree
to 20 digits is an error.  A row: r, alpha, s, beta, x, t_x, T, P(alive), 1 - P(alive).
"""
import random
from mpmath import mp, mpf, exp, log, log1p, hyp2f1, quad


def closed(n, al, s, be, tx, T):
    """k = s A^n B^s (G(t_x) - G(T)), G(v) the integral of (alpha+u)^-n (beta+u)^-(s+1) from v on."""
    large, small, shape = (be, al, n) if be >= al else (al, be, s + 1)

    def beyond(v):
        m = large + v
        return exp(-(n + s) * log(m)) / (n + s) * hyp2f1(n + s, shape, n + s + 1, (large - small) / m)

    return s * exp(n * log(al + T) + s * log(be + T)) * (beyond(tx) - beyond(T))


def summed(n, al, s, be, tx, T):
    ln = lambda u: n * log1p((T - u) / (al + u)) + s * log1p((T - u) / (be + u)) - log(be + u)
    marks, width = [tx], min(al + tx, be + tx) / (n + s + 1)
    while marks[-1] + width < T:
        marks.append(marks[-1] + width)
        width *= mpf("1.6")
    top = ln(tx)
    f = lambda u: exp(ln(u) - top)
    return s * exp(top) * sum(quad(f, ends, method="gauss-legendre") for ends in zip(marks, marks[1:] + [T]))


def main():
    g = random.Random(7)
    print("r,alpha,s,beta,x,t_x,T,p_alive,p_dead")
    for i in range(240):
        alpha = 10.0 ** g.uniform(-3, 3)
        beta = alpha * g.choice((1.0, 1 + 1e-12, 1 + 1e-6, 10.0 ** g.uniform(-0.6, 0.6), 10.0 ** g.uniform(-0.2, 0.2)))
        r, s = 10.0 ** g.uniform(-3, 2), 1.0 if g.random() < 0.1 else 10.0 ** g.uniform(-3, 2)
        x = g.choice((0, 0, 1, 2, 5, int(10 ** g.uniform(0, 2)), int(10 ** g.uniform(0, 4))))
        T = alpha * 10.0 ** g.uniform(-2, 2)
        tx = 0.0 if x == 0 else T * g.choice((1 - 1e-9, 1 - 1e-4, g.random(), g.random(), 0.01))
        out = []
        for dps, way in ((60, closed), (34, summed)):
            mp.dps = 40 + 14 * (way is closed)
            n, al, s_, be, t, T_ = (mpf(v) for v in (r, alpha, s, beta, tx, T))
            n += x
            if way is closed:
                mp.dps = dps + int((n + s_) * abs(log((al + T_) / (al + t), 10))) + 30
            else:
                mp.dps = dps
            out.append(way(n, al, s_, be, t, T_))
        one, two = out
        mp.dps = 30
        if abs(one - two) > mpf(10) ** -20 * two:
            raise SystemExit("unsure: %r %s %s" % ([r, alpha, s, beta, x, tx, T], mp.nstr(one, 25), mp.nstr(two, 25)))
        if two < mpf(10) ** 290:
            print(",".join([repr(v) for v in (r, alpha, s, beta, x, tx, T)] + [mp.nstr(v, 20) for v in (1 / (1 + two), two / (1 + two))]), flush=True)


if __name__ == "__main__":
    main()
