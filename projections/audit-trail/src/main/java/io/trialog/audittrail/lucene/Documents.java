package io.trialog.audittrail.lucene;

import io.trialog.audittrail.AuditEntry;
import io.trialog.audittrail.AuditQuery;
import jakarta.json.JsonObject;
import jakarta.json.JsonString;
import jakarta.json.JsonValue;
import java.time.Instant;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KeywordField;
import org.apache.lucene.document.LongField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.queryparser.simple.SimpleQueryParser;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.SortedNumericSelector;
import org.jspecify.annotations.Nullable;

/** Entries as documents, and questions as queries. */
final class Documents {
  private static final String POSITION = "position";
  private static final String TIME = "time";
  private static final String TYPE = "type";
  private static final String ACTOR = "actor";
  private static final String EXPERIMENT = "experiment";
  private static final String WORDS = "words";
  private static final String ENTRY = "entry";

  /** Highest position first. */
  static final Sort NEWEST_FIRST =
      new Sort(
          new SortField[] {LongField.newSortField(POSITION, true, SortedNumericSelector.Type.MIN)});

  private static final int SYNTAX =
      SimpleQueryParser.AND_OPERATOR
          | SimpleQueryParser.NOT_OPERATOR
          | SimpleQueryParser.OR_OPERATOR
          | SimpleQueryParser.PREFIX_OPERATOR
          | SimpleQueryParser.PHRASE_OPERATOR
          | SimpleQueryParser.WHITESPACE_OPERATOR;

  private Documents() {}

  static Document of(AuditEntry entry) {
    Document document = new Document();
    document.add(new LongField(POSITION, entry.position(), Field.Store.NO));
    document.add(new LongField(TIME, nanos(entry.time()), Field.Store.NO));
    keyword(document, TYPE, entry.type());
    keyword(document, ACTOR, entry.actor().id());
    keyword(document, ACTOR, entry.actor().onBehalfOf());
    keyword(document, EXPERIMENT, entry.experiment());
    document.add(new TextField(WORDS, words(entry), Field.Store.NO));
    document.add(new StoredField(ENTRY, entry.toJson().toString()));
    return document;
  }

  static AuditEntry entry(Document document) {
    return AuditEntry.parse(document.get(ENTRY));
  }

  static Query at(long position) {
    return LongField.newExactQuery(POSITION, position);
  }

  static Query query(AuditQuery query, Analyzer analyzer) {
    BooleanQuery.Builder all = new BooleanQuery.Builder();
    exactly(all, EXPERIMENT, query.experiment());
    exactly(all, ACTOR, query.actor());
    exactly(all, TYPE, query.type());
    all.add(LongField.newRangeQuery(POSITION, Long.MIN_VALUE, query.below() - 1), Occur.FILTER);
    if (query.from() != null || query.to() != null) {
      long from = query.from() == null ? Long.MIN_VALUE : nanos(query.from());
      long to = query.to() == null ? Long.MAX_VALUE : nanos(query.to()) - 1;
      all.add(LongField.newRangeQuery(TIME, from, to), Occur.FILTER);
    }
    String words = query.words();
    if (words != null && !words.isBlank()) {
      SimpleQueryParser parser = new SimpleQueryParser(analyzer, Map.of(WORDS, 1f), SYNTAX);
      parser.setDefaultOperator(Occur.MUST);
      all.add(parser.parse(words), Occur.FILTER);
    }
    return all.build();
  }

  private static void exactly(BooleanQuery.Builder all, String field, @Nullable String value) {
    if (value != null) {
      all.add(KeywordField.newExactQuery(field, value), Occur.FILTER);
    }
  }

  private static void keyword(Document document, String field, @Nullable String value) {
    if (value != null) {
      document.add(new KeywordField(field, value, Field.Store.NO));
    }
  }

  /** Nanoseconds since 1970, where they fit: the years 1677 to 2262; beyond, the nearest. */
  private static long nanos(Instant time) {
    long seconds = Math.clamp(time.getEpochSecond(), -9_000_000_000L, 9_000_000_000L);
    return seconds * 1_000_000_000 + time.getNano();
  }

  private static String words(AuditEntry entry) {
    StringBuilder words = new StringBuilder();
    say(words, entry.type());
    say(words, apart(entry.type()));
    say(words, entry.reason());
    say(words, entry.actor().id());
    say(words, entry.actor().onBehalfOf());
    say(words, entry.experiment());
    say(words, title(entry.after()));
    collect(words, entry.data());
    return words.toString();
  }

  /** {@code ExperimentKilled} is found by "killed" too. */
  private static String apart(String type) {
    return type.replaceAll("(?<=[a-z])(?=[A-Z])", " ");
  }

  private static @Nullable String title(@Nullable JsonObject entity) {
    if (entity == null) {
      return null;
    }
    JsonObject design = entity.getJsonObject("design");
    return design == null ? entity.getString("title", null) : design.getString("title", null);
  }

  private static void collect(StringBuilder words, JsonValue value) {
    switch (value.getValueType()) {
      case OBJECT -> value.asJsonObject().values().forEach(each -> collect(words, each));
      case ARRAY -> value.asJsonArray().forEach(each -> collect(words, each));
      case STRING -> say(words, ((JsonString) value).getString());
      case NUMBER -> say(words, value.toString());
      case TRUE, FALSE, NULL -> {}
    }
  }

  /** The analyzer takes a_b for one word; its parts are said as well. */
  private static void say(StringBuilder words, @Nullable String text) {
    if (text != null) {
      words.append(text).append('\n');
      if (text.indexOf('_') >= 0) {
        words.append(text.replace('_', ' ')).append('\n');
      }
    }
  }
}
