#!/usr/bin/env python3
"""Snapshots, questions and answers, by an evaluator that shares no code with the SDKs.

Each question names the reason that a reader of protocol.md expects; the evaluator below must agree
before anything is written. One folder a case: snapshot.note (as served), case.json (environment,
vkey, questions), or for a folder that ends in _refused the reason of the refusal, and served.note if
something was served before. Needs the Python package cryptography for Ed25519. Keys are derived from
fixed texts, so runs give the same bytes.
"""
import base64
import hashlib
import json
import os
import shutil

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

TIME = "2026-11-22T16:00:00.123Z"


def slot(salt, subject):
    digest = hashlib.sha256((salt + ":" + subject).encode()).hexdigest()
    return int(digest, 16) % 10_000


def hashed(environment, unit, subject):
    digest = hashlib.sha256(f"trialog:{environment}:{unit}:{subject}".encode()).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")


class Signer:
    def __init__(self, name, secret=None):
        seed = hashlib.sha256(("trialog conformance " + (secret or name)).encode()).digest()
        self.name = name
        self.key = Ed25519PrivateKey.from_private_bytes(seed)
        raw = self.key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.id = hashlib.sha256(name.encode() + b"\n\x01" + raw).digest()[:4]
        self.vkey = f"{name}+{self.id.hex()}+{base64.b64encode(bytes([1]) + raw).decode()}"

    def line(self, text):
        signature = base64.b64encode(self.id + self.key.sign(text.encode())).decode()
        return f"\u2014 {self.name} {signature}\n"

    def note(self, text):
        return text + "\n" + self.line(text)


PRODUCTION = Signer("trialog/production")
STAGING = Signer("trialog/staging")


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def experiment(key, **members):
    tree = {
        "allocation": [
            {"from": 0, "to": 5000, "variant": "control"},
            {"from": 5000, "to": 10000, "variant": "treatment"}],
        "control": "control", "epoch": 0, "key": key, "salt": key, "status": "running",
        "surface": "checkout", "targeting": [], "unit": "user_id",
        "variants": [{"key": "control"}, {"key": "treatment"}]}
    tree.update(members)
    return tree


def snapshot(*experiments, environment="production", position=123):
    return {"environment": environment, "experiments": sorted(experiments, key=lambda e: e["key"]),
            "format": 1, "position": position, "time": TIME}


def text(value):
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def evaluate(tree, key, context, fallback, overrides):
    answer = {"variant": fallback, "payload": None, "slot": None, "epoch": None, "unit": None,
              "hashed_subject": None}
    found = [e for e in tree["experiments"] if e["key"] == key]
    if not found:
        return dict(answer, reason="UNKNOWN_EXPERIMENT")
    e = found[0]
    payloads = {v["key"]: v.get("payload") for v in e["variants"]}

    def say(reason, variant):
        return dict(answer, reason=reason, variant=variant, payload=payloads[variant])

    answer["epoch"] = e["epoch"]
    unit = next((u for u in (e["unit"], e.get("fallback_unit")) if u and context.get(u)), None)
    if unit is None:
        return say("UNIT_MISSING", e["control"])
    subject = text(context[unit])
    answer.update(unit=unit, hashed_subject=hashed(tree["environment"], unit, subject))
    forced = overrides.get(key, {}).get(subject, overrides.get(key, {}).get("*"))
    if forced in payloads:
        return say("OVERRIDE", forced)
    if e["status"] == "killed":
        return say("KILLED", e["control"])
    if e["status"] == "concluded":
        return say("CONCLUDED", e.get("winner", e["control"]))
    if e["status"] == "paused":
        return say("NOT_RUNNING", e["control"])
    for c in e["targeting"]:
        inside = c["attribute"] in context and text(context[c["attribute"]]) in c["values"]
        if inside != (c["operator"] == "in"):
            return say("NOT_TARGETED", e["control"])
    number = slot(e["salt"], subject)
    answer["slot"] = number
    for r in e["allocation"]:
        if r["from"] <= number < r["to"]:
            return say("ASSIGNED", r["variant"])
    return say("NOT_ENROLLED", e["control"])


