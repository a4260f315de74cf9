"""Makes the golden tables beside this file with mpmath (40 digits; written as the nearest float).

    python3 -m pip install mpmath==1.3.0
    python3 make.py

Every value is computed from the definitions: score limits by bisection of the score statistic, whose
restricted shares are checked against the slope of the likelihood; nothing is computed by this crate.
"""

import pathlib
import random

from mpmath import erfc, erfinv, gammainc, inf, mp, mpf, sqrt

mp.dps = 40
HERE = pathlib.Path(__file__).parent
LEVELS = ["0.5", "0.95", "0.999"]
draw = random.Random(20260101)


def z_of(level):
    return sqrt(2) * erfinv(mpf(level))


def two_sided(z):
    return erfc(abs(z) / sqrt(2))


def write(name, header, rows):
    shown = lambda value: str(value) if isinstance(value, (int, str)) else repr(float(value))
    lines = [",".join(shown(value) for value in row) for row in rows]
    (HERE / name).write_text("\n".join([",".join(header)] + lines) + "\n")


def counts(most):
    while True:
        one = [draw.choice([0, draw.randint(0, 5), draw.randint(0, most)]) for _ in range(3)]
        if sum(one):
            return one


def theta(c):
    return mpf(c[2] - c[0]) / sum(c)


def variance(c):
    mean = theta(c)
    return sum(mpf(k) * (v - mean) ** 2 for v, k in zip([-1, 0, 1], c)) / sum(c)


def score_limit(c, z, side):
    """The end, below (-1) or above (1) theta, of what a score test does not reject."""
    n = sum(c)
    if side < 0 and c[0] == n:
        return mpf(-1)
    if side > 0 and c[2] == n:
        return mpf(1)
    d, q, p = [mpf(k) / n for k in c]
    t = p - d

    def beyond(delta):
        # detractors x, passives 1 - 2x - delta, promoters x + delta: 2x^2 + bx + c = 0
        b = -(p + d) + (2 - p + d) * delta
        x = (-b + sqrt(b * b + 8 * d * delta * (1 - delta))) / 4
        shares = [x, 1 - 2 * x - delta, x + delta]
        if all(share > mpf(10) ** -15 for share in shares):
            slope = d / shares[0] - 2 * q / shares[1] + p / shares[2]
            assert abs(slope) < mpf(10) ** -6 / min(shares), (c, delta, slope)
        spread = 2 * x + delta * (1 - delta)
        return spread <= 0 or n * (t - delta) ** 2 > z * z * spread

    outer, inner = mpf(side), t
    for _ in range(140):
        middle = (outer + inner) / 2
        if beyond(middle):
            outer = middle
        else:
            inner = middle
    return (outer + inner) / 2


def wilson(k, n, z):
    p, w = mpf(k) / n, z * z / n
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * mpf(n) ** 2))
    return (p + w / 2 - half) / (1 + w), (p + w / 2 + half) / (1 + w)


def newcombe(c, z):
    n = sum(c)
    p, d = mpf(c[2]) / n, mpf(c[0]) / n
    (l1, u1), (l2, u2) = wilson(c[2], n, z), wilson(c[0], n, z)
    product = p * (1 - p) * d * (1 - d)
    rho = -p * d / sqrt(product) if product > 0 else mpf(0)
    join = lambda a, b: sqrt(a * a - 2 * rho * a * b + b * b)
    return theta(c) - join(p - l1, u2 - d), theta(c) + join(u1 - p, d - l2)


def scores():
    rows = []
    for most in [10] * 20 + [200] * 12 + [10 ** 6] * 6 + [10 ** 12] * 2:
        c = counts(most)
        for level in LEVELS:
            z = z_of(level)
            wald = z * sqrt(variance(c) / sum(c))
            more = [k + extra for k, extra in zip(c, [mpf(3) / 4, mpf(3) / 2, mpf(3) / 4])]
            adjusted = z * sqrt(variance(more) / sum(more))
            rows.append([*c, level, theta(c) - wald, theta(c) + wald, theta(more) - adjusted,
                         theta(more) + adjusted, score_limit(c, z, -1), score_limit(c, z, 1),
                         *newcombe(c, z)])
    write("scores.csv", "d n p level wald_lower wald_upper adjusted_lower adjusted_upper score_lower "
          "score_upper newcombe_lower newcombe_upper".split(), rows)


def differences():
    rows = []
    for most in [10] * 10 + [300] * 15 + [10 ** 5] * 10 + [10 ** 9] * 3:
        a, b = counts(most), counts(most)
        level = draw.choice(LEVELS)
        z = z_of(level)
        d = theta(a) - theta(b)
        reach = [(theta(c) - score_limit(c, z, -1), score_limit(c, z, 1) - theta(c)) for c in (a, b)]
        mover = (d - sqrt(reach[0][0] ** 2 + reach[1][1] ** 2), d + sqrt(reach[0][1] ** 2 + reach[1][0] ** 2))
        error = sqrt(variance(a) / sum(a) + variance(b) / sum(b))
        both = [i + j for i, j in zip(a, b)]
        pooled = sqrt(variance(both) * (mpf(1) / sum(a) + mpf(1) / sum(b)))
        test = lambda error: [d / error, two_sided(d / error)] if error else ["nan", "nan"]
        rows.append([*a, *b, level, *mover, *test(error), *test(pooled)])
    write("differences.csv", "d_a n_a p_a d_b n_b p_b level mover_lower mover_upper wald_z wald_p "
          "pooled_z pooled_p".split(), rows)


