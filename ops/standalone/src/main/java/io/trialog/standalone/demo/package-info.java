/**
 * A small marketplace to look at: experiments, people who visit, one change that does harm.
 *
 * <p>Acts as outsiders do, through the published HTTP and the Java SDK, and knows nothing of the
 * platform it talks to. Not here: any part of the platform. Called by the standalone program when
 * asked for a demo.
 */
@NullMarked
package io.trialog.standalone.demo;

import org.jspecify.annotations.NullMarked;
