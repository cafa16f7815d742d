#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Limits ------------------------------------------------------------------------------------- */

enum {
    COLDCAP_HEADER_LEN = 6,
    COLDCAP_PACKET_LEN = 240,
    COLDCAP_BODY_LEN = 234,
    /* The longest frame with its delimiter, and what a receiver must hold of one. */
    COLDCAP_FRAME_LEN = 248,
    COLDCAP_FRAME_ROOM = 247,
    COLDCAP_TRAILER_LEN = 6
};

/* ---- What became of a frame --------------------------------------------------------------------- */

typedef enum {
    /* It is a message. */
    COLDCAP_OK = 0,
@REASONS@
    /* An output buffer is too short; nothing in it may be sent. */
    COLDCAP_TOO_LONG,
    /* No frame has ended yet: feed more bytes. */
    COLDCAP_MORE
} coldcap_result;

/* The reason in the words of the test vectors: "frame.crc". */
static inline const char *coldcap_reason(coldcap_result result)
{
    switch (result) {
    case COLDCAP_OK: return "ok";
@REASON_WORDS@
    case COLDCAP_TOO_LONG: return "too_long";
    case COLDCAP_MORE: return "more";
    }
    return "unknown";
}

/* ---- Frames: COBS(packet) | trailer | 00 -------------------------------------------------------- */

/* CRC-32/AUTOSAR, four bits at a time. */
static inline uint32_t coldcap_crc_byte(uint32_t crc, uint8_t byte)
{
    static const uint32_t nibbles[16] = {
        @NIBBLES@
    };
    crc ^= byte;
    crc = (crc >> 4) ^ nibbles[crc & 15u];
    return (crc >> 4) ^ nibbles[crc & 15u];
}

/* The check value over the encoded bytes and their number modulo 1024. */
static inline uint32_t coldcap_check(const uint8_t *encoded, size_t length)
{
    uint32_t crc = 0xFFFFFFFFu;
    size_t at;
    for (at = 0; at < length; at++) crc = coldcap_crc_byte(crc, encoded[at]);
    crc = coldcap_crc_byte(crc, (uint8_t)(length & 0xFFu));
    crc = coldcap_crc_byte(crc, (uint8_t)((length >> 8) & 3u));
    return crc ^ 0xFFFFFFFFu;
}

static inline void coldcap_seal(const uint8_t *encoded, size_t length, uint8_t *trailer)
{
    uint64_t bits = ((uint64_t)(length & 1023u) << 32) | coldcap_check(encoded, length);
    int at;
    for (at = 0; at < COLDCAP_TRAILER_LEN; at++) {
        trailer[at] = (uint8_t)(0x80u | ((bits >> (35 - 7 * at)) & 0x7Fu));
    }
}

/* Checks one frame, given without its delimiter, and turns it into its packet in place. */
static inline coldcap_result coldcap_open(uint8_t *frame, size_t length, size_t *packet_length)
{
    uint64_t bits = 0;
    size_t encoded, from = 0, to = 0, at;
    if (length < COLDCAP_TRAILER_LEN) return COLDCAP_FRAME_LENGTH;
    encoded = length - COLDCAP_TRAILER_LEN;
    for (at = 0; at < COLDCAP_TRAILER_LEN; at++) {
        uint8_t byte = frame[encoded + at];
        if ((byte & 0x80u) == 0) return COLDCAP_FRAME_CRC;
        bits = (bits << 7) | (byte & 0x7Fu);
    }
    if (encoded == 0 || (bits >> 32) != (encoded & 1023u)) return COLDCAP_FRAME_LENGTH;
    if ((uint32_t)bits != coldcap_check(frame, encoded)) return COLDCAP_FRAME_CRC;
    while (from < encoded) {
        uint8_t code = frame[from++];
        size_t run = (size_t)code - 1u;
        if (code == 0 || run > encoded - from) return COLDCAP_FRAME_COBS;
        for (at = 0; at < run; at++) frame[to++] = frame[from++];
        if (code != 0xFFu && from < encoded) frame[to++] = 0;
    }
    *packet_length = to;
    return COLDCAP_OK;
}

/* Writes the frame of a packet with its delimiter; COLDCAP_FRAME_LEN bytes hold that of any packet. */
static inline coldcap_result coldcap_frame(
    const uint8_t *packet, size_t length, uint8_t *out, size_t room, size_t *written)
{
    size_t from = 0, to = 0;
    int open = 1;
    if (length > COLDCAP_PACKET_LEN) return COLDCAP_TOO_LONG;
    while (open) {
        size_t run = 0;
        while (from + run < length && run < 254u && packet[from + run] != 0) run++;
        if (to + 1u + run + COLDCAP_TRAILER_LEN + 1u > room) return COLDCAP_TOO_LONG;
        out[to++] = (uint8_t)(run + 1u);
        memcpy(out + to, packet + from, run);
        to += run;
        from += run;
        if (run == 254u) open = from < length;
        else if (from < length) from++;
        else open = 0;
    }
    coldcap_seal(out, to, out + to);
    out[to + COLDCAP_TRAILER_LEN] = 0;
    *written = to + COLDCAP_TRAILER_LEN + 1u;
    return COLDCAP_OK;
}

