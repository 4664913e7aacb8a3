#!/usr/bin/env python3
"""The messages between an SDK and the platform (clauses 4.4, 6, 7, 10 to 12, 15), as they go over the wire.

vectors.json is one client's story: what it was configured with, and each request with its answer, in order.
streams/vectors.json has bodies of event streams and the events in them. Needs the Python package cryptography
for Ed25519. Keys and ids are derived from fixed texts, so runs give the same bytes.
"""
import base64
import datetime
import hashlib
import json

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

TOKEN = "trl_0123456789abcdef"
SOON = "2026-11-22T16:00:02.000Z"


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
        return f"\u2014 {self.name} {base64.b64encode(self.id + self.key.sign(text.encode())).decode()}\n"


FIRST = Signer("trialog/production")
SECOND = Signer("trialog/production", "trialog/production 2")
ROTATION = (f"trialog snapshot key rotation\n{FIRST.vkey}\n{SECOND.vkey}\n"
            "2026-11-22T10:00:00.000Z\n2026-12-22T10:00:00.000Z\n")


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def signed(text):
    """By both keys, as long as the one follows the other."""
    return text + "\n" + FIRST.line(text) + SECOND.line(text)


def experiment(key, status):
    return {
        "allocation": [{"from": 0, "to": 5000, "variant": "control"}, {"from": 5000, "to": 10000, "variant": "treatment"}],
        "control": "control", "epoch": 0, "exclusion_sets": [], "fallback_unit": "device_id", "key": key,
        "namespace": "food/growth", "prerequisites": [], "salt": key, "status": status, "surface": key,
        "targeting": {"all": []}, "unit": "user_id", "variants": [{"key": "control"}, {"key": "treatment"}]}


def text_at(position, time, fares):
    return canonical({
        "environment": "production", "exclusion_sets": [],
        "experiments": [experiment("checkout", "running"), experiment("fares", fares)], "flags": [], "format": 2,
        "holdouts": [], "kill_switch": False, "position": position, "time": time}) + "\n"


BEFORE = text_at(12, "2026-11-22T16:00:00.123Z", "running")
AFTER = text_at(13, "2026-11-22T16:00:01.456Z", "killed")


def delta(before, after, *words):
    """Parts by hand: each word of the new text takes the place of as many bytes of the old one as it says."""
    parts, at = [], 0
    for begin, end, word in words:
        parts += [[at, begin], word]
        at = end
    parts.append([at, len(before.encode())])
    made = "".join(before.encode()[p[0]:p[1]].decode() if isinstance(p, list) else p for p in parts)
    assert made == after, made
    return canonical({"from": 12, "parts": parts}) + "\n" + FIRST.line(after) + SECOND.line(after)


def killing():
    status = BEFORE.rindex('"status":"running"') + len('"status":"')
    position = BEFORE.index('"position":12') + len('"position":1')
    time = BEFORE.rindex("0.123Z")
    return delta(BEFORE, AFTER, (status, status + len("running"), "killed"), (position, position + 1, "3"),
                 (time, time + len("0.123"), "1.456"))


def event(name, position, data):
    return f"event: {name}\nid: {position}\n" + "".join(f"data: {line}\n" for line in data.split("\n")[:-1]) + "\n"


def slot(salt, subject):
    return int.from_bytes(hashlib.sha256(f"{salt}:{subject}".encode()).digest(), "big") % 10000


