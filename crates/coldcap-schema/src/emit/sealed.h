
/* ---- Sealed packets: ChaCha20-Poly1305 (RFC 8439) under a key from a log ------------------------ */

/* The keys of one session: what seals packets to the device, and what seals those to the host. */
typedef struct {
    uint8_t hash[32];
    uint8_t to_device[32];
    uint8_t to_host[32];
} coldcap_session;

static inline int coldcap_hex_digit(char letter)
{
    if (letter >= '0' && letter <= '9') return letter - '0';
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* Reads a line of a key log: `COLDCAP_SESSION hash to_device to_host`, each 64 lower-case hexadecimal digits. 0 where
 * it is none; those that begin with # are none. */
static inline int coldcap_read_session(const char *line, coldcap_session *session)
{
    static const char word[] = "COLDCAP_SESSION";
    uint8_t *places[3];
    size_t part, at;
    places[0] = session->hash;
    places[1] = session->to_device;
    places[2] = session->to_host;
    if (strncmp(line, word, sizeof word - 1u) != 0) return 0;
    line += sizeof word - 1u;
    for (part = 0; part < 3u; part++) {
        if (*line++ != ' ') return 0;
        for (at = 0; at < 32u; at++) {
            int high = coldcap_hex_digit(line[0]);
            int low = high < 0 ? -1 : coldcap_hex_digit(line[1]);
            if (low < 0) return 0;
            places[part][at] = (uint8_t)(16 * high + low);
            line += 2;
        }
    }
    return *line == '\0' || *line == '\n' || *line == '\r';
}

static inline uint32_t coldcap_load(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] | ((uint32_t)bytes[1] << 8) | ((uint32_t)bytes[2] << 16) | ((uint32_t)bytes[3] << 24);
}

static inline void coldcap_store(uint32_t word, uint8_t *bytes)
{
    int at;
    for (at = 0; at < 4; at++) bytes[at] = (uint8_t)(word >> (8 * at));
}

static inline void coldcap_turn(uint32_t *sum, uint32_t other, uint32_t *mixed, unsigned by)
{
    *sum += other;
    *mixed ^= *sum;
    *mixed = (*mixed << by) | (*mixed >> (32u - by));
}

/* One block of the key stream. `number` is that of the packet. */
static inline void coldcap_block(const uint8_t *key, uint32_t counter, uint32_t number, uint8_t *out)
{
    uint32_t start[16], state[16];
    unsigned at, round;
    start[0] = 0x61707865u;
    start[1] = 0x3320646eu;
    start[2] = 0x79622d32u;
    start[3] = 0x6b206574u;
    for (at = 0; at < 8u; at++) start[4u + at] = coldcap_load(key + 4u * at);
    start[12] = counter;
    start[13] = 0;
    start[14] = number;
    start[15] = 0;
    memcpy(state, start, sizeof state);
    for (round = 0; round < 20u; round++) {
        for (at = 0; at < 4u; at++) {
            unsigned by = round % 2u, b = 4u + (at + by) % 4u, c = 8u + (at + 2u * by) % 4u;
            unsigned d = 12u + (at + 3u * by) % 4u;
            coldcap_turn(&state[at], state[b], &state[d], 16);
            coldcap_turn(&state[c], state[d], &state[b], 12);
            coldcap_turn(&state[at], state[b], &state[d], 8);
            coldcap_turn(&state[c], state[d], &state[b], 7);
        }
    }
    for (at = 0; at < 16u; at++) coldcap_store(state[at] + start[at], out + 4u * at);
}

/* A sum of Poly1305 in five limbs of 26 bits. */
typedef struct {
    uint32_t r[5];
    uint32_t sum[5];
} coldcap_poly;

static inline void coldcap_limbs(const uint8_t *bytes, uint32_t top, uint32_t *limbs)
{
    limbs[0] = coldcap_load(bytes) & 0x3ffffffu;
    limbs[1] = (coldcap_load(bytes + 3) >> 2) & 0x3ffffffu;
    limbs[2] = (coldcap_load(bytes + 6) >> 4) & 0x3ffffffu;
    limbs[3] = (coldcap_load(bytes + 9) >> 6) & 0x3ffffffu;
    limbs[4] = (coldcap_load(bytes + 12) >> 8) | (top << 24);
}

/* Adds sixteen bytes and multiplies by r, modulo 2^130 - 5. */
static inline void coldcap_poly_block(coldcap_poly *poly, const uint8_t *bytes)
{
    uint32_t limbs[5];
    uint64_t product[5], carry;
    unsigned at, other;
    coldcap_limbs(bytes, 1u, limbs);
    for (at = 0; at < 5u; at++) poly->sum[at] += limbs[at];
    for (at = 0; at < 5u; at++) {
        product[at] = 0;
        for (other = 0; other < 5u; other++) {
            uint32_t factor = other <= at ? poly->r[at - other] : 5u * poly->r[5u + at - other];
            product[at] += (uint64_t)poly->sum[other] * factor;
        }
    }
    carry = 0;
    for (at = 0; at < 5u; at++) {
        product[at] += carry;
        carry = product[at] >> 26;
        poly->sum[at] = (uint32_t)(product[at] & 0x3ffffffu);
    }
    carry = (uint64_t)poly->sum[0] + 5u * carry;
    poly->sum[0] = (uint32_t)(carry & 0x3ffffffu);
    poly->sum[1] += (uint32_t)(carry >> 26);
}

