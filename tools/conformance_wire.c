/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ports/posix/clock.h"
#include "tools/conformance.h"
#include "tools/interrupt.h"

#define CONNECT_MS  10000u
#define SEND_MS     20000u
#define IN_VAIN_MAX 3u
#define TRIES_MAX   3u /* connections in a row that fail */

static uint64_t now_ms(void)
{
    return (uint64_t)ol_posix_now_ms();
}

static void sleep_until(uint64_t at)
{
    for (uint64_t now = now_ms(); now < at && !cli_interrupt_get(); now = now_ms()) {
        cli_interrupt_poll(NULL, 0, (int)(at - now));
    }
}

/* ---- bytes ---- */

static int open_socket(const struct sockaddr_in *address)
{
    int one = 1, error = 0;
    socklen_t size = sizeof(error);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -1;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) != 0 &&
        errno == EINPROGRESS) {
        struct pollfd p = {fd, POLLOUT, 0};
        bool ready = cli_interrupt_poll(&p, 1, (int)CONNECT_MS) == 1;
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (ready && error == 0) {
            return fd;
        }
        close(fd);
        return -1;
    }
    return fd;
}

static void set_closed(struct cli_seen *seen)
{
    seen->closed = true;
    seen->closed_at_ms = now_ms();
}

/* Takes what has come. */
static void take(int fd, struct cli_seen *seen)
{
    while (!seen->closed) {
        uint8_t spare[512];
        bool room = seen->len < sizeof(seen->bytes);
        ssize_t n = recv(fd, room ? seen->bytes + seen->len : spare,
                         room ? sizeof(seen->bytes) - seen->len : sizeof(spare), 0);
        if (n > 0) {
            seen->len += room ? (size_t)n : 0;
            seen->flooded = seen->flooded || !room;
            if (seen->flooded) {
                return;
            }
        } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            return;
        } else {
            set_closed(seen);
        }
    }
}

/* Waits for more until `at`. false: time is over, or the connection, or all. */
static bool wait_more(int fd, struct cli_seen *seen, uint64_t at)
{
    uint64_t now = now_ms();
    if (seen->closed || seen->flooded || now >= at || cli_interrupt_get()) {
        return false;
    }
    struct pollfd p = {fd, POLLIN, 0};
    if (cli_interrupt_poll(&p, 1, (int)(at - now)) > 0) {
        take(fd, seen);
    }
    return true;
}

/* Sends all of it, taking what comes meanwhile. */
static void send_all(int fd, struct cli_seen *seen, const uint8_t *bytes, size_t len)
{
    uint64_t until = now_ms() + SEND_MS;
    size_t done = 0;
    while (done < len && !seen->closed && now_ms() < until && !cli_interrupt_get()) {
        ssize_t n = send(fd, bytes + done, len - done, MSG_NOSIGNAL);
        if (n > 0) {
            done += (size_t)n;
            continue;
        }
        if (n < 0 && errno != EAGAIN && errno != EINTR) {
            take(fd, seen);
            set_closed(seen);
            return;
        }
        struct pollfd p = {fd, POLLIN | POLLOUT, 0};
        cli_interrupt_poll(&p, 1, 100);
        take(fd, seen);
    }
}

/* The first packet that begins with first, or NULL; id (if not 0) is its packet
 * identifier. Until the next call. */
static const struct cli_seen_packet *find_packet(const struct cli_seen *seen,
                                                 uint8_t first, unsigned id)
{
    static struct cli_seen_packet packets[CLI_SEEN_MAX];
    size_t rest, n = cli_seen_parse(seen, packets, &rest);
    for (size_t i = 0; i < n; i++) {
        const struct cli_seen_packet *p = &packets[i];
        if (p->first == first &&
            (id == 0 ||
             (p->len >= 2 && (unsigned)(p->body[0] << 8 | p->body[1]) == id))) {
            return p;
        }
    }
    return NULL;
}

static bool has_packet(const struct cli_seen *seen, uint8_t first, unsigned id)
{
    return find_packet(seen, first, id) != NULL;
}

