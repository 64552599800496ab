/* SPDX-License-Identifier: MIT */
/* The MQTT client on a Cortex-M0: every function of onelink/mqtt/client.h is linked and used.
 * m0-sources: onelink/base onelink/mqtt */
#include "onelink/mqtt/client.h"
#include "rt.h"

#define CAP 256

static const char device_token[] =
    "version=2018-10-31&res=products%2FwZ8s7Fk1Qd%2Fdevices%2Fdevice01&et=2524579200"
    "&method=sha1&sign=bPd8Q0oGZ3dWb0m7";
static const char post_topic[] = "$sys/wZ8s7Fk1Qd/device01/thing/prop/post";
static const char payload86[] =
    "{\"id\":\"1000000000001\",\"version\":\"1.0\",\"params\":{\"temp\":{\"value\":23.51},"
    "\"hum\":{\"v\":45.2}}";
static const char payload84[] =
    "{\"id\":\"1000000000001\",\"version\":\"1.0\",\"params\":{\"led\":true,\"level\":7,\"x\":12}"
    ",\"n\":123}";

static uint8_t rx[CAP];
static uint8_t tx[CAP];
static uint8_t wire[CAP];
static const struct ol_mqtt_client_config config = {.rx = rx,
                                                    .rx_cap = CAP,
                                                    .tx = tx,
                                                    .tx_cap = CAP,
                                                    .window = OL_MQTT_WINDOW_MAX,
                                                    .large = OL_MQTT_LARGE_STREAM};
static struct ol_mqtt_client client;
static struct ol_mqtt_event event;
static ol_ms now;
static unsigned sends;
static unsigned receives;

/* The transport takes everything at once; wire keeps the last piece. */
static size_t send_all(void)
{
    size_t len;
    const uint8_t *p = ol_mqtt_client_output(&client, &len);
    if (len == 0) {
        return 0;
    }
    for (size_t i = 0; i < len; i++) {
        wire[i] = p[i];
    }
    sends++;
    ol_mqtt_client_output_done(&client, len);
    return len;
}

static void receive(const uint8_t *data, size_t len)
{
    size_t cap;
    uint8_t *room = ol_mqtt_client_input(&client, &cap);
    m0_check(len <= cap, "room to receive");
    for (size_t i = 0; i < len; i++) {
        room[i] = data[i];
    }
    receives++;
    ol_mqtt_client_input_done(&client, len);
}

static int32_t next(void)
{
    return ol_mqtt_client_next_event(&client, &event);
}

/* Takes one event of this type and finds no other behind it. */
static void expect(enum ol_mqtt_event_type type)
{
    int32_t rc = next();
    m0_check(rc == OL_OK && event.type == type, "the event expected");
    struct ol_mqtt_event none;
    m0_check(ol_mqtt_client_next_event(&client, &none) == OL_E_AGAIN, "no other event");
}

static void login(void)
{
    static const uint8_t connack[] = {0x20, 2, 0, 0};
    static const struct ol_mqtt_connect connect = {
        .flags = OL_MQTT_CONNECT_CLEAN_SESSION | OL_MQTT_CONNECT_USER_NAME |
                 OL_MQTT_CONNECT_PASSWORD,
        .keepalive_s = 60,
        .client_id = {"device01", 8},
        .user_name = {"wZ8s7Fk1Qd", 10},
        .password = {device_token, sizeof device_token - 1}};
    m0_begin("login: CONNECT, CONNACK");
    int32_t rc = ol_mqtt_client_open(&client, &connect, now);
    ol_mqtt_client_step(&client, now);
    send_all();
    receive(connack, sizeof connack);
    expect(OL_MQTT_EVENT_LOGIN);
    m0_end();
    m0_check(rc == OL_OK, "login");
}

