#!/usr/bin/env python3
"""Exposures that must and must not be recorded (clauses 6.2, 6.3, 9.12 and 9.14).

A case is a sequence of steps with one client, and the exact list of exposures that it leaves, but for
their ids and times. A step is one of: offer a note; override; evaluate, peek, all (evaluate all
experiments), flag. The evaluator is that of ../format-2/generate.py. Runs give the same bytes.
"""
import copy
import json
import os
import random
import shutil
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "format-2"))
from generate import (  # noqa: E402
    PRODUCTION, c, canonical, decide, exclusion_set, experiment, flag, found, hashed, holdout, needs, reservation,
    snapshot, subject_of, text, user, where)


def cut(value, limit):
    """To so many UTF-16 code units, and no half of a pair."""
    units = value.encode("utf-16-le")[:2 * limit]
    return units.decode("utf-16-le", "ignore")


class Story:
    """Steps, and what a client that follows the clauses records."""

    def __init__(self, surface="", segments=()):
        self.surface, self.segments = surface, list(segments)
        self.tree, self.overrides = None, {}
        self.steps, self.exposures, self.notes = [], [], {}
        self.seen = set()

    def offer(self, tree):
        name = f"{tree['position']}.note"
        note = PRODUCTION.note(canonical(tree) + "\n")
        assert self.notes.setdefault(name, note) == note, name
        self.steps.append({"offer": name})
        self.tree = copy.deepcopy(tree)
        return self

    def override(self, overrides):
        self.steps.append({"override": overrides})
        self.overrides = overrides
        return self

    def step(self, kind, key, context):
        self.steps.append({kind: key, "context": context} if key else {kind: True, "context": context})
        return self

    def peek(self, key, *contexts):
        for context in contexts:
            self.step("peek", key, context)
        return self

    def flag(self, key, *contexts):
        for context in contexts:
            self.step("flag", key, context)
        return self

    def all(self, *contexts):
        for context in contexts:
            self.step("all", None, context)
        return self

    def evaluate(self, key, *contexts, reason=None):
        for context in contexts:
            self.step("evaluate", key, context)
            e = found(self.tree["experiments"], key) if self.tree else None
            answer = decide(self.tree, e, context, self.overrides) if e else {"reason": "UNKNOWN_EXPERIMENT"}
            assert reason in (None, answer["reason"]), (key, context, answer)
            if answer["reason"] == "ASSIGNED":
                self.assigned(e, answer, context)
        return self

    def assigned(self, e, answer, context):
        _, subject = subject_of(context, e["unit"], e.get("fallback_unit"))
        once = (e["key"], answer["variant"], e["epoch"], answer["unit"], subject)
        if once in self.seen:
            return
        self.seen.add(once)
        exposure = {
            "experiment": e["key"], "variant": answer["variant"], "subject": answer["hashed_subject"],
            "surface": self.surface or e["surface"], "epoch": e["epoch"], "position": self.tree["position"]}
        assert exposure["subject"] == hashed("production", answer["unit"], subject)
        texts = {name: text(context[name]) for name in self.segments if context.get(name) is not None}
        kept = {cut(name, 32): cut(value, 64) for name, value in texts.items() if value is not None}
        self.exposures.append(dict(exposure, segments=kept) if kept else exposure)

    def write(self, folder, most=None):
        assert most is None or len(self.exposures) == most, (folder, len(self.exposures))
        os.makedirs(folder)
        for name, note in self.notes.items():
            with open(f"{folder}/{name}", "wb") as out:
                out.write(note.encode())
        head = json.dumps({"environment": "production", "vkey": PRODUCTION.vkey, "surface": self.surface,
                           "segments": self.segments})[:-1]
        rows = lambda values: ",\n".join(json.dumps(v, separators=(",", ":")) for v in values)  # noqa: E731
        with open(f"{folder}/case.json", "w", encoding="ascii", newline="\n") as out:
            out.write(f'{head}, "steps": [\n{rows(self.steps)}\n], "exposures": [\n{rows(self.exposures)}\n]}}\n')


