package io.trialog.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.trialog.language.ApprovalPolicy;
import io.trialog.language.Basis;
import io.trialog.language.Change;
import io.trialog.language.ChangeKind;
import io.trialog.language.Design;
import io.trialog.language.ExperimentCommand;
import io.trialog.language.ExperimentCommand.ApproveChange;
import io.trialog.language.ExperimentCommand.ApproveExperiment;
import io.trialog.language.ExperimentCommand.ArchiveExperiment;
import io.trialog.language.ExperimentCommand.ConcludeExperiment;
import io.trialog.language.ExperimentCommand.DraftExperiment;
import io.trialog.language.ExperimentCommand.KillExperiment;
import io.trialog.language.ExperimentCommand.PauseExperiment;
import io.trialog.language.ExperimentCommand.ProposeChange;
import io.trialog.language.ExperimentCommand.RampExperiment;
import io.trialog.language.ExperimentCommand.ResumeExperiment;
import io.trialog.language.ExperimentCommand.ReviseExperiment;
import io.trialog.language.ExperimentCommand.ReviveExperiment;
import io.trialog.language.ExperimentCommand.StartExperiment;
import io.trialog.language.ExperimentCommand.SubmitExperiment;
import io.trialog.language.ExperimentCommand.WithdrawChange;
import io.trialog.language.ExperimentEvent.ExperimentRamped;
import io.trialog.language.ExperimentEvent.ExperimentRevived;
import io.trialog.language.Refused;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random orders against a model of a page: nothing is applied before it is approved, nothing is
 * approved before it is proposed, and nothing happens after the archive.
 */
class LifecyclePropertyTest {
  private static final int EXPERIMENTS = 8;
  private static final int ORDERS = 150;

  private static final Map<String, Integer> accepted = new HashMap<>();

  private static Bench bench;

  @BeforeAll
  static void open() {
    bench = Bench.open();
    bench.policy(new ApprovalPolicy(1, List.of(), 72, 24, List.of(ChangeKind.RAMP)));
  }

  @AfterAll
  static void close() {
    bench.close();
    assertThat(accepted.keySet())
        .as("orders that were accepted at least once")
        .contains("StartExperiment", "RampExperiment", "ReviveExperiment", "ArchiveExperiment");
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void orders_are_accepted_exactly_when_the_model_says_so(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < EXPERIMENTS; i++) {
      Model model = new Model("e-" + seed + "-" + i);
      StringBuilder story = new StringBuilder("seed " + seed + ", experiment " + i);
      for (int j = 0; j < ORDERS; j++) {
        String actor = random.nextInt(3) == 0 ? "ada" : "ben";
        ExperimentCommand order = model.order(random);
        String by = model.isApproval(order) ? actor : "ada";
        boolean expected = model.accepts(by, order);
        boolean found = execute(by, order);
        story.append('\n').append(by).append(' ').append(order).append(" -> ").append(found);
        assertThat(found).as("%s", story).isEqualTo(expected);
        if (found) {
          model.happened(order);
          accepted.merge(order.getClass().getSimpleName(), 1, Integer::sum);
        }
      }
    }
  }

  private static boolean execute(String actor, ExperimentCommand order) {
    try {
      bench.order(actor, order);
      return true;
    } catch (Refused e) {
      return false;
    }
  }

  /** What the rule book says, in as few words as possible. */
  private static final class Model {
    private static final class Proposal {
      private Change change = new Change.Revive(0);
      private boolean approved;
      private boolean open = true;
    }

    private final String key;
    private final Map<String, Proposal> proposals = new HashMap<>();
    private String status = "none";
    private int traffic;

    Model(String key) {
      this.key = key;
    }

    ExperimentCommand order(Random random) {
      String proposal = "p" + random.nextInt(15);
      int to = traffic + 1 + random.nextInt(3) * 10_000;
      return switch (random.nextInt(19)) {
        case 0, 1 -> new DraftExperiment(design());
        case 2 -> random.nextInt(3) > 0 ? submit() : new ReviseExperiment(design());
        case 3 -> submit();
        case 4, 5 -> new ApproveExperiment(key, null);
        case 6, 7 -> new StartExperiment(key, 10_000);
        case 8, 9 -> new ProposeChange(key, proposal, change(random, to));
        case 10, 11, 12 -> new ApproveChange(key, proposal, null);
        case 13 -> apply(random, proposal, to);
        case 14 -> apply(random, proposal, to);
        case 15 -> random.nextBoolean() ? new PauseExperiment(key) : new ResumeExperiment(key);
        case 16 -> random.nextInt(3) == 0 ? new KillExperiment(key, null) : submit();
        case 17 ->
            random.nextInt(20) == 0
                ? new ConcludeExperiment(key, "green")
                : new WithdrawChange(key, proposal);
        default -> random.nextInt(5) == 0 ? new ArchiveExperiment(key) : submit();
      };
    }

    private Design design() {
      return Bench.design(key, false, false);
    }

    private ExperimentCommand submit() {
      return new SubmitExperiment(key);
    }

    private Change change(Random random, int to) {
      return random.nextInt(4) == 0 || status.equals("killed")
          ? new Change.Revive(10_000)
          : new Change.RampTo(to, false);
    }

