package io.trialog.receipts;

import java.nio.file.Path;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.io.TempDir;

class ReceiptStoreOnH2Test extends ReceiptStoreContract {
  @TempDir Path folder;

  @Override
  DataSource fresh() {
    JdbcDataSource source = new JdbcDataSource();
    source.setURL("jdbc:h2:file:" + folder.resolve("receipts"));
    return source;
  }

  /** Each connection that is the last closes the file, so every use of it reads the disk. */
  @Override
  DataSource reopened(DataSource database) {
    return fresh();
  }
}
