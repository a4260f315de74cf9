"""The digest of a playbook, once more: `python3 digest.py FILE` prints what Playbook::digest gives.

The canonical form is JSON without white space: these keys in this order, those without a value left
out, rows by id, classes and stages in the order of their documentation, packs by name.
"""
import hashlib
import json
import sys
import tomllib

TOP = "schema id version"
TREATMENT = (
    "id class stage pack support_model cadence retention acquisition revenue_model metrics"
    " dormant_action technology roles resolution auto_close"
)
CADENCE = (
    "text personal_within_days review_within_days max_broadcasts_per_month discovery_contacts"
)
ACTION = "text within_days"
STAGES = "prospect new active dormant reengaged former unknown".split()


def pick(table, keys):
    return {key: table[key] for key in keys.split() if key in table}


def row(table):
    found = pick(table, TREATMENT)
    found["class"] = sorted(found["class"])
    found["stage"] = sorted(found["stage"], key=STAGES.index)
    if "pack" in found:
        found["pack"] = sorted(found["pack"])
    found["cadence"] = pick(found["cadence"], CADENCE)
    found["dormant_action"] = pick(found["dormant_action"], ACTION)
    return found


book = tomllib.load(open(sys.argv[1], "rb"))
canonical = pick(book, TOP)
canonical["treatment"] = sorted(map(row, book["treatment"]), key=lambda one: one["id"])
text = json.dumps(canonical, separators=(",", ":"), ensure_ascii=False)
print(hashlib.sha256(text.encode()).hexdigest())
