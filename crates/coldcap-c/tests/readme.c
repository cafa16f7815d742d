/* The example of README.md as a program: a board of stubs around it, for twenty ticks. */
#include "coldcap.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TANK, SUPPLY, TICKS = 20 };

static unsigned ticks, fed, driven;
static size_t sent;

static void finish(void)
{
    const bool fine = ticks == TICKS && fed == TICKS && driven == TICKS && sent > 0;
    printf("README: %u ticks, watchdog fed %u times, %zu bytes sent\n", ticks, fed, sent);
    exit(fine ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void board_halt(void)
{
    exit(EXIT_FAILURE);
}

static uint64_t board_serial(void)
{
    return 4711;
}

static void board_random(uint8_t *to, size_t length)
{
    memset(to, 0x5A, length);
}

static bool board_load_key(unsigned n, uint8_t *to)
{
    (void)n, (void)to;
    return false;
}

static uint64_t board_wait_for_tick(void)
{
    if (ticks == TICKS) {
        finish();
    }
    ticks++;
    return ticks * 100u;
}

static size_t board_receive(uint8_t *to, size_t room)
{
    memset(to, 0xA5, room); /* a noisy line */
    return room;
}

static coldcap_reading_t board_thermistor(unsigned which)
{
    coldcap_reading_t reading = {.taken_ms = ticks * 100u, .value = 0x80000000u + which, .valid = 1};
    return reading;
}

static void board_other_sensors(coldcap_inputs_t *inputs)
{
    inputs->battery.fault = COLDCAP_BUS_FAILED;
}

static void board_drive(const coldcap_drives_t *drives)
{
    driven += drives->permit <= 1 && drives->chiller == 0; /* nothing is driven in the self-test */
}

static void board_sound(uint8_t priority)
{
    (void)priority;
}

static void board_store(const coldcap_entry_t *entries, size_t count)
{
    (void)entries, (void)count;
}

static void board_feed_watchdog(void)
{
    fed++;
}

static void board_send(const uint8_t *from, size_t length)
{
    sent += from != NULL ? length : 0;
}

#define main firmware
static coldcap_memory_1_t memory; /* a machine with two channels: coldcap_memory_2_t */
static coldcap_inputs_t inputs;
static coldcap_outputs_t outputs;

int main(void)
{
    coldcap_device_t *device;
    coldcap_config_t config;
    uint8_t bytes[256];

    if (coldcap_config_reference(&config, COLDCAP_ABI) != COLDCAP_DONE) {
        board_halt(); /* the library is not the header's */
    }
    config.serial = board_serial();
    if (coldcap_init(memory.bytes, sizeof memory, &config, &device) != COLDCAP_DONE) {
        board_halt();
    }
    board_random(bytes, COLDCAP_SEED_LENGTH);
    coldcap_add_entropy(device, bytes);
    for (unsigned n = 0; board_load_key(n, bytes); n++) {
        coldcap_add_key(device, bytes);
    }

    for (;;) {
        const uint64_t now = board_wait_for_tick(); /* every 100 ms; milliseconds since power-up */
        const size_t received = board_receive(bytes, sizeof bytes);
        coldcap_receive(device, now, bytes, received);

        coldcap_inputs_absent(&inputs);
        inputs.tank.coolant = board_thermistor(TANK); /* {.taken_ms, .value, .valid} or {.taken_ms, .fault} */
        inputs.channels[0].supply = board_thermistor(SUPPLY);
        board_other_sensors(&inputs);

        coldcap_tick(device, now, &inputs, &outputs);
        board_drive(&outputs.drives); /* everything is off where the tick gave an error */
        board_sound(outputs.machine.sounding);
        board_store(outputs.entries, outputs.entry_count);
        if (coldcap_spend_health(device) == 1) {
            board_feed_watchdog(); /* here, and nowhere else */
        }

        int32_t length;
        while ((length = coldcap_transmit(device, now, bytes, sizeof bytes)) > 0) {
            board_send(bytes, (size_t)length);
        }
    }
}
#undef main

int main(void)
{
    return firmware();
}
