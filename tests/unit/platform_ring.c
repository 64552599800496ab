/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE /* memmem */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/store/msglog.h"
#include "tests/support/rng.h"

/* The rings of the message log and the lines in them. */

#define BYTES 8192U

static struct {
    char dir[64];
    char file[96];
    struct ol_ring *ring;
} t;

static int set_up(void **state)
{
    (void)state;
    snprintf(t.dir, sizeof t.dir, "%s", "/tmp/onelink-ring-XXXXXX");
    if (mkdtemp(t.dir) == NULL) {
        return -1;
    }
    snprintf(t.file, sizeof t.file, "%s/log", t.dir);
    t.ring = ol_ring_open(t.file, BYTES);
    return t.ring == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    (void)state;
    ol_ring_close(t.ring);
    unlink(t.file);
    return rmdir(t.dir);
}

static void reopen(void)
{
    ol_ring_close(t.ring);
    t.ring = ol_ring_open(t.file, BYTES);
    assert_non_null(t.ring);
}

static void add(int64_t key, const void *data, size_t len)
{
    /* In two parts, wherever they meet. */
    const struct ol_ring_part parts[] = {{data, len / 3},
                                         {(const char *)data + len / 3, len - len / 3}};
    assert_true(ol_ring_add(t.ring, key, parts, 2));
}

/* An entry that can be checked: its length and its bytes follow from number and key. */
static size_t pattern(int64_t key, uint32_t n, uint8_t *out)
{
    size_t len = 4 + (n * 37U + (uint32_t)key * 11U) % 900;
    memcpy(out, &n, 4);
    for (size_t i = 4; i < len; i++) {
        out[i] = (uint8_t)(n + i + (size_t)key);
    }
    return len;
}

struct seen {
    int64_t key;
    uint32_t count;
    uint32_t first;
    uint32_t last;
    uint64_t seq;
    size_t bytes;
    uint32_t stop_at;
    bool racing; /* what is overwritten meanwhile is missing */
};

static bool check(void *ctx, uint64_t seq, const uint8_t *entry, size_t len)
{
    struct seen *s = ctx;
    uint8_t want[1024];
    uint32_t n = 0;
    assert_true(len >= 4);
    memcpy(&n, entry, 4);
    assert_int_equal(len, pattern(s->key, n, want));
    assert_memory_equal(entry, want, len);
    assert_true(s->count == 0 || n == s->last + 1 || (s->racing && n > s->last));
    assert_true(seq > s->seq);
    s->first = s->count == 0 ? n : s->first;
    s->last = n;
    s->seq = seq;
    s->bytes += len;
    s->count++;
    return s->count != s->stop_at;
}

static struct seen read_all(struct ol_ring *r, int64_t key, uint64_t after)
{
    struct seen s = {.key = key};
    assert_int_equal(ol_ring_each(r, key, after, check, &s), OL_OK);
    return s;
}

static void add_patterns(int64_t key, uint32_t from, uint32_t count)
{
    uint8_t data[1024];
    for (uint32_t n = from; n < from + count; n++) {
        size_t len = pattern(key, n, data);
        add(key, data, len);
    }
}

static void entries_come_back_in_order(void **state)
{
    (void)state;
    assert_int_equal(ol_ring_seq(t.ring), 0);
    add_patterns(7, 0, 5);
    add_patterns(-3, 0, 2);
    assert_int_equal(read_all(t.ring, 7, 0).count, 5);
    assert_int_equal(read_all(t.ring, 7, 3).count, 2);
    assert_int_equal(read_all(t.ring, -3, 0).count, 2);
    assert_int_equal(read_all(t.ring, 8, 0).count, 0);
    assert_int_equal(ol_ring_seq(t.ring), 7);
    struct seen s = {.key = 7, .stop_at = 2};
    assert_int_equal(ol_ring_each(t.ring, 7, 0, check, &s), OL_OK);
    assert_int_equal(s.count, 2);
}

