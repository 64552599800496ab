/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <time.h>
#include <unistd.h>

#include "onelink/mqtt/client.h"

/* Our client against a stock broker: mosquitto_client PORT
 * loop|burst-clean|burst-kept|refused
 *
 * loop         subscribes to what it publishes: QoS 0 and 1, small, and larger than rx
 * burst-clean  publishes 40 numbered QoS 1 messages while the connection is cut all the
 * time, each login with a new session; ends when all are acknowledged burst-kept   the
 * same with one session that the broker keeps refused      expects CONNACK 5
 *
 * Exit 0 when all went as it should, else 1 with a line on standard error. */

static uint8_t rx[1024];
static uint8_t tx[8192];
static const struct ol_mqtt_client_config config = {.rx = rx,
                                                    .rx_cap = sizeof rx,
                                                    .tx = tx,
                                                    .tx_cap = sizeof tx,
                                                    .window = 8,
                                                    .large = OL_MQTT_LARGE_STREAM};
static struct ol_mqtt_client client;
static struct ol_mqtt_event event;
static int fd = -1;
static in_port_t port;

static void die(const char *what)
{
    fprintf(stderr, "mosquitto_client: %s\n", what);
    exit(1);
}

static ol_ms now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (ol_ms)t.tv_sec * 1000 + (ol_ms)t.tv_nsec / 1000000;
}

static void dial(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0) {
        die("cannot connect");
    }
}

/* With a reset instead of an orderly end, so that answers on the way are lost. */
static void cut(void)
{
    struct linger now = {1, 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close(fd);
    fd = -1;
    ol_mqtt_client_closed(&client, now_ms());
}

static void send_some(size_t most)
{
    size_t len;
    const uint8_t *data = ol_mqtt_client_output(&client, &len);
    len = len < most ? len : most;
    if (len == 0) {
        return;
    }
    ssize_t n = send(fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN) {
        die("cannot send");
    }
    ol_mqtt_client_output_done(&client, n > 0 ? (size_t)n : 0);
}

static void receive_some(void)
{
    size_t cap;
    uint8_t *room = ol_mqtt_client_input(&client, &cap);
    if (cap == 0) {
        return;
    }
    ssize_t n = recv(fd, room, cap, MSG_DONTWAIT);
    if (n == 0) {
        die("the broker closed the connection");
    }
    if (n < 0 && errno != EAGAIN) {
        die("cannot receive");
    }
    ol_mqtt_client_input_done(&client, n > 0 ? (size_t)n : 0);
}

/* Moves bytes until there is an event; at most ten seconds. */
static void wait_event(void)
{
    ol_ms give_up_at = now_ms() + 10000;
    while (now_ms() < give_up_at) {
        ol_mqtt_client_step(&client, now_ms());
        if (ol_mqtt_client_next_event(&client, &event) == OL_OK) {
            if (event.type == OL_MQTT_EVENT_FAILED) {
                die(ol_mqtt_reason_str(event.failed.reason));
            }
            return;
        }
        send_some(SIZE_MAX);
        struct pollfd p = {fd, POLLIN, 0};
        (void)poll(&p, 1, 50);
        receive_some();
    }
    die("waited in vain");
}

static void expect(enum ol_mqtt_event_type type)
{
    wait_event();
    if (event.type != type) {
        die("another event than expected");
    }
}

static void login(bool clean)
{
    const struct ol_mqtt_connect connect = {
        .flags = OL_MQTT_CONNECT_USER_NAME | OL_MQTT_CONNECT_PASSWORD |
                 (clean ? OL_MQTT_CONNECT_CLEAN_SESSION : 0),
        .keepalive_s = 2,
        .client_id = OL_STR("onelink-interop"),
        .user_name = OL_STR("user"),
        .password = OL_STR("secret")};
    dial();
    if (ol_mqtt_client_open(&client, &connect, now_ms()) != OL_OK) {
        die("open");
    }
}

static void subscribe(const char *topic, uint8_t qos)
{
    struct ol_str filter = ol_str_from(topic);
    int32_t id = ol_mqtt_client_subscribe(&client, &filter, 1, qos);
    expect(OL_MQTT_EVENT_SUBACK);
    if (id <= 0 || event.suback.packet_id != id || event.suback.codes.ptr[0] != qos) {
        die("SUBACK");
    }
}

/* Takes the message back and the PUBACK, in whichever order they come. */
static void expect_back(const char *payload, size_t len, uint8_t qos)
{
    size_t got = 0;
    bool is_whole = false;
    bool is_acknowledged = qos == 0;
    while (!is_whole || !is_acknowledged) {
        wait_event();
        if (event.type == OL_MQTT_EVENT_DELIVERED) {
            is_acknowledged = true;
            continue;
        }
        const struct ol_mqtt_message *m = &event.message;
        if (event.type != OL_MQTT_EVENT_PUBLISH || m->qos != qos || m->offset != got ||
            m->total_len != len ||
            memcmp(payload + got, m->payload.ptr, m->payload.len)) {
            die("another message than published");
        }
        got += m->payload.len;
        is_whole = m->last;
    }
}

static void run_loop(void)
{
    static char payload[5000];
    static const size_t lens[] = {0, 1, 100, 126, 127, 128, 900, 1024, 5000};
    for (size_t i = 0; i < sizeof payload; i++) {
        payload[i] = (char)('a' + i % 26);
    }
    login(true);
    expect(OL_MQTT_EVENT_LOGIN);
    subscribe("interop/+/loop", 1);
    for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        for (uint8_t qos = 0; qos < 2; qos++) {
            struct ol_str text = {payload, lens[i]};
            if (ol_mqtt_client_publish(&client, OL_STR("interop/x/loop"), text, qos) <
                0) {
                die("publish");
            }
            expect_back(payload, lens[i], qos);
        }
    }
    /* Longer than the keep alive without a word: PINGREQ holds the connection. */
    ol_ms until = now_ms() + 4500;
    while (now_ms() < until) {
        ol_mqtt_client_step(&client, now_ms());
        send_some(SIZE_MAX);
        receive_some();
        if (ol_mqtt_client_next_event(&client, &event) == OL_OK) {
            die("an event out of nothing");
        }
        usleep(50000);
    }
    struct ol_str filter = OL_STR("interop/+/loop");
    if (ol_mqtt_client_unsubscribe(&client, &filter, 1) <= 0) {
        die("unsubscribe");
    }
    expect(OL_MQTT_EVENT_UNSUBACK);
    if (ol_mqtt_client_disconnect(&client) != OL_OK) {
        die("disconnect");
    }
    send_some(SIZE_MAX);
    close(fd);
}

