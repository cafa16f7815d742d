
/* ---- Bodies ------------------------------------------------------------------------------------- */

/* The description that a header asks for; NULL if no message has this number. */
static inline const coldcap_description *coldcap_describe(uint8_t kind, uint8_t endpoint)
{
    size_t at;
    for (at = 0; at < COLDCAP_MESSAGES; at++) {
        const coldcap_description *known = &coldcap_descriptions[at];
        if (known->kind == kind && (known->endpoint < 0 || known->endpoint == endpoint)) return known;
    }
    return NULL;
}

typedef struct {
    const uint8_t *bytes;
    size_t length;
    size_t at;
    /* A body that may end early reads zeros behind its last byte. */
    uint8_t endless;
} coldcap_source;

static inline coldcap_result coldcap_read_byte(coldcap_source *source, uint8_t *byte)
{
    *byte = 0;
    if (source->at < source->length) *byte = source->bytes[source->at++];
    else if (!source->endless) return COLDCAP_BODY_SHORT;
    return COLDCAP_OK;
}

static inline coldcap_result coldcap_read_number(coldcap_source *source, unsigned bits, uint64_t *number)
{
    unsigned shift;
    *number = 0;
    for (shift = 0; shift < bits; shift += 7) {
        uint8_t byte;
        coldcap_result result = coldcap_read_byte(source, &byte);
        if (result != COLDCAP_OK) return result;
        if (shift + 7 > bits && (byte & 0x7Fu) >> (bits - shift)) {
            return COLDCAP_BODY_MALFORMED;
        }
        *number |= (uint64_t)(byte & 0x7Fu) << shift;
        if (byte < 0x80u) return COLDCAP_OK;
    }
    return COLDCAP_BODY_MALFORMED;
}

static inline coldcap_result coldcap_read_bytes(
    coldcap_source *source, const coldcap_field *field, uint8_t *to)
{
    uint64_t count = field->count;
    size_t at, most;
    uint8_t byte;
    if (field->type == COLDCAP_BYTES_UP_TO) {
        coldcap_result result = coldcap_read_number(source, 32, &count);
        if (result != COLDCAP_OK) return result;
    }
    most = count > field->count ? (size_t)field->count + 1u : (size_t)count;
    for (at = 0; at < most; at++) {
        coldcap_result result = coldcap_read_byte(source, &byte);
        if (result != COLDCAP_OK) return result;
        if (at < field->count) to[at] = byte;
    }
    if (count > field->count) return COLDCAP_BODY_MALFORMED;
    if (field->type == COLDCAP_BYTES_UP_TO) to[field->count] = (uint8_t)count;
    return COLDCAP_OK;
}

static inline coldcap_result coldcap_read_field(
    coldcap_source *source, const coldcap_field *field, uint8_t *to)
{
    static const unsigned bits[] = {8, 16, 32, 64, 32};
    uint64_t number = 0;
    coldcap_result result = COLDCAP_OK;
    uint8_t byte = 0;
    if (field->type >= COLDCAP_BYTES) return coldcap_read_bytes(source, field, to);
    if (field->type == COLDCAP_U8) {
        result = coldcap_read_byte(source, &byte);
        *to = byte;
        return result;
    }
    result = coldcap_read_number(source, bits[field->type], &number);
    if (field->type == COLDCAP_U16) {
        uint16_t value = (uint16_t)number;
        memcpy(to, &value, sizeof value);
    } else if (field->type == COLDCAP_U32) {
        uint32_t value = (uint32_t)number;
        memcpy(to, &value, sizeof value);
    } else if (field->type == COLDCAP_U64) {
        memcpy(to, &number, sizeof number);
    } else {
        int64_t half = (int64_t)(number >> 1);
        int32_t value = (int32_t)((number & 1u) ? -half - 1 : half);
        memcpy(to, &value, sizeof value);
    }
    return result;
}

static inline void coldcap_put(uint8_t *out, size_t *at, uint8_t byte)
{
    if (*at < COLDCAP_BODY_LEN) out[*at] = byte;
    *at += 1u;
}

static inline void coldcap_write_number(uint8_t *out, size_t *at, uint64_t number)
{
    while (number >= 0x80u) {
        coldcap_put(out, at, (uint8_t)(0x80u | (number & 0x7Fu)));
        number >>= 7;
    }
    coldcap_put(out, at, (uint8_t)number);
}

