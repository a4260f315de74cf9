"""Counts the figures of a report again from the tables it was made of, and compares.

    tenure demo demo && tenure report demo --out out && python3 .ci/recount.py demo out/report.json

Reads the CSV files of the demo portfolio with the standard library and works out from the definitions, row by row and day by
day, what can be worked out so: it shares no code with the crates. Only the class and the segment of an account are taken from
the report. Prints how many figures agree, and fails where one does not or where nothing could be compared.
"""

import collections
import csv
import datetime
import fractions
import json
import pathlib
import sys

FOLDER, REPORT = pathlib.Path(sys.argv[1]), json.loads(pathlib.Path(sys.argv[2]).read_text())
ONE_DAY = datetime.timedelta(days=1)
MICROSECOND = datetime.timedelta(microseconds=1)


def day(text):
    return datetime.date.fromisoformat(text[:10])


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def cents(text):
    amount = fractions.Fraction(text) * 100
    assert amount.denominator == 1, text
    return int(amount)


AS_OF = day(REPORT["as_of"])
WINDOW = tuple(map(day, REPORT["windows"]["metrics"]))


def rows(table):
    """Rows known on the day of the question."""
    with open(FOLDER / f"{table}.csv", newline="") as file:
        known = lambda row: not row.get("recorded_at") or day(row["recorded_at"]) <= AS_OF
        return [row for row in csv.DictReader(file) if known(row)]


def within(text, days):
    return bool(text) and days[0] <= day(text) <= days[1]


class Sums(collections.Counter):
    """Sums by account: `sums[account, name] += n`."""

    def of(self, accounts):
        total = collections.Counter()
        for (account, name), count in self.items():
            if account in accounts:
                total[name] += count
        return total


def surveys(sums, days):
    top = {"csat": 4, "ces": 5}
    for row in rows("responses"):
        if not within(row["date"], days):
            continue
        account, survey, said = row["account"], row["survey"], row["score"]
        if not said.isdigit():
            sums[account, f"{survey} {said}"] += 1
            continue
        sums[account, f"{survey} answers"] += 1
        if survey in top:
            sums[account, f"{survey} good"] += int(said) >= top[survey]
        else:
            sums[account, "nps net"] += (int(said) >= 9) - (int(said) <= 6)


def service(sums, days):
    chains = collections.defaultdict(list)
    for row in rows("contacts"):
        if day(row["at"]) <= AS_OF:
            chains[row["account"], row["issue"]].append((moment(row["at"]), row["resolved"]))
    week = datetime.timedelta(days=7)
    last = datetime.datetime.combine(AS_OF + ONE_DAY, datetime.time(), datetime.timezone.utc) - MICROSECOND
    for (account, _), chain in chains.items():
        chain.sort(key=lambda one: (one[0], {"no": 0, "": 1, "yes": 2}[one[1]]))
        episodes = []
        for at, resolved in chain:
            if episodes and at - episodes[-1][-1][0] <= week:
                episodes[-1].append((at, resolved))
            else:
                episodes.append([(at, resolved)])
        for episode in episodes:
            first, resolved = episode[0]
            if not days[0] <= first.date() <= days[1]:
                continue
            if first + week > last:
                sums[account, "immature"] += 1
            elif resolved == "":
                sums[account, "flag unknown"] += 1
            else:
                sums[account, "episodes"] += 1
                sums[account, "first contact"] += resolved == "yes" and len(episode) == 1
    for row in rows("cases"):
        if within(row["opened"], days):
            sums[row["account"], "cases"] += 1
            sums[row["account"], "by bot"] += row["bot"] == "resolved"


def renewals(sums, days):
    for row in rows("renewals"):
        if not within(row["due"], days):
            continue
        account, due = row["account"], cents(row["arr_due"])
        renewed = row["closed_at"] and day(row["closed_at"]) <= AS_OF
        sums[account, "due"] += 1
        sums[account, "arr due"] += due
        sums[account, "renewed"] += bool(renewed)
        sums[account, "arr renewed"] += min(due, cents(row["arr_renewed"])) if renewed else 0


def purchases():
    """What each account paid on each day: a refund that names its purchase belongs to that purchase's day."""
    table = rows("purchases")
    dates = {row["id"]: row["date"] for row in table}
    paid = collections.defaultdict(collections.Counter)
    for row in table:
        if day(row["date"]) <= AS_OF:
            paid[row["account"]][day(dates.get(row["reverses"], row["date"]))] += cents(row["amount"])
    return paid


def first_days():
    """The day on which each account was first seen."""
    dated = {"contracts": "start", "purchases": "date", "interactions": "date", "deliverables": "done", "goals": "set",
             "referrals": "date", "assignments": "start"}
    first = {}
    for table, column in dated.items():
        for row in rows(table):
            if row[column] and day(row[column]) <= AS_OF:
                first[row["account"]] = min(first.get(row["account"], AS_OF), day(row[column]))
    return first


