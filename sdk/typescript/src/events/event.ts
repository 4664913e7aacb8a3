/** Exposures and outcomes as the collector takes them (protocol clauses 6.2 and 6.4). */

import type { Decision } from "../evaluate/decision.js";
import { isWellFormed } from "../hash/utf8.js";
import { uuidV7 } from "./uuid.js";

/** Most segments of an exposure. */
export const MAX_SEGMENTS = 8;

const MAX_SEGMENT_NAME = 32;
const MAX_SEGMENT_VALUE = 64;
const MAX_VALUE = 1e9;
const MAX_DECIMALS = 6;

/** An event in the JSON of the collector's batch; its id stays however often it is sent. */
export interface Event {
  readonly kind: "exposure" | "outcome";
  readonly json: string;
}

/** The fact that a subject was given a variant. */
export interface Exposure {
  readonly id: string;
  readonly experiment: string;
  readonly variant: string;
  /** The hashed subject. */
  readonly subject: string;
  readonly time: string;
  readonly surface: string;
  readonly epoch: number;
  readonly position: number;
  readonly segments?: Readonly<Record<string, string>>;
}

/** A metric event of a subject. */
export interface Outcome {
  readonly id: string;
  /** The hashed subject. */
  readonly subject: string;
  readonly metric: string;
  /** A decimal of at most six places. */
  readonly value: string;
  readonly time: string;
}

/**
 * The exposure of a decision.
 *
 * @param surface where it was shown; the experiment's surface when empty
 * @param segments at most 8 are kept; too long names and values are cut
 * @throws RangeError unless the decision assigned a subject
 */
export function exposureOf(
  decision: Decision,
  now: number,
  surface: string,
  segments: Readonly<Record<string, string>>,
): Exposure {
  const { experiment, variant, epoch, position, hashedSubject } = decision;
  if (!decision.assigned || epoch === undefined || position === undefined || !hashedSubject) {
    throw new RangeError("only an assigned decision is an exposure");
  }
  const kept = Object.entries(segments)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MAX_SEGMENTS)
    .map(([name, value]) => [cut(name, MAX_SEGMENT_NAME), cut(value, MAX_SEGMENT_VALUE)]);
  return {
    id: uuidV7(now),
    experiment,
    variant,
    subject: hashedSubject,
    time: new Date(now).toISOString(),
    surface: surface === "" ? (decision.surface ?? "") : surface,
    epoch,
    position,
    ...(kept.length > 0 ? { segments: Object.fromEntries(kept) as Record<string, string> } : {}),
  };
}

/** Never cuts a surrogate pair in two. */
function cut(text: string, limit: number): string {
  const high = text.charCodeAt(limit - 1);
  return text.slice(0, text.length > limit && high >= 0xd800 && high < 0xdc00 ? limit - 1 : limit);
}

/**
 * The outcome of a hashed subject.
 *
 * @param value at most 1e9 in size; rounded half to even, to six decimals
 * @throws RangeError for a value outside of that
 */
export function outcomeOf(subject: string, metric: string, value: number, now: number): Outcome {
  // Callers without types may hand over anything, and much of it counts as a number.
  if (typeof metric !== "string" || typeof value !== "number" || !(Math.abs(value) <= MAX_VALUE)) {
    throw new RangeError("expected a metric and a value within 1e9");
  }
  const time = new Date(now).toISOString();
  return { id: uuidV7(now), subject, metric, value: decimal(value), time };
}

/**
 * The shortest decimal of a double, rounded half to even at six places, without an exponent.
 * `toFixed` rounds the double's exact value instead: 0.0000005 would become 0.000000 or 0.000001 by
 * a digit that nobody wrote.
 */
export function decimal(value: number): string {
  const [mantissa = "0", exponent = "0"] = Math.abs(value).toString().split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  // value = digits * 10^-scale
  const digits = BigInt(whole + fraction);
  const scale = fraction.length - Number(exponent);
  const millionths = scaled(digits, MAX_DECIMALS - scale)
    .toString()
    .padStart(MAX_DECIMALS + 1, "0");
  const point = millionths.length - MAX_DECIMALS;
  const text = `${millionths.slice(0, point)}.${millionths.slice(point)}`.replace(/\.?0+$/, "");
  return value < 0 && text !== "0" ? `-${text}` : text;
}

function scaled(digits: bigint, power: number): bigint {
  if (power >= 0) {
    return digits * 10n ** BigInt(power);
  }
  const divisor = 10n ** BigInt(-power);
  const down = digits / divisor;
  const twice = 2n * (digits % divisor);
  return twice > divisor || (twice === divisor && (down & 1n) === 1n) ? down + 1n : down;
}

/** @throws RangeError when a text in it has no UTF-8 form */
export function exposureEvent(exposure: Exposure): Event {
  return { kind: "exposure", json: checked(JSON.stringify(exposure), exposure.segments) };
}

/** @throws RangeError when a text in it has no UTF-8 form */
export function outcomeEvent(outcome: Outcome): Event {
  const { id, subject, metric, value, time } = outcome;
  const head = JSON.stringify({ id, subject, metric, time });
  // The value travels as a number, and stays the decimal that it is.
  return { kind: "outcome", json: checked(`${head.slice(0, -1)},"value":${value}}`, { metric }) };
}

function checked(json: string, texts: Readonly<Record<string, string>> = {}): string {
  if (!Object.entries(texts).flat().every(isWellFormed)) {
    throw new RangeError("expected texts without lone surrogates");
  }
  return json;
}
