"""Makes the files beside this one: what every exact metric of revenue is, by Python's own fractions.

    python3 make.py                # writes cases.bin and sample.txt (half an hour)
    python3 make.py show 17        # prints case 17 and what is expected of it
    python3 make.py file 5000 F    # writes the first 5,000 cases as a case file, with `expected`

Standard library only (and the tz database). 200,000 cases, drawn by SplitMix64 seeded with the number of
the case, here and in ../differential.rs, in the shapes of the conformance cases (ledger, renewal,
allocation, calendar, ratio, survival). What is expected is computed here, from the definitions in words:
every question replays the whole list of events, no sum is carried, nothing of the engine is called.
sample.txt holds the first answers whole; cases.bin 48 bits of each answer (FNV-1a, folded), so that
every single case is compared and one that differs is named by its number.
"""

import json
import multiprocessing
import pathlib
import sys
from calendar import monthrange
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

CASES = 200_000
SAMPLE = 120
HERE = pathlib.Path(__file__).parent
MASK = (1 << 64) - 1

DEFAULTS = {
    "reporting_currency": "USD", "timezone": "UTC", "rounding": "half_away", "week": "52/12",
    "day": "365/12", "discounts": "all", "churn_recognition": "service_end", "pause": "zero_churn",
    "negative": "floor", "late": "restate", "known_by": None, "fx": "closing",
    "reactivation_window_days": None,
}


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

    def of(self, values):
        return values[self.below(len(values))]


# ---- drawing: the same in ../differential.rs ---------------------------------------------------------------

