package io.trialog.snapshots;

import java.util.List;

/** The newest {@link Directory}, kept in memory. Any thread may read. */
public final class CurrentDirectory implements Projection {
  private volatile Directory directory = Directory.EMPTY;

  /** The state up to {@link #position()}. */
  public Directory directory() {
    return directory;
  }

  @Override
  public String name() {
    return "directory";
  }

  @Override
  public long position() {
    return directory.position();
  }

  @Override
  public void apply(List<Positioned> batch) {
    Directory next = directory;
    for (Positioned event : batch) {
      next = next.apply(event.recorded());
    }
    directory = next;
  }
}
