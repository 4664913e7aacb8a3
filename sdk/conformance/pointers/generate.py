#!/usr/bin/env python3
"""Pointers to snapshots in files (protocol clauses 12.8, 13.6 and 13.7), by a program that shares no code with
the SDKs.

A case is what one client meets, step by step: a statement about keys, a note that came by another way, or a
pointer, and for a pointer that makes the client fetch a file, the file's content. This program checks them by
its own reading of the clauses, and stops where a case that was written by hand says something else. Needs the
Python package cryptography for Ed25519. Runs give the same bytes.
"""
import base64
import datetime
import hashlib
import json
import os
import random
import re
import shutil
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "keys"))
from generate import (  # noqa: E402
    A, B, C, STAGING, STRANGER, WITNESS, note, revocation, rotation, rotation_text, snapshot)

MOST_BYTES = 4096
TOP = 2 ** 53 - 1
AB, BC, RA = rotation(A, B), rotation(B, C), revocation(B, A)
LINES = ["trialog/latest", "production", None, None, None, None]


# The client, as the clauses have it.

class Refused(Exception):
    pass


def key_of(vkey):
    name, identity, typed = vkey.split("+", 2)
    return name, bytes.fromhex(identity), Ed25519PublicKey.from_public_bytes(base64.b64decode(typed)[1:])


def parts(text):
    """The text of a note, and its signature lines as name, key id, signature (4.1)."""
    if "\n\n" not in text or not text.endswith("\n"):
        raise Refused("NOT_A_NOTE")
    at = text.rindex("\n\n")
    lines = []
    for line in text[at + 2:-1].split("\n"):
        found = re.fullmatch(r"\u2014 (\S+) ([A-Za-z0-9+/]+=*)", line)
        if not found or "+" in found[1]:
            raise Refused("NOT_A_NOTE")
        data = base64.b64decode(found[2])
        if len(data) < 5:
            raise Refused("NOT_A_NOTE")
        lines.append((found[1], data[:4], data[4:]))
    if len(lines) > 100 or any(c < " " and c != "\n" for c in text[:at + 1]):
        raise Refused("NOT_A_NOTE")
    return text[:at + 1], lines


def verified(text, vkey):
    """Whether a key has lines in a note, which then are all right."""
    body, lines = parts(text)
    name, identity, public = key_of(vkey)
    mine = [signature for other, found, signature in lines if (other, found) == (name, identity)]
    for signature in mine:
        try:
            public.verify(signature, body.encode())
        except InvalidSignature:
            raise Refused("BAD_SIGNATURE") from None
    return bool(mine)


