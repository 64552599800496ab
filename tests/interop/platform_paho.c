/* SPDX-License-Identifier: MIT */
/* A device on Eclipse Paho's C client: a foreign MQTT stack against onelink-platform.
 *
 *     platform_paho PORT PRODUCT_ID DEVICE TOKEN_FILE answer|fail|silent
 *
 * Logs in, subscribes to thing/#, posts two properties with QoS 1, then obeys
 * property/set and property/get (or says no, or says nothing) until standard input ends.
 * Every step is a line on standard output. Exit status 1 when one fails. */
#define _POSIX_C_SOURCE 200809L

#include <MQTTClient.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char prefix[128];

static void check(bool ok, const char *what, int rc)
{
    if (!ok) {
        printf("failed %s %d\n", what, rc);
        exit(1);
    }
}

static void topic(char out[192], const char *tail)
{
    snprintf(out, 192, "%s%s", prefix, tail);
}

static void log_in(MQTTClient client, const char *user, const char *token_file)
{
    char token[512] = "";
    FILE *f = fopen(token_file, "r");
    check(f != NULL && fgets(token, sizeof token, f) != NULL, "token file", 0);
    fclose(f);
    token[strcspn(token, "\r\n")] = '\0';
    MQTTClient_connectOptions o = MQTTClient_connectOptions_initializer;
    o.username = user;
    o.password = token;
    o.cleansession = 1;
    o.keepAliveInterval = 60;
    o.MQTTVersion = MQTTVERSION_3_1_1;
    int rc = MQTTClient_connect(client, &o);
    check(rc == MQTTCLIENT_SUCCESS, "connect", rc);
    printf("online\n");
}

/* QoS 1 is asked for, 0 is granted. */
static void subscribe(MQTTClient client)
{
    char filter[192];
    char *filters[] = {filter};
    int qos[] = {1};
    topic(filter, "thing/#");
    int rc = MQTTClient_subscribeMany(client, 1, filters, qos);
    check(rc == MQTTCLIENT_SUCCESS, "subscribe", rc);
    printf("granted %d\n", qos[0]);
}

static void publish(MQTTClient client, const char *tail, const char *payload, int qos)
{
    char name[192];
    MQTTClient_deliveryToken token;
    topic(name, tail);
    int rc =
        MQTTClient_publish(client, name, (int)strlen(payload), payload, qos, 0, &token);
    check(rc == MQTTCLIENT_SUCCESS, "publish", rc);
    if (qos > 0) {
        rc = MQTTClient_waitForCompletion(client, token, 5000);
        check(rc == MQTTCLIENT_SUCCESS, "PUBACK", rc);
        printf("acknowledged\n");
    }
}

/* {"id":"N",...: the platform writes the id first. */
static void answer(MQTTClient client, const char *set, const char *mode)
{
    char id[16] = "";
    char reply[128];
    check(sscanf(set, "{\"id\":\"%13[0-9]\"", id) == 1, "id of the set", 0);
    if (strcmp(mode, "silent") == 0) {
        return;
    }
    snprintf(reply, sizeof reply, "{\"id\":\"%s\",\"code\":%s,\"msg\":\"%s\"}", id,
             strcmp(mode, "fail") == 0 ? "100" : "200",
             strcmp(mode, "fail") == 0 ? "lamp broken" : "success");
    publish(client, "thing/property/set_reply", reply, 0);
}

/* The values of a get are always the same. */
static void answer_get(MQTTClient client, const char *get, const char *mode)
{
    char id[16] = "";
    char reply[160];
    check(sscanf(get, "{\"id\":\"%13[0-9]\"", id) == 1, "id of the get", 0);
    if (strcmp(mode, "silent") == 0) {
        return;
    }
    snprintf(reply, sizeof reply, "{\"id\":\"%s\",\"code\":%s,\"msg\":\"x\"%s}", id,
             strcmp(mode, "fail") == 0 ? "100" : "200",
             strcmp(mode, "fail") == 0 ? "" : ",\"data\":{\"temp\":21.5,\"led\":true}");
    publish(client, "thing/property/get_reply", reply, 0);
}

static void on_message(MQTTClient client, const char *name, const char *body,
                       const char *mode)
{
    const char *tail = name + strlen(prefix);
    printf("%s %s\n", tail, body);
    if (strcmp(tail, "thing/property/set") == 0) {
        answer(client, body, mode);
    }
    if (strcmp(tail, "thing/property/get") == 0) {
        answer_get(client, body, mode);
    }
}

static bool receive(MQTTClient client, const char *mode, unsigned long wait_ms)
{
    char *name = NULL;
    char body[4096];
    int len = 0;
    MQTTClient_message *m = NULL;
    int rc = MQTTClient_receive(client, &name, &len, &m, wait_ms);
    check(rc == MQTTCLIENT_SUCCESS || rc == MQTTCLIENT_TOPICNAME_TRUNCATED, "receive",
          rc);
    if (m == NULL) {
        return false;
    }
    snprintf(body, sizeof body, "%.*s", m->payloadlen, (const char *)m->payload);
    on_message(client, name, body, mode);
    MQTTClient_freeMessage(&m);
    MQTTClient_free(name);
    return true;
}

static bool stdin_ended(void)
{
    char c;
    return read(STDIN_FILENO, &c, 1) == 0;
}

int main(int argc, char **argv)
{
    char uri[64];
    MQTTClient client;
    check(argc == 6, "arguments", argc);
    setvbuf(stdout, NULL, _IOLBF, 0);
    fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
    snprintf(uri, sizeof uri, "tcp://127.0.0.1:%s", argv[1]);
    snprintf(prefix, sizeof prefix, "$sys/%s/%s/", argv[2], argv[3]);
    int rc = MQTTClient_create(&client, uri, argv[3], MQTTCLIENT_PERSISTENCE_NONE, NULL);
    check(rc == MQTTCLIENT_SUCCESS, "create", rc);
    log_in(client, argv[2], argv[4]);
    subscribe(client);
    publish(client, "thing/property/post",
            "{\"id\":\"7\",\"version\":\"1.0\",\"params\":{\"temp\":{\"value\":21.5},"
            "\"humi\":{\"value\":48}}}",
            1);
    check(receive(client, argv[5], 5000), "post/reply", 0);
    printf("ready\n");
    while (!stdin_ended()) {
        (void)receive(client, argv[5], 100);
    }
    MQTTClient_disconnect(client, 1000);
    MQTTClient_destroy(&client);
    printf("offline\n");
    return 0;
}
