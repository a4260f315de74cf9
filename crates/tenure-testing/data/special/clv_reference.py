#!/usr/bin/env python3
"""Reference values of the customer models at random points, to 25 digits.

    pip install mpmath gmpy2
    python clv_reference.py > clv_reference.csv

Another way than the library's: the closed hypergeometric forms where there are any, at a precision
that survives their cancellation, else integrals over time or dropout probability; doubles are read
as the exact numbers they are. All is computed twice, with other precision and other nodes; what
does not agree to 17 digits is left empty and named on standard error.
A row: model, four parameters, x, t_x, T, t, delta, j, then log-likelihood, P(alive), 1 - P(alive),
P(alive at T+t), E[X(T,T+t)], DERT, P(j purchases in (T,T+t]), the same of a new customer, and
E[X(t)] of a new customer.  Empty: not computed, for it is below 1e-290 or took too long.
"""
import random, signal, sys
from mpmath import mp, mpf, log, exp, quad, loggamma, hyp2f1, log1p, expm1

FINE = [1]

def lbeta(a, b):
    return loggamma(a) + loggamma(b) - loggamma(a + b)

def integral(f, marks):
    """Scaled to about 1, for quad stops at an absolute error."""
    scale = max(f(m) for m in marks[1:-1] + [(p + q) / 2 for p, q in zip(marks, marks[1:])])
    if not scale:
        return mpf(0)
    return scale * quad(lambda u: f(u) / scale, marks, method="gauss-legendre", maxdegree=5 + FINE[0])

def cut(lo, hi, *inner):
    """Sorted breakpoints within (lo, hi)."""
    return [lo] + sorted({p for p in inner if lo < p < hi}) + [hi]

def over_p(a, b, f, scale):
    """E f(p), p ~ Beta(a, b): the trapezoid rule over w = ln(p/(1-p))."""
    mode = log(a / b)
    width = mp.sqrt(1 / a + 1 / b)
    norm = -lbeta(a, b)
    lo, hi = mode - 18 * width, mode + 18 * width
    if width > 0.3:
        lo, hi = min(mode, -log(scale + 1), 0) - 80 / a - 5, max(mode, 0) + 80 / b + 5
    h = min(mpf(1) / 8, width / 6) / FINE[0]
    steps = int((hi - lo) / h) + 1
    if steps > 40000:
        raise Slow
    total = mpf(0)
    for i in range(steps):
        w = lo + i * h
        lp, lq = -log1p(exp(-w)), -log1p(exp(w))
        weight = exp(norm + a * lp + b * lq)
        if weight > mpf(10) ** -40:
            total += weight * f(exp(lp))
    return h * total

def nb(j, r, a, t):
    return exp(loggamma(r + j) - loggamma(r) - loggamma(j + 1) + r * log(a / (a + t)) + (j * log(t / (a + t)) if j else 0))

