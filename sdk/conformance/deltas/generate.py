#!/usr/bin/env python3
"""Deltas and what they make of a snapshot, by a program that shares no code with the SDKs.

One folder a case: served.note (what the SDK serves), delta.data (the data lines of the event) and
case.json (environment, vkey). An accepted one has snapshot.note, which the delta must make byte for
byte, and its position; a folder that ends in _refused has the reason instead. The parts come from
difflib, or are written by hand where the case is about their form. Needs the Python package
cryptography for Ed25519. Keys are derived from fixed texts, so runs give the same bytes.
"""
import base64
import difflib
import hashlib
import json
import os
import random
import re
import shutil

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

TIME = "2026-11-22T16:00:00.123Z"
LATER = "2026-11-22T16:00:01.456Z"


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
        return f"\u2014 {self.name} {signature}"

    def note(self, text):
        return text + "\n" + self.line(text) + "\n"


PRODUCTION = Signer("trialog/production")


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def experiment(key, **members):
    tree = {
        "allocation": [
            {"from": 0, "to": 500, "variant": "control"},
            {"from": 5000, "to": 5500, "variant": "treatment"}],
        "control": "control", "epoch": 0, "exclusion_sets": [], "key": key, "namespace": "food/growth",
        "prerequisites": [], "salt": key, "status": "running", "surface": "checkout",
        "targeting": {"all": []}, "unit": "user_id",
        "variants": [{"key": "control"}, {"key": "treatment"}]}
    tree.update(members)
    return tree


def flag(key, text, **members):
    tree = {
        "enabled": True, "key": key, "killed": False, "off": "quiet", "prerequisites": [],
        "rollout": [{"from": 0, "to": 10000, "variant": "loud"}], "rules": [], "salt": key,
        "type": "text", "unit": "user_id", "variants": [
            {"key": "loud", "value": canonical(text)}, {"key": "quiet", "value": '""'}]}
    tree.update(members)
    return tree


def line(*parts, environment="production", position=123, time=TIME, **members):
    """The text of a snapshot: its line, with the line's end."""
    def of(kind):
        return sorted((p for p in parts if ("allocation" in p) == kind), key=lambda p: p["key"])
    tree = {"environment": environment, "exclusion_sets": [], "experiments": of(True),
            "flags": of(False), "format": 2, "holdouts": [], "kill_switch": False,
            "position": position, "time": time}
    tree.update(members)
    return canonical(tree) + "\n"


def offsets(pieces):
    """Where each piece of a text begins in the UTF-8 bytes, and where the last one ends."""
    at, found = 0, []
    for piece in pieces:
        found.append(at)
        at += len(piece.encode())
    return found + [at]


def parts_between(base, target):
    """Copies of at least 12 bytes; all else is inserted."""
    # Characters give the finest parts; of a long text, words: difflib takes quadratic time.
    cut = list if len(base) < 3_000 else re.compile(r'"[a-z0-9_]*"|[0-9]+|.', re.DOTALL).findall
    before, after = cut(base), cut(target)
    at = offsets(before)
    parts, inserted = [], ""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for kind, b0, b1, t0, t1 in matcher.get_opcodes():
        if kind == "equal" and at[b1] - at[b0] >= 12:
            parts += ([inserted] if inserted else []) + [[at[b0], at[b1]]]
            inserted = ""
        else:
            inserted += "".join(after[t0:t1])
    return parts + ([inserted] if inserted else [])


def apply(base, parts):
    data = base.encode()
    return b"".join(
        part.encode() if isinstance(part, str) else data[part[0]:part[1]] for part in parts).decode()


def write(folder, files):
    os.makedirs(folder)
    for name, content in files.items():
        with open(folder + "/" + name, "wb") as out:
            out.write(content if isinstance(content, bytes) else content.encode())


def case_json(**members):
    tree = {"environment": "production", "vkey": PRODUCTION.vkey, **members}
    return json.dumps(tree, indent=1) + "\n"


def data(start, parts, *signatures):
    return "\n".join((canonical({"from": start, "parts": parts}),) + signatures)


