/* SPDX-License-Identifier: MIT */
#ifndef TOOLS_CONFORMANCE_H
#define TOOLS_CONFORMANCE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tools/device.h"

/* The wire battery: what a host answers to a device, case by case, held against
 * docs/protocol.md. The pieces of it: a table of cases, a builder that makes bytes of
 * their words, a connection, a judge, and a report. */

/* How well it is known that OneNET answers so. */
enum cli_certainty {
    CLI_CERTAIN_D,   /* the official documents say so */
    CLI_CERTAIN_C,   /* seen in code, often with answers of the real platform */
    CLI_CERTAIN_U,   /* unsure: a difference tells something, but is no fault */
    CLI_CERTAIN_OURS /* not known at all: the local platform's own choice */
};

/* Where a case begins. */
enum cli_setup {
    CLI_SETUP_NEW,       /* a fresh connection, nothing sent */
    CLI_SETUP_ONLINE,    /* a fresh login */
    CLI_SETUP_SUBSCRIBED /* logged in and subscribed to thing/#; may be an older login */
};

/* One case. send: steps, a line each (conformance_build.c); expect: what comes back
 * (conformance_judge.c). Words in <> stand for names and values of the device and its
 * model. docs/conformance.md explains both. */
struct cli_case {
    const char *section; /* of docs/protocol.md */
    const char *name;
    enum cli_certainty certainty;
    enum cli_setup setup;
    const char *send;
    const char *expect;
};

size_t cli_case_count(void);

/* The case of index i, 0 to cli_case_count() - 1. Static storage. */
const struct cli_case *cli_case_at(size_t i);

/* "D", "C", "U", "ours". Static storage. */
const char *cli_certainty_str(enum cli_certainty certainty);

#define CLI_NAME_CAP 80u /* of a product id or device name, with its NUL */
#define CLI_WHY_CAP  256u

/* The device that the battery plays, and how fast. */
struct cli_target {
    const struct cli_device *device;
    char product[CLI_NAME_CAP];
    char name[CLI_NAME_CAP];
    struct sockaddr_in address;
    const char *host_kind; /* for the report: "loopback", ... */
    bool loopback;
    unsigned pace_ms;    /* between two logins; half of it between two messages */
    unsigned quiet_ms;   /* silence between packets that belong together */
    unsigned silence_ms; /* silence that proves that nothing comes */
    unsigned answer_ms;
    unsigned close_ms;
    unsigned
        set_wait_ms;   /* how long a case waits for somebody to set or get a property */
    char asked_id[24]; /* of the set or get that came, for the answer to it */
};

#define CLI_CONF_PACKET_CAP (300u * 1024)

/* One step of a case, as bytes. */
struct cli_packet {
    uint8_t bytes[CLI_CONF_PACKET_CAP];
    size_t len;
    size_t secret_at; /* what a report must not show */
    size_t secret_len;
};

enum cli_step_kind {
    CLI_STEP_SEND,
    CLI_STEP_TWIN,  /* the packet goes out on a second connection */
    CLI_STEP_AGAIN, /* the connection is closed, the packet goes out on a new one */
    CLI_STEP_WAIT,  /* nothing but waiting for wait_ms, or until the host closes */
    CLI_STEP_AWAIT  /* waiting for a property set or get */
};

struct cli_step {
    enum cli_step_kind kind;
    unsigned wait_ms;
    uint8_t ack; /* first byte of the packet that answers it, or 0 */
    bool publish;
    bool get; /* a get is awaited, not a set */
    struct cli_packet packet;
};

/* Makes the bytes of the step in line[0..len); number is its place from 1 and the packet
 * identifier it uses. true, or false and why[CLI_WHY_CAP]: what device or model lack. */
bool cli_step_build(const struct cli_target *t, const char *line, size_t len,
                    unsigned number, struct cli_step *out, char *why);

/* Replaces the words in <> of text[0..len); appends to w. true, or false and
 * why[CLI_WHY_CAP]. */
bool cli_words_expand(const struct cli_target *t, const char *text, size_t len,
                      struct ol_writer *w, char *why);

#define CLI_SEEN_CAP (64u * 1024)
#define CLI_SEEN_MAX 256u /* packets */

/* How a second login went. */
enum cli_twin {
    CLI_TWIN_NONE,    /* none was tried, or it got no CONNACK */
    CLI_TWIN_LET_IN,  /* and afterwards answers a PINGREQ */
    CLI_TWIN_REFUSED, /* a CONNACK with another code than 0 */
    CLI_TWIN_LOST     /* let in, and then no more there */
};

/* What came back, whole packets first. */
struct cli_seen {
    uint8_t bytes[CLI_SEEN_CAP];
    size_t len;
    bool closed;
    bool flooded;    /* more than there is room for */
    unsigned probes; /* PINGREQs sent to see whether the connection is open */
    unsigned probed; /* of them answered */
    enum cli_twin twin;
    uint64_t sent_at_ms;   /* the last step's packet */
    uint64_t closed_at_ms; /* when the close was seen */
};