def care(sums, days, paid, first):
    start, end = days
    every = [start + n * ONE_DAY for n in range((end - start).days + 1)]
    managed, talks, reviews = (collections.defaultdict(set) for _ in range(3))
    for row in rows("assignments"):
        if day(row["start"]) <= AS_OF:
            last = day(row["end"]) if row["end"] else end
            managed[row["account"]] |= {one for one in every if day(row["start"]) <= one <= last}
    for row in rows("interactions"):
        account, at = row["account"], day(row["date"])
        if at > AS_OF:
            continue
        human = row["personal"] == "yes" and row["initiator"] != "automated" and row["kind"] not in ("marketing", "order")
        if human:
            talks[account].add(at)
        if human and row["kind"] in ("review", "strategy_review", "qbr"):
            reviews[account].add(at)
        if within(row["date"], days):
            sums[account, "interactions"] += 1
            sums[account, f"by {row['channel']}"] += 1
    for row in rows("goals"):
        account, closed = row["account"], day(row["closed"]) if row["closed"] else None
        if day(row["set"]) > AS_OF:
            continue
        looked = {day(one) for one in row["reviews"].split(";") if one}
        reviews[account] |= {one for one in looked if one <= AS_OF}
        if day(row["set"]) <= end and not (closed and closed < start):
            sums[account, "goals"] += 1
            sums[account, "goals reviewed"] += any(start <= one <= end for one in looked)
            sums[account, "goals closed"] += bool(closed and start <= closed <= end)
    for row in rows("deliverables"):
        if within(row["due"], days):
            account, due = row["account"], day(row["due"])
            done = day(row["done"]) if row["done"] and day(row["done"]) <= AS_OF else None
            sums[account, "deliveries due"] += 1
            sums[account, "on time"] += bool(done and done <= due)
            sums[account, "late"] += bool(done and done > due)
            sums[account, "days late"] += max((done - due).days, 0) if done else 0
    for row in rows("referrals"):
        if within(row["date"], days):
            sums[row["account"], "referrals"] += 1
    for account, at in first.items():
        known = [one for one in every if one >= at]
        sums[account, "days"] += len(known)
        sums[account, "managed"] += sum(one in managed[account] for one in known)
        for name, met, reach in (("in touch", talks[account], 30), ("reviewed", reviews[account], 90)):
            reached = {one + n * ONE_DAY for one in met | {at} for n in range(reach + 1)}
            sums[account, name] += sum(one in reached for one in known)
        sums[account, "referring"] += sums[account, "referrals"] > 0
    for account, amounts in paid.items():
        bought = sum(amount > 0 and start <= at <= end for at, amount in amounts.items())
        sums[account, "buyers"] += bought > 0
        sums[account, "repeat buyers"] += bought > 1
        sums[account, "ever"] += 1
        sums[account, "ever paid"] += sum(amounts.values())


# Of each figure: its two parts, and counts that it names.
WINDOWED = {
    "nps": (("nps net", 100), "nps answers", {"answers": "nps answers", "no_answer": "nps no_answer", "blank": "nps blank"}),
    "csat": ("csat good", "csat answers", {"answers": "csat answers", "dismissed": "csat dismissed"}),
    "ces": ("ces good", "ces answers", {"answers": "ces answers"}),
    "fcr": ("first contact", "episodes", {"immature": "immature", "flag_unknown": "flag unknown"}),
    "automation": ("by bot", "cases", {"cases": "cases"}),
    "renewal_rate": ("renewed", "due", {"due": "due"}),
    "renewal_rate_value": ("arr renewed", "arr due", {}),
    "managed_days": ("managed", "days", {}),
    "delivered_on_time": ("on time", "deliveries due", {"late": "late"}),
    "days_late": ("days late", "late", {}),
    "goals_reviewed": ("goals reviewed", "goals", {}),
    "goals_closed": ("goals closed", "goals", {}),
    "personal_cadence": ("in touch", "days", {}),
    "review_cadence": ("reviewed", "days", {}),
    "repurchase": ("repeat buyers", "buyers", {}),
}


def counted_over(days, paid, first):
    sums = Sums()
    surveys(sums, days)
    service(sums, days)
    renewals(sums, days)
    care(sums, days, paid, first)
    return sums


def compare(name, figures, accounts, sums, found):
    """Figures beside what the rows of these accounts add up to."""
    counted = sums.of(accounts)
    for figure in figures:
        place = f"{name}: {figure['id']}"
        if figure["id"] in WINDOWED:
            upper, lower, counts = WINDOWED[figure["id"]]
            part, times = upper if isinstance(upper, tuple) else (upper, 1)
            ours = fractions.Fraction(counted[part] * times, counted[lower]) if counted[lower] else None
            value = figure["value"]
            theirs = fractions.Fraction(int(value["num"]), int(value["den"])) if value else None
            found.append((place, theirs, ours))
            found += [(f"{place}, {label}", figure["counts"].get(label, 0), counted[ours]) for label, ours in counts.items()]
        if figure["id"] == "interactions":
            theirs = None if figure["value"] is None else int(figure["value"])
            found.append((place, theirs, counted["interactions"] if counted["days"] else None))
            found += [(f"{place}, {label}", n, counted[f"by {label}"]) for label, n in figure["counts"].items()]
        if figure["id"] == "referring":
            for label in ("referring", "referrals"):
                found.append((f"{place}, {label}", figure["counts"][label], counted[label]))