def bg(model, r, al, a, b, x, tx, T, t, de, j):
    m = 1 if model == "mbgnbd" else 0
    n, A = r + x, al + T
    k = mpf(0) if x == 0 and not m else a / (b + x - 1 + m) * ((A / (al + tx)) ** n)
    ll = loggamma(n) - loggamma(r) + r * log(al) - n * log(A) + lbeta(a, b + x + m) - lbeta(a, b) + log1p(k)
    P, D = 1 / (1 + k), k / (1 + k)
    b1 = b + x + m
    def purchases(n, A, b1):
        # the closed form; at a = 1 beside it
        with mp.workdps(3 * mp.dps + int(abs(log(n * t / A, 10))) + 20):
            c = a + (mpf(10) ** (-2 * mp.dps // 3) if a == 1 else 0)
            q = exp(-n * log1p(t / A)) * hyp2f1(n, b1, c + b1 - 1, t / (A + t))
            return (c + b1 - 1) / (c - 1) * (1 - q)
    with mp.workdps(2 * mp.dps):
        later = P * exp(-n * log1p(t / A)) * hyp2f1(n, b1, a + b1, t / (A + t))
    e = P * purchases(n, A, b1)
    new = (b / (a + b) if m else 1) * purchases(r, al, b + m)
    def inner(p):                      # E[l/(de + p l)], l ~ Gamma(n, A)
        y = de * A / p
        if y > mpf(10) ** 40:
            return n / (A * de)
        return (n / p) * mp.e ** y * mp.expint(n + 1, y) if y < 1e4 else n / p * expint_scaled(n + 1, y)
    dert = P * over_p(a, b1, inner, n / (A * de)) if n < 2000 else None
    def pmf(r, al, b):
        z = t / (al + t)
        p = exp(lbeta(a, b + j) - lbeta(a, b)) * nb(j, r, al, t)
        if j:
            tail = exp(j * log(z) + r * log(1 - z) - lbeta(j, r)) / j * hyp2f1(j + r, 1, j + 1, z)
            p += exp(lbeta(a + 1, b + j - 1) - lbeta(a, b)) * tail
        return p
    cond = (D if j == 0 else 0) + P * pmf(n, A, b1)
    fresh = (a / (a + b) if m and j == 0 else 0) + (b / (a + b) if m else 1) * pmf(r, al, b + m)
    return [ll, P, D, later, e, dert, cond, fresh, new]

def expint_scaled(m, y):
    """e^y E_m(y) for large y: the continued fraction."""
    f = mpf(0)
    for i in range(60, 0, -1):
        f = i * (m + i - 1) / (y + m + 2 * i - f)
    return 1 / (y + m - f)

def pareto(model, r, al, s, be, x, tx, T, t, de, j):
    n, A, B = r + x, al + T, be + T
    if tx < T:
        def g(u):
            return exp(n * log(A / (al + u)) + s * log(B / (be + u))) / (be + u)
        # from the start the integrand falls over (al+tx)/(n+1), then (be+tx)/(s+1)
        first = min((al + tx) / (n + 1), (be + tx) / (s + 1))
        marks, w = [], first
        while tx + w < T:
            marks.append(tx + w)
            w *= 2
        k = s * integral(g, cut(tx, T, *marks))
    else:
        k = mpf(0)
    ll = loggamma(n) - loggamma(r) + r * log(al) - n * log(A) - s * log(B / be) + log1p(k)
    P, D = 1 / (1 + k), k / (1 + k)
    def lived(B):
        y = (1 - s) * log1p(t / B)
        return B * log1p(t / B) * (expm1(y) / y if y else 1)
    later = P * exp(-s * log1p(t / B))
    e = P * n / A * lived(B)
    new = r / al * lived(be)
    h = lambda u: exp(-de * u - s * log1p(u / B))
    marks, w = [], 1 / (de + s / B)
    for _ in range(9):
        marks.append(w)
        w *= 3
    marks += [1 / de, 10 / de, 100 / de, B, 10 * B]
    dert = P * n / A * integral(h, cut(mpf(0), 100 / de, *marks))
    def pmf(r, al, be):
        stay = nb(j, r, al, t) * exp(-s * log1p(t / be))
        rise = loggamma(r + j) - loggamma(r) - loggamma(j + 1)
        f = lambda u: exp(rise - r * log1p(u / al) - (j * log1p(al / u) if j else 0) - s * log1p(u / be)) / (be + u)
        marks, w = [], t
        while w > t * mpf(10) ** -25 and w > mpf(10) ** -14 * min(al, be) / (r + s + 1):
            w /= 2
            marks.append(w)
        top = min(t, j * al / r) if j else min(al / r, t)
        square, linear = r + s + 1, (j - s - 1) * al - r * be   # the peak of the integrand
        peak = (linear + mp.sqrt(linear * linear + 4 * square * j * al * be)) / (2 * square)
        for top in (top, peak):
            spread = 1 / mp.sqrt(j + 1)
            marks += [top * (1 + i * spread) for i in (-8, -4, -2, -1, 0, 1, 2, 4, 8)]
        return stay + s * integral(f, cut(mpf(0), t, *marks))
    cond = (D if j == 0 else 0) + P * pmf(n, A, B)
    fresh = pmf(r, al, be)
    return [ll, P, D, later, e, dert, cond, fresh, new]

class Slow(Exception):
    pass

def alarm(*_):
    raise Slow

def show(v):
    return "" if v is None else ("%s" % mp.nstr(v, 25) if v == 0 or abs(v) > mpf(10) ** -290 else "")

def main(rows, seed):
    signal.signal(signal.SIGALRM, alarm)
    g = random.Random(seed)
    power = lambda lo, hi: 10 ** g.uniform(lo, hi)
    print("model,p1,p2,p3,p4,x,t_x,T,t,delta,j,loglik,p_alive,p_dead,p_alive_later,expected,dert,pmf,pmf_new,expected_new")
    for i in range(rows):
        model = ("bgnbd", "mbgnbd", "pnbd")[i % 3]
        span = g.choice((1, 2, 3, 6))
        p = [power(-span, span) for _ in range(4)]
        if g.random() < 0.15:
            p[2] = 1.0                                  # a = 1, s = 1
        if g.random() < 0.15:
            p[3] = p[1] * (1 + g.choice((0, 1e-12, 1e-6)))  # alpha ~ beta
        x = g.choice((0, 1, 2, 5, int(power(0, 2)), int(power(0, 5))))
        T = power(-1, g.choice((2, 3, 6)))
        tx = 0.0 if x == 0 else T * g.choice((1.0, 1 - 1e-12, 1 - 1e-6, g.random(), g.random(), 0.01))
        t, de, j = power(-1, 4), power(-5, 0.3), g.choice((0, 1, 2, 3, 10, int(power(0, 3))))
        inputs = p + [x, tx, T, t, de, j]
        exact = [mpf(v) for v in p] + [x, mpf(tx), mpf(T), mpf(t), mpf(de), j]
        f = pareto if model == "pnbd" else bg
        out = []
        for dps, FINE[0] in ((30, 1), (40, 2)):
            mp.dps = dps
            signal.alarm(60)
            try:
                out.append(f(model, *exact))
            except (Slow, ValueError, ZeroDivisionError, OverflowError, mp.NoConvergence) as e:
                print("left out: %s %r" % (model, inputs), type(e), file=sys.stderr)
                break
            finally:
                signal.alarm(0)
        if len(out) < 2:
            continue
        values = [w if v is not None and (v == w or abs(v - w) < mpf(10) ** -17 * abs(w)) else None for v, w in zip(*out)]
        bad = [k for k, (v, w) in enumerate(zip(*out)) if v is not None and values[k] is None]
        if bad:
            print("unsure: %s %r %r" % (model, inputs, bad), file=sys.stderr)
        print(",".join([model] + [repr(v) for v in inputs] + [show(v) for v in values]), flush=True)

if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 600, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
