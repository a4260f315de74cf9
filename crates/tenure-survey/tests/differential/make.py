"""Makes the files beside this one: what exact metrics are, by Python's own fractions.

    python3 make.py            # writes scores.bin, changes.bin and sample.txt
    python3 make.py scores 17  # prints case 17 of scores

Standard library only. 200,000 cases of scores and 200,000 of changes. The inputs of case i are drawn by
SplitMix64 seeded with i, here and in ../differential.rs; what is expected is computed here from lists of
points and from the definitions in words, with no formula of the engine. Each case is one line of text;
sample.txt holds the first lines whole, the .bin files 48 bits of each line (FNV-1a, folded), so that every
single case is compared and a case that differs is named by its number.
"""

import pathlib
import sys
from fractions import Fraction

CASES = 200_000
SAMPLE = {"scores": 300, "changes": 150}
HERE = pathlib.Path(__file__).parent
MASK = (1 << 64) - 1


class Random:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        mixed = self.state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        return mixed ^ (mixed >> 31)

    def below(self, bound):
        return self.next() % bound

    def count(self, most):
        """Zero every fourth time."""
        return 0 if self.below(4) == 0 else self.below(most + 1)


# scale, unfavourable, favourable, top box, what is shown first
def points(text):
    return set(int(point) for point in text.split())


PRESETS = [
    ("nps.standard.v1", 0, 10, points("0 1 2 3 4 5 6"), points("9 10"), None, "points"),
    ("nps.1_10", 1, 10, points("1 2 3 4 5 6"), points("9 10"), None, "points"),
    ("nps.1_7", 1, 7, points("1 2 3 4 5"), points("7"), None, "points"),
    ("nps.1_5", 1, 5, points("1 2 3"), points("5"), None, "points"),
    ("nps.european", 0, 10, points("0 1 2 3 4 5"), points("8 9 10"), None, "points"),
    ("ces1", 1, 5, points("4 5"), points("1 2"), points("1 2"), "mean"),
    ("ces2.top3", 1, 7, points("1 2 3"), points("5 6 7"), points("5 6 7"), "share"),
    ("ces2.top2", 1, 7, points("1 2"), points("6 7"), points("6 7"), "share"),
    ("csat.top2", 1, 5, points("1 2"), points("4 5"), points("4 5"), "share"),
    ("csat.binary", 0, 1, None, None, points("1"), "share"),
    ("csat.top_box(10)", 1, 10, None, None, points("8 9 10"), "share"),
    ("acsi", 1, 10, None, None, None, "rescaled"),
]
MOST = [3, 40, 1_000, 1 << 31, 1 << 56]
RULES = ["half_away", "half_even", "half_up", "floor", "ceil", "truncate"]


def mean(values):
    """Of (value, how often) pairs."""
    n = sum(times for _, times in values)
    return Fraction(sum(value * times for value, times in values), n) if n else None


def variance(values, fewer):
    n = sum(times for _, times in values)
    if n - fewer < 1:
        return None
    centre = mean(values)
    return sum(times * (value - centre) ** 2 for value, times in values) / Fraction(n - fewer)


def round_by(rule, value):
    below = value.numerator // value.denominator
    rest = value - below
    half = Fraction(1, 2)
    if rest == 0:
        return below
    up = {
        "floor": False,
        "ceil": True,
        "truncate": value < 0,
        "half_up": rest >= half,
        "half_away": rest > half or (rest == half and value > 0),
        "half_even": rest > half or (rest == half and below % 2 == 1),
    }[rule]
    return below + 1 if up else below


def decimal(units, decimals):
    if decimals == 0:
        return str(units)
    digits = str(abs(units)).rjust(decimals + 1, "0")
    return ("-" if units < 0 else "") + digits[:-decimals] + "." + digits[-decimals:]


def text(value):
    if value is None:
        return "-"
    value = Fraction(value)
    return f"{value.numerator}/{value.denominator}"


def line(fields):
    return " ".join(field if isinstance(field, str) else text(field) for field in fields)


