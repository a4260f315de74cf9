"""Computes the expected values beside this file, which tests/differential.rs compares case by case.

    python3 expected.py          writes *.bin
    python3 expected.py --check  computes them again and compares

Standard library only; every ratio is a `fractions.Fraction`. Both sides draw the same inputs from
the same generator (SplitMix64, one stream a metric); only results are stored, as LEB128 integers one
after the other. Nothing here is computed by the crate: each metric is written once more from its
definition. An undefined ratio is 0/0.
"""

import pathlib
import sys
from fractions import Fraction
from itertools import groupby

HERE = pathlib.Path(__file__).parent
CASES = 30_000
DAY = 86_400_000_000
UNDEFINED = (0, 0)


class Random:
    """SplitMix64 (Steele, Lea and Flood 2014)."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        mask = 2**64 - 1
        self.state = (self.state + 0x9E3779B97F4A7C15) & mask
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return (z ^ (z >> 31)) % n


def ratio(num, den):
    """In lowest terms, or undefined."""
    if den == 0:
        return UNDEFINED
    value = Fraction(num, den)
    return value.numerator, value.denominator


def fcr(random):
    days, rolling = 1 + random.below(9), random.below(2) == 0
    each_channel, reopenings_count = random.below(3) == 0, random.below(2) == 0
    as_of = random.below(50) * DAY + random.below(3) - 1
    contacts = []
    for _ in range(random.below(12)):
        account, issue = random.below(2), random.below(2)
        at = random.below(40) * DAY + random.below(3) - 1
        # 0 no, 1 unknown, 2 yes: at one instant the unresolved comes first
        flag, resolvable, channel = random.below(3), random.below(3), random.below(3)
        reopening = random.below(5) == 0
        contacts.append((account, issue, at, reopening, flag, resolvable, channel))

    unseen = [c for c in contacts if c[2] > as_of]
    contacts = [c for c in contacts if c[2] <= as_of]
    ignored = [c for c in contacts if c[3] and not reopenings_count]
    contacts = [c for c in contacts if not c[3] or reopenings_count]
    no_channel = [c for c in contacts if each_channel and c[6] == 0]
    contacts = [c for c in contacts if not each_channel or c[6] != 0]

    def key(c):
        return c[0], c[1], c[6] if each_channel else 0

    episodes = []
    for _, group in groupby(sorted(contacts, key=key), key):
        open_episode = []
        for contact in sorted(group, key=lambda c: c[2:6]):
            if open_episode:
                anchor = open_episode[-1] if rolling else open_episode[0]
                if contact[2] - anchor[2] > days * DAY:
                    episodes.append(open_episode)
                    open_episode = []
            open_episode.append(contact)
        episodes.append(open_episode)

    mature = [e for e in episodes if e[0][2] + days * DAY <= as_of]
    single = [e for e in mature if len(e) == 1]
    told = [e for e in mature if e[0][4] != 1]
    net = [e for e in told if e[0][5] == 2]
    yes = [e for e in mature if e[0][4] == 2]
    contacts_of_mature = sum(len(e) for e in mature)

    def good(of):
        return sum(1 for e in of if len(e) == 1 and e[0][4] == 2)

    return [
        len(mature), len(episodes) - len(mature), len(unseen), len(ignored), len(no_channel),
        *ratio(contacts_of_mature, len(mature)),
        *ratio(good(mature), len(told)),
        *ratio(len(single), len(mature)),
        *ratio(len(yes), len(told)),
        *ratio(good(net), len(net)),
        *ratio(len(single), contacts_of_mature),
    ]


def sla(random):
    as_of, counts = 1_000_000, [0, 0, 0, 0]
    for _ in range(random.below(9)):
        start = random.below(as_of + 1)
        end = None if random.below(3) == 0 else start + random.below(700_000)
        gross = ((as_of if end is None else end) - start) // 1000
        target, paused = 1 + random.below(500), random.below(gross + 1)
        late = gross - paused > target
        counts[(1 if late else 0) + (2 if end is None else 0)] += 1
    met, breached_closed, pending, breached_open = counts
    decided = met + breached_closed + breached_open
    return [met, breached_closed, breached_open, pending,
            *ratio(met, decided), *ratio(met, met + breached_closed)]


def one_touch(random):
    cases = []
    for _ in range(random.below(10)):
        status = random.below(4)  # open, pending, solved, closed
        columns = [random.below(5) for _ in range(3)]  # 4: not known
        cases.append((status, [None if c == 4 else c for c in columns]))
    solved = [columns for status, columns in cases if status >= 2]

    def rate(reads, holds):
        told = [c for c in solved if all(c[column] is not None for column in reads)]
        return ratio(sum(1 for c in told if holds(c)), len(told))

    return [
        len(solved),
        *rate([0], lambda c: c[0] < 2),
        *rate([0], lambda c: c[0] == 1),
        *rate([1], lambda c: c[1] == 0),
        *rate([2], lambda c: c[2] == 0),
        *rate([0, 1], lambda c: c[0] == 1 and c[1] == 0),
    ]


def automation(random):
    cases, started = random.below(200), random.below(100)
    resolved, escalated, abandoned = random.below(25), random.below(25), random.below(25)
    sessions = random.below(300)
    if resolved + escalated + abandoned > started:
        return [1]
    if started > cases:
        return [2]
    return [
        0,
        *ratio(resolved, cases),
        *ratio(started - escalated, started),
        *ratio(resolved, started),
        *ratio(sessions, cases),
        *ratio(sessions, sessions + cases),
    ]


def deflection(random):
    hours, as_of = 1 + random.below(72), random.below(20) * DAY
    hour = DAY // 24

    def instant():
        return random.below(500) * hour + random.below(3) - 1

    sessions = [instant() for _ in range(random.below(6))]
    opened = [instant() for _ in range(random.below(4))]
    opened = [at for at in opened if at <= as_of]
    seen = [at for at in sessions if at <= as_of]
    mature = [at for at in seen if at + hours * hour <= as_of]
    spared = [at for at in mature if not any(at <= c <= at + hours * hour for c in opened)]
    return [len(sessions) - len(seen), len(seen) - len(mature), len(mature),
            *ratio(len(spared), len(mature))]


def quantiles(random):
    size = random.below(10)
    bits = 1 + random.below(24)
    values = sorted(random.below(2**bits) for _ in range(size))
    thousandths = random.below(1001)
    if size == 0:
        return [0, *UNDEFINED]
    p = Fraction(thousandths, 1000)
    rank = max(1, -(-size * p.numerator // p.denominator))
    h = (size - 1) * p
    low = h.numerator // h.denominator
    high = min(low + 1, size - 1)
    type7 = values[low] + (h - low) * (values[high] - values[low])
    return [values[rank - 1], type7.numerator, type7.denominator]


def kaplan_meier(random):
    rows = [(random.below(8), random.below(2) == 0) for _ in range(random.below(14))]
    window = random.below(10)
    if not rows:
        return [*UNDEFINED] * 3
    survival, greenwood = Fraction(1), Fraction(0)
    for time in sorted({t for t, event in rows if event and t <= window}):
        at_risk = sum(1 for t, _ in rows if t >= time)
        events = sum(1 for t, event in rows if t == time and event)
        survival *= Fraction(at_risk - events, at_risk)
        if at_risk == events:
            greenwood = None  # and nothing comes after
        else:
            greenwood += Fraction(events, at_risk * (at_risk - events))
    repeated = sum(1 for t, event in rows if event and t <= window)
    variance = UNDEFINED
    if greenwood is not None:
        exact = survival**2 * greenwood
        variance = exact.numerator, exact.denominator
    return [survival.numerator, survival.denominator,
            *ratio(len(rows) - repeated, len(rows)), *variance]


def leb128(number):
    out = bytearray()
    while number >= 128:
        out.append(number % 128 + 128)
        number //= 128
    out.append(number)
    return out


def main():
    metrics = [fcr, sla, one_touch, automation, deflection, quantiles, kaplan_meier]
    for seed, metric in enumerate(metrics):
        random = Random(seed)
        out = bytearray()
        for _ in range(CASES):
            for number in metric(random):
                out += leb128(number)
        path = HERE / f"{metric.__name__}.bin"
        if "--check" not in sys.argv:
            path.write_bytes(out)
        elif path.read_bytes() != out:
            sys.exit(f"{path.name} differs")
        print(f"{path.name}: {CASES} cases, {len(out)} bytes")


if __name__ == "__main__":
    main()
