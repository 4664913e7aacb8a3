#!/usr/bin/env python3
"""Keys that follow each other and are revoked (protocol clause 12), by a program that shares no code
with the SDKs.

vectors.json is a list of stories. Each begins with one key, vkey, and has steps: a statement is
learnt, or changes nothing, or is refused for a reason; a note is accepted, or unchanged, or refused for
a reason. Needs the Python package cryptography for Ed25519. Keys are derived from fixed texts, so
runs give the same bytes.
"""
import base64
import hashlib
import json

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FROM = "2026-11-22T10:00:00.000Z"
UNTIL = "2026-12-22T10:00:00.000Z"


class Signer:
    def __init__(self, secret, name="trialog/production"):
        seed = hashlib.sha256(("trialog conformance keys " + secret).encode()).digest()
        self.name = name
        self.key = Ed25519PrivateKey.from_private_bytes(seed)
        raw = self.key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        self.id = hashlib.sha256(name.encode() + b"\n\x01" + raw).digest()[:4]
        self.untyped = f"{name}+{self.id.hex()}+{base64.b64encode(bytes([2]) + raw).decode()}"
        self.vkey = f"{name}+{self.id.hex()}+{base64.b64encode(bytes([1]) + raw).decode()}"

    def line(self, text):
        signature = base64.b64encode(self.id + self.key.sign(text.encode())).decode()
        return f"\u2014 {self.name} {signature}\n"


def note(text, *signers):
    return text + "\n" + "".join(signer.line(text) for signer in signers)


A, B, C, D = (Signer(each) for each in "ABCD")
STRANGER = Signer("stranger")
STAGING = Signer("staging", "trialog/staging")
WITNESS = Signer("witness", "witness.example.com")


def rotation_text(key, successor, begin=FROM, end=UNTIL, title="trialog snapshot key rotation"):
    return f"{title}\n{key.vkey}\n{successor.vkey}\n{begin}\n{end}\n"


def rotation(key, successor, begin=FROM, end=UNTIL):
    return note(rotation_text(key, successor, begin, end), successor, key)


def revocation_text(key, time=FROM):
    return f"trialog snapshot key revocation\n{key.vkey}\n{time}\n"


def revocation(signer, key):
    return note(revocation_text(key), signer)


def snapshot(position, *signers, environment="production"):
    tree = {"environment": environment, "exclusion_sets": [], "experiments": [], "flags": [],
            "format": 2, "holdouts": [], "kill_switch": False, "position": position,
            "time": "2026-11-22T16:00:00.123Z"}
    return note(json.dumps(tree, sort_keys=True, separators=(",", ":")) + "\n", *signers)


def learn(statement, answer="learnt"):
    return {"statement": statement, "answer": answer}


def take(offered, answer="accepted"):
    return {"note": offered, "answer": answer}


STORIES = []


def story(name, *steps, first=A):
    STORIES.append({"name": name, "environment": "production", "vkey": first.vkey, "steps": list(steps)})


AB, BC, CD = rotation(A, B), rotation(B, C), rotation(C, D)

# 12.2: successors
story("no_statement", take(snapshot(1, A)), take(snapshot(2, B), "NOT_SIGNED_BY_KEY"))
story("successor", learn(AB), take(snapshot(1, B)))
story("successor_of_successor", learn(AB), learn(BC), learn(CD), take(snapshot(1, D)))
story("either_key_before_the_successor_is_seen", learn(AB), take(snapshot(1, A)), take(snapshot(2, B)))
story("known_already", learn(AB), learn(AB, "nothing"), learn(BC), learn(AB, "nothing"), learn(BC, "nothing"))
story("not_in_order", learn(BC, "nothing"), learn(AB), learn(BC), take(snapshot(1, C)))
story("first_key_is_a_later_one", learn(AB, "nothing"), learn(BC), take(snapshot(1, C)), first=B)
story("of_strangers", learn(rotation(STRANGER, B), "nothing"), take(snapshot(1, B), "NOT_SIGNED_BY_KEY"))
story("forked", learn(AB), learn(rotation(A, C), "FORKED"), take(snapshot(1, C), "NOT_SIGNED_BY_KEY"), take(snapshot(1, B)))
story("fork_of_the_middle", learn(AB), learn(BC), learn(rotation(B, D), "FORKED"))
story("back_to_the_first", learn(AB), learn(rotation(B, A), "FORKED"))
story("to_itself", learn(note(rotation_text(A, A), A), "MALFORMED"))
story("to_another_name", learn(note(rotation_text(A, STAGING), A, STAGING), "MALFORMED"))
story("of_another_environment", learn(rotation(STAGING, Signer("staging 2", "trialog/staging")), "nothing"))
story("signed_by_the_key_only", learn(note(rotation_text(A, B), A), "NOT_SIGNED_BY_KEY"), take(snapshot(1, B), "NOT_SIGNED_BY_KEY"))
story("signed_by_the_successor_only", learn(note(rotation_text(A, B), B), "NOT_SIGNED_BY_KEY"))
story("signed_by_nobody_we_know", learn(note(rotation_text(A, B), STRANGER), "NOT_SIGNED_BY_KEY"))
story("signed_by_a_witness_too", learn(note(rotation_text(A, B), WITNESS, A, B)))
story("signatures_of_another_text", learn(AB.replace(FROM, UNTIL, 1), "BAD_SIGNATURE"))
story("wrong_signature_of_the_successor", learn(note(rotation_text(A, B), A) + B.line("x\n"), "BAD_SIGNATURE"))
story("ends_when_it_begins", learn(rotation(A, B, FROM, FROM)))
story("long_ago_and_far_away", learn(rotation(A, B, "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z")))
long_chain = [Signer(f"chain {i}") for i in range(101)]
story("a_hundred_keys_and_no_more",
      *(learn(rotation(one, next), "learnt" if i < 99 else "MALFORMED")
        for i, (one, next) in enumerate(zip(long_chain, long_chain[1:]))),
      take(snapshot(1, long_chain[99])), first=long_chain[0])

