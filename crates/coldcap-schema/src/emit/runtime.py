from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Iterable, Iterator, NamedTuple, Optional

PACKET_LEN = 240
BODY_LEN = 234
FRAME_ROOM = 247


class WireError(Exception):
    """Why received bytes were refused. `reason` is that of the test vectors: "frame.crc"."""

    def __init__(self, reason: str):
        super().__init__(REASONS.get(reason, reason))
        self.reason = reason


# ---- Frames: COBS(packet) | trailer | 00 -------------------------------------------------------------


def _crc_table() -> list[int]:
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0xC8DF352F if value & 1 else 0)
        table.append(value)
    return table


_CRC = _crc_table()


def _check(encoded: bytes) -> int:
    """CRC-32/AUTOSAR over the encoded bytes and their number modulo 1024."""
    crc = 0xFFFFFFFF
    for byte in encoded + (len(encoded) % 1024).to_bytes(2, "little"):
        crc = (crc >> 8) ^ _CRC[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def _seal(encoded: bytes) -> bytes:
    bits = (len(encoded) % 1024) << 32 | _check(encoded)
    return bytes(0x80 | (bits >> shift) & 0x7F for shift in (35, 28, 21, 14, 7, 0))


def open_frame(frame: bytes) -> bytes:
    """The packet of one frame, given without its delimiter. Raises WireError."""
    if len(frame) < 6:
        raise WireError("frame.length")
    encoded, trailer = frame[:-6], frame[-6:]
    if any(byte < 0x80 for byte in trailer):
        raise WireError("frame.crc")
    bits = 0
    for byte in trailer:
        bits = bits << 7 | byte & 0x7F
    if not encoded or bits >> 32 != len(encoded) % 1024:
        raise WireError("frame.length")
    if bits & 0xFFFFFFFF != _check(encoded):
        raise WireError("frame.crc")
    packet, at = bytearray(), 0
    while at < len(encoded):
        code = encoded[at]
        if at + code > len(encoded):
            raise WireError("frame.cobs")
        packet += encoded[at + 1 : at + code]
        at += code
        if code != 0xFF and at < len(encoded):
            packet.append(0)
    return bytes(packet)


def frame(packet: bytes) -> bytes:
    """The frame of a packet, with its delimiter."""
    if len(packet) > PACKET_LEN:
        raise ValueError(f"a packet has at most {PACKET_LEN} bytes")
    encoded = bytearray()
    pieces = packet.split(b"\0")
    for index, piece in enumerate(pieces):
        full = len(piece) // 254 * 254
        for start in range(0, full, 254):
            encoded += b"\xff" + piece[start : start + 254]
        if full == 0 or full < len(piece) or index + 1 < len(pieces):
            encoded += bytes([len(piece) - full + 1]) + piece[full:]
    return bytes(encoded) + _seal(bytes(encoded)) + b"\0"


class Deframer:
    """Collects bytes until a frame is whole; holds at most `room` of them."""

    def __init__(self, room: int = FRAME_ROOM):
        self._room, self._bytes, self._overflowed = room, bytearray(), False

    def feed(self, data: bytes) -> Iterator[bytes | WireError]:
        """Yields, for each frame that ends in `data`, its packet or why it was refused."""
        parts = data.split(b"\0")
        for part in parts[:-1]:
            self._store(part)
            if self._bytes or self._overflowed:
                yield self._finish()
        self._store(parts[-1])

    def _store(self, part: bytes) -> None:
        self._overflowed |= len(self._bytes) + len(part) > self._room
        self._bytes += part[: self._room - len(self._bytes)]

    def _finish(self) -> bytes | WireError:
        whole, overflowed = bytes(self._bytes), self._overflowed
        self._bytes, self._overflowed = bytearray(), False
        if overflowed:
            return WireError("frame.overflow")
        try:
            return open_frame(whole)
        except WireError as error:
            return error


# ---- Bodies ------------------------------------------------------------------------------------------


class Field(NamedTuple):
    """What a field is: its type on the wire, its unit, and the minor version that appended it."""

    name: str
    type: str
    unit: str
    scale: str
    since: int


class _Source:
    def __init__(self, body: bytes, endless: bool):
        self.body, self.at, self.endless = body, 0, endless

    def byte(self) -> int:
        if self.at < len(self.body):
            self.at += 1
            return self.body[self.at - 1]
        if self.endless:
            return 0
        raise WireError("body.short")

    def number(self, bits: int) -> int:
        number = 0
        for shift in range(0, bits, 7):
            byte = self.byte()
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                if number >> bits:
                    break
                return number
        raise WireError("body.malformed")

    def value(self, type_: str) -> Any:
        if type_ == "u8":
            return self.byte()
        if type_[0] == "u":
            return self.number(int(type_[1:]))
        if type_ == "i32":
            number = self.number(32)
            return -(number >> 1) - 1 if number & 1 else number >> 1
        if type_.startswith("bytes0to"):
            most, count = int(type_[8:]), self.number(32)
            read = bytes(self.byte() for _ in range(min(count, most + 1)))
            if count > most:
                raise WireError("body.malformed")
            return read
        if type_.startswith("bytes"):
            return bytes(self.byte() for _ in range(int(type_[5:])))
        structure = STRUCTURES[type_]
        return structure(*[self.value(inner.type) for inner in structure.FIELDS])


def _number(number: int) -> bytes:
    out = bytearray()
    while number >= 0x80:
        out.append(0x80 | number & 0x7F)
        number >>= 7
    return bytes(out) + bytes([number])


def _value(type_: str, value: Any) -> bytes:
    if type_ == "u8":
        return bytes([value])
    if type_[0] == "u":
        if not 0 <= value < 1 << int(type_[1:]):
            raise ValueError(f"{value} is no {type_}")
        return _number(value)
    if type_ == "i32":
        if not -(1 << 31) <= value < 1 << 31:
            raise ValueError(f"{value} is no i32")
        return _number(2 * value if value >= 0 else -2 * value - 1)
    if type_.startswith("bytes0to"):
        if len(value) > int(type_[8:]):
            raise ValueError(f"{len(value)} bytes are too many for {type_}")
        return _number(len(value)) + bytes(value)
    if type_.startswith("bytes"):
        if len(value) != int(type_[5:]):
            raise ValueError(f"{type_} are not {len(value)} bytes")
        return bytes(value)
    return b"".join(_value(inner.type, part) for inner, part in zip(value.FIELDS, _parts(value)))


def _parts(body: Any) -> list[Any]:
    return [getattr(body, part.name) for part in fields(body)]


class Message:
    """A body. Subclasses are made from the schema; `FIELDS` says what each field is."""

    KIND: ClassVar[int]
    ENDPOINT: ClassVar[Optional[int]]
    NAME: ClassVar[str]
    LONGEST: ClassVar[int]
    FIELDS: ClassVar[tuple[Field, ...]]

    def encode(self) -> bytes:
        """The one encoding of this body. Appended fields that are 0 up to the end are left off."""
        body, base = b"", 0
        for about, part in zip(self.FIELDS, _parts(self)):
            body += _value(about.type, part)
            base = len(body) if about.since == 0 else base
        return body[:base] + body[base:].rstrip(b"\0")

    @classmethod
    def decode(cls, body: bytes) -> Any:
        """Reads a body of exactly this message. What is left off reads as 0. Raises WireError."""
        if len(body) > cls.LONGEST:
            raise WireError("body.trailing")
        source = _Source(body, any(about.since for about in cls.FIELDS))
        message = cls(*[source.value(about.type) for about in cls.FIELDS])
        if source.at < len(body):
            raise WireError("body.trailing")
        again = message.encode()
        if again != body:
            raise WireError("body.not_shortest" if len(again) < len(body) else "body.short")
        return message

    def written(self) -> list[tuple[Field, Any]]:
        """The fields that are not left off, with their values."""
        end, at, out = len(self.encode()), 0, []
        for about, part in zip(self.FIELDS, _parts(self)):
            if about.since and at >= end:
                break
            at += len(_value(about.type, part))
            out.append((about, part))
        return out


# ---- Sealed packets: ChaCha20-Poly1305 (RFC 8439) under a key from a log ------------------------------


class Session(NamedTuple):
    """The keys of one session: what seals packets to the device, and what seals those to the host."""

    hash: bytes
    to_device: bytes
    to_host: bytes


def read_keylog(text: str) -> list[Session]:
    """The sessions of a key log: `COLDCAP_SESSION hash to_device to_host`, each 64 hexadecimal digits."""
    sessions = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        if len(words) != 4 or words[0] != "COLDCAP_SESSION" or any(len(word) != 64 for word in words[1:]):
            raise ValueError(f"line {number} of the key log is not one")
        sessions.append(Session(*[bytes.fromhex(word) for word in words[1:]]))
    return sessions


def _block(key: bytes, counter: int, nonce: bytes) -> bytes:
    """One block of the key stream."""
    words = [int.from_bytes((key + counter.to_bytes(4, "little") + nonce)[at:at + 4], "little") for at in range(0, 48, 4)]
    start = [0x61707865, 0x3320646E, 0x79622D32, 0x6B206574] + words
    state = list(start)

    def quarter(a: int, b: int, c: int, d: int) -> None:
        for x, y, z, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[x] = (state[x] + state[y]) & 0xFFFFFFFF
            state[z] ^= state[x]
            state[z] = (state[z] << turn | state[z] >> 32 - turn) & 0xFFFFFFFF

    for _ in range(10):
        for at in range(4):
            quarter(at, 4 + at, 8 + at, 12 + at)
        for at in range(4):
            quarter(at, 4 + (at + 1) % 4, 8 + (at + 2) % 4, 12 + (at + 3) % 4)
    return b"".join(((one + other) & 0xFFFFFFFF).to_bytes(4, "little") for one, other in zip(state, start))


def _padded(part: bytes) -> bytes:
    return part + bytes(-len(part) % 16)


def _tag(key: bytes, associated: bytes, text: bytes) -> bytes:
    """Poly1305 over both, their paddings and their lengths."""
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    lengths = len(associated).to_bytes(8, "little") + len(text).to_bytes(8, "little")
    message, total = _padded(associated) + _padded(text) + lengths, 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at:at + 16] + b"\1", "little")) * r % ((1 << 130) - 5)
    return ((total + int.from_bytes(key[16:32], "little")) % (1 << 128)).to_bytes(16, "little")


