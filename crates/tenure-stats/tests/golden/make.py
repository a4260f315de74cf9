"""Makes the golden tables beside this file with mpmath (40 digits; written as the nearest float).

    python3 -m pip install mpmath==1.4.1
    python3 make.py

Every value comes from mpmath's own functions or from root finding on them; nothing is computed by
this crate. `gauss_legendre()` prints the nodes in src/quadrature.rs.
"""

import pathlib

from mpmath import (betainc, binomial, cos, erf, erfc, erfinv, findroot, gammainc, inf, legendre,
                    log, mp, mpf, pi, quad, sqrt)

mp.dps = 40
HERE = pathlib.Path(__file__).parent


def write(name, header, rows):
    text = "\n".join([",".join(header)] + [",".join(repr(float(v)) for v in row) for row in rows])
    (HERE / name).write_text(text + "\n")


def root(f, low, high):
    """Bisection to the last bit of 40 digits: slow, and it cannot jump."""
    low, high = mpf(low), mpf(high)
    sign = f(low) > 0
    for _ in range(600):
        middle = (low + high) / 2
        if high - low < mpf(10) ** -32 * middle:
            break
        low, high = (middle, high) if (f(middle) > 0) == sign else (low, middle)
    return (low + high) / 2


def normal():
    """level as decimal text, z with P(|Z| < z) = level; x, P(Z > x)."""
    levels = "0.000001 0.01 0.1 0.3 0.499999 0.5 0.500001 0.8 0.9 0.95 0.975 0.98 0.99 0.995 0.999 " \
             "0.9999 0.999999 0.99999999 0.9999999999 0.999999999999"
    write("normal_z.csv", ["level", "z"],
          [(mpf(level), sqrt(2) * erfinv(mpf(level))) for level in levels.split()])
    write("normal_tail.csv", ["x", "upper"],
          [(mpf(x), erfc(mpf(x) / sqrt(2)) / 2)
           for x in "-8 -3 -1 -0.5 0.25 0.5 1 1.5 2 3 5 8.5 12 20 30 37".split()])
    # quantiles of the floats themselves, not of the decimals they print as
    write("normal_quantile.csv", ["p", "x"],
          [(p, -sqrt(2) * erfinv(1 - 2 * mpf(p)))
           for p in [1e-12, 1e-6, 0.001, 0.1, 0.25, 0.3, 0.499, 0.501, 0.8, 0.9, 0.975, 0.999999]])


def beta_lower(x, a, b):
    return betainc(a, b, 0, x, regularized=True)


def beta():
    """x, a, b, lower and upper tail; x spans about five standard deviations."""
    rows = []
    for a, b in [(0.1, 0.1), (0.5, 0.5), (0.5, 2.5), (0.5, 50), (0.5, 5000), (1, 3), (1.5, 0.5),
                 (2.5, 3.5), (10, 0.5), (8, 3), (7.5, 3.5), (30, 1), (100, 100.5), (300, 7),
                 (1000.5, 3000.5), (9000, 9500), (20000, 30000), (12000, 400000)]:
        a, b = mpf(a), mpf(b)
        mean, deviation = a / (a + b), sqrt(a * b / ((a + b) ** 2 * (a + b + 1)))
        for step in [-5, -3, -1, -0.1, 0, 0.2, 1, 3, 5]:
            x = mpf(float(mean + step * deviation))
            if not 0 < x < 1:
                continue
            if max(a, b) > 5000:
                # the hypergeometric series is slow here: integrate the density instead
                ln_b = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)
                density = lambda t: mp.exp((a - 1) * log(t) + (b - 1) * mp.log1p(-t) - ln_b)
                cuts = lambda lo, hi: [lo + (hi - lo) * mpf(k) / 24 for k in range(25)]
                lo = max(mpf(0), x - 24 * deviation)
                hi = min(mpf(1), x + 24 * deviation)
                lower = quad(density, cuts(lo, x))
                upper = quad(density, cuts(x, hi))
                assert abs(lower + upper - 1) < mpf(10) ** -20, (a, b, step, lower + upper - 1)
            else:
                lower, upper = beta_lower(x, a, b), betainc(a, b, x, 1, regularized=True)
            rows.append((x, a, b, lower, upper))
    write("beta_tails.csv", ["x", "a", "b", "lower", "upper"], rows)
    rows = []
    for a, b in [(0.1, 0.3), (0.5, 0.5), (0.5, 30.5), (1, 3), (2.5, 3.5), (8, 3), (7.5, 3.5), (30, 1),
                 (100, 100.5), (300, 7)]:
        for p in [1e-9, 0.005, 0.025, 0.3, 0.5, 0.7, 0.975, 0.995, 0.999999]:
            # bisect where the answer is small, so that it keeps its digits
            a_, b_, p_ = mpf(a), mpf(b), mpf(p)
            x = root(lambda t: beta_lower(t, a_, b_) - p_, 0, 1)
            if x > mpf("1e-25"):
                rows.append((p_, a_, b_, x))
    write("beta_quantile.csv", ["p", "a", "b", "x"], rows)


