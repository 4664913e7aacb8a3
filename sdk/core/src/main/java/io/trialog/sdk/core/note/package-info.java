/**
 * Signed notes (C2SP signed-note) with Ed25519 keys: opening, verifying, signing, key texts. Knows
 * nothing about what a note says; the snapshot rooms do. Ed25519 comes from the running JDK (15 or
 * newer) and is looked up at run time. Called by the snapshot reader, by whoever publishes
 * snapshots, and by tests.
 */
@NullMarked
package io.trialog.sdk.core.note;

import org.jspecify.annotations.NullMarked;
