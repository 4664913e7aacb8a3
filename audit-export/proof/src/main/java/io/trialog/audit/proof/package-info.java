/**
 * What an auditor needs to check the log without trusting us: Merkle trees (RFC 6962), signed
 * notes, checkpoints, tiles and policies (C2SP), canonical JSON (RFC 8785), leaves, and the bundle
 * check.
 *
 * <p>Imports the JDK only and is meant to be read in one afternoon, {@link
 * io.trialog.audit.proof.BundleVerifier} first. No store, no network, no command line: those are
 * {@code audit.log} and {@code audit.cli}. Anybody may call it.
 */
@NullMarked
package io.trialog.audit.proof;

import org.jspecify.annotations.NullMarked;
