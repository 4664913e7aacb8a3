package io.trialog.gates;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** The files of the repository. */
final class House {
  private static final Set<String> ROOMS =
      Set.of("command-side", "projections", "query-side", "sdk", "audit-export", "ops");
  private static final Set<String> PASSED_OVER = Set.of(".git", "node_modules", "data");

  private House() {}

  static Path root() {
    return Path.of(System.getProperty("trialog.root"));
  }

  /** Sources of all modules; never what a build made. */
  static List<Path> javaSources() throws IOException {
    return files(path -> path.toString().endsWith(".java"), false);
  }

  /** Reports that Surefire wrote in this build. */
  static List<Path> testReports() throws IOException {
    return files(
        path ->
            path.getParent().endsWith("surefire-reports")
                && path.getFileName().toString().startsWith("TEST-"),
        true);
  }

  private static List<Path> files(Predicate<Path> wanted, boolean inTarget) throws IOException {
    List<Path> found = new ArrayList<>();
    for (String room : ROOMS) {
      Files.walkFileTree(root().resolve(room), collect(found, wanted, inTarget));
    }
    return found;
  }

  private static SimpleFileVisitor<Path> collect(
      List<Path> found, Predicate<Path> wanted, boolean inTarget) {
    return new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
        String name = folder.getFileName().toString();
        boolean skip = PASSED_OVER.contains(name) || (name.equals("target") && !inTarget);
        return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        if (wanted.test(file)) {
          found.add(file);
        }
        return FileVisitResult.CONTINUE;
      }
    };
  }
}
