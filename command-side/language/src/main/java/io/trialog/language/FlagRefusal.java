package io.trialog.language;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Rules of flags and of prerequisites. */
public sealed interface FlagRefusal extends Refusal {
  /** The flag is not in a state that allows the order. */
  record FlagStatusForbids(String flag, String order, String status, String allowed)
      implements FlagRefusal {
    @Override
    public String code() {
      return "flag_status_forbids";
    }

    @Override
    public String sentence() {
      return "Cannot %s flag \"%s\": it is %s, and must be %s."
          .formatted(order, flag, status, allowed);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("flag", flag, "flag_status", status, "allowed", allowed));
    }
  }

  /** What a flag is may be revised; which one it is may not. */
  record FlagIdentityFixed(String flag, String field, String from, String to)
      implements FlagRefusal {
    @Override
    public String code() {
      return "identity_fixed";
    }

    @Override
    public String sentence() {
      return "The %s of flag \"%s\" is \"%s\" and cannot become \"%s\"."
          .formatted(field, flag, from, to);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("flag", flag, "field", field, "from", from, "to", to));
    }
  }

  /** A thing cannot be its own prerequisite, also not by way of others. */
  record PrerequisitesMustEnd(List<String> cycle) implements FlagRefusal {
    public PrerequisitesMustEnd {
      cycle = List.copyOf(cycle);
    }

    @Override
    public String code() {
      return "prerequisite_cycle";
    }

    @Override
    public String sentence() {
      return "Prerequisites must not lead back: " + String.join(" needs ", cycle) + ".";
    }

    @Override
    public Map<String, String> facts() {
      return Map.of("cycle", String.join(" -> ", cycle));
    }
  }

  /** Whoever evaluates has to come to an end. */
  record PrerequisitesTooDeep(List<String> path, int most) implements FlagRefusal {
    public PrerequisitesTooDeep {
      path = List.copyOf(path);
    }

    @Override
    public String code() {
      return "prerequisites_too_deep";
    }

    @Override
    public String sentence() {
      return "Prerequisites may be at most %d deep; found %s."
          .formatted(most, String.join(" needs ", path));
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(
          Map.of("path", String.join(" -> ", path), "most", Integer.toString(most)));
    }
  }

  /** A prerequisite names a variant that the other thing does not have. */
  record PrerequisiteVariantUnknown(String what, String key, String variant)
      implements FlagRefusal {
    @Override
    public String code() {
      return "prerequisite_variant_unknown";
    }

    @Override
    public String sentence() {
      return "The prerequisite names variant \"%s\", which %s \"%s\" does not have."
          .formatted(variant, what, key);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("what", what, "key", key, "variant", variant));
    }
  }
}
