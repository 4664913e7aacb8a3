package io.trialog.command;

import io.trialog.http.AccessRegister;
import io.trialog.http.AccessTokens;
import io.trialog.http.Caller;
import io.trialog.language.Role;
import java.time.Clock;

/** Asks the streams of tokens and members. */
final class LoggedStanding implements Standing {
  private final AccessRegister register;
  private final AccessTokens tokens;

  LoggedStanding(AccessRegister register, Clock clock) {
    this.register = register;
    this.tokens = new AccessTokens(register, clock);
  }

  @Override
  public boolean holds(String credential, String holder, Role role, String namespace) {
    if (credential.startsWith(Caller.TOKEN_PREFIX)) {
      String token = credential.substring(Caller.TOKEN_PREFIX.length());
      return tokens.holds(token, holder, role, namespace);
    }
    return credential.equals(Caller.OIDC) && register.gives(holder, role, namespace);
  }
}