static void a_ring_is_bounded_by_bytes(void **state)
{
    (void)state;
    add_patterns(2, 0, 3);
    for (uint32_t n = 0; n < 4000; n += 100) {
        add_patterns(1, n, 100);
        struct seen s = read_all(t.ring, 1, 0);
        assert_int_equal(s.last, n + 99);
        /* Never more than the bound, and never much less: a block and an entry. */
        assert_in_range(s.bytes, BYTES - 3 * OL_RING_BLOCK - 1024, BYTES);
    }
    assert_int_equal(read_all(t.ring, 2, 0).count, 3);
    struct stat st;
    assert_int_equal(stat(t.file, &st), 0);
    assert_in_range(st.st_size, 1, 2U << 20);
}

static void all_survives_a_new_start(void **state)
{
    (void)state;
    for (uint32_t n = 0; n < 300; n += 10) {
        add_patterns(1, n, 10);
        add_patterns(2, n, 10);
        struct seen before = read_all(t.ring, 2, 0);
        reopen();
        struct seen after = read_all(t.ring, 2, 0);
        assert_int_equal(before.count, after.count);
        assert_int_equal(before.seq, after.seq);
    }
    assert_int_equal(ol_ring_seq(t.ring), 600);
}

/* When the file is full the loud give to the quiet. */
static void the_longest_ring_gives(void **state)
{
    (void)state;
    enum { KEYS = 20000 };
    add_patterns(1000000, 0, 6);
    struct seen quiet = read_all(t.ring, 1000000, 0);
    uint8_t data[4] = {0};
    for (uint32_t round = 0; round < 12; round++) {
        for (int64_t key = 0; key < KEYS; key++) {
            uint8_t big[500] = {0};
            const struct ol_ring_part part = {round == 0 ? data : big,
                                              round == 0 ? sizeof data : sizeof big};
            assert_true(ol_ring_add(t.ring, key, &part, 1));
        }
    }
    struct stat st;
    assert_int_equal(stat(t.file, &st), 0);
    assert_int_equal(st.st_size, OL_RING_FILE_MAX);
    assert_int_equal(read_all(t.ring, 1000000, 0).count, quiet.count);
    reopen();
    assert_int_equal(read_all(t.ring, 1000000, 0).count, quiet.count);
}

static void what_is_too_long_is_refused(void **state)
{
    (void)state;
    static uint8_t data[OL_RING_ENTRY_MAX + 1];
    struct ol_ring_part part = {data, sizeof data};
    assert_false(ol_ring_add(t.ring, 1, &part, 1));
    part.len--;
    assert_true(ol_ring_add(t.ring, 1, &part, 1));
}

/* A process that is killed in the middle of adding leaves what it had added. */
static void a_kill_loses_nothing(void **state)
{
    (void)state;
    ol_ring_close(t.ring);
    uint32_t told = 0;
    for (int round = 0; round < 20; round++) {
        int fd[2];
        assert_int_equal(pipe(fd), 0);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            t.ring = ol_ring_open(t.file, BYTES);
            for (uint32_t n = told;; n++) {
                uint8_t data[1024];
                const struct ol_ring_part part = {data, pattern(1, n, data)};
                if (!ol_ring_add(t.ring, 1, &part, 1) || write(fd[1], &n, 4) != 4) {
                    _exit(1);
                }
            }
        }
        close(fd[1]);
        uint32_t n = 0;
        for (int i = 0; i < 50 + round && read(fd[0], &n, 4) == 4; i++) {
        }
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        while (read(fd[0], &n, 4) == 4) {
        }
        close(fd[0]);
        t.ring = ol_ring_open(t.file, BYTES);
        assert_non_null(t.ring);
        struct seen s = read_all(t.ring, 1, 0);
        /* One may have been added that was not told of. */
        assert_in_range(s.last, n, n + 1);
        told = s.last + 1;
        ol_ring_close(t.ring);
    }
    t.ring = ol_ring_open(t.file, BYTES);
}