def swapped(key, **members):
    return experiment(key, allocation=[
        {"from": 0, "to": 5000, "variant": "treatment"}, {"from": 5000, "to": 10000, "variant": "control"}], **members)


def once():
    Story().offer(snapshot(experiment("checkout"), experiment("search"), position=10)).evaluate(
        "checkout", *[user(1)] * 5, *[user(2)] * 3).evaluate("search", user(1)).evaluate(
        "checkout", user(1), user(3)).write("once_for_subject_and_experiment", 4)
    story = Story()
    for position in range(10, 15):
        story.offer(snapshot(experiment("checkout"), position=position)).evaluate("checkout", user(1), user(position))
    story.write("not_again_at_another_position", 6)
    story = Story()
    for epoch in range(4):
        story.offer(snapshot(experiment("checkout", epoch=epoch), position=10 + epoch))
        story.evaluate("checkout", user(1), user(1), user(2))
    story.write("again_in_another_epoch", 8)
    Story().offer(snapshot(experiment("checkout", epoch=1), position=10)).evaluate("checkout", user(1)).offer(
        snapshot(experiment("checkout", epoch=2), position=11)).evaluate("checkout", user(1)).offer(
        snapshot(experiment("checkout", epoch=1), position=12)).evaluate("checkout", user(1)).write(
        "not_again_when_an_epoch_comes_back", 2)
    Story().offer(snapshot(experiment("checkout"), position=10)).evaluate("checkout", user(1), user(2)).offer(
        snapshot(swapped("checkout"), position=11)).evaluate("checkout", user(1), user(2)).offer(
        snapshot(experiment("checkout"), position=12)).evaluate("checkout", user(1), user(2)).write(
        "again_for_another_variant", 4)
    story = Story()
    for i, slots in enumerate((50, 500, 2500, 5000)):
        story.offer(snapshot(experiment("checkout", allocation=[
            {"from": 0, "to": slots, "variant": "control"},
            {"from": 5000, "to": 5000 + slots, "variant": "treatment"}]), position=10 + i))
        story.evaluate("checkout", *[user(where(low, low + 1, "checkout")) for low in (0, 49, 50, 499, 500, 2499, 2500,
                                                                                      4999, 5000, 5499, 5500, 9999)])
    story.write("a_ramp_adds_those_who_come_in", 12)


def never():
    """One experiment for each reason that is not ASSIGNED."""
    tree = snapshot(
        experiment("gone", status="killed"), experiment("stopped", status="paused"),
        experiment("won", status="concluded", winner="treatment"), experiment("even", status="concluded"),
        experiment("aimed", targeting=c("text", "in", "fr", attribute="country")), experiment("nobody", allocation=[]),
        experiment("held", surface="home"), experiment("excluded", exclusion_sets=[reservation("page")]),
        experiment("after", prerequisites=[needs("experiment", "gone", "control")]),
        experiment("device", unit="device_id"), experiment("run"),
        holdouts=[holdout("home", 10000, "surface", "home")], sets=[exclusion_set("page")], position=10)
    wanted = {"gone": "KILLED", "stopped": "NOT_RUNNING", "won": "CONCLUDED", "even": "CONCLUDED",
              "aimed": "NOT_TARGETED", "nobody": "NOT_ENROLLED", "held": "HELD_OUT", "excluded": "EXCLUDED",
              "after": "PREREQUISITE_FAILED", "device": "UNIT_MISSING", "nothing": "UNKNOWN_EXPERIMENT"}
    for key, reason in wanted.items():
        Story().offer(tree).evaluate(key, user(1), user(2), reason=reason).evaluate(
            "run", user(1)).write("never_" + reason.lower() + ("_without_winner" if key == "even" else ""), 1)
    Story().evaluate("run", user(1)).offer(tree).evaluate("run", user(1)).write("never_without_a_snapshot", 1)
    Story().offer(tree).peek("run", user(1), user(2)).all(user(1), user(2)).evaluate("run", user(2)).write(
        "never_by_peek_or_all", 1)
    Story().offer(dict(tree, kill_switch=True)).evaluate("run", user(1), reason="GLOBAL_KILL").offer(
        dict(tree, position=11)).evaluate("run", user(1)).write("never_global_kill", 1)