# 12.1: forms
for name, text in {
    "ends_before_it_begins": rotation_text(A, B, UNTIL, FROM),
    "time_without_milliseconds": rotation_text(A, B, "2026-11-22T10:00:00Z"),
    "time_with_an_offset": rotation_text(A, B, "2026-11-22T10:00:00.000+00:00"),
    "time_that_never_was": rotation_text(A, B, "2026-11-31T10:00:00.000Z"),
    "time_of_lower_case": rotation_text(A, B, "2026-11-22t10:00:00.000z"),
    "no_time": rotation_text(A, B, ""),
    "one_line_less": "\n".join(rotation_text(A, B).split("\n")[:-2]) + "\n",
    "one_line_more": rotation_text(A, B) + "more\n",
    "an_empty_line_more": rotation_text(A, B) + "\n",
    "another_title": rotation_text(A, B, title="trialog snapshot key promotion"),
    "title_of_upper_case": rotation_text(A, B, title="Trialog snapshot key rotation"),
    "title_with_a_space": rotation_text(A, B, title="trialog snapshot key rotation "),
    "carriage_returns": rotation_text(A, B).replace("\n", "\r\n"),
    "key_with_another_id": rotation_text(A, B).replace(B.id.hex(), A.id.hex()),
    "key_with_another_type": rotation_text(A, B).replace(B.vkey, B.untyped),
    "no_key": rotation_text(A, B).replace(B.vkey, ""),
    "empty": "\n",
    "a_snapshot": snapshot(1, A).split("\n")[0] + "\n",
    "revocation_with_a_line_more": revocation_text(A) + "more\n",
    "revocation_without_time": revocation_text(A, ""),
    "revocation_with_a_rotations_lines": rotation_text(A, B, title="trialog snapshot key revocation"),
    "rotation_with_a_revocations_lines": revocation_text(A).replace("revocation", "rotation"),
    "too_long": rotation_text(A, B) + "x" * 17_000 + "\n",
}.items():
    story("malformed_" + name, learn(note(text, B, A), "MALFORMED"))
story("malformed_no_note", learn(rotation_text(A, B), "MALFORMED"), learn("", "MALFORMED"))
story("malformed_one_does_not_stop_the_next", learn("no note", "MALFORMED"), learn(AB), take(snapshot(1, B)))
story("a_statement_is_no_snapshot", learn(AB), take(AB, "NOT_A_NOTE"))

# 12.3: notes of several keys, and the end of the older ones
story("both_sign_and_the_first_is_known", take(snapshot(1, B, A)), take(snapshot(2, A, B)))
story("both_sign_and_both_are_known", learn(AB), take(snapshot(1, B, A)))
story("retired_once_the_successor_was_seen", learn(AB), take(snapshot(1, B)), take(snapshot(2, A), "KEY_RETIRED"), take(snapshot(2, B)))
story("retired_by_a_note_of_both", learn(AB), take(snapshot(1, A, B)), take(snapshot(2, A), "KEY_RETIRED"))
story("retired_by_an_unchanged_note", learn(AB), take(snapshot(1, A)), take(snapshot(1, B), "unchanged"), take(snapshot(2, A), "KEY_RETIRED"))
story("not_retired_by_a_refused_note", learn(AB), take(snapshot(5, A)), take(snapshot(4, B), "OLDER_POSITION"), take(snapshot(6, A)))
story("not_retired_by_another_environment", learn(AB), take(snapshot(5, B, environment="staging"), "OTHER_ENVIRONMENT"), take(snapshot(6, A)))
story("not_retired_by_the_statement", take(snapshot(1, A)), learn(AB), take(snapshot(2, A)))
story("skipped_a_key", learn(AB), learn(BC), take(snapshot(1, C)), take(snapshot(2, A), "KEY_RETIRED"), take(snapshot(2, B), "KEY_RETIRED"), take(snapshot(2, A, B), "KEY_RETIRED"))
story("middle_key_seen", learn(AB), learn(BC), take(snapshot(1, B)), take(snapshot(2, A), "KEY_RETIRED"), take(snapshot(2, C)))
wrong = note(snapshot(2, A).split("\n")[0] + "\n", A) + B.line("x\n")
story("wrong_line_of_the_newest", learn(AB), take(wrong, "BAD_SIGNATURE"))
story("wrong_line_of_a_key_that_is_not_known", take(wrong))
older = note(snapshot(2, A).split("\n")[0] + "\n", B) + A.line("x\n")
story("wrong_line_of_the_older_is_not_looked_at", learn(AB), take(older))
story("wrong_line_of_a_retired_key_is_retired", learn(AB), take(snapshot(1, B)), take(snapshot(2, B).split("\n")[0] + "\n\n" + A.line("x\n"), "KEY_RETIRED"))
story("broken_line_is_no_note", learn(AB), take(snapshot(1, B), ), take(snapshot(2, B) + "x\n", "NOT_A_NOTE"))

