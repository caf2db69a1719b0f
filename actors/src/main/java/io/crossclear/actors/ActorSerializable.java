package io.crossclear.actors;

/** Everything that one actor sends another across nodes; bound to CBOR. */
public interface ActorSerializable {}
