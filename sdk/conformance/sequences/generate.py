#!/usr/bin/env python3
"""Sequences of offered notes (clauses 4.2, 4.3, 8.2 and 8.3): what becomes of each, and what is served then.

A case is a list of offers to one client. An offer is the name of a note beside case.json, or a number of
bytes to fill with the letter x; its outcome is ACCEPTED, UNCHANGED or the reason of the refusal; then the
position that is served (null for none) and the reason that one evaluation gets. The order of the reasons
is that of clause 4.3. Runs give the same bytes.
"""
import base64
import json
import os
import random
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "format-2"))
from generate import PRODUCTION, Signer, canonical, decide, experiment, snapshot, user  # noqa: E402

STAGING = Signer("trialog/staging")
WITNESS = Signer("witness.example/w1")
MAX_BYTES = 16 * 1024 * 1024


class Thief(Signer):
    """The name of the production key, and another key."""

    def __init__(self):
        super().__init__("a thief")
        self.name = PRODUCTION.name


THIEF = Thief()


def tree(position, status="running", **members):
    return dict(snapshot(experiment("checkout", status=status), position=position), **members)


def format_1(position, status="running"):
    e = {k: v for k, v in experiment("checkout", status=status).items()
         if k not in ("exclusion_sets", "namespace", "prerequisites")}
    return {"environment": "production", "experiments": [dict(e, targeting=[])], "format": 1, "position": position,
            "time": tree(1)["time"]}


def line(value):
    return canonical(value) + "\n"


def signature(signer, text):
    return f"\u2014 {signer.name} {base64.b64encode(signer.id + signer.key.sign(text.encode())).decode()}\n"


def forged(position, status="running"):
    """Signed as another position, and then changed."""
    return PRODUCTION.note(line(tree(1, status))).replace('"position":1,', f'"position":{position},')


class Offer:
    """A note, and by the clauses: the reason for which it is refused, or the tree that it brings."""

    def __init__(self, name, note, refused=None, brings=None):
        self.name, self.note, self.refused, self.brings = name, note, refused, brings


def good(position, status="running", **members):
    value = tree(position, status, **members)
    name = f"{position}-{status}" + ("-kill-switch" if members.get("kill_switch") else "")
    return Offer(name, PRODUCTION.note(line(value)), brings=value)


def old_format(position, status="running"):
    value = format_1(position, status)
    return Offer(f"{position}-{status}-format-1", PRODUCTION.note(line(value)), brings=value)


def bad(name, reason, note):
    return Offer(name, note, refused=reason)


def served_reason(value):
    """The reason for user 1; of format 1 only what these cases ask."""
    if value is None:
        return "NOT_READY"
    e = value["experiments"][0]
    if value["format"] == 1:
        return {"running": "ASSIGNED", "killed": "KILLED", "paused": "NOT_RUNNING", "concluded": "CONCLUDED"}[e["status"]]
    return decide(value, e, user(1), {})["reason"]


def case(folder, *offers):
    os.makedirs(folder)
    served, rows, notes = None, [], {}
    for offer in offers:
        outcome = offer.refused
        if outcome is None:
            position = offer.brings["position"]
            before = -1 if served is None else served["position"]
            outcome = "ACCEPTED" if position > before else "UNCHANGED" if position == before else "OLDER_POSITION"
            served = offer.brings if outcome == "ACCEPTED" else served
        row = {"filler": offer.note} if isinstance(offer.note, int) else {"note": offer.name + ".note"}
        if not isinstance(offer.note, int):
            assert notes.setdefault(offer.name, offer.note) == offer.note, offer.name
        rows.append(dict(row, outcome=outcome, position=served and served["position"], reason=served_reason(served)))
    for name, note in notes.items():
        with open(f"{folder}/{name}.note", "wb") as out:
            out.write(note if isinstance(note, bytes) else note.encode())
    with open(f"{folder}/case.json", "w", encoding="ascii", newline="\n") as out:
        out.write(json.dumps({"environment": "production", "vkey": PRODUCTION.vkey,
                              "question": {"experiment": "checkout", "context": user(1), "fallback": "f"}})[:-1])
        out.write(', "offers": [\n' + ",\n".join(json.dumps(r, separators=(",", ":")) for r in rows) + "\n]}\n")
    return len(rows)


