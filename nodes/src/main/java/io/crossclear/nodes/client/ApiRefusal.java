package io.crossclear.nodes.client;

import io.crossclear.nodes.http.ApiCode;
import io.crossclear.nodes.http.Problem;

/**
 * The API understood the request and refused it; sending it again unchanged changes nothing, unless
 * the reason is BUSY: then it can be sent again later.
 */
public final class ApiRefusal extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  ApiRefusal(Problem problem) {
    super(problem.code() + ": " + problem.detail());
    this.problem = problem;
  }

  /** Why. */
  public Problem problem() {
    return problem;
  }

  /** Whether this is the reason. */
  public boolean is(ApiCode code) {
    return problem.is(code);
  }
}