/* An entry that a kill cut short, at every byte: it is skipped, what follows is not. */
static void a_cut_entry_is_skipped(void **state)
{
    (void)state;
    uint8_t data[1024];
    uint16_t used = 0;
    for (uint16_t cut = 1; cut < 200; cut += 9) {
        ol_ring_close(t.ring);
        unlink(t.file);
        t.ring = ol_ring_open(t.file, BYTES);
        assert_non_null(t.ring);
        size_t len = pattern(1, 5, data);
        add(1, data, len);
        ol_ring_close(t.ring);
        int fd = open(t.file, O_RDWR);
        assert_int_equal(pread(fd, &used, 2, 4096 + 16), 2);
        assert_true(used > 200);
        used = (uint16_t)(used - cut);
        assert_int_equal(pwrite(fd, &used, 2, 4096 + 16), 2);
        close(fd);
        t.ring = ol_ring_open(t.file, BYTES);
        assert_non_null(t.ring);
        assert_int_equal(read_all(t.ring, 1, 0).count, 0);
        add_patterns(1, 6, 3);
        struct seen s = read_all(t.ring, 1, 0);
        assert_int_equal(s.count, 3);
        assert_int_equal(s.first, 6);
    }
}

/* Another process reads what is whole, while it is overwritten. */
static void readers_see_whole_entries(void **state)
{
    (void)state;
    add_patterns(1, 0, 1);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        for (uint32_t n = 1; n < 200000; n++) {
            uint8_t data[1024];
            const struct ol_ring_part part = {data, pattern(1, n, data)};
            (void)ol_ring_add(t.ring, 1, &part, 1);
        }
        _exit(0);
    }
    struct ol_ring *view = ol_ring_view(t.file);
    assert_non_null(view);
    while (waitpid(pid, NULL, WNOHANG) == 0) {
        struct seen s = {.key = 1, .racing = true};
        assert_int_equal(ol_ring_each(view, 1, 0, check, &s), OL_OK);
    }
    assert_int_equal(read_all(view, 1, 0).last, 199999);
    ol_ring_close(view);
}

static bool any(void *ctx, uint64_t seq, const uint8_t *entry, size_t len)
{
    (void)seq;
    unsigned *sum = ctx;
    for (size_t i = 0; i < len; i++) {
        *sum += entry[i];
    }
    return true;
}

static bool is_any_old(void *ctx, const uint8_t *entry, size_t len)
{
    (void)any(ctx, 0, entry, len);
    return len % 5 != 0;
}

/* Whatever stands in the file: reading ends, within its bounds, and so does trimming. */
static void a_damaged_file_is_read_as_far_as_it_goes(void **state)
{
    (void)state;
    struct ol_rng rng = ol_rng_make(ol_rng_seed("test_platform_ring", 1));
    unsigned sum = 0;
    for (int round = 0; round < 200; round++) {
        add_patterns(1, 0, 20);
        ol_ring_close(t.ring);
        FILE *f = fopen(t.file, "r+");
        assert_non_null(f);
        for (int i = 0; i < 40; i++) {
            fseek(f, (long)(ol_rng_below(&rng, i < 2 ? 64 : 20000)), SEEK_SET);
            fputc((int)(ol_rng_u64(&rng) & 255U), f);
        }
        fclose(f);
        if (round % 7 == 0) {
            assert_int_equal(truncate(t.file, (off_t)(ol_rng_below(&rng, 20000))), 0);
        }
        struct ol_ring *view = ol_ring_view(t.file);
        if (view != NULL) {
            assert_int_equal(ol_ring_each(view, 1, 0, any, &sum), OL_OK);
            ol_ring_close(view);
        }
        t.ring = ol_ring_open(t.file, BYTES);
        assert_non_null(t.ring);
        assert_int_equal(ol_ring_each(t.ring, 1, 0, any, &sum), OL_OK);
        uint32_t at = 0;
        uint64_t given = 0;
        for (int i = 0; !ol_ring_trim(t.ring, &at, 0, is_any_old, &sum, &given); i++) {
            assert_true(i < 1000);
        }
    }
}

/* ---- giving back ---- */

