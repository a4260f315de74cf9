"""Areas under the curve and their variances from the definition, in exact fractions.

Writes crates/tenure-stats/tests/golden/auc.txt: one data set a line,
  scores | other scores | events | clusters | won2 other2 pairs2 | variance variance_of_difference
Python 3.11, standard library only.  Every pair is compared (O(n^2)); variances are those of DeLong,
DeLong and Clarke-Pearson 1988 as Obuchowski 1997 extends them to clusters.
"""

import random
from fractions import Fraction as F


def psi(x, y):
    return F(1) if x > y else F(1, 2) if x == y else F(0)


def parts(scores, events):
    pos = [i for i, e in enumerate(events) if e]
    neg = [i for i, e in enumerate(events) if not e]
    v = {i: sum(psi(scores[i], scores[j]) for j in neg) / len(neg) for i in pos}
    w = {j: sum(psi(scores[i], scores[j]) for i in pos) / len(pos) for j in neg}
    area = sum(v.values()) / len(pos)
    return pos, neg, v, w, area


def variance(pos, neg, v, w, area, clusters):
    kinds = sorted(set(clusters))
    m, n = len(pos), len(neg)
    x = {c: sum((v[i] - area for i in pos if clusters[i] == c), F(0)) for c in kinds}
    y = {c: sum((w[j] - area for j in neg if clusters[j] == c), F(0)) for c in kinds}
    i10 = sum(1 for c in kinds if any(clusters[i] == c for i in pos))
    i01 = sum(1 for c in kinds if any(clusters[j] == c for j in neg))
    if i10 < 2 or i01 < 2:
        return None
    s10 = F(i10, (i10 - 1) * m) * sum(e * e for e in x.values())
    s01 = F(i01, (i01 - 1) * n) * sum(e * e for e in y.values())
    s11 = F(len(kinds), len(kinds) - 1) * sum(x[c] * y[c] for c in kinds)
    found = s10 / m + s01 / n + 2 * s11 / (m * n)
    return max(found, F(0))


def line(rng):
    n = rng.choice([2, 3, 5, 8, 13, 25, 40])
    levels = rng.choice([2, 5, 50, 10**6])
    scores = [rng.randrange(levels) for _ in range(n)]
    other = [s + rng.randrange(levels) for s in scores] if rng.random() < 0.7 else [
        rng.randrange(levels) for _ in range(n)]
    events = [rng.random() < rng.choice([0.1, 0.5, 0.8]) for _ in range(n)]
    clusters = list(range(n)) if rng.random() < 0.4 else [rng.randrange(max(1, n // 3)) for _ in range(n)]
    if all(events) or not any(events):
        return None
    pos, neg, v, w, area = parts(scores, events)
    _, _, v2, w2, area2 = parts(other, events)
    var = variance(pos, neg, v, w, area, clusters)
    dv = {i: v[i] - v2[i] for i in pos}
    dw = {j: w[j] - w2[j] for j in neg}
    dif = variance(pos, neg, dv, dw, area - area2, clusters)
    pairs = 2 * len(pos) * len(neg)
    show = lambda x: "none" if x is None else repr(float(x))
    return " | ".join([
        " ".join(map(str, scores)), " ".join(map(str, other)),
        " ".join("1" if e else "0" for e in events), " ".join(map(str, clusters)),
        f"{int(area * pairs)} {int(area2 * pairs)} {pairs}", f"{show(var)} {show(dif)}"])


def main():
    rng = random.Random(19880307)
    lines = []
    while len(lines) < 600:
        found = line(rng)
        if found:
            lines.append(found)
    with open("crates/tenure-stats/tests/golden/auc.txt", "w") as out:
        out.write("# Written by crates/tenure-testing/data/auc/reference.py: do not edit.\n")
        out.write("\n".join(lines) + "\n")


main()
