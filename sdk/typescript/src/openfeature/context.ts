import type { EvaluationContext } from "@openfeature/core";
import { subjectOf, type AttributeValue, type Context } from "../evaluate/context.js";

/** From OpenFeature's context to ours; objects and mixed lists are passed over. */
export function contextOf(given: EvaluationContext): Context {
  const context: Record<string, AttributeValue> = {};
  for (const [name, value] of Object.entries(given)) {
    const attribute = attributeOf(value);
    if (attribute !== undefined) {
      context[name] = attribute;
    }
  }
  return context;
}

function attributeOf(value: unknown): AttributeValue | undefined {
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  }
  if (Array.isArray(value)) {
    return value.every((each) => typeof each === "string") ? value : undefined;
  }
  const simple = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return simple ? value : undefined;
}

/** The targeting key stands for the unit when the context has no subject of it (clause 14.2). */
export function standIn(context: Context, targetingKey: string | undefined, unit: string): Context {
  return targetingKey === undefined || targetingKey === "" || subjectOf(context, unit) !== undefined
    ? context
    : { ...context, [unit]: targetingKey };
}
