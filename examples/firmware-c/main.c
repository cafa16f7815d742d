/* The coldcap device in C, on the emulated board. The step lane brings what a board measures and what its line receives,
 * and takes what it drives and sends; between the two there is what any board does. */
#include "board.h"
#include "coldcap.h"
#include "lane.h"

/* Most bytes that a reply of the lane has room for. */
enum { LINK_OUT_MAX = 600 };

static coldcap_memory_1_t memory;
static coldcap_device_t *device;
static coldcap_inputs_t inputs;
static coldcap_outputs_t outputs;
static uint8_t step_block[COLDCAP_STEP_LENGTH];
static uint8_t reply_block[COLDCAP_REPLY_LENGTH];

static uint32_t ticks, worst, watchdog_fed, stack_to_begin;
static uint64_t counted;

/* A device as it leaves the factory: no keys, and no randomness yet. */
static bool begin(uint8_t line)
{
    coldcap_config_t config;
    if (coldcap_config_reference(&config, COLDCAP_ABI) != COLDCAP_DONE) {
        return false;
    }
    config.inputs = COLDCAP_INPUTS_SIMULATED;
    config.line = line;
    const bool begun = coldcap_init(memory.bytes, sizeof memory, &config, &device) == COLDCAP_DONE;
    stack_to_begin = stack_used();
    stack_paint();
    return begun;
}

/* Keys out of their store, and randomness out of its generator. */
static bool equip(const lane_step_t *step)
{
    const uint8_t line = step->number == 0 ? COLDCAP_LINE_UNSECURED_BENCH : (uint8_t)step->number;
    if (step->inputs_length != COLDCAP_SEED_LENGTH || step->link_length % COLDCAP_KEY_LENGTH != 0) {
        return false;
    }
    if (!begin(line) || coldcap_add_entropy(device, step->inputs) != COLDCAP_DONE) {
        return false;
    }
    for (size_t at = 0; at < step->link_length; at += COLDCAP_KEY_LENGTH) {
        if (coldcap_add_key(device, step->link + at) != COLDCAP_DONE) {
            return false;
        }
    }
    return true;
}

/* What a board's drivers would do with `outputs.drives`, and how it feeds its watchdog. */
static void drive(void)
{
    if (coldcap_spend_health(device) == 1) {
        watchdog_fed++;
    }
}

/* One part of the reply; what a call gives below 0 is an error. */
static bool part(lane_reply_t *reply, int32_t length)
{
    if (length < 0) {
        return false;
    }
    lane_part(reply, (size_t)length);
    return true;
}

static bool tick(const lane_step_t *step)
{
    const uint64_t now_ms = step->number;
    lane_reply_t reply = lane_reply(reply_block);
    size_t room;
    if (!lane_inputs(now_ms, step->inputs, step->inputs_length, &inputs)) {
        return false;
    }
    coldcap_receive(device, now_ms, step->link, step->link_length);
    uint8_t *at = lane_room(&reply, &room);
    if (room < COLDCAP_TICK_INPUT_MAX ||
        !part(&reply, coldcap_tick_recorded(device, now_ms, &inputs, &outputs, at))) {
        return false;
    }
    drive();
    at = lane_room(&reply, &room);
    if (!part(&reply, coldcap_outputs_to_bytes(&outputs, at, room))) {
        return false;
    }
    at = lane_room(&reply, &room);
    return part(&reply, coldcap_transmit(device, now_ms, at, room < LINK_OUT_MAX ? room : LINK_OUT_MAX));
}

static bool measured_tick(const lane_step_t *step)
{
    const uint32_t before = counter_now();
    const bool done = tick(step);
    const uint32_t spent = counter_since(before);
    ticks++;
    counted += spent;
    worst = spent > worst ? spent : worst;
    return done;
}

/* Leaves the figures that `coldcap demo --count` reads, and prints what else was seen. */
static bool report(void)
{
    const uint64_t mean = counted * INSTRUCTIONS_A_COUNT / (ticks > 0 ? ticks : 1);
    const uint64_t figures[4] = {ticks, mean, (uint64_t)worst * INSTRUCTIONS_A_COUNT, coldcap_device_size(1)};
    const int32_t file = file_open("count", true);
    print("C firmware: stack ");
    print_number(stack_to_begin);
    print(" bytes to begin, ");
    print_number(stack_used());
    print(" bytes to run; device ");
    print_number((uint32_t)coldcap_device_size(1));
    print(" bytes, watchdog fed ");
    print_number(watchdog_fed);
    print(" times in ");
    print_number(ticks);
    print(" ticks\n");
    return file >= 0 && file_write(file, (const uint8_t *)figures, sizeof figures);
}

int main(void)
{
    const int32_t steps = file_open("step", false);
    const int32_t replies = file_open("reply", true);
    if (steps < 0 || replies < 0 || !begin(COLDCAP_LINE_SERIAL)) {
        return 1;
    }
    counter_begin();
    while (file_read(steps, step_block, sizeof step_block)) {
        lane_step_t step;
        if (!lane_step(step_block, &step)) {
            return 2;
        }
        switch (step.kind) {
        case LANE_TICK:
            if (!measured_tick(&step) || !file_write(replies, reply_block, sizeof reply_block)) {
                return 2;
            }
            break;
        case LANE_RESTART:
            if (coldcap_restart(device, step.flags & 1u ? (int64_t)step.number : -1) != COLDCAP_DONE) {
                return 2;
            }
            break;
        case LANE_EQUIP:
            if (!equip(&step)) {
                return 2;
            }
            break;
        case LANE_END:
            return report() ? 0 : 1;
        default:
            return 2;
        }
    }
    return 1;
}
