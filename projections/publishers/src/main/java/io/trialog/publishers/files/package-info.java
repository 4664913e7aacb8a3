/**
 * Snapshots as files that never change, and a small signed pointer to the newest: what a CDN or any
 * static server can hand out. Serves nothing itself.
 */
@NullMarked
package io.trialog.publishers.files;

import org.jspecify.annotations.NullMarked;
