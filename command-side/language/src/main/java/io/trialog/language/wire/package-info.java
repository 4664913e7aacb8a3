/**
 * Bytes of the language: JSON-B codec for events and commands, event type names and versions.
 *
 * <p>A Java class may be renamed or moved, the names in here may not: they are in the log for ever.
 * Not for leaf bytes of the audit log, which have their own canonical writer.
 */
@NullMarked
package io.trialog.language.wire;

import org.jspecify.annotations.NullMarked;