def _open(key: bytes, packet: bytes) -> Optional[bytes]:
    head, text, tag = packet[:6], packet[6:-16], packet[-16:]
    nonce = bytes(4) + head[2:6] + bytes(4)
    if _tag(_block(key, 0, nonce)[:32], head, text) != tag:
        return None
    stream = b"".join(_block(key, 1 + at // 64, nonce) for at in range(0, len(text), 64))
    return bytes([head[0] & 0xFB]) + head[1:] + bytes(one ^ other for one, other in zip(text, stream))


def opened(packet: bytes, sessions: Iterable[Session]) -> bytes:
    """A sealed packet as it would have travelled without a seal, by the first key that fits; any other as it is.

    For recordings: a packet that comes twice is opened twice, and keys are not handled in constant time.
    """
    if len(packet) < 22 or not packet[0] & 4:
        return packet
    keys = (key for session in sessions for key in (session.to_device, session.to_host))
    return next((plain for plain in (_open(key, packet) for key in keys) if plain is not None), packet)


@dataclass(frozen=True)
class Packet:
    """A packet that was understood."""

    kind: int
    endpoint: int
    number: int
    message: Message


def decode(packet: bytes) -> Packet:
    """Reads a packet. Raises WireError."""
    if len(packet) < 6:
        raise WireError("header.short")
    first, endpoint = packet[0], packet[1]
    if first >> 6 != MAJOR:
        raise WireError("header.major")
    if first & 3:
        raise WireError("header.reserved")
    kind = first >> 3 & 7
    if kind > 6:
        raise WireError("header.kind")
    if first & 4:
        raise WireError("body.secured")
    known = _BY_NUMBER.get((kind, endpoint)) or _BY_NUMBER.get((kind, None))
    if known is None:
        raise WireError("body.unknown_endpoint")
    return Packet(kind, endpoint, int.from_bytes(packet[2:6], "little"), known.decode(packet[6:]))


def encode(message: Message, number: int, endpoint: Optional[int] = None) -> bytes:
    """The frame of a message. `number` is that of the packet; `endpoint` that of a response."""
    own = message.ENDPOINT if message.ENDPOINT is not None else endpoint
    if own is None:
        raise ValueError("a response bears the endpoint number of its command")
    head = bytes([MAJOR << 6 | message.KIND << 3, own]) + number.to_bytes(4, "little")
    return frame(head + message.encode())


def name_of(vocabulary: str, code: int) -> Optional[str]:
    """The name of a code; None for one that is not known. Treat those as the specification says."""
    return CODES[vocabulary].get(code)


