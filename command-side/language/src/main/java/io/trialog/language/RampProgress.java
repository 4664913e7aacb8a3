package io.trialog.language;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far a ramp plan is: the step that comes next, from 0, and when at the earliest. Past the last
 * step there is no time.
 */
public record RampProgress(int next, @Nullable Instant notBefore) {}
