package io.trialog.query.delivery;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whether a reader takes gzip (RFC 9110, 12.5.3). */
public final class Compression {
  private Compression() {}

  /** Whether the header allows gzip, by its name or by {@code *}, with a weight above 0. */
  public static boolean gzip(@Nullable String acceptEncoding) {
    double named = -1;
    double any = -1;
    for (String part : acceptEncoding == null ? new String[0] : acceptEncoding.split(",", -1)) {
      String[] fields = part.strip().toLowerCase(Locale.ROOT).split(";", 2);
      double weight = fields.length < 2 ? 1 : weight(fields[1]);
      switch (fields[0].strip()) {
        case "gzip", "x-gzip" -> named = weight;
        case "*" -> any = weight;
        default -> {}
      }
    }
    return named >= 0 ? named > 0 : any > 0;
  }

  /** 0 for what is no weight: then the body goes out plain, which everybody reads. */
  private static double weight(String field) {
    String text = field.strip();
    try {
      return text.startsWith("q=") ? Double.parseDouble(text.substring(2).strip()) : 0;
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
