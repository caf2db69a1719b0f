package io.crossclear.actors;

import io.crossclear.domain.genesis.Genesis;
import io.crossclear.domain.signing.ActionVerifier;

/**
 * What every clearing entity needs from outside.
 *
 * @param genesis the network's rules
 * @param verifier recomputes what signatures say
 * @param exposures one row per account, for the watch and the pools
 * @param openSagas one row per unfinished saga
 * @param time protocol time
 * @param market price sets
 */
public record ClearingServices(
    Genesis genesis,
    ActionVerifier verifier,
    ExposureBook exposures,
    OpenSagaTable openSagas,
    ProtocolTime time,
    MarketView market) {}
