package io.trialog.sdk.kafka;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.trialog.sdk.core.note.NoteSigner;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A platform that has nothing but a key, and that only once it is told to. */
final class FakeKeys implements AutoCloseable {
  private final HttpServer server;
  private final String body;
  private volatile boolean open;

  FakeKeys(String environment, NoteSigner signer) throws IOException {
    body = "{\"snapshot\":{\"" + environment + "\":\"" + signer.verifierKey() + "\"}}";
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    boolean found = open && exchange.getRequestURI().getPath().equals("/api/v1/keys");
    byte[] bytes = (found ? body : "{}").getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(found ? 200 : 503, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  void open() {
    open = true;
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
