#!/usr/bin/env python3
"""Slots by Python's hashlib: an implementation that shares no code with the SDKs.

Writes one row a line, [salt, subject, slot], as ASCII JSON. A lone surrogate encodes as '?'.
"""
import hashlib
import json
import random


def slot(salt, subject):
    key = (salt + ":" + subject).encode("utf-8", "replace")
    return int(hashlib.sha256(key).hexdigest(), 16) % 10_000


def edge_rows():
    texts = [
        "", " ", ":", "::", "a", "A", "0", "user-1", "é", "e\u0301", "ß", "\u0130", "Ω", "\u07ff",
        "\u0800", "漢字", "かな", "한국어", "\uffff", "\ufeff", "\U00010000", "😀", "👩‍👩‍👧‍👦",
        "\U0010ffff", "مرحبا", "\x00", "\x7f", "\x80", "\n", "\t\r\n", '"', "\\", "%00", "null",
        "\ud800", "\udc00", "\udc00\ud800", "a\ud83d", "\ud83dz", "\ud83d\U0001f600",
        "a" * 46, "a" * 47, "a" * 54, "a" * 55, "a" * 56, "a" * 63, "a" * 64, "a" * 65, "a" * 119,
        "a" * 120, "é" * 200, "😀" * 70, "x" * 1000, "漢" * 3000,
    ]
    salts = ["", "checkout", "landing-page", "é:漢", "a" * 63, "s\ud800"]
    for salt in salts:
        for text in texts:
            yield salt, text


def drawn_rows(rng):
    salts = ["checkout", "landing-page", "eta_v2", "x", "rides-surge-pricing-copy-2026"]
    for number in range(3000):
        yield rng.choice(salts), str(630_000 + number)
    for _ in range(3000):
        yield rng.choice(salts), "%08x-%04x-%04x-%04x-%012x" % tuple(
            rng.getrandbits(bits) for bits in (32, 16, 16, 16, 48))
    blocks = [(0x20, 0x7e), (0xa0, 0x7ff), (0x800, 0xd7ff), (0xe000, 0xffff), (0x10000, 0x10ffff)]
    for _ in range(4000):
        low, high = rng.choice(blocks)
        length = rng.randrange(0, 40)
        salt = "".join(chr(rng.randint(*rng.choice(blocks))) for _ in range(rng.randrange(0, 12)))
        yield salt, "".join(chr(rng.randint(low, high)) for _ in range(length))


def main():
    rng = random.Random(20261122)
    rows = list(edge_rows()) + list(drawn_rows(rng))
    with open("vectors.json", "w", encoding="ascii", newline="\n") as out:
        out.write("[\n")
        out.write(",\n".join(json.dumps([a, b, slot(a, b)]) for a, b in rows))
        out.write("\n]\n")
    print(len(rows), "rows")


main()
