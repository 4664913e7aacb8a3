package io.trialog.language;

import java.util.Map;
import java.util.TreeMap;

/** Rules of what experiments refer to. */
public sealed interface CatalogueRefusal extends Refusal {
  /** Two things that belong together disagree, for example in their environment. */
  record ReferenceMustMatch(String what, String key, String member, String expected, String found)
      implements CatalogueRefusal {
    @Override
    public String code() {
      return "reference_must_match";
    }

    @Override
    public String sentence() {
      return "The %s of %s \"%s\" must be \"%s\"; found \"%s\"."
          .formatted(member, what, key, expected, found);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(
          Map.of("what", what, "key", key, "member", member, "expected", expected, "found", found));
    }
  }

  /** What waits for a metric that nothing computes waits for ever. */
  record MetricNotYetMeasurable(String metric, String metricKind) implements CatalogueRefusal {
    @Override
    public String code() {
      return "metric_not_yet_measurable";
    }

    @Override
    public String sentence() {
      return ("Metric \"%s\" is a %s, which is not computed yet: a critical guardrail on it would"
              + " never be decided. Make the rule not critical, or guard a mean or a proportion.")
          .formatted(metric, metricKind);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("metric", metric, "metric_kind", metricKind));
    }
  }

  /**
   * A step waits for what nobody will ever tell.
   *
   * @param gate member of the step
   * @param because why it stays closed, without a full stop
   */
  record GateNeverOpens(String gate, String because) implements CatalogueRefusal {
    @Override
    public String code() {
      return "gate_never_opens";
    }

    @Override
    public String sentence() {
      return ("The plan waits for %s, which would never be met: %s. Plan the step with another"
              + " gate, such as after_minutes or approval.")
          .formatted(gate, because);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("gate", gate, "because", because));
    }
  }

  /** The parts of a ratio are means or proportions, the base of a quantile is a mean. */
  record MetricPartMustBe(String metric, String part, String found, String expected)
      implements CatalogueRefusal {
    @Override
    public String code() {
      return "metric_part_must_be";
    }

    @Override
    public String sentence() {
      return "Metric \"%s\" is made of \"%s\", which is a %s and must be %s."
          .formatted(metric, part, found, expected);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(
          Map.of("metric", metric, "part", part, "found", found, "expected", expected));
    }
  }

  /** A policy is proposed before it is approved. */
  record PolicyNotProposed(String namespace) implements CatalogueRefusal {
    @Override
    public String code() {
      return "approval_policy_not_proposed";
    }

    @Override
    public String sentence() {
      return "Nobody proposed an approval policy for namespace \"%s\".".formatted(namespace);
    }

    @Override
    public Map<String, String> facts() {
      return Map.of("namespace", namespace);
    }
  }

  /** Whoever proposes a policy does not approve it. */
  record PolicyTakesTwo(String namespace, String actor) implements CatalogueRefusal {
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
      return "\"%s\" proposed the approval policy of \"%s\"; another admin must approve it."
          .formatted(actor, namespace);
    }

    @Override
    public Map<String, String> facts() {
      return new TreeMap<>(Map.of("namespace", namespace, "proposer", actor));
    }
  }
}
