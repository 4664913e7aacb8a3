#!/usr/bin/env python3
"""Units and fallback units (clauses 5.2, 6.1 and 9.7): every value of the one meets every value of the other.

The evaluator is that of ../format-2/generate.py. Runs give the same bytes.
"""
import os
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "format-2"))
from generate import (  # noqa: E402
    ask, ask_flag, case, exclusion_set, experiment, flag, holdout, needs, reservation, snapshot)

VALUES = [None, "", "7", " ", "漢字", "😀", 7, 7.0, 7.5, -0.0, 2**53 - 1, 2.0**53, 1e300, True, False, [], ["7"]]
HALVES = [{"from": 0, "to": 5000, "variant": "on"}, {"from": 5000, "to": 10000, "variant": "off"}]


def main():
    for entry in os.scandir("."):
        if entry.is_dir():
            shutil.rmtree(entry.path)
    tree = snapshot(
        experiment("plain"), experiment("either", fallback_unit="device_id"),
        experiment("same", fallback_unit="user_id"),
        experiment("gone", fallback_unit="device_id", status="killed"),
        flags=[flag("plain", rollout=HALVES), flag("either", rollout=HALVES, fallback_unit="device_id"),
               flag("whole", fallback_unit="device_id")])
    rows = []
    for first in VALUES:
        for second in VALUES:
            context = {"user_id": first, "device_id": second}
            rows.append(ask(tree, None, "either", context))
            rows.append(ask_flag(tree, None, "either", context))
    for value in VALUES:
        for key in ("plain", "same", "gone"):
            rows.append(ask(tree, None, key, {"user_id": value, "device_id": "d"}))
        rows.append(ask(tree, None, "either", {"device_id": value}))
        rows.append(ask(tree, None, "either", {"user_id": value}))
        rows += [ask_flag(tree, None, key, {"user_id": value}) for key in ("plain", "either", "whole")]
    case("values", tree, rows)

    # Holdouts, sets and prerequisites take their own unit, and never the experiment's fallback.
    tree = snapshot(
        experiment("held", surface="home", fallback_unit="device_id"),
        experiment("excluded", exclusion_sets=[reservation("page", (0, 5000))], fallback_unit="device_id"),
        experiment("base", fallback_unit="device_id"),
        experiment("after", unit="device_id", prerequisites=[needs("experiment", "base", "treatment")]),
        holdouts=[holdout("home", 5000, "surface", "home")], sets=[exclusion_set("page")])
    rows = []
    for n in range(12):
        for context in ({"user_id": f"u{n}"}, {"device_id": f"u{n}"}, {"user_id": "", "device_id": f"u{n}"},
                        {"user_id": f"u{n}", "device_id": f"d{n}"}):
            rows += [ask(tree, None, e["key"], context) for e in tree["experiments"]]
    case("of_other_parts", tree, rows)


if __name__ == "__main__":
    main()