/* Entries with a number below ctx are old. */
static bool is_below(void *ctx, const uint8_t *entry, size_t len)
{
    uint32_t n = 0;
    assert_true(len >= 4);
    memcpy(&n, entry, 4);
    return n < *(const uint32_t *)ctx;
}

static uint64_t trim_all(uint32_t limit)
{
    uint64_t given = 0;
    uint32_t at = 0;
    for (int slices = 0; !ol_ring_trim(t.ring, &at, 0, is_below, &limit, &given);
         slices++) {
        assert_true(slices < 100000);
    }
    assert_int_equal(at, 0);
    return given;
}

/* Whatever stands where: all that is young stays, of what is old no more than shares a
 * block with it, and a ring that is all old is empty. */
static void what_is_old_goes(void **state)
{
    (void)state;
    struct ol_rng rng = ol_rng_make(ol_rng_seed("test_platform_ring", 2));
    uint32_t next = 0;
    for (int round = 0; round < 300; round++) {
        uint32_t count = 1 + (uint32_t)ol_rng_below(&rng, 30);
        add_patterns(1, next, count);
        next += count;
        struct seen before = read_all(t.ring, 1, 0);
        uint32_t limit = before.first + (uint32_t)ol_rng_below(&rng, before.count + 2);
        (void)trim_all(limit);
        if (round % 3 == 0) {
            reopen();
        }
        struct seen after = read_all(t.ring, 1, 0);
        if (limit > before.last) {
            assert_int_equal(after.count, 0);
            continue;
        }
        assert_int_equal(after.last, before.last);
        assert_true(after.first <= limit);
        size_t old = 0;
        uint8_t data[1024];
        for (uint32_t n = after.first; n < limit; n++) {
            old += pattern(1, n, data);
        }
        assert_true(old < OL_RING_BLOCK);
    }
}

/* Also the longest entries, which take many blocks, end by end. */
static void long_entries_go_one_by_one(void **state)
{
    (void)state;
    static uint8_t data[OL_RING_ENTRY_MAX];
    ol_ring_close(t.ring);
    t.ring = ol_ring_open(t.file, 100000);
    for (uint32_t n = 0; n < 10; n++) {
        memcpy(data, &n, 4);
        add(1, data, sizeof data);
    }
    for (uint32_t limit = 0; limit <= 10; limit++) {
        unsigned sum = 0;
        uint64_t given = trim_all(limit);
        assert_in_range(given, limit == 0 ? 0 : 16, limit == 0 ? 0 : 18);
        assert_int_equal(ol_ring_each(t.ring, 1, limit, any, &sum), OL_OK);
        assert_int_equal(ol_ring_each(t.ring, 1, 0, any, &sum), OL_OK);
    }
    assert_int_equal(trim_all(10), 0);
}

static void a_slice_is_small(void **state)
{
    (void)state;
    enum { KEYS = 100 };
    uint32_t limit = 1000;
    uint64_t blocks = 0;
    for (int64_t key = 0; key < KEYS; key++) {
        add_patterns(key, key % 2 == 0 ? 0 : limit, 10);
    }
    for (int64_t key = KEYS; key < 2 * KEYS; key++) {
        add_patterns(key, 0, 1); /* and rings that were emptied before */
        ol_ring_drop(t.ring, key);
    }
    uint32_t at = 0;
    uint32_t slices = 0;
    for (bool all = false; !all; slices++) {
        uint64_t given = 0;
        all = ol_ring_trim(t.ring, &at, 40, is_below, &limit, &given);
        assert_in_range(given, 0, 40);
        blocks += given;
    }
    assert_in_range(slices, blocks / 40 + 1, blocks / 20 + KEYS / 20);
    for (int64_t key = 0; key < KEYS; key++) {
        assert_int_equal(read_all(t.ring, key, 0).count, key % 2 == 0 ? 0 : 10);
    }
    /* What was given back is used before the file grows. */
    struct stat before;
    struct stat after;
    assert_int_equal(stat(t.file, &before), 0);
    for (int64_t key = 0; key < KEYS; key += 2) {
        add_patterns(key, 0, 10);
        assert_int_equal(read_all(t.ring, key, 0).count, 10);
    }
    assert_int_equal(stat(t.file, &after), 0);
    assert_int_equal(before.st_size, after.st_size);
}