def kills():
    run, dead = experiment("checkout"), experiment("checkout", status="killed")
    Story().offer(snapshot(run, position=10)).evaluate("checkout", user(1)).offer(
        snapshot(dead, position=11)).evaluate("checkout", user(1), user(2), reason="KILLED").offer(
        snapshot(run, position=12)).evaluate("checkout", user(1), user(2)).write("killed_and_revived", 2)
    Story().offer(snapshot(run, position=10)).evaluate("checkout", user(1)).offer(
        snapshot(experiment("checkout", status="paused"), position=11)).evaluate("checkout", user(2)).offer(
        snapshot(experiment("checkout", epoch=1), position=12)).evaluate("checkout", user(1), user(2)).offer(
        snapshot(experiment("checkout", epoch=1, status="concluded", winner="treatment"), position=13)).evaluate(
        "checkout", user(1), user(3), reason="CONCLUDED").write("paused_resumed_concluded", 3)


def forced():
    tree = snapshot(experiment("checkout"), experiment("search"), position=10)
    Story().offer(tree).override({"checkout": {"*": "treatment"}}).evaluate(
        "checkout", user(1), user(2), reason="OVERRIDE").evaluate("search", user(1)).override({}).evaluate(
        "checkout", user(1)).write("not_by_an_override_and_after_it", 2)
    Story().offer(tree).override({"checkout": {"1": "control", "2": "treatment"}}).evaluate(
        "checkout", user(1), user(2), user(3)).write("an_override_of_one_subject", 1)
    Story().offer(tree).override({"checkout": {"*": "no-such-variant"}}).evaluate("checkout", user(1)).write(
        "an_override_of_no_variant", 1)
    gate = snapshot(experiment("base"), experiment("after", prerequisites=[needs("experiment", "base", "treatment")]),
                    position=10)
    control, treatment = where(0, 5000, "base"), where(5000, 10000, "base")
    Story().offer(gate).override({"base": {"*": "treatment"}}).evaluate(
        "after", user(control), reason="PREREQUISITE_FAILED").evaluate("after", user(treatment)).write(
        "an_override_of_a_prerequisite", 1)


def units():
    tree = snapshot(experiment("either", fallback_unit="device_id"), experiment("plain"),
                    experiment("device", unit="device_id"), position=10)
    Story().offer(tree).evaluate("either", {"device_id": "d1"}, {"device_id": "d1", "user_id": "u1"},
                                 {"user_id": "u1"}, {"device_id": "d2", "user_id": "u1"}, {"device_id": "d1"}).write(
        "a_login_changes_the_unit", 2)
    Story().offer(tree).evaluate("either", {"device_id": "7"}, {"user_id": "7"}, {"user_id": 7},
                                 {"user_id": "", "device_id": 7}, {"user_id": 7.0}, {"user_id": 7.5}).write(
        "one_text_of_two_units", 2)
    Story().offer(tree).evaluate("device", {"device_id": "x", "user_id": "y"}).evaluate(
        "plain", {"device_id": "y", "user_id": "x"}, {"user_id": True}, {"user_id": ["x"]}, {}).write(
        "of_the_experiments_unit", 3)
    Story().offer(tree).evaluate("plain", {"user_id": "漢字"}, {"user_id": "😀"}, {"user_id": " "}, {"user_id": " "},
                                 {"user_id": "\u00e9"}, {"user_id": "e\u0301"}).write("subjects_are_any_text", 5)


