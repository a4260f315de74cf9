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
START, END = map(day, REPORT["windows"]["metrics"])
DAYS = [START + n * ONE_DAY for n in range((END - START).days + 1)]


def rows(table):
    """Rows known on the day of the question."""
    with open(FOLDER / f"{table}.csv", newline="") as file:
        known = lambda row: not row.get("recorded_at") or day(row["recorded_at"]) <= AS_OF
        return [row for row in csv.DictReader(file) if known(row)]


def within(text):
    return bool(text) and START <= day(text) <= END


class Sums(collections.Counter):
    """Sums by account: `sums[account, name] += n`."""

    def of(self, accounts):
        total = collections.Counter()
        for (account, name), count in self.items():
            if account in accounts:
                total[name] += count
        return total


def surveys(sums):
    top = {"csat": 4, "ces": 5}
    for row in rows("responses"):
        if not within(row["date"]):
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


def service(sums):
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
            if not START <= first.date() <= END:
                continue
            if first + week > last:
                sums[account, "immature"] += 1
            elif resolved == "":
                sums[account, "flag unknown"] += 1
            else:
                sums[account, "episodes"] += 1
                sums[account, "first contact"] += resolved == "yes" and len(episode) == 1
    for row in rows("cases"):
        if within(row["opened"]):
            sums[row["account"], "cases"] += 1
            sums[row["account"], "by bot"] += row["bot"] == "resolved"


def renewals(sums):
    for row in rows("renewals"):
        if not within(row["due"]):
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


def care(sums, paid):
    first = first_days()
    managed, talks, reviews = (collections.defaultdict(set) for _ in range(3))
    for row in rows("assignments"):
        if day(row["start"]) <= AS_OF:
            end = min(day(row["end"]), END) if row["end"] else END
            managed[row["account"]] |= {one for one in DAYS if day(row["start"]) <= one <= end}
    for row in rows("interactions"):
        account, at = row["account"], day(row["date"])
        if at > AS_OF:
            continue
        human = row["personal"] == "yes" and row["initiator"] != "automated" and row["kind"] not in ("marketing", "order")
        if human:
            talks[account].add(at)
        if human and row["kind"] in ("review", "strategy_review", "qbr"):
            reviews[account].add(at)
        if within(row["date"]):
            sums[account, "interactions"] += 1
            sums[account, f"by {row['channel']}"] += 1
    for row in rows("goals"):
        account, closed = row["account"], day(row["closed"]) if row["closed"] else None
        if day(row["set"]) > AS_OF:
            continue
        looked = {day(one) for one in row["reviews"].split(";") if one}
        reviews[account] |= {one for one in looked if one <= AS_OF}
        if day(row["set"]) <= END and not (closed and closed < START):
            sums[account, "goals"] += 1
            sums[account, "goals reviewed"] += any(START <= one <= END for one in looked)
            sums[account, "goals closed"] += bool(closed and START <= closed <= END)
    for row in rows("deliverables"):
        if within(row["due"]):
            account, due = row["account"], day(row["due"])
            done = day(row["done"]) if row["done"] and day(row["done"]) <= AS_OF else None
            sums[account, "deliveries due"] += 1
            sums[account, "on time"] += bool(done and done <= due)
            sums[account, "late"] += bool(done and done > due)
            sums[account, "days late"] += max((done - due).days, 0) if done else 0
    for row in rows("referrals"):
        if within(row["date"]):
            sums[row["account"], "referrals"] += 1
    for account, at in first.items():
        known = [one for one in DAYS if one >= at]
        sums[account, "days"] += len(known)
        sums[account, "managed"] += sum(one in managed[account] for one in known)
        for name, met, reach in (("in touch", talks[account], 30), ("reviewed", reviews[account], 90)):
            reached = {one + n * ONE_DAY for one in met | {at} for n in range(reach + 1)}
            sums[account, name] += sum(one in reached for one in known)
        sums[account, "referring"] += sums[account, "referrals"] > 0
    for account, amounts in paid.items():
        bought = sum(amount > 0 and START <= at <= END for at, amount in amounts.items())
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


def compare(group, accounts, sums, found):
    """The figures of a group beside what the rows of its accounts add up to."""
    counted = sums.of(accounts)
    for figure in group["figures"]:
        place = f"{group['name']}: {figure['id']}"
        if figure["id"] in WINDOWED:
            upper, lower, counts = WINDOWED[figure["id"]]
            name, times = upper if isinstance(upper, tuple) else (upper, 1)
            ours = fractions.Fraction(counted[name] * times, counted[lower]) if counted[lower] else None
            value = figure["value"]
            theirs = fractions.Fraction(int(value["num"]), int(value["den"])) if value else None
            found.append((place, theirs, ours))
            found += [(f"{place}, {label}", figure["counts"].get(label, 0), counted[ours]) for label, ours in counts.items()]
        if figure["id"] == "interactions":
            found.append((place, int(figure["value"]), counted["interactions"]))
            found += [(f"{place}, {label}", n, counted[f"by {label}"]) for label, n in figure["counts"].items()]
        if figure["id"] == "referring":
            for label in ("referring", "referrals"):
                found.append((f"{place}, {label}", figure["counts"][label], counted[label]))


def main():
    sums, paid = Sums(), purchases()
    surveys(sums)
    service(sums)
    renewals(sums)
    care(sums, paid)
    lines = REPORT["accounts"]
    everybody = {line["account"] for line in lines}
    found = []
    compare(REPORT["total"], everybody, sums, found)
    for group in REPORT["by_class"]:
        compare(group, {line["account"] for line in lines if line["class_at_opening"] == group["name"]}, sums, found)
    for group in REPORT["by_segment"]:
        of = {line["account"] for line in lines if (line["segment"] or "(no segment)") == group["name"]}
        compare(group, of, sums, found)
    by_now = [("all", REPORT["total"], everybody)]
    by_now += [(one["name"], one, {line["account"] for line in lines if line["class"] == one["name"]}) for one in REPORT["by_class"]]
    for name, group, accounts in by_now:
        figures = {figure["id"]: figure for figure in group["figures"]}
        counted = sums.of(accounts)
        found.append((f"{name}: historical_value", cents(figures["historical_value"]["value"]), counted["ever paid"]))
        found.append((f"{name}: buyers ever", figures["historical_value"]["counts"]["accounts"], counted["ever"]))
        found.append((f"{name}: accounts", group["accounts"], len(accounts)))
    for line in lines:
        amounts = [amount for at, amount in paid[line["account"]].items() if START <= at <= END]
        theirs = cents(line["paid_in_window"]) if line["paid_in_window"] else None
        found.append((f"{line['account']}: paid in the window", theirs, sum(amounts) if amounts else None))

    wrong = [one for one in found if one[1] != one[2]]
    for place, theirs, ours in wrong[:20]:
        print(f"{place}: the report says {theirs}, the tables say {ours}")
    defined = sum(one[2] is not None for one in found)
    print(f"{len(found)} figures and counts worked out again from the tables, {defined} of them defined: {len(wrong)} differ")
    if wrong or defined < 500:
        sys.exit(1)


if __name__ == "__main__":
    main()