static void subscribe(void)
{
    static const struct ol_str filters[] = {
        OL_STR_INIT("$sys/wZ8s7Fk1Qd/device01/thing/#"),
        OL_STR_INIT("$sys/wZ8s7Fk1Qd/device01/ota/#")};
    uint8_t suback[] = {0x90, 4, 0, 0, 0, 0x80};
    m0_begin("SUBSCRIBE of 2, SUBACK");
    int32_t id = ol_mqtt_client_subscribe(&client, filters, 2, 0);
    send_all();
    suback[2] = (uint8_t)(id >> 8);
    suback[3] = (uint8_t)id;
    receive(suback, sizeof suback);
    expect(OL_MQTT_EVENT_SUBACK);
    m0_end();
    uint8_t unsuback[] = {0xB0, 2, 0, 0};
    m0_begin("UNSUBSCRIBE, UNSUBACK");
    id = ol_mqtt_client_unsubscribe(&client, filters, 1);
    send_all();
    unsuback[2] = (uint8_t)(id >> 8);
    unsuback[3] = (uint8_t)id;
    receive(unsuback, sizeof unsuback);
    expect(OL_MQTT_EVENT_UNSUBACK);
    m0_end();
}

/* The PUBACK for the PUBLISH on the wire. */
static void answer_publish(void)
{
    size_t topic_len = (size_t)(wire[3] << 8 | wire[4]);
    const uint8_t *id = wire + 5 + topic_len;
    uint8_t puback[] = {0x40, 2, id[0], id[1]};
    receive(puback, sizeof puback);
}

static void publish_qos1(void)
{
    struct ol_str topic = {post_topic, 39};
    struct ol_str payload = {payload86, 86};
    sends = 0;
    m0_begin("QoS 1 publish and PUBACK");
    ol_mqtt_client_step(&client, now);
    int32_t handle = ol_mqtt_client_publish(&client, topic, payload, 1);
    send_all();
    answer_publish();
    int32_t rc = next();
    m0_end();
    m0_check(handle > 0 && rc == OL_OK && event.handle == handle, "delivered");
    m0_check(sends == 1, "one transport call a packet");
    m0_figure("transport calls per packet sent", sends, "calls");
    m0_check(next() == OL_E_AGAIN, "nothing else");
}

static void publish_in_place(void)
{
    struct ol_str topic = {post_topic, 39};
    struct ol_writer w;
    m0_begin("QoS 1 publish in place and PUBACK");
    ol_mqtt_client_step(&client, now);
    int32_t rc = ol_mqtt_client_publish_begin(&client, topic, 1, 150, &w);
    for (size_t i = 0; i < 86 && rc == OL_OK; i++) {
        w.buf[i] = (uint8_t)payload86[i];
    }
    int32_t handle = ol_mqtt_client_publish_commit(&client, 86);
    send_all();
    answer_publish();
    (void)next();
    m0_end();
    m0_check(handle > 0 && event.handle == handle, "delivered in place");
    m0_check(next() == OL_E_AGAIN, "nothing else");
}

static void publish_qos0(void)
{
    struct ol_str topic = {post_topic, 39};
    struct ol_str payload = {payload86, 86};
    m0_begin("QoS 0 publish");
    int32_t rc = ol_mqtt_client_publish(&client, topic, payload, 0);
    send_all();
    m0_end();
    m0_check(rc == 0, "publish QoS 0");
}

/* Puts a PUBLISH with payload84 into packet and returns its length. */
static size_t make_publish(uint8_t *packet, uint8_t qos)
{
    size_t n = 0;
    size_t id_len = qos > 0 ? 2 : 0;
    packet[n++] = (uint8_t)(0x30 | qos << 1);
    size_t body = 2 + 39 + id_len + 84;
    if (body > 127) {
        packet[n++] = (uint8_t)(body | 0x80);
        packet[n++] = (uint8_t)(body >> 7);
    } else {
        packet[n++] = (uint8_t)body;
    }
    packet[n++] = 0;
    packet[n++] = 39;
    for (size_t i = 0; i < 39; i++) {
        packet[n++] = (uint8_t)post_topic[i];
    }
    for (size_t i = 0; i < id_len; i++) {
        packet[n++] = 7;
    }
    for (size_t i = 0; i < 84; i++) {
        packet[n++] = (uint8_t)payload84[i];
    }
    return n;
}

