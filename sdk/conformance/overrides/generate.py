#!/usr/bin/env python3
"""Overrides (clauses 5.1, 9.8 and 9.9): every way to force meets every way in which a snapshot decides.

The evaluator is that of ../format-2/generate.py. Runs give the same bytes.
"""
import os
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "format-2"))
from generate import (  # noqa: E402
    ask, ask_flag, c, case, exclusion_set, experiment, flag, found, holdout, needs, reservation, snapshot, user, where)


def everything(kill):
    """One experiment for each reason, some in the path of another."""
    return snapshot(
        experiment("run"), experiment("gone", status="killed"), experiment("stopped", status="paused"),
        experiment("won", status="concluded", winner="treatment"), experiment("even", status="concluded"),
        experiment("aimed", targeting=c("text", "in", "fr", attribute="country")),
        experiment("nobody", allocation=[]), experiment("held", surface="home"),
        experiment("excluded", exclusion_sets=[reservation("page")]),
        experiment("after", prerequisites=[needs("experiment", "run", "treatment")]),
        experiment("after-flag", prerequisites=[needs("flag", "dark", "on")]),
        experiment("device", unit="device_id"), experiment("either", unit="device_id", fallback_unit="user_id"),
        experiment("three", variants=[{"key": "control"}, {"key": "treatment", "payload": "1"},
                                      {"key": "other", "payload": "{\"a\":\"b\"}"}]),
        flags=[flag("dark", enabled=False), flag("asks", prerequisites=[needs("experiment", "run", "treatment")])],
        holdouts=[holdout("home", 10000, "surface", "home")], sets=[exclusion_set("page")], kill=kill)


def forces(key, subject):
    """Name, overrides: how one may force."""
    return [
        {key: {subject: "treatment"}}, {key: {"*": "treatment"}}, {key: {"*": "control"}},
        {key: {subject: "control", "*": "treatment"}}, {key: {subject: "treatment", "*": "control"}},
        {key: {subject + "x": "treatment"}}, {key: {"": "treatment"}}, {key: {subject: "no-such-variant"}},
        {key: {subject: "no-such-variant", "*": "treatment"}}, {key: {"*": "no-such-variant"}},
        {key: {subject: "Treatment"}}, {"another": {subject: "treatment", "*": "treatment"}}]


def matrix(name, kill):
    tree = everything(kill)
    control = where(0, 5000, "run")
    rows = [ask(tree, None, e["key"], user(control, country="de"), force)
            for e in tree["experiments"] for force in forces(e["key"], control)]
    for e in tree["experiments"]:
        forced = {e["key"]: {"*": "treatment"}}
        rows.append(ask(tree, "UNIT_MISSING", e["key"], {}, forced))
        rows.append(ask(tree, None, e["key"], {"device_id": "d1", "user_id": ""}, forced))
        rows.append(ask(tree, None, e["key"], {"device_id": control}, {e["key"]: {control: "treatment"}}))
    rows += [
        # Nobody is assigned because somebody tests.
        ask(tree, None, "after", user(control), {"run": {"*": "treatment"}}),
        ask(tree, None, "after", user(control), {"run": {control: "treatment"}}),
        ask(tree, "OVERRIDE", "after", user(control), {"after": {"*": "treatment"}}),
        ask(tree, "OVERRIDE", "three", user(control), {"three": {"*": "other"}}),
        ask(tree, "OVERRIDE", "run", user(42), {"run": {"42": "treatment"}}),
        ask(tree, "OVERRIDE", "run", {"user_id": 42}, {"run": {"42": "treatment"}}),
        ask(tree, "OVERRIDE", "run", {"user_id": 42.0}, {"run": {"42": "treatment"}}),
        ask(tree, "OVERRIDE", "run", {"user_id": True}, {"run": {"true": "treatment"}}),
        ask(tree, "UNIT_MISSING", "run", {"user_id": 1.5}, {"run": {"1.5": "treatment", "*": "treatment"}}),
        ask(tree, "UNIT_MISSING", "run", {"user_id": ["42"]}, {"run": {"*": "treatment"}}),
        ask(tree, "OVERRIDE", "either", {"device_id": "", "user_id": "u"}, {"either": {"u": "treatment"}}),
        ask(tree, "UNKNOWN_EXPERIMENT", "nothing", user(control), {"nothing": {"*": "treatment"}})]
    rows += [ask_flag(tree, None, "asks", user(n)) for n in range(6)]
    case(name, tree, rows)


def main():
    for entry in os.scandir("."):
        if entry.is_dir():
            shutil.rmtree(entry.path)
    matrix("each_reason", False)
    matrix("kill_switch", True)
    tree = everything(False)
    assert found(tree["experiments"], "run")
    many = {"run": {str(n): ("treatment" if n % 3 else "control") for n in range(60)}}
    case("many_subjects", tree, [ask(tree, "OVERRIDE", "run", user(n), many) for n in range(60)] + [
        ask(tree, "ASSIGNED", "run", user(n), many) for n in range(60, 70)])


if __name__ == "__main__":
    main()
