#!/usr/bin/env python3
"""Counts the cases of all vectors, by topic: rows, questions, offers and steps, and refused snapshots."""
import json
import os

HERE = os.path.dirname(os.path.abspath(__file__))


def cases(path):
    """A file of rows, or one case.json."""
    with open(path, encoding="utf-8") as read:
        tree = json.load(read)
    if isinstance(tree, list):
        return len(tree)
    return sum(len(tree[member]) for member in ("questions", "offers", "steps") if member in tree) or 1


def main():
    total = 0
    for topic in sorted(os.listdir(HERE)):
        files = [os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(HERE, topic))
                 for name in names if name in ("case.json", "vectors.json")]
        if files:
            count = sum(cases(path) for path in files)
            refused = sum(os.path.dirname(path).endswith("_refused") for path in files)
            print(f"{topic:14} {count:6} cases in {len(files):3} files, {refused} of them refusals")
            total += count
    print(f"{'all':14} {total:6} cases")


if __name__ == "__main__":
    main()
