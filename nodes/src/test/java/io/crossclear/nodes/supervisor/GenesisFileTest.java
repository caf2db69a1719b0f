package io.crossclear.nodes.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.genesis.AssetConfig;
import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.genesis.PoolConfig;
import io.crossclear.domain.instrument.CollateralRule;
import io.crossclear.domain.instrument.FundingRule;
import io.crossclear.domain.instrument.Instrument;
import io.crossclear.domain.instrument.InstrumentRules;
import io.crossclear.domain.instrument.InterestCurve;
import io.crossclear.domain.instrument.PoolRules;
import io.crossclear.domain.money.Asset;
import io.crossclear.domain.signing.Hash;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenesisFileTest {

  private static final Asset USDC = new Asset("USDC");
  private static final Asset ETH = new Asset("ETH");

  private static final Genesis WITHOUT_TRADES =
      new Genesis(
          "local",
          new Hash("0x" + "17".repeat(32)),
          List.of(new AssetConfig(ETH, 8, 1), new AssetConfig(USDC, 6, 1)),
          List.of(new PoolConfig(1, "main", List.of(ETH, USDC))),
          List.of());

  private static final Genesis WITH_TRADES =
      new Genesis(
          WITHOUT_TRADES.name(),
          WITHOUT_TRADES.birth(),
          WITHOUT_TRADES.assets(),
          WITHOUT_TRADES.pools(),
          WITHOUT_TRADES.vaults(),
          List.of(
              new Instrument.Perpetual(
                  "BTC-PERP",
                  new Asset("BTC"),
                  "BTC/USDC",
                  5,
                  1,
                  new InstrumentRules(100_000, 65_000, 500, 30_000, 1_000_000))),
          List.of(
              new PoolRules(
                  1,
                  USDC,
                  List.of(new CollateralRule(ETH, 8, "ETH/USDC", 200_000)),
                  new InterestCurve(20_000, 100_000, 800_000, 1_000_000),
                  1_150_000,
                  50_000,
                  980_000,
                  700_000,
                  10,
                  Duration.ofMinutes(90),
                  5,
                  500_000,
                  new FundingRule(Duration.ofHours(8), 100, 7_500))));

  @TempDir private Path folder;

  @Test
  void aGenesisIsReadAsItWasWritten() throws IOException {
    for (Genesis genesis : List.of(WITHOUT_TRADES, WITH_TRADES)) {
      Path file = folder.resolve("genesis.json");
      GenesisFile.write(file, genesis);
      Genesis read = GenesisFile.read(file);
      assertEquals(genesis, read);
      assertEquals(genesis.toString(), read.toString(), "which the network's id hashes");
    }
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    Path file = folder.resolve("genesis.json");
    GenesisFile.write(file, WITHOUT_TRADES);
    Files.writeString(file, Files.readString(file).replace("\"rules\"", "\"laws\""));
    LocalNetworkException refused =
        assertThrows(LocalNetworkException.class, () -> GenesisFile.read(file));
    assertTrue(String.valueOf(refused.getMessage()).contains("'rules'"), refused.getMessage());
  }
}