/* The return code of the first CONNACK, or -1. */
static int connack_of(const struct cli_seen *seen)
{
    const struct cli_seen_packet *p = find_packet(seen, 0x20, 0);
    return p && p->len == 2 ? p->body[1] : -1;
}

static unsigned count_pingresp(const struct cli_seen *seen)
{
    static struct cli_seen_packet packets[CLI_SEEN_MAX];
    size_t rest, n = cli_seen_parse(seen, packets, &rest);
    unsigned count = 0;
    for (size_t i = 0; i < n; i++) {
        count += packets[i].first == 0xD0;
    }
    return count;
}

/* ---- pace ---- */

static void pace_login(const struct cli_target *t, struct cli_wire *w)
{
    if (w->used) {
        sleep_until(w->login_at_ms + t->pace_ms);
    }
    w->used = true;
    w->login_at_ms = now_ms();
}

static void pace_message(const struct cli_target *t, struct cli_wire *w)
{
    if (w->message_at_ms > 0) {
        sleep_until(w->message_at_ms + t->pace_ms / 2);
    }
    w->message_at_ms = now_ms();
}

/* ---- logins ---- */

static void drop(struct cli_wire *w)
{
    if (w->fd >= 0) {
        close(w->fd);
    }
    w->fd = -1;
    w->subscribed = false;
}

void cli_wire_close(struct cli_wire *w)
{
    drop(w);
    cli_secret_wipe(&w->step, sizeof(w->step));
    cli_secret_wipe(w->secret, sizeof(w->secret));
}

static bool not_connected(char *why)
{
    snprintf(why, CLI_WHY_CAP, "no connection to the host");
    return false;
}

/* A connection, or -1. A host that took none for some time is not asked again. */
static int try_socket(const struct cli_target *t, struct cli_wire *w)
{
    int fd = w->no_answer < TRIES_MAX ? open_socket(&t->address) : -1;
    w->no_answer = fd < 0 ? w->no_answer + 1 : 0;
    return fd;
}

static bool open_wire(const struct cli_target *t, struct cli_wire *w, char *why)
{
    drop(w);
    memset(&w->seen, 0, sizeof(w->seen));
    w->secret_len = 0;
    w->fd = try_socket(t, w);
    return w->fd >= 0 || not_connected(why);
}

static void keep_secret(struct cli_wire *w)
{
    const struct cli_packet *p = &w->step.packet;
    if (p->secret_len > 0 && p->secret_len <= sizeof(w->secret)) {
        memcpy(w->secret, p->bytes + p->secret_at, p->secret_len);
        w->secret_len = p->secret_len;
    }
}

/* What came instead of a good answer; code: that of the packet named, or -1. */
static void tell_answer(const struct cli_seen *seen, int code, const char *packet,
                        char *out, size_t cap)
{
    bool http = seen->len >= 5 && memcmp(seen->bytes, "HTTP/", 5) == 0;
    bool tls = seen->len >= 2 && seen->bytes[0] == 0x15 && seen->bytes[1] == 3;
    if (code >= 0) {
        snprintf(out, cap, "%s with code %02X", packet, (unsigned)code);
        return;
    }
    snprintf(out, cap, "%s",
             http            ? "the host speaks HTTP, is the port right?"
             : tls           ? "the host speaks TLS, which the battery does not"
             : seen->len > 0 ? "no good answer"
             : seen->closed  ? "closed without an answer"
                             : "no answer");
}

