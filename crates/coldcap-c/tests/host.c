/* A C program that uses the library as a board would, and then as a board should not. Run under the sanitisers. */
#include "coldcap.h"
#include "coldcap_wire.h" /* both have to go into one program */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(what) expect((what) ? 1 : 0, #what, __LINE__)

static void expect(int holds, const char *what, int line)
{
    if (!holds) {
        fprintf(stderr, "host.c:%d: %s\n", line, what);
        exit(EXIT_FAILURE);
    }
}

static coldcap_memory_1_t memory;
static coldcap_memory_2_t memory_2;
static coldcap_inputs_t inputs;
static coldcap_outputs_t outputs;

static coldcap_config_t config_of(uint8_t channels)
{
    coldcap_config_t config;
    EXPECT(coldcap_config_reference(&config, COLDCAP_ABI) == COLDCAP_DONE);
    config.channels = channels;
    return config;
}

static coldcap_device_t *begun(void)
{
    const coldcap_config_t config = config_of(1);
    coldcap_device_t *device = NULL;
    EXPECT(coldcap_init(memory.bytes, sizeof memory, &config, &device) == COLDCAP_DONE);
    EXPECT((void *)device == (void *)&memory);
    return device;
}

static coldcap_reading_t reading(uint64_t taken_ms, uint32_t value)
{
    coldcap_reading_t made = {0};
    made.taken_ms = taken_ms;
    made.value = value;
    made.valid = 1;
    return made;
}

/* Half of full scale is 25 °C under the reference divider. */
static void measure(uint64_t now_ms)
{
    EXPECT(coldcap_inputs_absent(&inputs) == COLDCAP_DONE);
    inputs.tank.coolant = reading(now_ms, 0x80000000u);
    inputs.channels[0].supply = reading(now_ms, 0x80000000u);
    inputs.battery = reading(now_ms, 950);
}

static void a_device_runs(void)
{
    coldcap_device_t *device = begun();
    const uint8_t seed[COLDCAP_SEED_LENGTH] = {7};
    uint8_t bytes[256];
    size_t sent = 0;
    EXPECT(coldcap_wants_entropy(device) == 1);
    EXPECT(coldcap_add_entropy(device, seed) == COLDCAP_DONE);
    EXPECT(coldcap_wants_entropy(device) == 0);
    EXPECT(coldcap_spend_health(device) == 0);
    for (uint64_t now = 100; now <= 2000; now += 100) {
        measure(now);
        EXPECT(coldcap_receive(device, now, bytes, 0) == COLDCAP_DONE);
        EXPECT(coldcap_tick(device, now, &inputs, &outputs) == COLDCAP_DONE);
        EXPECT(outputs.now_ms == now && outputs.channel_count == 1 && outputs.misfilled == 0);
        EXPECT(outputs.channels[0].supply.valid == 1);
        EXPECT(outputs.channels[0].supply.value / 655 == 2501); /* in hundredths, nearly */
        EXPECT(outputs.channels[0].returned.valid == 0);
        EXPECT(outputs.channels[0].returned.fault == COLDCAP_NO_SENSOR);
        EXPECT(outputs.channels[0].returned.value == COLDCAP_NOTHING);
        EXPECT(outputs.drives.chiller == 0 && outputs.drives.channels[0].pump == 0);
        EXPECT(coldcap_spend_health(device) == 1);
        EXPECT(coldcap_spend_health(device) == 0);
        int32_t length;
        while ((length = coldcap_transmit(device, now, bytes, sizeof bytes)) > 0) {
            sent += (size_t)length;
        }
        EXPECT(length == 0);
    }
    EXPECT(sent > 0);
    EXPECT(coldcap_next_deadline(device) > 0);
}

