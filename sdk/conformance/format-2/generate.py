#!/usr/bin/env python3
"""Snapshots of format 2, questions and answers, by an evaluator that shares no code with the SDKs.

The evaluator below is the plainest reading of clause 9 of protocol.md: no caches, no compiled
conditions, recursion where the clause says "asks". A question that names its reason is checked
against it before anything is written; the folders random_* ask whatever a seeded generator comes up
with. Needs the Python package cryptography for Ed25519. Runs give the same bytes.
"""
import base64
import hashlib
import json
import os
import random
import re
import shutil

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

TIME = "2026-11-22T20:00:00.456Z"


# --- the evaluator

def slot(salt, subject):
    digest = hashlib.sha256((salt + ":" + subject).encode()).hexdigest()
    return int(digest, 16) % 10_000


def hashed(environment, unit, subject):
    digest = hashlib.sha256(f"trialog:{environment}:{unit}:{subject}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def text(value):
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return None


def subject_of(context, *units):
    for unit in units:
        found = text(context[unit]) if unit and context.get(unit) is not None else None
        if found:
            return unit, found
    return None, None


SEMVER = re.compile(
    r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
    r"(?:-((?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
    r"(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
    r"(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?")


def precedence(version):
    """A key that sorts as semver.org item 11 says; None for what is no version."""
    match = SEMVER.fullmatch(version)
    if not match:
        return None
    core = [int(part) for part in match.groups()[:3]]
    if match.group(4) is None:
        return core, 1, []
    return core, 0, [(0, int(i), "") if i.isdigit() else (1, 0, i) for i in match.group(4).split(".")]


def condition(c, context):
    value, operator, values = context.get(c["attribute"]), c["operator"], c["values"]
    if value is None:
        return operator in ("not_in", "contains_none")
    kind = c["type"]
    if kind == "text":
        if not isinstance(value, str):
            return False
        if operator == "prefix":
            return any(value.startswith(v) for v in values)
        return (value in values) == (operator != "not_in")
    if kind == "boolean":
        return isinstance(value, bool) and value == (values[0] == "true")
    if kind == "set":
        if not isinstance(value, list):
            return False
        common = set(value) & set(values)
        return {"contains_any": bool(common), "contains_none": not common,
                "contains_all": common == set(values)}[operator]
    if kind == "number":
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        left, rights = float(value), [float(v) for v in values]
    else:
        left = precedence(value) if isinstance(value, str) else None
        if left is None:
            return False
        rights = [precedence(v) for v in values]
    return {"equals": left == rights[0], "in": left in rights, "at_least": left >= rights[0],
            "above": left > rights[0], "at_most": left <= rights[0],
            "below": left < rights[0]}[operator]


def admits(t, context):
    if "all" in t:
        return all(admits(part, context) for part in t["all"])
    if "any" in t:
        return any(admits(part, context) for part in t["any"])
    if "not" in t:
        return not admits(t["not"], context)
    return condition(t, context)


def found(parts, key):
    return next((part for part in parts if part["key"] == key), None)


def owner(ranges, number):
    return next((r["variant"] for r in ranges if r["from"] <= number < r["to"]), None)


def prerequisites_met(tree, part, context):
    for p in part["prerequisites"]:
        if p["kind"] == "flag":
            flag = found(tree["flags"], p["key"])
            if flag is None or flag_answer(tree, flag, context)["variant"] not in p["variants"]:
                return False
        else:
            e = found(tree["experiments"], p["key"])
            answer = e and decide(tree, e, context, {})
            if not answer or answer["reason"] not in ("ASSIGNED", "CONCLUDED"):
                return False
            if answer["variant"] not in p["variants"]:
                return False
    return True


def flag_answer(tree, flag, context):
    values = {v["key"]: v["value"] for v in flag["variants"]}

    def say(reason, variant, rule=None, number=None):
        return {"reason": reason, "variant": variant, "value": values[variant], "rule": rule,
                "slot": number}

    if flag["killed"]:
        return say("KILLED", flag["off"])
    if not flag["enabled"]:
        return say("DISABLED", flag["off"])
    if not prerequisites_met(tree, flag, context):
        return say("PREREQUISITE_FAILED", flag["off"])
    rule = next((i for i, r in enumerate(flag["rules"]) if admits(r["targeting"], context)), None)
    rollout = flag["rollout"] if rule is None else flag["rules"][rule]["rollout"]
    reason = "DEFAULT" if rule is None else "RULE_MATCH"
    if len(rollout) == 1:
        return say(reason, rollout[0]["variant"], rule)
    _, subject = subject_of(context, flag["unit"], flag.get("fallback_unit"))
    if subject is None:
        return say("UNIT_MISSING", flag["off"], rule)
    number = slot(flag["salt"], subject)
    return say(reason, owner(rollout, number), rule, number)


def held_out(tree, e, context):
    for h in tree["holdouts"]:
        scope = h["scope"]
        covers = scope["kind"] == "global" or e[scope["kind"]] == scope["value"]
        _, subject = subject_of(context, h["unit"])
        if covers and subject is not None and slot(h["salt"], subject) < h["slots"]:
            return True
    return False


def excluded(tree, e, context):
    for reservation in e["exclusion_sets"]:
        space = found(tree["exclusion_sets"], reservation["set"])
        _, subject = subject_of(context, space["unit"])
        if subject is None:
            return True
        number = slot(space["salt"], subject)
        if not any(r["from"] <= number < r["to"] for r in reservation["ranges"]):
            return True
    return False


def decide(tree, e, context, overrides):
    payloads = {v["key"]: v.get("payload") for v in e["variants"]}
    answer = {"epoch": e["epoch"], "slot": None, "unit": None, "hashed_subject": None}

    def say(reason, variant):
        return dict(answer, reason=reason, variant=variant, payload=payloads[variant])

    unit, subject = subject_of(context, e["unit"], e.get("fallback_unit"))
    if unit is None:
        return say("UNIT_MISSING", e["control"])
    answer.update(unit=unit, hashed_subject=hashed(tree["environment"], unit, subject))
    forced = overrides.get(e["key"], {}).get(subject, overrides.get(e["key"], {}).get("*"))
    if forced in payloads:
        return say("OVERRIDE", forced)
    if tree["kill_switch"]:
        return say("GLOBAL_KILL", e["control"])
    if e["status"] == "killed":
        return say("KILLED", e["control"])
    if e["status"] == "paused":
        return say("NOT_RUNNING", e["control"])
    if not prerequisites_met(tree, e, context):
        return say("PREREQUISITE_FAILED", e["control"])
    if not admits(e["targeting"], context):
        return say("NOT_TARGETED", e["control"])
    if e["status"] == "concluded":
        return say("CONCLUDED", e.get("winner", e["control"]))
    if held_out(tree, e, context):
        return say("HELD_OUT", e["control"])
    if excluded(tree, e, context):
        return say("EXCLUDED", e["control"])
    answer["slot"] = slot(e["salt"], subject)
    variant = owner(e["allocation"], answer["slot"])
    return say("ASSIGNED", variant) if variant else say("NOT_ENROLLED", e["control"])


# --- writing

class Signer:
    def __init__(self, name):
        seed = hashlib.sha256(("trialog conformance " + name).encode()).digest()
        self.name = name
        self.key = Ed25519PrivateKey.from_private_bytes(seed)
        raw = self.key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.id = hashlib.sha256(name.encode() + b"\n\x01" + raw).digest()[:4]
        self.vkey = f"{name}+{self.id.hex()}+{base64.b64encode(bytes([1]) + raw).decode()}"

    def note(self, line):
        signature = base64.b64encode(self.id + self.key.sign(line.encode())).decode()
        return f"{line}\n\u2014 {self.name} {signature}\n"


PRODUCTION = Signer("trialog/production")


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def write(folder, note, case, questions=None):
    os.makedirs(folder)
    with open(folder + "/snapshot.note", "wb") as out:
        out.write(note.encode())
    head = json.dumps(case)[:-1]
    with open(folder + "/case.json", "w", encoding="ascii", newline="\n") as out:
        if questions is None:
            out.write(head + "}\n")
        else:
            out.write(head + ', "questions": [\n')
            out.write(",\n".join(json.dumps(q, separators=(",", ":")) for q in questions))
            out.write("\n]}\n")


def experiment(key, **members):
    tree = {
        "allocation": [
            {"from": 0, "to": 5000, "variant": "control"},
            {"from": 5000, "to": 10000, "variant": "treatment"}],
        "control": "control", "epoch": 0, "exclusion_sets": [], "key": key, "namespace": "acme/rides",
        "prerequisites": [], "salt": key, "status": "running", "surface": "checkout",
        "targeting": {"all": []}, "unit": "user_id",
        "variants": [{"key": "control"}, {"key": "treatment"}]}
    tree.update(members)
    return tree


def everybody(variant):
    return [{"from": 0, "to": 10000, "variant": variant}]


def flag(key, **members):
    tree = {
        "enabled": True, "key": key, "killed": False, "off": "off", "prerequisites": [],
        "rollout": everybody("on"), "rules": [], "salt": "flag:" + key, "type": "boolean",
        "unit": "user_id",
        "variants": [{"key": "on", "value": "true"}, {"key": "off", "value": "false"}]}
    tree.update(members)
    return tree


def holdout(key, slots, kind="global", value=None, **members):
    scope = {"kind": kind} if value is None else {"kind": kind, "value": value}
    return dict({"key": key, "salt": "holdout:" + key, "scope": scope, "slots": slots,
                 "unit": "user_id"}, **members)


def exclusion_set(key, **members):
    return dict({"key": key, "salt": "set:" + key, "unit": "user_id"}, **members)


def reservation(key, *bounds):
    return {"set": key, "ranges": [{"from": low, "to": high} for low, high in bounds]}


def snapshot(*experiments, flags=(), holdouts=(), sets=(), kill=False, position=456):
    def ordered(parts):
        return sorted(parts, key=lambda part: part["key"])
    return {"environment": "production", "exclusion_sets": ordered(sets),
            "experiments": ordered(experiments), "flags": ordered(flags), "format": 2,
            "holdouts": ordered(holdouts), "kill_switch": kill, "position": position, "time": TIME}


NOTHING = {"payload": None, "slot": None, "epoch": None, "unit": None, "hashed_subject": None}


def ask(tree, reason, key, context, overrides=None):
    e = found(tree["experiments"], key)
    answer = decide(tree, e, context, overrides or {}) if e else dict(
        NOTHING, reason="UNKNOWN_EXPERIMENT", variant="fallback")
    assert reason in (None, answer["reason"]), (key, context, reason, answer)
    row = {"experiment": key, "context": context, "fallback": "fallback", "answer": answer}
    if overrides:
        row["overrides"] = overrides
    return row


def ask_flag(tree, reason, key, context):
    part = found(tree["flags"], key)
    answer = flag_answer(tree, part, context) if part else {
        "reason": "UNKNOWN_FLAG", "variant": None, "value": "\"mine\"", "rule": None, "slot": None}
    assert reason in (None, answer["reason"]), (key, context, reason, answer)
    return {"flag": key, "context": context, "fallback": "\"mine\"", "answer": answer}


def case(folder, tree, questions):
    write(folder, PRODUCTION.note(canonical(tree) + "\n"), {
        "environment": "production", "vkey": PRODUCTION.vkey, "position": tree["position"]}, questions)


def user(number, **attributes):
    return dict({"user_id": str(number)}, **attributes)


def where(low, high, salt, start=0):
    """A subject whose slot is low <= slot < high."""
    return next(str(n) for n in range(start, start + 1_000_000) if low <= slot(salt, str(n)) < high)


def both(*wanted):
    """A subject with a slot in each of the given ranges, as (salt, low, high)."""
    return next(str(n) for n in range(5_000_000)
                if all(low <= slot(salt, str(n)) < high for salt, low, high in wanted))


# --- targeting: every operator meets every kind of value, null and missing included

VALUES = [None, "", "us", "US", "usa", "true", "18", "1.0.0", True, False, 0, 18, 18.5, -7, ["us"], []]


def c(kind, operator, *values, attribute="a"):
    return {"attribute": attribute, "operator": operator, "type": kind, "values": list(values)}


def matrix(folder, conditions, values):
    """One experiment a condition, one question a condition and value, and one without the value."""
    tree = snapshot(*[experiment(f"e{i:02d}", targeting=t) for i, t in enumerate(conditions)])
    case(folder, tree, [ask(tree, None, e["key"], context) for e in tree["experiments"] for context in
                        [user(1)] + [user(1, a=value) for value in values]])


VERSIONS = [
    "0.0.0", "1.0.0", "1.0.0-0", "1.0.0-1", "1.0.0-2", "1.0.0-10", "1.0.0-a", "1.0.0-A", "1.0.0--",
    "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
    "1.0.0-rc.1", "1.0.0-rc.1.0", "1.0.0-rc-1", "1.0.0-1a", "1.0.0+build.1", "1.0.0-rc.1+x", "1.0.1",
    "1.2.0", "1.10.0", "2.0.0", "10.0.0", "999999999.0.0", "99999999999999999999.0.0",
    "1.0.0-99999999999999999999", "1.0.0-18446744073709551616", "1.0.0+-", "1.0.0+001",
    "v1.0.0", "1", "1.0", "1.0.0.0", "01.0.0", "1.00.0", "1.0.0-", "1.0.0-a..b", "1.0.0-01", "1.0.0-0a",
    "1.0.0+", "1.0.0+a..b", "1.0.0+a+b", " 1.0.0", "1.0.0 ", "1.0.0-é", "1.0.-1", "-1.0.0", "a.b.c", "1.0.١"]


def targeting():
    matrix("targeting_text", [
        c("text", "equals", "us"), c("text", "in", "us", "true", "18"), c("text", "not_in", "us", ""),
        c("text", "prefix", "us", "x"), c("text", "prefix", ""), c("text", "in", "")], VALUES)
    matrix("targeting_text_prefix", [
        c("text", "prefix", "us"), c("text", "prefix", "us", "x"), c("text", "prefix", "x", "us"),
        c("text", "prefix", "\U0001f600"), c("text", "prefix", "usa")],
        VALUES + ["bus", "austria", "x us", " us", "us ", "u", "uS", "xus", "\U0001f600us", "us\U0001f600",
                  "\U0001f601"])
    matrix("targeting_number", [
        c("number", operator, "18") for operator in
        ("equals", "at_least", "above", "at_most", "below")] + [
        c("number", "in", "18", "-7", "0.5"), c("number", "equals", "18.50"),
        c("number", "at_most", "-0")], VALUES + ["18.5", 17, 19, 18.0, 17.999999999999996])
    matrix("targeting_number_edges", [
        c("number", "equals", "0.1"), c("number", "equals", "0.3"), c("number", "above", "0.3"),
        c("number", "equals", "999999999999999"), c("number", "equals", "0"), c("number", "below", "0"),
        c("number", "equals", "-0.000000000000001"), c("number", "equals", "007")],
        [0.1, 0.3, 0.1 + 0.2, 0.30000000000000004, 999999999999999, 999999999999999.1, 2**53 + 1, 7,
         -0.0, 0, 1e-300, -1e-300, -1e-15, 1e308, -1e308])
    matrix("targeting_boolean", [c("boolean", "equals", "true"), c("boolean", "equals", "false")],
           VALUES + ["false", 1])
    matrix("targeting_set", [
        c("set", "contains_any", "beta", "us"), c("set", "contains_all", "beta", "us"),
        c("set", "contains_none", "beta", "us"), c("set", "contains_all", "", "us", "us")],
        VALUES + [["beta"], ["us", "beta"], ["beta", "us", "x"], ["x"], ["Beta"], ["", "us"]])
    matrix("targeting_version", [
        c("version", operator, "1.0.0-rc.1") for operator in
        ("equals", "at_least", "above", "at_most", "below")], VERSIONS)
    matrix("targeting_version_release", [
        c("version", "at_least", "1.0.0"), c("version", "equals", "1.0.0+other"),
        c("version", "below", "1.0.0-beta.10")], VERSIONS + VALUES)

    yes, no = {"all": []}, {"any": []}
    country, old = c("text", "in", "de", "at", attribute="country"), c("number", "at_least", "18", attribute="age")
    deep = country
    for _ in range(7):
        deep = {"not": deep}
    joints = [
        yes, no, {"not": yes}, {"not": no}, {"not": {"not": country}}, {"all": [country, old]},
        {"any": [country, old]}, {"all": [country, {"not": old}]}, {"not": {"any": [country, old]}},
        {"all": [{"any": [country, old]}, {"not": {"all": [country, old]}}]}, {"any": [no, country]},
        {"all": [yes, country, no]}, {"any": [country, yes]}, deep,
        {"not": c("text", "not_in", "de", attribute="country")},
        {"any": [c("text", "not_in", "de", attribute="country"), old]}]
    tree = snapshot(*[experiment(f"j{i:02d}", targeting=t) for i, t in enumerate(joints)])
    contexts = [user(1), user(1, country="de"), user(1, country="fr"), user(1, age=18), user(1, age=17.5),
                user(1, country="de", age=30), user(1, country="at", age=3), user(1, country=7, age="30"),
                user(1, country=None, age=None)]
    case("targeting_joints", tree, [
        ask(tree, None, e["key"], context) for e in tree["experiments"] for context in contexts])


# --- prerequisites

def needs(kind, key, *variants):
    return {"kind": kind, "key": key, "variants": list(variants)}


def limits():
    """The largest that there may be (clause 9.4), and in refused() one more of each."""
    tree = snapshot(
        experiment("conditions", targeting={"any": [c("text", "in", "us")] * 1000}),
        experiment("parts", targeting={"any": [nothings(1000)] * 9 + [nothings(989)]}),
        experiment("values", targeting=c("text", "in", *[f"v{i:04d}" for i in range(10000)])),
        experiment("long", targeting=c("text", "equals", "x" * 4096)),
        experiment("digits", targeting=c("number", "equals", "-999999999999999.999999999999999")))
    case("targeting_limits", tree, [
        ask(tree, None, e["key"], user(1, a=value)) for e in tree["experiments"]
        for value in ("us", "v0000", "v9999", "v", "x" * 4096, "x" * 4095, -1000000000000000, -999999999999999)])


def nothings(count):
    return {"all": [{"all": []}] * count}


def prerequisites():
    us = c("text", "in", "us", attribute="country")
    tree = snapshot(
        experiment("base"), experiment("few", allocation=[{"from": 0, "to": 100, "variant": "treatment"}]),
        experiment("gone", status="killed"), experiment("stopped", status="paused"),
        experiment("won", status="concluded", winner="treatment", targeting=us),
        experiment("devices", unit="device_id"),
        experiment("on-base", prerequisites=[needs("experiment", "base", "treatment")]),
        experiment("on-either", prerequisites=[needs("experiment", "base", "treatment", "control")]),
        experiment("on-few", prerequisites=[needs("experiment", "few", "control", "treatment")]),
        experiment("on-gone", prerequisites=[needs("experiment", "gone", "control")]),
        experiment("on-stopped", prerequisites=[needs("experiment", "stopped", "control")]),
        experiment("on-won", prerequisites=[needs("experiment", "won", "treatment")]),
        experiment("on-devices", prerequisites=[needs("experiment", "devices", "control", "treatment")]),
        experiment("on-nothing", prerequisites=[needs("experiment", "nothing", "control")]),
        experiment("on-no-flag", prerequisites=[needs("flag", "nothing", "on")]),
        experiment("on-flag", prerequisites=[needs("flag", "us", "on")]),
        experiment("off-flag", prerequisites=[needs("flag", "us", "off")]),
        experiment("on-dark", prerequisites=[needs("flag", "dark", "on")]),
        experiment("off-dark", prerequisites=[needs("flag", "dark", "off", "other")]),
        experiment("on-all", prerequisites=[
            needs("flag", "us", "on"), needs("experiment", "on-base", "control")]),
        experiment("over", status="concluded", winner="treatment",
                   prerequisites=[needs("flag", "us", "on")]),
        experiment("dead", status="killed", prerequisites=[needs("flag", "us", "on")]),
        flags=[flag("us", rollout=everybody("off"),
                    rules=[{"targeting": us, "rollout": everybody("on")}]),
               flag("dark", enabled=False),
               flag("after", prerequisites=[needs("experiment", "on-base", "treatment")])])
    keys = [e["key"] for e in tree["experiments"] if "-" in e["key"]] + ["over", "dead"]
    rows = [ask(tree, None, key, user(n, country=land)) for key in keys
            for n, land in ((1, "us"), (2, "us"), (3, "de"), (4, "us"), (5, "us"))]
    rows += [ask(tree, None, "on-devices", user(1, device_id="d1")), ask(tree, None, "on-few", {
        "user_id": where(0, 100, "few")})]
    forced = {"base": {"*": "treatment"}}
    control = where(0, 5000, "base")
    rows += [ask(tree, "PREREQUISITE_FAILED", "on-base", user(control), forced),
             ask(tree, "OVERRIDE", "base", user(control), forced),
             ask(tree, "OVERRIDE", "on-base", user(control), {"on-base": {control: "treatment"}})]
    rows += [ask_flag(tree, None, "after", user(n)) for n in range(12)]
    case("prerequisites", tree, rows)

    # The longest chain, and one whose members are asked in two ways.
    chain = [experiment("c00")] + [
        experiment(f"c{i:02d}", salt="c00", prerequisites=[
            needs("experiment", f"c{i - 1:02d}", "treatment", "control")]) for i in range(1, 17)]
    diamond = [flag("d0", rollout=[{"from": 0, "to": 5000, "variant": "on"},
                                   {"from": 5000, "to": 10000, "variant": "off"}])] + [
        flag(f"d{i}", prerequisites=[needs("flag", f"d{j}", "on") for j in range(i)]) for i in range(1, 12)]
    tree = snapshot(*chain, flags=diamond)
    case("prerequisites_deep", tree, [ask(tree, "ASSIGNED", f"c{i:02d}", user(1)) for i in (0, 1, 15, 16)] + [
        ask_flag(tree, None, f"d{i}", user(n)) for i in (1, 5, 11) for n in range(4)])


# --- holdouts and exclusion sets

def holdouts():
    tree = snapshot(
        experiment("rides-checkout"), experiment("rides-home", surface="home"),
        experiment("food-checkout", namespace="acme/food"),
        experiment("food-home", namespace="acme/food", surface="home", unit="device_id"),
        experiment("ended", status="concluded", winner="treatment"),
        experiment("over-ended", prerequisites=[needs("experiment", "rides-checkout", "control", "treatment")]),
        flags=[flag("free")],
        holdouts=[holdout("all", 500), holdout("rides", 1000, "namespace", "acme/rides"),
                  holdout("checkout", 1000, "surface", "checkout"),
                  holdout("machines", 2000, "surface", "home", unit="device_id")])
    rows = []
    for name, slots in (("all", 500), ("rides", 1000), ("checkout", 1000)):
        for low, high in ((0, 1), (slots - 1, slots), (slots, slots + 1)):
            who = where(low, high, "holdout:" + name)
            rows += [ask(tree, None, e["key"], user(who, device_id="d7")) for e in tree["experiments"]]
            rows.append(ask_flag(tree, "DEFAULT", "free", user(who)))
    inside, outside = where(0, 2000, "holdout:machines"), where(2000, 10000, "holdout:machines")
    rows += [ask(tree, None, "food-home", context) for context in (
        {"device_id": inside}, {"device_id": outside}, {"device_id": int(inside)}, {"user_id": "1"},
        {"device_id": outside, "user_id": where(0, 500, "holdout:all")})]
    free = both(("holdout:all", 500, 10000), ("holdout:rides", 1000, 10000), ("holdout:checkout", 1000, 10000))
    rows += [ask(tree, "ASSIGNED", "rides-checkout", user(free)),
             ask(tree, "ASSIGNED", "rides-home", user(free)),
             ask(tree, "HELD_OUT", "rides-home", user(free, device_id=inside)),
             ask(tree, "CONCLUDED", "ended", user(where(0, 500, "holdout:all"))),
             ask(tree, "PREREQUISITE_FAILED", "over-ended", user(where(0, 500, "holdout:all"))),
             ask(tree, "OVERRIDE", "rides-checkout", user(where(0, 500, "holdout:all")),
                 {"rides-checkout": {"*": "treatment"}})]
    case("holdouts", tree, rows)


def exclusions():
    tree = snapshot(
        experiment("first", exclusion_sets=[reservation("page", (0, 3000))]),
        experiment("second", exclusion_sets=[reservation("page", (3000, 6000), (9000, 10000))]),
        experiment("both", exclusion_sets=[reservation("page", (6000, 9000)), reservation("price", (0, 5000))]),
        experiment("none", exclusion_sets=[reservation("price")]),
        experiment("whole", exclusion_sets=[reservation("price", (0, 10000))], unit="device_id"),
        experiment("ended", status="concluded", winner="treatment", exclusion_sets=[reservation("page")]),
        sets=[exclusion_set("page"), exclusion_set("price"), exclusion_set("spare", unit="device_id")])
    rows = [ask(tree, None, e["key"], user(n, device_id=f"d{n}"))
            for n in range(100, 108) for e in tree["experiments"]]
    for low in (0, 2999, 3000, 5999, 6000, 8999, 9000, 9999):
        who = where(low, low + 1, "set:page")
        rows += [ask(tree, None, key, user(who)) for key in ("first", "second", "both")]
    rows += [ask(tree, "ASSIGNED", "both", user(both(("set:page", 6000, 9000), ("set:price", 0, 5000)))),
             ask(tree, "EXCLUDED", "both", user(both(("set:page", 6000, 9000), ("set:price", 5000, 10000)))),
             ask(tree, "EXCLUDED", "both", user(both(("set:page", 0, 6000), ("set:price", 0, 5000)))),
             ask(tree, "EXCLUDED", "whole", {"device_id": "d1"}),
             ask(tree, "EXCLUDED", "whole", {"device_id": "d1", "user_id": ""}),
             ask(tree, "ASSIGNED", "whole", {"device_id": "d1", "user_id": 7}),
             ask(tree, "CONCLUDED", "ended", user(1)),
             ask(tree, "OVERRIDE", "none", user(1), {"none": {"1": "treatment"}})]
    for n in range(200, 260):  # of one set no two experiments have a subject in common
        inside = [key for key in ("first", "second", "both")
                  if decide(tree, found(tree["experiments"], key), user(n), {})["reason"] == "ASSIGNED"]
        assert len(inside) <= 1, (n, inside)
    case("exclusion_sets", tree, rows)


# --- flags

def thirds():
    return [{"from": 0, "to": 3333, "variant": "a"}, {"from": 3333, "to": 6666, "variant": "b"},
            {"from": 6666, "to": 10000, "variant": "c"}]


def flags():
    adult = c("number", "at_least", "18", attribute="age")
    beta = c("set", "contains_any", "beta", attribute="segments")
    new = c("version", "at_least", "2.0.0", attribute="app")
    texts = {"type": "text", "off": "c", "variants": [
        {"key": "a", "value": "\"blå 😀\""}, {"key": "b", "value": "\"\\n\""}, {"key": "c", "value": "\"\""}]}
    tree = snapshot(
        experiment("run"), experiment("gone", status="killed"),
        flags=[
            flag("plain"), flag("dark", enabled=False), flag("dead", killed=True),
            flag("dead-and-dark", killed=True, enabled=False),
            flag("rules", rollout=everybody("off"), rules=[
                {"targeting": {"all": [adult, {"not": beta}]}, "rollout": everybody("on")},
                {"targeting": beta, "rollout": [{"from": 0, "to": 2500, "variant": "on"},
                                                {"from": 2500, "to": 10000, "variant": "off"}]},
                {"targeting": new, "rollout": everybody("on")},
                {"targeting": {"any": []}, "rollout": everybody("on")}]),
            flag("split", rollout=thirds(), **texts),
            flag("devices", rollout=thirds(), fallback_unit="device_id", **texts),
            flag("config", type="json", rollout=everybody("x"), off="x", variants=[
                {"key": "x", "value": "{\"limit\":[1,2.50,null]}"}]),
            flag("price", type="number", salt="", rollout=[
                {"from": 0, "to": 9999, "variant": "low"}, {"from": 9999, "to": 10000, "variant": "high"}],
                off="low", variants=[{"key": "low", "value": "1.50"}, {"key": "high", "value": "-2e9"}]),
            flag("on-plain", prerequisites=[needs("flag", "plain", "on")]),
            flag("on-dark", prerequisites=[needs("flag", "plain", "on"), needs("flag", "dark", "on")]),
            flag("on-run", prerequisites=[needs("experiment", "run", "treatment")]),
            flag("on-gone", prerequisites=[needs("experiment", "gone", "control")])])
    contexts = [{}, user(1), user(2, age=18), user(3, age=17, segments=["beta"]), user(4, age=40, segments=["beta"]),
                user(5, app="2.0.0-rc.1"), user(6, app="2.0.0+7", age="18"), {"device_id": "d1", "segments": ["beta"]},
                {"device_id": "d1"}, {"user_id": "", "device_id": "d2"}]
    rows = [ask_flag(tree, None, key, context) for key in [f["key"] for f in tree["flags"]] + ["unknown", ""]
            for context in contexts]
    rows += [ask_flag(tree, None, "split", user(n)) for n in range(30)]
    rows += [ask_flag(tree, None, "split", user(where(low, low + 1, "flag:split")))
             for low in (0, 3332, 3333, 6665, 6666, 9999)]
    rows += [ask_flag(tree, None, "price", user(where(low, low + 1, ""))) for low in (9998, 9999)]
    case("flags", tree, rows)


# --- the order of the steps

def order():
    blocked = {"any": []}
    gates = dict(
        prerequisites=[needs("flag", "nothing", "on")], targeting=blocked,
        exclusion_sets=[reservation("page")], allocation=[])
    steps = [("PREREQUISITE_FAILED", "prerequisites"), ("NOT_TARGETED", "targeting"),
             ("EXCLUDED", "exclusion_sets"), ("NOT_ENROLLED", "allocation")]
    experiments, wanted = [], []
    for status, reason in (("killed", "KILLED"), ("paused", "NOT_RUNNING")):
        experiments.append(experiment("s-" + status, status=status, **gates))
        wanted.append((reason, "s-" + status))
    for i, (reason, _) in enumerate(steps):
        members = {name: gates[name] for _, name in steps[i:]}
        experiments.append(experiment(f"g{i}", **members))
        wanted.append((reason, f"g{i}"))
    experiments.append(experiment("won-elsewhere", status="concluded", winner="treatment", targeting=blocked))
    wanted.append(("NOT_TARGETED", "won-elsewhere"))
    experiments.append(experiment("won", status="concluded", winner="treatment", allocation=[],
                                  exclusion_sets=[reservation("page")]))
    wanted.append(("CONCLUDED", "won"))
    qa = {e["key"]: {"*": "treatment"} for e in experiments}
    page = [exclusion_set("page")]

    tree = snapshot(*experiments, sets=page)
    rows = [ask(tree, reason, key, user(n)) for reason, key in wanted for n in (1, 2)]
    rows += [ask(tree, "OVERRIDE", key, user(1), qa) for _, key in wanted]
    rows += [ask(tree, "UNIT_MISSING", key, {"device_id": "d"}, qa) for _, key in wanted]
    rows += [ask(tree, "UNIT_MISSING", key, {"user_id": value}) for value in ("", None, 1.5, ["1"]) for key in ("won", "g0")]
    rows += [ask(tree, "UNKNOWN_EXPERIMENT", "nothing", user(1))]
    case("order", tree, rows)

    held = [(("HELD_OUT" if reason in ("EXCLUDED", "NOT_ENROLLED") else reason), key) for reason, key in wanted]
    tree = snapshot(*experiments, sets=page, holdouts=[holdout("everybody", 10000)])
    case("order_held_out", tree, [ask(tree, reason, key, user(1)) for reason, key in held])

    tree = snapshot(
        *experiments, experiment("run"), sets=page, kill=True, holdouts=[holdout("everybody", 10000)],
        flags=[flag("free"), flag("on-run", prerequisites=[needs("experiment", "run", "control", "treatment")]),
               flag("on-won", prerequisites=[needs("experiment", "won", "treatment")])])
    rows = [ask(tree, "GLOBAL_KILL", e["key"], user(n)) for e in tree["experiments"] for n in (1, 2)]
    rows += [ask(tree, "OVERRIDE", "run", user(1), {"run": {"1": "treatment"}}),
             ask(tree, "UNIT_MISSING", "run", {}), ask(tree, "UNKNOWN_EXPERIMENT", "nothing", user(1)),
             ask_flag(tree, "DEFAULT", "free", user(1)), ask_flag(tree, "DEFAULT", "free", {}),
             ask_flag(tree, "PREREQUISITE_FAILED", "on-run", user(1)),
             ask_flag(tree, "PREREQUISITE_FAILED", "on-won", user(1))]
    case("kill_switch", tree, rows)


def ramps():
    def at(key, slots, epoch=0, salt="ramp"):
        return experiment(key, salt=salt, epoch=epoch, allocation=[
            r for r in ({"from": 0, "to": slots, "variant": "control"},
                        {"from": 5000, "to": 5000 + slots, "variant": "treatment"}) if r["from"] < r["to"]])
    tree = snapshot(
        at("ramp-000", 0), at("ramp-001", 50), at("ramp-010", 500), at("ramp-050", 2500), at("ramp-100", 5000),
        experiment("epoch-1", salt="ramp", epoch=1, allocation=[
            {"from": 0, "to": 5000, "variant": "treatment"}, {"from": 5000, "to": 10000, "variant": "control"}]),
        experiment("epoch-max", epoch=2**31 - 1), position=2**53 - 1)
    rows = []
    for n in list(range(40)) + [where(low, low + 1, "ramp") for low in (0, 49, 50, 4999, 5000, 5049, 5050, 9999)]:
        before = None
        for key in ("ramp-000", "ramp-001", "ramp-010", "ramp-050", "ramp-100"):
            row = ask(tree, None, key, user(n))
            now = row["answer"]["variant"] if row["answer"]["reason"] == "ASSIGNED" else None
            assert before in (None, now), "a ramp keeps whoever is in"
            before = now
            if n in (0, 1, 2, 3) or not isinstance(n, int):
                rows.append(row)
        rows.append(ask(tree, "ASSIGNED", "epoch-1", user(n)))
    rows.append(ask(tree, "ASSIGNED", "epoch-max", user(1)))
    case("ramps_and_epochs", tree, rows)


# --- whatever the generator comes up with

def random_case(seed):
    draw = random.Random(seed)

    def some(low, high):
        return range(draw.randint(low, high))

    def cuts(parts):
        return sorted(draw.sample(range(0, 10001), 2 * parts))

    def random_condition():
        attribute = draw.choice("abc")
        kind = draw.choice(["text", "number", "version", "boolean", "set"])
        operator = draw.choice({
            "text": ["equals", "in", "not_in", "prefix"], "boolean": ["equals"],
            "number": ["equals", "in", "at_least", "above", "at_most", "below"],
            "version": ["equals", "at_least", "above", "at_most", "below"],
            "set": ["contains_any", "contains_all", "contains_none"]}[kind])
        pool = {"text": ["x", "y", "xy", ""], "number": ["0", "1", "1.5", "-2"], "boolean": ["true", "false"],
                "version": ["1.0.0", "1.0.0-rc.1", "1.2.0"], "set": ["x", "y", "z"]}[kind]
        many = 1 if operator in ("equals", "at_least", "above", "at_most", "below") else draw.randint(1, 3)
        return c(kind, operator, *draw.sample(pool, min(many, len(pool))), attribute=attribute)

    def random_targeting(depth=0):
        form = draw.choice(["condition", "condition", "all", "any", "not"]) if depth < 3 else "condition"
        if form == "condition":
            return random_condition()
        if form == "not":
            return {"not": random_targeting(depth + 1)}
        return {form: [random_targeting(depth + 1) for _ in some(0, 3)]}

    def random_rollout(keys):
        ends = sorted(draw.sample(range(1, 10000), draw.randint(0, 3))) + [10000]
        starts = [0] + ends[:-1]
        return [{"from": low, "to": high, "variant": draw.choice(keys)} for low, high in zip(starts, ends)]

    def random_needs(flags_below, experiments_below):
        below = [("flag", key) for key in flags_below] + [("experiment", key) for key in experiments_below]
        chosen = draw.sample(below, min(len(below), draw.choice([0, 0, 1, 2])))
        return [needs(kind, key, *draw.sample(["on", "off"] if kind == "flag" else ["control", "treatment"],
                                              draw.randint(1, 2))) for kind, key in chosen]

    experiments, flag_parts = [], []
    for i in some(4, 6):
        lower = [f["key"] for f in flag_parts], [e["key"] for e in experiments]
        flag_parts.append(flag(
            f"f{i}", enabled=draw.random() < 0.9, killed=draw.random() < 0.1, rollout=random_rollout(["on", "off"]),
            rules=[{"targeting": random_targeting(), "rollout": random_rollout(["on", "off"])} for _ in some(0, 2)],
            prerequisites=random_needs(*lower)))
        bounds = cuts(2)
        members = {"status": draw.choice(["running"] * 7 + ["killed", "paused", "concluded"])}
        if draw.random() < 0.5:
            members["targeting"] = random_targeting()
        if draw.random() < 0.3:
            members["fallback_unit"] = "device_id"
        if members["status"] == "concluded":
            members["winner"] = draw.choice(["control", "treatment"])
        experiments.append(experiment(
            f"e{i}", namespace=draw.choice(["acme/rides", "acme/food"]), surface=draw.choice(["home", "checkout"]),
            allocation=[{"from": bounds[0], "to": bounds[1], "variant": "control"},
                        {"from": bounds[2], "to": bounds[3], "variant": "treatment"}],
            prerequisites=random_needs(*lower), epoch=draw.randint(0, 3),
            exclusion_sets=[reservation(key, (ends[0], ends[1]), (ends[2], ends[3])) for key, ends in
                            [(key, cuts(2)) for key in draw.sample(["s1", "s2"], draw.choice([0, 0, 1, 2]))]],
            **members))
    tree = snapshot(
        *experiments, flags=flag_parts, sets=[exclusion_set("s1"), exclusion_set("s2", unit="device_id")],
        holdouts=[holdout("h1", draw.randint(1, 2000)), holdout("h2", draw.randint(1, 3000), "surface", "home"),
                  holdout("h3", draw.randint(1, 3000), "namespace", "acme/food", unit="device_id")],
        kill=draw.random() < 0.05, position=seed)
    pool = [None, "x", "y", "xyz", "1.0.0", "1.1.0-beta", "2.0.0", True, False, 0, 1, 1.5, -3, ["x"], ["x", "y", "z"], []]
    rows = []
    for _ in range(8):
        context = {name: draw.choice(pool) for name in "abc"}
        if draw.random() < 0.9:
            context["user_id"] = str(draw.randint(0, 10**9))
        if draw.random() < 0.8:
            context["device_id"] = draw.randint(0, 10**9)
        rows += [ask(tree, None, draw.choice(experiments)["key"], context) for _ in range(3)]
        rows += [ask_flag(tree, None, draw.choice(flag_parts)["key"], context) for _ in range(2)]
    case(f"random_{seed:02d}", tree, rows)


# --- refused

def nested(depth):
    return [nested(depth - 1)] if depth > 1 else []


def largest():
    """As much as there may be of parts, and as little (clauses 3.4, 3.6, 9.3 and 9.17)."""
    slots = [{"from": n, "to": n + 1, "variant": "control"} for n in range(999)]
    two = [{"key": "control"}, {"key": "treatment"}]
    wide = experiment(
        "wide", salt="s" * 1024, unit="u" * 1024, surface="", namespace="", epoch=2 ** 31 - 1, winner="v1",
        variants=two + [{"key": f"v{n}"} for n in range(997)] + [{"key": "v997", "payload": "1" * 65536}],
        allocation=slots + [{"from": 999, "to": 10000, "variant": "v997"}], targeting={"not": {"any": []}},
        exclusion_sets=[reservation("page", *[(10 * n, 10 * n + 10) for n in range(1000)])] + [
            reservation("page", (0, 10000))] * 99,
        prerequisites=[needs("flag", "large", *["on", *[f"v{n}" for n in range(999)]])] * 100)
    narrow = experiment("narrow", salt="", fallback_unit="device_id", allocation=[], variants=[
        {"key": "control", "payload": ""}], exclusion_sets=[])
    large = flag("large", variants=[{"key": "on", "value": "1" * 65536}] + [
        {"key": f"v{n}", "value": ""} for n in range(999)], off="v0", rollout=[
        {"from": n, "to": n + 1, "variant": "v1"} for n in range(999)] + [{"from": 999, "to": 10000, "variant": "on"}],
        rules=[{"targeting": c("text", "equals", str(n), attribute="n"), "rollout": everybody("v2")} for n in range(1000)])
    chain = [experiment(f"c{i:02d}", prerequisites=[needs("experiment", f"c{i + 1:02d}", "control", "treatment")])
             for i in range(15)] + [experiment("c15", prerequisites=[needs("flag", "missing", "on")])]
    tree = snapshot(wide, narrow, *chain, flags=[large], sets=[exclusion_set("page", salt="")], position=2 ** 53 - 1)
    tree["time"] = "1970-01-01T00:00:00.000Z"
    contexts = [dict({"u" * 1024: str(n)}, **user(n)) for n in range(40)]
    case("largest_parts", tree,
         [ask(tree, None, "wide", context) for context in contexts]
         + [ask(tree, None, key, user(1)) for key in ("narrow", "c00", "c15")] + [ask(tree, None, "narrow", {})]
         + [ask_flag(tree, None, "large", dict(user(n), n=str(n))) for n in (0, 999, 1000)])


def refused():
    def no(name, tree, reason="INVALID"):
        line = tree if isinstance(tree, str) else canonical(tree)
        write(name + "_refused", PRODUCTION.note(line + "\n"), {
            "environment": "production", "vkey": PRODUCTION.vkey, "reason": reason})

    def bare():
        return snapshot(
            experiment("checkout", exclusion_sets=[reservation("page", (0, 3000))],
                       prerequisites=[needs("flag", "plain", "on")], targeting=c("text", "in", "us")),
            flags=[flag("plain")], sets=[exclusion_set("page")],
            holdouts=[holdout("all", 500), holdout("home", 500, "surface", "home")])

    def but(name, change, reason="INVALID"):
        tree = bare()
        change(tree)
        no(name, tree, reason)

    def e(**members):
        return lambda tree: tree["experiments"][0].update(members)

    def f(**members):
        return lambda tree: tree["flags"][0].update(members)

    def h(**members):
        return lambda tree: tree["holdouts"][1].update(members)

    def without(*path):
        def change(tree):
            for step in path[:-1]:
                tree = tree[step]
            del tree[path[-1]]
        return change

    case("refused_but_for_one_thing", bare(), [ask(bare(), None, "checkout", user(n, a="us")) for n in range(6)])
    but("format_3", lambda tree: tree.update(format=3), "UNKNOWN_FORMAT")
    but("format_0", lambda tree: tree.update(format=0), "UNKNOWN_FORMAT")
    for member in ("flags", "holdouts", "exclusion_sets", "kill_switch"):
        but("without_" + member, without(member), "UNKNOWN_FORMAT")
    but("format_1_with_more", lambda tree: tree.update(format=1))
    but("format_1_experiment", lambda tree: [without("experiments", 0, member)(tree) for member in
                                             ("namespace", "prerequisites", "exclusion_sets")])
    but("format_1_condition", e(targeting=[{"attribute": "a", "operator": "in", "values": ["us"]}]))
    but("unknown_member", lambda tree: tree.update(flavour=1))
    but("unknown_member_of_experiment", e(flavour=1))
    but("unknown_member_of_flag", f(flavour=1))
    but("unknown_member_of_holdout", h(flavour=1))
    but("unknown_member_of_set", lambda tree: tree["exclusion_sets"][0].update(flavour=1))
    but("kill_switch_text", lambda tree: tree.update(kill_switch="true"))
    but("kill_switch_null", lambda tree: tree.update(kill_switch=None))
    but("flags_null", lambda tree: tree.update(flags=None))
    for member in ("namespace", "prerequisites", "exclusion_sets", "targeting"):
        but("experiment_without_" + member, without("experiments", 0, member))
    for member in ("off", "rules", "rollout", "enabled", "killed", "type", "salt", "unit", "prerequisites"):
        but("flag_without_" + member, without("flags", 0, member))

    # targeting
    bad = {
        "type_missing": {"attribute": "a", "operator": "in", "values": ["us"]},
        "type_unknown": c("colour", "in", "us"), "operator_unknown": c("text", "matches", "us"),
        "operator_of_other_type": c("boolean", "in", "true"), "text_at_least": c("text", "at_least", "a"),
        "set_equals": c("set", "equals", "a"), "number_not_in": c("number", "not_in", "1"),
        "version_in": c("version", "in", "1.0.0"), "no_values": c("text", "in"),
        "two_values": c("text", "equals", "a", "b"), "value_number": c("number", "in", 1),
        "value_null": c("text", "in", None), "number_exponent": c("number", "in", "1e3"),
        "number_point": c("number", "in", "1."), "number_plus": c("number", "in", "+1"),
        "number_long": c("number", "in", "1234567890123456"), "number_nan": c("number", "in", "NaN"),
        "number_empty": c("number", "in", ""), "number_arabic": c("number", "in", "١"),
        "version_short": c("version", "at_least", "1.0"), "version_v": c("version", "at_least", "v1.0.0"),
        "version_zeroes": c("version", "at_least", "1.0.0-01"), "boolean_word": c("boolean", "equals", "yes"),
        "attribute_empty": c("text", "in", "us", attribute=""),
        "value_long": c("text", "in", "x" * 4097), "joint_with_more": {"all": [], "any": []},
        "not_list": {"not": [c("text", "in", "us")]}, "all_object": {"all": c("text", "in", "us")}, "null": None,
        "list": [], "empty": {}, "part_null": {"all": [None]},
        "too_many": {"any": [c("text", "in", "us")] * 1001},
        "10001_parts": {"any": [nothings(1000)] * 9 + [nothings(990)]},
        "10001_values": c("text", "in", *[f"v{i:04d}" for i in range(10001)]),
        "number_long_fraction": c("number", "in", "1.1234567890123456"),
        "number_two_points": c("number", "in", "1.2.3"), "number_minus": c("number", "in", "-"),
        "number_two_minus": c("number", "in", "--1"), "number_bare_point": c("number", "in", ".5"),
        "number_comma": c("number", "in", "1,5"), "number_space": c("number", "in", " 1"),
        "version_empty": c("version", "equals", ""), "version_empty_pre": c("version", "equals", "1.0.0-"),
        "version_empty_build": c("version", "equals", "1.0.0+"),
        "version_four": c("version", "equals", "1.0.0.0"), "version_letters": c("version", "equals", "1.a.0"),
        "version_underscore": c("version", "equals", "1.0.0-a_b")}
    deep = c("text", "in", "us")
    for _ in range(8):
        deep = {"not": deep}
    bad["too_deep"] = deep
    for name, targeting_tree in bad.items():
        but("targeting_" + name, e(targeting=targeting_tree))
    but("rule_targeting_too_deep", f(rules=[{"targeting": deep, "rollout": everybody("on")}]))

    # prerequisites
    but("prerequisite_of_itself", e(prerequisites=[needs("experiment", "checkout", "control")]))
    but("prerequisite_of_itself_flag", f(prerequisites=[needs("flag", "plain", "on")]))
    but("prerequisite_circle", f(prerequisites=[needs("experiment", "checkout", "control")]))
    but("prerequisite_unknown_kind", e(prerequisites=[needs("holdout", "all", "on")]))
    but("prerequisite_without_variants", e(prerequisites=[needs("flag", "plain")]))
    but("prerequisite_key_form", e(prerequisites=[needs("flag", "Plain", "on")]))
    but("prerequisites_101", e(prerequisites=[needs("flag", "plain", "on")] * 101))
    ring = [experiment(f"r{i}", prerequisites=[needs("experiment", f"r{(i + 1) % 5}", "control")]) for i in range(5)]
    no("prerequisite_ring", snapshot(*ring))
    chain = [experiment(f"c{i:02d}", prerequisites=[needs("experiment", f"c{i + 1:02d}", "control")])
             for i in range(17)] + [experiment("c17")]
    no("prerequisite_chain_17", snapshot(*chain))

    # holdouts and exclusion sets
    but("holdout_no_slots", h(slots=0))
    but("holdout_10001_slots", h(slots=10001))
    but("holdout_unknown_scope", h(scope={"kind": "team", "value": "x"}))
    but("holdout_surface_without_value", h(scope={"kind": "surface"}))
    but("holdout_global_with_value", h(scope={"kind": "global", "value": "home"}))
    but("holdout_global_with_empty_value", h(scope={"kind": "global", "value": ""}))
    but("holdout_unit_empty", h(unit=""))
    but("holdouts_unsorted", lambda tree: tree["holdouts"].reverse())
    but("holdout_twice", h(key="all"))
    but("set_unknown", e(exclusion_sets=[reservation("other", (0, 1))]))
    but("set_ranges_overlap", e(exclusion_sets=[reservation("page", (0, 10), (9, 20))]))
    but("set_ranges_descend", e(exclusion_sets=[reservation("page", (50, 60), (0, 10))]))
    but("set_range_empty", e(exclusion_sets=[reservation("page", (5, 5))]))
    but("set_range_10001", e(exclusion_sets=[reservation("page", (0, 10001))]))
    but("set_range_negative", e(exclusion_sets=[reservation("page", (-1, 5))]))
    but("sets_unsorted", lambda tree: tree["exclusion_sets"].insert(0, exclusion_set("price")))
    but("set_key_form", lambda tree: tree["exclusion_sets"].append(exclusion_set("price!")))

    # flags
    but("flag_type_unknown", f(type="colour"))
    but("flag_off_unknown", f(off="dark"))
    but("flag_rollout_gap", f(rollout=[{"from": 0, "to": 9999, "variant": "on"}]))
    but("flag_rollout_late", f(rollout=[{"from": 1, "to": 10000, "variant": "on"}]))
    but("flag_rollout_hole", f(rollout=[{"from": 0, "to": 5, "variant": "on"}, {"from": 6, "to": 10000, "variant": "on"}]))
    but("flag_rollout_overlap", f(rollout=everybody("on") + [{"from": 9000, "to": 10000, "variant": "off"}]))
    but("flag_rollout_empty", f(rollout=[]))
    but("flag_rollout_unknown_variant", f(rollout=everybody("dark")))
    but("flag_rule_rollout_gap", f(rules=[{"targeting": {"all": []}, "rollout": []}]))
    but("flag_value_object", f(variants=[{"key": "on", "value": True}, {"key": "off", "value": "false"}]))
    but("flag_variant_twice", f(variants=[{"key": "on", "value": "1"}, {"key": "on", "value": "2"}, {"key": "off", "value": "3"}]))
    but("flags_unsorted", lambda tree: tree["flags"].append(flag("aaa")))
    but("flag_twice", lambda tree: tree["flags"].append(flag("plain")))
    but("float_slot", lambda tree: tree["holdouts"][0].update(slots=500.5), "NOT_CANONICAL")

    # the text as a whole (clauses 3.6 and 3.7)
    no("not_an_object", "[]")
    no("a_text_only", '"production"')
    but("format_missing", without("format"))
    but("format_text", lambda tree: tree.update(format="2"))
    but("format_null", lambda tree: tree.update(format=None))
    but("format_negative", lambda tree: tree.update(format=-2), "UNKNOWN_FORMAT")
    but("nested_32", lambda tree: tree.update(flavour=nested(32)))
    but("nested_33", lambda tree: tree.update(flavour=nested(33)), "NOT_CANONICAL")
    but("environment_empty", lambda tree: tree.update(environment=""))
    but("environment_upper_case", lambda tree: tree.update(environment="Production"))
    but("environment_long", lambda tree: tree.update(environment="p" * 33))
    but("position_negative", lambda tree: tree.update(position=-1))
    but("position_text", lambda tree: tree.update(position="456"))
    but("time_1969", lambda tree: tree.update(time="1969-12-31T23:59:59.999Z"))
    but("time_number", lambda tree: tree.update(time=0))

    # one more than in largest_parts, or another form (clauses 3.4, 9.3, 9.17)
    slots = [{"from": n, "to": n + 1, "variant": "control"} for n in range(1001)]
    many = [{"key": f"v{n}"} for n in range(999)]
    two = [{"key": "control"}, {"key": "treatment"}]
    on_off = [{"key": "on", "value": "true"}, {"key": "off", "value": "false"}]
    rule = {"targeting": {"all": []}, "rollout": everybody("on")}
    for name, members in {
            "unit_empty": {"unit": ""}, "unit_long": {"unit": "u" * 1025}, "fallback_unit_empty": {"fallback_unit": ""},
            "fallback_unit_null": {"fallback_unit": None}, "salt_null": {"salt": None}, "salt_long": {"salt": "s" * 1025},
            "surface_long": {"surface": "s" * 1025}, "namespace_long": {"namespace": "n" * 1025},
            "epoch_2_31": {"epoch": 2 ** 31}, "epoch_text": {"epoch": "0"}, "control_null": {"control": None},
            "winner_unknown": {"winner": "other"}, "winner_null": {"winner": None}, "status_null": {"status": None},
            "without_variants": {"variants": []}, "1001_variants": {"variants": two + many},
            "variant_twice": {"variants": two + two[:1]}, "variant_key_form": {"variants": two + [{"key": "Other"}]},
            "variant_unknown_member": {"variants": two + [{"key": "other", "share": 1}]},
            "payload_number": {"variants": two + [{"key": "other", "payload": 1}]},
            "payload_null": {"variants": two + [{"key": "other", "payload": None}]},
            "payload_long": {"variants": two + [{"key": "other", "payload": "1" * 65537}]},
            "1001_ranges": {"allocation": slots}, "range_empty": {"allocation": [dict(slots[0], to=0)]},
            "range_unknown_member": {"allocation": [dict(slots[0], weight=1)]},
            "range_negative": {"allocation": [dict(slots[0], **{"from": -1})]},
            "101_sets": {"exclusion_sets": [reservation("page", (0, 1))] * 101},
            "set_1001_ranges": {"exclusion_sets": [reservation("page", *[(n, n + 1) for n in range(1001)])]},
            "set_unknown_member": {"exclusion_sets": [dict(reservation("page", (0, 1)), weight=1)]},
            "set_range_with_variant": {"exclusion_sets": [{"set": "page", "ranges": slots[:1]}]},
            "prerequisite_variant_key_form": {"prerequisites": [needs("flag", "plain", "On")]},
            "prerequisite_unknown_member": {"prerequisites": [dict(needs("flag", "plain", "on"), negated=True)]},
            "prerequisite_1001_variants": {"prerequisites": [needs("flag", "plain", *[f"v{n}" for n in range(1001)])]},
            "targeting_not_with_more": {"targeting": {"not": {"all": []}, "flavour": 1}},
            "targeting_any_object": {"targeting": {"any": {"all": []}}},
            "targeting_attribute_long": {"targeting": c("text", "in", "us", attribute="a" * 1025)},
            "targeting_type_null": {"targeting": dict(c("text", "in", "us"), type=None)},
            "targeting_operator_null": {"targeting": dict(c("text", "in", "us"), operator=None)},
            "targeting_values_text": {"targeting": dict(c("text", "in", "us"), values="us")},
            "targeting_condition_with_more": {"targeting": dict(c("text", "in", "us"), flavour=1)}}.items():
        but("experiment_" + name, e(**members))
    for name, members in {
            "key_form": {"key": "Plain"}, "unit_empty": {"unit": ""}, "fallback_unit_empty": {"fallback_unit": ""},
            "salt_null": {"salt": None}, "enabled_text": {"enabled": "true"}, "killed_null": {"killed": None},
            "off_null": {"off": None}, "without_variants": {"variants": []},
            "variant_key_form": {"variants": on_off + [{"key": "Other", "value": "1"}]},
            "variant_unknown_member": {"variants": on_off + [{"key": "other", "value": "1", "share": 1}]},
            "variant_without_value": {"variants": on_off + [{"key": "other"}]},
            "value_long": {"variants": on_off + [{"key": "other", "value": "1" * 65537}]},
            "1001_variants": {"variants": on_off + [{"key": f"v{n}", "value": "1"} for n in range(999)]},
            "rule_unknown_member": {"rules": [dict(rule, name="all")]}, "rule_without_targeting": {
                "rules": [{"rollout": everybody("on")}]},
            "1001_rules": {"rules": [rule] * 1001}, "1001_ranges": {"rollout": [
                dict(r, variant="on") for r in slots[:1000]] + [{"from": 1000, "to": 10000, "variant": "on"}]},
            "range_unknown_member": {"rollout": [dict(everybody("on")[0], weight=1)]}}.items():
        but("a_flag_" + name, f(**members))
    for name, members in {
            "key_form": {"key": "Home"}, "salt_null": {"salt": None}, "slots_text": {"slots": "500"},
            "scope_null": {"scope": None}, "scope_without_kind": {"scope": {"value": "home"}},
            "scope_unknown_member": {"scope": {"kind": "surface", "value": "home", "flavour": 1}},
            "scope_value_empty": {"scope": {"kind": "surface", "value": ""}},
            "scope_value_long": {"scope": {"kind": "surface", "value": "h" * 1025}}}.items():
        but("a_holdout_" + name, h(**members))
    for name, members in {"unit_empty": {"unit": ""}, "salt_null": {"salt": None}}.items():
        but("a_set_" + name, lambda tree, members=members: tree["exclusion_sets"][0].update(members))


def main():
    for entry in os.scandir("."):
        if entry.is_dir():
            shutil.rmtree(entry.path)
    targeting()
    limits()
    prerequisites()
    holdouts()
    exclusions()
    flags()
    order()
    ramps()
    for seed in range(1, 16):
        random_case(seed)
    largest()
    refused()
    folders = [entry.name for entry in os.scandir(".") if entry.is_dir()]
    questions = sum(open(name + "/case.json").read().count('"answer"') for name in folders)
    refusals = sum(name.endswith("_refused") for name in folders)
    print(len(folders), "folders,", questions, "questions,", refusals, "refusals")


if __name__ == "__main__":
    main()
