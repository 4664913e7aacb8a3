/** Shares of variants, and the slots that they own (protocol clauses 2.1 and 2.2). */

import { SLOTS } from "./slots.js";

/** A variant and its share of the slots, 0 to 1 in ordinary use. */
export type Share = readonly [variant: string, share: number];

/** The slots `from <= slot < to` of a variant; never empty. */
export interface SlotRange {
  readonly from: number;
  readonly to: number;
  readonly variant: string;
}

const MAX_VARIANTS = 1_000;

/** Traffic of 100%, in parts per million. */
export const FULL_TRAFFIC_PPM = 1_000_000;

/**
 * Which variant owns each slot at full traffic: ascending ranges without gaps, from 0 to 10,000.
 *
 * The table replays the reference function to the last bit: `score = slot / 10000; cumulative +=
 * share; the first variant with score < cumulative; else control`, in IEEE 754 doubles, which are
 * the numbers of this language, added in the order of the list.
 *
 * @throws RangeError for a share that is negative or not finite, a variant listed twice, or not 1
 *   to 1,000 shares
 */
export function slotTable(shares: readonly Share[], control: string): readonly SlotRange[] {
  check(shares);
  const ranges: SlotRange[] = [];
  let cumulative = 0;
  let from = 0;
  for (const [variant, share] of shares) {
    cumulative += share;
    const to = Math.max(from, firstSlotNotBelow(cumulative));
    append(ranges, from, to, variant);
    from = to;
  }
  append(ranges, from, SLOTS, control);
  return ranges;
}

function check(shares: readonly Share[]): void {
  if (shares.length < 1 || shares.length > MAX_VARIANTS) {
    throw new RangeError(`expected 1 to ${MAX_VARIANTS} shares, found ${shares.length}`);
  }
  const seen = new Set<string>();
  for (const [variant, share] of shares) {
    if (!(share >= 0) || share === Infinity) {
      throw new RangeError(`the share of ${variant} must be finite and not negative`);
    }
    if (seen.has(variant)) {
      throw new RangeError(`variant ${variant} has two shares`);
    }
    seen.add(variant);
  }
}

/**
 * The smallest slot whose score is not below the bound, 10,000 if there is none. Division by a
 * positive constant is monotone in floating point, so the slots below the bound are a prefix, and a
 * binary search finds its end by the very comparison of the reference.
 */
function firstSlotNotBelow(bound: number): number {
  let low = 0;
  let high = SLOTS;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (middle / 10000 < bound) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** Adjacent ranges of one variant become one: control last, and a sum just below 1. */
function append(ranges: SlotRange[], from: number, to: number, variant: string): void {
  const last = ranges.at(-1);
  if (from === to) {
    return;
  }
  if (last?.variant === variant) {
    ranges[ranges.length - 1] = { from: last.from, to, variant };
  } else {
    ranges.push({ from, to, variant });
  }
}

/**
 * The slots that take part at a traffic: of each range the first `floor(length * ppm / 1000000)`.
 * More traffic only ever adds slots, so a ramp never moves anybody.
 *
 * @throws RangeError unless the traffic is an integer of 0 to 1,000,000
 */
export function enrol(table: readonly SlotRange[], trafficPpm: number): readonly SlotRange[] {
  if (!Number.isInteger(trafficPpm) || trafficPpm < 0 || trafficPpm > FULL_TRAFFIC_PPM) {
    throw new RangeError(`expected 0 to ${FULL_TRAFFIC_PPM} ppm, found ${trafficPpm}`);
  }
  const enrolled: SlotRange[] = [];
  for (const { from, to, variant } of table) {
    const slots = Math.floor(((to - from) * trafficPpm) / FULL_TRAFFIC_PPM);
    if (slots > 0) {
      enrolled.push({ from, to: from + slots, variant });
    }
  }
  return enrolled;
}