def chi_square(x, df):
    return gammainc(mpf(df) / 2, x / 2, inf, regularized=True)


def groups():
    rows = []
    for most in [20] * 10 + [500] * 10 + [5000] * 5:
        parts = [counts(most) for _ in range(4)]
        times = sorted(draw.sample(range(20), 4))
        pooled = [sum(part[k] for part in parts) for k in range(3)]
        s2, centre, n = variance(pooled), theta(pooled), sum(pooled)
        if not s2:
            continue
        chi2 = sum(sum(part) * (theta(part) - centre) ** 2 for part in parts) / s2
        mean_time = sum(mpf(t) * sum(part) for t, part in zip(times, parts)) / n
        s = sum(t * sum(part) * (theta(part) - centre) for t, part in zip(times, parts))
        sxx = sum(sum(part) * (t - mean_time) ** 2 for t, part in zip(times, parts))
        z = s / sqrt(s2 * sxx)
        rows.append([k for part in parts for k in part] + times
                    + [chi2, chi_square(chi2, 3), s / sxx, z, two_sided(z), chi2 - z * z,
                       chi_square(chi2 - z * z, 2)])
    header = [f"{name}{g}" for g in range(4) for name in "dnp"] + [f"t{g}" for g in range(4)]
    write("groups.csv", header + "chi2 p slope trend_z trend_p departure departure_p".split(), rows)


def weighted():
    rows = []
    for size in [2, 3, 5, 10, 40, 200] * 4:
        answers = [(draw.choice([-1, 0, 1]), draw.randint(1, 800) / 8) for _ in range(size)]
        exact = [(s, mpf(w)) for s, w in answers]
        total, squares = sum(w for _, w in exact), sum(w * w for _, w in exact)
        mean = sum(s * w for s, w in exact) / total
        hc0 = sum(w * w * (s - mean) ** 2 for s, w in exact) / total ** 2
        size_ = total ** 2 / squares
        plug_in = sum(w * (s - mean) ** 2 for s, w in exact) / total
        shares = [sum(w for s, w in exact if s == value) / total * size_ + extra
                  for value, extra in zip([-1, 0, 1], [mpf(3) / 4, mpf(3) / 2, mpf(3) / 4])]
        reach = z_of("0.95") * sqrt(variance(shares) / sum(shares))
        cells = []
        for value in [-1, 0, 1]:
            own = [w for s, w in answers if s == value]
            cells += [sum(own, 0.0), sum((w * w for w in own), 0.0), len(own)]
        rows.append(cells + [mean, size_, sqrt(plug_in / size_), sqrt(hc0),
                             sqrt(hc0 * size / (size - 1)), theta(shares) - reach,
                             theta(shares) + reach])
    header = [f"{what}_{band}" for band in ["d", "n", "p"] for what in ["sum", "squares", "rows"]]
    write("weighted.csv", header + "theta n_eff kish hc0 hc1 adjusted_lower adjusted_upper".split(), rows)


def designs():
    rows = []
    for most in [8] * 10 + [100] * 10 + [10 ** 6] * 4:
        strata = []
        while len(strata) < 3:
            c = counts(most)
            if sum(c) > 1:
                strata.append((c, sum(c) + draw.choice([0, draw.randint(1, 3 * most)])))
        people, n = sum(size for _, size in strata), sum(sum(c) for c, _ in strata)
        unbiased = lambda c: variance(c) * sum(c) / (sum(c) - 1)
        errors = []
        for fpc in [1, 0]:
            v = sum((mpf(size) / people) ** 2 * (1 - fpc * mpf(sum(c)) / size) * unbiased(c) / sum(c)
                    for c, size in strata)
            share = lambda size: mpf(size) / people
            post = (1 - fpc * mpf(n) / people) / n * sum(share(size) * unbiased(c) for c, size in strata) \
                + sum((1 - share(size)) * unbiased(c) for c, size in strata) / mpf(n) ** 2
            errors += [sqrt(v), sqrt(post)]
        c, size = strata[0]
        rest = mpf(size - sum(c))
        errors += [sqrt(variance(c) / sum(c) * rest / (size - 1)), sqrt(rest / size * unbiased(c) / sum(c))]
        rows.append([k for c, size in strata for k in [*c, size]] + errors)
    header = [f"{name}{h}" for h in range(3) for name in ["d", "n", "p", "people"]]
    write("designs.csv", header + "se_fpc post_fpc se post plug_in unbiased".split(), rows)


if __name__ == "__main__":
    for make in [scores, differences, groups, weighted, designs]:
        make()