def hashed(unit, subject):
    digest = hashlib.sha256(f"trialog:production:{unit}:{subject}".encode()).digest()[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def uuid(number, version):
    """Version 7: the milliseconds of SOON; the other bits by the number."""
    bits = bytearray(hashlib.sha256(f"trialog conformance id {number}".encode()).digest()[:16])
    if version == 7:
        millis = int(datetime.datetime.fromisoformat(SOON.replace("Z", "+00:00")).timestamp() * 1000)
        bits[:6] = millis.to_bytes(6, "big")
    bits[6] = version << 4 | bits[6] & 0x0F
    bits[8] = 0x80 | bits[8] & 0x3F
    h = bits.hex()
    return "-".join((h[:8], h[8:12], h[12:16], h[16:20], h[20:]))


def request(method, path, body=None, **headers):
    named = {"Authorization": f"Bearer {TOKEN}", **{name.replace("_", "-"): value for name, value in headers.items()}}
    made = {"method": method, "path": path, "headers": named}
    return made if body is None else dict(made, headers=dict(named, **{"Content-Type": "application/json"}), body=body)


def answer(status, body="", content_type=None, **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"status": status, "headers": dict({"Content-Type": content_type} if content_type else {}, **named), "body": body}


def keys():
    chain = [{"key": FIRST.vkey, "state": "retiring", "until": "2026-12-22T10:00:00Z"},
             {"key": SECOND.vkey, "state": "active", "from": "2026-11-22T10:00:00Z"}]
    statement = ROTATION + "\n" + FIRST.line(ROTATION) + SECOND.line(ROTATION)
    return canonical({
        "snapshot": {"production": SECOND.vkey},
        "snapshot_keys": {"production": {"keys": chain, "statements": [statement]}},
        "guardrails": {"production": Signer("trialog/guardrails/production").vkey},
        "log": Signer("trialog.example/log").vkey, "export": Signer("trialog.example/export").vkey})


def batch(context):
    variant = "control" if slot("checkout", context["user_id"]) < 5000 else "treatment"
    exposure = {
        "id": uuid(1, 7), "experiment": "checkout", "variant": variant, "subject": hashed("user_id", context["user_id"]),
        "time": SOON, "surface": "web", "epoch": 0, "position": 13, "segments": {"country": "AT"}}
    outcomes = [{"id": uuid(2 + i, 7), "subject": hashed(unit, context[unit]), "metric": "order_value", "value": 19.9,
                 "time": SOON} for i, unit in enumerate(("user_id", "device_id"))]
    return canonical({"exposures": [exposure], "outcomes": outcomes})


def receipt(*enforced, **more):
    return canonical(dict(
        client=uuid(0, 4), environment="production", sdk="java/0.1.0",
        enforced=[{"position": position, "ago_ms": ago} for position, ago in enforced], **more))


def problem(status, code, detail):
    title = code.replace("_", " ").capitalize()
    return canonical({"type": f"urn:trialog:problem:{code}", "title": title, "status": status, "detail": detail, "code": code})


def story():
    context = {"user_id": "u1", "device_id": "d1", "country": "AT"}
    note, body = "text/vnd.trialog.snapshot;charset=UTF-8", batch(context)
    rejected = {"kind": "exposure", "index": 0, "id": uuid(1, 7), "code": "unknown_experiment", "detail": "no such experiment"}
    path = "/api/v1/snapshots/production"
    steps = [
        ("poll", request("GET", path), answer(200, signed(BEFORE), note, ETag='"12"')),
        ("keys", request("GET", "/api/v1/keys"), answer(200, keys(), "application/json")),
        ("stream", request("GET", path + "/stream?deltas=true", Accept="text/event-stream", Last_Event_ID="12"),
         answer(200, ":\n\n" + event("delta", 13, killing()) + ":\n\n", "text/event-stream")),
        ("receipt", request("POST", "/api/v1/receipts", receipt((12, 154), (13, 87))), answer(202)),
        ("batch", request("POST", "/api/v1/batches", body), answer(
            503, problem(503, "stream_unavailable",
                         "Kafka did not confirm the batch; send it again with the same ids."),
            "application/problem+json", Retry_After="1")),
        ("batch again", request("POST", "/api/v1/batches", body), answer(
            200, canonical({"accepted": 2, "rejected": [rejected],
                            "receipt": {"trialog.outcomes-2": 57828, "trialog.outcomes-5": 1204}}), "application/json")),
        ("poll again", request("GET", path, If_None_Match='"13"'), answer(304, ETag='"13"')),
        ("receipt at the end", request("POST", "/api/v1/receipts", receipt((13, 61022), closing=True)), answer(202))]
    return {
        "environment": "production", "vkey": FIRST.vkey, "token": TOKEN, "surface": "web", "segments": ["country"],
        "time": SOON, "context": context, "evaluate": "checkout", "track": {"metric": "order_value", "value": 19.9},
        "steps": [{"name": name, "request": asked, "answer": given} for name, asked, given in steps]}


def streams():
    def row(name, body, *events):
        return {"name": name, "body": body, "events": [{"event": e, "data": d} for e, d in events]}

    whole = signed(AFTER)
    return [
        row("a whole snapshot", ":\n\n" + event("snapshot", 13, whole), ("snapshot", whole[:-1])),
        row("a delta", event("delta", 13, killing()), ("delta", killing()[:-1])),
        row("two events", "event: snapshot\ndata: a\n\nevent: delta\ndata: b\n\n", ("snapshot", "a"), ("delta", "b")),
        row("comments only", ":\n\n: alive\n\n:\n\n"),
        row("a comment within an event", "event: snapshot\n: alive\ndata: a\n\n", ("snapshot", "a")),
        row("lines that end in CRLF", "event: snapshot\r\nid: 13\r\ndata: a\r\ndata: b\r\n\r\n", ("snapshot", "a\nb")),
        row("lines that end in CR", "event: snapshot\rid: 13\rdata: a\rdata: b\r\r", ("snapshot", "a\nb")),
        row("an empty line of data", "event: snapshot\ndata: a\ndata: \ndata: b\n\n", ("snapshot", "a\n\nb")),
        row("an empty line of data without a space", "event: snapshot\ndata: a\ndata:\ndata: b\n\n", ("snapshot", "a\n\nb")),
        row("a field without a colon", "event: snapshot\ndata: a\ndata\ndata: b\n\n", ("snapshot", "a\n\nb")),
        row("one space is cut", "event:snapshot\ndata:a\ndata:  b\n\n", ("snapshot", "a\n b")),
        row("a colon in the data", "event: snapshot\ndata: {\"a\":1}\n\n", ("snapshot", "{\"a\":1}")),
        row("the last event field counts", "event: delta\nevent: snapshot\ndata: a\n\n", ("snapshot", "a")),
        row("an event without data is none", "event: snapshot\nid: 13\n\ndata: a\n\n", ("message", "a")),
        row("an event without a name", "data: a\n\n", ("message", "a")),
        row("fields and events that are not known", "retry: 5\nother: x\nevent: later\ndata: a\n\n", ("later", "a")),
        row("what the end of the stream cuts off", "event: snapshot\ndata: a\n\nevent: snapshot\ndata: b\n",
            ("snapshot", "a")),
        row("letters of all lengths", "event: snapshot\ndata: a\u00e9\u6f22\U0001f600\n\n",
            ("snapshot", "a\u00e9\u6f22\U0001f600"))]


def main():
    head = story()
    rows = lambda values: ",\n".join(json.dumps(v, separators=(",", ":")) for v in values)  # noqa: E731
    steps = head.pop("steps")
    with open("vectors.json", "w", encoding="ascii", newline="\n") as out:
        out.write(json.dumps(head)[:-1] + f', "steps": [\n{rows(steps)}\n]}}\n')
    with open("streams/vectors.json", "w", encoding="ascii", newline="\n") as out:
        out.write(f"[\n{rows(streams())}\n]\n")


if __name__ == "__main__":
    main()
