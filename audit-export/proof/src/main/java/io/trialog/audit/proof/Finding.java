package io.trialog.audit.proof;

import java.util.Optional;

/**
 * One thing that is wrong with a bundle.
 *
 * @param code what kind of thing; stable, for programs
 * @param file path inside the bundle
 * @param event the event it is about, if it is about one
 * @param expected what should have been there
 * @param found what was there
 */
public record Finding(
    Code code, String file, Optional<EventName> event, String expected, String found) {

  /** Kinds of findings. A name is never reused for another meaning. */
  public enum Code {
    /** A file or folder could not be read. */
    UNREADABLE,
    /** MANIFEST is not a signed manifest. */
    MANIFEST_MALFORMED,
    /** MANIFEST is not signed by the export key of the policy. */
    MANIFEST_SIGNATURE,
    /** MANIFEST and checkpoint name another log or another size. */
    MANIFEST_MISMATCH,
    /** A file that MANIFEST lists is not there. */
    FILE_MISSING,
    /** A file that MANIFEST does not list. */
    FILE_UNLISTED,
    /** A listed file that this version of the format does not know. */
    FILE_UNKNOWN,
    /** A link, device or other thing that is neither a file nor a folder. */
    FILE_NOT_REGULAR,
    /** A file's SHA-256 is not the one in MANIFEST. */
    FILE_CHANGED,
    /** The checkpoint is not a checkpoint. */
    CHECKPOINT_MALFORMED,
    /** The checkpoint is of a log that the policy does not name. */
    CHECKPOINT_ORIGIN,
    /** The checkpoint is not signed by the log's key in the policy. */
    CHECKPOINT_SIGNATURE,
    /** The witnesses that the policy asks for have not cosigned. */
    CHECKPOINT_QUORUM,
    /** The events do not continue the checkpoint kept from before. */
    HISTORY_REWRITTEN,
    /** An event's bytes are not those the signed tree was built over. */
    EVENT_CHANGED,
    /** Event and tile differ and neither gives the signed root. */
    EVENT_OR_TILE_CHANGED,
    /** Fewer events than the signed tree has leaves. */
    EVENTS_MISSING,
    /** More events than the signed tree has leaves. */
    EVENTS_EXTRA,
    /** Line endings, line lengths. */
    EVENTS_FORMAT,
    /** An event is not a leaf in canonical form. */
    EVENT_MALFORMED,
    /** An event does not stand at its own index. */
    EVENT_INDEX,
    /** An event was recorded before the one ahead of it. */
    EVENT_TIME,
    /** An event's place in its stream is not the next one. */
    STREAM_SEQUENCE,
    /** An event does not name the leaf hash of the event before it in its stream. */
    STREAM_CHAIN,
    /** A hash tile differs from the tree over the events. */
    TILE_CHANGED,
    /** Events and tiles agree, but the signed root is another. */
    ROOT
  }

  /**
   * Which event.
   *
   * @param index place in the log; events.ndjson holds it in line {@code index + 1}
   * @param stream as the damaged line says it, or a question mark
   * @param eventId as the damaged line says it, or a question mark
   */
  public record EventName(long index, String stream, String eventId) {}

  static Finding of(Code code, String file, String expected, String found) {
    return new Finding(code, file, Optional.empty(), expected, found);
  }

  static Finding of(Code code, EventName event, String expected, String found) {
    return new Finding(code, BundleVerifier.EVENTS, Optional.of(event), expected, found);
  }

  /** One line for people; control characters of a hostile bundle are blanked. */
  public String message() {
    String place =
        event
            .map(e -> "event " + e.index() + " (stream " + e.stream() + ", id " + e.eventId() + ")")
            .orElse(file);
    String message = code + " " + place + ": expected " + expected + "; found " + found;
    return message.replaceAll("\\p{Cntrl}", "?");
  }
}