def wrong(position):
    """One note for each reason, at a position; and such as are wrong in two ways, by the first of them."""
    text = line(tree(position))
    staging = line(tree(position, environment="staging"))
    invalid = line(tree(position, time="2026-11-31T00:00:00.000Z"))
    loose = text.replace('"format":2', '"format": 2')
    three = line(tree(position, format=3))
    at = f"{position}-"
    return [
        bad(at + "not-utf8", "NOT_UTF8", PRODUCTION.note(text).encode().replace(b"checkout", b"check\xff\xfe", 1)),
        bad(at + "no-note", "NOT_A_NOTE", text),
        bad(at + "cut", "NOT_A_NOTE", PRODUCTION.note(text)[:-1]),
        bad(at + "no-signature", "NOT_A_NOTE", text + "\n"),
        bad(at + "witness-only", "NOT_SIGNED_BY_KEY", text + "\n" + signature(WITNESS, text)),
        bad(at + "thief", "NOT_SIGNED_BY_KEY", text + "\n" + signature(THIEF, text)),
        bad(at + "staging-key", "NOT_SIGNED_BY_KEY", STAGING.note(staging)),
        bad(at + "forged", "BAD_SIGNATURE", forged(position)),
        bad(at + "one-of-two-forged", "BAD_SIGNATURE", text + "\n" + signature(PRODUCTION, text) + signature(
            PRODUCTION, text + " ")),
        bad(at + "not-canonical", "NOT_CANONICAL", PRODUCTION.note(loose)),
        bad(at + "no-json", "NOT_CANONICAL", PRODUCTION.note("nothing\n")),
        bad(at + "format-3", "UNKNOWN_FORMAT", PRODUCTION.note(three)),
        bad(at + "invalid", "INVALID", PRODUCTION.note(invalid)),
        bad(at + "other-environment", "OTHER_ENVIRONMENT", PRODUCTION.note(staging)),
        # Wrong in two ways.
        bad(at + "thief-and-loose", "NOT_SIGNED_BY_KEY", loose + "\n" + signature(THIEF, loose)),
        bad(at + "forged-and-loose", "BAD_SIGNATURE", PRODUCTION.note(text).replace('"format":2', '"format": 2')),
        bad(at + "loose-and-format-3", "NOT_CANONICAL", PRODUCTION.note(three.replace('"format":3', '"format": 3'))),
        bad(at + "format-3-and-other-environment", "UNKNOWN_FORMAT", PRODUCTION.note(
            line(tree(position, format=3, environment="staging")))),
        bad(at + "invalid-and-other-environment", "INVALID", PRODUCTION.note(
            line(tree(position, time="x", environment="staging"))))]


def chance(seed):
    draw = random.Random(seed)
    kinds = ["running", "running", "killed", "paused"]
    pool = [good(p, kinds[p % 4]) for p in range(10, 30)] + [old_format(p, kinds[p % 4]) for p in range(10, 30, 3)]
    pool += draw.sample(wrong(35), 6) + draw.sample(wrong(5), 3)
    offers = [draw.choice(pool[:6])]
    for _ in range(59):
        # Mostly near what was offered last, so that the position moves on slowly.
        offers.append(draw.choice(pool) if draw.random() < 0.4 else pool[min(19, len(offers) // 3)])
    return case(f"random_{seed:02d}", *offers)


def main():
    for entry in os.scandir("."):
        if entry.is_dir():
            shutil.rmtree(entry.path)
    total = 0
    for folder, offers in {
        "forward": [good(10), good(11), good(12), good(100)],
        "the_same_again": [good(10), good(10), good(11), good(11), good(11)],
        "another_content_of_the_same_position": [good(10), good(10, "killed"), good(11, "killed"), good(11)],
        "back_and_forth": [good(10), good(9), good(11), good(10), good(9), good(12), good(11), good(12)],
        "a_kill_is_not_rolled_back": [good(10), good(11, "killed"), good(10), good(9), good(11, "killed"), good(10),
                                      good(12), good(11, "killed")],
        "a_global_kill_is_not_rolled_back": [good(10), good(11, kill_switch=True), good(10), good(12)],
        "extremes_of_the_position": [good(0), good(0), good(1), good(2**53 - 1), good(2**53 - 2), good(2**53 - 1), good(0)],
        "formats_beside_each_other": [old_format(10), good(11), old_format(10), old_format(12, "killed"), good(11),
                                      good(12), good(13), old_format(13)],
        "too_large": [Offer("", MAX_BYTES + 1, refused="TOO_LARGE"), Offer("", MAX_BYTES, refused="NOT_A_NOTE"),
                      good(10), Offer("", MAX_BYTES + 1, refused="TOO_LARGE"), good(11)],
        "each_reason_without_a_snapshot": wrong(10) + [good(10)],
        "each_reason_at_a_newer_position": [good(10, "killed")] + wrong(11) + [good(11)],
        "each_reason_at_the_same_position": [good(10, "killed")] + wrong(10) + [good(10)],
        "each_reason_at_an_older_position": [good(10, "killed")] + wrong(9) + [good(9)],
        "a_refused_one_does_not_hold_its_position": [good(10), bad("20-forged", "BAD_SIGNATURE", forged(20)), good(11),
                                                     good(20)],
        "a_witness_beside_the_key": [
            good(10), Offer("11-witness", line(tree(11)) + "\n" + signature(WITNESS, line(tree(11))) + signature(
                PRODUCTION, line(tree(11))), brings=tree(11)), good(10)],
    }.items():
        total += case(folder, *offers)
    total += sum(chance(seed) for seed in range(1, 9))
    print(total, "offers")


if __name__ == "__main__":
    main()