def question(tree, reason, key, context, fallback="fallback", overrides=None):
    answer = evaluate(tree, key, context, fallback, overrides or {})
    assert answer["reason"] == reason, (key, context, answer)
    row = {"experiment": key, "context": context, "fallback": fallback, "answer": answer}
    if overrides:
        row["overrides"] = overrides
    return row


def write(folder, note, case):
    os.makedirs(folder)
    with open(folder + "/snapshot.note", "wb") as out:
        out.write(note if isinstance(note, bytes) else note.encode())
    with open(folder + "/case.json", "w", encoding="ascii", newline="\n") as out:
        json.dump(case, out, indent=1)
        out.write("\n")


def case(folder, tree, rows, signer=PRODUCTION, note=None):
    rows = [question(tree, *row) for row in rows]
    write(folder, note or signer.note(canonical(tree) + "\n"), {
        "environment": tree["environment"], "vkey": signer.vkey, "position": tree["position"],
        "questions": rows})


def user(number):
    return {"user_id": str(number)}


def subject_in(salt, low, high):
    return next(str(n) for n in range(100_000) if low <= slot(salt, str(n)) < high)


def answered():
    tree = snapshot(experiment("checkout", variants=[
        {"key": "control", "payload": '{"colour":"grey"}'},
        {"key": "treatment", "payload": '{"colour":"blå 😀","quote":"\\"\\\\\\n"}'}]))
    case("assigned", tree, [("ASSIGNED", "checkout", user(n)) for n in range(630_000, 630_200)] + [
        ("ASSIGNED", "checkout", {"user_id": "漢字"}), ("ASSIGNED", "checkout", {"user_id": "😀"}),
        ("ASSIGNED", "checkout", {"user_id": " "}), ("ASSIGNED", "checkout", {"user_id": 42})])

    case("unknown_experiment", tree, [
        ("UNKNOWN_EXPERIMENT", "nothing", user(1)), ("UNKNOWN_EXPERIMENT", "", user(1)),
        ("UNKNOWN_EXPERIMENT", "Checkout", user(1)), ("UNKNOWN_EXPERIMENT", "nothing", {}),
        ("UNKNOWN_EXPERIMENT", "nothing", user(1), "fallback", {"nothing": {"*": "treatment"}})])

    half = [{"from": 0, "to": 2500, "variant": "control"},
            {"from": 5000, "to": 7500, "variant": "treatment"}]
    tree = snapshot(experiment("ramp", allocation=half), experiment("nobody", allocation=[]))
    edges = [(0, 1, "ASSIGNED"), (2499, 2500, "ASSIGNED"), (2500, 2501, "NOT_ENROLLED"),
             (4999, 5000, "NOT_ENROLLED"), (5000, 5001, "ASSIGNED"), (7499, 7500, "ASSIGNED"),
             (7500, 7501, "NOT_ENROLLED"), (9999, 10000, "NOT_ENROLLED")]
    case("not_enrolled", tree, [("NOT_ENROLLED", "nobody", user(1))] + [
        (reason, "ramp", {"user_id": subject_in("ramp", low, high)}) for low, high, reason in edges])

    tree = snapshot(
        experiment("plain"), experiment("either", fallback_unit="device_id"),
        experiment("gone", status="killed"))
    case("units", tree, [
        ("UNIT_MISSING", "plain", {}), ("UNIT_MISSING", "plain", {"device_id": "d1"}),
        ("UNIT_MISSING", "plain", {"user_id": ""}), ("UNIT_MISSING", "gone", {}),
        ("UNIT_MISSING", "plain", {}, "fallback", {"plain": {"*": "treatment"}}),
        ("UNIT_MISSING", "either", {"user_id": "", "device_id": ""}),
        ("ASSIGNED", "either", {"device_id": "d1"}), ("ASSIGNED", "either", {"device_id": "d2"}),
        ("ASSIGNED", "either", {"user_id": "", "device_id": "d1"}),
        ("ASSIGNED", "either", {"user_id": "u1", "device_id": "d1"})])

    tree = snapshot(
        experiment("run"), experiment("gone", status="killed"),
        experiment("over", status="concluded", winner="treatment"),
        experiment("aimed", targeting=[{"attribute": "x", "operator": "in", "values": []}]))
    qa = {"run": {"qa": "treatment"}, "gone": {"*": "treatment"}, "over": {"*": "control"},
          "aimed": {"*": "treatment", "qa": "control"}}
    case("override", tree, [
        ("OVERRIDE", "run", {"user_id": "qa"}, "f", qa), ("ASSIGNED", "run", user(7), "f", qa),
        ("OVERRIDE", "gone", user(7), "f", qa), ("OVERRIDE", "over", user(7), "f", qa),
        ("OVERRIDE", "aimed", user(7), "f", qa), ("OVERRIDE", "aimed", {"user_id": "qa"}, "f", qa),
        ("ASSIGNED", "run", user(7), "f", {"run": {"*": "no-such-variant"}})])

    tree = snapshot(
        experiment("gone", status="killed"), experiment("stopped", status="paused"),
        experiment("won", status="concluded", winner="treatment",
                   variants=[{"key": "control"}, {"key": "treatment", "payload": "1"}]),
        experiment("even", status="concluded"),
        experiment("aimed", status="killed",
                   targeting=[{"attribute": "x", "operator": "in", "values": []}]))
    case("statuses", tree, [
        row for number in (1, 2, 3, 4) for row in (
            ("KILLED", "gone", user(number)), ("NOT_RUNNING", "stopped", user(number)),
            ("CONCLUDED", "won", user(number)), ("CONCLUDED", "even", user(number)),
            ("KILLED", "aimed", user(number)))])

    far = [{"attribute": "country", "operator": "in", "values": ["FR"]}]
    tree = snapshot(
        experiment("won", status="concluded", winner="treatment", targeting=far),
        experiment("even", status="concluded", targeting=far),
        experiment("dead", status="killed", targeting=far),
        experiment("stopped", status="paused", targeting=far),
        experiment("run", targeting=far))
    case("statuses_before_targeting", tree, [
        row for context in (user(1), dict(user(2), country="DE"), dict(user(3), country="FR")) for row in (
            ("CONCLUDED", "won", context), ("CONCLUDED", "even", context), ("KILLED", "dead", context),
            ("NOT_RUNNING", "stopped", context),
            ("ASSIGNED" if context.get("country") == "FR" else "NOT_TARGETED", "run", context))])

    def aimed(key, *conditions):
        return experiment(key, targeting=[
            {"attribute": a, "operator": o, "values": v} for a, o, v in conditions])

    tree = snapshot(
        aimed("us", ("country", "in", ["US", "CA"])), aimed("row", ("country", "not_in", ["US"])),
        aimed("both", ("country", "in", ["US"]), ("premium", "in", ["true"])),
        aimed("age", ("age", "in", ["18", "-7"])), aimed("none", ("country", "in", [])),
        aimed("all", ("country", "not_in", [])), aimed("empty", ("country", "in", [""])),
        aimed("self", ("user_id", "in", ["1"])), aimed("unicode", ("land", "in", ["blå", "😀"])))
    one = user(1)
    case("targeting", tree, [
        ("ASSIGNED", "us", dict(one, country="US")), ("ASSIGNED", "us", dict(one, country="CA")),
        ("NOT_TARGETED", "us", dict(one, country="us")),
        ("NOT_TARGETED", "us", dict(one, country="US ")),
        ("NOT_TARGETED", "us", dict(one, country="")), ("NOT_TARGETED", "us", one),
        ("ASSIGNED", "row", one), ("ASSIGNED", "row", dict(one, country="DE")),
        ("NOT_TARGETED", "row", dict(one, country="US")),
        ("ASSIGNED", "both", dict(one, country="US", premium=True)),
        ("ASSIGNED", "both", dict(one, country="US", premium="true")),
        ("NOT_TARGETED", "both", dict(one, country="US", premium=False)),
        ("NOT_TARGETED", "both", dict(one, country="US")),
        ("NOT_TARGETED", "both", dict(one, premium=True)),
        ("ASSIGNED", "age", dict(one, age=18)), ("ASSIGNED", "age", dict(one, age="18")),
        ("ASSIGNED", "age", dict(one, age=-7)), ("NOT_TARGETED", "age", dict(one, age=180)),
        ("NOT_TARGETED", "age", dict(one, age="018")), ("NOT_TARGETED", "none", one),
        ("NOT_TARGETED", "none", dict(one, country="US")), ("ASSIGNED", "all", one),
        ("ASSIGNED", "all", dict(one, country="US")),
        ("ASSIGNED", "empty", dict(one, country="")), ("NOT_TARGETED", "empty", one),
        ("ASSIGNED", "self", one), ("NOT_TARGETED", "self", user(2)),
        ("ASSIGNED", "unicode", dict(one, land="blå")),
        ("NOT_TARGETED", "unicode", dict(one, land="bla\u030a")),
        ("ASSIGNED", "unicode", dict(one, land="😀"))])

    tree = snapshot(
        experiment("renamed", salt="original", epoch=3),
        experiment("three", variants=[{"key": "control"}, {"key": "a"}, {"key": "b"}], allocation=[
            {"from": 0, "to": 9000, "variant": "control"}, {"from": 9000, "to": 9501, "variant": "a"},
            {"from": 9501, "to": 10000, "variant": "b"}]), environment="staging", position=2**53 - 1)
    case("salt_epoch_staging", tree, [
        ("ASSIGNED", "renamed", user(1)), ("ASSIGNED", "renamed", user(2)),
        ("ASSIGNED", "three", {"user_id": subject_in("three", 9500, 9501)}),
        ("ASSIGNED", "three", {"user_id": subject_in("three", 9501, 9502)})], STAGING)

    tree = snapshot(experiment("checkout"))
    line = canonical(tree) + "\n"
    stranger = Signer("witness.example/w1")
    case("several_signatures", tree, [("ASSIGNED", "checkout", user(1))],
         note=line + "\n" + stranger.line(line) + PRODUCTION.line(line))
    for name, time in {"leap_day": "2028-02-29T00:00:00.000Z", "century_leap_day": "2000-02-29T23:59:59.999Z",
                       "first": "1970-01-01T00:00:00.000Z", "last": "9999-12-31T23:59:59.999Z"}.items():
        case("time_" + name, dict(tree, time=time), [("ASSIGNED", "checkout", user(1))])
    case("no_experiments", snapshot(position=0), [("UNKNOWN_EXPERIMENT", "checkout", user(1))])
    case("a_hundred_signatures", tree, [("ASSIGNED", "checkout", user(1))],
         note=line + "\n" + stranger.line(line) * 99 + PRODUCTION.line(line))
    case("conditions_of_no_values", snapshot(
        experiment("all", targeting=[{"attribute": "country", "operator": "not_in", "values": []}], winner="treatment"),
        experiment("nobody", targeting=[{"attribute": "country", "operator": "in", "values": []}]), position=123), [
        ("ASSIGNED", "all", user(1)), ("ASSIGNED", "all", dict(user(1), country="us")),
        ("NOT_TARGETED", "nobody", user(1)), ("NOT_TARGETED", "nobody", dict(user(1), country="us"))])


