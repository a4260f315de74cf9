"""Health scores, changes, bands, joined scores, published rules, dormancy and loyalty tiers, written
from their definitions in exact fractions: the independent side of `tests/reference.rs` of
tenure-health.

    python3 reference.py             writes expected.txt: a digest of every block of 1000 cases
    python3 reference.py score       the same for one kind, the others kept
    python3 reference.py score 7     prints the results of one block

Python 3.11, standard library only.  Both sides draw the same cases from SplitMix64; a block's digest is
FNV-1a of its result lines.
"""

import math
import os
import sys
from datetime import date, timedelta
from decimal import Decimal, getcontext
from fractions import Fraction as F
from functools import lru_cache
from itertools import permutations
from multiprocessing import Pool

getcontext().prec = 50
MASK = (1 << 64) - 1
BLOCKS = 200
CASES = 1000


class Random:
    def __init__(self, metric, block):
        self.state = fnv(f"{metric} {block}")

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, n):
        return self.next() % n


def fnv(text):
    h = 0xCBF29CE484222325
    for byte in text.encode():
        h = ((h ^ byte) * 0x100000001B3) & MASK
    return h


def half_away(x):
    """A fraction as a whole number, halves away from zero."""
    x = F(x)
    size = math.floor(abs(x) + F(1, 2))
    return size if x >= 0 else -size


def half_even(x):
    return round(F(x))


# --- scores ---------------------------------------------------------------------------------------


@lru_cache(maxsize=None)
def factor(age, half_life):
    """2^(-age / half_life) as a multiple of 2^-30."""
    exact = Decimal(2) ** (Decimal(-age) / Decimal(half_life)) * (1 << 30)
    return int((exact + Decimal("0.5")).to_integral_value(rounding="ROUND_FLOOR"))


def points(line, x):
    if x <= line[0][0]:
        return line[0][1]
    for (x0, y0), (x1, y1) in zip(line, line[1:]):
        if x <= x1:
            return half_away(y0 + F((y1 - y0) * (x - x0), x1 - x0))
    return line[-1][1]


LN = [None] + [math.log(v) for v in range(1, 1001)]


def combine(combiner, terms):
    """terms: (weight, points) with weight > 0; None of none."""
    if not terms:
        return None
    if combiner == "min":
        return min(v for _, v in terms)
    total = sum(w for w, _ in terms)
    if combiner == "weighted_mean":
        return half_away(F(sum(w * v for w, v in terms), total))
    if any(v == 0 for _, v in terms):
        return 0
    if len({v for _, v in terms}) == 1:
        return terms[0][1]
    found = math.exp(sum(w * LN[v] for w, v in terms) / total)
    if abs(found - math.floor(found) - 0.5) < 1e-8:
        logs = sum(Decimal(w) * Decimal(v).ln() for w, v in terms) / Decimal(total)
        exact = logs.exp()
        return int((exact + Decimal("0.5")).to_integral_value(rounding="ROUND_FLOOR"))
    return math.floor(found + 0.5)


def largest(shares, total):
    """Floors, then one more to the largest fractions, the first of equals first."""
    whole = [math.floor(s) for s in shares]
    order = sorted(range(len(shares)), key=lambda i: (-(shares[i] - whole[i]), i))
    for i in order[: total - sum(whole)]:
        whole[i] += 1
    assert sum(whole) == total
    return whole


def contributions(combiner, terms, shares):
    """Score, shares and interaction of terms (weight, points); of weight 0: no part."""
    who = [i for i, (w, _) in enumerate(terms) if w > 0]
    score = combine(combiner, [terms[i] for i in who])
    if score is None:
        return None
    out = [0] * len(terms)
    if not shares:
        return score, out, 0
    if combiner == "weighted_mean":
        total = sum(w for w, _ in terms)
        return score, largest([F(w * v, total) for w, v in terms], score), 0
    n = len(who)
    if n <= 8:
        worth = {0: 0}
        for s in range(1, 1 << n):
            worth[s] = combine(combiner, [terms[who[i]] for i in range(n) if s >> i & 1])
        exact = []
        for i in range(n):
            top = 0
            for s in range(1 << n):
                if not s >> i & 1:
                    k = bin(s).count("1")
                    top += math.factorial(k) * math.factorial(n - k - 1) * (worth[s | 1 << i] - worth[s])
            exact.append(F(top, math.factorial(n)))
        for i, share in zip(who, largest(exact, score)):
            out[i] = share
        return score, out, 0
    for i in who:
        out[i] = score - combine(combiner, [terms[j] for j in who if j != i])
    return score, out, score - sum(out)


