#!/usr/bin/env python3
"""How many accounts a second a general rule engine scores on the default card, one at a time.

The peer is GoRules' zen-engine, a compiled engine behind a Python wheel:

    python3 -m venv venv && venv/bin/pip install --only-binary :all: zen-engine==2.1.3
    venv/bin/python benches/peers/rule_engines.py 20000

The card is one decision table that collects every row that holds, one row for each bin that gives
points, and an expression that adds them up, cuts at 100 and names the side. No interval, no second
reading, no hard rule, no transactional test, no reasons: less than `classify/columns` does. Answers
are checked before the clock runs.
"""

import importlib.metadata
import json
import random
import sys
import time

import zen

# Bins of rule set `generic` 1.0.0: from, points.
CARD = {
    "contract.form": [(0, 0), (1, 5), (2, 14)],
    "billing.recurring": [(0, 0), (1, 6)],
    "tenure.days": [(0, 0), (30, 3), (90, 6), (365, 9)],
    "repeat.days": [(0, 0), (2, 2), (4, 5)],
    "custom.count": [(0, 0), (1, 5), (2, 9), (4, 14)],
    "advice.count": [(0, 0), (1, 3), (3, 6), (6, 9)],
    "dialogue.exchanges": [(0, 0), (2, 5), (4, 10), (12, 16)],
    "proactive.count": [(0, 0), (1, 2), (2, 4)],
    "goal.tracked": [(0, 0), (1, 8)],
    "milestone.count": [(0, 0), (1, 2), (3, 4)],
    "manager.dedicated": [(0, 0), (1, 6)],
    "exclusive": [(0, 0), (1, 2)],
    "referral.count": [(0, 0), (1, 2)],
    "value.ratio": [(0, 0), (3000, 2)],
}
CLIENT, CUSTOMER, MOST = 55, 35, 100


def field(signal):
    return signal.replace(".", "_")


def decision():
    rows = []
    for signal, bins in CARD.items():
        ends = [bound for bound, _ in bins[1:]] + [None]
        for (bound, points), end in zip(bins, ends):
            if points:
                test = f">= {bound}" if end is None else f"[{bound}..{end})"
                rows.append({"_id": f"{signal}:{bound}", field(signal): test, "points": str(points)})
    names = [field(signal) for signal in CARD]
    for row in rows:
        for name in names:
            row.setdefault(name, "")
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": name, "name": name, "field": name} for name in names],
        "outputs": [{"id": "points", "name": "points", "field": "points"}],
        "rules": rows,
        "outputPath": "hits",
        "passThrough": False,
        "executionMode": "single",
    }
    side = f"score >= {CLIENT} ? 'client' : score < {CUSTOMER} ? 'customer' : 'hybrid'"
    sums = [
        {"id": "sum", "key": "score", "value": f"min([sum(map(hits, #.points)), {MOST}])"},
        {"id": "side", "key": "class", "value": side.replace("score", "$.score")},
    ]
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
        {"id": "table", "type": "decisionTableNode", "name": "table", "position": {"x": 1, "y": 0}, "content": table},
        {"id": "sum", "type": "expressionNode", "name": "sum", "position": {"x": 2, "y": 0}, "content": {"expressions": sums}},
        {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 3, "y": 0}},
    ]
    path = ["in", "table", "sum", "out"]
    edges = [
        {"id": f"{one}-{other}", "type": "edge", "sourceId": one, "targetId": other}
        for one, other in zip(path, path[1:])
    ]
    return len(rows), json.dumps({"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges})


def expected(account):
    score = 0
    for signal, bins in CARD.items():
        score += max(points for bound, points in bins if account[field(signal)] >= bound)
    score = min(score, MOST)
    side = "client" if score >= CLIENT else "customer" if score < CUSTOMER else "hybrid"
    return score, side


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    chance = random.Random(9)
    accounts = [
        {field(signal): chance.randrange(0, 2 * bins[-1][0] + 1) for signal, bins in CARD.items()}
        for _ in range(count)
    ]
    rows, graph = decision()
    card = zen.ZenEngine().create_decision(graph)
    for account in accounts[:500]:
        found = card.evaluate(account)["result"]
        if (found["score"], found["class"]) != expected(account):
            sys.exit(f"{found} is not {expected(account)} for {account}")
    best = 0.0
    for _ in range(3):
        start = time.process_time()
        for account in accounts:
            card.evaluate(account)
        best = max(best, count / (time.process_time() - start))
    version = importlib.metadata.version("zen-engine")
    print(f"zen-engine {version}, {rows} rows: {best:,.0f} accounts a second of processor time")


main()
