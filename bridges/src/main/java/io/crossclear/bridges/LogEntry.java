package io.crossclear.bridges;

import io.crossclear.domain.signing.Address;
import io.crossclear.domain.signing.Hash;
import java.util.List;

/**
 * One log of {@code eth_getLogs}, checked for form and not for meaning.
 *
 * @param data {@code 0x} and an even number of lower-case hexadecimal digits
 */
record LogEntry(
    Address address,
    List<Hash> topics,
    String data,
    long blockNumber,
    Hash blockHash,
    Hash transactionHash,
    long logIndex) {

  LogEntry {
    topics = List.copyOf(topics);
  }

  /**
   * Reads a provider's log.
   *
   * @throws ChainException when a member is missing or malformed, or the log was taken back
   */
  static LogEntry read(RpcReply json) {
    RpcReply removed = json.field("removed");
    if (!removed.isAbsent() && !(removed.json().isBoolean() && !removed.json().booleanValue())) {
      throw json.refused("was removed by a reorganisation");
    }
    return new LogEntry(
        json.field("address").address(),
        json.field("topics").items(4).stream().map(RpcReply::hash).toList(),
        json.field("data").data(),
        json.field("blockNumber").number(),
        json.field("blockHash").hash(),
        json.field("transactionHash").hash(),
        json.field("logIndex").number());
  }
}
