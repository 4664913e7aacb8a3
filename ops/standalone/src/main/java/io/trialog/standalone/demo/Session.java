package io.trialog.standalone.demo;

import io.trialog.sdk.core.Context;

/**
 * One visit.
 *
 * @param context a user, or a device when logged out, with country and platform
 * @param luck seeds all that chance decides in this visit, so that it does not depend on how many
 *     other things chance decided before
 */
record Session(Area area, Context context, long luck) {
  /** Which of the two apps is visited. */
  enum Area {
    RIDES,
    FOOD
  }
}
