package io.trialog.eventstore.eventstoredb;

import io.trialog.eventstore.contract.EventStoreContract;
import io.trialog.eventstore.contract.StoreUnderTest;

/** The contract on the stand-in; its Javadoc says how much that proves. */
class StandInContractTest extends EventStoreContract {
  @Override
  protected StoreUnderTest open() {
    StandInServer server = StandInServer.start();
    return new OnEventStoreDb(
        server.uri(), "test", server.wire(), server::cutNextAppend, server::close);
  }
}