/* Logs in, and subscribes. Nothing of it counts as seen. */
static bool log_in(const struct cli_target *t, struct cli_wire *w, bool subscribe,
                   char *why)
{
    static const char *const steps[] = {"connect", "subscribe 0 <own>/thing/#"};
    for (unsigned i = 0; i <= subscribe; i++) {
        if (!cli_step_build(t, steps[i], strlen(steps[i]), i + 1, &w->step, why)) {
            return false;
        }
        keep_secret(w);
        send_all(w->fd, &w->seen, w->step.packet.bytes, w->step.packet.len);
        uint64_t until = now_ms() + t->answer_ms;
        while (!has_packet(&w->seen, w->step.ack, 0) &&
               wait_more(w->fd, &w->seen, until)) {
        }
        const struct cli_seen_packet *p = find_packet(&w->seen, w->step.ack, 0);
        size_t at = i == 0 ? 1 : 2; /* of the code */
        if (!p || p->len != at + 1 || p->body[at] != 0) {
            int n = snprintf(why, CLI_WHY_CAP, "the %s before it failed: ",
                             i == 0 ? "login" : "subscription to thing/#");
            tell_answer(&w->seen, p && p->len > at ? p->body[at] : -1,
                        i == 0 ? "CONNACK" : "SUBACK", why + n, CLI_WHY_CAP - (size_t)n);
            drop(w);
            return false;
        }
        w->let_in = true;
    }
    w->subscribed = subscribe;
    return true;
}

static bool begin_case(struct cli_target *t, struct cli_wire *w, const struct cli_case *c,
                       char *why)
{
    if (c->setup == CLI_SETUP_SUBSCRIBED && w->subscribed) {
        take(w->fd, &w->seen);
        if (!w->seen.closed) {
            memset(&w->seen, 0, sizeof(w->seen));
            return true;
        }
    }
    /* Whom the host lets in never, it refuses for that reason alone. */
    if (w->refused[0] && (c->setup != CLI_SETUP_NEW || strstr(c->send, "connect"))) {
        snprintf(why, CLI_WHY_CAP, "%s", w->refused);
        return false;
    }
    pace_login(t, w);
    if (!open_wire(t, w, why)) {
        return false;
    }
    if (c->setup != CLI_SETUP_NEW &&
        !log_in(t, w, c->setup == CLI_SETUP_SUBSCRIBED, why)) {
        return false;
    }
    memset(&w->seen, 0, sizeof(w->seen));
    w->seen.sent_at_ms = now_ms();
    return true;
}

/* ---- steps ---- */

static void put_sent(const struct cli_target *t, struct cli_wire *w, const char *head,
                     struct cli_result *out)
{
    size_t n = strlen(out->sent);
    snprintf(out->sent + n, sizeof(out->sent) - n, "%s%s", n > 0 ? "<br>" : "", head);
    if (w->step.packet.len > 0) {
        cli_report_bytes(t, w->anonymous, ol_str_make(w->secret, w->secret_len),
                         w->step.packet.bytes, w->step.packet.len, out->sent,
                         sizeof(out->sent));
    }
}

static bool answers_ping(const struct cli_target *t, int fd, struct cli_seen *seen)
{
    unsigned before = count_pingresp(seen);
    uint64_t until = now_ms() + t->answer_ms;
    send_all(fd, seen, (const uint8_t[]){0xC0, 0}, 2);
    while (count_pingresp(seen) == before && wait_more(fd, seen, until)) {
    }
    return count_pingresp(seen) > before;
}

/* A login by somebody else with the same name, or with a wrong key. */
static bool run_twin(const struct cli_target *t, struct cli_wire *w)
{
    static struct cli_seen seen;
    memset(&seen, 0, sizeof(seen));
    pace_login(t, w);
    int fd = try_socket(t, w);
    if (fd < 0) {
        return false;
    }
    send_all(fd, &seen, w->step.packet.bytes, w->step.packet.len);
    uint64_t until = now_ms() + t->answer_ms;
    while (!has_packet(&seen, 0x20, 0) && wait_more(fd, &seen, until)) {
    }
    int code = connack_of(&seen);
    /* The twin lives until the first connection has had time to be closed. */
    until = now_ms() + (code == 0 ? t->answer_ms : t->silence_ms);
    while (wait_more(w->fd, &w->seen, until)) {
    }
    if (code == 0) {
        w->seen.twin = answers_ping(t, fd, &seen) ? CLI_TWIN_LET_IN : CLI_TWIN_LOST;
    } else if (code > 0) {
        w->seen.twin = CLI_TWIN_REFUSED;
    }
    close(fd);
    return true;
}

/* Closes the connection and sends the packet on a new one. */
static bool run_again(const struct cli_target *t, struct cli_wire *w)
{
    drop(w);
    pace_login(t, w);
    w->fd = try_socket(t, w);
    return w->fd >= 0;
}

