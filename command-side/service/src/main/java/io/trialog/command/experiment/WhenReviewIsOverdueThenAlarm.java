package io.trialog.command.experiment;

import io.trialog.command.Automation;
import io.trialog.language.ExperimentCommand.RaiseOverdueReview;
import io.trialog.language.ExperimentEvent.ReviewClosed;
import io.trialog.language.ExperimentEvent.ReviewOpened;
import io.trialog.language.ExperimentEvent.ReviewOverdue;
import io.trialog.language.log.RecordedEvent;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Raises the alarm, once, about each review that nobody closed in time. */
public final class WhenReviewIsOverdueThenAlarm implements Automation {
  private record Review(String experiment, String review) {}

  private record Open(Instant dueAt, String openedBy) {}

  private final Map<Review, Open> open = new LinkedHashMap<>();

  @Override
  public String name() {
    return "when-review-is-overdue-then-alarm";
  }

  @Override
  public void on(RecordedEvent recorded) {
    if (recorded.event() instanceof ReviewOpened e) {
      open.put(new Review(e.experiment(), e.review()), new Open(e.dueAt(), recorded.eventId()));
    } else if (recorded.event() instanceof ReviewClosed e) {
      open.remove(new Review(e.experiment(), e.review()));
    } else if (recorded.event() instanceof ReviewOverdue e) {
      open.remove(new Review(e.experiment(), e.review()));
    }
  }

  @Override
  public List<Due> due(Instant now) {
    return open.entrySet().stream()
        .filter(each -> !now.isBefore(each.getValue().dueAt()))
        .map(each -> alarm(each.getKey(), each.getValue()))
        .toList();
  }

  private static Due alarm(Review review, Open open) {
    return new Due(
        new RaiseOverdueReview(review.experiment(), review.review()),
        "overdue:" + review.experiment() + ":" + review.review(),
        open.openedBy(),
        "Nobody closed the review by " + open.dueAt() + ".");
  }
}
