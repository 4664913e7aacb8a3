/**
 * The audit trail on an embedded Lucene index in a folder.
 *
 * <p>Nothing of Lucene shows outside of this room; callers hold an {@code AuditTrail}. The index
 * can be deleted at any time: it is made again from the log.
 */
@NullMarked
package io.trialog.audittrail.lucene;

import org.jspecify.annotations.NullMarked;
