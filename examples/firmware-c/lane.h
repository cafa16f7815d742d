/* The step lane: what stands in for sensors, actuators and a line in a simulator. A board has those instead. */
#ifndef LANE_H
#define LANE_H

#include "coldcap.h"

#include <stdbool.h>

enum { LANE_TICK = 1, LANE_RESTART = 2, LANE_END = 3, LANE_EQUIP = 4 };

/* A step, taken apart. */
typedef struct {
    uint8_t kind;
    uint8_t flags;
    uint64_t number; /* the instant, the gap or the transport */
    const uint8_t *inputs;
    uint16_t inputs_length;
    const uint8_t *link;
    uint16_t link_length;
} lane_step_t;

/* False where the parts do not fit into the block. */
bool lane_step(const uint8_t block[COLDCAP_STEP_LENGTH], lane_step_t *step);

/* The inputs of one channel out of their canonical bytes: what a board's drivers fill in. */
bool lane_inputs(uint64_t now_ms, const uint8_t *bytes, size_t length, coldcap_inputs_t *inputs);

/* Puts a reply together in place: the parts go behind each other from the header on. */
typedef struct {
    uint8_t *block;
    size_t at;
    unsigned parts;
} lane_reply_t;

lane_reply_t lane_reply(uint8_t block[COLDCAP_REPLY_LENGTH]);

/* Where the next part is written, and how much there is room for. */
uint8_t *lane_room(const lane_reply_t *reply, size_t *room);

/* So many bytes were written there. */
void lane_part(lane_reply_t *reply, size_t length);

#endif
