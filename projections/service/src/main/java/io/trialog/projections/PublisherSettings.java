package io.trialog.projections;

import io.trialog.publishers.redis.RedisAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where snapshots go beside HTTP and Kafka.
 *
 * @param redis null for none
 * @param files folder of files for a CDN; null for none
 */
public record PublisherSettings(@Nullable RedisAddress redis, @Nullable Path files) {
  /** Nowhere. */
  public static final PublisherSettings NONE = new PublisherSettings(null, null);
}
