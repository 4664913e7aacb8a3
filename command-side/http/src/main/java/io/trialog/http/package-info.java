/**
 * Manners of HTTP that both sides share: strict bodies, problems, bearer tokens, correlation.
 *
 * <p>No route lives here. Controllers answer with bytes made by {@link
 * io.trialog.http.JsonDocuments}, so that no converter decides what a caller sees. Services call
 * this.
 */
@NullMarked
package io.trialog.http;

import org.jspecify.annotations.NullMarked;
