/* SPDX-License-Identifier: MIT */
#include "rt.h"

#include <stddef.h>

/* Places given by the linker script m0.ld. */
extern uint32_t m0_data_load[];
extern uint32_t m0_data_begin[];
extern uint32_t m0_data_end[];
extern uint32_t m0_bss_begin[];
extern uint32_t m0_bss_end[];
extern uint32_t m0_stack_top[];

int main(void);
void m0_reset(void);
void m0_fault(void);
void m0_mark(void);
void *m0_memcpy(void *to, const void *from, size_t len);
void *m0_memset(void *to, int byte, size_t len);

#define SEMIHOSTING_WRITE0 0x04
#define SEMIHOSTING_EXIT   0x20
#define EXIT_APPLICATION   0x20026u
#define PAINT              0xA5A5A5A5u

static const uint32_t *stack_base;

static void semihosting(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
}

static void print(const char *text)
{
    semihosting(SEMIHOSTING_WRITE0, text);
}

/* In decimal, by subtraction: a division would pull the compiler's into the measured part. */
static void print_u32(uint32_t value)
{
    static const uint32_t powers[] = {1000000000, 100000000, 10000000, 1000000, 100000,
                                      10000,      1000,      100,      10,      1};
    char text[11];
    size_t len = 0;
    for (size_t i = 0; i < sizeof powers / sizeof powers[0]; i++) {
        char digit = '0';
        while (value >= powers[i]) {
            value -= powers[i];
            digit++;
        }
        if (digit != '0' || len > 0 || powers[i] == 1) {
            text[len++] = digit;
        }
    }
    text[len] = '\0';
    print(text);
}

static void end_program(uint32_t code)
{
    uint32_t block[2] = {EXIT_APPLICATION, code};
    semihosting(SEMIHOSTING_EXIT, block);
    for (;;) {
    }
}

void m0_reset(void)
{
    const uint32_t *from = m0_data_load;
    for (uint32_t *to = m0_data_begin; to < m0_data_end; to++) {
        *to = *from++;
    }
    for (uint32_t *to = m0_bss_begin; to < m0_bss_end; to++) {
        *to = 0;
    }
    end_program((uint32_t)main());
}

void m0_fault(void)
{
    print("fault: hard fault or an exception nobody expects\n");
    end_program(99);
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    m0_stack_top, m0_reset, m0_fault, m0_fault};

/* The plugin watches its first instruction. */
__attribute__((noinline)) void m0_mark(void)
{
    __asm__ volatile("nop");
}

void *m0_memcpy(void *to, const void *from, size_t len)
{
    uint8_t *out = to;
    const uint8_t *in = from;
    for (size_t i = 0; i < len; i++) {
        out[i] = in[i];
    }
    return to;
}

void *m0_memset(void *to, int byte, size_t len)
{
    uint8_t *out = to;
    for (size_t i = 0; i < len; i++) {
        out[i] = (uint8_t)byte;
    }
    return to;
}

static uint32_t *stack_pointer(void)
{
    uint32_t *sp;
    __asm__ volatile("mov %0, sp" : "=r"(sp));
    return sp;
}

__attribute__((noinline)) void m0_begin(const char *name)
{
    print(name);
    print("\n");
    uint32_t *sp = stack_pointer();
    for (uint32_t *p = m0_bss_end; p < sp; p++) {
        *p = PAINT;
    }
    stack_base = __builtin_dwarf_cfa(); /* the caller's stack pointer */
    m0_mark();
}

__attribute__((noinline)) void m0_end(void)
{
    m0_mark();
    const uint32_t *p = m0_bss_end;
    while (*p == PAINT) {
        p++;
    }
    print("stack ");
    print_u32((uint32_t)((stack_base - p) * (ptrdiff_t)sizeof *p));
    print("\n");
}

void m0_figure(const char *name, uint32_t value, const char *unit)
{
    print("figure ");
    print_u32(value);
    print(" ");
    print(unit);
    print(" ");
    print(name);
    print("\n");
}

void m0_check(int ok, const char *what)
{
    if (!ok) {
        print("failed: ");
        print(what);
        print("\n");
        end_program(1);
    }
}
