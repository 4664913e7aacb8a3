/**
 * What is known about whoever asks: units (`user_id`, `device_id`) and attributes (`country`,
 * `age`). It stays in the process: only the hashed subject and the attributes that are named as
 * segments leave it.
 *
 * A value has a type, and a condition of another type is not met by it: give numbers as numbers and
 * truth as truth. A version is a text.
 */
export interface Context {
  readonly [attribute: string]: AttributeValue | null | undefined;
}

export type AttributeValue = string | number | bigint | boolean | readonly string[] | ReadonlySet<string>;

/**
 * The attribute as text (protocol clause 5.3): of an integer its decimal digits, of truth `true` or
 * `false`; undefined without one, and for sets and numbers that are no integers.
 */
export function textOf(context: Context, attribute: string): string | undefined {
  const value = context[attribute];
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return Number.isSafeInteger(value) ? String(value) : undefined;
    case "boolean":
    case "bigint":
      return String(value);
    default:
      return undefined;
  }
}

/** The subject of the unit, else of the fallback unit (protocol clause 5.2); undefined without both. */
export function subjectIn(
  context: Context,
  units: { readonly unit: string; readonly fallbackUnit: string | undefined },
): string | undefined {
  const { unit, fallbackUnit } = units;
  const subject = subjectOf(context, unit);
  return subject !== undefined || fallbackUnit === undefined ? subject : subjectOf(context, fallbackUnit);
}

/** The attribute's text, undefined also when it is empty: nobody's id is the empty text. */
export function subjectOf(context: Context, unit: string): string | undefined {
  const text = textOf(context, unit);
  return text === "" ? undefined : text;
}
