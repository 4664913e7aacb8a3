/**
 * What SDKs acknowledge, and how far kills have come. The room of receipts keeps and counts; here
 * are the routes and their JSON. Called by Spring only.
 */
@NullMarked
package io.trialog.query.receipts;

import org.jspecify.annotations.NullMarked;