def gamma():
    rows = []
    for shape in ["0.5", "1", "1.5", "3", "10", "30.5", "200", "5000"]:
        s = mpf(shape)
        for factor in ["0.1", "0.5", "0.9", "1", "1.1", "1.5", "3"]:
            x = mpf(float(s * mpf(factor)))
            if shape == "5000" and factor in ("0.1", "3"):
                continue
            upper = gammainc(s, x, inf, regularized=True)
            lower = gammainc(s, 0, x, regularized=True)
            rows.append((s, x, lower, upper))
    write("gamma_tails.csv", ["shape", "x", "lower", "upper"], rows)


def t_outside(t, df):
    return betainc(df / 2, mpf(1) / 2, 0, df / (df + t * t), regularized=True)


def student():
    """level as decimal text, degrees of freedom, half-width; and two-sided p values."""
    rows = []
    for df in ["0.5", "1", "2", "3", "5", "14", "30", "99", "500", "9999", "10001", "1000000"]:
        for level in ["0.1", "0.5", "0.9", "0.95", "0.99", "0.9999", "0.999999999"]:
            outside = 1 - mpf(level)
            df_ = mpf(df)
            # the tail is a power of t for few degrees: bracket generously
            high = mpf(10)
            while t_outside(high, df_) > outside:
                high *= 10
            rows.append((mpf(level), df_, root(lambda t: outside - t_outside(t, df_), 0, high)))
    write("student_t.csv", ["level", "df", "t"], rows)
    rows = []
    for df in ["1", "4", "99", "5000"]:
        for t in ["0.01", "0.5", "1.5", "2.5", "6", "20"]:
            rows.append((mpf(t), mpf(df), t_outside(mpf(t), mpf(df))))
    write("student_p.csv", ["t", "df", "p"], rows)


def shares():
    """x, n, level and limits, each solved from its definition: Wilson and Clopper-Pearson as roots."""
    rows = []
    for x, n in [(0, 1), (1, 1), (0, 10), (1, 10), (7, 10), (10, 10), (29, 30), (81, 263), (15, 148),
                 (1, 29), (50, 100), (3, 5000)]:
        for level in ["0.5", "0.9", "0.95", "0.999"]:
            outside = 1 - mpf(level)
            z = sqrt(2) * erfinv(mpf(level))
            p = mpf(x) / n
            score = lambda q: (p - q) ** 2 * n - z * z * q * (1 - q)
            wilson = (mpf(0) if x == 0 else root(score, 0, p), mpf(1) if x == n else root(score, p, 1))
            below = lambda q: 1 - beta_lower(q, x + 1, n - x) - outside / 2   # P(X <= x) = α/2
            above = lambda q: beta_lower(q, x, n - x + 1) - outside / 2       # P(X >= x) = α/2
            exact = (mpf(0) if x == 0 else root(above, 0, 1), mpf(1) if x == n else root(below, 0, 1))
            jeffreys = lambda q, tail: beta_lower(q, x + mpf(1) / 2, n - x + mpf(1) / 2) - tail
            bayes = (mpf(0) if x == 0 else root(lambda q: jeffreys(q, outside / 2), 0, 1),
                     mpf(1) if x == n else root(lambda q: jeffreys(q, 1 - outside / 2), 0, 1))
            rows.append((x, n, mpf(level), *wilson, *exact, *bayes))
    write("shares.csv", ["x", "n", "level", "wilson_lower", "wilson_upper", "exact_lower",
                         "exact_upper", "jeffreys_lower", "jeffreys_upper"], rows)


