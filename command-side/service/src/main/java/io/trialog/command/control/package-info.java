/**
 * Control messages as they come in: read from their topics one after the other, and trusted only
 * when signed by the key of the right environment, each refusal counted.
 *
 * <p>Not here: what follows from a message, which is for the automations of the command room, which
 * alone call this one. Whoever has the Kafka broker runs a consumer for each topic.
 */
@NullMarked
package io.trialog.command.control;

import org.jspecify.annotations.NullMarked;
