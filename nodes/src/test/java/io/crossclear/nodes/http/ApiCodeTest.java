package io.crossclear.nodes.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.crossclear.domain.account.AccountRejection;
import io.crossclear.domain.settlement.GrantRefusal;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ApiCodeTest {

  @Test
  void everyRefusalOfTheDomainHasACodeOfItsName() {
    Stream.concat(
            Arrays.stream(AccountRejection.values()).map(Enum::name),
            Arrays.stream(GrantRefusal.values()).map(Enum::name))
        .forEach(name -> assertTrue(ApiCode.of(name).isPresent(), name));
  }

  @Test
  void refusalsOfAccountsStandInTheOrderOfTheirPrecedence() {
    List<String> accounts = Arrays.stream(AccountRejection.values()).map(Enum::name).toList();
    assertEquals(
        accounts,
        Arrays.stream(ApiCode.values()).map(Enum::name).filter(accounts::contains).toList());
  }

  @Test
  void everyStatusSaysWhoseFaultItIs() {
    for (ApiCode code : ApiCode.values()) {
      assertTrue(code.status() >= 400 && code.status() < 600, code.name());
    }
  }
}
