package io.trialog.snapshots;

import io.trialog.language.ApprovalPolicy;
import io.trialog.language.ChangeKind;
import io.trialog.language.Design;
import io.trialog.language.EnvironmentEvent.EnvironmentCreated;
import io.trialog.language.EnvironmentEvent.KillSwitchEngaged;
import io.trialog.language.EnvironmentEvent.KillSwitchReleaseProposed;
import io.trialog.language.EnvironmentEvent.KillSwitchReleased;
import io.trialog.language.ExclusionSetEvent.ExclusionSetCreated;
import io.trialog.language.ExclusionSetEvent.SlotsReleased;
import io.trialog.language.ExclusionSetEvent.SlotsReserved;
import io.trialog.language.FlagDefinition;
import io.trialog.language.FlagEvent.FlagArchived;
import io.trialog.language.FlagEvent.FlagCreated;
import io.trialog.language.FlagEvent.FlagDisabled;
import io.trialog.language.FlagEvent.FlagEnabled;
import io.trialog.language.FlagEvent.FlagKilled;
import io.trialog.language.FlagEvent.FlagRevised;
import io.trialog.language.HoldoutDefinition;
import io.trialog.language.HoldoutEvent.HoldoutCreated;
import io.trialog.language.HoldoutEvent.HoldoutEnded;
import io.trialog.language.NamespaceEvent.ApprovalPolicyProposed;
import io.trialog.language.NamespaceEvent.ApprovalPolicySet;
import io.trialog.language.NamespaceEvent.GuardrailPolicySet;
import io.trialog.language.SlotSpan;
import java.math.BigDecimal;
import java.util.List;

/** Every fact about what experiments refer to; {@code acme/rides} must exist before. */
public final class CatalogueStory {
  private static final ApprovalPolicy STRICTER =
      new ApprovalPolicy(2, List.of(), 48, 12, List.of(ChangeKind.RAMP));

  private CatalogueStory() {}

  /** Goes on with the story. */
  public static Story tell(Story story) {
    policies(story);
    environment(story);
    exclusion(story);
    flag(story);
    return story;
  }

  private static void policies(Story story) {
    story.as("ada", "as agreed");
    story.say(
        new GuardrailPolicySet(
            "acme/rides",
            List.of(new Design.GuardrailRule("orders", new BigDecimal("0.01"), true))));
    story.say(new ApprovalPolicyProposed("acme/rides", STRICTER));
    story.say(new ApprovalPolicySet("acme/rides", ApprovalPolicy.DEFAULT, STRICTER));
  }

  private static void environment(Story story) {
    story.say(new EnvironmentCreated("qa", "Quality"));
    story.say(new KillSwitchEngaged("qa"));
    story.say(new KillSwitchReleaseProposed("qa"));
    story.say(new KillSwitchReleased("qa"));
  }

  private static void exclusion(Story story) {
    List<SlotSpan> span = List.of(new SlotSpan(0, 300));
    story.say(new ExclusionSetCreated("page", "acme/rides", "qa", "checkout", "user_id", "Page"));
    story.say(new SlotsReserved("page", "alone", span, true, null));
    story.say(new SlotsReleased("page", "alone", span));
    story.say(
        new HoldoutCreated(
            new HoldoutDefinition(
                "rides-2026",
                HoldoutDefinition.Scope.NAMESPACE,
                "acme/rides",
                "qa",
                "user_id",
                new BigDecimal("0.05"),
                "Rides 2026")));
    story.say(new HoldoutEnded("rides-2026"));
  }

  private static void flag(Story story) {
    story.say(new FlagCreated(definition("New map")));
    story.say(new FlagEnabled("new-map"));
    story.say(new FlagRevised(definition("Newer map")));
    story.say(new FlagDisabled("new-map"));
    story.say(new FlagKilled("new-map"));
    story.say(new FlagArchived("new-map"));
  }

  private static FlagDefinition definition(String title) {
    return new FlagDefinition(
        "new-map",
        "acme/rides",
        "qa",
        title,
        FlagDefinition.Type.BOOLEAN,
        "user_id",
        null,
        List.of(
            new FlagDefinition.Variant("on", "true"), new FlagDefinition.Variant("off", "false")),
        "off",
        List.of(),
        List.of(new FlagDefinition.RolloutShare("on", new BigDecimal("0.25"))),
        List.of());
  }
}
