package io.trialog.replay;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Iterator;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a CSV file with a header: UTF-8 with or without a byte order mark, any line ends,
 * quotes as in RFC 4180, blank lines ignored. The separator is a comma, or the semicolon or tab
 * when the header has no comma. Streams: holds one row at a time.
 */
final class CsvFile {

  /** What a pass does with each row, in the order of the file. */
  interface Visitor {
    void row(Row row) throws ReplayFailure, InterruptedException;
  }

  private static final int LONGEST_HEADER_CHARACTERS = 1 << 16;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final Path path;
  private final Columns columns;

  CsvFile(Path path, Columns columns) {
    this.path = path;
    this.columns = columns;
  }

  /**
   * Reads the whole file.
   *
   * @return the SHA-256 of its bytes, in hex
   */
  String pass(Visitor visitor) throws ReplayFailure, InterruptedException {
    MessageDigest sha256 = EventIds.sha256();
    try (InputStream file = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
        InputStream digested = new DigestInputStream(file, sha256);
        BufferedReader text =
            new BufferedReader(
                new InputStreamReader(
                    digested, UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)))) {
      rows(text, visitor);
    } catch (ClosedByInterruptException e) {
      throw interrupted(e);
    } catch (CharacterCodingException e) {
      throw ReplayFailure.failed("%s is not UTF-8".formatted(path));
    } catch (IOException e) {
      throw ReplayFailure.failed("cannot read %s: %s".formatted(path, e));
    }
    return HexFormat.of().formatHex(sha256.digest());
  }

  private void rows(BufferedReader text, Visitor visitor)
      throws IOException, ReplayFailure, InterruptedException {
    skipByteOrderMark(text);
    CSVFormat format =
        CSVFormat.RFC4180.builder().setDelimiter(separator(text)).setIgnoreEmptyLines(true).get();
    try (CSVParser parser = CSVParser.builder().setReader(text).setFormat(format).get()) {
      Iterator<CSVRecord> records = parser.iterator();
      RowReader reader = new RowReader(header(parser, records), columns);
      while (hasNext(parser, records)) {
        CSVRecord cells = records.next();
        visitor.row(reader.read(cells, parser.getCurrentLineNumber()));
      }
    }
  }

  private Header header(CSVParser parser, Iterator<CSVRecord> records)
      throws ReplayFailure, InterruptedException {
    if (!hasNext(parser, records)) {
      throw ReplayFailure.failed("%s is empty".formatted(path));
    }
    return new Header(path.toString(), records.next().toList());
  }

  private boolean hasNext(CSVParser parser, Iterator<CSVRecord> records)
      throws ReplayFailure, InterruptedException {
    try {
      return records.hasNext();
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof ClosedByInterruptException interrupt) {
        throw interrupted(interrupt);
      }
      throw unreadable(parser, e.getCause());
    } catch (IllegalStateException e) {
      throw unreadable(parser, e);
    }
  }

  private static InterruptedException interrupted(ClosedByInterruptException cause) {
    InterruptedException interruption = new InterruptedException("interrupted while reading");
    interruption.initCause(cause);
    return interruption;
  }

  private ReplayFailure unreadable(CSVParser parser, @Nullable Throwable cause) {
    String reason =
        cause instanceof CharacterCodingException
            ? "not UTF-8"
            : String.valueOf(cause == null ? null : cause.getMessage());
    return ReplayFailure.failed(
        "%s is not readable as CSV after line %d: %s"
            .formatted(path, parser.getCurrentLineNumber(), reason));
  }

  private void skipByteOrderMark(BufferedReader text) throws IOException {
    text.mark(1);
    if (text.read() != BYTE_ORDER_MARK) {
      text.reset();
    }
  }

  private static char separator(BufferedReader text) throws IOException {
    text.mark(LONGEST_HEADER_CHARACTERS);
    char found = ',';
    for (int i = 0; i < LONGEST_HEADER_CHARACTERS; i++) {
      int c = text.read();
      if (c < 0 || c == '\n' || c == ',') {
        found = c == ',' ? ',' : found;
        break;
      }
      found = c == ';' || c == '\t' ? (char) c : found;
    }
    text.reset();
    return found;
  }
}
