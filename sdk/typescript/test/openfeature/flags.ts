/** The flags of the OpenFeature specification's scenarios, and experiments. */

import type { Json } from "../../src/snapshot/json.js";

const ALL = { from: 0, to: 10_000 };

function flag(key: string, type: string, variant: string, value: string, more: Record<string, Json> = {}): Json {
  return {
    enabled: true,
    key,
    killed: false,
    off: "other",
    prerequisites: [],
    rollout: [{ ...ALL, variant }],
    rules: [],
    salt: key,
    type,
    unit: "user_id",
    variants: [
      { key: variant, value },
      { key: "other", value: type === "boolean" ? "false" : type === "number" ? "0" : '""' },
    ],
    ...more,
  };
}

function is(attribute: string, type: string, value: string): Json {
  return { attribute, operator: "equals", type, values: [value] };
}

const INTERNAL: Json = {
  all: [
    is("fn", "text", "Sulisław"),
    is("ln", "text", "Świętopełk"),
    is("age", "number", "29"),
    is("customer", "boolean", "false"),
  ],
};

function experiment(key: string, unit: string, variants: Json[], shown: string, status: string): Json {
  return {
    allocation: [{ ...ALL, variant: shown }],
    control: "control",
    epoch: 3,
    exclusion_sets: [],
    key,
    namespace: "acme/rides",
    prerequisites: [],
    salt: key,
    status,
    surface: "web",
    targeting: { all: [] },
    unit,
    variants,
  };
}

export function snapshot(position: number, status = "running"): Record<string, Json> {
  const payloads = [
    { key: "control", payload: '{"colour":"grey"}' },
    { key: "treatment", payload: '{"colour":"green"}' },
  ];
  return {
    environment: "production",
    exclusion_sets: [],
    experiments: [
      experiment("checkout", "user_id", payloads, "treatment", status),
      experiment("plain", "device_id", [{ key: "b" }, { key: "control" }], "b", "running"),
    ],
    flags: [
      flag("boolean-flag", "boolean", "on", "true"),
      flag("context-aware", "text", "external", '"EXTERNAL"', {
        rules: [{ rollout: [{ ...ALL, variant: "internal" }], targeting: INTERNAL }],
        variants: [
          { key: "external", value: '"EXTERNAL"' },
          { key: "internal", value: '"INTERNAL"' },
        ],
        off: "external",
      }),
      flag("float-flag", "number", "half", "0.5"),
      flag("integer-flag", "number", "ten", "10"),
      flag("object-flag", "json", "template", '{"showImages":true,"title":"Check out these pics!","imagesPerPage":100}'),
      flag("split-flag", "boolean", "on", "true", {
        rollout: [
          { from: 0, to: 5_000, variant: "on" },
          { from: 5_000, to: 10_000, variant: "other" },
        ],
      }),
      flag("string-flag", "text", "greeting", '"hi"'),
      flag("unsaid-flag", "json", "unsaid", "null"),
      flag("wrong-flag", "text", "one", '"uno"'),
    ],
    format: 2,
    holdouts: [],
    kill_switch: false,
    position,
    time: "2026-11-22T16:00:00.120Z",
  };
}
