export const PACKET_LEN = 240;
export const BODY_LEN = 234;
export const FRAME_ROOM = 247;

/** Why received bytes were refused. `reason` is that of the test vectors: "frame.crc". */
export class WireError extends Error {
  constructor(reason) {
    super(REASONS[reason] ?? reason);
    this.name = "WireError";
    this.reason = reason;
  }
}

// ---- Frames: COBS(packet) | trailer | 00 ------------------------------------------------------------

const CRC = new Uint32Array(256).map((_, value) => {
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xc8df352f : 0);
  return value;
});

/** CRC-32/AUTOSAR over the encoded bytes and their number modulo 1024. */
function check(encoded) {
  const length = encoded.length % 1024;
  let crc = 0xffffffff;
  const take = (byte) => { crc = (crc >>> 8) ^ CRC[(crc ^ byte) & 0xff]; };
  encoded.forEach(take);
  take(length & 0xff);
  take(length >> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

function seal(encoded) {
  const bits = (BigInt(encoded.length % 1024) << 32n) | BigInt(check(encoded));
  return [35n, 28n, 21n, 14n, 7n, 0n].map((shift) => Number(0x80n | ((bits >> shift) & 0x7fn)));
}

/** The packet of one frame, given without its delimiter. Throws WireError. */
export function openFrame(frame) {
  if (frame.length < 6) throw new WireError("frame.length");
  const encoded = frame.subarray(0, frame.length - 6);
  const trailer = frame.subarray(frame.length - 6);
  if (trailer.some((byte) => byte < 0x80)) throw new WireError("frame.crc");
  const bits = trailer.reduce((bits, byte) => (bits << 7n) | BigInt(byte & 0x7f), 0n);
  const length = Number(bits >> 32n);
  if (encoded.length === 0 || length !== encoded.length % 1024) throw new WireError("frame.length");
  if (Number(bits & 0xffffffffn) !== check(encoded)) throw new WireError("frame.crc");
  const packet = [];
  for (let at = 0; at < encoded.length;) {
    const code = encoded[at];
    if (at + code > encoded.length) throw new WireError("frame.cobs");
    packet.push(...encoded.subarray(at + 1, at + code));
    at += code;
    if (code !== 0xff && at < encoded.length) packet.push(0);
  }
  return Uint8Array.from(packet);
}

/** The frame of a packet, with its delimiter. */
export function frame(packet) {
  if (packet.length > PACKET_LEN) throw new RangeError(`a packet has at most ${PACKET_LEN} bytes`);
  const encoded = [];
  let from = 0;
  for (let open = true; open;) {
    let end = from;
    while (end < packet.length && end - from < 254 && packet[end] !== 0) end++;
    encoded.push(end - from + 1, ...packet.subarray(from, end));
    const full = end - from === 254;
    open = end < packet.length;
    from = full ? end : end + 1;
  }
  const bytes = Uint8Array.from(encoded);
  return Uint8Array.from([...encoded, ...seal(bytes), 0]);
}

/** Collects bytes until a frame is whole; holds at most `room` of them. */
export class Deframer {
  #room;
  #bytes = [];
  #overflowed = false;

  constructor(room = FRAME_ROOM) {
    this.#room = room;
  }

  /** For each frame that ends in `data`: its packet, or a WireError that says why it was refused. */
  feed(data) {
    const outcomes = [];
    for (const byte of data) {
      if (byte !== 0) this.#store(byte);
      else if (this.#bytes.length > 0) outcomes.push(this.#finish());
    }
    return outcomes;
  }

  #store(byte) {
    if (this.#bytes.length < this.#room) this.#bytes.push(byte);
    else this.#overflowed = true;
  }

  #finish() {
    const [bytes, overflowed] = [Uint8Array.from(this.#bytes), this.#overflowed];
    [this.#bytes, this.#overflowed] = [[], false];
    if (overflowed) return new WireError("frame.overflow");
    try {
      return openFrame(bytes);
    } catch (error) {
      if (error instanceof WireError) return error;
      throw error;
    }
  }
}

// ---- Bodies -----------------------------------------------------------------------------------------

class Source {
  constructor(body, endless) {
    this.body = body;
    this.at = 0;
    this.endless = endless;
  }

  byte() {
    if (this.at < this.body.length) return this.body[this.at++];
    if (this.endless) return 0;
    throw new WireError("body.short");
  }

  /** As a bigint. */
  number(bits) {
    let number = 0n;
    for (let shift = 0; shift < bits; shift += 7) {
      const byte = this.byte();
      number |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte < 0x80) {
        if (number >> BigInt(bits)) break;
        return number;
      }
    }
    throw new WireError("body.malformed");
  }

  bytes(count) {
    return Uint8Array.from({ length: count }, () => this.byte());
  }

  value(type) {
    if (type === "u8") return this.byte();
    if (type === "u64") return this.number(64);
    if (type === "u16" || type === "u32") return Number(this.number(Number(type.slice(1))));
    if (type === "i32") {
      const number = this.number(32);
      return Number(number & 1n ? -(number >> 1n) - 1n : number >> 1n);
    }
    if (type.startsWith("bytes0to")) {
      const [most, count] = [Number(type.slice(8)), this.number(32)];
      const read = this.bytes(count > BigInt(most) ? most + 1 : Number(count));
      if (count > BigInt(most)) throw new WireError("body.malformed");
      return read;
    }
    if (type.startsWith("bytes")) return this.bytes(Number(type.slice(5)));
    const inner = STRUCTURES[type].map((field) => [field.name, this.value(field.type)]);
    return Object.fromEntries(inner);
  }
}

function writeNumber(number) {
  const out = [];
  for (; number >= 0x80n; number >>= 7n) out.push(Number(0x80n | (number & 0x7fn)));
  out.push(Number(number));
  return out;
}

function unsigned(type, value) {
  const number = BigInt(value);
  if (number < 0n || number >> BigInt(type.slice(1))) throw new RangeError(`${value} is no ${type}`);
  return number;
}

function writeValue(type, value) {
  if (type === "u8") return [Number(unsigned(type, value))];
  if (type[0] === "u") return writeNumber(unsigned(type, value));
  if (type === "i32") {
    if (value < -(2 ** 31) || value >= 2 ** 31) throw new RangeError(`${value} is no i32`);
    return writeNumber(value < 0 ? -2n * BigInt(value) - 1n : 2n * BigInt(value));
  }
  if (type.startsWith("bytes0to")) {
    if (value.length > Number(type.slice(8))) throw new RangeError(`too many bytes for ${type}`);
    return [...writeNumber(BigInt(value.length)), ...value];
  }
  if (type.startsWith("bytes")) {
    if (value.length !== Number(type.slice(5))) throw new RangeError(`${value.length} bytes are not ${type}`);
    return [...value];
  }
  return STRUCTURES[type].flatMap((field) => writeValue(field.type, value[field.name]));
}

/** A number that is left out is 0; appended fields usually are. */
const valueOf = (field, fields) => fields[field.name] ?? 0;

/** The one encoding of a body. Appended fields that are 0 up to the end are left off. */
export function encodeBody(name, fields) {
  const body = [];
  let base = 0;
  for (const field of MESSAGES[name].fields) {
    body.push(...writeValue(field.type, valueOf(field, fields)));
    if (field.since === 0) base = body.length;
  }
  while (body.length > base && body[body.length - 1] === 0) body.pop();
  if (body.length > MESSAGES[name].longest) throw new RangeError(`${name} is too long`);
  return Uint8Array.from(body);
}

/** Reads a body of exactly this message. What is left off reads as 0. Throws WireError. */
export function decodeBody(name, body) {
  const about = MESSAGES[name];
  if (body.length > about.longest) throw new WireError("body.trailing");
  const source = new Source(body, about.fields.some((field) => field.since > 0));
  const fields = Object.fromEntries(about.fields.map((field) => [field.name, source.value(field.type)]));
  if (source.at < body.length) throw new WireError("body.trailing");
  const again = encodeBody(name, fields);
  const same = again.length === body.length && again.every((byte, at) => byte === body[at]);
  if (!same) throw new WireError(again.length < body.length ? "body.not_shortest" : "body.short");
  return fields;
}

/** The names of the fields that are not left off. */
export function written(name, fields) {
  const end = encodeBody(name, fields).length;
  const names = [];
  let at = 0;
  for (const field of MESSAGES[name].fields) {
    if (field.since > 0 && at >= end) break;
    at += writeValue(field.type, valueOf(field, fields)).length;
    names.push(field.name);
  }
  return names;
}

// ---- Sealed packets: ChaCha20-Poly1305 (RFC 8439) under a key from a log -----------------------------

const fromHex = (text) => Uint8Array.from(text.match(/../g), (digits) => parseInt(digits, 16));

/** The sessions of a key log: `COLDCAP_SESSION hash to_device to_host`, each 64 hexadecimal digits. */
export function readKeylog(text) {
  const lines = text.split("\n").map((line) => line.split("#")[0].trim());
  return lines.filter((line) => line !== "").map((line) => {
    const words = line.split(/\s+/);
    if (words.length !== 4 || words[0] !== "COLDCAP_SESSION" || !words.slice(1).every((word) => /^[0-9a-f]{64}$/.test(word))) {
      throw new RangeError("a line of the key log is not one");
    }
    const [hash, toDevice, toHost] = words.slice(1).map(fromHex);
    return { hash, toDevice, toHost };
  });
}

function quarter(state, a, b, c, d) {
  for (const [x, y, z, turn] of [[a, b, d, 16], [c, d, b, 12], [a, b, d, 8], [c, d, b, 7]]) {
    state[x] += state[y];
    const mixed = state[z] ^ state[x];
    state[z] = (mixed << turn) | (mixed >>> (32 - turn));
  }
}

/** One block of the key stream. */
function block(key, counter, nonce) {
  const bytes = Uint8Array.from([...key, counter, 0, 0, 0, ...nonce]);
  const view = new DataView(bytes.buffer);
  const words = Array.from({ length: 12 }, (_, at) => view.getUint32(4 * at, true));
  const start = Uint32Array.from([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, ...words]);
  const state = Uint32Array.from(start);
  for (let round = 0; round < 10; round += 1) {
    for (let at = 0; at < 4; at += 1) quarter(state, at, 4 + at, 8 + at, 12 + at);
    for (let at = 0; at < 4; at += 1) quarter(state, at, 4 + ((at + 1) % 4), 8 + ((at + 2) % 4), 12 + ((at + 3) % 4));
  }
  const out = new DataView(new ArrayBuffer(64));
  state.forEach((word, at) => out.setUint32(4 * at, word + start[at], true));
  return new Uint8Array(out.buffer);
}

const bigOf = (bytes) => bytes.reduceRight((number, byte) => (number << 8n) | BigInt(byte), 0n);

/** Poly1305 over both, their paddings and their lengths, as a number. */
function tagOf(key, associated, text) {
  const padded = (part) => [...part, ...new Uint8Array((16 - (part.length % 16)) % 16)];
  const length = (part) => [part.length, 0, 0, 0, 0, 0, 0, 0];
  const message = [...padded(associated), ...padded(text), ...length(associated), ...length(text)];
  const r = bigOf(key.subarray(0, 16)) & 0x0ffffffc0ffffffc0ffffffc0fffffffn;
  let total = 0n;
  for (let at = 0; at < message.length; at += 16) {
    total = ((total + bigOf([...message.slice(at, at + 16), 1])) * r) % ((1n << 130n) - 5n);
  }
  return (total + bigOf(key.subarray(16, 32))) & ((1n << 128n) - 1n);
}

function openBy(key, packet) {
  const [head, text] = [packet.subarray(0, 6), packet.subarray(6, packet.length - 16)];
  const nonce = [0, 0, 0, 0, ...head.subarray(2, 6), 0, 0, 0, 0];
  if (tagOf(block(key, 0, nonce), head, text) !== bigOf(packet.subarray(packet.length - 16))) return undefined;
  const plain = Uint8Array.from([head[0] & 0xfb, ...head.subarray(1), ...text]);
  for (let at = 0; at < text.length; at += 64) {
    const stream = block(key, 1 + at / 64, nonce);
    text.subarray(at, at + 64).forEach((byte, index) => { plain[6 + at + index] = byte ^ stream[index]; });
  }
  return plain;
}

/**
 * A sealed packet as it would have travelled without a seal, by the first key that fits; any other as it is. For
 * recordings: a packet that comes twice is opened twice, and keys are not handled in constant time.
 */
export function opened(packet, sessions) {
  if (packet.length < 22 || (packet[0] & 4) === 0) return packet;
  for (const key of sessions.flatMap((session) => [session.toDevice, session.toHost])) {
    const plain = openBy(key, packet);
    if (plain !== undefined) return plain;
  }
  return packet;
}

/** Reads a packet. Throws WireError. */
export function decode(packet) {
  if (packet.length < 6) throw new WireError("header.short");
  const [first, endpoint] = packet;
  if (first >> 6 !== MAJOR) throw new WireError("header.major");
  if (first & 3) throw new WireError("header.reserved");
  const kind = (first >> 3) & 7;
  if (kind > 6) throw new WireError("header.kind");
  if (first & 4) throw new WireError("body.secured");
  const name = BY_NUMBER.get(`${kind}:${endpoint}`) ?? BY_NUMBER.get(`${kind}:any`);
  if (name === undefined) throw new WireError("body.unknown_endpoint");
  const number = packet[2] + packet[3] * 2 ** 8 + packet[4] * 2 ** 16 + packet[5] * 2 ** 24;
  return { kind, endpoint, number, message: name, fields: decodeBody(name, packet.subarray(6)) };
}

/** The frame of a message. `number` is that of the packet; `endpoint` that of a response. */
export function encode(name, fields, number, endpoint = MESSAGES[name].endpoint) {
  if (endpoint === null) throw new RangeError("a response bears the endpoint number of its command");
  const body = encodeBody(name, fields);
  const head = [(MAJOR << 6) | (MESSAGES[name].kind << 3), endpoint];
  const places = [0, 8, 16, 24].map((shift) => (number >>> shift) & 0xff);
  return frame(Uint8Array.from([...head, ...places, ...body]));
}

/** The name of a code; undefined for one that is not known. Treat those as the specification says. */
export const nameOf = (vocabulary, code) => CODES[vocabulary]?.[code];