/* A whole packet in what was seen. */
struct cli_seen_packet {
    uint8_t first;
    const uint8_t *body;
    size_t len;
};

/* The packets of seen in their order; the count. *rest: bytes that are no whole packet. */
size_t cli_seen_parse(const struct cli_seen *seen,
                      struct cli_seen_packet out[CLI_SEEN_MAX], size_t *rest);

/* A property set, or get, came as docs/protocol.md §4.3 has it: id (if not NULL) gets its
 * id. */
bool cli_seen_asked(const struct cli_target *t, const struct cli_seen *seen, bool get,
                    char id[24]);

/* All that expect asks for is there; whether the connection is open or closed does not
 * count yet. */
bool cli_judge_complete(const struct cli_target *t, const char *expect,
                        const struct cli_seen *seen);

/* expect is what was seen, neither less nor more. */
bool cli_judge(const struct cli_target *t, const char *expect,
               const struct cli_seen *seen);

/* expect has the connection closed in every alternative. */
bool cli_judge_wants_close(const char *expect);

/* expect asks for at least one packet, in some alternative. */
bool cli_judge_wants_packets(const char *expect);

/* expect has a login that is not let in: it says something only of a host that lets the
 * device in otherwise. */
bool cli_judge_wants_refusal(const char *expect);

enum cli_verdict {
    CLI_NOT_TRIED, /* interrupted before */
    CLI_AS_EXPECTED,
    CLI_DIFFERENT,
    CLI_NOT_OBSERVABLE,
    CLI_VERDICT_COUNT
};

#define CLI_SENT_CAP 4096u

/* How a case went. */
struct cli_result {
    enum cli_verdict verdict;
    bool unproven;           /* a refusal, and no login was taken since */
    char why[CLI_WHY_CAP];   /* not observable */
    char sent[CLI_SENT_CAP]; /* Markdown, without secrets */
    char seen[CLI_SENT_CAP];
};

/* A connection that lives from case to case. */
struct cli_wire {
    int fd; /* -1: none */
    bool subscribed;
    bool used;            /* some login was tried */
    uint64_t login_at_ms; /* the last one */
    uint64_t message_at_ms;
    unsigned in_vain;   /* cases in a row without the answer that was waited for */
    unsigned unclosed;  /* cases in a row without the close that was waited for */
    unsigned no_answer; /* connections in a row that the host did not take */
    bool let_in;        /* a login of this case was taken */
    bool anonymous;
    bool lost; /* the host let the device in, and later it was not there for it */
    char refused[CLI_WHY_CAP];      /* why no case can log in; empty: they can */
    uint8_t secret[CLI_SECRET_MAX]; /* of the last login, against hosts that echo */
    size_t secret_len;
    struct cli_step step;
    struct cli_seen seen;
};

/* Finds the host: the address of the settings, or for "auto" the first of OneNET's own
 * hosts that takes the login. Tries one login and leaves what it says in w->refused. true, or false and
 * why[CLI_WHY_CAP]: nobody listens. */
bool cli_wire_find(struct cli_target *t, struct cli_wire *w, char *why);

/* A login as it should be: true when the host lets the device in. Nothing to do and true
 * when no case can log in. */
bool cli_wire_check(struct cli_target *t, struct cli_wire *w);

/* Runs one case. Interrupted (tools/interrupt.h), it returns early and its result says nothing. */
void cli_wire_run(struct cli_target *t, struct cli_wire *w, const struct cli_case *c,
                  struct cli_result *out);

/* Closes what is open. */
void cli_wire_close(struct cli_wire *w);

/* About how long the cases of the section take when nothing is different, in
 * milliseconds. */
uint64_t cli_wire_estimate(const struct cli_target *t, const char *only);

/* The case is in the section `only` ("4" has 4.2 and 4.11) or, where that is no number, has
 * this text in its name; NULL: always. */
bool cli_case_is_in(const struct cli_case *c, const char *only);

/* Appends bytes as hexadecimal in a code span, long runs as hh*N, the key, secret and any
 * eight bytes of them, and, if anonymous, product id and device name as **. At most 800
 * bytes, then an ellipsis. */
void cli_report_bytes(const struct cli_target *t, bool anonymous, struct ol_str secret,
                      const uint8_t *bytes, size_t len, char *out, size_t cap);

/* The whole report, Markdown. results[cli_case_count()]; cases outside only, and those that
 * were not tried, are left out, and it says at its top how many those are. */
void cli_report_write(FILE *f, const struct cli_target *t, bool anonymous,
                      const char *only, const struct cli_result *results);

/* The list of cases, Markdown. */
void cli_report_list(FILE *f, const char *only);

#endif