static void two_channels_are_two(void)
{
    const coldcap_config_t config = config_of(2);
    coldcap_device_t *device = NULL;
    EXPECT(coldcap_init(memory_2.bytes, sizeof memory_2, &config, &device) == COLDCAP_DONE);
    measure(100);
    inputs.channels[1].supply = reading(100, 0x80000000u);
    EXPECT(coldcap_tick(device, 100, &inputs, &outputs) == COLDCAP_DONE);
    EXPECT(outputs.channel_count == 2);
    EXPECT(outputs.channels[1].supply.value == outputs.channels[0].supply.value);
    EXPECT(coldcap_device_size(2) <= sizeof memory_2 && coldcap_device_size(1) <= sizeof memory);
    EXPECT(coldcap_device_size(0) == 0 && coldcap_device_size(3) == 0);
}

static void a_checkpoint_is_restored(void)
{
    coldcap_device_t *device = begun();
    const coldcap_config_t config = config_of(1);
    uint8_t stored[COLDCAP_CHECKPOINT_MAX], entry[COLDCAP_ENTRY_LENGTH];
    const int32_t length = coldcap_checkpoint(device, stored, sizeof stored);
    EXPECT(length > 0 && length <= COLDCAP_CHECKPOINT_MAX / 2);
    EXPECT(coldcap_checkpoint(device, stored, 10) == COLDCAP_ERROR_ROOM);
    EXPECT(coldcap_held_entry(device, 0, entry) == 0);
    EXPECT(coldcap_restore(memory.bytes, sizeof memory, &config, stored, (size_t)length - 1, 0, &device) ==
           COLDCAP_ERROR_STORED);
    EXPECT(device == NULL);
    EXPECT(coldcap_checkpoint(begun(), stored, sizeof stored) == length);
    EXPECT(coldcap_restore(memory.bytes, sizeof memory, &config, stored, (size_t)length, -1, &device) == COLDCAP_DONE);
    measure(100);
    EXPECT(coldcap_tick(device, 100, &inputs, &outputs) == COLDCAP_DONE);
}

static void keys_are_kept(void)
{
    coldcap_device_t *device = begun();
    uint8_t key[COLDCAP_KEY_LENGTH], text[COLDCAP_PAIRING_TEXT_MAX];
    const uint8_t secret[COLDCAP_SEED_LENGTH] = {9};
    memset(key, 0, sizeof key);
    EXPECT(coldcap_add_key(device, key) == COLDCAP_ERROR_STORED);
    key[0] = 1; /* the version, and then a nurse's key number 5 without a name */
    key[1] = COLDCAP_ROLE_NURSE;
    key[4] = 5;
    EXPECT(coldcap_add_key(device, key) == COLDCAP_DONE);
    EXPECT(coldcap_add_key(device, key) == COLDCAP_ERROR_KEY_TAKEN);
    uint8_t again[COLDCAP_KEY_LENGTH];
    EXPECT(coldcap_stored_key(device, 0, again) == 1 && memcmp(key, again, sizeof key) == 0);
    EXPECT(coldcap_stored_key(device, 1, again) == 0);
    EXPECT(coldcap_revoke_key(device, 5) == 1 && coldcap_revoke_key(device, 5) == 0);
    EXPECT(coldcap_open_pairing(device, 100, 6, COLDCAP_ROLE_NURSE, "tablet", secret, text, sizeof text) > 100);
    EXPECT(memcmp(text, "COLDCAP:1:", 10) == 0 && strlen((const char *)text) < sizeof text);
    EXPECT(coldcap_pairing_left(device, 100) == 60000);
    EXPECT(coldcap_close_pairing(device) == COLDCAP_DONE && coldcap_pairing_left(device, 100) == 0);
    EXPECT(coldcap_next_security_event(device) == COLDCAP_SECURITY_NOTHING);
    EXPECT(coldcap_open_pairing(device, 100, 6, 4, "tablet", secret, text, sizeof text) == COLDCAP_ERROR_VALUE);
    EXPECT(coldcap_open_pairing(device, 100, 6, 1, "a name that is far too long for it", secret, text, sizeof text) ==
           COLDCAP_ERROR_VALUE);
    EXPECT(coldcap_open_pairing(device, 100, 6, 1, "\xFF", secret, text, sizeof text) == COLDCAP_ERROR_VALUE);
    EXPECT(coldcap_open_pairing(device, 100, 6, 1, "tablet", secret, text, 20) == COLDCAP_ERROR_ROOM);
}

