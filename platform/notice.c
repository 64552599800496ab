/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "platform/notice.h"

#include <event2/event.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECOND_MS 1000
#define STAMP_CAP 32

/* ---- writing ---- */

/* A reader that is too slow must not stop the platform: what does not fit is left out. (A
 * pipe that is ready takes OL_NOTICE_CAP bytes at once.) */
static bool write_line(int fd, const struct ol_writer *w)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    if (poll(&p, 1, 0) != 1 || (p.revents & POLLOUT) == 0) {
        return false;
    }
    return write(fd, w->buf, w->len) == (ssize_t)w->len;
}

static bool put(const struct ol_notice *n, const struct ol_writer *text)
{
    char line[STAMP_CAP + OL_NOTICE_CAP + 1];
    struct tm local = {0};
    time_t now = time(NULL);
    (void)localtime_r(&now, &local);
    size_t stamp = strftime(line, STAMP_CAP, "%Y-%m-%d %H:%M:%S ", &local);
    struct ol_writer w = ol_writer_make(line, sizeof line);
    w.len = stamp;
    ol_writer_bytes(&w, text->buf, text->len);
    ol_writer_u8(&w, '\n');
    return write_line(n->fd, &w);
}

/* Goes on counting when this line cannot be written either. */
static void tell_left_out(struct ol_notice *n)
{
    char text[64];
    struct ol_writer w = ol_writer_make(text, sizeof text);
    if (n->left_out == 0) {
        return;
    }
    ol_writer_dec_u64(&w, n->left_out);
    ol_writer_str(&w, n->left_out == 1 ? OL_STR(" more line left out")
                                       : OL_STR(" more lines left out"));
    if (put(n, &w)) {
        n->left_out = 0;
    }
}

static void leave_out(struct ol_notice *n)
{
    struct timeval tv = {1, 0};
    n->left_out++;
    if (!event_pending(n->timer, EV_TIMEOUT, NULL)) {
        event_add(n->timer, &tv);
    }
}

void ol_notice_write(struct ol_notice *n, const struct ol_writer *w)
{
    if (!put(n, w)) {
        leave_out(n);
    }
}

/* ---- how many ---- */

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    tell_left_out(ctx);
}

bool ol_notice_take(struct ol_notice *n, ol_ms now)
{
    if (n->second_at == 0 || now - n->second_at >= SECOND_MS) {
        n->second_at = now;
        n->lines = 0;
        tell_left_out(n);
    }
    if (n->lines >= OL_NOTICE_RATE) {
        leave_out(n);
        return false;
    }
    n->lines++;
    return true;
}

bool ol_notice_is_seen(const struct ol_notice *n, uint64_t hash, ol_ms again_ms,
                       ol_ms now)
{
    const struct ol_notice_seen *s = &n->seen[hash % OL_NOTICE_SEEN];
    return s->hash == hash && now - s->at < again_ms;
}

void ol_notice_see(struct ol_notice *n, uint64_t hash, ol_ms now)
{
    n->seen[hash % OL_NOTICE_SEEN] = (struct ol_notice_seen){hash, now};
}

uint64_t ol_notice_hash(uint64_t hash, const void *data, size_t len)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ p[i]) * UINT64_C(0x100000001B3); /* FNV-1a */
    }
    return hash == 0 ? 1 : hash;
}

/* ---- what strangers wrote ---- */

void ol_notice_text(struct ol_writer *w, struct ol_str text, size_t max)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = (uint8_t)text.ptr[i];
        if (i == max) {
            ol_writer_str(w, OL_STR("..."));
            return;
        }
        if (c == '\\') {
            ol_writer_str(w, OL_STR("\\\\"));
        } else if (c >= ' ' && c <= '~') {
            ol_writer_u8(w, c);
        } else {
            const char hex[] = {'\\', 'x', digits[c >> 4], digits[c & 15]};
            ol_writer_bytes(w, hex, sizeof hex);
        }
    }
}

void ol_notice_name(struct ol_writer *w, struct ol_str text, size_t max)
{
    if (text.len == 0 || memchr(text.ptr, '=', text.len) == NULL) {
        ol_notice_text(w, text, max);
        return;
    }
    ol_writer_u8(w, '(');
    ol_writer_dec_u64(w, text.len);
    ol_writer_str(w, OL_STR(" bytes, not shown)"));
}

/* ---- open and close ---- */

int32_t ol_notice_open(struct ol_notice *n, struct event_base *base, int fd)
{
    *n = (struct ol_notice){.fd = fd};
    n->timer = event_new(base, -1, 0, on_timer, n);
    return n->timer == NULL ? OL_E_NOSPC : OL_OK;
}

void ol_notice_close(struct ol_notice *n)
{
    if (n->timer == NULL) {
        return;
    }
    tell_left_out(n);
    event_free(n->timer);
    n->timer = NULL;
}