/* false: what is awaited did not come, nor anything like it. */
static bool run_wait(struct cli_target *t, struct cli_wire *w)
{
    uint64_t until = now_ms() + w->step.wait_ms;
    bool await = w->step.kind == CLI_STEP_AWAIT;
    while (!(await && cli_seen_asked(t, &w->seen, w->step.get, t->asked_id)) &&
           wait_more(w->fd, &w->seen, until)) {
    }
    return !await || w->seen.len > 0 || w->seen.closed;
}

static void run_send(struct cli_target *t, struct cli_wire *w, unsigned number)
{
    const struct cli_step *s = &w->step;
    if (s->publish) {
        pace_message(t, w);
    }
    send_all(w->fd, &w->seen, s->packet.bytes, s->packet.len);
    w->seen.sent_at_ms = now_ms();
    uint64_t until = w->seen.sent_at_ms + t->quiet_ms;
    while (s->ack != 0 && !has_packet(&w->seen, s->ack, s->ack == 0x20 ? 0 : number) &&
           wait_more(w->fd, &w->seen, until)) {
    }
}

static bool run_step(struct cli_target *t, struct cli_wire *w, const char *line,
                     size_t len, unsigned number, struct cli_result *out)
{
    char head[48] = "";
    if (!cli_step_build(t, line, len, number, &w->step, out->why)) {
        return false;
    }
    keep_secret(w);
    switch (w->step.kind) {
    case CLI_STEP_TWIN:
        put_sent(t, w, "on a second connection ", out);
        return run_twin(t, w) || not_connected(out->why);
    case CLI_STEP_WAIT:
    case CLI_STEP_AWAIT:
        snprintf(head, sizeof(head), "%u s of waiting", w->step.wait_ms / 1000);
        put_sent(t, w, head, out);
        if (!run_wait(t, w)) {
            snprintf(out->why, CLI_WHY_CAP, "nobody asked for it meanwhile");
            return false;
        }
        return true;
    case CLI_STEP_AGAIN:
        put_sent(t, w, "closed, on a new connection ", out);
        if (!run_again(t, w)) {
            return not_connected(out->why);
        }
        run_send(t, w, number);
        return true;
    case CLI_STEP_SEND:
        break;
    }
    put_sent(t, w, "", out);
    run_send(t, w, number);
    return true;
}

static bool run_steps(struct cli_target *t, struct cli_wire *w, const struct cli_case *c,
                      struct cli_result *out)
{
    const char *line = c->send;
    strcpy(t->asked_id, "0");
    for (unsigned number = 1; line && !w->seen.closed; number++) {
        const char *stop = strchr(line, '\n');
        size_t len = stop ? (size_t)(stop - line) : strlen(line);
        if (!run_step(t, w, line, len, number, out)) {
            return false;
        }
        line = stop ? stop + 1 : NULL;
    }
    return true;
}

/* ---- how it ends ---- */

/* The session is up, as far as can be seen: a PINGREQ is in its place. */
static bool is_online(const struct cli_wire *w, const struct cli_case *c)
{
    return c->setup != CLI_SETUP_NEW || connack_of(&w->seen) == 0;
}

static void probe(const struct cli_target *t, struct cli_wire *w)
{
    w->seen.probes = 1;
    w->seen.probed = answers_ping(t, w->fd, &w->seen);
}