/* The sum modulo 2^130 - 5 and plus the second half of the key, modulo 2^128. */
static inline void coldcap_poly_end(coldcap_poly *poly, const uint8_t *key, uint8_t *tag)
{
    uint32_t less[5], word[4];
    uint64_t carry = 0;
    unsigned at, round;
    for (round = 0; round < 2u; round++) {
        for (at = 0; at < 5u; at++) {
            carry += poly->sum[at];
            poly->sum[at] = (uint32_t)(carry & 0x3ffffffu);
            carry >>= 26;
        }
        carry *= 5u;
    }
    poly->sum[0] += (uint32_t)carry;
    carry = 5u;
    for (at = 0; at < 5u; at++) {
        carry += poly->sum[at];
        less[at] = (uint32_t)(carry & 0x3ffffffu);
        carry >>= 26;
    }
    if (carry != 0) memcpy(poly->sum, less, sizeof less);
    word[0] = poly->sum[0] | (poly->sum[1] << 26);
    word[1] = (poly->sum[1] >> 6) | (poly->sum[2] << 20);
    word[2] = (poly->sum[2] >> 12) | (poly->sum[3] << 14);
    word[3] = (poly->sum[3] >> 18) | (poly->sum[4] << 8);
    carry = 0;
    for (at = 0; at < 4u; at++) {
        carry += (uint64_t)word[at] + coldcap_load(key + 16u + 4u * at);
        coldcap_store((uint32_t)carry, tag + 4u * at);
        carry >>= 32;
    }
}

static inline void coldcap_poly_part(coldcap_poly *poly, const uint8_t *bytes, size_t length)
{
    uint8_t padded[16];
    while (length > 0) {
        size_t count = length < 16u ? length : 16u;
        memset(padded, 0, sizeof padded);
        memcpy(padded, bytes, count);
        coldcap_poly_block(poly, padded);
        bytes += count;
        length -= count;
    }
}

static inline int coldcap_open_by(const uint8_t *key, uint8_t *packet, size_t *length)
{
    uint8_t stream[64], clamped[16], lengths[16], tag[16];
    uint32_t number = coldcap_load(packet + 2);
    size_t text = *length - COLDCAP_HEADER_LEN - 16u, at;
    coldcap_poly poly;
    coldcap_block(key, 0, number, stream);
    memcpy(clamped, stream, sizeof clamped);
    for (at = 3; at < 16u; at += 4u) clamped[at] &= 15u;
    for (at = 4; at < 16u; at += 4u) clamped[at] &= 252u;
    memset(&poly, 0, sizeof poly);
    coldcap_limbs(clamped, 0, poly.r);
    coldcap_poly_part(&poly, packet, COLDCAP_HEADER_LEN);
    coldcap_poly_part(&poly, packet + COLDCAP_HEADER_LEN, text);
    memset(lengths, 0, sizeof lengths);
    lengths[0] = COLDCAP_HEADER_LEN;
    lengths[8] = (uint8_t)text;
    coldcap_poly_block(&poly, lengths);
    coldcap_poly_end(&poly, stream, tag);
    if (memcmp(tag, packet + COLDCAP_HEADER_LEN + text, sizeof tag) != 0) return 0;
    for (at = 0; at < text; at++) {
        if (at % 64u == 0) coldcap_block(key, (uint32_t)(1u + at / 64u), number, stream);
        packet[COLDCAP_HEADER_LEN + at] ^= stream[at % 64u];
    }
    packet[0] &= 0xfbu;
    *length = COLDCAP_HEADER_LEN + text;
    return 1;
}

/* Opens a sealed packet where it stands, by the first key that fits, and makes it one that is not sealed; leaves any
 * other as it is. For recordings: a packet that comes twice is opened twice, and a tag is not compared in constant time. */
static inline void coldcap_open_sealed(
    uint8_t *packet, size_t *length, const coldcap_session *sessions, size_t count)
{
    size_t at;
    if (*length < COLDCAP_HEADER_LEN + 16u || *length > COLDCAP_PACKET_LEN || (packet[0] & 4u) == 0) return;
    for (at = 0; at < count; at++) {
        if (coldcap_open_by(sessions[at].to_device, packet, length)) return;
        if (coldcap_open_by(sessions[at].to_host, packet, length)) return;
    }
}

#ifdef __cplusplus
}
#endif

#endif
