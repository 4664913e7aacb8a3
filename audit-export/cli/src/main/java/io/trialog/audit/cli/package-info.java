/**
 * The auditor's command line: fetch a bundle, verify a bundle.
 *
 * <p>Only talks: to a server over HTTP, to the file system, to the terminal. What is true about a
 * bundle is decided in {@code audit.proof}. Run by {@code TrialogAudit.main}; nothing calls it.
 */
@NullMarked
package io.trialog.audit.cli;

import org.jspecify.annotations.NullMarked;