def yes(name, base, target, parts=None, position=124, signatures=None):
    parts = parts_between(base, target) if parts is None else parts
    assert apply(base, parts) == target, name
    signatures = signatures or [PRODUCTION.line(target)]
    start = json.loads(base)["position"]
    write(name, {
        "served.note": PRODUCTION.note(base),
        "delta.data": data(start, parts, *signatures),
        "snapshot.note": target + "\n" + "\n".join(signatures) + "\n",
        "case.json": case_json(position=position)})


def no(name, reason, delta, served):
    files = {"delta.data": delta, "case.json": case_json(reason=reason)}
    if served is not None:
        files["served.note"] = PRODUCTION.note(served)
    write(name + "_refused", files)


CHECKOUT = experiment("checkout")
SEARCH = experiment("search")
NEXT = {"position": 124, "time": LATER}


def many():
    return [experiment(f"e{number:03}") for number in range(40)]


def accepted():
    base = line(CHECKOUT, SEARCH)
    yes("kill", base, line(CHECKOUT, experiment("search", status="killed"), **NEXT))
    yes("kill_switch", base, line(CHECKOUT, SEARCH, kill_switch=True, **NEXT))
    yes("only_the_position", base, line(CHECKOUT, SEARCH, **NEXT))
    yes("added", base, line(CHECKOUT, SEARCH, experiment("pricing"), **NEXT))
    yes("added_to_nothing", line(), line(CHECKOUT, **NEXT))
    yes("removed", base, line(SEARCH, **NEXT))
    yes("removed_all", base, line(**NEXT))
    yes("whole_as_one_text", base, line(CHECKOUT, **NEXT), [line(CHECKOUT, **NEXT)])
    yes("from_the_first_position", line(position=0), line(position=1), position=1)
    last = 2**53 - 1
    yes("to_the_last_position", line(position=last - 1), line(position=last), position=last)

    wide = [{"from": 0, "to": 5000, "variant": "control"},
            {"from": 5000, "to": 10000, "variant": "treatment"}]
    before = many()
    after = many()
    after[17] = experiment("e017", allocation=wide)
    yes("ramp_of_one_of_forty", line(*before), line(*after, **NEXT))
    after = [experiment(e["key"], allocation=wide) if i % 3 == 0 else e for i, e in enumerate(before)]
    yes("ramps_of_many", line(*before), line(*after, **NEXT))

    poem = "Blåbær, 漢字, 😀, e\u0301, \u2028, \u007f, \"quoted\", back\\slash, tab\tand\u0001control"
    base = line(flag("banner", poem), CHECKOUT)
    yes("characters_of_all_lengths", base,
        line(flag("banner", poem.replace("漢", "汉")), CHECKOUT, **NEXT))
    target = line(flag("banner", poem.replace("😀", "😁")), CHECKOUT, **NEXT)
    yes("characters_that_share_bytes", base, target)
    at = base.encode().index("😀".encode())
    yes("cut_around_a_character", base, base[:-1].replace('"position":123', '"position":124') + "\n", [
        [0, at], [at, at + 4], [at + 4, base.encode().index(b'"position":123')],
        '"position":124', [base.encode().index(b'"position":123') + 14, len(base.encode())]])

    base = line(CHECKOUT, SEARCH)
    new = line(SEARCH, CHECKOUT, experiment("a-copy"), **NEXT)
    block = base.encode().index(b'{"allocation"')
    end = base.encode().index(b',{"allocation"')
    first = base[block:end]
    copy = canonical(experiment("a-copy"))
    head = len(os.path.commonprefix([first, copy]))
    tail = len(os.path.commonprefix([first[::-1], copy[::-1]]))
    rest = line(CHECKOUT, SEARCH, **NEXT)
    yes("ranges_that_overlap_and_go_back", base, new, [
        [0, block + head], copy[head:len(copy) - tail], [end - tail, end], ",",
        [block, base.encode().index(b'"position"')], rest[rest.index('"position"'):]])

    target = line(CHECKOUT, experiment("search", status="paused"), **NEXT)
    witness = Signer("witness.example/w1")
    yes("several_signatures", base, target,
        signatures=[witness.line(target), PRODUCTION.line(target), witness.line("x\n")])
    yes("one_byte_ranges", line(), line(**NEXT), one_by_one(line(), line(**NEXT)))
    for seed in range(20):
        random_case(seed)


