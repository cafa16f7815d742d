#!/usr/bin/env python3
"""The worked examples of docs/wire-security.md, from the document alone and Python's own library.

Prints what stands between the markers, with the word `whole` that of section 7.1;
`cargo run -p coldcap-wire --example security_example` prints the same. Nothing in here is fit for secrets: it is
not constant in time.
"""
import hashlib
import hmac
import struct
import sys

P = 2**255 - 19


def x25519(scalar, point):
    """RFC 7748, section 5."""
    k = int.from_bytes(scalar, "little") & ~7 & ~(1 << 255) | 1 << 254
    u = int.from_bytes(point, "little") & ~(1 << 255)
    x2, z2, x3, z3, swap = 1, 0, u, 1, 0
    for t in reversed(range(255)):
        bit = k >> t & 1
        if swap ^ bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        da, cb, aa, bb = d * a, c * b, a * a, b * b
        x3, z3 = (da + cb) ** 2 % P, u * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, (aa - bb) * (aa + 121665 * (aa - bb)) % P
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")


def chacha(key, counter, nonce):
    """RFC 8439, section 2.3."""
    state = list(struct.unpack("<16I", b"expand 32-byte k" + key + struct.pack("<I", counter) + nonce))
    work = state[:]

    def quarter(a, b, c, d):
        for left, right, by in ((a, b, 16), (c, d, 12), (a, b, 8), (c, d, 7)):
            other = d if left == a else b
            work[left] = (work[left] + work[right]) & 0xFFFFFFFF
            mixed = work[other] ^ work[left]
            work[other] = (mixed << by | mixed >> 32 - by) & 0xFFFFFFFF

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(state, work)))


def poly1305(key, text):
    """RFC 8439, section 2.5."""
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(text), 16):
        total = (total + int.from_bytes(text[at:at + 16] + b"\x01", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def seal(key, number, associated, text):
    """RFC 8439, section 2.8, with the nonce of Noise; the text with its tag behind it."""
    nonce = bytes(4) + struct.pack("<Q", number)
    stream = b"".join(chacha(key, 1 + at, nonce) for at in range(len(text) // 64 + 1))
    sealed = bytes(a ^ b for a, b in zip(text, stream))
    pad = lambda part: part + bytes(-len(part) % 16)
    lengths = struct.pack("<QQ", len(associated), len(sealed))
    return sealed + poly1305(chacha(key, 0, nonce)[:32], pad(associated) + pad(sealed) + lengths)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def derive(chaining, text):
    mac = lambda key, part: hmac.new(key, part, hashlib.sha256).digest()
    seed = mac(chaining, text)
    first = mac(seed, b"\x01")
    second = mac(seed, first + b"\x02")
    return first, second, mac(seed, second + b"\x03")


def header(kind, sealed, endpoint, number):
    return struct.pack("<BBI", 1 << 6 | kind << 3 | sealed << 2, endpoint, number)


def counting(first):
    return bytes(range(first, first + 32))


def show(name, data):
    print(name)
    for at in range(0, len(data), 16):
        print("  " + data[at:at + 16].hex(" "))


def prologue_of(minor, serial, boot, nonce, slot):
    """Section 4.1: everything that both sides have said of themselves where both speak minor version 4."""
    offer = struct.pack("<BBBIHI", 1, 0, minor, 0x12345678, 240, 0)
    prologue = b"ccaplink\x01\x01" + offer + offer + struct.pack("<QI", serial, boot) + nonce
    prologue += struct.pack("<I", slot)
    if minor >= 4:
        prologue += struct.pack("<BHIB", 1, 0x0506, 0x01020003, 2)
        prologue += struct.pack("<BHIB", 0, 0, 0, 0) + struct.pack("<QI", 0, 9)
    return prologue


def main(whole):
    serial, boot, slot, psk = 4711, 7, 1, counting(0)
    base = bytes([9]) + bytes(31)

    body = struct.pack(">QI", serial, slot) + psk
    check = sha(b"COLDCAP:1:", body)[:4]
    fields = [struct.pack(">Q", serial), struct.pack(">I", slot), psk, check]
    if not whole:
        print("pairing\n  COLDCAP:1:\n  " + ":\n  ".join(field.hex().upper() for field in fields))

    random, of_device, _ = derive(counting(0x20), b"")
    nonce, of_host = random[:16], counting(0x40)
    if not whole:
        show("request", header(0, 0, 1, 0))
        show("invitation", header(0, 0, 2, 0) + nonce)
    prologue = prologue_of(4 if whole else 2, serial, boot, nonce, slot)
    show("prologue", prologue)

    name = sha(b"Noise_NNpsk0_25519_ChaChaPoly_SHA256")
    h = sha(name, prologue)
    ck, mixed, k = derive(name, psk)
    h = sha(h, mixed)
    e = x25519(of_host, base)
    h = sha(h, e)
    ck, k, _ = derive(ck, e)
    text = seal(k, 0, h, b"")
    h = sha(h, text)
    show("first", header(0, 0, 3, 1) + struct.pack("<I", slot) + e + text)

    other = x25519(of_device, base)
    h = sha(h, other)
    ck, k, _ = derive(ck, other)
    ck, k, _ = derive(ck, x25519(of_device, e))
    assert x25519(of_device, e) == x25519(of_host, other)
    show("second", header(0, 0, 4, 1) + other + seal(k, 0, h, b""))

    to_device, to_host, _ = derive(ck, b"")
    show("to_device", to_device)
    show("to_host", to_host)
    head = header(1, 1, 0x15, 0)
    show("command", head + seal(to_device, 0, head, bytes.fromhex("ad02000001090000")))
    head = header(6, 1, 0x60, 0)
    show("heartbeat", head + seal(to_host, 0, head, bytes.fromhex("f0930901")))


main(sys.argv[1:] == ["whole"])
