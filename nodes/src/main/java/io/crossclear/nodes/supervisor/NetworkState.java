package io.crossclear.nodes.supervisor;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;

/**
 * What {@code network.json} says: the supervisor's latest view of its network.
 *
 * @param message one sentence on what happens now, or on what failed
 * @param supervisor the process that writes the file
 * @param owner the process whose end ends the network; {@link ProcessId#NONE} when nobody's does
 * @param startedAt ISO 8601
 * @param services in the order in which they start
 */
public record NetworkState(
    Phase phase,
    String message,
    ProcessId supervisor,
    ProcessId owner,
    String startedAt,
    List<ServiceState> services) {

  /** Where in its life a network is. */
  public enum Phase {
    STARTING,
    READY,
    STOPPING,
    STOPPED,
    FAILED
  }

  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  public NetworkState {
    services = List.copyOf(services);
  }

  /** The service with this name. */
  public Optional<ServiceState> service(String name) {
    return services.stream().filter(service -> service.name().equals(name)).findFirst();
  }

  /** The clearing node. */
  public Optional<ServiceState> node() {
    return services.stream()
        .filter(service -> service.kind() == ServiceState.Kind.NODE)
        .findFirst();
  }

  /** The database. */
  public Optional<ServiceState> postgres() {
    return services.stream()
        .filter(service -> service.kind() == ServiceState.Kind.POSTGRES)
        .findFirst();
  }

  /** The chains in their order. */
  public List<ServiceState> chains() {
    return services.stream().filter(service -> service.kind() == ServiceState.Kind.CHAIN).toList();
  }

  /**
   * What is true of it when its supervisor no longer lives: nothing is watched, some processes may
   * remain.
   */
  public NetworkState unsupervised() {
    List<ServiceState> seen =
        services.stream()
            .map(
                service ->
                    service.process().alive()
                        ? service
                        : new ServiceState(
                            service.name(),
                            service.kind(),
                            ServiceState.Status.DOWN,
                            ProcessId.NONE,
                            service.port(),
                            service.url(),
                            service.restarts()))
            .toList();
    long remaining = seen.stream().filter(service -> service.process().pid() > 0).count();
    if (phase == Phase.FAILED && remaining == 0) {
      return new NetworkState(phase, message, ProcessId.NONE, owner, startedAt, seen);
    }
    return new NetworkState(
        Phase.STOPPED,
        remaining == 0
            ? "Stopped."
            : "The supervisor is gone and left "
                + remaining
                + " processes; up adopts them, down ends them.",
        ProcessId.NONE,
        owner,
        startedAt,
        seen);
  }

  /** As JSON text. */
  public String json() {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(this) + "\n";
    } catch (JacksonException e) {
      throw new IllegalStateException(e);
    }
  }

  void write(DataFolder data) throws IOException {
    DataFolder.replace(data.networkFile(), json(), "rw-r--r--");
  }

  /**
   * What the data folder says; empty when no network ever ran there or the file is no longer
   * readable.
   */
  public static Optional<NetworkState> read(DataFolder data) {
    try {
      return Optional.of(JSON.readValue(Files.readString(data.networkFile()), NetworkState.class));
    } catch (NoSuchFileException | JacksonException e) {
      // processes are found again by their command lines, so a lost file costs nothing but its
      // counters
      return Optional.empty();
    } catch (IOException e) {
      throw new LocalNetworkException(data.networkFile() + " cannot be read.", e);
    }
  }
}