def rhythm(amounts):
    """The word for how silent an account is by its own purchases, and the gap that it is measured by."""
    days = sorted(at for at, amount in amounts.items() if amount > 0)
    if not days:
        return "no_purchase", None
    gaps = sorted((later - earlier).days for earlier, later in zip(days, days[1:]))
    if len(gaps) < 2:
        return "rhythm_unknown", None
    gap = fractions.Fraction(gaps[(len(gaps) - 1) // 2] + gaps[len(gaps) // 2], 2)
    silent = (AS_OF - days[-1]).days
    return ("dormant" if silent > 3 * gap else "cooling" if silent >= 2 * gap else "in_rhythm"), gap


def rfm_scores(paid):
    """Three digits of each account that ever purchased: 1 + floor(5 x how many are strictly worse / all)."""
    values = {}
    for account, amounts in paid.items():
        bought = {at: amount for at, amount in amounts.items() if amount > 0}
        if bought:
            late = [amount for at, amount in bought.items() if (AS_OF - at).days < 365]
            values[account] = (-(AS_OF - max(bought)).days, len(late), sum(late))
    score = lambda axis, value: min(1 + 5 * sum(other[axis] < value for other in values.values()) // len(values), 5)
    return {account: "".join(str(score(axis, value)) for axis, value in enumerate(own)) for account, own in values.items()}


def main():
    paid, first = purchases(), first_days()
    sums = counted_over(WINDOW, paid, first)
    lines = REPORT["accounts"]
    where = lambda fits: {line["account"] for line in lines if fits(line)}
    everybody = where(lambda line: True)
    found = []

    # Over the window: by what an account was when it opened.
    compare("all", REPORT["total"]["figures"], everybody, sums, found)
    for key, of in (("by_class", lambda line: line["class_at_opening"]),
                    ("by_stage", lambda line: line["stage_at_opening"] or "(not there yet)"),
                    ("by_segment", lambda line: line["segment"] or "(no segment)")):
        for group in REPORT[key]:
            compare(group["name"], group["figures"], where(lambda line: of(line) == group["name"]), sums, found)
    for period in REPORT["by_period"]:
        own = counted_over(tuple(map(day, period["days"])), paid, first)
        compare(period["name"], period["total"], everybody, own, found)
        for name, figures in period["by_class"].items():
            compare(f"{period['name']} {name}", figures, where(lambda line: line["class_at_opening"] == name), own, found)

    # As of the day: by what it is.
    groups = [("all", REPORT["total"], everybody)]
    for key, of in (("by_class", "class"), ("by_stage", "stage")):
        groups += [(one["name"], one, where(lambda line: line[of] == one["name"])) for one in REPORT[key]]
    for name, group, accounts in groups:
        figures = {figure["id"]: figure for figure in group["figures"]}
        counted = sums.of(accounts)
        value = figures["historical_value"]["value"]
        found.append((f"{name}: historical_value", cents(value) if value else None, counted["ever paid"] if counted["ever"] else None))
        found.append((f"{name}: buyers ever", figures["historical_value"]["counts"]["accounts"], counted["ever"]))
        found.append((f"{name}: accounts", group["accounts"], len(accounts)))

    # Account by account.
    scores = rfm_scores(paid)
    quiet = {line["account"]: line for line in REPORT["quiet"]}
    for line in lines:
        account = line["account"]
        amounts = [amount for at, amount in paid[account].items() if WINDOW[0] <= at <= WINDOW[1]]
        theirs = cents(line["paid_in_window"]) if line["paid_in_window"] else None
        found.append((f"{account}: paid in the window", theirs, sum(amounts) if amounts else None))
        found.append((f"{account}: RFM", line["rfm"], scores.get(account)))
        if line["rhythm"] != "under_contract":
            word, gap = rhythm(paid[account])
            found.append((f"{account}: rhythm", line["rhythm"], word))
            found.append((f"{account}: listed as quiet", account in quiet, word in ("cooling", "dormant")))
            if account in quiet:
                found.append((f"{account}: own gap", fractions.Fraction(str(quiet[account]["own_gap_days"])), gap))

    wrong = [one for one in found if one[1] != one[2]]
    for place, theirs, ours in wrong[:20]:
        print(f"{place}: the report says {theirs}, the tables say {ours}")
    defined = sum(one[2] is not None for one in found)
    print(f"{len(found)} figures and counts worked out again from the tables, {defined} of them defined: {len(wrong)} differ")
    if wrong or defined < 2000:
        sys.exit(1)


if __name__ == "__main__":
    main()
