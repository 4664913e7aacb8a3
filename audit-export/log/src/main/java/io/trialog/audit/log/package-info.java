/**
 * The writing side of the audit log: stored events become leaves, a checkpoint is signed for every
 * batch, and bundles are written for auditors.
 *
 * <p>Knows a {@link javax.sql.DataSource} and a folder for keys, nothing of HTTP and nothing of the
 * event store: the service that wires it reads the events and serves the bundles. All checking is
 * in {@code audit.proof}.
 */
@NullMarked
package io.trialog.audit.log;

import org.jspecify.annotations.NullMarked;