def score(case):
    random = Random(case)
    most = MOST[random.below(len(MOST))]
    name, lo, hi, bad, good, top, shown = PRESETS[random.below(len(PRESETS))]
    policy = ["exclude", "count_as_passive", "in_denominator"][random.below(3)]
    if (policy == "count_as_passive" and bad is None) or (policy == "in_denominator" and top is None):
        policy = "exclude"
    rule = RULES[random.below(len(RULES))]
    decimals = random.below(4)
    answers = [(point, random.count(most)) for point in range(lo, hi + 1)]
    # not delivered, no answer, dismissed, blank, don't know, out of range, non-integer
    missing = [random.count(most) for _ in range(7)]
    other = [random.count(most) for _ in range(3)]
    panel = [[random.count(most) for _ in range(3)] for _ in range(3)]

    valid = sum(times for _, times in answers)
    rows = valid + sum(missing)
    blank = missing[3]
    fields = [name]
    theta = None
    if bad is None:
        fields += ["-"] * 7
    else:
        worth = [(1 if point in good else -1 if point in bad else 0, times) for point, times in answers]
        if policy == "count_as_passive":
            worth.append((0, blank))
        theta = mean(worth)
        second = mean(list(zip([-1, 0, 1], other)))
        difference = None if theta is None or second is None else theta - second
        points_ = None if theta is None else 100 * theta
        rounded = "-" if theta is None else str(round_by(rule, points_ * 10 ** decimals))
        fields += [theta, points_, variance(worth, 0), variance(worth, 1), rounded, difference,
                   None if difference is None else 100 * difference]
    share = None
    if top is not None:
        hits = sum(times for point, times in answers if point in top)
        n = valid + (blank if policy == "in_denominator" else 0)
        share = Fraction(hits, n) if n else None
    average = mean(answers)
    rescaled = None if average is None else 100 * (average - lo) / (hi - lo)
    delivered = rows - missing[0]
    fields += [share, average, rescaled, variance(answers, 1),
               Fraction(valid, delivered) if delivered else None,
               Fraction(valid, rows) if rows else None]
    value = {"points": None if theta is None else 100 * theta, "share": share, "mean": average,
             "rescaled": rescaled}[shown]
    fields.append("-" if value is None else decimal(round_by(rule, value * 10 ** decimals), decimals))
    moves = [(after - before, panel[before][after]) for before in range(3) for after in range(3)]
    fields.append(mean(moves))
    return line(fields)


def change(case):
    random = Random(case)
    most = [3, 40, 1_000, 1 << 20, 1 << 40][random.below(5)]
    draw = lambda: None if random.below(5) == 0 else [random.count(most) for _ in range(3)]
    segments = [[draw() or [0, 0, 0] for _ in range(2)] for _ in range(3)]
    more = [random.count(most) for _ in range(3)]
    questions = [[random.count(most) for _ in range(10)] for _ in range(2)]
    parts = [random.below(5) for _ in range(2)]

    def shares(counts):
        n = sum(counts)
        return n, (Fraction(counts[2] - counts[0], n) if n else None)

    fields = []
    totals = [[sum(segment[period][band] for segment in segments) for band in range(3)]
              for period in range(2)]
    (n0, t0), (n1, t1) = shares(totals[0]), shares(totals[1])
    if t0 is None or t1 is None:
        fields.append("-")
    else:
        rows = []
        rate_total = mix_total = Fraction(0)
        for before, after in segments:
            (k0, s0), (k1, s1) = shares(before), shares(after)
            w0, w1 = Fraction(k0, n0), Fraction(k1, n1)
            a = s0 if s0 is not None else s1 if s1 is not None else Fraction(0)
            b = s1 if s1 is not None else a
            rate = (w0 + w1) / 2 * (b - a)
            mix = (w1 - w0) * ((a + b) / 2 - (t0 + t1) / 2)
            rate_total += rate
            mix_total += mix
            impact = None if s1 is None else w1 * (s1 - t1)
            alone = None if s1 is None or w1 == 1 else w1 / (1 - w1) * (s1 - t1)
            rows += [w0, w1, rate, mix, w0 * (b - a), (w1 - w0) * (a - t0), (w1 - w0) * (b - a),
                     impact, alone]
        assert rate_total + mix_total == t1 - t0
        promoters = Fraction(totals[1][2], n1) - Fraction(totals[0][2], n0)
        detractors = Fraction(totals[1][0], n1) - Fraction(totals[0][0], n0)
        fields += [t0, t1, t1 - t0, rate_total, mix_total, promoters, detractors] + rows

    # the segments of the second period as strata of populations somewhat larger
    strata = [(segment[1], sum(segment[1]) + extra) for segment, extra in zip(segments, more)]
    people = sum(population for _, population in strata)
    if people == 0 or any(sum(counts) == 0 < population for counts, population in strata):
        fields.append("-")
    else:
        fields.append(sum(Fraction(population, people) * shares(counts)[1]
                          for counts, population in strata if population))

    averages = [mean([(point, times) for point, times in zip(range(1, 11), question)])
                for question in questions]
    weighed = [(average, part) for average, part in zip(averages, parts) if part]
    if not weighed or any(average is None for average, _ in weighed):
        fields.append("-")
    else:
        whole = sum(part for _, part in weighed)
        fields.append(100 * sum(Fraction(part, whole) * (average - 1) / 9 for average, part in weighed))
    return line(fields)


def mark(text_of_case):
    folded = 0xCBF29CE484222325
    for byte in text_of_case.encode():
        folded = ((folded ^ byte) * 0x100000001B3) & MASK
    return ((folded >> 48) ^ folded) & ((1 << 48) - 1)


KINDS = {"scores": score, "changes": change}


def main():
    if len(sys.argv) == 3:
        print(KINDS[sys.argv[1]](int(sys.argv[2])))
        return
    sample = []
    for kind, compute in KINDS.items():
        lines = [compute(case) for case in range(CASES)]
        (HERE / f"{kind}.bin").write_bytes(b"".join(mark(one).to_bytes(6, "little") for one in lines))
        sample += [f"{kind} {case} {one}" for case, one in enumerate(lines[:SAMPLE[kind]])]
    (HERE / "sample.txt").write_text("\n".join(sample) + "\n")


if __name__ == "__main__":
    main()
