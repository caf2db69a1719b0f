package io.crossclear.nodes.supervisor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeConfigTest {

  @Test
  void theDeployedExampleIsWhatTheSupervisorWrites() {
    DataFolder data = new DataFolder(Path.of("/data"));
    PostgresServer postgres = new PostgresServer(data, Ports.POSTGRES);
    List<AnvilChain> chains = new ArrayList<>();
    for (LocalChain chain : LocalChain.ALL) {
      chains.add(new AnvilChain(data, Path.of("anvil"), chain, Ports.FIRST_CHAIN + chains.size()));
    }
    Config written =
        ConfigFactory.parseString(
            NodeConfig.text(
                data, Pace.CALM, postgres, chains, Ports.TICKERS, Ports.HTTP, Ports.CLUSTER));
    Config example =
        ConfigFactory.parseFile(Path.of("../deploy/local1.conf").toFile())
            .withValue("data", ConfigValueFactory.fromAnyRef("/data"))
            .resolve();
    assertEquals(written.getConfig("crossclear"), example.getConfig("crossclear"));
  }
}
