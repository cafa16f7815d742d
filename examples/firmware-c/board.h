/* The emulated board: files on the emulator's host by semihosting, a counter of instructions, the stack. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STACK_PAINT 0xC0DECAFEu

/* Paints the stack below the caller, so that what it reaches from then on can be seen. */
void stack_paint(void);

/* Bytes of the stack that were used since. */
uint32_t stack_used(void);

/* Ends the emulator. */
_Noreturn void emulator_exit(uint32_t code);

/* Opens a file of the emulator's host; below 0 where that fails. */
int32_t file_open(const char *name, bool to_write);

/* Reads or writes all of it, or gives false. */
bool file_read(int32_t file, uint8_t *to, size_t length);
bool file_write(int32_t file, const uint8_t *from, size_t length);

/* Prints on the emulator's host. */
void print(const char *text);
void print_number(uint32_t number);

/* Counts executed instructions under `-icount shift=0`, in steps of 40. */
#define INSTRUCTIONS_A_COUNT 40u
void counter_begin(void);
uint32_t counter_now(void);

/* What was counted since. */
uint32_t counter_since(uint32_t before);

#endif
