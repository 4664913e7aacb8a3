package io.trialog.language;

/** Names of streams: {@code kind/key}, unique over all kinds. */
public final class Streams {
  /** The key of the platform's own configuration; no node has this name. */
  public static final String PLATFORM = "platform";

  private Streams() {}

  public static String namespace(String namespace) {
    return "namespace/" + namespace;
  }

  public static String metric(String metric) {
    return "metric/" + metric;
  }

  public static String experiment(String experiment) {
    return "experiment/" + experiment;
  }

  public static String environment(String environment) {
    return "environment/" + environment;
  }

  public static String exclusionSet(String set) {
    return "exclusion-set/" + set;
  }

  public static String holdout(String holdout) {
    return "holdout/" + holdout;
  }

  public static String flag(String flag) {
    return "flag/" + flag;
  }

  public static String token(String token) {
    return "token/" + token;
  }

  public static String export(String export) {
    return "export/" + export;
  }

  public static String member(String holder) {
    return "member/" + holder;
  }

  /** The stream of the settings of one node, or of the {@link #PLATFORM}. */
  public static String configuration(String node) {
    return "configuration/" + node;
  }

  /** The stream of refused accesses of one actor. */
  public static String denials(String actor) {
    return "denials/" + actor;
  }

  /** The part behind the kind. */
  public static String keyOf(String stream) {
    return stream.substring(stream.indexOf('/') + 1);
  }
}