static void receive_message(const char *name, uint8_t qos)
{
    uint8_t packet[CAP];
    size_t len = make_publish(packet, qos);
    receives = 0;
    m0_begin(name);
    receive(packet, len);
    int32_t rc = next();
    m0_end();
    m0_check(rc == OL_OK && event.type == OL_MQTT_EVENT_PUBLISH, "message");
    m0_check(event.message.payload.len == 84 && event.message.topic.len == 39, "its parts");
    m0_check(receives == 1, "one transport call a message");
    m0_check(next() == OL_E_AGAIN, "nothing else");
    send_all();
}

/* A message of four times the receive buffer, in parts. */
static void receive_large(void)
{
    uint8_t piece[CAP];
    size_t cap;
    uint32_t left = 3 + 2 + 39 + 4 * CAP;
    uint32_t body = left - 3;
    uint32_t got = 0;
    for (size_t i = 0; i < CAP; i++) {
        piece[i] = i < 44 ? (uint8_t)post_topic[i - (i < 5 ? i : 5)] : 'x';
    }
    piece[0] = 0x30;
    piece[1] = (uint8_t)(body | 0x80);
    piece[2] = (uint8_t)(body >> 7);
    piece[3] = 0;
    piece[4] = 39;
    m0_begin("message of 1,024 bytes in parts");
    while (left > 0) {
        (void)ol_mqtt_client_input(&client, &cap);
        uint32_t n = cap < left ? (uint32_t)cap : left;
        receive(piece, n);
        left -= n;
        while (next() == OL_OK) {
            got += event.message.payload.len;
        }
    }
    m0_end();
    m0_check(got == 4 * CAP && event.message.last, "all parts");
}

static void keep_alive(void)
{
    static const uint8_t pingresp[] = {0xD0, 0};
    now += 60000;
    m0_begin("PINGREQ, PINGRESP");
    ol_mqtt_client_step(&client, now);
    size_t len = send_all();
    receive(pingresp, sizeof pingresp);
    int32_t rc = next();
    m0_end();
    m0_check(len == 2 && rc == OL_E_AGAIN, "ping");
    m0_begin("turn of the loop with nothing to do");
    ol_mqtt_client_step(&client, now);
    (void)next();
    (void)ol_mqtt_client_output(&client, &len);
    ol_ms at = ol_mqtt_client_deadline(&client);
    m0_end();
    m0_check(at == now + 60000, "deadline");
}

static void reconnect(void)
{
    struct ol_str topic = {post_topic, 39};
    struct ol_str payload = {payload86, 60};
    m0_check(ol_mqtt_client_publish(&client, topic, payload, 1) > 0, "publish 1");
    send_all();
    m0_check(ol_mqtt_client_publish(&client, topic, payload, 1) > 0, "publish 2");
    m0_begin("loss of the connection with two in flight");
    ol_mqtt_client_closed(&client, now);
    m0_end();
    login();
    m0_check(send_all() == 2 * (2 + 2 + 39 + 2 + 60), "both again");
    m0_check(ol_mqtt_client_get_in_flight(&client) == 2, "both in flight");
    m0_begin("DISCONNECT");
    int32_t rc = ol_mqtt_client_disconnect(&client);
    send_all();
    m0_end();
    ol_mqtt_client_closed(&client, now);
    m0_check(rc == OL_OK && ol_mqtt_client_discard(&client) == OL_OK, "discarded");
    m0_check(!ol_mqtt_client_is_online(&client), "offline");
}

int main(void)
{
    now = 0xFFFFFFFFu - 5000; /* the clock passes 2^32 ms on the way */
    m0_check(ol_mqtt_client_init(&client, &config) == OL_OK, "init");
    m0_figure("context", sizeof client, "bytes");
    login();
    subscribe();
    publish_qos0();
    publish_qos1();
    publish_in_place();
    receive_message("QoS 0 message received", 0);
    receive_message("QoS 1 message received", 1);
    receive_large();
    keep_alive();
    reconnect();
    return 0;
}
