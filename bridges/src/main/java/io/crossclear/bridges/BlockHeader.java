package io.crossclear.bridges;

import io.crossclear.domain.signing.Hash;
import io.crossclear.domain.signing.Hex;
import io.crossclear.domain.signing.Keccak;
import java.util.ArrayList;
import java.util.List;
import org.web3j.rlp.RlpEncoder;
import org.web3j.rlp.RlpList;
import org.web3j.rlp.RlpString;
import org.web3j.rlp.RlpType;

/**
 * A block's header as a provider sent it. Its hash is keccak256 of the RLP list of its members
 * (Yellow Paper 4.3.3 and the forks' additions up to Prague), so a header proves its own number and
 * time.
 */
record BlockHeader(RpcReply json) {

  private enum Kind {
    BYTES,
    QUANTITY
  }

  private record Member(String name, Kind kind) {}

  private static final List<Member> MEMBERS =
      List.of(
          new Member("parentHash", Kind.BYTES),
          new Member("sha3Uncles", Kind.BYTES),
          new Member("miner", Kind.BYTES),
          new Member("stateRoot", Kind.BYTES),
          new Member("transactionsRoot", Kind.BYTES),
          new Member("receiptsRoot", Kind.BYTES),
          new Member("logsBloom", Kind.BYTES),
          new Member("difficulty", Kind.QUANTITY),
          new Member("number", Kind.QUANTITY),
          new Member("gasLimit", Kind.QUANTITY),
          new Member("gasUsed", Kind.QUANTITY),
          new Member("timestamp", Kind.QUANTITY),
          new Member("extraData", Kind.BYTES),
          new Member("mixHash", Kind.BYTES),
          new Member("nonce", Kind.BYTES));

  /** In the order of the forks that added them: London, Shanghai, Cancun (3), Prague. */
  private static final List<Member> LATER_MEMBERS =
      List.of(
          new Member("baseFeePerGas", Kind.QUANTITY),
          new Member("withdrawalsRoot", Kind.BYTES),
          new Member("blobGasUsed", Kind.QUANTITY),
          new Member("excessBlobGas", Kind.QUANTITY),
          new Member("parentBeaconBlockRoot", Kind.BYTES),
          new Member("requestsHash", Kind.BYTES));

  /** What the header says of itself. */
  BlockRef ref() {
    return new BlockRef(
        json.field("number").number(), json.field("hash").hash(), json.field("timestamp").number());
  }

  /** The hash that the members come to. */
  Hash computedHash(Keccak keccak) {
    List<RlpType> values = new ArrayList<>(MEMBERS.size() + LATER_MEMBERS.size());
    for (Member member : MEMBERS) {
      values.add(value(member));
    }
    for (Member member : LATER_MEMBERS) {
      if (!json.field(member.name()).isAbsent()) {
        values.add(value(member));
      }
    }
    return keccak.hash(RlpEncoder.encode(new RlpList(values)));
  }

  private RlpType value(Member member) {
    RpcReply field = json.field(member.name());
    return switch (member.kind()) {
      case BYTES -> RlpString.create(Hex.decode(field.data()));
      case QUANTITY -> RlpString.create(field.quantity());
    };
  }
}
