package io.crossclear.nodes.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.account.LegRefusal;
import io.crossclear.domain.ledger.PoolRejection;
import io.crossclear.domain.liquidation.LiquidationAuction;
import io.crossclear.domain.settlement.GrantRefusal;
import io.crossclear.domain.trade.FillBatch;
import io.crossclear.domain.trade.FillRefusal;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ApiCodeTest {

  private static final List<Class<? extends Enum<?>>> FAMILIES =
      List.of(
          AccountRejection.class,
          GrantRefusal.class,
          FillBatch.Rejection.class,
          FillRefusal.class,
          LegRefusal.class,
          LiquidationAuction.Rejection.class,
          PoolRejection.class);

  private static List<String> names(Class<? extends Enum<?>> family) {
    return Arrays.stream(family.getEnumConstants()).map(Enum::name).toList();
  }

  @Test
  void everyRefusalOfTheDomainHasACodeOfItsName() {
    for (var family : FAMILIES) {
      names(family).forEach(name -> assertTrue(ApiCode.of(name).isPresent(), name));
    }
  }

  @Test
  void refusalsStandInTheOrderOfTheirPrecedenceButForThoseOfAnotherFamilyBefore() {
    Set<String> before = new HashSet<>();
    for (var family : FAMILIES) {
      List<String> own = names(family).stream().filter(name -> !before.contains(name)).toList();
      assertEquals(
          own,
          Arrays.stream(ApiCode.values()).map(Enum::name).filter(own::contains).toList(),
          family.getSimpleName());
      before.addAll(own);
    }
  }

  @Test
  void everyStatusSaysWhoseFaultItIs() {
    for (ApiCode code : ApiCode.values()) {
      assertTrue(code.status() >= 400 && code.status() < 600, code.name());
    }
  }
}
