package io.trialog.eventstore.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** The contract distrusts itself: a test that a store passes which does nothing proves nothing. */
class ContractTest {
  @Test
  void every_test_of_the_contract_fails_for_a_store_that_does_nothing() {
    Ends ends = run(NothingContract.class);

    assertThat(ends.green).isEmpty();
    assertThat(ends.red)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(EventStoreContract.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .map(method -> method.getName() + "()")
                .toList())
        .hasSizeGreaterThan(20);
  }

  private static Ends run(Class<?> contract) {
    Ends ends = new Ends();
    LauncherFactory.create(
            LauncherConfig.builder().enableTestExecutionListenerAutoRegistration(false).build())
        .execute(
            LauncherDiscoveryRequestBuilder.request().selectors(selectClass(contract)).build(),
            ends);
    return ends;
  }

  /** Which tests failed by an assertion or an error, and which did not. */
  private static final class Ends implements TestExecutionListener {
    private final List<String> red = new ArrayList<>();
    private final List<String> green = new ArrayList<>();

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      if (test.isTest()) {
        boolean failed = result.getStatus() == TestExecutionResult.Status.FAILED;
        (failed ? red : green).add(test.getDisplayName());
      }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
      green.add(test.getDisplayName() + " was skipped: " + reason);
    }
  }
}
