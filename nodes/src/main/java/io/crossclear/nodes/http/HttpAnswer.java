package io.crossclear.nodes.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaType;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.scaladsl.model.EntityStreamException;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;

/** JSON bodies in and out of HTTP messages, and what else a request says in text. */
final class HttpAnswer {

  private static final ContentType PROBLEM =
      MediaTypes.applicationWithFixedCharset(
              "problem+json", org.apache.pekko.http.javadsl.model.HttpCharsets.UTF_8)
          .toContentType();
  private static final long UPLOAD_MILLIS = 5_000;

  private HttpAnswer() {}

  static HttpResponse ok(Object answer) {
    return status(200, answer);
  }

  static HttpResponse status(int status, Object answer) {
    return HttpResponse.create()
        .withStatus(status)
        .addHeader(RawHeader.create("Cache-Control", "no-store"))
        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, ApiJson.write(answer)));
  }

  static HttpResponse problem(Problem problem) {
    return switch (problem.status()) {
      case 401 -> problem(problem, "WWW-Authenticate", "Crossclear-Read, Bearer");
      case 503 -> problem(problem, "Retry-After", "1");
      default -> response(problem);
    };
  }

  static HttpResponse problem(Problem problem, String header, String value) {
    return response(problem).addHeader(RawHeader.create(header, value));
  }

  private static HttpResponse response(Problem problem) {
    return HttpResponse.create()
        .withStatus(problem.status())
        .addHeader(RawHeader.create("Cache-Control", "no-store"))
        .withEntity(HttpEntities.create(PROBLEM, ApiJson.write(problem)));
  }

  /** The body as an object; at most 64 KiB of JSON are read. */
  static CompletionStage<Fields> body(HttpRequest request, ActorSystem<?> system) {
    return body(request, system, ApiSettings.BODY_LIMIT);
  }

  /** The body as an object; at most this many bytes of JSON are read. */
  static CompletionStage<Fields> body(HttpRequest request, ActorSystem<?> system, int limit) {
    MediaType type = request.entity().getContentType().mediaType();
    OptionalLong length = request.entity().getContentLengthOption();
    if (length.orElse(0) > limit) {
      request.discardEntityBytes(system);
      throw tooLarge(limit);
    }
    if (!type.mainType().equals("application") || !type.subType().equals("json")) {
      request.discardEntityBytes(system);
      throw new Problem.Refusal(
          ApiCode.UNSUPPORTED_MEDIA_TYPE, "The header Content-Type must be application/json.");
    }
    return request
        .entity()
        .toStrict(UPLOAD_MILLIS, limit, system)
        .handle(
            (strict, failure) -> {
              if (failure == null) {
                return CompletableFuture.completedStage(strict);
              }
              Throwable cause =
                  failure instanceof CompletionException && failure.getCause() != null
                      ? failure.getCause()
                      : failure;
              boolean large =
                  cause instanceof EntityStreamSizeException
                      || cause instanceof EntityStreamException;
              return CompletableFuture
                  .<org.apache.pekko.http.javadsl.model.HttpEntity.Strict>failedStage(
                      large ? tooLarge(limit) : cause);
            })
        .thenCompose(stage -> stage)
        .thenApply(strict -> ApiJson.read(strict.getData().toArray()));
  }

  private static Problem.Refusal tooLarge(int limit) {
    return new Problem.Refusal(ApiCode.BODY_TOO_LARGE, "The body may have " + limit + " bytes.");
  }

  /** The query as an object of texts; a repeated name is refused. */
  static Fields query(HttpRequest request) {
    ObjectNode query = JsonNodeFactory.instance.objectNode();
    request
        .getUri()
        .query()
        .toList()
        .forEach(
            parameter -> {
              if (query.has(parameter.first())) {
                throw new Problem.Refusal(ApiCode.DUPLICATE_FIELD, "A parameter is there twice.");
              }
              query.put(parameter.first(), parameter.second());
            });
    return new Fields("", query);
  }

  /** A 32-byte word in the path. */
  static Hash word(String name, String text) {
    return single(name, text).word(name);
  }

  /** An address in the path. */
  static Address address(String name, String text) {
    return single(name, text).address(name);
  }

  /** A number in the path. */
  static long number(String name, String text) {
    return single(name, text).uint64(name);
  }

  private static Fields single(String name, String text) {
    return new Fields("", JsonNodeFactory.instance.objectNode().put(name, text));
  }
}
