#include "board.h"

/* ---- Semihosting: a breakpoint that the emulator answers ---------------------------------------- */

enum { SYS_OPEN = 0x01, SYS_WRITE0 = 0x04, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT_EXTENDED = 0x20 };
enum { OPEN_READ_BINARY = 1, OPEN_WRITE_BINARY = 5 };
#define APPLICATION_EXIT 0x20026u

static uint32_t ask_host(uint32_t operation, const void *arguments)
{
    register uint32_t number __asm("r0") = operation;
    register const void *block __asm("r1") = arguments;
    __asm volatile("bkpt 0xAB" : "+r"(number) : "r"(block) : "memory");
    return number;
}

_Noreturn void emulator_exit(uint32_t code)
{
    const uint32_t arguments[2] = {APPLICATION_EXIT, code};
    for (;;) {
        ask_host(SYS_EXIT_EXTENDED, arguments);
    }
}

int32_t file_open(const char *name, bool to_write)
{
    size_t length = 0;
    while (name[length] != '\0') {
        length++;
    }
    const uint32_t mode = to_write ? OPEN_WRITE_BINARY : OPEN_READ_BINARY;
    const uint32_t arguments[3] = {(uint32_t)(uintptr_t)name, mode, (uint32_t)length};
    return (int32_t)ask_host(SYS_OPEN, arguments);
}

/* The host says how many bytes it has not read or written. */
static bool transfer(uint32_t operation, int32_t file, uintptr_t at, size_t length)
{
    while (length > 0) {
        const uint32_t arguments[3] = {(uint32_t)file, (uint32_t)at, (uint32_t)length};
        const size_t left = ask_host(operation, arguments);
        if (left >= length) {
            return false;
        }
        at += length - left;
        length = left;
    }
    return true;
}

bool file_read(int32_t file, uint8_t *to, size_t length)
{
    return transfer(SYS_READ, file, (uintptr_t)to, length);
}

bool file_write(int32_t file, const uint8_t *from, size_t length)
{
    return transfer(SYS_WRITE, file, (uintptr_t)from, length);
}

void print(const char *text)
{
    ask_host(SYS_WRITE0, text);
}

void print_number(uint32_t number)
{
    char digits[11];
    char *at = &digits[sizeof digits - 1];
    *at = '\0';
    do {
        *--at = (char)('0' + number % 10u);
        number /= 10u;
    } while (number > 0);
    print(at);
}

/* ---- SysTick, 25 MHz: under `-icount shift=0` an instruction is a nanosecond --------------------- */

#define SYSTICK_CONTROL (*(volatile uint32_t *)0xE000E010u)
#define SYSTICK_RELOAD (*(volatile uint32_t *)0xE000E014u)
#define SYSTICK_NOW (*(volatile uint32_t *)0xE000E018u)
#define SYSTICK_MASK 0x00FFFFFFu

void counter_begin(void)
{
    SYSTICK_RELOAD = SYSTICK_MASK;
    SYSTICK_NOW = 0;
    SYSTICK_CONTROL = 5; /* the core's clock, counting */
}

uint32_t counter_now(void)
{
    return SYSTICK_NOW;
}

uint32_t counter_since(uint32_t before)
{
    return (before - SYSTICK_NOW) & SYSTICK_MASK;
}
