package io.trialog.language;

import java.util.Map;
import java.util.TreeMap;

/**
 * The domain says no. Each rule is a named type, here or in a file of its topic; {@link #code()} is
 * stable and part of the API, {@link #facts()} are what the rule looked at.
 */
public interface Refusal {
  /** What sort of no. */
  enum Kind {
    /** A rule says no. */
    RULE,
    /** Somebody or something was first. */
    CONFLICT,
    /** There is no such thing. */
    MISSING,
    /** Not this caller. */
    FORBIDDEN
  }

  /** Whether the log keeps the refusal, because auditors ask for it. */
  default boolean recorded() {
    return false;
  }

  /** What sort of no; a rule unless said otherwise. */
  default Kind kind() {
    return Kind.RULE;
  }

  /** Stable snake_case code. */
  String code();

  /** One sentence for a person: what was expected, what was found, for which key. */
  String sentence();

  /** What the rule looked at, by snake_case name. */
  default Map<String, String> facts() {
    return Map.of();
  }

  /** The key is in use. */
  record AlreadyExists(String what, String key) implements Refusal {
    @Override
    public Kind kind() {
      return Kind.CONFLICT;
    }

    @Override
    public String code() {
      return what.replace('-', '_') + "_already_exists";
    }

    @Override
    public String sentence() {
      return "The " + what + " \"" + key + "\" exists already; choose another key.";
    }
  }

  /** There is no such thing. */
  record NotFound(String what, String key) implements Refusal {
    @Override
    public Kind kind() {
      return Kind.MISSING;
    }

    @Override
    public String code() {
      return what.replace('-', '_') + "_not_found";
    }

    @Override
    public String sentence() {
      return "There is no " + what + " \"" + key + "\".";
    }
  }

  /** The experiment is not in a state that allows the order. */
  record StatusForbids(String experiment, String order, ExperimentStatus status, String allowed)
      implements Refusal {
    @Override
    public String code() {
      return "status_forbids";
    }

    @Override
    public String sentence() {
      return "Cannot %s experiment \"%s\": it is %s, and must be %s."
          .formatted(order, experiment, status.word(), allowed);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("experiment_status", status.word(), "allowed", allowed));
    }
  }

  /** Approval takes a second person. */
  record ApproverMustDiffer(String experiment, String actor) implements Refusal {
    @Override
    public boolean recorded() {
      return true;
    }

    @Override
    public String code() {
      return "approver_must_differ";
    }

    @Override
    public String sentence() {
      return "\"%s\" wrote or edited experiment \"%s\"; a second person must approve it."
          .formatted(actor, experiment);
    }
  }

  /** What was approved is not what is proposed. */
  record ProposalChanged(String experiment, String expected, String found) implements Refusal {
    @Override
    public boolean recorded() {
      return true;
    }

    @Override
    public String code() {
      return "proposal_changed";
    }

    @Override
    public String sentence() {
      return "The proposal of experiment \"%s\" has digest %s; the approval names %s."
          .formatted(experiment, found, expected);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("expected", expected, "found", found));
    }
  }

  /** A ramp only widens. */
  record RampMustWiden(String experiment, int fromPpm, int toPpm) implements Refusal {
    @Override
    public String code() {
      return "ramp_must_widen";
    }

    @Override
    public String sentence() {
      return "A ramp of experiment \"%s\" must widen its traffic: it is %d ppm, asked were %d ppm."
          .formatted(experiment, fromPpm, toPpm);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(
          Map.of(
              "traffic_ppm", Integer.toString(fromPpm),
              "requested_traffic_ppm", Integer.toString(toPpm)));
    }
  }

  /** What an experiment is may be revised; which one it is may not. */
  record IdentityFixed(String experiment, String field, String from, String to) implements Refusal {
    @Override
    public String code() {
      return "identity_fixed";
    }

    @Override
    public String sentence() {
      return "The %s of experiment \"%s\" is \"%s\" and cannot become \"%s\"."
          .formatted(field, experiment, from, to);
    }
  }

  /** A winner is one of the variants. */
  record UnknownVariant(String experiment, String variant) implements Refusal {
    @Override
    public String code() {
      return "unknown_variant";
    }

    @Override
    public String sentence() {
      return "Experiment \"%s\" has no variant \"%s\".".formatted(experiment, variant);
    }
  }

  /** A kill says why. */
  record ReasonRequired(String order) implements Refusal {
    @Override
    public String code() {
      return "reason_required";
    }

    @Override
    public String sentence() {
      return "To " + order + " needs a reason.";
    }
  }

  /** A name in the order points to nothing. */
  record UnknownReference(String field, String value) implements Refusal {
    @Override
    public String code() {
      return "unknown_reference";
    }

    @Override
    public String sentence() {
      return "%s names \"%s\", which does not exist.".formatted(field, value);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("field", field, "value", value));
    }
  }

  /** The token was revoked before. */
  record TokenIsRevoked(String token) implements Refusal {
    @Override
    public String code() {
      return "token_is_revoked";
    }

    @Override
    public String sentence() {
      return "Token \"" + token + "\" was revoked before.";
    }
  }
}
