/**
 * A small strict JSON reader and an RFC 8785 writer for trees of maps, lists, texts, integers and
 * booleans, so that the SDK needs no JSON library. No binding to classes, no streaming. Only the
 * SDK modules call it; the rest of the platform has JSON-P.
 */
@NullMarked
package io.trialog.sdk.core.json;

import org.jspecify.annotations.NullMarked;
