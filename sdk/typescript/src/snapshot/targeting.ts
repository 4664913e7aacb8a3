/** Whom something is for (protocol clauses 5.3 and 9.4 to 9.6): a tree, compiled into one function. */

import { textOf, type AttributeValue, type Context } from "../evaluate/context.js";
import { Invalid, MAX_TEXT, type Member } from "./member.js";
import { compareVersions, version, type Version } from "./version.js";

/** Whether a context is admitted. Never throws, except for what the context itself throws. */
export type Admits = (context: Context) => boolean;

const MAX_DEPTH = 8;
const MAX_CONDITIONS = 1_000;
const MAX_PARTS = 10_000;
const MAX_VALUES = 10_000;
const MAX_VALUE = 4_096;

const CONDITION_1 = new Set(["attribute", "operator", "values"]);
const CONDITION_2 = new Set(["attribute", "operator", "type", "values"]);
const TYPES = ["text", "number", "version", "boolean", "set"] as const;
const ORDERED = ["equals", "at_least", "above", "at_most", "below"] as const;
const OPERATORS = {
  text: ["equals", "in", "not_in", "prefix"],
  number: [...ORDERED, "in"],
  version: ORDERED,
  boolean: ["equals"],
  set: ["contains_any", "contains_all", "contains_none"],
} as const;
const NUMBER = /^-?[0-9]{1,15}(?:\.[0-9]{1,15})?$/;

type Operator = (typeof OPERATORS)[(typeof TYPES)[number]][number];

/** The conditions of format 1, which all must hold. */
export function readConditions(list: Member): Admits {
  return all(list.elements("conditions", MAX_CONDITIONS).map(readWorded));
}

function readWorded(member: Member): Admits {
  member.only(CONDITION_1);
  const attribute = member.get("attribute").filled();
  const wanted = member.get("operator").word(["in", "not_in"]) === "in";
  const values = new Set(texts(member, MAX_TEXT));
  return (context) => {
    const text = textOf(context, attribute);
    return (text !== undefined && values.has(text)) === wanted;
  };
}

/** The tree of format 2. */
export function readTargeting(tree: Member): Admits {
  return new TreeReader().read(tree, 1);
}

/** Reads one tree and counts its parts. */
class TreeReader {
  private conditions = 0;
  private parts = 0;

  read(tree: Member, depth: number): Admits {
    this.parts = this.counted("parts", this.parts, MAX_PARTS);
    if (depth > MAX_DEPTH) {
      throw new Invalid(`${tree.name} may have ${MAX_DEPTH} levels`);
    }
    if (tree.has("not")) {
      tree.only(new Set(["not"]));
      const part = this.read(tree.get("not"), depth + 1);
      return (context) => !part(context);
    }
    for (const joint of ["all", "any"] as const) {
      if (tree.has(joint)) {
        tree.only(new Set([joint]));
        const parts = tree.get(joint).elements("parts", MAX_PARTS);
        const read = parts.map((part) => this.read(part, depth + 1));
        return joint === "all" ? all(read) : any(read);
      }
    }
    this.conditions = this.counted("conditions", this.conditions, MAX_CONDITIONS);
    return readCondition(tree);
  }

  private counted(what: string, before: number, limit: number): number {
    if (before >= limit) {
      throw new Invalid(`targeting may have ${limit} ${what}`);
    }
    return before + 1;
  }
}

function all(parts: readonly Admits[]): Admits {
  if (parts.length === 1) {
    return parts[0]!;
  }
  return (context) => {
    for (const part of parts) {
      if (!part(context)) {
        return false;
      }
    }
    return true;
  };
}

function any(parts: readonly Admits[]): Admits {
  return (context) => {
    for (const part of parts) {
      if (part(context)) {
        return true;
      }
    }
    return false;
  };
}

