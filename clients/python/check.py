"""The check of coldcap_wire.py: reads lines of hexadecimal digits, prints what came out of the bytes.

    PYTHONPATH=. python3 check.py [KEYLOG] < frames.txt
"""

import json
import sys

import coldcap_wire as wire


def plain(about, value):
    """A value as the vectors have it: numbers of 64 bits and bytes are strings."""
    if about.type == "u64":
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if hasattr(value, "FIELDS"):
        return {inner.name: plain(inner, getattr(value, wire.attribute(inner.name))) for inner in value.FIELDS}
    return value


def shown(packet):
    packet = wire.opened(packet, sessions)
    try:
        read = wire.decode(packet)
    except wire.WireError as error:
        return error.reason
    message = read.message
    again = next(wire.Deframer().feed(wire.encode(message, read.number, read.endpoint)))
    if again != packet:
        sys.exit("a message that was read is not written again as it was")
    line = {
        "kind": read.kind,
        "endpoint": read.endpoint,
        "number": read.number,
        "message": message.NAME,
        "fields": {about.name: plain(about, value) for about, value in message.written()},
    }
    return json.dumps(line, separators=(",", ":"))


sessions = []
if len(sys.argv) > 1:
    with open(sys.argv[1], encoding="ascii") as log:
        sessions = wire.read_keylog(log.read())
for line in sys.stdin:
    outcomes = wire.Deframer().feed(bytes.fromhex(line.strip()))
    print(";".join(o.reason if isinstance(o, wire.WireError) else shown(o) for o in outcomes))
