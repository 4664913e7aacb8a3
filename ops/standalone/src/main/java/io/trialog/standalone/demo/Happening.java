package io.trialog.standalone.demo;

/** A metric event that a visit leads to, some time after it. */
record Happening(String metric, double value, long delayMillis) {}
