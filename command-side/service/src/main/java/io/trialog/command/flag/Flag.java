package io.trialog.command.flag;

import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import io.trialog.command.Revisioned;
import io.trialog.language.FlagCommand.ArchiveFlag;
import io.trialog.language.FlagCommand.CreateFlag;
import io.trialog.language.FlagCommand.DisableFlag;
import io.trialog.language.FlagCommand.EnableFlag;
import io.trialog.language.FlagCommand.KillFlag;
import io.trialog.language.FlagCommand.ReviseFlag;
import io.trialog.language.FlagDefinition;
import io.trialog.language.FlagEvent.FlagArchived;
import io.trialog.language.FlagEvent.FlagCreated;
import io.trialog.language.FlagEvent.FlagDisabled;
import io.trialog.language.FlagEvent.FlagEnabled;
import io.trialog.language.FlagEvent.FlagKilled;
import io.trialog.language.FlagEvent.FlagRevised;
import io.trialog.language.FlagRefusal.FlagIdentityFixed;
import io.trialog.language.FlagRefusal.FlagStatusForbids;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.annotation.MetaDataValue;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.CreationPolicy;
import org.jspecify.annotations.Nullable;

/** A feature flag, from its creation to its archive. */
public class Flag extends Revisioned {
  private static final Set<Status> NOT_ARCHIVED =
      EnumSet.of(Status.DISABLED, Status.ENABLED, Status.KILLED);

  private Status status = Status.DISABLED;
  private @Nullable FlagDefinition definition;

  /** Whether it is served. */
  private enum Status {
    DISABLED,
    ENABLED,
    KILLED,
    ARCHIVED;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @CommandHandler
  @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
  void handle(CreateFlag order) {
    if (exists()) {
      throw new Refused(new Refusal.AlreadyExists("flag", order.flag()));
    }
    apply(new FlagCreated(order.definition()));
  }

  @CommandHandler
  void handle(ReviseFlag order) {
    mustBe("revise", NOT_ARCHIVED);
    FlagDefinition now = Objects.requireNonNull(definition);
    FlagDefinition next = order.definition();
    mustStay("namespace", now.namespace(), next.namespace());
    mustStay("environment", now.environment(), next.environment());
    mustStay("type", now.type().word(), next.type().word());
    apply(new FlagRevised(next));
  }

  @CommandHandler
  void handle(EnableFlag order, @MetaDataValue("reason") @Nullable String reason) {
    mustBe("enable", EnumSet.of(Status.DISABLED, Status.KILLED));
    if (status == Status.KILLED) {
      mustSayWhy("enable the killed", reason);
    }
    apply(new FlagEnabled(key()));
  }

  @CommandHandler
  void handle(DisableFlag order) {
    mustBe("disable", EnumSet.of(Status.ENABLED));
    apply(new FlagDisabled(key()));
  }

  @CommandHandler
  void handle(KillFlag order, @MetaDataValue("reason") @Nullable String reason) {
    mustBe("kill", EnumSet.of(Status.ENABLED));
    mustSayWhy("kill", reason);
    apply(new FlagKilled(key()));
  }

  @CommandHandler
  void handle(ArchiveFlag order) {
    mustBe("archive", EnumSet.of(Status.DISABLED, Status.KILLED));
    apply(new FlagArchived(key()));
  }

  @EventSourcingHandler
  void on(FlagCreated fact) {
    identify(Streams.flag(fact.flag()));
    definition = fact.definition();
  }

  @EventSourcingHandler
  void on(FlagRevised fact) {
    definition = fact.definition();
  }

  @EventSourcingHandler
  void on(FlagEnabled fact) {
    status = Status.ENABLED;
  }

  @EventSourcingHandler
  void on(FlagDisabled fact) {
    status = Status.DISABLED;
  }

  @EventSourcingHandler
  void on(FlagKilled fact) {
    status = Status.KILLED;
  }

  @EventSourcingHandler
  void on(FlagArchived fact) {
    status = Status.ARCHIVED;
  }

  private void mustBe(String order, Set<Status> allowed) {
    if (!allowed.contains(status)) {
      String words = allowed.stream().map(Status::word).collect(Collectors.joining(" or "));
      throw new Refused(new FlagStatusForbids(key(), order, status.word(), words));
    }
  }

  private void mustStay(String field, String from, String to) {
    if (!from.equals(to)) {
      throw new Refused(new FlagIdentityFixed(key(), field, from, to));
    }
  }

  private void mustSayWhy(String order, @Nullable String reason) {
    if (reason == null || reason.isBlank()) {
      throw new Refused(new Refusal.ReasonRequired(order + " flag \"" + key() + "\""));
    }
  }
}
