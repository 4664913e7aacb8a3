package io.trialog.eventstore.contract;

import io.trialog.eventstore.H2Databases;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract on H2 in a file, as the standalone platform has it. */
class H2ContractTest extends EventStoreContract {
  @TempDir Path folder;

  @Override
  protected StoreUnderTest open() {
    String url = H2Databases.in(folder, "log");
    return new JdbcUnderTest(() -> H2Databases.connect(url));
  }
}
