"""The digest of a rule set, once more: `python3 digest.py FILE` prints what RuleSet::digest gives.

The canonical form is JSON without white space: these keys in this order, defaults written out,
decimals as texts without trailing zeros but with one place at least. FILE extends nothing.
"""
import hashlib
import json
import sys
import tomllib
from decimal import Decimal

TOP = "schema id version window_days contract_end dormant_ratio default_gap_days episode_grace_days"
SIGNAL = "id group kind bins points levels typical reason actionable"
LIMITS = "client customer exit_client exit_customer dwell_evaluations dwell_days"
STREAMS = "min_standard_count min_standard_share"


def plain(value):
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, Decimal):
        return value
    whole, _, part = f"{value:f}".partition(".")
    return f"{whole}.{part.rstrip('0') or '0'}"


def pick(table, keys):
    return {key: plain(table[key]) for key in keys.split() if key in table}


rules = tomllib.load(open(sys.argv[1], "rb"), parse_float=Decimal)
defaults = {"typical": 0, "actionable": True}
canonical = pick(rules, TOP)
canonical["signal"] = [pick(defaults | signal, SIGNAL) for signal in rules["signal"]]
canonical["hard_rule"] = [pick(rule, "id when then reason") for rule in rules["hard_rule"]]
canonical["thresholds"] = pick(rules["thresholds"], LIMITS)
canonical["transactional"] = pick(rules["transactional"], STREAMS)
text = json.dumps(canonical, separators=(",", ":"), ensure_ascii=False)
print(hashlib.sha256(text.encode()).hexdigest())
