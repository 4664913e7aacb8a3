#!/usr/bin/env python3
"""Slot tables by the reference function, run for each of the 10,000 slots.

Writes one case a line: the shares in order, control, the answers as runs [from, to, variant], and
the SHA-256 of the 10,000 answers joined by commas, so that the runs cannot be misread.
"""
import hashlib
import json
import math
import random


def reference(slot, shares, control):
    score = slot / 10000.0
    cumulative = 0.0
    for variant, share in shares:
        cumulative += share
        if score < cumulative:
            return variant
    return control


def runs(answers):
    out = []
    for slot, answer in enumerate(answers):
        if out and out[-1][2] == answer:
            out[-1][1] = slot + 1
        else:
            out.append([slot, slot + 1, answer])
    return out


def case(name, shares, control="control"):
    answers = [reference(slot, shares, control) for slot in range(10_000)]
    digest = hashlib.sha256(",".join(answers).encode()).hexdigest()
    return {"name": name, "shares": shares, "control": control, "runs": runs(answers),
            "sha256": digest}


def named(*values):
    return [["control" if i == 0 else "t%d" % i, value] for i, value in enumerate(values)]


def cases():
    yield case("half and half", named(0.5, 0.5))
    yield case("0.9 + 0.05 is 0.9500000000000001", named(0.9, 0.05, 0.05))
    yield case("the same, control last", [["a", 0.9], ["b", 0.05], ["control", 0.05]])
    yield case("0.1 + 0.2 is 0.30000000000000004", named(0.1, 0.2, 0.7))
    yield case("0.7 + 0.1 is 0.7999999999999999", named(0.7, 0.1, 0.2))
    yield case("thirds", named(1 / 3, 1 / 3, 1 / 3))
    yield case("thirds with four digits", named(0.3333, 0.3333, 0.3334))
    yield case("thirds that leave a rest to control, who is first", named(0.3333, 0.3333, 0.3333))
    for count in (2, 3, 6, 7, 9, 10, 11, 13, 20, 49, 100):
        yield case("%d equal" % count, named(*[1 / count] * count))
    yield case("0.1 ten times", named(*[0.1] * 10))
    yield case("0.01 a hundred times", named(*[0.01] * 100))
    yield case("all to one", named(1.0))
    yield case("all to the second", named(0.0, 1.0))
    yield case("nobody", named(0.0, 0.0))
    yield case("one part in 10,000", named(0.9999, 0.0001))
    yield case("below one slot", named(0.99999, 0.00001))
    yield case("tiny, then the rest", named(5e-324, 1.0))
    yield case("negative zero", [["control", -0.0], ["t1", 1.0]])
    yield case("just below 1", named(0.5, math.nextafter(0.5, 0)))
    yield case("just above 1", named(0.5, math.nextafter(0.5, 1)))
    yield case("a sum of 0.9", named(0.45, 0.45))
    yield case("a sum of 1.1", named(0.5, 0.4, 0.2))
    yield case("a sum of 2", named(1.0, 1.0))
    yield case("a share above 1", named(1.5, 0.1))
    yield case("control in the middle, rest to control", [["a", 0.2], ["control", 0.3], ["b", 0.2]])
    yield case("control not in the list", [["a", 0.25], ["b", 0.25]], "elsewhere")
    yield case("zero between", named(0.4, 0.0, 0.6))
    rng = random.Random(20261122)
    for number in range(12):
        parts = [rng.random() for _ in range(rng.randrange(2, 9))]
        total = sum(parts)
        yield case("drawn and divided %d" % number, named(*[part / total for part in parts]))
    for number in range(12):
        cuts = sorted(rng.sample(range(1, 10_000), rng.randrange(1, 6)))
        edges = [0] + cuts + [10_000]
        yield case("drawn on slots %d" % number,
                   named(*[(b - a) / 10_000 for a, b in zip(edges, edges[1:])]))
    for number in range(6):
        edge = rng.randrange(1, 10_000) / 10_000
        step = math.nextafter(edge, rng.choice([0.0, 1.0]))
        yield case("a step beside %r" % edge, named(step, 1 - step))


def main():
    rows = list(cases())
    with open("vectors.json", "w", encoding="ascii", newline="\n") as out:
        out.write("[\n")
        out.write(",\n".join(json.dumps(row) for row in rows))
        out.write("\n]\n")
    print(len(rows), "cases")


main()
