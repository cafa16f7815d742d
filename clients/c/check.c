/* The check of coldcap_wire.h: reads a line of hexadecimal digits, prints what came out of the bytes.
 *
 *     cc -std=c99 -Wall -Wextra -Werror -o check check.c && ./check [KEYLOG] < frames.txt
 */
#include "coldcap_wire.h"

#include <inttypes.h>
#include <stdio.h>

enum { MOST = 4096, SESSIONS = 16 };

static coldcap_session sessions[SESSIONS];
static size_t session_count;

static void print_bytes(const uint8_t *bytes, size_t count)
{
    size_t at;
    putchar('"');
    for (at = 0; at < count; at++) printf("%02x", bytes[at]);
    putchar('"');
}

static void print_field(const coldcap_field *field, const uint8_t *from)
{
    uint64_t number;
    printf("\"%s\":", field->name);
    if (field->type == COLDCAP_BYTES) {
        print_bytes(from, field->count);
    } else if (field->type == COLDCAP_BYTES_UP_TO) {
        print_bytes(from, from[field->count]);
    } else {
        number = coldcap_number_of(field, from);
        if (field->type == COLDCAP_I32) {
            int32_t value;
            memcpy(&value, from, sizeof value);
            printf("%" PRId32, value);
        } else {
            printf(field->type == COLDCAP_U64 ? "\"%" PRIu64 "\"" : "%" PRIu64, number);
        }
    }
}

static int same_group(const char *one, const char *other)
{
    return one == other || (one != NULL && other != NULL && strcmp(one, other) == 0);
}

/* Fields that are left off are not printed: those behind the end of the one encoding. */
static void print_fields(const coldcap_message *message)
{
    uint8_t out[COLDCAP_BODY_LEN];
    const coldcap_description *what = message->what;
    size_t length = coldcap_encode_body(what, &message->body, out), at = 0, index;
    const char *open = NULL;
    putchar('{');
    for (index = 0; index < what->field_count; index++) {
        const coldcap_field *field = &what->fields[index];
        const uint8_t *from = (const uint8_t *)&message->body + field->offset;
        if (field->since > 0 && at >= length) break;
        coldcap_write_field(out, &at, field, from);
        if (open != NULL && !same_group(open, field->group)) putchar('}');
        if (index > 0) putchar(',');
        if (field->group != NULL && !same_group(open, field->group)) printf("\"%s\":{", field->group);
        open = field->group;
        print_field(field, from);
    }
    if (open != NULL) putchar('}');
    putchar('}');
}

/* What is read and written again must be the frame that it came from. */
static int same_again(const coldcap_message *message, const uint8_t *packet, size_t length)
{
    uint8_t frame[COLDCAP_FRAME_LEN];
    coldcap_deframer deframer;
    size_t written, taken, again;
    memset(&deframer, 0, sizeof deframer);
    if (coldcap_send(message->what, message->header.endpoint, message->header.number, &message->body, frame,
            sizeof frame, &written) != COLDCAP_OK) return 0;
    if (coldcap_feed(&deframer, frame, written, &taken, &again) != COLDCAP_OK || taken != written) return 0;
    return again == length && memcmp(deframer.bytes, packet, length) == 0;
}

static int print_packet(uint8_t *packet, size_t length)
{
    coldcap_message message;
    coldcap_result result;
    coldcap_open_sealed(packet, &length, sessions, session_count);
    result = coldcap_decode(packet, length, &message);
    if (result != COLDCAP_OK) {
        printf("%s", coldcap_reason(result));
        return 1;
    }
    printf("{\"kind\":%u,\"endpoint\":%u,\"number\":%" PRIu32 ",\"message\":\"%s\",\"fields\":",
        message.header.kind, message.header.endpoint, message.header.number, message.what->name);
    print_fields(&message);
    putchar('}');
    return same_again(&message, packet, length);
}

static int print_line(const uint8_t *bytes, size_t length)
{
    coldcap_deframer deframer;
    size_t at = 0, taken, packet_length;
    int first = 1, sound = 1;
    memset(&deframer, 0, sizeof deframer);
    while (at < length) {
        coldcap_result result = coldcap_feed(&deframer, bytes + at, length - at, &taken, &packet_length);
        at += taken;
        if (result == COLDCAP_MORE) continue;
        if (!first) putchar(';');
        first = 0;
        if (result == COLDCAP_OK) sound &= print_packet(deframer.bytes, packet_length);
        else printf("%s", coldcap_reason(result));
    }
    putchar('\n');
    return sound;
}

static int digit(int letter)
{
    if (letter >= '0' && letter <= '9') return letter - '0';
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

static int read_keys(const char *path)
{
    char line[256];
    FILE *log = fopen(path, "r");
    if (log == NULL) return 0;
    while (session_count < SESSIONS && fgets(line, sizeof line, log) != NULL) {
        session_count += (size_t)coldcap_read_session(line, &sessions[session_count]);
    }
    fclose(log);
    return 1;
}

int main(int count, char **words)
{
    static char line[2 * MOST + 2];
    static uint8_t bytes[MOST];
    int sound = 1;
    if (count > 1 && !read_keys(words[1])) {
        fprintf(stderr, "%s cannot be read\n", words[1]);
        return 1;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        size_t length = 0;
        while (length < MOST && digit(line[2 * length]) >= 0 && digit(line[2 * length + 1]) >= 0) {
            bytes[length] = (uint8_t)(16 * digit(line[2 * length]) + digit(line[2 * length + 1]));
            length++;
        }
        sound &= print_line(bytes, length);
    }
    if (!sound) fprintf(stderr, "a message that was read is not written again as it was\n");
    return sound ? 0 : 1;
}
