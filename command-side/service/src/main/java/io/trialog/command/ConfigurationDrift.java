package io.trialog.command;

import io.trialog.language.AccessCommand.RecordConfiguration;
import io.trialog.language.AccessEvent.ConfigurationRecorded;
import io.trialog.language.AccessRefusal;
import io.trialog.language.Actor;
import io.trialog.language.Refused;
import io.trialog.language.Streams;
import io.trialog.language.log.EventLog;
import io.trialog.language.wire.EventCodec;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the settings that a node starts with to those that it ran with before, by the log, and
 * writes a difference down: nobody turns a protection off without a trace.
 */
public final class ConfigurationDrift {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigurationDrift.class);
  private static final Actor ACTOR = Actor.automation("configuration-drift");

  private final CommandDesk desk;
  private final EventLog log;

  ConfigurationDrift(CommandDesk desk, EventLog log) {
    this.desk = desk;
    this.log = log;
  }

  /** Answers whether the settings differ from those recorded last. Idempotent. */
  public boolean record(String node, SortedMap<String, String> settings) {
    try {
      desk.execute(
          new RecordConfiguration(node, settings),
          new Order(ACTOR, "The node starts with these settings.", "start", null, null, "", null));
    } catch (Refused e) {
      if (e.refusal() instanceof AccessRefusal.NothingChanges) {
        return false;
      }
      throw e;
    }
    warn(node);
    return true;
  }

  private void warn(String node) {
    var last = EventCodec.decode(log.stream(Streams.configuration(node)).getLast()).event();
    if (last instanceof ConfigurationRecorded fact && !fact.before().isEmpty()) {
      LOG.warn(
          "node={} starts with other settings: {}, before {}",
          node,
          fact.settings(),
          fact.before());
    }
  }
}