static bool file_has(const char *text)
{
    static char content[1U << 20];
    FILE *f = fopen(t.file, "r");
    assert_non_null(f);
    size_t len = fread(content, 1, sizeof content, f);
    fclose(f);
    return memmem(content, len, text, strlen(text)) != NULL;
}

static void what_went_is_wiped(void **state)
{
    (void)state;
    add(1, "\0\0\0\0of one", 10);
    add(2, "\0\0\0\0of another", 14);
    assert_true(file_has("of one") && file_has("of another"));
    ol_ring_drop(t.ring, 2);
    ol_ring_drop(t.ring, 3);
    assert_true(file_has("of one") && !file_has("of another"));
    unsigned sum = 0;
    assert_int_equal(ol_ring_each(t.ring, 2, 0, any, &sum), OL_OK);
    assert_int_equal(sum, 0);
    assert_int_equal(trim_all(1), 1);
    assert_false(file_has("of one"));
    reopen();
    assert_int_equal(ol_ring_seq(t.ring), 2);
    add_patterns(2, 0, 3);
    assert_int_equal(read_all(t.ring, 2, 0).count, 3);
}

/* Adds and gives back at once, until it is killed or has told enough. */
static void add_and_trim(uint32_t from, uint32_t until, int fd)
{
    for (uint32_t n = from; n < until; n++) {
        uint8_t data[1024];
        uint64_t given = 0;
        uint32_t at = 0;
        uint32_t limit = n % 50 == 49 ? n + 1 : n < 8 ? 0 : n - 8;
        const struct ol_ring_part part = {data, pattern(1, n, data)};
        if (!ol_ring_add(t.ring, 1, &part, 1) || (fd >= 0 && write(fd, &n, 4) != 4)) {
            _exit(1);
        }
        (void)ol_ring_trim(t.ring, &at, 0, is_below, &limit, &given);
    }
    _exit(0);
}

static void readers_see_whole_entries_while_they_go(void **state)
{
    (void)state;
    add_patterns(1, 0, 1);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        add_and_trim(1, 100000, -1);
    }
    struct ol_ring *view = ol_ring_view(t.file);
    assert_non_null(view);
    int status = 0;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        struct seen s = {.key = 1, .racing = true};
        assert_int_equal(ol_ring_each(view, 1, 0, check, &s), OL_OK);
    }
    assert_int_equal(status, 0);
    assert_int_equal(read_all(view, 1, 0).count, 0);
    ol_ring_close(view);
}

static void a_kill_while_they_go_harms_nothing(void **state)
{
    (void)state;
    uint32_t from = 0;
    for (int round = 0; round < 30; round++) {
        int fd[2];
        uint32_t n = 0;
        assert_int_equal(pipe(fd), 0);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            add_and_trim(from, UINT32_MAX, fd[1]);
        }
        close(fd[1]);
        for (int i = 0; i < 60 + round && read(fd[0], &n, 4) == 4; i++) {
        }
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        while (read(fd[0], &n, 4) == 4) {
        }
        close(fd[0]);
        reopen();
        struct seen s = read_all(t.ring, 1, 0);
        assert_true(s.count == 0 || (s.last >= n && s.last <= n + 1));
        /* What was to stay is there: five at least, or all since all went. */
        uint32_t since = s.last - s.last % 50 > from ? s.last - s.last % 50 : from;
        assert_true(s.count == 0 ? n % 50 >= 48
                                 : s.first <= since || s.first <= s.last - 5);
        from = n + 2;
        (void)trim_all(from);
    }
}

/* ---- lines ---- */

static const char publish[] = "\x32\x0d\0\5a/b/c\0\1body";

