package io.crossclear.nodes.supervisor;

import java.io.IOException;
import java.time.Duration;

/** One service and its history: started again when it ends, the sooner the longer it had served. */
final class Supervised {

  private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
  private static final Duration HEALTHY = Duration.ofSeconds(30);

  private final Service service;
  private ServiceState.Status status = ServiceState.Status.DOWN;
  private int restarts;
  private Duration pause = FIRST_PAUSE;
  private long startedAt;
  private long nextStart;
  private long nextLook;

  Supervised(Service service) {
    this.service = service;
  }

  Service service() {
    return service;
  }

  /** The first start; what fails here fails the network. */
  void start() throws IOException, InterruptedException {
    status = ServiceState.Status.STARTING;
    service.start();
    started();
  }

  private void started() {
    startedAt = System.nanoTime();
    nextLook = 0;
    status =
        service.kind() == ServiceState.Kind.NODE
            ? ServiceState.Status.STARTING
            : ServiceState.Status.UP;
  }

  /** Looks after it; whether it was started again. */
  boolean look() throws InterruptedException {
    if (service.running().alive()) {
      lookWhetherServing();
      return false;
    }
    if (status != ServiceState.Status.DOWN) {
      status = ServiceState.Status.DOWN;
      if (System.nanoTime() - startedAt > HEALTHY.toNanos()) {
        pause = FIRST_PAUSE;
      }
      nextStart = System.nanoTime() + pause.toNanos();
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0
              ? LONGEST_PAUSE
              : pause.multipliedBy(2);
      SupervisorLog.say(service.name() + " ended");
    }
    return System.nanoTime() >= nextStart && restart();
  }

  private boolean restart() throws InterruptedException {
    restarts++;
    try {
      start();
      SupervisorLog.say(service.name() + " started again as process " + service.running().pid());
      return true;
    } catch (IOException | LocalNetworkException e) {
      SupervisorLog.say(service.name() + " did not start: " + e.getMessage());
      return false; // it is dead, so the next look waits longer
    }
  }

  private void lookWhetherServing() {
    if (service.kind() != ServiceState.Kind.NODE || System.nanoTime() < nextLook) {
      return;
    }
    status = service.serving() ? ServiceState.Status.UP : ServiceState.Status.STARTING;
    nextLook =
        System.nanoTime()
            + (status == ServiceState.Status.UP ? Duration.ofSeconds(2) : Duration.ofMillis(250))
                .toNanos();
  }

  void stop(Duration patience) throws InterruptedException {
    service.stop(patience);
    status = ServiceState.Status.DOWN;
  }

  ServiceState state() {
    return new ServiceState(
        service.name(),
        service.kind(),
        status,
        service.running().alive() ? service.running() : ProcessId.NONE,
        service.port(),
        service.url(),
        restarts);
  }
}