    private ExperimentCommand apply(Random random, String proposal, int to) {
      boolean named = random.nextInt(4) > 0;
      for (Map.Entry<String, Proposal> each : proposals.entrySet()) {
        if (each.getValue().approved && each.getValue().open && random.nextBoolean()) {
          proposal = each.getKey();
        }
      }
      return status.equals("killed")
          ? new ReviveExperiment(key, named ? null : 10_000, named ? proposal : null, false)
          : new RampExperiment(key, named ? null : to, null, named ? proposal : null, false);
    }

    boolean isApproval(ExperimentCommand order) {
      return order instanceof ApproveExperiment || order instanceof ApproveChange;
    }

    boolean accepts(String actor, ExperimentCommand order) {
      return switch (order) {
        case DraftExperiment o -> is("none");
        case ReviseExperiment o -> is("draft", "in_review", "approved");
        case SubmitExperiment o -> is("draft");
        case ApproveExperiment o -> is("in_review") && mayApprove(actor);
        case StartExperiment o -> is("approved");
        case ProposeChange o -> !proposals.containsKey(o.proposal()) && fits(o.change());
        case ApproveChange o ->
            isOpen(o.proposal())
                && mayApprove(actor)
                && inTime(proposals.get(o.proposal()).change)
                && !proposals.get(o.proposal()).approved;
        case WithdrawChange o -> isOpen(o.proposal());
        case RampExperiment o -> is("running") && rampable(o);
        case ReviveExperiment o -> is("killed") && carried(o.proposal(), new Change.Revive(10_000));
        case PauseExperiment o -> is("running");
        case ResumeExperiment o -> is("paused");
        case KillExperiment o -> is("running", "paused");
        case ConcludeExperiment o -> is("running", "paused");
        case ArchiveExperiment o -> is("draft", "approved", "killed", "concluded");
        default -> throw new AssertionError("no order of this test: " + order);
      };
    }

    void happened(ExperimentCommand order) {
      switch (order) {
        case DraftExperiment o -> status = "draft";
        case ReviseExperiment o -> status = "draft";
        case SubmitExperiment o -> status = "in_review";
        case ApproveExperiment o -> status = "approved";
        case StartExperiment o -> serves(10_000);
        case ProposeChange o -> {
          Proposal proposal = new Proposal();
          proposal.change = o.change();
          proposals.put(o.proposal(), proposal);
        }
        case ApproveChange o -> proposals.get(o.proposal()).approved = true;
        case WithdrawChange o -> proposals.get(o.proposal()).open = false;
        case RampExperiment o -> {
          Change.RampTo change = (Change.RampTo) applied(o.proposal(), o.trafficPpm());
          serves(change.trafficPpm());
        }
        case ReviveExperiment o -> {
          applied(o.proposal(), null);
          serves(10_000);
        }
        case PauseExperiment o -> status = "paused";
        case ResumeExperiment o -> status = "running";
        case KillExperiment o -> status = "killed";
        case ConcludeExperiment o -> status = "concluded";
        case ArchiveExperiment o -> status = "archived";
        default -> throw new AssertionError("no order of this test: " + order);
      }
    }

    /** An unnamed order uses the first open and approved proposal that says the same. */
    private Change applied(@Nullable String proposal, @Nullable Integer to) {
      if (proposal != null) {
        proposals.get(proposal).open = false;
        return proposals.get(proposal).change;
      }
      Change said = to == null ? new Change.Revive(10_000) : new Change.RampTo(to, false);
      String basis = lastBasis();
      assertThat(proposals.get(basis).change).isEqualTo(said);
      assertThat(proposals.get(basis).approved).isTrue();
      proposals.get(basis).open = false;
      return said;
    }

    private String lastBasis() {
      Basis basis =
          switch (bench.history(key).getLast().event()) {
            case ExperimentRamped ramped -> ramped.basis();
            case ExperimentRevived revived -> revived.basis();
            default -> throw new AssertionError("nothing was applied");
          };
      return String.valueOf(basis == null ? null : basis.proposal());
    }

    private void serves(int ppm) {
      status = "running";
      traffic = ppm;
    }

    private boolean is(String... any) {
      return List.of(any).contains(status);
    }

    /** Ada writes everything. */
    private boolean mayApprove(String actor) {
      return actor.equals("ben");
    }

    private boolean isOpen(String proposal) {
      return proposals.containsKey(proposal) && proposals.get(proposal).open;
    }

    private boolean inTime(Change change) {
      return change instanceof Change.Revive ? is("killed") : is("running", "paused");
    }

    private boolean fits(Change change) {
      return inTime(change)
          && (!(change instanceof Change.RampTo ramp) || ramp.trafficPpm() > traffic);
    }

    private boolean rampable(RampExperiment o) {
      if (o.proposal() == null) {
        return o.trafficPpm() > traffic && carried(null, new Change.RampTo(o.trafficPpm(), false));
      }
      return isOpen(o.proposal())
          && proposals.get(o.proposal()).change instanceof Change.RampTo ramp
          && ramp.trafficPpm() > traffic
          && proposals.get(o.proposal()).approved;
    }

    private boolean carried(@Nullable String proposal, Change change) {
      return proposals.entrySet().stream()
          .filter(each -> proposal == null || each.getKey().equals(proposal))
          .map(Map.Entry::getValue)
          .anyMatch(each -> each.open && each.approved && each.change.equals(change));
    }
  }
}