#define BURST 40

/* Every connection is cut after a few bytes more than the one before, so that it breaks
 * within the CONNECT, between packets, within packets and before answers. */
static void run_burst(bool clean)
{
    unsigned published = 0;
    unsigned delivered = 0;
    unsigned sessions_kept = 0;
    for (size_t allowance = 40; delivered < BURST; allowance += 13) {
        login(clean);
        size_t left = allowance;
        ol_ms give_up_at = now_ms() + 200;
        while (left > 0 && now_ms() < give_up_at && delivered < BURST) {
            char text[16];
            while (published < BURST) {
                snprintf(text, sizeof text, "m%u", published);
                if (ol_mqtt_client_publish(&client, OL_STR("burst/x"), ol_str_from(text),
                                           1) < 0) {
                    break;
                }
                published++;
            }
            size_t before;
            size_t after;
            (void)ol_mqtt_client_output(&client, &before);
            send_some(left);
            (void)ol_mqtt_client_output(&client, &after);
            left -= before > after ? before - after : 0;
            ol_mqtt_client_step(&client, now_ms());
            struct pollfd p = {fd, POLLIN, 0};
            (void)poll(&p, 1, 2);
            receive_some();
            while (ol_mqtt_client_next_event(&client, &event) == OL_OK) {
                delivered += event.type == OL_MQTT_EVENT_DELIVERED;
                sessions_kept +=
                    event.type == OL_MQTT_EVENT_LOGIN && event.session_present;
                if (event.type == OL_MQTT_EVENT_FAILED) {
                    die(ol_mqtt_reason_str(event.failed.reason));
                }
            }
        }
        cut();
    }
    if ((sessions_kept > 0) == clean) {
        die("the broker did not keep the session as asked");
    }
}

static void run_refused(void)
{
    login(true);
    expect(OL_MQTT_EVENT_REFUSED);
    if (event.code != OL_MQTT_REFUSED_AUTHORIZATION) {
        die("another code than 5");
    }
    close(fd);
}

int main(int argc, char **argv)
{
    if (argc != 3 || ol_mqtt_client_init(&client, &config) != OL_OK) {
        die("usage: mosquitto_client PORT loop|burst-clean|burst-kept|refused");
    }
    port = (in_port_t)strtoul(argv[1], NULL, 10);
    if (strcmp(argv[2], "loop") == 0) {
        run_loop();
    } else if (strcmp(argv[2], "burst-clean") == 0) {
        run_burst(true);
    } else if (strcmp(argv[2], "burst-kept") == 0) {
        run_burst(false);
    } else if (strcmp(argv[2], "refused") == 0) {
        run_refused();
    } else {
        die("unknown scenario");
    }
    return 0;
}