static void put(int64_t device, struct ol_str raw, const char *reason)
{
    struct ol_db db = {.log = t.ring};
    const struct ol_msglog l = {
        .device = device,
        .product_id = OL_STR("Prod000001"),
        .device_name = OL_STR("dev"),
        .time_ms = 1234,
        .direction = OL_MSGLOG_DOWN,
        .verdict = OL_MSGLOG_LIMIT,
        .packet = 3,
        .qos = 1,
        .topic = OL_STR("a/b/c"),
        .length = 4,
        .raw = raw,
        .raw_len = 3000,
        .peer = OL_STR("127.0.0.1:1"),
        .code = 2306,
        .reason = ol_str_from(reason),
        .ours = true,
    };
    ol_db_store(&db).ops->put_log(&db, &l);
    assert_int_equal(db.log_lost, 0);
}

static void whole_line(void *ctx, const struct ol_db_log_line *l)
{
    const struct ol_msglog *m = &l->line;
    assert_int_equal(m->time_ms, 1234);
    assert_int_equal(m->direction, OL_MSGLOG_DOWN);
    assert_int_equal(m->verdict, OL_MSGLOG_LIMIT);
    assert_int_equal(m->packet, 3);
    assert_int_equal(m->qos, 1);
    assert_true(ol_str_equal(m->topic, OL_STR("a/b/c")));
    assert_true(ol_str_equal(m->body, OL_STR("body")));
    assert_int_equal(m->raw.len, sizeof publish - 1);
    assert_memory_equal(m->raw.ptr, publish, m->raw.len);
    assert_int_equal(m->length, 4);
    assert_int_equal(m->raw_len, 3000);
    assert_true(ol_str_equal(m->peer, OL_STR("127.0.0.1:1")));
    assert_int_equal(m->code, 2306);
    assert_true(ol_str_equal(m->reason, OL_STR("why")));
    assert_true(m->ours);
    assert_true(m->device != 0 || ol_str_equal(m->product_id, OL_STR("Prod000001")));
    assert_true(m->device == 0 || m->product_id.len == 0);
    ++*(int *)ctx;
}

static void lines_come_back(void **state)
{
    (void)state;
    int count = 0;
    put(5, ol_str_make(publish, sizeof publish - 1), "why");
    put(0, ol_str_make(publish, sizeof publish - 1), "why");
    for (int64_t device = 0; device <= 5; device += 5) {
        const struct ol_db_log_query q = {.device = device, .limit = 10};
        assert_int_equal(ol_log_each(t.ring, &q, whole_line, &count), OL_OK);
    }
    assert_int_equal(count, 2);
}

static void collect(void *ctx, const struct ol_db_log_line *l)
{
    char *text = ctx;
    (void)snprintf(text + strlen(text), 8, "%.*s ", (int)l->line.reason.len,
                   l->line.reason.ptr);
}

static bool not_c(void *ctx, const struct ol_msglog *line)
{
    (void)ctx;
    return line->reason.ptr[0] != 'c';
}

static void queries_choose(void **state)
{
    (void)state;
    static const struct {
        struct ol_db_log_query query;
        const char *want;
    } rows[] = {
        {{.device = 1, .limit = 9}, "a b c d e "},
        {{.device = 1, .limit = 2}, "a b "},
        {{.device = 1, .limit = 2, .newest = true}, "d e "},
        {{.device = 1, .limit = 9, .newest = true}, "a b c d e "},
        {{.device = 1, .limit = 2, .after = 2}, "c d "},
        {{.device = 1, .limit = 3, .newest = true, .wanted = not_c}, "b d e "},
        {{.device = 1, .limit = 3, .wanted = not_c}, "a b d "},
        {{.device = 1, .limit = 9, .after = 5}, ""},
        {{.device = 1, .limit = 0}, ""},
        {{.device = 2, .limit = 9}, ""},
    };
    for (const char *c = "a\0b\0c\0d\0e\0"; *c != '\0'; c += 2) {
        put(1, ol_str_make(publish, sizeof publish - 1), c);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[64] = "";
        assert_int_equal(ol_log_each(t.ring, &rows[i].query, collect, text), OL_OK);
        assert_string_equal(text, rows[i].want);
    }
    assert_int_equal(ol_log_each(NULL, &rows[0].query, collect, NULL), OL_E_IO);
}

