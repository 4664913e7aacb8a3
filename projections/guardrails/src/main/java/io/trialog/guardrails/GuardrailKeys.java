package io.trialog.guardrails;

import io.trialog.language.wire.ControlMessage;
import io.trialog.sdk.core.note.NoteException;
import io.trialog.sdk.core.note.NoteSigner;
import io.trialog.sdk.core.note.VerifierKey;
import io.trialog.snapshots.EnvironmentKeys;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The keys that sign control messages and nothing else, one for each environment. A key is taken
 * from the variable {@value #VARIABLE}{@code <ENVIRONMENT>} (upper case, {@code _} for {@code -})
 * when there is one, else from the file {@code guardrails-<environment>.key}, which is made when
 * first needed. No key is ever logged. Thread-safe.
 */
public final class GuardrailKeys {
  static final String VARIABLE = "TRIALOG_GUARDRAIL_KEY_";

  private final EnvironmentKeys files;
  private final Map<String, String> variables;
  private final Map<String, NoteSigner> given = new ConcurrentHashMap<>();

  private GuardrailKeys(EnvironmentKeys files, Map<String, String> variables) {
    this.files = files;
    this.variables = variables;
  }

  /**
   * Opens the folder; see {@link EnvironmentKeys#open}.
   *
   * @param variables those of the process
   */
  public static GuardrailKeys open(Path folder, Map<String, String> variables) {
    return new GuardrailKeys(
        EnvironmentKeys.open(folder, "guardrails", ControlMessage::signerName), variables);
  }

  /**
   * Whose public key the readers of an environment's messages must know.
   *
   * @throws IllegalStateException when the variable or the file holds no key of this environment;
   *     the message names it, never the key
   */
  public VerifierKey verifier(String environment) {
    return signer(environment).verifierKey();
  }

  /** The public key of an environment that has one; makes none. */
  public Optional<VerifierKey> known(String environment) {
    return variables.containsKey(variable(environment))
        ? Optional.of(verifier(environment))
        : files.find(environment).map(NoteSigner::verifierKey);
  }

  /** The public keys by environment, of every environment that has been asked for. */
  public SortedMap<String, String> verifierKeys() {
    SortedMap<String, String> keys = new TreeMap<>(files.verifierKeys());
    given.forEach((name, signer) -> keys.put(name, signer.verifierKey().toString()));
    return keys;
  }

  /** A message as a signed note. Same message, same note. */
  public String sign(ControlMessage message) {
    return signer(message.environment()).sign(message.text());
  }

  private NoteSigner signer(String environment) {
    String name = variable(environment);
    Optional<String> key = Optional.ofNullable(variables.get(name));
    return key.isPresent()
        ? given.computeIfAbsent(environment, any -> parse(name, key.get(), environment))
        : files.signer(environment);
  }

  private static String variable(String environment) {
    return VARIABLE + environment.toUpperCase(Locale.ROOT).replace('-', '_');
  }

  private static NoteSigner parse(String variable, String key, String environment) {
    String expected = ControlMessage.signerName(environment);
    try {
      NoteSigner signer = NoteSigner.parse(key.strip());
      if (signer.verifierKey().name().equals(expected)) {
        return signer;
      }
    } catch (NoteException e) {
      // Said below; the exception adds nothing that a person needs.
    }
    throw new IllegalStateException(
        "the variable %s must hold the private key of %s, as PRIVATE+KEY+name+id+key"
            .formatted(variable, expected));
  }
}