def cap(score, gates, capped):
    """gates: (cap, state); capped: which states count as open. Score and drops."""
    drops = []
    for limit, state in gates:
        after = min(score, limit) if state in capped else score
        drops.append(after - score)
        score = after
    return score, drops


def health(profile, readings, gates, shares=True):
    """readings: (raw, age) or None. Everything a score says."""
    combiner, policy = profile["combiner"], profile["policy"]
    terms = []
    for component, reading in zip(profile["components"], readings):
        w = component["units"]
        if reading is None:
            terms.append((w << 30, None))
            continue
        raw, age = reading
        kind, days = component["fresh"]
        f = 1 << 30
        if kind == 1:
            f = factor(age, days)
            if f < 1 << 10:
                f = None
        elif kind == 2 and age > days:
            f = None
        terms.append((w << 30, None) if f is None else (w * f, points(component["line"], raw)))
    fill = lambda v: [(w, v if p is None else p) for w, p in terms]
    lo, hi = contributions(combiner, fill(0), shares), contributions(combiner, fill(1000), shares)
    whole = all(p is not None for _, p in terms)
    nominal = sum(c["units"] for c in profile["components"])
    present = sum(c["units"] for c, (_, p) in zip(profile["components"], terms) if p is not None)
    if whole:
        point = lo
    elif policy[0] == "interval":
        point = lo if lo[0] == hi[0] else None
    elif policy[0] == "pessimistic":
        point = lo
    elif policy[0] == "neutral":
        point = contributions(combiner, fill(policy[1]), shares)
    else:
        point = contributions(combiner, [(0, 0) if p is None else (w, p) for w, p in terms], shares)
        if F(present, nominal) < F(policy[1], 100):
            point = None
    lo_score, lo_drops = cap(lo[0], gates, {"open", "unknown"})
    hi_score, hi_drops = cap(hi[0], gates, {"open"})
    found = None
    if point is not None:
        if policy[0] == "pessimistic":
            score, drops = cap(point[0], gates, {"open", "unknown"})
            found = (score, point[1], drops, point[2])
        else:
            score, drops = cap(point[0], gates, {"open"})
            # Known only if the unknown gates change nothing on the way.
            if cap(point[0], gates, {"open", "unknown"})[0] == score and bites_nothing(point[0], gates):
                found = (score, point[1], drops, point[2])
    return {
        "lo": (lo_score, lo[1], lo_drops, lo[2]),
        "hi": (hi_score, hi[1], hi_drops, hi[2]),
        "point": found,
        "coverage": F(present, nominal),
    }


def bites_nothing(score, gates):
    for limit, state in gates:
        if state == "unknown" and score > limit:
            return False
        if state == "open":
            score = min(score, limit)
    return True