def refused():
    tree = snapshot(experiment("checkout", epoch=7))
    line = canonical(tree) + "\n"
    good = PRODUCTION.note(line)

    def no(name, reason, note):
        write(name + "_refused", note, {
            "environment": "production", "vkey": PRODUCTION.vkey, "reason": reason})

    def edited(name, reason, old, new):
        assert line.count(old) >= 1, old
        no(name, reason, PRODUCTION.note(line.replace(old, new, 1)))

    no("bad_signature", "BAD_SIGNATURE", good.replace('"position":123', '"position":124'))
    no("other_key", "NOT_SIGNED_BY_KEY", Signer("trialog/production", "a thief").note(line))
    no("unsigned", "NOT_A_NOTE", line)
    no("empty", "NOT_A_NOTE", "")
    no("two_lines", "NOT_A_NOTE", PRODUCTION.note(line + line))
    no("not_utf8", "NOT_UTF8", good.replace("checkout", "checko\u00ff").encode("latin-1", "replace"))
    no("older_position", "OLDER_POSITION", good)
    with open("older_position_refused/served.note", "wb") as out:
        out.write(PRODUCTION.note(canonical(snapshot(position=124)) + "\n").encode())
    no("other_environment", "OTHER_ENVIRONMENT", PRODUCTION.note(
        canonical(snapshot(environment="staging")) + "\n"))
    no("staging_key", "NOT_SIGNED_BY_KEY", STAGING.note(line))
    edited("float", "NOT_CANONICAL", '"epoch":7', '"epoch":7.0')
    edited("exponent", "NOT_CANONICAL", '"epoch":7', '"epoch":7e0')
    edited("too_large_integer", "NOT_CANONICAL", '"position":123', '"position":9007199254740992')
    edited("duplicate_key", "NOT_CANONICAL", '"epoch":7', '"epoch":7,"epoch":7')
    edited("white_space", "NOT_CANONICAL", '"epoch":7', '"epoch": 7')
    edited("unsorted", "NOT_CANONICAL", '"control":"control","epoch":7', '"epoch":7,"control":"control"')
    edited("long_escape", "NOT_CANONICAL", '"surface":"checkout"', '"surface":"\\u0063heckout"')
    edited("lone_surrogate", "NOT_CANONICAL", '"surface":"checkout"', '"surface":"\\ud800"')
    edited("not_json", "NOT_CANONICAL", '"epoch":7', '"epoch":')
    edited("format_2", "UNKNOWN_FORMAT", '"format":1', '"format":2')
    edited("unknown_member", "INVALID", '"epoch":7', '"epoch":7,"holdout":"h1"')
    edited("missing_member", "INVALID", '"epoch":7,', "")
    edited("negative_epoch", "INVALID", '"epoch":7', '"epoch":-7')
    edited("unknown_status", "INVALID", '"running"', '"draft"')
    edited("overlap", "INVALID", '"from":5000', '"from":4999')
    edited("range_of_unknown_variant", "INVALID", '"to":5000,"variant":"control"',
           '"to":5000,"variant":"other"')
    edited("slot_10001", "INVALID", '"to":10000', '"to":10001')
    edited("control_unknown", "INVALID", '"control":"control"', '"control":"other"')
    edited("key_form", "INVALID", '"key":"checkout"', '"key":"Checkout"')
    edited("time_form", "INVALID", TIME, "2026-11-22T16:00:00Z")
    for name, time in {
            "november_31": "2026-11-31T16:00:00.123Z", "february_29": "2026-02-29T16:00:00.123Z",
            "century_february_29": "2100-02-29T16:00:00.123Z", "month_13": "2026-13-01T16:00:00.123Z",
            "month_0": "2026-00-01T16:00:00.123Z", "day_0": "2026-11-00T16:00:00.123Z",
            "hour_24": "2026-11-22T24:00:00.000Z", "hour_25": "2026-11-22T25:00:00.123Z",
            "minute_60": "2026-11-22T16:60:00.123Z", "second_60": "2026-11-22T16:00:60.123Z",
            "zone": "2026-11-22T16:00:00.123+01:00", "no_zone": "2026-11-22T16:00:00.123",
            "lower_case": "2026-11-22t16:00:00.123z", "space": "2026-11-22 16:00:00.123Z",
            "microseconds": "2026-11-22T16:00:00.123456Z", "empty": ""}.items():
        edited("time_" + name, "INVALID", TIME, time)
    pair = snapshot(experiment("a"), experiment("b"))
    pair["experiments"].reverse()
    no("experiments_unsorted", "INVALID", PRODUCTION.note(canonical(pair) + "\n"))
    forms(no, line, good)
    two = [{"key": "control"}, {"key": "treatment"}]
    condition = {"attribute": "country", "operator": "in", "values": ["us"]}
    for name, members in {
            "unit_empty": {"unit": ""}, "fallback_unit_empty": {"fallback_unit": ""}, "winner_null": {"winner": None},
            "variant_twice": {"variants": two + two[1:]}, "variant_key_form": {"variants": two + [{"key": "Other"}]},
            "condition_of_another_operator": {"targeting": [dict(condition, operator="prefix")]},
            "condition_without_attribute": {"targeting": [dict(condition, attribute="")]},
            "condition_with_type": {"targeting": [dict(condition, type="text")]},
            "condition_of_10001_values": {"targeting": [dict(condition, values=["us"] * 10001)]},
            "condition_value_long": {"targeting": [dict(condition, values=["u" * 1025])]},
            "condition_value_number": {"targeting": [dict(condition, values=[1])]},
            "1001_conditions": {"targeting": [condition] * 1001}, "targeting_tree": {"targeting": {"all": []}}}.items():
        no(name, "INVALID", PRODUCTION.note(canonical(snapshot(experiment("checkout", **members))) + "\n"))


