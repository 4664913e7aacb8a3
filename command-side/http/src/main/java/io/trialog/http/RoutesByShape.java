package io.trialog.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.PathContainer;
import org.springframework.http.server.PathContainer.PathSegment;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import org.springframework.web.util.ServletRequestPathUtils;
import org.springframework.web.util.pattern.PathPattern;

/**
 * Finds the route of a request as Spring does, but looks closely only at those whose paths have as
 * many segments and the same words: Spring alone tries every condition of every route with a
 * variable, which is a sixth of what a small answer costs.
 */
final class RoutesByShape extends RequestMappingHandlerMapping {
  private final Map<RequestMappingInfo, List<Shape>> shapes = new ConcurrentHashMap<>();

  /** The segments of a pattern; empty where any one text will do. */
  private record Shape(List<String> words) {
    static Shape of(PathPattern pattern) {
      return new Shape(
          Arrays.stream(pattern.getPatternString().substring(1).split("/", -1))
              .map(segment -> isWord(segment) ? segment : "")
              .toList());
    }

    private static boolean isWord(String segment) {
      return segment.chars().noneMatch(c -> "{}*?\\".indexOf(c) >= 0);
    }

    /** Of a path of separators and segments in turn, beginning with a separator. */
    boolean fits(List<PathContainer.Element> path) {
      if (path.size() != 2 * words.size()) {
        return false;
      }
      for (int i = words.size() - 1; i >= 0; i--) {
        String word = words.get(i);
        if (!word.isEmpty()
            && !(path.get(2 * i + 1) instanceof PathSegment segment
                && word.equals(segment.valueToMatch()))) {
          return false;
        }
      }
      return true;
    }
  }

  @Override
  protected @Nullable RequestMappingInfo getMatchingMapping(
      RequestMappingInfo info, HttpServletRequest request) {
    return mayMatch(info, request) ? super.getMatchingMapping(info, request) : null;
  }

  private boolean mayMatch(RequestMappingInfo info, HttpServletRequest request) {
    List<Shape> any = shapes.computeIfAbsent(info, RoutesByShape::shapes);
    if (any.isEmpty()) {
      return true;
    }
    List<PathContainer.Element> path =
        ServletRequestPathUtils.getParsedRequestPath(request).pathWithinApplication().elements();
    for (Shape shape : any) {
      if (shape.fits(path)) {
        return true;
      }
    }
    return false;
  }

  /** Empty when the shape says nothing: a pattern ends with a separator, or is open. */
  private static List<Shape> shapes(RequestMappingInfo info) {
    var condition = info.getPathPatternsCondition();
    if (condition == null || condition.getPatterns().stream().anyMatch(RoutesByShape::isOpen)) {
      return List.of();
    }
    return condition.getPatterns().stream().map(Shape::of).toList();
  }

  private static boolean isOpen(PathPattern pattern) {
    String text = pattern.getPatternString();
    return !text.startsWith("/")
        || text.endsWith("/")
        || text.contains("**")
        || text.contains("{*");
  }
}
