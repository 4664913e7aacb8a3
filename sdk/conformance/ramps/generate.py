#!/usr/bin/env python3
"""What each traffic enrols of the tables of ../shares/vectors.json (clauses 2.2 and 2.3). Runs give the same bytes."""
import json

TRAFFICS = [0, 1, 99, 100, 101, 1_000, 9_999, 12_345, 50_000, 100_000, 333_333, 500_000, 750_001, 999_999, 1_000_000]


def enrolled(runs, ppm):
    """Of each range the first floor(length * ppm / 1000000) slots."""
    cut = [(low, low + (high - low) * ppm // 1_000_000, variant) for low, high, variant in runs]
    return [[low, high, variant] for low, high, variant in cut if low < high]


def members(runs):
    return {(number, variant) for low, high, variant in runs for number in range(low, high)}


def main():
    with open("../shares/vectors.json", encoding="utf-8") as read:
        lists = json.load(read)
    rows = []
    for table in lists:
        before = set()
        for ppm in TRAFFICS:
            ranges = enrolled(table["runs"], ppm)
            now = members(ranges)
            assert before <= now, "more traffic keeps whoever is in"
            before = now
            rows.append({"name": table["name"], "ppm": ppm, "ranges": ranges})
        assert len(before) == 10_000
    with open("vectors.json", "w", encoding="ascii", newline="\n") as out:
        out.write("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]\n")
    print(len(rows), "rows")


if __name__ == "__main__":
    main()
