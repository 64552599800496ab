/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L
#include "tests/m0/runner.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Places given by image.ld. */
extern uint32_t m0_stack_top[];
extern uint32_t m0_data_load[];
extern uint32_t m0_data_begin[];
extern uint32_t m0_data_end[];
extern uint32_t m0_bss_begin[];
extern uint32_t m0_bss_end[];
extern char m0_heap_begin[];
extern char m0_heap_end[];

/* newlib's semihosting library (rdimon): opens the standard streams. */
void initialise_monitor_handles(void);
void *__wrap__sbrk(ptrdiff_t more);
int main(void);
void m0_reset(void);
void m0_fault(void);
void m0_fault_at(const uint32_t *frame);

#define SEMIHOSTING_WRITE0      0x04
#define SEMIHOSTING_GET_CMDLINE 0x15
#define SEMIHOSTING_EXIT        0x20
#define EXIT_APPLICATION        0x20026u
#define FAULT_STATUS            99u

static int semihosting(int operation, void *argument)
{
    register int r0 __asm__("r0") = operation;
    register void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

/* "IMAGE NAME=VALUE NAME=VALUE": each pair into the environment. */
static void set_environment(void)
{
    static char line[512];
    uint32_t block[2] = {(uint32_t)(uintptr_t)line, sizeof line};
    if (semihosting(SEMIHOSTING_GET_CMDLINE, block) != 0) {
        return;
    }
    for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " ")) {
        char *equals = strchr(word, '=');
        if (equals != NULL) {
            *equals = '\0';
            (void)setenv(word, equals + 1, 1);
        }
    }
}

/* malloc's memory. rdimon's own ends below the stack, and here the stack is at the bottom. */
void *__wrap__sbrk(ptrdiff_t more)
{
    static char *end = m0_heap_begin;
    if (more > m0_heap_end - end) {
        errno = ENOMEM;
        return (void *)-1;
    }
    char *at = end;
    end += more;
    return at;
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
    initialise_monitor_handles();
    set_environment();
    exit(main());
}

/* The frame that the core stacked: r0-r3, r12, lr, pc, psr. */
void m0_fault_at(const uint32_t *frame)
{
    static char text[160];
    (void)snprintf(text, sizeof text, "%s: %s: fault at 0x%lx, called from 0x%lx\n",
                   m0_running_program(), m0_running_test(), (unsigned long)frame[6],
                   (unsigned long)frame[5]);
    (void)semihosting(SEMIHOSTING_WRITE0, text);
    uint32_t block[2] = {EXIT_APPLICATION, FAULT_STATUS};
    (void)semihosting(SEMIHOSTING_EXIT, block);
    for (;;) {
    }
}

/* The stack may be what overflowed, so the report gets its own: the end of the heap's room. */
__attribute__((naked)) void m0_fault(void)
{
    __asm__ volatile("mov r0, sp\n"
                     "ldr r1, =m0_fault_stack_top\n"
                     "mov sp, r1\n"
                     "bl m0_fault_at\n");
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    m0_stack_top, m0_reset, m0_fault, m0_fault, m0_fault, m0_fault, m0_fault, m0_fault};