# 12.4: revocations
RA = revocation(B, A)
story("revoked", learn(AB), learn(RA), take(snapshot(1, A), "KEY_REVOKED"), take(snapshot(1, B)))
story("revoked_and_retired", learn(AB), take(snapshot(1, B)), learn(RA), take(snapshot(2, A), "KEY_REVOKED"))
story("revoked_beside_a_trusted_one", learn(AB), learn(RA), take(snapshot(1, A, B)))
story("revoked_twice", learn(AB), learn(RA), learn(RA, "nothing"))
story("revoked_by_a_later_successor", learn(AB), learn(BC), learn(revocation(C, A)), take(snapshot(1, A), "KEY_REVOKED"), take(snapshot(1, B)))
story("revoked_by_a_revoked_one", learn(AB), learn(BC), learn(revocation(C, B)), learn(RA, "NOT_SIGNED_BY_KEY"), take(snapshot(1, A)))
story("middle_one_revoked", learn(AB), learn(BC), learn(revocation(C, B)), take(snapshot(1, B), "KEY_REVOKED"), take(snapshot(1, A)), take(snapshot(2, C)))
story("newest_of_two_lines_is_revoked", learn(AB), learn(BC), take(snapshot(1, C)), learn(revocation(C, B)), take(snapshot(2, A, B), "KEY_REVOKED"))
story("newest_of_two_lines_is_retired", learn(AB), learn(BC), take(snapshot(1, C)), learn(revocation(C, A)), take(snapshot(2, A, B), "KEY_RETIRED"))
story("revocation_before_the_successor_is_known", learn(RA, "NOT_SIGNED_BY_KEY"), learn(AB), learn(RA))
story("revocation_by_itself", learn(AB), learn(revocation(A, A), "NOT_SIGNED_BY_KEY"), take(snapshot(1, A)))
story("revocation_of_the_newest", learn(AB), learn(revocation(A, B), "NOT_SIGNED_BY_KEY"), learn(revocation(B, B), "NOT_SIGNED_BY_KEY"), take(snapshot(1, B)))
story("revocation_by_a_stranger", learn(AB), learn(revocation(STRANGER, A), "NOT_SIGNED_BY_KEY"))
story("revocation_of_a_stranger", learn(revocation(A, STRANGER), "nothing"), take(snapshot(1, A)))
story("revocation_with_a_wrong_signature", learn(AB), learn(note(revocation_text(A)) + B.line("x\n"), "BAD_SIGNATURE"), take(snapshot(1, A)))

# 12.6: what a revoked key has signed
TOP = 2 ** 53 - 1
story("position_of_a_thief", take(snapshot(TOP, A)), take(snapshot(7, A), "OLDER_POSITION"), learn(AB), learn(RA), take(snapshot(7, B)), take(snapshot(6, B), "OLDER_POSITION"), take(snapshot(8, B)))
story("same_position_as_the_thief", take(snapshot(7, A)), learn(AB), learn(RA), take(snapshot(7, B)), take(snapshot(7, B), "unchanged"))
story("position_of_a_retired_key_counts", take(snapshot(7, A)), learn(AB), take(snapshot(6, B), "OLDER_POSITION"), take(snapshot(8, B)))
story("position_of_a_key_that_is_not_revoked_counts", learn(AB), take(snapshot(7, B)), learn(RA), take(snapshot(6, B), "OLDER_POSITION"))


def main():
    assert len({each["name"] for each in STORIES}) == len(STORIES)
    with open("vectors.json", "w", encoding="utf-8") as out:
        out.write("[\n" + ",\n".join(json.dumps(each, ensure_ascii=False) for each in STORIES) + "\n]\n")


if __name__ == "__main__":
    main()
