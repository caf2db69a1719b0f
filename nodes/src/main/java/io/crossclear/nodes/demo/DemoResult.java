package io.crossclear.nodes.demo;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossclear.nodes.demo.Checks.Check;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How a demo came out.
 *
 * @param figures numbers, and of each kill what was open, in the order in which they are shown
 * @param vacuous checks that held on falsified evidence too, of those that were tried
 */
public record DemoResult(List<Check> checks, Map<String, Object> figures, List<String> vacuous) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SHOWN = 5;

  public DemoResult {
    checks = List.copyOf(checks);
    vacuous = List.copyOf(vacuous);
    figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
  }

  /** Whether every check holds, and none that was tried would hold whatever happens. */
  public boolean holds() {
    return vacuous.isEmpty() && checks.stream().allMatch(Check::holds);
  }

  /** One JSON object: {@code {"checks": {name: true|false}, "figures": {…}}}. */
  public String json() {
    ObjectNode json = JSON.createObjectNode();
    ObjectNode answers = json.putObject("checks");
    checks.forEach(check -> answers.put(check.name(), check.holds()));
    json.set("figures", JSON.valueToTree(figures));
    return written(json);
  }

  /**
   * The JSON object of a demo that did not come to its checks, with the reason as {@code error}.
   */
  public static String unfinished(String sentence) {
    ObjectNode json = JSON.createObjectNode();
    json.putObject("checks");
    json.putObject("figures");
    json.put("error", sentence);
    return written(json);
  }

  private static String written(ObjectNode json) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json);
    } catch (JacksonException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  /** A table of the checks with what violates them, the figures, and one line that sums it up. */
  public String text() {
    StringBuilder text = new StringBuilder();
    int width = checks.stream().mapToInt(check -> check.name().length()).max().orElse(0);
    for (Check check : checks) {
      text.append("  %-4s %s%n".formatted(check.holds() ? "ok" : "FAIL", check.name()));
      check.violations().stream()
          .limit(SHOWN)
          .forEach(violation -> text.append("         ").append(violation).append('\n'));
      int more = check.violations().size() - SHOWN;
      if (more > 0) {
        text.append("         and ").append(more).append(" more\n");
      }
    }
    text.append('\n');
    figures.forEach(
        (name, value) -> {
          if (value instanceof Number) {
            text.append(
                ("  %-" + Math.max(width, 30) + "s %s%n").formatted(name.replace('_', ' '), value));
          }
        });
    vacuous.forEach(name -> text.append("FAIL ").append(name).append(" cannot fail.\n"));
    long failing = checks.stream().filter(check -> !check.holds()).count();
    text.append('\n')
        .append(
            failing == 0
                ? String.format(Locale.ROOT, "All %d checks hold.", checks.size())
                : String.format(Locale.ROOT, "%d of %d checks FAIL.", failing, checks.size()));
    return text.toString();
  }
}
