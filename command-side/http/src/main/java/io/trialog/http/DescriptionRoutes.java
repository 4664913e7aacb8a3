package io.trialog.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.List;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** What this server answers, as OpenAPI 3.1; for anyone. Made once, at start. */
@RestController
class DescriptionRoutes {
  private static final String FRAGMENTS = "classpath*:openapi/*.json";

  private final byte[] document = Answers.bytes(OpenApiDocument.of(fragments()));

  @GetMapping("/openapi.json")
  ResponseEntity<byte[]> description() {
    return ResponseEntity.ok()
        .contentType(MediaType.APPLICATION_JSON)
        .header(HttpHeaders.CACHE_CONTROL, "no-cache")
        .body(document);
  }

  private static List<URL> fragments() {
    try {
      List<URL> fragments = new ArrayList<>();
      for (Resource resource : new PathMatchingResourcePatternResolver().getResources(FRAGMENTS)) {
        fragments.add(resource.getURL());
      }
      return fragments;
    } catch (IOException e) {
      throw new UncheckedIOException("the description of the routes cannot be read", e);
    }
  }
}
