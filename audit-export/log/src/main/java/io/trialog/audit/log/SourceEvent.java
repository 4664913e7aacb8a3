package io.trialog.audit.log;

import java.time.Instant;

/**
 * One event as the event store holds it.
 *
 * @param position place in the event store: strictly increasing, gaps possible
 * @param eventId unique in the event store
 * @param stream as it shall stand in the leaf, for example {@code experiment/checkout}
 * @param streamSeq place in its stream, dense from 0
 * @param type event type
 * @param typeVersion revision of the type, from 1
 * @param time when it happened by the clock of the server that decided it
 * @param payloadJson the stored bytes: a JSON object in snake_case, decimals as strings
 * @param metadataJson a flat JSON object of strings: {@code actor_kind}, {@code actor_id}, and
 *     where known {@code actor_auth}, {@code actor_on_behalf_of}, {@code correlation_id}, {@code
 *     causation_id}, {@code reason}, {@code idempotency_key}, {@code environment}; other names do
 *     not enter the log
 */
@SuppressWarnings("ArrayRecordComponent") // a carrier between two stores; never compared
public record SourceEvent(
    long position,
    String eventId,
    String stream,
    long streamSeq,
    String type,
    int typeVersion,
    Instant time,
    byte[] payloadJson,
    byte[] metadataJson) {}