def real_time(text):
    """None for what is no time of 3.2."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z", text):
        return None
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ") and text
    except ValueError:
        return None


class Client:
    def __init__(self, first):
        self.chain, self.revoked, self.oldest = [first.vkey], set(), 0
        self.served, self.served_by = None, None
        self.seen, self.seen_by = None, None

    def learn(self, statement):
        """12.2 and 12.4, of statements that have their form."""
        title, key, *rest = statement.split("\n")
        if not title.startswith("trialog snapshot key "):
            return "MALFORMED"
        if key not in self.chain:
            return "nothing"
        at = self.chain.index(key)
        if title.endswith("rotation"):
            if not (verified(statement, key) and verified(statement, rest[0])):
                return "NOT_SIGNED_BY_KEY"
            if rest[0] in self.chain[at + 1:at + 2]:
                return "nothing"
            if at + 1 < len(self.chain) or rest[0] in self.chain:
                return "FORKED"
            self.chain.append(rest[0])
            return "learnt"
        if not any(verified(statement, k) for k in self.chain[at + 1:] if k not in self.revoked):
            return "NOT_SIGNED_BY_KEY"
        known = key in self.revoked
        self.revoked.add(key)
        return "nothing" if known else "learnt"

    def opened(self, text):
        """12.3 and 12.4: the text, and the key that decided."""
        body, lines = parts(text)
        for at in range(len(self.chain) - 1, -1, -1):
            if at >= self.oldest and self.chain[at] not in self.revoked and verified(text, self.chain[at]):
                return body, self.chain[at]
        for key in reversed(self.chain):
            if any((name, identity) == key_of(key)[:2] for name, identity, _ in lines):
                raise Refused("KEY_REVOKED" if key in self.revoked else "KEY_RETIRED")
        raise Refused("NOT_SIGNED_BY_KEY")

    def trusted(self):
        """The position that counts (12.6); -1 for none."""
        return -1 if self.served is None or self.served_by in self.revoked else self.served

    def take(self, text):
        try:
            body, key = self.opened(text)
            if body.count("\n") > 1:
                raise Refused("NOT_A_NOTE")
            tree = json.loads(body)
            if tree["environment"] != "production":
                raise Refused("OTHER_ENVIRONMENT")
            if tree["position"] < self.trusted():
                raise Refused("OLDER_POSITION")
        except Refused as e:
            return str(e)
        self.oldest = max(self.oldest, self.chain.index(key))
        if tree["position"] == self.trusted():
            return "unchanged"
        self.served, self.served_by = tree["position"], key
        return "accepted"

    def pointer(self, data):
        """13.6: what a pointer says, or why it is refused."""
        if len(data) > MOST_BYTES:
            raise Refused("TOO_LARGE")
        try:
            text = data.decode()
        except UnicodeDecodeError:
            raise Refused("NOT_UTF8") from None
        body, key = self.opened(text)
        lines = body.split("\n")
        if (len(lines) != 7 or lines[0] != LINES[0] or not re.fullmatch("[a-z0-9-]{1,32}", lines[1])
                or not re.fullmatch("0|[1-9][0-9]{0,15}", lines[2]) or int(lines[2]) > TOP
                or not re.fullmatch("[0-9a-f]{64}", lines[4])
                or lines[3] != f"{lines[2]}-{lines[4][:16]}.note" or not real_time(lines[5])):
            raise Refused("INVALID")
        if lines[1] != "production":
            raise Refused("OTHER_ENVIRONMENT")
        if int(lines[2]) < self.trusted():
            raise Refused("OLDER_POSITION")
        return int(lines[2]), lines[3], lines[4], lines[5], key

    def point(self, data, content):
        try:
            position, name, digest, issued, key = self.pointer(data)
        except Refused as e:
            return {"answer": str(e)}
        if self.seen_by in self.revoked:
            self.seen = None
        anew = self.seen is not None and issued > self.seen
        if self.seen is None or anew:
            self.seen, self.seen_by = issued, key
        row = {"answer": "accepted", "position": position, "file": name, "issued": issued,
               "fetch": position > self.trusted()}
        if row["fetch"] and content is not None:
            same = hashlib.sha256(content.encode()).hexdigest() == digest
            row.update(content=content, content_answer=self.take(content) if same else "OTHER_HASH")
        assert content is None or row["fetch"], name
        row["confirms"] = anew and self.trusted() == position
        return row


# What it meets.

def at(second, milli=0):
    return f"2026-11-23T10:{second // 60:02}:{second % 60:02}.{milli:03}Z"


def text(number, content, when, environment="production", **other):
    digest = hashlib.sha256(content.encode()).hexdigest()
    lines = dict(kind="trialog/latest", environment=environment, position=str(number),
                 name=f"{number}-{digest[:16]}.note", digest=digest, issued=when)
    assert not set(other) - set(lines)
    return "".join(line + "\n" for line in dict(lines, **other).values())


class Step:
    """A pointer, unless it is of another kind. The answer is what a person expects; None to leave it open."""

    def __init__(self, data, answer, content=None, kind="pointer"):
        self.data, self.answer, self.content, self.kind = data, answer, content, kind


def learn(statement, answer="learnt"):
    return Step(statement, answer, kind="statement")


def take(offered, answer="accepted"):
    return Step(offered, answer, kind="note")


def point(position, second, answer, *signers, content=None, has_file=False, **other):
    """A pointer to a snapshot of that position by those keys; with has_file the server has the file."""
    signers = signers or (A,)
    content = content or snapshot(position, *signers)
    issued = second if isinstance(second, str) else at(second)
    return Step(note(text(position, content, issued, **other), *signers), answer, content if has_file else None)


def bad(data, answer):
    return Step(data, answer)


def row_of(client, step):
    if step.kind == "statement":
        row, answer = {"statement": step.data}, client.learn(step.data)
        row["answer"] = answer
    elif step.kind == "note":
        row, answer = {"note": step.data}, client.take(step.data)
        row["answer"] = answer
    else:
        data = b"x" * step.data if isinstance(step.data, int) else step.data
        raw = data if isinstance(data, bytes) else data.encode()
        row = ({"filler": step.data} if isinstance(step.data, int) else {"hex": step.data.hex()}
               if isinstance(step.data, bytes) else {"pointer": step.data})
        row.update(client.point(raw, step.content))
        answer = "confirms" if row.get("confirms") else row["answer"]
    assert step.answer in (None, answer), (step.answer, answer, step.data)
    return dict(row, served=client.served)


FOLDERS = []


def case(folder, *steps, first=A):
    os.makedirs(folder)
    FOLDERS.append(folder)
    client = Client(first)
    rows = [row_of(client, step) for step in steps]
    refused = [row["answer"].isupper() for step, row in zip(steps, rows) if step.kind == "pointer"]
    assert all(refused) or not folder.endswith("_refused"), folder
    with open(f"{folder}/case.json", "w", encoding="ascii", newline="\n") as out:
        out.write(json.dumps({"environment": "production", "vkey": first.vkey})[:-1])
        out.write(', "steps": [\n' + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]}\n")
    return len(rows)


NOTE = snapshot(10, A)
GOOD = text(10, NOTE, at(0))
SIGNED = note(GOOD, A)
DIGEST = hashlib.sha256(NOTE.encode()).hexdigest()
NAME = f"10-{DIGEST[:16]}.note"


def padded(size):
    """A good pointer of so many bytes, by a witness who says much."""
    rest = size - len((SIGNED + "\u2014  \n").encode())
    letters = (rest - 1) // 4 * 4
    return SIGNED + "\u2014 " + "w" * (rest - letters) + " " + "A" * letters + "\n"


def odd(**other):
    """Signed by the key, with another line."""
    signed = note(text(10, NOTE, at(0), **other), A)
    assert signed != SIGNED, other
    return bad(signed, "INVALID")


def forms():
    case("forms", *(point(p, i, "accepted") for i, p in enumerate((0, 1, 9, 10, 100, 10 ** 15, TOP - 1, TOP))),
         point(10, "0001-01-01T00:00:00.000Z", "accepted"), point(10, "2028-02-29T23:59:59.999Z", "accepted"),
         point(10, "9999-12-31T23:59:59.999Z", "accepted"),
         bad(note(GOOD, WITNESS, A), "accepted"), bad(note(GOOD, A, WITNESS), "accepted"), bad(note(GOOD, A, A), "accepted"),
         bad(note(GOOD, STRANGER, A), "accepted"), bad(note(GOOD, *[WITNESS] * 9, A), "accepted"),
         *(bad(padded(size), "accepted") for size in (1000, MOST_BYTES - 1, MOST_BYTES)),
         bad(SIGNED + "\u2014 w AAAAAAA=\n" * 99, "accepted"))
    case("too_large_refused", *(bad(n, "TOO_LARGE") for n in (MOST_BYTES + 1, 5000, 1 << 16)),
         bad(padded(MOST_BYTES + 1), "TOO_LARGE"), bad(padded(MOST_BYTES + 400), "TOO_LARGE"))
    head, tail = SIGNED.rsplit("\n\n", 1)
    case("no_note_refused", bad(MOST_BYTES, "NOT_A_NOTE"), bad(0, "NOT_A_NOTE"), bad("latest", "NOT_A_NOTE"),
         bad(GOOD, "NOT_A_NOTE"), bad(GOOD + "\n", "NOT_A_NOTE"), bad(SIGNED[:-1], "NOT_A_NOTE"), bad(head + "\n" + tail, "NOT_A_NOTE"),
         bad(SIGNED + "x\n", "NOT_A_NOTE"), bad(SIGNED.replace("\u2014", "-"), "NOT_A_NOTE"),
         bad(SIGNED + "\u2014 witness.example.com AAAA\n", "NOT_A_NOTE"),
         bad(note(GOOD.replace("\n", "\r\n"), A), "NOT_A_NOTE"), bad(note(GOOD.replace("latest", "latest\t"), A), "NOT_A_NOTE"),
         bad(SIGNED + "\u2014 w AAAAAAA=\n" * 100, "NOT_A_NOTE"),
         bad(SIGNED.encode().replace(b"latest", b"lat\xff\xfe"), "NOT_UTF8"), bad(b"\xc3", "NOT_UTF8"),
         bad(SIGNED.encode() + b"\x80\n", "NOT_UTF8"))
    case("another_key_refused", *(bad(note(GOOD, *by), "NOT_SIGNED_BY_KEY") for by in (
        [STRANGER], [WITNESS], [STAGING], [B], [STRANGER, WITNESS], [B, C])),
         bad(GOOD + "\n" + A.line(GOOD).replace("trialog/production", "trialog/staging"), "NOT_SIGNED_BY_KEY"))
    changed = [text(10, NOTE, at(0), kind="trialog/newest"), text(10, NOTE, at(0), environment="staging"), text(11, NOTE, at(0)),
               text(10, NOTE + "x", at(0)), text(10, NOTE, at(1)), GOOD + "more\n", GOOD[:-1] + " \n"]
    case("forged_refused", *(bad(each + "\n" + A.line(GOOD), "BAD_SIGNATURE") for each in changed),
         bad(SIGNED + A.line(GOOD + " "), "BAD_SIGNATURE"), bad(GOOD + "\n" + A.line(NOTE), "BAD_SIGNATURE"),
         bad(GOOD + "\n" + A.line(GOOD[:-1]), "BAD_SIGNATURE"),
         bad(GOOD + "\n\u2014 trialog/production " + base64.b64encode(A.id + b"short").decode() + "\n", "BAD_SIGNATURE"))


def lines():
    case("kind_refused", *(odd(kind=kind) for kind in (
        "trialog/oldest", "Trialog/latest", "trialog/latest ", " trialog/latest", "trialog/latest/", "trialog/latest 2", "latest",
        "", "trialog snapshot key rotation")))
    case("environment_refused", *(odd(environment=e) for e in (
        "", "Production", " production", "production ", "prod_uction", "production/eu", "a" * 33, "\u00fcber")),
         *(bad(note(text(10, NOTE, at(0), environment=e), A), "OTHER_ENVIRONMENT") for e in (
             "staging", "productio", "production2", "production-", "a" * 32, "1")))
    case("position_refused", *(odd(position=p, name=f"{p}-{DIGEST[:16]}.note") for p in (
        "010", "00", "-1", "-0", "+10", "10.0", "1e1", " 10", "10 ", "", "ten", "0x0a", "1_0", "1,000", str(TOP + 1), "9" * 16, "9" * 17,
        "9" * 30, "\u0661\u0660", "1\u0030\u0301")), odd(position="11"), odd(position="9"), odd(position="100"), odd(position="1"))
    case("name_refused", *(odd(name=n) for n in (
        f"11-{DIGEST[:16]}.note", f"010-{DIGEST[:16]}.note", f"-{DIGEST[:16]}.note", f"10-{DIGEST[:15]}.note", f"10-{DIGEST[:17]}.note",
        f"10-{DIGEST}.note", f"10-{DIGEST[1:17]}.note", f"10-{'0' * 16}.note", f"10-{DIGEST[:16].upper()}.note", f"10-{DIGEST[:15]}g.note",
        f"10-{DIGEST[:16]}", f"10-{DIGEST[:16]}.Note", f"10-{DIGEST[:16]}.notes", f"10{DIGEST[:16]}.note", "../" + NAME, "./" + NAME,
        "/" + NAME, "production/" + NAME, "https://example.com/" + NAME, NAME + "?x=1", NAME + "#", NAME + " ", " " + NAME, "%31" + NAME[1:],
        "latest", "", "..")))
    case("hash_refused", *(odd(digest=d) for d in (
        DIGEST[:63], DIGEST + "0", DIGEST[:16], DIGEST.upper(), DIGEST[:63] + "g", "", " " + DIGEST, DIGEST + " ", "sha256:" + DIGEST,
        "0" * 64, DIGEST[1:] + DIGEST[0], base64.b64encode(bytes.fromhex(DIGEST)).decode())))
    case("time_refused", *(odd(issued=t) for t in (
        "2026-11-23T10:00:00Z", "2026-11-23T10:00:00.0Z", "2026-11-23T10:00:00.000000Z", "2026-11-23T10:00:00.000",
        "2026-11-23T10:00:00.000+00:00", "2026-11-23T10:00:00.000z", "2026-11-23t10:00:00.000Z", "2026-11-23 10:00:00.000Z",
        "2026-11-23T10:00:00,000Z", "2026-11-23", "20261123T100000.000Z", "2026-11-31T10:00:00.000Z", "2026-13-23T10:00:00.000Z",
        "2026-00-23T10:00:00.000Z", "2026-11-00T10:00:00.000Z", "2026-02-29T10:00:00.000Z", "2026-11-23T24:00:00.000Z",
        "2026-11-23T10:60:00.000Z", "2026-12-31T23:59:60.000Z", "26-11-23T10:00:00.000Z", "+10000-01-01T00:00:00.000Z",
        "-0001-01-01T00:00:00.000Z", "1795860000000", "", " " + at(0), at(0) + " ", "\u0662026-11-23T10:00:00.000Z")))
    rows = GOOD.split("\n")[:-1]
    case("lines_refused",
         *(bad(note("".join(r + "\n" for r in rows[:i] + rows[i + 1:]), A), "INVALID") for i in range(6)),
         *(bad(note("".join(r + "\n" for r in rows[:i] + [rows[i + 1], rows[i]] + rows[i + 2:]), A), "INVALID") for i in range(5)),
         *(bad(note("".join(r + "\n" for r in rows[:i] + [""] + rows[i:]), A), "INVALID") for i in range(7)),
         bad(note(GOOD + "more\n", A), "INVALID"), bad(note(GOOD + GOOD, A), "INVALID"), bad(note(GOOD.replace("\n", " ") + "\n", A), "INVALID"),
         bad(note("\n", A), "INVALID"), bad(note("{}\n", A), "INVALID"))
    case("neither_passes_for_the_other", bad(NOTE, "INVALID"), bad(AB, "INVALID"), take(SIGNED, "NOT_A_NOTE"), learn(SIGNED, "MALFORMED"),
         learn(NOTE, "MALFORMED"), bad(SIGNED, "accepted"))


def order():
    """Wrong in two ways: the first of 4.3 counts."""
    other = text(10, NOTE, at(0), environment="staging")
    case("the_first_reason_refused", take(snapshot(20, A)), bad(b"\xff" * (MOST_BYTES + 1), "TOO_LARGE"),
         bad(note(GOOD, STRANGER).encode().replace(b"latest", b"lates\xff"), "NOT_UTF8"),
         bad(note(GOOD, STRANGER) + "x\n", "NOT_A_NOTE"), bad(note(text(10, NOTE, "never"), STRANGER), "NOT_SIGNED_BY_KEY"),
         bad(note(other, STRANGER), "NOT_SIGNED_BY_KEY"), bad(SIGNED.replace("10:00", "1O:00"), "BAD_SIGNATURE"),
         bad(other + "\n" + A.line(GOOD), "BAD_SIGNATURE"), bad(note(other.replace(at(0), "never"), A), "INVALID"),
         bad(note(text(10, NOTE, "never"), A), "INVALID"), bad(note(other, A), "OTHER_ENVIRONMENT"), bad(SIGNED, "OLDER_POSITION"))
    case("the_first_reason_with_keys_refused", learn(AB), learn(RA), take(snapshot(20, B)),
         bad(note(text(10, NOTE, "never"), A), "KEY_REVOKED"), bad(GOOD + "\n" + A.line("x\n"), "KEY_REVOKED"), bad(SIGNED + "x\n", "NOT_A_NOTE"),
         bad(note(GOOD, B), "OLDER_POSITION"), bad(note(other, B), "OTHER_ENVIRONMENT"), bad(note(other, A), "KEY_REVOKED"))
    case("older_position_refused", take(snapshot(10, A)), *(point(p, p, "OLDER_POSITION") for p in (9, 8, 1, 0)), take(snapshot(TOP, A)),
         point(TOP - 1, 20, "OLDER_POSITION"), point(10, 21, "OLDER_POSITION"))
    case("a_pointer_holds_no_position", take(snapshot(10, A)), point(TOP, 1, "accepted"), point(11, 2, "accepted"), point(10, 3, "confirms"),
         point(11, 4, "confirms", has_file=True), point(10, 5, "OLDER_POSITION"))


def chains():
    case("both_sign_and_the_first_is_known", point(10, 0, "accepted", B, A, has_file=True), point(11, 1, "confirms", A, B, has_file=True),
         point(11, 2, "NOT_SIGNED_BY_KEY", B), point(11, 3, "confirms", A))
    case("both_sign_and_both_are_known", learn(AB), point(10, 0, "accepted", B, A, has_file=True), point(11, 1, "confirms", A, B, has_file=True),
         point(11, 2, "confirms", B), point(11, 3, "KEY_RETIRED", A))
    case("a_rotation_with_its_overlap", point(10, 0, "accepted", has_file=True), point(10, 1, "confirms"), learn(AB),
         point(10, 2, "confirms", B, A), point(11, 3, "confirms", B, A, has_file=True), point(11, 4, "confirms", B),
         point(12, 5, "confirms", B, has_file=True), point(12, 6, "KEY_RETIRED"), point(13, 7, "KEY_RETIRED"))
    case("a_pointer_ends_the_trust_in_no_key", learn(AB), point(10, 0, "accepted", B), point(10, 1, "accepted", A, has_file=False),
         take(snapshot(10, A)), point(10, 2, "confirms", B), point(10, 3, "confirms", A), take(snapshot(10, B), "unchanged"),
         point(10, 4, "KEY_RETIRED", A), point(10, 5, "confirms", A, B))
    case("a_successor_that_is_not_known_yet", take(snapshot(10, A)), point(11, 1, "NOT_SIGNED_BY_KEY", B), learn(AB),
         point(11, 1, "accepted", B, has_file=True), point(11, 2, "confirms", B))
    case("long_asleep", point(10, 0, "NOT_SIGNED_BY_KEY", C), learn(BC, "nothing"), learn(AB), point(10, 0, "NOT_SIGNED_BY_KEY", C), learn(BC),
         point(10, 1, "accepted", C, has_file=True), point(10, 2, "confirms", C))
    case("retired_refused", learn(AB), learn(BC), take(snapshot(10, C)), *(point(11, i, "KEY_RETIRED", *by) for i, by in enumerate(
        ([A], [B], [A, B], [B, A], [WITNESS, B]))))
    case("revoked_refused", learn(AB), learn(RA), point(10, 0, "KEY_REVOKED"), take(snapshot(10, B)), point(11, 1, "KEY_REVOKED"),
         point(TOP, 2, "KEY_REVOKED"), point(9, 3, "KEY_REVOKED"), point(11, 4, "KEY_REVOKED", A, WITNESS))
    case("newest_of_the_lines_decides_refused", learn(AB), learn(BC), take(snapshot(10, C)), point(11, 0, "KEY_RETIRED", A, B),
         learn(revocation(C, B)), point(11, 1, "KEY_REVOKED", A, B), point(11, 2, "KEY_RETIRED", A), learn(revocation(C, A)),
         point(11, 3, "KEY_REVOKED", A), point(11, 4, "KEY_REVOKED", B, A))
    case("revoked_beside_a_trusted_one", learn(AB), learn(RA), point(10, 0, "accepted", A, B, has_file=True), point(10, 1, "confirms", B, A))
    wrong = GOOD + "\n" + A.line(GOOD) + B.line("x\n")
    case("wrong_line_of_a_key_that_is_not_known", bad(wrong, "accepted"), learn(AB), bad(wrong, "BAD_SIGNATURE"))
    older = GOOD + "\n" + A.line("x\n") + B.line(GOOD)
    case("wrong_line_of_the_older_is_not_looked_at", bad(older, "BAD_SIGNATURE"), learn(AB), bad(older, "accepted"))
    case("position_of_a_thief", point(TOP, 0, "accepted", has_file=True), point(7, 1, "OLDER_POSITION"), learn(AB),
         point(7, 2, "OLDER_POSITION", B), learn(RA), point(7, 3, "accepted", B, has_file=True), point(7, 4, "confirms", B),
         point(6, 5, "OLDER_POSITION", B))
    case("same_position_as_the_thief", take(snapshot(7, A)), learn(AB), point(7, 0, "accepted", B), learn(RA),
         point(7, 1, "confirms", B, has_file=True), point(7, 2, "confirms", B))
    case("time_of_a_thief", point(10, "9999-12-31T23:59:59.999Z", "accepted", has_file=True), point(10, 1, "accepted"), learn(AB),
         point(10, 2, "accepted", B), learn(RA), point(10, 3, "accepted", B, has_file=True), point(10, 3, "accepted", B),
         point(10, 4, "confirms", B))
    case("time_of_a_retired_key_counts", point(10, 50, "accepted", has_file=True), learn(AB), point(11, 40, "accepted", B, has_file=True),
         point(11, 45, "accepted", B), point(11, 51, "confirms", B))
    case("what_a_revoked_key_signed_is_not_confirmed", take(snapshot(10, A)), point(10, 1, "accepted"), learn(AB), learn(RA),
         point(10, 2, "accepted", B), point(10, 3, "accepted", B), point(10, 4, "confirms", B, has_file=True))
    case("file_of_a_key_that_is_trusted_no_more", learn(AB), point(10, 0, "accepted", B, content=snapshot(10, A), has_file=True),
         point(11, 1, "confirms", B, has_file=True), point(12, 2, "accepted", B, content=snapshot(12, A), has_file=True), learn(RA),
         point(12, 3, "accepted", B, content=snapshot(12, A), has_file=True), point(12, 4, "confirms", B, has_file=True))
    case("configured_with_a_later_key", learn(AB, "nothing"), point(10, 0, "NOT_SIGNED_BY_KEY", A), point(10, 1, "accepted", A, B, has_file=True),
         point(10, 2, "confirms", B), learn(RA, "nothing"), first=B)


def confirmation():
    case("the_first_confirms_nothing", point(10, 0, "accepted", has_file=True), point(10, 0, "accepted"), point(10, 0, "accepted"))
    case("a_later_one_confirms", take(snapshot(10, A)), point(10, 0, "accepted"), point(10, 30, "confirms"), point(10, 30, "accepted"),
         point(10, 60, "confirms"), point(10, at(60, 1), "confirms"))
    case("an_earlier_one_does_not", take(snapshot(10, A)), point(10, 50, "accepted"), point(10, 49, "accepted"), point(10, 0, "accepted"))
    case("old_ones_in_turns_do_not", take(snapshot(10, A)), point(10, 50, "accepted"), point(10, 30, "accepted"), point(10, 40, "accepted"),
         point(10, 30, "accepted"), point(10, 40, "accepted"), point(10, 50, "accepted"), point(10, 51, "confirms"))
    case("no_clock_is_compared", take(snapshot(10, A)), point(10, "0001-01-01T00:00:00.000Z", "accepted"),
         point(10, "0001-01-01T00:00:00.001Z", "confirms"), point(10, "9999-12-31T23:59:59.998Z", "confirms"),
         point(10, "9999-12-31T23:59:59.999Z", "confirms"), point(10, 0, "accepted"))
    late = "2099-01-01T00:00:00.000Z"
    case("what_is_refused_was_not_seen", take(snapshot(10, A)), point(10, late, "NOT_SIGNED_BY_KEY", STRANGER), point(9, late, "OLDER_POSITION"),
         bad(note(text(10, NOTE, late, environment="staging"), A), "OTHER_ENVIRONMENT"),
         bad(note(text(10, NOTE, late, name="latest"), A), "INVALID"), bad(SIGNED.replace(at(0), late), "BAD_SIGNATURE"), point(10, 0, "accepted"),
         point(9, late, "OLDER_POSITION"), point(10, late, "NOT_SIGNED_BY_KEY", STRANGER), point(10, 1, "confirms"))
    case("seen_before_anything_is_served", point(10, 0, "accepted"), point(10, 1, "confirms", has_file=True), point(10, 2, "confirms"))
    case("not_what_is_served", take(snapshot(10, A)), point(10, 0, "accepted"), point(11, 1, "accepted"), point(11, 2, "accepted"), point(10, 3, "confirms"),
         point(12, 4, "confirms", has_file=True))
    case("it_came_by_another_way", point(10, 0, "accepted", has_file=True), take(snapshot(12, A)), point(11, 1, "OLDER_POSITION"),
         point(12, 2, "confirms"), take(snapshot(12, A), "unchanged"), point(12, 3, "confirms"))
    case("the_same_position_signed_anew_is_not_fetched", point(10, 0, "accepted", has_file=True),
         point(10, 1, "confirms", content=snapshot(10, A, WITNESS)), point(10, 2, "confirms"))
    case("a_file_with_another_hash", point(10, 0, "accepted", has_file=True),
         Step(note(text(11, snapshot(11, A), at(1)), A), "accepted", snapshot(11, A) + " "),
         Step(note(text(11, snapshot(11, A), at(2)), A), "accepted", snapshot(12, A)),
         Step(note(text(11, snapshot(11, A), at(3)), A), "accepted", ""), point(11, 4, "confirms", has_file=True))
    case("a_file_that_is_not_taken", point(10, 0, "accepted", has_file=True),
         point(11, 1, "accepted", content=snapshot(11, STRANGER), has_file=True),
         point(11, 2, "accepted", content=snapshot(11, A, environment="staging"), has_file=True),
         point(11, 3, "accepted", content=SIGNED, has_file=True), point(11, 4, "accepted", content="x", has_file=True),
         point(11, 5, "accepted", content=snapshot(11, A).replace("11", "12", 1), has_file=True), point(11, 6, "confirms", has_file=True))
    case("a_file_of_another_position", point(10, 0, "accepted", has_file=True), point(11, 1, "accepted", content=snapshot(10, A), has_file=True),
         point(11, 2, "accepted", content=snapshot(9, A), has_file=True), point(11, 3, "accepted", content=snapshot(12, A), has_file=True),
         point(12, 4, "confirms"))


def chance(seed):
    """Any of it, mostly forward, in an order that nobody thought of."""
    draw = random.Random(seed)
    # What the client does decides whether it asks for a file.
    client, steps = Client(A), []
    position, second, signers = 10, 100, (A,)

    def meet(step):
        row_of(client, step)
        steps.append(step)

    def meet_pointer(to, when, *by):
        pointer = point(to, when, None, *by)
        fetches = False
        try:
            fetches = client.pointer(pointer.data.encode())[0] > client.trusted()
        except Refused:
            pass
        meet(point(to, when, None, *by, has_file=fetches and draw.random() < 0.85))

    for number in range(24):
        second += draw.choice([0, 1, 30])
        position += draw.choice([0, 0, 1, 2])
        if number == 6:
            meet(learn(AB, None))
        if number == 8:
            signers = draw.choice([(B, A), (A, B)])
        if number == 15:
            signers = (B,)
            meet(learn(RA, None))
        roll = draw.random()
        if roll < 0.55:
            meet_pointer(position, second, *signers)
        elif roll < 0.65:
            meet_pointer(position - draw.randint(1, 9), second + 500, *signers)
        elif roll < 0.75:
            meet_pointer(position, second, draw.choice([A, B, C, STRANGER]))
        elif roll < 0.85:
            meet_pointer(position, second - draw.randint(1, 60), *signers)
        else:
            meet(take(snapshot(position + draw.randint(-2, 1), *signers), None))
    case(f"random_{seed}", *steps)


def main():
    for entry in os.scandir("."):
        if entry.is_dir():
            shutil.rmtree(entry.path)
    forms()
    lines()
    order()
    chains()
    confirmation()
    for seed in range(1, 9):
        chance(seed)
    print(len(FOLDERS), "cases")


if __name__ == "__main__":
    main()