def draw_components(rng, count, names=None):
    raw = [1 + rng.below(1000) for _ in range(count)]
    units = [w * 1_000_000 // sum(raw) for w in raw]
    units[0] += 1_000_000 - sum(units)
    components = []
    for i in range(count):
        lower = rng.below(2) == 1
        x = rng.below(2001) - 1000
        xs = []
        for _ in range(2 + rng.below(4)):
            xs.append(x)
            x += 1 + rng.below(500)
        ys = sorted(rng.below(1001) for _ in xs)
        if lower:
            ys.reverse()
        kind = rng.below(3)
        days = [0, 1 + rng.below(60), rng.below(200)][kind] if kind else 0
        components.append({
            "id": names[i] if names else str(i), "units": units[i], "lower": lower,
            "line": list(zip(xs, ys)), "fresh": (kind, days)})
    return components


def draw_policy(rng):
    kind = rng.below(4)
    if kind == 0:
        return ("interval",)
    if kind == 1:
        return ("renormalise", rng.below(101))
    if kind == 2:
        return ("neutral", rng.below(1001))
    return ("pessimistic",)


COMBINERS = ["weighted_mean", "weighted_geometric", "min"]
STATES = ["open", "closed", "unknown"]


def draw_gates(rng):
    if rng.below(3):
        return []
    return [(rng.below(1001), STATES[rng.below(3)]) for _ in range(1 + rng.below(3))]


def show(score):
    def end(e):
        if e is None:
            return "none"
        s, shares, drops, rest = e
        return f"{s}=" + ",".join(map(str, shares)) + ";" + ",".join(map(str, drops)) + f";{rest}"
    c = score["coverage"]
    return f"{end(score['lo'])} {end(score['hi'])} {end(score['point'])} {c.numerator}/{c.denominator}"


def score_case(rng):
    count = 9 + rng.below(4) if rng.below(10) == 0 else 1 + rng.below(8)
    components = draw_components(rng, count)
    readings = []
    for _ in range(count):
        readings.append((rng.below(4001) - 2000, rng.below(400)) if rng.below(10) < 7 else None)
    policy, combiner = draw_policy(rng), COMBINERS[rng.below(3)]
    profile = {"components": components, "policy": policy, "combiner": combiner}
    gates = draw_gates(rng)
    return show(health(profile, readings, gates))


# --- change ---------------------------------------------------------------------------------------


def delta_case(rng):
    count = 1 + rng.below(5)
    names = [f"c{i}" for i in range(count)]
    before = {"components": draw_components(rng, count, names), "policy": draw_policy(rng),
              "combiner": COMBINERS[rng.below(3)]}
    gates = [rng.below(1001) for _ in range(rng.below(2))]
    after = dict(before)
    change = rng.below(4)
    if change == 1:  # other weights
        fresh = draw_components(rng, count, names)
        after["components"] = [dict(c, units=f["units"]) for c, f in zip(before["components"], fresh)]
    elif change == 2:  # other rules
        fresh = draw_components(rng, count, names)
        after["components"] = [dict(f, units=c["units"]) for c, f in zip(before["components"], fresh)]
        after["combiner"] = COMBINERS[rng.below(3)]
    elif change == 3:  # another profile
        count2 = 1 + rng.below(5)
        shift = rng.below(3)
        after = {"components": draw_components(rng, count2, [f"c{i + shift}" for i in range(count2)]),
                 "policy": draw_policy(rng), "combiner": COMBINERS[rng.below(3)]}
    first, last = 1000, 1000 + rng.below(200)
    seen = [{}, {}]
    for c in before["components"]:
        if rng.below(10) < 8:
            seen[0][c["id"]] = (rng.below(4001) - 2000, first - rng.below(300))
    for c in after["components"]:
        kind = rng.below(4)
        if kind == 0 and c["id"] in seen[0]:
            seen[1][c["id"]] = seen[0][c["id"]]
        elif kind < 3:
            seen[1][c["id"]] = (rng.below(4001) - 2000, last - rng.below(300))
    opened = [[STATES[rng.below(3)] for _ in gates] for _ in range(2)]
    profiles, days = [before, after], [first, last]

    def mixed(value, weight, stale, rule):
        components = []
        ids = [{c["id"] for c in p["components"]} for p in profiles]
        readings = []
        for c in profiles[rule]["components"]:
            name = c["id"]
            units = {d["id"]: d["units"] for d in profiles[weight]["components"]}.get(name, c["units"])
            components.append(dict(c, units=units))
            v = value if name in ids[value] else 1 - value
            if name not in seen[v]:
                readings.append(None)
                continue
            s = stale if name in seen[stale] else 1 - stale
            readings.append((seen[v][name][0], days[s] - seen[s][name][1]))
        profile = dict(profiles[rule], components=components)
        return health(profile, readings, list(zip(gates, opened[value])), shares=False)

    found = {(a, b, c, d): mixed(a, b, c, d) for a in (0, 1) for b in (0, 1) for c in (0, 1) for d in (0, 1)}

    def causes(of):
        if any(of(s) is None for s in found.values()):
            return "none"
        sums = [F(0)] * 4
        for order in permutations(range(4)):
            state = [0, 0, 0, 0]
            for cause in order:
                old = of(found[tuple(state)])
                state[cause] = 1
                sums[cause] += F(of(found[tuple(state)]) - old, 24)
        change = of(found[1, 1, 1, 1]) - of(found[0, 0, 0, 0])
        return ",".join(map(str, largest(sums, change)))

    point = lambda s: None if s["point"] is None else s["point"][0]
    return f"{causes(lambda s: s['lo'][0])} {causes(lambda s: s['hi'][0])} {causes(point)}"


# --- bands, joined --------------------------------------------------------------------------------


def bands_case(rng):
    upper = rng.below(2) == 1
    cuts = sorted({rng.below(999) + 1 for _ in range(1 + rng.below(4))})
    edges = [0] + cuts + [1000]
    gap = rng.below(80)

    def plain(x):
        for i in range(len(edges) - 1):
            if upper and (edges[i] < x <= edges[i + 1] or (i == 0 and x == 0)):
                return i
            if not upper and (edges[i] <= x < edges[i + 1] or (i == len(edges) - 2 and x == 1000)):
                return i

    def touches(band, x):
        """Whether some score within the gap of x lies in the band."""
        return any(plain(y) == band for y in range(max(0, x - gap), min(1000, x + gap) + 1))

    band, out = None, []
    x = rng.below(1001)
    for _ in range(12):
        if band is None or not touches(band, x):
            band = plain(x)
        out.append(str(band))
        x = min(1000, max(0, x + rng.below(401) - 200))
    return " ".join(out)


def joined_case(rng):
    ends = []
    for _ in range(2):
        half = 1 + rng.below(99)
        known = rng.below(1001)
        whole = rng.below(3) == 0
        other = rng.below(1001)
        ends.append([half_away(F(half * known + (100 - half) * v, 100))
                     for v in ((other, other) if whole else (0, 1000))])
    num, den = rng.below(13), 12
    share = None if rng.below(4) == 0 else F(num, den)
    (a, b), (c, d) = ends
    points = (a, c) if a == b and c == d else None
    if share is None:
        same = points is not None and points[0] == points[1]
        return f"{min(a, c)} {max(b, d)} {points[0] if same else 'none'}"
    join = lambda x, y: half_away(share * x + (1 - share) * y)
    return f"{join(a, c)} {join(b, d)} {join(*points) if points else 'none'}"


# --- published ------------------------------------------------------------------------------------


def ratio(x):
    return "none" if x is None else f"{x.numerator}/{x.denominator}"


def cents(rng, n):
    return F(rng.below(n), 100)


def published_case(rng):
    op = rng.below(7)
    if op == 0:
        total, weights = F(0), F(0)
        for _ in range(1 + rng.below(5)):
            w = cents(rng, 1000) + F(1, 100)
            members = [cents(rng, 10001) for _ in range(1 + rng.below(4))]
            total += w * sum(members) / len(members)
            weights += w
        s = total / weights
        return f"{ratio(s)} {half_away(s)} {half_even(s)}"
    if op == 1:
        values = [cents(rng, 20001) - 100 for _ in range(rng.below(9))]
        if not values:
            return "none"
        s = sum(values) / len(values)
        return f"{ratio(s)} {half_away(s)} {half_even(s)}"
    if op == 2:
        least = cents(rng, 500)
        greatest = least + cents(rng, 1000) + F(1, 100)
        start = least + (greatest - least) * rng.below(5) / 4 if rng.below(2) else least
        start = F(math.floor(start * 100), 100)
        adds = [cents(rng, 801) - 4 for _ in range(rng.below(7))]
        raw = start + sum(adds)
        s = min(max(raw, least), greatest)
        return f"{ratio(raw)} {ratio(s)} {ratio(abs(raw - s))} {ratio(s - raw)}"
    if op == 3:
        levels = {"good": cents(rng, 10001), "average": cents(rng, 10001), "poor": cents(rng, 10001)}
        names = ["good", "average", "poor", None]
        metrics = [(cents(rng, 1000) + F(1, 100), names[rng.below(4)]) for _ in range(rng.below(6))]
        known = [(w, levels[s]) for w, s in metrics if s]
        if not known:
            return "none"
        s = sum(w * v for w, v in known) / sum(w for w, _ in known)
        return f"{ratio(s)} {half_away(s)} {half_even(s)}"
    if op == 4:
        names = ["good", "average", "poor", None]
        states = [names[rng.below(4)] for _ in range(rng.below(5))]
        valued = [s for s in states if s]
        if not valued:
            return "none"
        if "poor" in valued:
            return "poor"
        return "good" if all(s == "good" for s in valued) else "average"
    if op == 5:
        weights = [cents(rng, 5000) + F(1, 100) for _ in range(1 + rng.below(6))]
        missing = [i for i in range(len(weights)) if rng.below(3) == 0]
        present = [i for i in range(len(weights)) if i not in missing]
        if not present:
            return "-"
        scale = sum(weights) / sum(weights[i] for i in present)
        return " ".join(f"{i}:{ratio(weights[i] * scale)}" for i in present)
    least = cents(rng, 500) - 2
    greatest = least + cents(rng, 10000) + F(1, 100)
    span = int((greatest - least) * 100)
    terms = []
    for _ in range(1 + rng.below(5)):
        w = cents(rng, 1000) + F(1, 100)
        score = least + F(rng.below(span + 1), 100)
        terms.append((w, score if rng.below(3) else None))
    total = sum(w for w, _ in terms)
    known = [(w, s) for w, s in terms if s is not None]
    mean = sum(w * s for w, s in known) / sum(w for w, _ in known) if known else None
    lo = sum(w * (least if s is None else s) for w, s in terms) / total
    hi = sum(w * (greatest if s is None else s) for w, s in terms) / total
    return f"{ratio(mean)} {ratio(lo)} {ratio(hi)}"


# --- dormancy -------------------------------------------------------------------------------------


def median(values):
    s = sorted(values)
    n = len(s)
    return F(s[n // 2]) if n % 2 else F(s[n // 2 - 1] + s[n // 2], 2)


RATIOS = [(2, 3), (F(5, 4), F(5, 2)), (1, 1), (F(3, 2), 3)]


def dormancy_case(rng):
    base = 1 + rng.below(40)
    day, rows = rng.below(5), []
    for _ in range(rng.below(9)):
        amount = 1 + rng.below(500)
        rows.append((day, amount))
        kind = rng.below(8)
        if kind == 0:
            rows.append((day, -amount))  # taken back in full: no purchase day
        elif kind == 1:
            rows.append((day, 1 + rng.below(500)))  # twice on a day
        elif kind == 2:
            rows.append((day, -(1 + rng.below(amount))))
        day += base if rng.below(3) else 1 + rng.below(4 * base)
        if rng.below(6) == 0:
            day += 3 * base
    as_of = max(0, day + rng.below(4 * base + 2) - base)
    min_gaps = 1 + rng.below(4)
    cooling, dormant = RATIOS[rng.below(4)]
    within = [90, 10, 0][rng.below(3)]
    default = 1 + rng.below(60) if rng.below(4) == 0 else None
    nets = {}
    for d, amount in rows:
        if d <= as_of:
            nets[d] = nets.get(d, 0) + amount
    days = sorted(d for d, net in nets.items() if net > 0)
    if not days:
        return "none"
    gaps = [b - a for a, b in zip(days, days[1:])]
    recency = as_of - days[-1]
    own = median(gaps) if len(gaps) >= min_gaps else None
    rhythm = own if own is not None else (F(default) if default else None)
    flag = lambda x: "none" if x is None else "yes" if x else "no"
    r = recency / rhythm if rhythm else None
    is_dormant = None if r is None else r > dormant
    is_cooling = None if r is None else cooling <= r <= dormant
    back = len(gaps) >= min_gaps + 1 and gaps[-1] > dormant * median(gaps[:-1]) and recency <= within
    when = days[-1] + math.floor(F(dormant) * rhythm) + 1 if rhythm else None
    return (f"{gaps} {recency} {ratio(2 * median(gaps)) if gaps else 'none'} {ratio(r)} {flag(is_dormant)} "
            f"{flag(is_cooling)} {flag(back)} {when} {flag(own is not None)}").replace("None", "none")


# --- loyalty --------------------------------------------------------------------------------------


def anniversary(joined, years):
    try:
        return joined.replace(year=joined.year + years)
    except ValueError:  # 29 February in a common year
        return joined.replace(year=joined.year + years, day=28)


def months_before(day, months):
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(1)).day
    return date(year, month + 1, min(day.day, last))


def loyalty_case(rng):
    start = date(2000, 1, 1)
    joined = start + timedelta(rng.below(800))
    kind = rng.below(3)
    first_month, months, soft = 1 + rng.below(12), 1 + rng.below(24), rng.below(2) == 1
    thresholds = [0]
    for _ in range(rng.below(4)):
        thresholds.append(thresholds[-1] + 1 + rng.below(40))
    entries = []
    for number in range(rng.below(12)):
        at = joined + timedelta(rng.below(900))
        qualifying = rng.below(2) == 1
        points = 1 + rng.below(40) if rng.below(4) else -(1 + rng.below(40))
        life = rng.below(400)
        expires = at + timedelta(life) if points > 0 and rng.below(2) else None
        entries.append((at, qualifying, points, expires, number))
    as_of = joined + timedelta(rng.below(1200))
    seen = [e for e in entries if e[0] <= as_of]

    def earned(first, last):
        points = sum(p for at, q, p, end, _ in seen
                     if q and first <= at <= last and (end is None or end >= last))
        return points, max([i for i, t in enumerate(thresholds) if t <= points], default=0)

    if kind == 2:
        first = months_before(as_of, months) + timedelta(1)
        points, rank = earned(first, as_of)
        window = (first, as_of)
    else:
        if kind == 1:
            bounds = [anniversary(joined, n) for n in range(6)]
        else:
            year = joined.year - (joined.month < first_month)
            bounds = [date(year + n, first_month, 1) for n in range(6)]
        carried = 0
        for a, b in zip(bounds, bounds[1:]):
            last = b - timedelta(1)
            if last >= as_of:
                points, now = earned(a, as_of)
                rank, window = max(now, carried), (a, last)
                break
            _, now = earned(a, last)
            held = max(now, carried)
            carried = max(now, held - 1) if soft else now
            carried = max(carried, 0)

    # Every redeemable point by itself: (earned on, id, last day).
    pool, debt, spent, gone, got = [], 0, 0, 0, 0
    for at, _, change, end, number in sorted(
            (e for e in seen if not e[1]), key=lambda e: (e[0], e[2] < 0, e[4])):
        gone += sum(1 for _, _, last in pool if last and last < at)
        pool = [one for one in pool if not (one[2] and one[2] < at)]
        if change > 0:
            got += change
            for _ in range(change):
                if debt:
                    debt -= 1
                else:
                    pool.append((at, number, end))
        else:
            spent -= change
            for _ in range(-change):
                if pool:
                    pool.pop(0)
                else:
                    debt += 1
    gone += sum(1 for _, _, last in pool if last and last < as_of)
    pool = [one for one in pool if not (one[2] and one[2] < as_of)]
    return (f"{rank} {points} {window[0]} {window[1]} {len(pool)} {got} {spent} {gone} {debt}")


METRICS = {
    "score": score_case,
    "delta": delta_case,
    "bands": bands_case,
    "joined": joined_case,
    "published": published_case,
    "dormancy": dormancy_case,
    "loyalty": loyalty_case,
}


def block(task):
    metric, number = task
    rng = Random(metric, number)
    return metric, number, [METRICS[metric](rng) for _ in range(CASES)]


def digest(task):
    metric, number, lines = block(task)
    return f"{metric} {number} {fnv(chr(10).join(lines)):016x}"


def main():
    if len(sys.argv) == 3:
        for line in block((sys.argv[1], int(sys.argv[2])))[2]:
            print(line)
        return
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "expected.txt")
    kinds = sys.argv[1:] or list(METRICS)
    tasks = [(metric, number) for metric in kinds for number in range(BLOCKS)]
    kept = []
    if len(sys.argv) == 2:
        with open(path) as old:
            kept = [line.strip() for line in old if line.split()[0] not in (*kinds, "#")]
    with Pool() as pool:
        lines = kept + pool.map(digest, tasks, chunksize=4)
    with open(path, "w") as out:
        out.write("# Written by reference.py: do not edit.\n" + "\n".join(lines) + "\n")


main()