def gauss_legendre(n=16):
    nodes = []
    for i in range(n // 2, 0, -1):
        angle = (i - mpf(1) / 4) / (n + mpf(1) / 2) * pi
        x = cos(angle)
        for _ in range(20):  # Newton from a start that is good to three digits
            slope = n * (x * legendre(n, x) - legendre(n - 1, x)) / (x * x - 1)
            x -= legendre(n, x) / slope
        nodes.append((x, 2 / ((1 - x * x) * slope * slope)))
    return nodes


def t_area(t, df):
    """P(T > t) by integration: for many degrees the hypergeometric series does not settle."""
    ln_c = mp.loggamma((df + 1) / 2) - mp.loggamma(df / 2) - log(df * pi) / 2
    density = lambda x: mp.exp(ln_c - (df + 1) / 2 * mp.log1p(x * x / df))
    return quad(density, [t + k for k in (0, 0.5, 1, 2, 3, 5, 8, 12, 20, 40)])


def far():
    """Tails of 1e-30 and quantiles there, each from mpmath's own functions or bisection on them."""
    mp.dps = 50
    write("normal_far.csv", ["p", "x"],
          [(p, -root(lambda x: erfc(x / sqrt(mpf(2))) / 2 - mpf(p), 0, 50))
           for p in [1e-30, 1e-29, 3e-31, 1e-100, 1e-300]])
    rows = []
    for shape in ["0.5", "1", "2.5", "10", "50", "1000"]:
        s = mpf(shape)
        lower = lambda x: gammainc(s, 0, x, regularized=True)
        upper = lambda x: gammainc(s, x, inf, regularized=True)
        for p in [1e-30, 1e-6, 0.05, 0.5, 0.95]:
            high = mpf(1)
            while upper(high) > mpf(p):
                high *= 2
            rows.append((mpf(p), s, root(lambda x: lower(x) - mpf(p), 0, 2 * high + 10 * s),
                         root(lambda x: mpf(p) - upper(x), 0, high)))
    write("gamma_quantile.csv", ["p", "shape", "lower_p", "upper_p"], rows)


def far_student():
    mp.dps = 50
    rows = []
    for df in ["1", "2.5", "10", "99", "9999", "20000"]:
        for p in [1e-30, 0.025]:
            df_, p_ = mpf(df), mpf(p)
            if df_ > 5000:
                z = sqrt(mpf(2)) * root(lambda x: erfc(x) / 2 - p_, 0, 40)
                rows.append((p_, df_, -findroot(lambda t: log(t_area(t, df_) / p_),
                                                (z, z * (1 + (1 + z * z) / df_)))))
                continue
            high = mpf(10)
            while t_outside(high, df_) > 2 * p_:
                high *= 10
            rows.append((p_, df_, -root(lambda t: 2 * p_ - t_outside(t, df_), 0, high)))
    write("student_quantile.csv", ["p", "df", "t"], rows)
    rows = []
    for df, ts in [("4", "1e7 3e7"), ("30", "50 80"), ("99", "15 18"), ("5000", "11 12")]:
        tail = t_outside if mpf(df) < 5000 else lambda t, df: 2 * t_area(t, df)
        rows += [(mpf(t), mpf(df), tail(mpf(t), mpf(df))) for t in ts.split()]
    write("student_far.csv", ["t", "df", "p"], rows)


def far_beta():
    mp.dps = 50
    rows = []
    for a, b in [(0.5, 0.5), (1, 3), (30, 1), (100, 100.5), (8.5, 300)]:
        for p in [1e-30, 1e-20]:
            a_, b_ = mpf(a), mpf(b)
            rows.append((mpf(p), a_, b_, root(lambda t: beta_lower(t, a_, b_) - mpf(p), 0, 1)))
    write("beta_far.csv", ["p", "a", "b", "x"], rows)


if __name__ == "__main__":
    for node, weight in gauss_legendre():
        print(repr(float(node)), repr(float(weight)))
    normal()
    gamma()
    student()
    shares()
    beta()
    far()
    far_student()
    far_beta()
