package io.trialog.eventstore.eventstoredb;

import io.trialog.eventstore.contract.EventStoreContract;
import io.trialog.eventstore.contract.StoreUnderTest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;

/**
 * The contract on a real EventStoreDB or KurrentDB, at the URI in {@code TRIALOG_EVENTSTOREDB_URI}.
 * Each test has streams with a prefix of its own and leaves them there; the database needs not be
 * empty, and nothing else in it is touched.
 *
 * <p>The URI names one node, the leader, since the connection goes through a wire that the tests
 * cut. The wire is on loopback: with TLS, the server's certificate is not verified.
 */
class RealServerContract extends EventStoreContract {
  static final String URI = "TRIALOG_EVENTSTOREDB_URI";

  private static final Pattern ONE_NODE =
      Pattern.compile("((?:esdb|kurrentdb)://(?:[^@/?]*@)?)([^@,/?:]+)(?::(\\d+))?/?(?:\\?(.*))?");
  private static final int PORT = 2113;

  /** Once, so that a server that cannot be reached fails at once and not in each test. */
  @BeforeAll
  static void reach() throws IOException {
    connect("contract0").close();
  }

  @Override
  protected StoreUnderTest open() throws IOException {
    return connect("contract" + UUID.randomUUID().toString().replace("-", "").substring(0, 16));
  }

  private static StoreUnderTest connect(String prefix) throws IOException {
    String uri = Objects.requireNonNull(System.getenv(URI), URI + " is not set");
    Matcher node = ONE_NODE.matcher(uri);
    if (!node.matches()) {
      throw new IllegalArgumentException(
          URI + ": expected one node, esdb://USER:PASSWORD@HOST:PORT?OPTIONS");
    }
    int port = node.group(3) == null ? PORT : Integer.parseInt(node.group(3));
    Wire wire = new Wire(new InetSocketAddress(node.group(2), port));
    return new OnEventStoreDb(
        node.group(1) + "127.0.0.1:" + wire.port() + "?" + options(node.group(4)),
        prefix,
        wire,
        wire::cutNextAppend,
        wire::close);
  }

  private static String options(String given) {
    String options = given == null ? "" : given;
    return options.contains("tls=false") ? options : options + "&tlsVerifyCert=false";
  }
}
