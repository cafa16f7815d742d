/* What happens before main, and where faults go. */
#include "board.h"

#include <stdint.h>

extern uint32_t data_begin[], data_end[], data_stored[], bss_begin[], bss_end[], stack_low[], stack_top[];

int main(void);

void stack_paint(void)
{
    uintptr_t here;
    __asm volatile("mov %0, sp" : "=r"(here));
    for (volatile uint32_t *word = stack_low; (uintptr_t)word + 64 < here; word++) {
        *word = STACK_PAINT;
    }
}

uint32_t stack_used(void)
{
    const volatile uint32_t *word = stack_low;
    while (word < stack_top && *word == STACK_PAINT) {
        word++;
    }
    return (uint32_t)((uintptr_t)stack_top - (uintptr_t)word);
}

void reset_handler(void)
{
    for (uint32_t *to = data_begin, *from = data_stored; to < data_end; to++, from++) {
        *to = *from;
    }
    for (uint32_t *to = bss_begin; to < bss_end; to++) {
        *to = 0;
    }
    /* The coprocessor access register: floating point, for code that the compiler makes for it. */
    *(volatile uint32_t *)0xE000ED88u |= 0x00F00000u;
    __asm volatile("dsb\n isb");
    stack_paint();
    emulator_exit((uint32_t)main());
}

/* A board switches its actuators off here, by their pins, and lets its watchdog bite. */
static void fault_handler(void)
{
    emulator_exit(101);
}

typedef void (*handler)(void);

__attribute__((section(".vectors"), used)) static const struct {
    void *stack;
    handler reset, nmi, faults[4];
} vectors = {
    stack_top,
    reset_handler,
    fault_handler,
    {fault_handler, fault_handler, fault_handler, fault_handler},
};
