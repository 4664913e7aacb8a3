/**
 * What every event store has to do, as tests: {@code EventStoreContract}, run once for each engine
 * by a subclass that opens it, and once against a store that does nothing and must fail throughout.
 */
package io.trialog.eventstore.contract;
