package io.trialog.sdk.openfeature;

import static org.assertj.core.api.Assertions.assertThat;

import dev.openfeature.sdk.Client;
import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.FlagEvaluationDetails;
import dev.openfeature.sdk.ImmutableContext;
import dev.openfeature.sdk.OpenFeatureAPI;
import dev.openfeature.sdk.Structure;
import dev.openfeature.sdk.Value;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The scenarios of the OpenFeature specification for the evaluation of flags ({@code
 * specification/assets/gherkin/evaluation.feature}), by meaning, through OpenFeature's own API.
 */
class EvaluationScenariosTest {
  private static final OpenFeatureAPI API = OpenFeatureAPI.createIsolated();

  private static Server server;
  private static Client client;

  @BeforeAll
  static void a_stable_provider() throws Exception {
    server = new Server().serving(Flags.snapshot(1));
    API.setProviderAndWait(new TrialogProvider(server.client()));
    client = API.getClient();
  }

  @AfterAll
  static void stop() {
    API.shutdown();
    server.close();
  }

  @Test
  void resolves_a_boolean_value() {
    assertThat(client.getBooleanValue("boolean-flag", false)).isTrue();
  }

  @Test
  void resolves_a_string_value() {
    assertThat(client.getStringValue("string-flag", "bye")).isEqualTo("hi");
  }

  @Test
  void resolves_an_integer_value() {
    assertThat(client.getIntegerValue("integer-flag", 1)).isEqualTo(10);
    assertThat(client.getLongValue("integer-flag", 1L)).isEqualTo(10);
  }

  @Test
  void resolves_a_float_value() {
    assertThat(client.getDoubleValue("float-flag", 0.1)).isEqualTo(0.5);
    assertThat(client.getDoubleValue("integer-flag", 0.1)).isEqualTo(10);
  }

  @Test
  void resolves_an_object_value() {
    assertFields(client.getObjectValue("object-flag", new Value()));
  }

  private static void assertFields(Value value) {
    Structure fields = value.asStructure();
    assertThat(fields.getValue("showImages").asBoolean()).isTrue();
    assertThat(fields.getValue("title").asString()).isEqualTo("Check out these pics!");
    assertThat(fields.getValue("imagesPerPage").asInteger()).isEqualTo(100);
  }

  private static void assertStatic(FlagEvaluationDetails<?> details, Object value, String variant) {
    assertThat(details.getValue()).isEqualTo(value);
    assertThat(details.getVariant()).isEqualTo(variant);
    assertThat(details.getReason()).isEqualTo("STATIC");
    assertThat(details.getErrorCode()).isNull();
  }

  @Test
  void resolves_boolean_details() {
    assertStatic(client.getBooleanDetails("boolean-flag", false), true, "on");
  }

  @Test
  void resolves_string_details() {
    assertStatic(client.getStringDetails("string-flag", "bye"), "hi", "greeting");
  }

  @Test
  void resolves_integer_details() {
    assertStatic(client.getIntegerDetails("integer-flag", 1), 10, "ten");
  }

  @Test
  void resolves_float_details() {
    assertStatic(client.getDoubleDetails("float-flag", 0.1), 0.5, "half");
  }

  @Test
  void resolves_object_details() {
    FlagEvaluationDetails<Value> details = client.getObjectDetails("object-flag", new Value());
    assertFields(details.getValue());
    assertThat(details.getVariant()).isEqualTo("template");
    assertThat(details.getReason()).isEqualTo("STATIC");
  }

  @Test
  void resolves_based_on_context() {
    ImmutableContext context =
        new ImmutableContext(
            Map.of(
                "fn", new Value("Sulisław"),
                "ln", new Value("Świętopełk"),
                "age", new Value(29),
                "customer", new Value(false)));
    FlagEvaluationDetails<String> internal =
        client.getStringDetails("context-aware", "EXTERNAL", context);
    assertThat(internal.getValue()).isEqualTo("INTERNAL");
    assertThat(internal.getReason()).isEqualTo("TARGETING_MATCH");
    FlagEvaluationDetails<String> empty =
        client.getStringDetails("context-aware", "?", new ImmutableContext());
    assertThat(empty.getValue()).isEqualTo("EXTERNAL");
    assertThat(empty.getReason()).isEqualTo("DEFAULT");
  }

  @Test
  void a_missing_flag_is_not_found() {
    FlagEvaluationDetails<String> details = client.getStringDetails("missing-flag", "uh-oh");
    assertThat(details.getValue()).isEqualTo("uh-oh");
    assertThat(details.getReason()).isEqualTo("ERROR");
    assertThat(details.getErrorCode()).isEqualTo(ErrorCode.FLAG_NOT_FOUND);
  }

  @Test
  void a_string_flag_asked_for_as_an_integer_is_a_type_mismatch() {
    FlagEvaluationDetails<Integer> details = client.getIntegerDetails("wrong-flag", 13);
    assertThat(details.getValue()).isEqualTo(13);
    assertThat(details.getReason()).isEqualTo("ERROR");
    assertThat(details.getErrorCode()).isEqualTo(ErrorCode.TYPE_MISMATCH);
  }

  @Test
  void every_other_mismatch_is_one_too() {
    assertThat(client.getBooleanDetails("string-flag", true).getErrorCode())
        .isEqualTo(ErrorCode.TYPE_MISMATCH);
    assertThat(client.getStringDetails("boolean-flag", "x").getErrorCode())
        .isEqualTo(ErrorCode.TYPE_MISMATCH);
    assertThat(client.getIntegerDetails("float-flag", 1).getErrorCode())
        .isEqualTo(ErrorCode.TYPE_MISMATCH);
    assertThat(client.getDoubleDetails("boolean-flag", 1.0).getErrorCode())
        .isEqualTo(ErrorCode.TYPE_MISMATCH);
    assertThat(client.getObjectDetails("integer-flag", new Value()).getErrorCode())
        .isEqualTo(ErrorCode.TYPE_MISMATCH);
  }
}