ZONES = ["UTC", "UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "-03:00", "America/Havana"]
EDGES = [
    "2024-01-01", "2024-02-01", "2024-02-29", "2024-03-01", "2024-03-10", "2024-03-31",
    "2024-03-10T02:30:00", "2024-03-31T02:30:00", "2023-11-05T01:30:00", "2023-10-29T02:30:00",
    "2024-02-01T00:00:00Z", "2024-02-29T23:59:59.999999", "2024-03-31T23:00:00Z",
    "2024-02-01T00:00:00+05:30", "2024-03-01T04:59:59Z", "2024-03-01T05:00:00Z",
]
MONTHS = ["2023-11", "2023-12", "2024-01", "2024-02", "2024-03", "2024-04", "2024-05"]
CURRENCIES = [("USD", 2), ("USD", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3)]
TYPES = ["set", "set", "set", "start", "start", "start", "change", "change", "cancel", "cancel", "cancel",
         "pause", "pause", "resume", "one_off", "refund", "usage", "proration"]


def moment(r):
    if r.below(3) == 0:
        return r.of(EDGES)
    day = f"{r.of(MONTHS)}-{1 + r.below(28):02}"
    return day + r.of(["", "", "T00:00:00Z", "T18:45:00"])


def decimal(mantissa, scale):
    sign, digits = "-" if mantissa < 0 else "", str(abs(mantissa)).rjust(scale + 1, "0")
    return sign + (digits[:-scale] + "." + digits[-scale:] if scale else digits)


def event(r, accounts, foreign):
    row = {"at": moment(r), "account": f"A{r.below(accounts)}", "subscription": str(1 + r.below(5) // 4)}
    row["type"] = kind = r.of(TYPES)
    if r.below(4) == 0:
        row["recorded_at"] = moment(r)
    code, places = r.of(CURRENCIES) if foreign else ("USD", 2)
    if kind == "set":
        row["mrr"], row["currency"] = decimal(r.below(12_000) - 1_000, places), code
    elif kind in ("start", "change"):
        row["amount"], row["currency"] = decimal(r.below(9_000) - 500, r.below(5)), code
        row["quantity"], row["count"] = r.below(4), 1 + r.below(3)
        row["interval"] = r.of(["month", "month", "year", "week", "day"])
        if r.below(4) == 0:
            row["trial_end"] = moment(r)
        if r.below(3) == 0:
            row["discount"] = {"percent": decimal(r.below(1_001), 1)} if r.below(2) else {
                "amount": decimal(r.below(3_000), 2)}
            if r.below(2):
                row["discount"]["until"] = moment(r)
    elif kind == "cancel":
        if r.below(3) == 0:
            row["service_end"] = moment(r)
    elif kind not in ("pause", "resume"):
        row["amount"] = "5.00"
    return row


def ledger(r):
    accounts, foreign = 1 + r.below(3), r.below(3) == 0
    run = {
        "timezone": r.of(ZONES),
        "rounding": r.of(["half_away", "half_even", "floor"]),
        "week": r.of(["52/12", "433/100", "4"]),
        "day": r.of(["365/12", "30"]),
        "discounts": r.of(["all", "forever_only", "none"]),
        "churn_recognition": r.of(["service_end", "request"]),
        "pause": r.of(["zero_churn", "zero_contraction", "keep"]),
        "negative": r.of(["floor", "floor", "signed"]),
        "late": r.of(["restate", "post_when_recorded"]),
        "known_by": None if r.below(4) else moment(r),
        "fx": r.of(["closing", "opening", "constant", "locked"]),
        "reactivation_window_days": None if r.below(2) else r.below(80),
    }
    events = [event(r, accounts, foreign) for _ in range(2 + r.below(9))]
    rates = {}
    if foreign:
        for code, least, spread, scale in [("EUR", 80, 50, 2), ("JPY", 50, 40, 4), ("KWD", 3_000, 400, 3)]:
            rates[code] = {"constant": decimal(least + r.below(spread), scale)}
            for month in ["2023-09", "2023-10"] + MONTHS + ["2024-06"]:
                rates[code][month] = decimal(least + r.below(spread), scale)
    windows = r.of([["2024-01..2024-04"], ["2024-02..2024-04", "2024-03..2024-03"], ["2023-12..2024-03"]])
    return {
        "kind": "ledger", "months": ["2024-01", "2024-04"], "runs": {"run": run}, "events": events,
        "rates": rates, "ask": {"run": {"gross": True, "retention": windows, "cohorts": True}},
    }


def plain_day(r, days):
    return (date(2023, 12, 20) + timedelta(days=r.below(days))).isoformat()


def renewal(r):
    contracts = []
    for number in range(r.below(7)):
        row = {"contract": f"C{number}", "due": plain_day(r, 110), "arr_due": decimal(r.below(30_000), 2)}
        fate = r.below(4)
        if fate >= 2:
            row["closed_at"], row["arr_renewed"] = plain_day(r, 150), decimal(r.below(40_000), 2)
        elif fate == 1:
            row["lost_at"] = plain_day(r, 150)
        contracts.append(row)
    queries = [{
        "period": r.of(["2024-01", "2024-02", "2024-Q1"]), "as_of": plain_day(r, 160),
        "late": r.of(["due_period", "lost_if_late", "closed_period"]), "grace_days": r.below(31),
    } for _ in range(2)]
    return {"kind": "renewal", "input": {"contracts": contracts, "queries": queries}}


def small(r):
    kind = r.below(4)
    if kind == 0:
        weights = [r.below(9) for _ in range(r.below(6))] + [1 + r.below(9)]
        return {"kind": "allocation", "input": {"total_minor": r.below(20_001) - 10_000, "weights": weights}}
    if kind == 1:
        anchor = date(2023 + r.below(3), 1 + r.below(12), 1)
        anchor += timedelta(days=monthrange(anchor.year, anchor.month)[1] - 1 - r.below(4))
        return {"kind": "calendar",
                "input": {"anchor": anchor.isoformat(), "step_months": 1 + r.below(13), "n": 1 + r.below(14)}}
    if kind == 2:
        n = 1 + r.below(20)
        return {"kind": "survival", "ask": r.of(["table", "last_row"]),
                "input": {"durations": [r.below(12) for _ in range(n)], "observed": [r.below(2) for _ in range(n)]}}
    return ratio(r)


def ratio(r):
    ask = r.of(["quick_ratio", "magic_number", "net_growth", "daily_net_churn", "logo_churn_bases",
                "annualise_monthly", "ltv", "cycle_extension"])
    amount = lambda: r.below(4) and r.below(100_000)
    names = {
        "quick_ratio": ["new", "expansion", "reactivation", "churn", "contraction"],
        "magic_number": ["delta_quarter_revenue", "prior_quarter_sm"],
        "net_growth": ["opening", "gains", "losses"],
        "cycle_extension": ["opening", "downsell", "extension"],
    }
    if ask in names:
        given = {name: amount() for name in names[ask]}
    elif ask == "daily_net_churn":
        given = {"days": [{"open": r.below(9) and r.below(5_000), "close": r.below(5_000), "new": r.below(500)}
                          for _ in range(1 + r.below(4))]}
    elif ask == "logo_churn_bases":
        opening, new = r.below(300), r.below(100)
        lost_of_opening = r.below(opening + 1)
        given = {"opening": opening, "new": new, "lost": lost_of_opening + r.below(new + 1),
                 "lost_of_opening": lost_of_opening}
    elif ask == "annualise_monthly":
        given = {"monthly_churn": decimal(r.below(20_001) - 10_000, 4)}
    else:
        given = {"arpa": r.below(100_000), "margin": decimal(r.below(101), 2),
                 "churn": [decimal(r.below(4) and r.below(900), 1 + r.below(3)) for _ in range(2)]}
    return {"kind": "ratio", "ask": ask, "input": given}


def draw(case):
    r = Random(case)
    kind = case % 8
    return ledger(r) if kind < 5 else renewal(r) if kind == 5 else small(r)


# ---- money, ratios, time ------------------------------------------------------------------------------------

PLACES = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}


def rounded(value, rule):
    floor = value.numerator // value.denominator
    rest = value - floor
    if rule == "floor" or rest < Fraction(1, 2):
        return floor
    if rest > Fraction(1, 2):
        return floor + 1
    if rule == "half_even":
        return floor + floor % 2
    return floor + 1 if value > 0 else floor


def text(value):
    """Ten places, half to even."""
    scaled = rounded(value * 10**10, "half_even")
    return decimal(scaled, 10)


def quotient(num, den):
    return None if den == 0 else {"num": num, "den": den, "value": text(Fraction(num, den))}


@lru_cache(maxsize=None)
def zone(name):
    if name[0] in "+-":
        minutes = int(name[1:3]) * 60 + int(name[4:6])
        return timezone(timedelta(minutes=minutes if name[0] == "+" else -minutes))
    return ZoneInfo(name)


EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


@lru_cache(maxsize=None)
def instant(written, where):
    """Microseconds. A local time that is there twice is the earlier one; one that is not there is read with
    the offset before the gap: both are Python's fold 0."""
    if written.endswith("Z") or (len(written) > 19 and written[-6] in "+-"):
        at = datetime.fromisoformat(written.replace("Z", "+00:00"))
    else:
        at = datetime.fromisoformat(written).replace(tzinfo=zone(where))
        at = at.replace(tzinfo=timezone(at.utcoffset()))
    return (at - EPOCH) // timedelta(microseconds=1)


@lru_cache(maxsize=None)
def local_month(at, where):
    return (EPOCH + timedelta(microseconds=at)).astimezone(zone(where)).strftime("%Y-%m")


@lru_cache(maxsize=None)
def step(month, by):
    index = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{index // 12:04}-{index % 12 + 1:02}"


def first_of(month, where):
    return instant(month + "-01", where)


# ---- one account under one run --------------------------------------------------------------------------------


class Account:
    """Every question looks at the whole list again."""

    def __init__(self, rows, options, rates):
        self.o, self.rates, self.where = options, rates, options["timezone"]
        self.rows = []
        for place, row in enumerate(rows):
            if row["type"] in ("one_off", "refund", "usage", "proration"):
                continue
            recorded = self.time(row.get("recorded_at"))
            known_by = self.time(options["known_by"])
            if known_by is not None and recorded is not None and recorded > known_by:
                continue
            takes_effect = self.time(row["at"])
            if row["type"] == "cancel" and options["churn_recognition"] == "service_end":
                takes_effect = self.time(row.get("service_end", row["at"]))
            posted = takes_effect
            if options["late"] == "post_when_recorded" and recorded is not None:
                posted = max(takes_effect, first_of(local_month(recorded, self.where), self.where))
            self.rows.append((posted, takes_effect, place, row))
        self.rows.sort(key=lambda entry: entry[:3])
        self.names = sorted({row["subscription"] for _, _, _, row in self.rows})
        self.cache = {}

    def time(self, written):
        return None if written is None else instant(written, self.where)

    def instants(self):
        """All at which anything may change."""
        found = set()
        for posted, _, _, row in self.rows:
            found.add(posted)
            for end in (row.get("trial_end"), row.get("discount", {}).get("until")):
                if end is not None and self.time(end) > posted:
                    found.add(self.time(end))
        return sorted(found)

    def standing(self, name, at):
        """The last price, when it was posted, and whether paused."""
        price, since, paused = None, None, False
        for posted, _, _, row in self.rows:
            if posted > at or row["subscription"] != name:
                continue
            if row["type"] in ("set", "start", "change"):
                price, since = row, posted
            elif row["type"] == "cancel":
                price, paused = None, False
            elif row["type"] == "pause":
                paused = price is not None
            else:
                paused = False
        return price, since, paused

    def own(self, price, paused, at):
        """Minor units of its own currency, a month."""
        if price is None or (paused and self.o["pause"] != "keep"):
            return 0
        unit = 10 ** PLACES[price["currency"]]
        if price["type"] == "set":
            return int(Fraction(price["mrr"]) * unit)
        if "trial_end" in price and at < self.time(price["trial_end"]):
            return 0
        amount = Fraction(price["amount"])
        charged = amount * price["quantity"]
        discount = price.get("discount")
        if discount is not None:
            ends = discount.get("until")
            policy = self.o["discounts"]
            counts = policy != "none" and (ends is None or (policy == "all" and at < self.time(ends)))
            if counts and "percent" in discount:
                charged -= charged * Fraction(discount["percent"]) / 100
            elif counts:
                charged -= Fraction(discount["amount"])
        if amount >= 0:
            charged = max(charged, Fraction(0))
        months = {"month": Fraction(1), "year": Fraction(1, 12), "week": Fraction(self.o["week"]),
                  "day": Fraction(self.o["day"])}[price["interval"]]
        return rounded(charged * unit * months / price["count"], self.o["rounding"])

    def at(self, at, month):
        """(MRR in minor units at the rate of a month, paying) just when `at` has happened."""
        key = (at, month)
        if key in self.cache:
            return self.cache[key]
        total, stays = 0, False
        home = self.o["reporting_currency"]
        for name in self.names:
            price, since, paused = self.standing(name, at)
            minor = self.own(price, paused, at)
            stays |= paused and self.o["pause"] == "zero_contraction"
            if minor and price["currency"] != home:
                table = self.rates[price["currency"]]
                rate = {"constant": "constant", "locked": local_month(since, self.where)}.get(self.o["fx"], month)
                scale = Fraction(10) ** (PLACES[home] - PLACES[price["currency"]])
                minor = rounded(minor * Fraction(table[rate]) * scale, self.o["rounding"])
            total += minor
        if self.o["negative"] == "floor":
            total = max(total, 0)
        self.cache[key] = total, total > 0 or stays
        return self.cache[key]

    def close(self, month, rate=None):
        return self.at(first_of(step(month, 1), self.where) - 1, rate or month)

    def begins(self):
        return local_month(self.rows[0][0], self.where) if self.rows else None

    def common(self, month):
        """The month whose rate values what happens in a reported month."""
        return step(month, -1) if self.o["fx"] == "opening" and month >= "2024-01" else month

    def path(self):
        """Every instant at which MRR is seen, by month at the common rate of the month: (at, value, paying)."""
        month, instants = self.begins(), self.instants()
        while month is not None and month <= "2024-04":
            start, end = first_of(month, self.where), first_of(step(month, 1), self.where)
            rate = self.common(month)
            yield month, start, self.at(start - 1, rate), True
            for at in instants:
                if start <= at < end:
                    yield month, at, self.at(at, rate), False
            month = step(month, 1)

    def away(self, fell, at):
        window = self.o["reactivation_window_days"]
        return window is not None and fell is not None and (at - fell) // 86_400_000_000 > window

    def earlier_close(self, month):
        start = self.begins()
        while start is not None and start < month:
            if self.close(start)[1]:
                return True
            start = step(start, 1)
        return False

    def net(self, month):
        """(class, amount, fx)."""
        (opening, paid), (closing, pays) = self.close(step(month, -1)), self.close(month)
        rate = self.common(month)
        before, after = self.close(step(month, -1), rate)[0], self.close(month, rate)[0]
        first = not self.earlier_close(month)
        fell, value, returned = None, 0, None
        for there, at, (now, _), _ in self.path():
            if there > month:
                break
            if now != value:
                if there == month and now > 0 and returned is None:
                    returned = self.away(fell, at)
                if value > 0 and now <= 0:
                    fell = at
                value = now
        first = first or bool(returned)
        return (*sort(after - before, paid, pays, first), closing - opening - (after - before))

    def gross(self, month):
        found, fell, value, ever = [], None, 0, False
        paid = False
        for there, at, (now, pays), opens in self.path():
            if there > month:
                break
            if there == month and not opens:
                first = not ever or self.away(fell, at)
                if now != value or pays != paid:
                    found.append(sort(now - value, paid, pays, first))
            if value > 0 and now <= 0:
                fell = at
            value, paid = now, pays
            ever |= pays
        return found


def sort(gain, paid, pays, first):
    if paid and pays:
        return ("expansion", gain) if gain > 0 else ("contraction", -gain)
    if paid:
        return "churn", -gain
    if pays:
        return ("new" if first else "reactivation"), gain
    return "adjustment", gain


CLASSES = ["new", "expansion", "contraction", "churn", "reactivation", "adjustment"]


def answer_ledger(case):
    options = {**DEFAULTS, **case["runs"]["run"]}
    home = PLACES[options["reporting_currency"]]
    cash = lambda minor: decimal(minor, home)
    by_account = {}
    for row in case["events"]:
        by_account.setdefault(row["account"], []).append(row)
    accounts = [Account(rows, options, case["rates"]) for rows in by_account.values()]
    closes = lambda month: [account.close(month)[0] for account in accounts]
    months = [step("2024-01", n) for n in range(4)]

    def money(month, movements, fx):
        lines = {name: sum(amount for found, amount in movements if found == name) for name in CLASSES}
        lines |= {"opening": sum(closes(step(month, -1))), "closing": sum(closes(month)), "fx": fx}
        return lines

    tables = {"net": {}, "gross": {}}
    out = {"net": {}, "gross": {}, "retention": {}}
    for month in months:
        nets = [account.net(month) for account in accounts]
        fx = sum(row[2] for row in nets)
        lines = tables["net"][month] = money(month, [row[:2] for row in nets], fx)
        flags = [(account.close(step(month, -1))[1], account.close(month)[1]) for account in accounts]
        count = lambda name: sum(row[0] == name for row in nets)
        out["net"][month] = {name: cash(minor) for name, minor in lines.items()}
        out["net"][month]["logos"] = {
            "opening": sum(paid for paid, _ in flags), "new": count("new"), "reactivated": count("reactivation"),
            "churned": count("churn"), "closing": sum(pays for _, pays in flags)}
        moves = [move for account in accounts for move in account.gross(month)]
        lines = tables["gross"][month] = money(month, moves, fx)
        out["gross"][month] = {name: cash(minor) for name, minor in lines.items()}
        count = lambda name: sum(move[0] == name for move in moves)
        out["gross"][month]["movement_counts"] = {
            "new": count("new"), "reactivated": count("reactivation"), "churned": count("churn")}
        for name in ("net", "gross"):
            row = tables[name][month]
            assert row["opening"] + row["new"] + row["expansion"] - row["contraction"] - row["churn"] \
                + row["reactivation"] + row["fx"] + row["adjustment"] == row["closing"]

    for window in case["ask"]["run"]["retention"]:
        first, last = window.split("..")
        inside = [first]
        while inside[-1] < last:
            inside.append(step(inside[-1], 1))
        paths = [[account.close(month)[0] for month in inside] for account in accounts]
        base = [path for path in paths if path[0] > 0]
        den, n = sum(path[0] for path in base), len(base)
        stay = [path for path in base if min(path) > 0]
        found = {
            "nrr_point_to_point": quotient(sum(path[-1] for path in base), den),
            "nrr_exclude_returned": quotient(sum(path[-1] for path in stay), den),
            "grr_point_to_point": quotient(sum(min(path[0], max(path[-1], 0)) for path in base), den),
            "grr_path_min": quotient(sum(max(0, min(path)) for path in base), den),
            "logo_point_to_point": quotient(sum(path[-1] > 0 for path in base), n),
            "logo_continuous": quotient(len(stay), n),
        }
        opening = sum(path[0] for path in paths)
        for name in ("net", "gross"):
            total = lambda line: sum(tables[name][month][line] for month in inside[1:])
            lost = total("contraction") + total("churn")
            kept = opening + total("expansion") - lost
            found[f"nrr_formula_{name}"] = quotient(kept, opening)
            found[f"nrr_formula_{name}_with_reactivation"] = quotient(kept + total("reactivation"), opening)
            found[f"grr_formula_{name}"] = quotient(opening - lost, opening)
        product = Fraction(1)
        for at in range(1, len(inside)):
            then = [path for path in paths if path[at - 1] > 0]
            if not then:
                product = None
                break
            product *= Fraction(sum(path[at] for path in then), sum(path[at - 1] for path in then))
        found["nrr_compounded_monthly"] = None if product is None else {"value": text(product)}
        out["retention"][window] = found

    cohorts = {}
    for account in accounts:
        month = account.begins()
        while month is not None and month <= "2024-04" and account.close(month)[0] <= 0:
            month = step(month, 1)
        if month is None or month > "2024-04":
            continue
        born = account.close(month)[0]
        rows, there = cohorts.setdefault(month, {}), month
        while there <= "2024-04":
            now = account.close(there)[0]
            age = len([1 for n in range(99) if step(month, n) < there])
            row = rows.setdefault(age, [0, 0, 0])
            row[0], row[1], row[2] = row[0] + now, row[1] + min(now, born), row[2] + (now > 0)
            there = step(there, 1)
    out["cohorts"] = {month: [{"age": age, "mrr": cash(row[0]), "gross_mrr": cash(row[1]), "logos": row[2]}
                              for age, row in rows.items()] for month, rows in cohorts.items()}
    return {"run": out}


# ---- the other kinds ------------------------------------------------------------------------------------------


def answer_renewal(case):
    answers = []
    for query in case["input"]["queries"]:
        as_of, grace = date.fromisoformat(query["as_of"]), timedelta(days=query["grace_days"])
        inside = lambda day: day.isoformat()[:7] == query["period"] if "Q" not in query["period"] else (
            day.year == 2024 and day.month <= 3)
        due_count = due_value = pending = early = on_time = 0
        won, won_here = [], 0
        for row in case["input"]["contracts"]:
            due = date.fromisoformat(row["due"])
            cents = int(Fraction(row["arr_due"]) * 100)
            closed = date.fromisoformat(row["closed_at"]) if "closed_at" in row else None
            lost = date.fromisoformat(row["lost_at"]) if "lost_at" in row else None
            known = closed is not None and closed <= as_of
            in_time = known and closed <= due + grace
            if inside(due):
                due_count, due_value = due_count + 1, due_value + cents
                pending += not known and not (lost is not None and lost <= as_of) and due + grace >= as_of
                early += known and closed < due
                on_time += known and closed <= due
            counted = known and {
                "due_period": inside(due),
                "lost_if_late": inside(due) and in_time,
                "closed_period": (inside(due) and (in_time or inside(closed)))
                or (not inside(due) and not in_time and inside(closed)),
            }[query["late"]]
            if counted:
                won.append((int(Fraction(row["arr_renewed"]) * 100), cents))
                won_here += inside(due)
        value = lambda num: None if due_count == 0 else quotient(num, due_value)
        answers.append({
            "due_count": due_count, "due_value": decimal(due_value, 2), "pending_count": pending,
            "count_rate": quotient(len(won), due_count),
            "value_gross": value(sum(min(pair) for pair in won)),
            "value_net": value(sum(renewed for renewed, _ in won)),
            "on_time_count_rate": quotient(on_time, due_count), "early_count": early,
            "resolved_count_rate": quotient(won_here, due_count - pending)})
    return answers


def answer_allocation(case):
    total, weights = case["input"]["total_minor"], case["input"]["weights"]
    exact = [Fraction(abs(total) * weight, sum(weights)) for weight in weights]
    parts = [value.numerator // value.denominator for value in exact]
    order = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[:abs(total) - sum(parts)]:
        parts[i] += 1
    return parts if total >= 0 else [-part for part in parts]


def answer_calendar(case):
    given = case["input"]
    anchor, dates = date.fromisoformat(given["anchor"]), []
    for i in range(given["n"]):
        month = step(anchor.isoformat()[:7], i * given["step_months"])
        last = monthrange(int(month[:4]), int(month[5:]))[1]
        dates.append(f"{month}-{min(anchor.day, last):02}")
    return dates


def answer_survival(case):
    spells = list(zip(case["input"]["durations"], case["input"]["observed"]))
    alive, rows = Fraction(1), []
    for t in sorted({length for length, _ in spells}):
        at_risk = sum(length >= t for length, _ in spells)
        events = sum(spell == (t, 1) for spell in spells)
        alive *= Fraction(at_risk - events, at_risk)
        rows.append({"t": t, "at_risk": at_risk, "events": events,
                     "censored": sum(spell == (t, 0) for spell in spells), "survival": text(alive),
                     "num": alive.numerator, "den": alive.denominator})
    return rows if case["ask"] == "table" else rows[-1]


def answer_ratio(case):
    g, ask = case["input"], case["ask"]
    if ask == "quick_ratio":
        gained, lost = g["new"] + g["expansion"], g["churn"] + g["contraction"]
        return {"without_reactivation": quotient(gained, lost),
                "with_reactivation": quotient(gained + g["reactivation"], lost)}
    if ask == "magic_number":
        return {"magic": quotient(4 * g["delta_quarter_revenue"], g["prior_quarter_sm"])}
    if ask == "net_growth":
        return {"growth": quotient(g["gains"] - g["losses"], g["opening"])}
    if ask == "cycle_extension":
        return {"mrr_churn": quotient(g["downsell"], g["opening"]), "extension": quotient(g["extension"], g["opening"])}
    if ask == "daily_net_churn":
        lost = [(day["open"] - (day["close"] - day["new"]), day["open"]) for day in g["days"]]
        if any(opening == 0 for _, opening in lost):
            return {"net_churn": None}
        if len(lost) == 1:
            return {"net_churn": quotient(*lost[0])}
        return {"net_churn": {"value": text(sum(Fraction(num, den) for num, den in lost))}}
    if ask == "logo_churn_bases":
        closing = g["opening"] + g["new"] - g["lost"]
        return {"cohort": quotient(g["lost_of_opening"], g["opening"]),
                "lost_over_opening": quotient(g["lost"], g["opening"]),
                "lost_over_average": quotient(2 * g["lost"], g["opening"] + closing),
                "lost_over_opening_plus_new": quotient(g["lost"], g["opening"] + g["new"])}
    if ask == "annualise_monthly":
        return {"annual": {"value": text(1 - (1 - Fraction(g["monthly_churn"])) ** 12)}}
    worth = []
    for churn in g["churn"]:
        scale = 10 ** len(churn.split(".")[1])
        den = int(Fraction(churn) * scale)
        num = g["arpa"] * Fraction(g["margin"]) * scale
        whole = num.denominator  # 1, or the least that makes whole units of a fraction of one
        worth.append(quotient(int(num * whole), den * whole))
    return {"ltv": worth}


def answer(case):
    return {"ledger": answer_ledger, "renewal": answer_renewal, "allocation": answer_allocation,
            "calendar": answer_calendar, "survival": answer_survival, "ratio": answer_ratio}[case["kind"]](case)


def line(number):
    return json.dumps(answer(draw(number)), sort_keys=True, separators=(",", ":"))


def mark(written):
    folded = 0xCBF29CE484222325
    for byte in written.encode():
        folded = ((folded ^ byte) * 0x100000001B3) & MASK
    return ((folded >> 48) ^ folded) & ((1 << 48) - 1)


def marked(number):
    written = line(number)
    return mark(written).to_bytes(6, "little"), written if number < SAMPLE else None


def main():
    if sys.argv[1:2] == ["show"]:
        case = draw(int(sys.argv[2]))
        print(json.dumps(case, indent=1))
        print(json.dumps(answer(case), indent=1, sort_keys=True))
    elif sys.argv[1:2] == ["file"]:
        cases = []
        for number in range(int(sys.argv[2])):
            case = draw(number)
            cases.append({"id": str(number), "title": "drawn", **case, "expected": answer(case)})
        pathlib.Path(sys.argv[3]).write_text(json.dumps({"format": 1, "defaults": DEFAULTS, "cases": cases}))
    else:
        with multiprocessing.Pool() as pool:
            found = list(pool.imap(marked, range(CASES), chunksize=500))
        (HERE / "cases.bin").write_bytes(b"".join(mark for mark, _ in found))
        (HERE / "sample.txt").write_text("".join(f"{n} {text}\n" for n, (_, text) in enumerate(found) if text))


if __name__ == "__main__":
    main()
