package io.crossclear.nodes.demo;

import io.crossclear.domain.money.Asset;
import io.crossclear.nodes.demo.Evidence.Audit;
import io.crossclear.persistence.audit.OpenSagaProbe.Kind;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Users deposit on three chains, move a part to a second account of their own, and withdraw
 * everything on another chain than they came from, as far as limits and liquidity go, the rest
 * where the money lies; in the end everybody has exactly what he started with and every book is
 * empty.
 *
 * <p>With chaos the node is killed while deposits are being credited, while transfers are under way
 * and while a batch is being settled; users only ever repeat their requests.
 */
public final class Roundtrip {

  /** Rounds of small transfers while there is still a kill to come. */
  private static final int MOST_TRANSFERS = 100;

  private final Stage stage;
  private final List<DemoUser> users;
  private final Funding funding;
  private final Leaving leaving;

  private Roundtrip(Stage stage) {
    this.stage = stage;
    DemoOptions options = stage.options();
    this.users = DemoUser.of(stage.genesis(), options.accounts(), options.seed());
    this.funding = new Funding(stage, users);
    this.leaving = new Leaving(stage, funding, users);
  }

  /**
   * Starts a network of its own, tells the story, checks, and stops the network.
   *
   * @throws DemoException when the story does not come to its end in time
   */
  public static DemoResult run(DemoOptions options, Progress progress)
      throws IOException, InterruptedException {
    return Stage.play(
        options,
        progress,
        usual -> usual,
        genesis -> Checks.names(Checks.Kind.ROUNDTRIP, genesis, options.chaos()),
        stage -> new Roundtrip(stage).tell());
  }

  private DemoResult tell() throws IOException, InterruptedException {
    DemoOptions options = stage.options();
    stage.progress().say("The network is ready; " + options.accounts() + " users begin.");
    stage.phase("deposits", Kind.DEPOSIT, funding::deposit);
    stage.auditor().take("after the deposits");
    stage.phase("transfers", Kind.TRANSFER, this::transfer);
    stage.auditor().take("after the transfers");
    stage.phase("settlement", Kind.BATCH, leaving::withdraw);
    Audit end = leaving.awaitEmptyBooks();
    stage.progress().say("Reading what everybody has.");
    Evidence evidence =
        new Evidence(
            stage.genesis(),
            options.accounts(),
            stage.auditor().audits(),
            leaving.wallets(end),
            stage.chaos().kills());
    Map<String, Object> figures = Figures.beginning(stage, evidence);
    figures.put("transfers", Checks.transfers(evidence.end().ledger()));
    figures.putAll(Figures.ending(stage, evidence, leaving.refusals()));
    return Checks.result(Checks.Kind.ROUNDTRIP, evidence, options, figures);
  }

  private void transfer() throws IOException, InterruptedException {
    int total = users.stream().mapToInt(user -> user.gifts().size()).sum();
    Progress.Count transferred = stage.progress().count("Transferred to second accounts", total);
    Stage.forEach(
        users,
        user -> {
          for (Asset asset : user.gifts().keySet()) {
            transfer(user, asset, user.transferred(stage.genesis(), asset));
            transferred.one();
          }
        });
    for (int more = 0; stage.chaos().hunting() && more < MOST_TRANSFERS; more++) {
      Stage.forEach(
          users,
          user -> transfer(user, DemoUser.USDC, DemoUser.least(stage.genesis(), DemoUser.USDC)));
    }
  }

  private void transfer(DemoUser user, Asset asset, long units) {
    stage.client().transfer(user.signer().transfer(user.first(), user.second(), asset, units));
  }
}
