package io.crossclear.domain.genesis;

import io.crossclear.domain.signing.Address;

/**
 * One vault: the contract at an address of a chain. Its text form is {@code chainId:0xaddress}.
 *
 * @param chainId EIP-155 chain id, above 0
 */
public record VaultId(long chainId, Address address) implements Comparable<VaultId> {

  /**
   * @throws IllegalArgumentException when the chain id is not above 0
   */
  public VaultId {
    if (chainId <= 0) {
      throw new IllegalArgumentException("chain id must be above 0: " + chainId);
    }
  }

  /**
   * Reads {@code chainId:0xaddress}.
   *
   * @throws IllegalArgumentException for any other text
   */
  public static VaultId parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("vault must be chainId:0xaddress: " + text);
    }
    VaultId vault =
        new VaultId(Long.parseLong(text, 0, colon, 10), new Address(text.substring(colon + 1)));
    if (!text.startsWith(vault.chainId() + ":")) {
      throw new IllegalArgumentException("vault must be chainId:0xaddress: " + text);
    }
    return vault;
  }

  @Override
  public int compareTo(VaultId other) {
    int byChain = Long.compare(chainId, other.chainId);
    return byChain != 0 ? byChain : address.compareTo(other.address);
  }

  @Override
  public String toString() {
    return chainId + ":" + address;
  }
}
