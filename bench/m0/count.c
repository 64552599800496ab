/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A QEMU plugin that counts executed guest instructions, those in [lo, hi) excepted: there the
 * harness lies. Each time the guest executes the instruction at `mark`, one line with the count
 * since the mark before goes to `out`.
 *
 *     qemu-system-arm ... -plugin count.so,lo=0x..,hi=0x..,mark=0x..,out=FILE
 *
 * Debian ships QEMU with plugins but without their header, so the few declarations needed are
 * here (plugin interface version 1). */

typedef uint64_t qemu_plugin_id_t;
struct qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;

enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

typedef void (*qemu_plugin_tb_cb)(qemu_plugin_id_t, struct qemu_plugin_tb *);
typedef void (*qemu_plugin_insn_cb)(unsigned, void *);
typedef void (*qemu_plugin_exit_cb)(qemu_plugin_id_t, void *);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t, qemu_plugin_tb_cb);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *,
                                                enum qemu_plugin_op, void *, uint64_t);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *,
                                            qemu_plugin_insn_cb,
                                            enum qemu_plugin_cb_flags, void *);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t, qemu_plugin_exit_cb, void *);
int qemu_plugin_install(qemu_plugin_id_t, const struct qemu_info_t *, int, char **);

extern int qemu_plugin_version;
__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static uint64_t count;
static uint64_t count_at_mark;
static uint64_t harness_lo;
static uint64_t harness_hi;
static uint64_t mark;
static FILE *out;

static void on_mark(unsigned cpu, void *ctx)
{
    (void)cpu;
    (void)ctx;
    fprintf(out, "%llu\n", (unsigned long long)(count - count_at_mark));
    count_at_mark = count;
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    size_t n = qemu_plugin_tb_n_insns(tb);
    for (size_t i = 0; i < n; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint64_t at = qemu_plugin_insn_vaddr(insn);
        if (at == mark) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, QEMU_PLUGIN_CB_NO_REGS,
                                                   NULL);
        }
        if (at < harness_lo || at >= harness_hi) {
            qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
                                                       &count, 1);
        }
    }
}

static void on_exit(qemu_plugin_id_t id, void *ctx)
{
    (void)id;
    (void)ctx;
    fclose(out);
}

/* The value of "name=value", or NULL for another argument. */
static const char *value_of(const char *arg, const char *name)
{
    size_t len = strlen(name);
    return strncmp(arg, name, len) == 0 && arg[len] == '=' ? arg + len + 1 : NULL;
}

static void set_address(const char *arg, const char *name, uint64_t *address)
{
    const char *value = value_of(arg, name);
    if (value != NULL) {
        *address = strtoull(value, NULL, 0);
    }
}

__attribute__((visibility("default"))) int
qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info, int argc,
                    char **argv)
{
    (void)info;
    const char *path = "/dev/stdout";
    for (int i = 0; i < argc; i++) {
        set_address(argv[i], "lo", &harness_lo);
        set_address(argv[i], "hi", &harness_hi);
        set_address(argv[i], "mark", &mark);
        const char *value = value_of(argv[i], "out");
        path = value != NULL ? value : path;
    }
    out = fopen(path, "w");
    if (out == NULL) {
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    qemu_plugin_register_atexit_cb(id, on_exit, NULL);
    return 0;
}
