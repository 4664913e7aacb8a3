package io.trialog.command.experiment;

import io.trialog.language.ApprovalRefusal.ReviewClosedBefore;
import io.trialog.language.ApprovalRefusal.ReviewNotOverdue;
import io.trialog.language.ApprovalRefusal.ReviewerMustDiffer;
import io.trialog.language.PromotionRefusal.ReviewOpen;
import io.trialog.language.Refusal;
import io.trialog.language.Refused;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** The reviews that follow a break-glass. */
final class Reviews {
  private record Review(
      String operation, Instant dueAt, String actor, boolean open, boolean overdue) {}

  private final String experiment;
  private final Map<String, Review> reviews = new LinkedHashMap<>();

  Reviews(String experiment) {
    this.experiment = experiment;
  }

  String nextKey() {
    return "r" + (reviews.size() + 1);
  }

  /** Nothing is promoted while somebody has still to look at a break-glass. */
  void mustAllBeClosed() {
    reviews.forEach((key, review) -> {
      if (review.open()) {
        throw new Refused(new ReviewOpen(experiment, key, review.operation(), review.dueAt()));
      }
    });
  }

  void mustAcceptClosing(String key, String actor) {
    Review review = known(key);
    if (!review.open()) {
      throw new Refused(new ReviewClosedBefore(experiment, key));
    }
    if (review.actor().equals(actor)) {
      throw new Refused(new ReviewerMustDiffer(experiment, key, actor));
    }
  }

  /** When it was due; refuses one that is not due yet, is closed, or has had its alarm. */
  Instant mustBeOverdue(String key, Instant now) {
    Review review = known(key);
    if (!review.open() || review.overdue() || now.isBefore(review.dueAt())) {
      throw new Refused(new ReviewNotOverdue(experiment, key, review.dueAt()));
    }
    return review.dueAt();
  }

  void opened(String key, String operation, Instant dueAt, String actor) {
    reviews.put(key, new Review(operation, dueAt, actor, true, false));
  }

  void closed(String key) {
    reviews.computeIfPresent(
        key,
        (same, each) ->
            new Review(each.operation(), each.dueAt(), each.actor(), false, each.overdue()));
  }

  void overdue(String key) {
    reviews.computeIfPresent(
        key,
        (same, each) ->
            new Review(each.operation(), each.dueAt(), each.actor(), each.open(), true));
  }

  private Review known(String key) {
    Review review = reviews.get(key);
    if (review == null) {
      throw new Refused(new Refusal.NotFound("review", key));
    }
    return review;
  }
}