/* What a field holds, as it travels: zigzag already done. */
static inline uint64_t coldcap_number_of(const coldcap_field *field, const uint8_t *from)
{
    uint16_t small;
    uint32_t middle;
    uint64_t large;
    int32_t with_sign;
    switch (field->type) {
    case COLDCAP_U8: return *from;
    case COLDCAP_U16: memcpy(&small, from, sizeof small); return small;
    case COLDCAP_U32: memcpy(&middle, from, sizeof middle); return middle;
    case COLDCAP_U64: memcpy(&large, from, sizeof large); return large;
    default: break;
    }
    memcpy(&with_sign, from, sizeof with_sign);
    return with_sign < 0 ? 2u * (uint64_t)(-((int64_t)with_sign + 1)) + 1u : 2u * (uint64_t)with_sign;
}

static inline void coldcap_write_field(
    uint8_t *out, size_t *at, const coldcap_field *field, const uint8_t *from)
{
    size_t index, count = field->count;
    if (field->type == COLDCAP_U8) {
        coldcap_put(out, at, *from);
    } else if (field->type < COLDCAP_BYTES) {
        coldcap_write_number(out, at, coldcap_number_of(field, from));
    } else {
        if (field->type == COLDCAP_BYTES_UP_TO) {
            count = from[field->count] < count ? from[field->count] : count;
            coldcap_write_number(out, at, count);
        }
        for (index = 0; index < count; index++) coldcap_put(out, at, from[index]);
    }
}

/* Writes the one encoding of a body to `out`, which has room for COLDCAP_BODY_LEN bytes; returns its
 * length. Appended fields that are 0 up to the end are left off. `body` is the structure of `what`. */
static inline size_t coldcap_encode_body(const coldcap_description *what, const void *body, uint8_t *out)
{
    size_t at = 0, base = 0, index;
    for (index = 0; index < what->field_count; index++) {
        const coldcap_field *field = &what->fields[index];
        coldcap_write_field(out, &at, field, (const uint8_t *)body + field->offset);
        if (field->since == 0) base = at;
    }
    if (at > COLDCAP_BODY_LEN) at = COLDCAP_BODY_LEN;
    while (at > base && out[at - 1u] == 0) at--;
    return at;
}

/* Reads a body into the structure of `what`. What is left off reads as 0. */
static inline coldcap_result coldcap_decode_body(
    const coldcap_description *what, const uint8_t *bytes, size_t length, void *body)
{
    uint8_t again[COLDCAP_BODY_LEN];
    coldcap_source source;
    size_t index, back;
    source.bytes = bytes;
    source.length = length;
    source.at = 0;
    source.endless = what->grew;
    if (length > what->longest) return COLDCAP_BODY_TRAILING;
    memset(body, 0, what->size);
    for (index = 0; index < what->field_count; index++) {
        const coldcap_field *field = &what->fields[index];
        coldcap_result result = coldcap_read_field(&source, field, (uint8_t *)body + field->offset);
        if (result != COLDCAP_OK) return result;
    }
    if (source.at < length) return COLDCAP_BODY_TRAILING;
    /* One message has one encoding. */
    back = coldcap_encode_body(what, body, again);
    if (back == length && (length == 0 || memcmp(again, bytes, length) == 0)) return COLDCAP_OK;
    return back < length ? COLDCAP_BODY_NOT_SHORTEST : COLDCAP_BODY_SHORT;
}

/* Reads a whole packet. */
static inline coldcap_result coldcap_decode(const uint8_t *packet, size_t length, coldcap_message *message)
{
    coldcap_result result = coldcap_read_header(packet, length, &message->header);
    if (result != COLDCAP_OK) return result;
    if (message->header.sealed) return COLDCAP_BODY_SECURED;
    message->what = coldcap_describe(message->header.kind, message->header.endpoint);
    if (message->what == NULL) return COLDCAP_BODY_UNKNOWN_ENDPOINT;
    return coldcap_decode_body(
        message->what, packet + COLDCAP_HEADER_LEN, length - COLDCAP_HEADER_LEN, &message->body);
}

/* Writes the frame of a message. `what` and `body` belong together: `&coldcap_descriptions[…]` and its
 * structure; `endpoint` matters for the response only. */
static inline coldcap_result coldcap_send(
    const coldcap_description *what, uint8_t endpoint, uint32_t number, const void *body, uint8_t *out,
    size_t room, size_t *written)
{
    uint8_t packet[COLDCAP_PACKET_LEN];
    coldcap_header header;
    size_t length;
    header.kind = what->kind;
    header.sealed = 0;
    header.endpoint = what->endpoint < 0 ? endpoint : (uint8_t)what->endpoint;
    header.number = number;
    coldcap_write_header(&header, packet);
    length = coldcap_encode_body(what, body, packet + COLDCAP_HEADER_LEN);
    return coldcap_frame(packet, COLDCAP_HEADER_LEN + length, out, room, written);
}
