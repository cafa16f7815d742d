/* The generated C decoder, for the fuzz target `differential`: one packet in, the result and the body written
 * again out. */
#include "coldcap_wire.h"

int coldcap_fuzz_decode(const uint8_t *packet, size_t length, uint8_t *again, size_t *written);
int coldcap_fuzz_open(uint8_t *frame, size_t length, size_t *packet_length);

/* `again` has room for COLDCAP_BODY_LEN bytes. */
int coldcap_fuzz_decode(const uint8_t *packet, size_t length, uint8_t *again, size_t *written)
{
    coldcap_message message;
    coldcap_result result = coldcap_decode(packet, length, &message);
    *written = result == COLDCAP_OK ? coldcap_encode_body(message.what, &message.body, again) : 0;
    return (int)result;
}

int coldcap_fuzz_open(uint8_t *frame, size_t length, size_t *packet_length)
{
    return (int)coldcap_open(frame, length, packet_length);
}