def others():
    gate = snapshot(
        experiment("base"), experiment("after", prerequisites=[needs("experiment", "base", "control", "treatment")]),
        flags=[flag("asks", prerequisites=[needs("experiment", "base", "control", "treatment")])], position=10)
    Story().offer(gate).flag("asks", user(1)).evaluate("after", user(1)).evaluate("after", user(2)).flag(
        "asks", user(2)).write("not_of_a_prerequisite_and_not_of_a_flag", 2)
    names = ["country", "age", "premium", "x" * 40, "note", "half", "tags", "empty"]
    rich = dict(user(1), country="DE", age=34, premium=True, note="n" * 100, half="h" * 63 + "😀", tags=["a"], empty="")
    rich["x" * 40] = "cut"
    Story(segments=names).offer(snapshot(experiment("checkout"), position=10)).evaluate("checkout", rich).evaluate(
        "checkout", user(2), dict(user(3), country=None), dict(user(4), age=1.5, premium=False, country="",
                                                             note="😀" * 33, half="h" * 62 + "😀!")).write(
        "segments_that_are_named", 4)
    Story(segments=["country"]).offer(snapshot(experiment("checkout"), position=10)).evaluate(
        "checkout", dict(user(1), country="DE"), dict(user(1), country="FR")).write("not_again_for_another_segment", 1)
    Story(surface="web").offer(snapshot(experiment("checkout"), experiment("home", surface="home"), position=10)).evaluate(
        "checkout", user(1)).evaluate("home", user(1)).write("the_surface_of_the_client", 2)
    Story().offer(snapshot(experiment("checkout"), experiment("home", surface="home"), position=10)).evaluate(
        "checkout", user(1)).evaluate("home", user(1)).write("the_surface_of_the_experiment", 2)


def chance(seed):
    """Snapshots that change in every way while few subjects are evaluated often."""
    draw = random.Random(seed)
    story = Story(segments=["country"] if seed % 2 else [])
    for position in range(1, 13):
        experiments = []
        for key in ("a", "b", "c"):
            bounds = sorted(draw.sample(range(0, 10001), 4))
            members = {"epoch": draw.choice([0, 0, 1, 2]), "status": draw.choice(
                ["running"] * 6 + ["killed", "paused", "concluded"])}
            if draw.random() < 0.3:
                members["fallback_unit"] = "device_id"
            if draw.random() < 0.2:
                members["targeting"] = c("text", "in", "de", attribute="country")
            if key == "c" and draw.random() < 0.3:
                members["prerequisites"] = [needs("experiment", "a", "control", "treatment")]
            experiments.append(experiment(key, surface=draw.choice(["home", "checkout"]), allocation=[
                {"from": bounds[0], "to": bounds[1], "variant": "treatment"},
                {"from": bounds[2], "to": bounds[3], "variant": "control"}], **members))
        story.offer(snapshot(*experiments, kill=draw.random() < 0.05, position=position, holdouts=[
            holdout("home", 2000, "surface", "home")] if draw.random() < 0.3 else []))
        if draw.random() < 0.4:
            story.override(draw.choice([{}, {"a": {"*": "treatment"}}, {"b": {"1": "control"}}]))
        for _ in range(12):
            context = draw.choice([user(1), user(2), user(3), {"device_id": "1"}, {"device_id": "2", "user_id": ""}])
            context = dict(context, country=draw.choice(["de", "fr"]))
            if draw.random() < 0.8:
                story.evaluate(draw.choice("abc"), context)
            else:
                story.peek(draw.choice("abc"), context)
    story.write(f"random_{seed:02d}")
    return len(story.exposures)


def main():
    for entry in os.scandir("."):
        if entry.is_dir():
            shutil.rmtree(entry.path)
    once()
    never()
    kills()
    forced()
    units()
    others()
    print([chance(seed) for seed in range(1, 9)], "exposures at random")


if __name__ == "__main__":
    main()
