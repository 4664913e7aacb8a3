/**
 * The replay against a platform that keeps the HTTP contract in memory and can be told to
 * misbehave.
 */
@NullMarked
package io.trialog.replay;

import org.jspecify.annotations.NullMarked;
