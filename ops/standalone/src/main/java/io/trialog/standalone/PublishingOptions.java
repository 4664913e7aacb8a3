package io.trialog.standalone;

import io.trialog.projections.PublisherSettings;
import io.trialog.publishers.redis.RedisAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options about where snapshots go, as a person types them. */
final class PublishingOptions {
  @Option(
      names = "--redis",
      paramLabel = "URL",
      description = {
        "Publish snapshots to Redis too: redis://HOST:PORT, rediss: for TLS.",
        "User and password come from TRIALOG_REDIS_USER and TRIALOG_REDIS_PASSWORD."
      })
  private @Nullable String redis;

  @Option(
      names = "--redis-password-file",
      paramLabel = "FILE",
      description = "Has the password, instead of TRIALOG_REDIS_PASSWORD.")
  private @Nullable Path redisPasswordFile;

  @Option(
      names = "--snapshot-files",
      paramLabel = "DIR",
      description = "Publish snapshots as signed files for a CDN too, in this folder.")
  private @Nullable Path snapshotFiles;

  /**
   * What the options say.
   *
   * @throws IllegalArgumentException for what cannot be, with what to write instead
   */
  PublisherSettings settings() {
    return new PublisherSettings(
        address(), snapshotFiles == null ? null : snapshotFiles.toAbsolutePath().normalize());
  }

  private @Nullable RedisAddress address() {
    if (redis == null) {
      if (redisPasswordFile != null) {
        throw new IllegalArgumentException("--redis-password-file needs --redis");
      }
      return null;
    }
    return RedisAddress.of(
        redis,
        System.getenv().getOrDefault("TRIALOG_REDIS_USER", ""),
        Passwords.of("Redis", redisPasswordFile, "TRIALOG_REDIS_PASSWORD"));
  }
}
