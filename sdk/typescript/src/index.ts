/** The SDK for browsers and Node. What only Node has is in `@trialog/sdk/node`. */

export { createClient, TrialogClient, type Counters, type StorageCounters, type Trialog } from "./client/client.js";
export type { Offer } from "./client/feed.js";
export { InvalidSetting, type Mode, type Settings } from "./client/settings.js";
export type { ClientListener, ClientState } from "./client/state.js";
export { browserStorage, memoryStorage, type SdkStorage } from "./client/storage.js";
export type { AttributeValue, Context } from "./evaluate/context.js";
export { Decision, type FlagDecision, type FlagReason, type Reason } from "./evaluate/decision.js";
export { evaluate, evaluateFlag } from "./evaluate/evaluator.js";
export { Overrides } from "./evaluate/overrides.js";
export { enrol, slotTable, type Share, type SlotRange } from "./hash/shares.js";
export { hashSubject, slot, SLOTS } from "./hash/slots.js";
export { NoteError, VerifierKey } from "./note/note.js";
export {
  openSnapshot,
  openSnapshotNow,
  parseSnapshot,
  SnapshotRefused,
  type RefusalReason,
} from "./snapshot/reader.js";
export type { Snapshot, SnapshotInfo } from "./snapshot/snapshot.js";
