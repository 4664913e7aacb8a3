package io.trialog.measurement;

import java.time.Instant;
import java.util.Collections;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;

/**
 * The fact that a subject was given a variant.
 *
 * @param id made by the client; a retry carries the same id and the same time
 * @param subject hashed subject, 22 characters of base64url
 * @param epoch allocation epoch of the experiment, from 0
 * @param position of the snapshot that decided, if the client told
 * @param segments name to value, at most 8, sorted by name
 */
public record Exposure(
    UUID id,
    String experiment,
    String variant,
    String subject,
    Instant time,
    String surface,
    int epoch,
    OptionalLong position,
    SortedMap<String, String> segments) {
  public Exposure {
    Objects.requireNonNull(id);
    Objects.requireNonNull(experiment);
    Objects.requireNonNull(variant);
    Objects.requireNonNull(subject);
    Objects.requireNonNull(time);
    Objects.requireNonNull(surface);
    Objects.requireNonNull(position);
    segments = Collections.unmodifiableSortedMap(new TreeMap<>(segments));
  }
}