static void what_is_filled_in_wrongly_is_a_fault(void)
{
    coldcap_device_t *device = begun();
    memset(&inputs, 0xFF, sizeof inputs);
    EXPECT(coldcap_tick(device, 100, &inputs, &outputs) == COLDCAP_DONE);
    EXPECT(outputs.misfilled == 20 && outputs.drives.channels[0].pump == 0);
    memset(&inputs, 0, sizeof inputs); /* nothing was filled in: no value at all */
    EXPECT(coldcap_tick(device, 200, &inputs, &outputs) == COLDCAP_DONE);
    EXPECT(outputs.misfilled == 20 && outputs.channels[0].supply.valid == 0 && outputs.machine.leak == 1);
    measure(300);
    inputs.battery = reading(300, 1001);
    inputs.leak = reading(300, 2);
    inputs.mains = reading(300, 1);
    inputs.mains.fault = COLDCAP_BUS_FAILED;
    EXPECT(coldcap_tick(device, 300, &inputs, &outputs) == COLDCAP_DONE);
    EXPECT(outputs.misfilled == 3 && outputs.machine.mains == 0 && outputs.machine.leak == 1);
    EXPECT(outputs.machine.battery.valid == 0 && outputs.machine.battery.fault == COLDCAP_ABOVE_RANGE);
}

/* Whether the outputs drive nothing, and that they were written. */
static int all_off(void)
{
    static const coldcap_outputs_t off;
    const int is_off = memcmp(&outputs, &off, sizeof off) == 0;
    memset(&outputs, 0xFF, sizeof outputs);
    return is_off;
}

static void misuse_of_a_tick_is_told(void)
{
    coldcap_device_t *device = begun();
    measure(100);
    memset(&outputs, 0xFF, sizeof outputs);
    EXPECT(coldcap_tick(NULL, 100, &inputs, &outputs) == COLDCAP_ERROR_NULL && all_off());
    EXPECT(coldcap_tick(device, 100, NULL, &outputs) == COLDCAP_ERROR_NULL && all_off());
    EXPECT(coldcap_tick(device, 100, &inputs, NULL) == COLDCAP_ERROR_NULL);
    EXPECT(coldcap_tick_recorded(device, 100, &inputs, &outputs, NULL) == COLDCAP_ERROR_NULL && all_off());
    EXPECT(coldcap_tick(device, 100, (const coldcap_inputs_t *)(const void *)memory.bytes, &outputs) ==
           COLDCAP_ERROR_OVERLAP);
    EXPECT(coldcap_tick(device, 100, &inputs, (coldcap_outputs_t *)(void *)(memory.bytes + 64)) ==
           COLDCAP_ERROR_OVERLAP);
    EXPECT(coldcap_tick(device, 100, &inputs, &outputs) == COLDCAP_DONE);
}

static void a_copy_is_no_device(void)
{
    static coldcap_memory_1_t copy;
    coldcap_device_t *device = begun();
    memcpy(&copy, &memory, sizeof copy);
    measure(100);
    EXPECT(coldcap_tick((coldcap_device_t *)(void *)&copy, 100, &inputs, &outputs) == COLDCAP_ERROR_DEVICE && all_off());
    memset(&copy, 0, sizeof copy);
    EXPECT(coldcap_tick((coldcap_device_t *)(void *)&copy, 100, &inputs, &outputs) == COLDCAP_ERROR_DEVICE && all_off());
    EXPECT(coldcap_spend_health((coldcap_device_t *)(void *)(memory.bytes + 1)) == COLDCAP_ERROR_ALIGNMENT);
    EXPECT(coldcap_tick(device, 100, &inputs, &outputs) == COLDCAP_DONE);
}