/* A cut packet gives what there is of it. */
static void every_cut_of_a_packet_is_read(void **state)
{
    (void)state;
    for (size_t len = 1; len < sizeof publish; len++) {
        put((int64_t)len, ol_str_make(publish, len), "");
    }
    for (size_t len = 1; len < sizeof publish; len++) {
        char text[8] = "";
        const struct ol_db_log_query q = {.device = (int64_t)len, .limit = 1};
        assert_int_equal(ol_log_each(t.ring, &q, collect, text), OL_OK);
        assert_string_equal(text, " ");
    }
}

static void stranger(struct ol_db *db, int64_t device, int64_t time_ms)
{
    const struct ol_msglog l = {
        .device = device, .time_ms = time_ms, .reason = OL_STR("x")};
    ol_db_store(db).ops->put_log(db, &l);
}

struct heard {
    int count;
    char last[64];
};

static void hear(void *ctx, const struct ol_db_log_line *l)
{
    struct heard *h = ctx;
    h->count++;
    (void)snprintf(h->last, sizeof h->last, "%.*s", (int)l->line.reason.len,
                   l->line.reason.ptr);
}

static struct heard heard_of(int64_t device)
{
    struct heard h = {0};
    const struct ol_db_log_query q = {.device = device, .limit = 10000};
    assert_int_equal(ol_log_each(t.ring, &q, hear, &h), OL_OK);
    return h;
}

static void strangers_are_heard_so_many_times_a_second(void **state)
{
    (void)state;
    struct ol_db db = {.log = t.ring};
    for (int i = 0; i < 80; i++) {
        stranger(&db, 0, 5000 + i);
    }
    assert_int_equal(heard_of(0).count, OL_DB_LOG_STRANGERS);
    stranger(&db, 1, 5999);
    assert_int_equal(heard_of(0).count, OL_DB_LOG_STRANGERS);
    stranger(&db, 1, 6000);
    struct heard h = heard_of(0);
    assert_int_equal(h.count, OL_DB_LOG_STRANGERS + 1);
    assert_string_equal(h.last, "30 more lines left out");
    stranger(&db, 0, 6001);
    assert_string_equal(heard_of(0).last, "x");
    stranger(&db, 0, 10); /* a clock that goes back */
    stranger(&db, 1, 2000);
    assert_int_equal(heard_of(0).count, OL_DB_LOG_STRANGERS + 3);
    assert_int_equal(heard_of(1).count, 3);
}

/* ---- the age of lines ---- */

#define DAY INT64_C(86400000)

static void clock_of(void *ctx, const struct ol_db_log_line *l)
{
    char *text = ctx;
    (void)snprintf(text + strlen(text), 8, "%d ", (int)(l->line.time_ms / DAY));
}

static void days_are(const char *want, struct ol_ring *log, int64_t device,
                     int64_t now_day, uint32_t newest)
{
    char text[64] = "";
    const struct ol_db_log_query q = {.device = device,
                                      .limit = newest == 0 ? 100 : newest,
                                      .newest = newest != 0,
                                      .now_ms = now_day * DAY};
    assert_int_equal(ol_log_each(log, &q, clock_of, text), OL_OK);
    assert_string_equal(text, want);
}

static void step_all(struct ol_db *db, int64_t now_day)
{
    uint32_t at = 0;
    int64_t due = 0;
    for (int i = 0; due != OL_DB_LOG_IDLE_MS; i++) {
        due = ol_db_log_retention_step(db, &at, now_day * DAY);
        assert_true(due == OL_DB_LOG_IDLE_MS || due == OL_DB_LOG_BUSY_MS);
        assert_true(i < 1000);
    }
}