static void settle(const struct cli_target *t, struct cli_wire *w,
                   const struct cli_case *c)
{
    bool packets = cli_judge_wants_packets(c->expect);
    bool closes = cli_judge_wants_close(c->expect);
    /* A host that never answers is not waited for so long each time. */
    unsigned answer_ms = w->in_vain < IN_VAIN_MAX ? t->answer_ms : 2 * t->quiet_ms;
    uint64_t until = now_ms() + (packets ? answer_ms : t->quiet_ms);
    while (!(packets && cli_judge_complete(t, c->expect, &w->seen)) &&
           wait_more(w->fd, &w->seen, until)) {
        if (has_packet(&w->seen, 0x20, 0) && is_online(w, c) &&
            c->setup == CLI_SETUP_NEW && strstr(c->expect, "connack 0") == NULL) {
            break; /* let in where it should not be */
        }
    }
    bool complete = !packets || cli_judge_complete(t, c->expect, &w->seen);
    w->in_vain = complete ? 0 : w->in_vain + !w->seen.closed;
    if (closes || !is_online(w, c)) {
        bool patient = !is_online(w, c) && w->unclosed < IN_VAIN_MAX;
        uint64_t wait = is_online(w, c) ? t->quiet_ms : patient ? t->close_ms : answer_ms;
        for (until = now_ms() + wait; wait_more(w->fd, &w->seen, until);) {
        }
        w->unclosed = w->seen.closed ? 0 : w->unclosed + !is_online(w, c);
    }
    if (!w->seen.closed && is_online(w, c)) {
        probe(t, w);
    }
    /* What nobody asked for needs some time to come. */
    until = now_ms() + (strstr(c->expect, "silence") ? t->silence_ms : t->quiet_ms / 4);
    while (wait_more(w->fd, &w->seen, until)) {
    }
    w->let_in = w->let_in || connack_of(&w->seen) == 0;
}

static void tell_seen(const struct cli_target *t, const struct cli_wire *w,
                      struct cli_result *out)
{
    static const char *const twins[] = {
        [CLI_TWIN_NONE] = "the second one got no CONNACK",
        [CLI_TWIN_LET_IN] = "the second one was let in and stays",
        [CLI_TWIN_REFUSED] = "the second one was refused",
        [CLI_TWIN_LOST] = "the second one was let in and then closed"};
    size_t n;
    out->seen[0] = 0;
    if (w->seen.len > 0) {
        cli_report_bytes(t, w->anonymous, ol_str_make(w->secret, w->secret_len),
                         w->seen.bytes, w->seen.len, out->seen, sizeof(out->seen) - 64);
    }
    n = strlen(out->seen);
    n += (size_t)snprintf(out->seen + n, sizeof(out->seen) - n, "%s%s%s",
                          n > 0 ? ", " : "", w->seen.closed ? "closed" : "open",
                          w->seen.probed                      ? " (PINGREQ answered)"
                          : w->seen.probes && !w->seen.closed ? " (PINGREQ not answered)"
                                                              : "");
    if (w->seen.closed && w->seen.closed_at_ms >= w->seen.sent_at_ms + 1000) {
        n += (size_t)snprintf(
            out->seen + n, sizeof(out->seen) - n, " after %u s",
            (unsigned)((w->seen.closed_at_ms - w->seen.sent_at_ms) / 1000));
    }
    if (strstr(out->sent, "on a second connection")) {
        snprintf(out->seen + n, sizeof(out->seen) - n, ", %s", twins[w->seen.twin]);
    }
}

void cli_wire_run(struct cli_target *t, struct cli_wire *w, const struct cli_case *c,
                  struct cli_result *out)
{
    memset(out, 0, sizeof(*out));
    out->verdict = CLI_NOT_OBSERVABLE;
    w->let_in = false;
    for (const char *line = c->send; line; line = strchr(line, '\n')) {
        line += *line == '\n';
        size_t len = strcspn(line, "\n");
        if (!cli_step_build(t, line, len, 1, &w->step, out->why)) {
            return; /* before anything is sent */
        }
    }
    if (!begin_case(t, w, c, out->why)) {
        w->lost = w->lost || !(w->refused[0] || w->let_in);
        drop(w);
        return;
    }
    if (!run_steps(t, w, c, out)) {
        drop(w);
        return;
    }
    settle(t, w, c);
    out->verdict = cli_judge(t, c->expect, &w->seen) ? CLI_AS_EXPECTED : CLI_DIFFERENT;
    tell_seen(t, w, out);
    bool reusable = c->setup == CLI_SETUP_SUBSCRIBED && w->subscribed &&
                    out->verdict == CLI_AS_EXPECTED && !strstr(c->send, "subscribe");
    if (!reusable) {
        drop(w);
    }
}