/* Collects bytes until a frame is whole. Begin with all of it zero. */
typedef struct {
    uint8_t bytes[COLDCAP_FRAME_ROOM];
    size_t length;
    uint8_t overflowed;
} coldcap_deframer;

/* Takes bytes up to the end of one frame and says how many in `taken`; call again with the rest.
 * COLDCAP_MORE: all were taken and no frame ended. COLDCAP_OK: `deframer->bytes` holds a packet of
 * `packet_length` bytes until the next call. Else the frame was refused and costs itself only. */
static inline coldcap_result coldcap_feed(
    coldcap_deframer *deframer, const uint8_t *input, size_t length, size_t *taken, size_t *packet_length)
{
    size_t at;
    for (at = 0; at < length; at++) {
        coldcap_result result;
        if (input[at] != 0) {
            if (deframer->length < COLDCAP_FRAME_ROOM) deframer->bytes[deframer->length++] = input[at];
            else deframer->overflowed = 1;
            continue;
        }
        if (deframer->length == 0) continue;
        result = deframer->overflowed ? COLDCAP_FRAME_OVERFLOW
                                      : coldcap_open(deframer->bytes, deframer->length, packet_length);
        deframer->length = 0;
        deframer->overflowed = 0;
        *taken = at + 1u;
        return result;
    }
    *taken = length;
    return COLDCAP_MORE;
}

/* ---- The header --------------------------------------------------------------------------------- */

typedef struct {
    uint8_t kind;
    uint8_t sealed;
    uint8_t endpoint;
    uint32_t number;
} coldcap_header;

static inline coldcap_result coldcap_read_header(
    const uint8_t *packet, size_t length, coldcap_header *header)
{
    if (length < COLDCAP_HEADER_LEN) return COLDCAP_HEADER_SHORT;
    if ((packet[0] >> 6) != COLDCAP_MAJOR) return COLDCAP_HEADER_MAJOR;
    if ((packet[0] & 3u) != 0) return COLDCAP_HEADER_RESERVED;
    header->kind = (uint8_t)((packet[0] >> 3) & 7u);
    if (header->kind > 6u) return COLDCAP_HEADER_KIND;
    header->sealed = (uint8_t)((packet[0] >> 2) & 1u);
    header->endpoint = packet[1];
    header->number = (uint32_t)packet[2] | ((uint32_t)packet[3] << 8) | ((uint32_t)packet[4] << 16)
        | ((uint32_t)packet[5] << 24);
    return COLDCAP_OK;
}

static inline void coldcap_write_header(const coldcap_header *header, uint8_t *packet)
{
    int at;
    packet[0] = (uint8_t)((COLDCAP_MAJOR << 6) | ((header->kind & 7u) << 3) | ((header->sealed & 1u) << 2));
    packet[1] = header->endpoint;
    for (at = 0; at < 4; at++) packet[2 + at] = (uint8_t)(header->number >> (8 * at));
}

/* ---- Descriptions: what every message consists of ----------------------------------------------- */

typedef enum {
    COLDCAP_U8, COLDCAP_U16, COLDCAP_U32, COLDCAP_U64, COLDCAP_I32,
    /* So many raw bytes, and bytes behind their number. */
    COLDCAP_BYTES, COLDCAP_BYTES_UP_TO
} coldcap_type;

typedef struct {
    uint8_t code;
    const char *name;
} coldcap_word;

typedef struct {
    const char *name;
    const coldcap_word *words;
    size_t count;
} coldcap_vocabulary;

/* A field that is no structure. Those of a structure follow each other and name it as their `group`. */
typedef struct {
    const char *group;
    const char *name;
    const char *unit;
    const char *scale;
    const coldcap_vocabulary *codes;
    uint16_t offset;
    uint16_t count;
    uint8_t type;
    uint8_t since;
} coldcap_field;

typedef struct {
    const char *name;
    const coldcap_field *fields;
    uint16_t field_count;
    uint16_t size;
    uint16_t longest;
    uint8_t kind;
    /* -1: any, for the response, which bears the number of its command. */
    int16_t endpoint;
    uint8_t grew;
} coldcap_description;

/* The name of a code; NULL for one that is not known. Treat those as the specification says. */
static inline const char *coldcap_name_of(const coldcap_vocabulary *codes, uint8_t code)
{
    size_t at;
    for (at = 0; at < codes->count; at++) {
        if (codes->words[at].code == code) return codes->words[at].name;
    }
    return NULL;
}

