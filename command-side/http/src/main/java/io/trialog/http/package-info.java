/**
 * Manners of HTTP that both sides share: strict bodies, problems, bearer tokens, correlation.
 *
 * <p>The one route here is the description of all routes. Controllers answer with bytes made by
 * {@link io.trialog.http.JsonDocuments}, so that no converter decides what a caller sees. Services
 * call this.
 */
@NullMarked
package io.trialog.http;

import org.jspecify.annotations.NullMarked;