static void a_beginning_is_checked(void)
{
    coldcap_config_t config = config_of(1);
    coldcap_device_t *device = NULL;
    EXPECT(coldcap_config_reference(NULL, COLDCAP_ABI) == COLDCAP_ERROR_NULL);
    EXPECT(coldcap_config_reference(&config, COLDCAP_ABI + 1) == COLDCAP_ERROR_ABI);
    EXPECT(coldcap_init(NULL, sizeof memory, &config, &device) == COLDCAP_ERROR_NULL);
    EXPECT(coldcap_init(memory.bytes, sizeof memory, NULL, &device) == COLDCAP_ERROR_NULL);
    EXPECT(coldcap_init(memory.bytes, sizeof memory, &config, NULL) == COLDCAP_ERROR_NULL);
    EXPECT(coldcap_init(memory.bytes, 100, &config, &device) == COLDCAP_ERROR_SIZE && device == NULL);
    EXPECT(coldcap_init(memory.bytes + 1, sizeof memory - 1, &config, &device) == COLDCAP_ERROR_ALIGNMENT);
    config.channels = 3;
    EXPECT(coldcap_init(memory.bytes, sizeof memory, &config, &device) == COLDCAP_ERROR_CHANNELS);
    config = config_of(1);
    config.line = 0;
    EXPECT(coldcap_init(memory.bytes, sizeof memory, &config, &device) == COLDCAP_ERROR_VALUE);
    config = config_of(1);
    config.inputs = 9;
    EXPECT(coldcap_init(memory.bytes, sizeof memory, &config, &device) == COLDCAP_ERROR_VALUE);
    memset(&config, 0, sizeof config);
    EXPECT(coldcap_init(memory.bytes, sizeof memory, &config, &device) == COLDCAP_ERROR_ABI);
}

static void misuse_of_a_link_is_told(void)
{
    coldcap_device_t *device = begun();
    uint8_t bytes[64] = {0};
    EXPECT(coldcap_receive(device, 100, NULL, 0) == COLDCAP_DONE);
    EXPECT(coldcap_receive(device, 100, NULL, 1) == COLDCAP_ERROR_NULL);
    EXPECT(coldcap_receive(device, 100, memory.bytes, 64) == COLDCAP_ERROR_OVERLAP);
    EXPECT(coldcap_receive(device, 100, bytes, SIZE_MAX) == COLDCAP_ERROR_SIZE);
    EXPECT(coldcap_transmit(device, 100, NULL, 64) == COLDCAP_ERROR_NULL);
    EXPECT(coldcap_transmit(device, 100, bytes, 0) == 0);
    EXPECT(coldcap_add_entropy(device, NULL) == COLDCAP_ERROR_NULL);
    EXPECT(coldcap_add_key(NULL, bytes) == COLDCAP_ERROR_NULL);
    EXPECT(coldcap_next_deadline(NULL) == 0);
}

static void outputs_have_a_hash(void)
{
    uint8_t bytes[COLDCAP_OUTPUT_BYTES_MAX];
    coldcap_device_t *device = begun();
    measure(100);
    EXPECT(coldcap_tick(device, 100, &inputs, &outputs) == COLDCAP_DONE);
    const int32_t length = coldcap_outputs_to_bytes(&outputs, bytes, sizeof bytes);
    EXPECT(length > 100 && bytes[0] == 100);
    EXPECT(coldcap_outputs_to_bytes(&outputs, bytes, 8) == COLDCAP_ERROR_ROOM);
    EXPECT(coldcap_hash(COLDCAP_HASH_START, (const uint8_t *)"foobar", 6) == 0x85944171F73967E8u);
    EXPECT(coldcap_hash(COLDCAP_HASH_START, NULL, 6) == COLDCAP_HASH_START);
    outputs.event_count = COLDCAP_EVENTS_MAX + 1;
    EXPECT(coldcap_outputs_to_bytes(&outputs, bytes, sizeof bytes) == COLDCAP_ERROR_VALUE);
}

int main(void)
{
    EXPECT(coldcap_abi() == COLDCAP_ABI);
    EXPECT(coldcap_version() >> 24 < 100);
    a_device_runs();
    two_channels_are_two();
    a_checkpoint_is_restored();
    keys_are_kept();
    what_is_filled_in_wrongly_is_a_fault();
    misuse_of_a_tick_is_told();
    a_copy_is_no_device();
    a_beginning_is_checked();
    misuse_of_a_link_is_told();
    outputs_have_a_hash();
    puts("C on this machine: all as it should be");
    return EXIT_SUCCESS;
}