static void lines_that_are_too_old_are_not_shown(void **state)
{
    (void)state;
    struct ol_db db = {.log = t.ring};
    for (int64_t day = 10; day < 14; day++) {
        stranger(&db, 1, day * DAY);
        stranger(&db, 0, day * DAY);
    }
    days_are("10 11 12 13 ", t.ring, 1, 1000, 0);
    step_all(&db, 1000);
    days_are("10 11 12 13 ", t.ring, 1, 1000, 0);
    ol_db_log_set_age(&db, 2 * DAY);
    struct ol_ring *view = ol_ring_view(t.file);
    assert_non_null(view);
    for (int64_t device = 0; device <= 1; device++) {
        days_are("10 11 12 13 ", view, device, 12, 0);
        days_are("11 12 13 ", view, device, 13, 0);
        days_are("12 13 ", t.ring, device, 14, 0);
        days_are("13 ", view, device, 15, 2);
        days_are("", view, device, 16, 0);
    }
    /* One block each, with a line that is young enough. */
    step_all(&db, 15);
    days_are("10 11 12 13 ", t.ring, 1, 0, 0);
    step_all(&db, 16);
    days_are("", t.ring, 0, 0, 0);
    days_are("", view, 1, 0, 0);
    reopen(); /* the age stays until it is set anew */
    db.log = t.ring;
    stranger(&db, 1, 20 * DAY);
    days_are("", view, 1, 23, 0);
    ol_db_log_set_age(&db, 0);
    days_are("20 ", view, 1, 23, 0);
    ol_ring_close(view);
}

/* Many devices, some silent for long; each pass takes what fell due. */
static void days_pass(void **state)
{
    (void)state;
    struct ol_db db = {.log = t.ring};
    ol_db_log_set_age(&db, 3 * DAY);
    for (int64_t day = 1; day < 40; day++) {
        for (int64_t device = 1; device <= 200; device++) {
            if (day % (1 + device % 9) == 0) {
                stranger(&db, device, day * DAY);
            }
        }
        step_all(&db, day);
        for (int64_t device = 1; device <= 200; device += 11) {
            int64_t each = 1 + device % 9;
            char want[64] = "";
            for (int64_t d = day - 3 > 1 ? day - 3 : 1; d <= day; d++) {
                if (d % each == 0) {
                    (void)snprintf(want + strlen(want), 8, "%d ", (int)d);
                }
            }
            days_are(want, t.ring, device, day, 0);
        }
    }
}

static void a_deleted_device_is_forgotten(void **state)
{
    (void)state;
    struct ol_db db = {.log = t.ring};
    stranger(&db, 1, DAY);
    stranger(&db, 2, DAY);
    ol_db_log_forget(&db, 1);
    days_are("", t.ring, 1, 0, 0);
    days_are("1 ", t.ring, 2, 0, 0);
    db.log = NULL;
    uint32_t at = 0;
    ol_db_log_forget(&db, 2);
    ol_db_log_set_age(&db, DAY);
    assert_int_equal(ol_db_log_retention_step(&db, &at, 9 * DAY), OL_DB_LOG_IDLE_MS);
    days_are("1 ", t.ring, 2, 9, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(entries_come_back_in_order),
        CASE(a_ring_is_bounded_by_bytes),
        CASE(all_survives_a_new_start),
        CASE(the_longest_ring_gives),
        CASE(what_is_too_long_is_refused),
        CASE(a_kill_loses_nothing),
        CASE(a_cut_entry_is_skipped),
        CASE(readers_see_whole_entries),
        CASE(a_damaged_file_is_read_as_far_as_it_goes),
        CASE(what_is_old_goes),
        CASE(long_entries_go_one_by_one),
        CASE(a_slice_is_small),
        CASE(what_went_is_wiped),
        CASE(readers_see_whole_entries_while_they_go),
        CASE(a_kill_while_they_go_harms_nothing),
        CASE(lines_come_back),
        CASE(queries_choose),
        CASE(every_cut_of_a_packet_is_read),
        CASE(strangers_are_heard_so_many_times_a_second),
        CASE(lines_that_are_too_old_are_not_shown),
        CASE(days_pass),
        CASE(a_deleted_device_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