def one_by_one(base, target):
    where = {character: at for at, character in enumerate(base)}
    return [[where[c], where[c] + 1] if c in where else c for c in target]


def random_case(seed):
    """Some experiments and flags come, change and go."""
    chance = random.Random(seed)
    words = "ø😀漢a\"\\\n/ \u2029é"

    def some(keep):
        parts = []
        for number in range(12):
            if chance.random() < 0.7:
                status = chance.choice(["running", "paused", "killed"])
                parts.append(experiment(f"x{number}", status=status, epoch=chance.randrange(3)))
            if chance.random() < 0.5:
                text = "".join(chance.choice(words) for _ in range(chance.randrange(30)))
                parts.append(flag(f"f{number}", text, killed=chance.random() < 0.2))
        kept = {(p["key"], "allocation" in p): p for p in keep if chance.random() < 0.6}
        return list({**{(p["key"], "allocation" in p): p for p in parts}, **kept}.values())

    before = some([])
    after = some(before)
    step = chance.randrange(1, 1000)
    base, target = line(*before), line(*after, position=123 + step, time=LATER)
    yes(f"random_{seed:02}", base, target, position=123 + step)


def refused():
    base = line(CHECKOUT, flag("banner", "Blåbær"))
    target = line(CHECKOUT, flag("banner", "Blåbær", killed=True), **NEXT)
    parts = parts_between(base, target)
    signed = PRODUCTION.line(target)
    size = len(base.encode())
    inside = base.encode().index("å".encode()) + 1

    def form(name, text):
        no(name, "BAD_DELTA", text if isinstance(text, bytes) else text + "\n" + signed, base)

    def parted(name, *wrong, reason="BAD_DELTA"):
        no(name, reason, data(123, list(wrong), signed), base)

    good = canonical({"from": 123, "parts": parts})
    form("empty", "")
    form("not_json", good[:-1])
    form("not_an_object", canonical([123, parts]))
    form("null", "null")
    form("white_space", good.replace('"from":', '"from": '))
    form("members_unsorted", '{"parts":' + canonical(parts) + ',"from":123}')
    form("member_twice", good.replace('"from":123', '"from":123,"from":123'))
    form("unknown_member", good[:-1] + ',"to":124}')
    form("without_from", canonical({"parts": parts}))
    form("without_parts", canonical({"from": 123}))
    form("other_members", canonical({"base": 123, "parts": parts}))
    form("from_text", good.replace("123", '"123"', 1))
    form("from_float", good.replace("123", "123.0", 1))
    form("from_null", good.replace("123", "null", 1))
    form("from_negative", good.replace("123", "-123", 1))
    form("from_beyond_2_53", good.replace("123", "9007199254740992", 1))
    form("parts_null", canonical({"from": 123, "parts": None}))
    form("parts_text", canonical({"from": 123, "parts": target}))
    form("parts_object", canonical({"from": 123, "parts": {"0": [0, size]}}))
    form("lone_surrogate", '{"from":123,"parts":[[0,%d],"\\ud800"]}' % size)
    form("long_escape", '{"from":123,"parts":[[0,%d],"\\u0041"]}' % size)
    form("bom", "\ufeff" + good)
    form("whole_note", PRODUCTION.note(target).rstrip("\n").replace("\n" + signed, ""))
    no("not_utf8", "NOT_UTF8", good.encode() + b"\xff\n" + signed.encode(), base)

    parted("part_number", [0, size], 1)
    parted("part_null", [0, size], None)
    parted("part_object", {"begin": 0, "end": size})
    parted("part_of_one_number", [0], [0, size])
    parted("part_of_three_numbers", [0, size, size])
    parted("part_of_none", [], [0, size])
    parted("bound_text", ["0", str(size)])
    parted("bound_null", [None, size])
    parted("bound_float", [0.5, size])
    parted("text_empty", *(parts + [""]))
    parted("range_empty", *([[5, 5]] + parts))
    parted("range_backwards", [9, 5])
    parted("range_negative", [-1, size])
    parted("range_beyond_the_end", [0, size + 1])
    parted("range_behind_the_end", [size, size + 1])
    parted("range_into_the_signature", [0, size + 40])
    parted("range_of_2_53", [0, 2**53 - 1])
    parted("range_of_2_31", [0, 2**31 + size])
    parted("range_of_2_32", [2**32, 2**32 + size])
    parted("begins_inside_a_character", [0, inside - 1], [inside, size])
    parted("ends_inside_a_character", [0, inside], [inside - 1, size])
    parted("joins_halves_of_a_character", [0, inside], [inside, size])
    parted("parts_10001", *([[0, 1]] * 10_001))
    parted("no_parts", reason="NOT_A_NOTE")

    # What a delta makes is checked like a note that came whole.
    def made(name, reason, text, signatures=None, served=base):
        lines = [PRODUCTION.line(text)] if signatures is None else signatures
        start = json.loads(served)["position"]
        no(name, reason, data(start, parts_between(served, text), *lines), served)

    def patched(name, reason, text, **more):
        assert apply(base, parts_between(base, text)) == text
        made(name, reason, text, **more)

    patched("without_signature", "NOT_A_NOTE", target, signatures=[])
    patched("signature_empty", "NOT_A_NOTE", target, signatures=[""])
    patched("signature_of_the_base", "BAD_SIGNATURE", target, signatures=[PRODUCTION.line(base)])
    patched("signature_of_a_thief", "NOT_SIGNED_BY_KEY", target, signatures=[
        Signer("trialog/production", "a thief").line(target)])
    patched("signature_of_staging", "NOT_SIGNED_BY_KEY", target, signatures=[
        Signer("trialog/staging").line(target)])
    patched("other_text", "BAD_SIGNATURE", target.replace('"killed":true', '"killed":false'),
            signatures=[signed])
    patched("without_line_end", "NOT_A_NOTE", target[:-1], signatures=[
        PRODUCTION.line(target[:-1])])
    patched("two_lines", "NOT_A_NOTE", target + target)
    patched("not_canonical", "NOT_CANONICAL", target.replace('"position":', '"position": '))
    patched("unknown_format", "UNKNOWN_FORMAT", target.replace('"format":2', '"format":3'))
    patched("unknown_member_in_the_text", "INVALID", target.replace('"format":2', '"format":2,"goal":1'))
    patched("other_environment", "OTHER_ENVIRONMENT", line(CHECKOUT, environment="staging", **NEXT))
    patched("older_position", "OLDER_POSITION", line(CHECKOUT, position=122))

    no("base_older", "UNKNOWN_BASE", data(122, parts, signed), base)
    no("base_newer", "UNKNOWN_BASE", data(124, parts, signed), base)
    no("base_zero", "UNKNOWN_BASE", data(0, parts, signed), base)
    no("no_base", "UNKNOWN_BASE", data(123, parts, signed), None)
    no("base_before_range", "UNKNOWN_BASE", data(122, [[0, size + 1]], signed), base)
    no("form_before_base", "BAD_DELTA", data(122, [[5, 5]], signed), base)
    large = line(flag("banner", "å" * 60_000))
    size = len(large.encode())
    times = 16 * 1024 * 1024 // size + 1
    no("too_large", "TOO_LARGE", data(123, [[0, size]] * times, signed), large)
    bytes_left = 16 * 1024 * 1024 - (times - 1) * size
    fits = data(123, [[0, size]] * (times - 1) + [[0, 1]] * 20, signed)
    assert bytes_left > 200
    no("not_too_large_but_no_snapshot", "NOT_A_NOTE", fits, large)


def main():
    for entry in os.scandir("."):
        if entry.is_dir():
            shutil.rmtree(entry.path)
    accepted()
    refused()
    print(len([e for e in os.scandir(".") if e.is_dir()]), "cases")


main()