def forms(no, line, good):
    """Notes that have not the form of clause 4.5, or whose signatures are wrong."""
    def signed(name, reason, signatures, text=line):
        no(name, reason, text + "\n" + signatures)

    right, other = PRODUCTION.line(line), Signer("witness.example/w1").line(line)
    encoded = right.split(" ")[2].rstrip("\n")
    short = base64.b64encode(base64.b64decode(encoded)[:-1]).decode()
    wrong = PRODUCTION.line(line + "x")
    signed("line_without_end", "NOT_A_NOTE", right[:-1])
    signed("line_with_a_hyphen", "NOT_A_NOTE", right.replace("\u2014", "-"))
    signed("line_without_name", "NOT_A_NOTE", f"\u2014  {encoded}\n")
    signed("line_of_two_words", "NOT_A_NOTE", f"\u2014 {encoded}\n")
    signed("line_of_a_name_with_a_plus", "NOT_A_NOTE", right + other.replace("example/w1", "example+w1"))
    signed("line_of_no_base64", "NOT_A_NOTE", right + other.replace("/w1 ", "/w1 !"))
    signed("line_of_four_bytes", "NOT_A_NOTE", right + "\u2014 witness.example/w1 AAAAAA==\n")
    signed("line_that_is_empty", "NOT_A_NOTE", right + "\n")
    signed("no_lines", "NOT_A_NOTE", "")
    signed("101_lines", "NOT_A_NOTE", right + other * 100)
    signed("control_character", "NOT_A_NOTE", PRODUCTION.line(line.replace("checkout", "check\tout")),
           line.replace("checkout", "check\tout"))
    signed("carriage_return", "NOT_A_NOTE", PRODUCTION.line(line[:-1] + "\r\n"), line[:-1] + "\r\n")
    signed("signature_of_63_bytes", "BAD_SIGNATURE", right.replace(encoded, short))
    signed("right_and_wrong_signature", "BAD_SIGNATURE", right + wrong)
    signed("wrong_and_right_signature", "BAD_SIGNATURE", wrong + right)
    signed("two_lines_of_another_key", "NOT_SIGNED_BY_KEY", STAGING.line(line + line), line + line)
    signed("two_lines_and_a_wrong_signature", "BAD_SIGNATURE", right, line + line)
    no("byte_order_mark", "BAD_SIGNATURE", "\ufeff" + good)
    no("signed_byte_order_mark", "NOT_CANONICAL", PRODUCTION.note("\ufeff" + line))


def main():
    for entry in os.scandir("."):
        if entry.is_dir():
            shutil.rmtree(entry.path)
    answered()
    refused()
    print(len([e for e in os.scandir(".") if e.is_dir()]), "cases")


if __name__ == "__main__":
    main()
