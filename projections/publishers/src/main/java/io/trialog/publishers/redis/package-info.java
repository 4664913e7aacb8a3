/**
 * The newest snapshot of each environment in Redis, with a message on a channel. Redis' client
 * stays in this room.
 */
@NullMarked
package io.trialog.publishers.redis;

import org.jspecify.annotations.NullMarked;
