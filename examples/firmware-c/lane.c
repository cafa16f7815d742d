#include "lane.h"

#include "board.h"

enum { HEADER_LENGTH = 16, REPLY_PARTS = 4 };

/* ---- Bytes, low byte first; past the end nothing is taken --------------------------------------- */

typedef struct {
    const uint8_t *at;
    size_t left;
    bool is_short;
} source_t;

static uint64_t take(source_t *source, size_t count)
{
    uint64_t number = 0;
    if (source->left < count) {
        source->is_short = true;
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        number |= (uint64_t)source->at[i] << (8 * i);
    }
    source->at += count;
    source->left -= count;
    return number;
}

static const uint8_t *skip(source_t *source, size_t count)
{
    const uint8_t *at = source->at;
    if (source->left < count) {
        source->is_short = true;
        return at;
    }
    source->at += count;
    source->left -= count;
    return at;
}

bool lane_step(const uint8_t block[COLDCAP_STEP_LENGTH], lane_step_t *step)
{
    source_t source = {block, COLDCAP_STEP_LENGTH, false};
    step->kind = (uint8_t)take(&source, 1);
    step->flags = (uint8_t)take(&source, 1);
    step->inputs_length = (uint16_t)take(&source, 2);
    step->link_length = (uint16_t)take(&source, 2);
    skip(&source, 2);
    step->number = take(&source, 8);
    step->inputs = skip(&source, step->inputs_length);
    step->link = skip(&source, step->link_length);
    return !source.is_short;
}

/* ---- Inputs: a reading is a fault or 0, the value, and its age ----------------------------------- */

static coldcap_reading_t reading(source_t *source, uint64_t now_ms, size_t bytes_of_value)
{
    coldcap_reading_t read = {0};
    read.fault = (uint8_t)take(source, 1);
    read.value = (uint32_t)take(source, bytes_of_value);
    read.taken_ms = now_ms - take(source, 4);
    read.valid = read.fault == 0;
    return read;
}

static coldcap_pulses_t pulses(source_t *source, uint64_t now_ms)
{
    coldcap_pulses_t counted = {0};
    counted.fault = (uint8_t)take(source, 1);
    counted.edges = (uint16_t)take(source, 2);
    counted.window_ms = (uint32_t)take(source, 4);
    counted.taken_ms = now_ms - take(source, 4);
    counted.valid = counted.fault == 0;
    return counted;
}

static void channel_inputs(source_t *source, uint64_t now_ms, coldcap_channel_inputs_t *channel)
{
    channel->supply = reading(source, now_ms, 4);
    channel->returned = reading(source, now_ms, 4);
    channel->front = reading(source, now_ms, 4);
    channel->rear = reading(source, now_ms, 4);
    channel->safety = reading(source, now_ms, 4);
    channel->skin = reading(source, now_ms, 4);
    channel->flow = pulses(source, now_ms);
    channel->pressure = reading(source, now_ms, 4);
    channel->pump_current = reading(source, now_ms, 2);
    channel->valve = reading(source, now_ms, 2);
    channel->coupled = reading(source, now_ms, 1);
    channel->identity = reading(source, now_ms, 4);
}

/* The last key's byte says by its second bit that a maker's conditions follow. */
static void panel_inputs(source_t *source, coldcap_inputs_t *inputs)
{
    inputs->panel_stop = (uint8_t)take(source, 1);
    inputs->panel_acknowledge = (uint8_t)take(source, 1);
    const uint8_t last = (uint8_t)take(source, 1);
    inputs->panel_audio_pause = last & 1u;
    if (last & 2u) {
        inputs->vendor = (uint16_t)take(source, 2);
    }
}

bool lane_inputs(uint64_t now_ms, const uint8_t *bytes, size_t length, coldcap_inputs_t *inputs)
{
    source_t source = {bytes, length, false};
    coldcap_inputs_absent(inputs);
    inputs->tank.coolant = reading(&source, now_ms, 4);
    inputs->tank.evaporator = reading(&source, now_ms, 4);
    inputs->tank.level = reading(&source, now_ms, 1);
    inputs->tank.chiller = reading(&source, now_ms, 2);
    channel_inputs(&source, now_ms, &inputs->channels[0]);
    inputs->leak = reading(&source, now_ms, 1);
    inputs->mains = reading(&source, now_ms, 1);
    inputs->battery = reading(&source, now_ms, 2);
    inputs->permit = reading(&source, now_ms, 1);
    panel_inputs(&source, inputs);
    return !source.is_short && source.left == 0;
}

/* ---- Replies ------------------------------------------------------------------------------------ */

lane_reply_t lane_reply(uint8_t block[COLDCAP_REPLY_LENGTH])
{
    for (size_t i = 0; i < HEADER_LENGTH; i++) {
        block[i] = 0;
    }
    block[0] = LANE_TICK;
    lane_reply_t reply = {block, HEADER_LENGTH, 0};
    return reply;
}

uint8_t *lane_room(const lane_reply_t *reply, size_t *room)
{
    *room = COLDCAP_REPLY_LENGTH - reply->at;
    return reply->block + reply->at;
}

void lane_part(lane_reply_t *reply, size_t length)
{
    if (reply->parts < REPLY_PARTS) {
        reply->block[2 + 2 * reply->parts] = (uint8_t)length;
        reply->block[3 + 2 * reply->parts] = (uint8_t)(length >> 8);
        reply->parts++;
        reply->at += length;
    }
}