bool cli_wire_check(struct cli_target *t, struct cli_wire *w)
{
    static const struct cli_case login = {.setup = CLI_SETUP_ONLINE, .send = ""};
    char why[CLI_WHY_CAP];
    bool ok = w->refused[0] || begin_case(t, w, &login, why);
    w->lost = w->lost || !ok;
    drop(w);
    return ok;
}

/* ---- the host ---- */

static bool resolve(const char *host, uint16_t port, struct sockaddr_in *out)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    if (getaddrinfo(host, NULL, &hints, &list) != 0 || !list) {
        return false;
    }
    memcpy(out, list->ai_addr, sizeof(*out));
    out->sin_port = htons(port);
    freeaddrinfo(list);
    return true;
}

static const char *kind_of(const struct cli_target *t, const char *host)
{
    uint32_t ip = ntohl(t->address.sin_addr.s_addr);
    if (ip >> 24 == 127) {
        return "loopback";
    }
    if (strcmp(host, OL_AGENT_HOST_FIXED) == 0) {
        return "OneNET, " OL_AGENT_HOST_FIXED;
    }
    size_t n = strlen(host), tail = strlen(OL_AGENT_HOST_SMART);
    if (n > tail && strcmp(host + n - tail, OL_AGENT_HOST_SMART) == 0) {
        return "OneNET, the product's own host";
    }
    bool private = ip >> 24 == 10 || ip >> 20 == 0xAC1 || ip >> 16 == 0xC0A8;
    return private ? "a private network" : "another host";
}

/* One login to tell whether the rest can be done. */
static bool try_host(struct cli_target *t, struct cli_wire *w, const char *host,
                     char *why)
{
    w->refused[0] = 0;
    if (!resolve(host, t->device->agent_config.port, &t->address)) {
        snprintf(why, CLI_WHY_CAP, "the host has no address");
        return false;
    }
    t->host_kind = kind_of(t, host);
    t->loopback = strcmp(t->host_kind, "loopback") == 0;
    pace_login(t, w);
    if (!open_wire(t, w, why)) {
        return false;
    }
    if (!log_in(t, w, false, w->refused)) {
        drop(w);
    }
    return true;
}

bool cli_wire_find(struct cli_target *t, struct cli_wire *w, char *why)
{
    char host[512];
    const struct ol_str given = t->device->agent_config.host;
    if (given.len > 0 && !ol_str_equal(given, ol_str_from("auto"))) {
        snprintf(host, sizeof(host), "%.*s", (int)given.len, given.ptr);
        return try_host(t, w, host, why);
    }
    snprintf(host, sizeof(host), "%s%s", t->product, OL_AGENT_HOST_SMART);
    if (try_host(t, w, host, why) && !w->refused[0]) {
        return true;
    }
    return try_host(t, w, OL_AGENT_HOST_FIXED, why);
}

/* Seconds that a case waits by its own words. */
static uint64_t waits_of(const struct cli_target *t, const struct cli_case *c)
{
    uint64_t ms = 0;
    unsigned s = 0;
    for (const char *at = c->send; (at = strstr(at, "wait ")) != NULL; at += 5) {
        ms += sscanf(at, "wait %u", &s) == 1 ? s * 1000u : t->set_wait_ms;
    }
    return ms;
}

uint64_t cli_wire_estimate(const struct cli_target *t, const char *only)
{
    uint64_t ms = 0;
    for (size_t i = 0; i < cli_case_count(); i++) {
        const struct cli_case *c = cli_case_at(i);
        if (!cli_case_is_in(c, only)) {
            continue;
        }
        bool reuses = c->setup == CLI_SETUP_SUBSCRIBED;
        bool silent =
            !cli_judge_wants_packets(c->expect) && !cli_judge_wants_close(c->expect);
        uint64_t own = waits_of(t, c) + (silent ? t->quiet_ms : 0) + t->quiet_ms / 4;
        uint64_t pace = reuses ? t->pace_ms / 2 : t->pace_ms;
        ms += own > pace ? own : pace;
    }
    return ms;
}
