export declare const PACKET_LEN: number;
export declare const BODY_LEN: number;
export declare const FRAME_ROOM: number;

/** Why received bytes were refused. `reason` is that of the test vectors: "frame.crc". */
export declare class WireError extends Error {
  readonly reason: Reason;
  constructor(reason: Reason);
}

/** The packet of one frame, given without its delimiter. Throws WireError. */
export declare function openFrame(frame: Uint8Array): Uint8Array;
/** The frame of a packet, with its delimiter. */
export declare function frame(packet: Uint8Array): Uint8Array;

/** Collects bytes until a frame is whole; holds at most `room` of them. */
export declare class Deframer {
  constructor(room?: number);
  /** For each frame that ends in `data`: its packet, or why it was refused. */
  feed(data: Uint8Array): (Uint8Array | WireError)[];
}

/** What a field is. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly scale: string;
  readonly since: number;
}

/** What a message is. */
export interface About {
  readonly kind: number;
  readonly endpoint: number | null;
  readonly longest: number;
  readonly fields: readonly Field[];
}

export declare const MAJOR: number;
export declare const MINOR: number;
export declare const REASONS: Readonly<Record<Reason, string>>;
export declare const CODES: Readonly<Record<string, Readonly<Record<number, string>>>>;
export declare const STRUCTURES: Readonly<Record<string, readonly Field[]>>;
export declare const MESSAGES: { readonly [Name in MessageName]: About };

/** The one encoding of a body. Appended fields that are 0 up to the end are left off. */
export declare function encodeBody<Name extends MessageName>(name: Name, fields: Messages[Name]): Uint8Array;
/** Reads a body of exactly this message. What is left off reads as 0. Throws WireError. */
export declare function decodeBody<Name extends MessageName>(name: Name, body: Uint8Array): Required<Messages[Name]>;
/** The names of the fields that are not left off. */
export declare function written<Name extends MessageName>(name: Name, fields: Messages[Name]): string[];
/** The keys of one session: what seals packets to the device, and what seals those to the host. */
export interface Session {
  readonly hash: Uint8Array;
  readonly toDevice: Uint8Array;
  readonly toHost: Uint8Array;
}
/** The sessions of a key log. Throws RangeError. */
export declare function readKeylog(text: string): Session[];
/** A sealed packet without its seal, by the first key that fits; any other as it is. For recordings. */
export declare function opened(packet: Uint8Array, sessions: readonly Session[]): Uint8Array;
/** Reads a packet. Throws WireError. */
export declare function decode(packet: Uint8Array): Packet;
/** The frame of a message. `number` is that of the packet; `endpoint` that of a response. */
export declare function encode<Name extends MessageName>(
  name: Name, fields: Messages[Name], number: number, endpoint?: number): Uint8Array;
/** The name of a code; undefined for one that is not known. Treat those as the specification says. */
export declare function nameOf(vocabulary: string, code: number): string | undefined;

export type MessageName = keyof Messages;
/** A packet that was understood. */
export type Packet = {
  [Name in MessageName]: {
    kind: number; endpoint: number; number: number; message: Name; fields: Required<Messages[Name]>;
  };
}[MessageName];