function readCondition(member: Member): Admits {
  member.only(CONDITION_2);
  const attribute = member.get("attribute").filled();
  const type = member.get("type").word(TYPES);
  const operator = member.get("operator").word<Operator>(OPERATORS[type]);
  const values = texts(member, MAX_VALUE);
  const single =
    type === "boolean" || (operator !== "in" && (ORDERED as readonly string[]).includes(operator));
  if (values.length < 1 || (single && values.length > 1)) {
    throw new Invalid(`a condition on ${attribute} has ${values.length} values`);
  }
  const holds = compiled(type, operator, values);
  const whenMissing = operator === "not_in" || operator === "contains_none";
  return (context) => {
    const value = context[attribute];
    return isAttribute(value) ? holds(value) : whenMissing;
  };
}

/** Anything that is no attribute's value, like what an object inherits, counts as missing. */
function isAttribute(value: unknown): value is AttributeValue {
  const type = typeof value;
  return type === "object"
    ? Array.isArray(value) || value instanceof Set
    : type === "string" || type === "number" || type === "boolean" || type === "bigint";
}

function texts(member: Member, limit: number): readonly string[] {
  return member
    .get("values")
    .elements("values", MAX_VALUES)
    .map((value) => value.text(limit));
}

function compiled(
  type: (typeof TYPES)[number],
  operator: Operator,
  values: readonly string[],
): (value: AttributeValue) => boolean {
  switch (type) {
    case "text":
      return onText(operator, values);
    case "number":
      return onNumber(operator, values.map(numberOf));
    case "version":
      return onVersion(operator, versionOf(values[0]!));
    case "boolean":
      return onBoolean(values[0]!);
    case "set":
      return onSet(operator, values);
  }
}

function onText(operator: Operator, values: readonly string[]): (value: AttributeValue) => boolean {
  if (operator === "prefix") {
    return (value) => typeof value === "string" && values.some((prefix) => value.startsWith(prefix));
  }
  const set = new Set(values);
  const wanted = operator !== "not_in";
  return (value) => typeof value === "string" && set.has(value) === wanted;
}

function onNumber(operator: Operator, values: readonly number[]): (value: AttributeValue) => boolean {
  const first = values[0]!;
  return (value) => {
    if (typeof value !== "number" && typeof value !== "bigint") {
      return false;
    }
    const number = Number(value);
    return operator === "in"
      ? values.some((one) => one === number)
      : number === number && ordered(operator, number === first ? 0 : number - first);
  };
}

function onVersion(operator: Operator, wanted: Version): (value: AttributeValue) => boolean {
  return (value) => {
    const given = typeof value === "string" ? version(value) : undefined;
    return given !== undefined && ordered(operator, compareVersions(given, wanted));
  };
}

function onBoolean(wanted: string): (value: AttributeValue) => boolean {
  if (wanted !== "true" && wanted !== "false") {
    throw new Invalid("expected true or false as value of a condition");
  }
  return (value) => value === (wanted === "true");
}

function onSet(operator: Operator, values: readonly string[]): (value: AttributeValue) => boolean {
  const every = operator === "contains_all";
  return (value) => {
    if (!Array.isArray(value) && !(value instanceof Set)) {
      return false;
    }
    const has = (text: string) => (value instanceof Set ? value.has(text) : value.includes(text));
    return every ? values.every(has) : values.some(has) === (operator === "contains_any");
  };
}

function ordered(operator: Operator, order: number): boolean {
  switch (operator) {
    case "at_least":
      return order >= 0;
    case "above":
      return order > 0;
    case "at_most":
      return order <= 0;
    case "below":
      return order < 0;
    default:
      return order === 0;
  }
}

function numberOf(text: string): number {
  if (!NUMBER.test(text)) {
    throw new Invalid("expected a number as value of a condition");
  }
  return Number(text);
}

function versionOf(text: string): Version {
  const found = version(text);
  if (found === undefined) {
    throw new Invalid("expected a version as value of a condition");
  }
  return found;
}
