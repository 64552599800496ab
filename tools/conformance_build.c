/* SPDX-License-Identifier: MIT */
#include <bearssl.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/conformance.h"

/* Steps, a line each:
 *
 *     connect [KEY=VALUE]...             a CONNECT, as the device sends it but for the keys:
 *                                        first flags (hex) protocol level keep client user
 *                                        password tail (hex) size, and of the token
 *                                        key res version method et form
 *     twin [KEY=VALUE]...                the same on a second connection
 *     again [KEY=VALUE]...               the connection is closed, the same on a new one
 *     publish FIRST TOPIC [PAYLOAD]      FIRST is the first byte in hex
 *     subscribe QOS FILTER...
 *     unsubscribe FILTER...
 *     raw HEX
 *     wait SECONDS                       nothing, or until the host closes
 *     await set|get                      until a property set or get comes
 *
 * Packet identifiers are the number of the step. "@N:TEXT" is TEXT with its ~ made so long
 * that it has N bytes. Packets are put together by hand, because most of them are such
 * that the library's codec refuses to make them. */

#define TEXT_CAP  2048u
#define WORDS_MAX 16u

struct words {
    struct ol_str at[WORDS_MAX];
    size_t count;
};

/* Cuts at blanks that do not stand in <>. */
static struct words split(const char *line, size_t len)
{
    struct words out = {.count = 0};
    size_t from = 0;
    bool inside = false;
    for (size_t i = 0; i <= len && out.count < WORDS_MAX; i++) {
        if (i < len && (inside || line[i] != ' ')) {
            inside = line[i] == '<' || (inside && line[i] != '>');
            continue;
        }
        if (i > from) {
            out.at[out.count++] = ol_str_make(line + from, i - from);
        }
        from = i + 1;
    }
    return out;
}

static bool is(struct ol_str s, const char *text)
{
    return ol_str_equal(s, ol_str_from(text));
}

/* ---- packets ---- */

static struct ol_writer begin(struct cli_packet *p, uint8_t first)
{
    p->secret_len = 0;
    struct ol_writer w = ol_writer_make(p->bytes, sizeof(p->bytes));
    ol_writer_u8(&w, first);
    ol_writer_u32(&w, 0); /* room for the length */
    return w;
}

static void end(struct cli_packet *p, const struct ol_writer *w)
{
    uint8_t head[5];
    size_t n = 0, rest = w->len - 5;
    size_t value = rest;
    head[n++] = p->bytes[0];
    do {
        head[n++] = (uint8_t)((value & 127) | (value > 127 ? 128 : 0));
        value >>= 7;
    } while (value > 0);
    memmove(p->bytes + n, p->bytes + 5, rest);
    memcpy(p->bytes, head, n);
    p->len = n + rest;
    p->secret_at -= p->secret_len > 0 ? 5 - n : 0;
}

static void put_string(struct ol_writer *w, const void *text, size_t len)
{
    ol_writer_u16(w, (uint16_t)len);
    ol_writer_bytes(w, text, len);
}

/* A topic or filter with its words replaced and its ~ stretched. */
static bool put_topic(const struct cli_target *t, struct ol_str text, struct ol_writer *w,
                      char *why)
{
    char buf[TEXT_CAP];
    size_t want = 0;
    struct ol_writer b = ol_writer_make(buf, sizeof(buf));
    if (text.len > 0 && text.ptr[0] == '@') {
        char *after;
        want = strtoul(text.ptr + 1, &after, 10);
        text = ol_str_make(after + 1, text.len - (size_t)(after + 1 - text.ptr));
    }
    if (!cli_words_expand(t, text.ptr, text.len, &b, why)) {
        return false;
    }
    char *gap = want > 0 ? memchr(buf, '~', b.len) : NULL;
    if (gap && want >= b.len && want <= sizeof(buf)) {
        size_t at = (size_t)(gap - buf), tail = b.len - at - 1;
        memmove(buf + want - tail, gap + 1, tail);
        memset(gap, 's', want - tail - at);
        b.len = want;
    }
    put_string(w, buf, b.len);
    return true;
}

static bool put_hex(struct ol_str text, struct ol_writer *w)
{
    for (size_t i = 0; i + 1 < text.len; i += 2) {
        char two[3] = {text.ptr[i], text.ptr[i + 1], 0};
        ol_writer_u8(w, (uint8_t)strtoul(two, NULL, 16));
    }
    return true;
}

static uint8_t byte_of(struct ol_str text)
{
    return (uint8_t)strtoul(text.ptr, NULL, 16);
}

/* ---- tokens ---- */

struct login {
    uint8_t first;
    uint8_t flags;
    uint8_t level;
    unsigned keep_alive;
    size_t size;
    struct ol_str tail;
    char protocol[16];
    char client[TEXT_CAP];
    size_t client_len;
    char user[TEXT_CAP];
    char password[TEXT_CAP];
    size_t password_len;
    bool has_password; /* given in words: nothing is signed */
    char res[TEXT_CAP];
    char version[16];
    char method[16];
    char form[16];
    char key[16];
    char et[32];
};

static const char wrong_key[] = "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=";

static bool fail(char *why, const char *what)
{
    snprintf(why, CLI_WHY_CAP, "%s", what);
    return false;
}

/* The key that a case asks for. */
static bool pick_key(const struct cli_target *t, const struct login *l,
                     struct ol_str *key, char *why)
{
    enum ol_agent_key kind = t->device->agent_config.key_kind;
    *key = t->device->agent_config.key;
    if (strcmp(l->key, "wrong") == 0) {
        *key = ol_str_from(wrong_key);
        return true;
    }
    if (kind == OL_AGENT_KEY_TOKEN) {
        return fail(why, "the settings have a token, not a key to sign with");
    }
    if (strcmp(l->key, "device") == 0 && kind != OL_AGENT_KEY_DEVICE) {
        return fail(why, "the settings have no device key");
    }
    if (strcmp(l->key, "product") == 0 && kind != OL_AGENT_KEY_PRODUCT) {
        return fail(why, "the settings have no product key");
    }
    return true;
}

/* Methods that the library does not know are signed with a hash that it has. */
static struct ol_onenet_method pick_method(const struct login *l)
{
    const struct ol_onenet_method *known = ol_onenet_method_find(ol_str_from(l->method));
    if (known) {
        return *known;
    }
    return (struct ol_onenet_method){
        .name = ol_str_from(l->method),
        .hash = strcmp(l->method, "SHA1") == 0 ? &br_sha1_vtable : &br_sha256_vtable};
}

static int64_t pick_expiry(const struct login *l)
{
    int64_t now = (int64_t)time(NULL);
    int64_t v = strtoll(l->et, NULL, 10);
    if (strcmp(l->et, "ms") == 0) {
        return now * 1000;
    }
    return l->et[0] == '+' || l->et[0] == '-' ? now + v : v;
}

/* "%2F" back to "/" from text on. */
static void decode_escapes(char *text)
{
    char *to = text;
    while (*text) {
        char hex[3] = {text[0], text[1], text[1] ? text[2] : 0};
        if (hex[0] == '%') {
            hex[0] = hex[1];
            hex[1] = hex[2];
            hex[2] = 0;
            *to++ = (char)strtoul(hex, NULL, 16);
            text += 3;
        } else {
            *to++ = *text++;
        }
    }
    *to = 0;
}

/* "%2F" as "%2f". */
static void lower_escapes(char *text)
{
    while ((text = strchr(text, '%')) && text[1] && text[2]) {
        text[1] = (char)tolower((unsigned char)text[1]);
        text[2] = (char)tolower((unsigned char)text[2]);
        text++;
    }
}

static void reverse_fields(char *token)
{
    char copy[TEXT_CAP];
    char *fields[8];
    size_t n = 0;
    snprintf(copy, sizeof(copy), "%s", token);
    for (char *f = strtok(copy, "&"); f && n < 8; f = strtok(NULL, "&")) {
        fields[n++] = f;
    }
    *token = 0;
    while (n > 0) {
        n--;
        strcat(strcat(token, fields[n]), n > 0 ? "&" : "");
    }
}

static void apply_form(struct login *l, char *token)
{
    char *sign = strstr(token, "&sign=");
    if (!sign) {
        return;
    }
    if (strcmp(l->form, "reversed") == 0) {
        reverse_fields(token);
    } else if (strcmp(l->form, "lower") == 0) {
        lower_escapes(token);
    } else if (strcmp(l->form, "sixth") == 0) {
        strcat(token, "&x=1");
    } else if (strcmp(l->form, "unsigned") == 0) {
        *sign = 0;
    } else if (strcmp(l->form, "twice") == 0) {
        strcat(token, "&version=2018-10-31");
    } else if (strcmp(l->form, "cut") == 0) {
        *strrchr(token, '%') = 0; /* the last = is there as %3D */
        token[strlen(token) - 1] = 0;
    } else if (strcmp(l->form, "raw-sign") == 0) {
        decode_escapes(sign);
    } else if (strcmp(l->form, "raw-res") == 0) {
        char tail[TEXT_CAP];
        snprintf(tail, sizeof(tail), "%s", sign);
        *sign = 0;
        decode_escapes(token);
        strcat(token, tail);
    }
}

static bool make_token(const struct cli_target *t, struct login *l, char *why)
{
    static struct ol_onenet_token_scratch scratch;
    struct ol_onenet_method method = pick_method(l);
    struct ol_onenet_token token = {ol_str_from(l->version), ol_str_from(l->res),
                                    pick_expiry(l), &method};
    struct ol_writer w = ol_writer_make(l->password, sizeof(l->password) / 2);
    struct ol_str key;
    if (!pick_key(t, l, &key, why)) {
        return false;
    }
    if (strcmp(l->form, "key") == 0) {
        ol_writer_str(&w, key);
    } else if (ol_onenet_token_encode(&w, &token, key, &scratch) != OL_ONENET_TOKEN_OK) {
        return fail(why, "no token can be made");
    }
    l->password[w.len] = 0;
    apply_form(l, l->password);
    l->password_len = strlen(l->password);
    return true;
}

/* ---- CONNECT ---- */

static void default_login(const struct cli_target *t, struct login *l)
{
    const struct ol_agent_config *c = &t->device->agent_config;
    memset(l, 0, sizeof(*l));
    l->first = 0x10;
    l->flags = 0xC2;
    l->level = 4;
    l->keep_alive = c->keepalive_s;
    strcpy(l->protocol, "MQTT");
    strcpy(l->client, t->name);
    l->client_len = strlen(t->name);
    strcpy(l->user, t->product);
    strcpy(l->version, OL_ONENET_VERSION_2018);
    strcpy(l->et, "+3600");
    if (c->key_kind != OL_AGENT_KEY_TOKEN) {
        memcpy(l->method, c->method->name.ptr, c->method->name.len);
    } else {
        strcpy(l->method, "sha256");
    }
    int n = snprintf(l->res, sizeof(l->res), "products/%s", t->product);
    if (c->key_kind != OL_AGENT_KEY_PRODUCT) {
        snprintf(l->res + n, sizeof(l->res) - (size_t)n, "/devices/%s", t->name);
    }
}

static void copy_short(char *to, size_t cap, struct ol_str v)
{
    snprintf(to, cap, "%.*s", (int)v.len, v.ptr);
}

/* One "key=value"; value has its words replaced. */
static void set_login(struct login *l, struct ol_str key, struct ol_str v)
{
    const struct {
        const char *name;
        char *to;
        size_t cap;
    } texts[] = {
        {"protocol", l->protocol, sizeof(l->protocol)},
        {"user", l->user, sizeof(l->user)},
        {"res", l->res, sizeof(l->res)},
        {"version", l->version, sizeof(l->version)},
        {"method", l->method, sizeof(l->method)},
        {"form", l->form, sizeof(l->form)},
        {"key", l->key, sizeof(l->key)},
        {"et", l->et, sizeof(l->et)},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (is(key, texts[i].name)) {
            copy_short(texts[i].to, texts[i].cap, v);
            return;
        }
    }
    if (is(key, "first")) {
        l->first = byte_of(v);
    } else if (is(key, "flags")) {
        l->flags = byte_of(v);
    } else if (is(key, "level")) {
        l->level = byte_of(v);
    } else if (is(key, "keep")) {
        l->keep_alive = (unsigned)strtoul(v.ptr, NULL, 10);
    } else if (is(key, "size")) {
        l->size = strtoul(v.ptr, NULL, 10);
    } else if (is(key, "client")) {
        copy_short(l->client, sizeof(l->client), v);
        l->client_len = v.len;
    } else if (is(key, "password")) {
        copy_short(l->password, sizeof(l->password), v);
        l->password_len = v.len;
        l->has_password = true;
    }
}

static bool signs(const struct login *l)
{
    return l->key[0] || l->form[0] || strcmp(l->et, "+3600") != 0;
}

/* The password: given, signed, or the token of the settings. */
static bool make_password(const struct cli_target *t, struct login *l, bool changed,
                          char *why)
{
    const struct ol_agent_config *c = &t->device->agent_config;
    if (l->size > 0) {
        size_t others = 2 + 4 + 4 + 2 + l->client_len + 2 + strlen(l->user) + 2 + 3;
        l->password_len = l->size - others;
        memset(l->password, 'p', l->password_len);
        return true;
    }
    if (l->has_password) {
        return true;
    }
    if (c->key_kind != OL_AGENT_KEY_TOKEN || signs(l) || changed) {
        return make_token(t, l, why);
    }
    copy_short(l->password, sizeof(l->password), c->key);
    l->password_len = strlen(l->password);
    return true;
}

/* The part of a password that proves who the device is: the value of sign, or all. */
static void mark_secret(struct cli_packet *p, size_t at, const struct login *l)
{
    static const char name[] = "sign=";
    size_t n = sizeof(name) - 1;
    p->secret_at = at;
    p->secret_len = l->has_password || l->size > 0 ? 0 : l->password_len;
    for (size_t i = 0; p->secret_len > 0 && i + n <= l->password_len; i++) {
        if (memcmp(l->password + i, name, n) == 0) {
            const char *to = memchr(l->password + i, '&', l->password_len - i);
            size_t stop = to ? (size_t)(to - l->password) : l->password_len;
            p->secret_at = at + i + n;
            p->secret_len = stop - i - n;
            return;
        }
    }
    if (strcmp(l->form, "unsigned") == 0) {
        p->secret_len = 0;
    }
}

static void put_connect(const struct login *l, struct cli_packet *p)
{
    struct ol_writer w = begin(p, l->first);
    put_string(&w, l->protocol, strlen(l->protocol));
    ol_writer_u8(&w, l->level);
    ol_writer_u8(&w, l->flags);
    ol_writer_u16(&w, (uint16_t)l->keep_alive);
    put_string(&w, l->client, l->client_len);
    if ((l->flags & OL_MQTT_CONNECT_WILL) != 0) {
        put_string(&w, "w", 1);
        put_string(&w, "", 0); /* leaves nothing behind, even retained */
    }
    if ((l->flags & OL_MQTT_CONNECT_USER_NAME) != 0) {
        put_string(&w, l->user, strlen(l->user));
    }
    if ((l->flags & OL_MQTT_CONNECT_PASSWORD) != 0) {
        mark_secret(p, w.len + 2, l);
        put_string(&w, l->password, l->password_len);
    }
    put_hex(l->tail, &w);
    end(p, &w);
}

static bool build_connect(const struct cli_target *t, const struct words *words,
                          struct cli_packet *p, char *why)
{
    static struct login l;
    bool changed = false;
    default_login(t, &l);
    for (size_t i = 1; i < words->count; i++) {
        struct ol_str word = words->at[i];
        char value[TEXT_CAP];
        struct ol_writer w = ol_writer_make(value, sizeof(value) - 1);
        size_t n = (size_t)((const char *)memchr(word.ptr, '=', word.len) - word.ptr);
        struct ol_str key = ol_str_make(word.ptr, n);
        if (!cli_words_expand(t, word.ptr + n + 1, word.len - n - 1, &w, why)) {
            return false;
        }
        value[w.len] = 0;
        changed = changed || is(key, "res") || is(key, "version") || is(key, "method");
        if (is(key, "tail")) {
            l.tail = ol_str_make(word.ptr + n + 1, word.len - n - 1);
        }
        set_login(&l, key, ol_str_make(value, w.len));
    }
    bool ok = make_password(t, &l, changed, why);
    if (ok) {
        put_connect(&l, p);
    }
    cli_secret_wipe(&l, sizeof(l));
    return ok;
}

/* ---- other packets ---- */

static bool build_publish(const struct cli_target *t, const char *line, size_t len,
                          const struct words *words, unsigned number,
                          struct cli_step *out, char *why)
{
    uint8_t first = byte_of(words->at[1]);
    struct ol_str topic = words->at[2];
    const char *payload = topic.ptr + topic.len;
    size_t rest = (size_t)(line + len - payload);
    struct ol_writer w = begin(&out->packet, first);
    if (!put_topic(t, topic, &w, why)) {
        return false;
    }
    if ((first & 0x06) != 0) {
        ol_writer_u16(&w, (uint16_t)number);
    }
    if (rest > 1 && !cli_words_expand(t, payload + 1, rest - 1, &w, why)) {
        return false;
    }
    end(&out->packet, &w);
    out->publish = true;
    out->ack = (first & 0x06) == 0x02 ? 0x40 : 0;
    return true;
}

static bool build_filters(const struct cli_target *t, const struct words *words,
                          unsigned number, struct cli_step *out, char *why)
{
    bool subscribe = is(words->at[0], "subscribe");
    struct ol_writer w = begin(&out->packet, subscribe ? 0x82 : 0xA2);
    ol_writer_u16(&w, (uint16_t)number);
    for (size_t i = subscribe ? 2 : 1; i < words->count; i++) {
        if (!put_topic(t, words->at[i], &w, why)) {
            return false;
        }
        if (subscribe) {
            ol_writer_u8(&w, byte_of(words->at[1]));
        }
    }
    end(&out->packet, &w);
    out->ack = subscribe ? 0x90 : 0xB0;
    return true;
}

bool cli_step_build(const struct cli_target *t, const char *line, size_t len,
                    unsigned number, struct cli_step *out, char *why)
{
    struct words words = split(line, len);
    struct ol_str verb = words.at[0];
    out->kind = CLI_STEP_SEND;
    out->ack = 0;
    out->publish = false;
    out->get = is(verb, "await") && is(words.at[1], "get");
    out->wait_ms = 0;
    out->packet.len = 0;
    out->packet.secret_len = 0;
    if (is(verb, "connect") || is(verb, "twin") || is(verb, "again")) {
        out->kind = verb.ptr[0] == 't'   ? CLI_STEP_TWIN
                    : verb.ptr[0] == 'a' ? CLI_STEP_AGAIN
                                         : CLI_STEP_SEND;
        out->ack = 0x20;
        return build_connect(t, &words, &out->packet, why);
    }
    if (is(verb, "publish")) {
        return build_publish(t, line, len, &words, number, out, why);
    }
    if (is(verb, "subscribe") || is(verb, "unsubscribe")) {
        return build_filters(t, &words, number, out, why);
    }
    if (is(verb, "raw")) {
        struct ol_writer w = ol_writer_make(out->packet.bytes, sizeof(out->packet.bytes));
        put_hex(words.at[1], &w);
        out->packet.len = w.len;
        return true;
    }
    out->kind = is(verb, "await") ? CLI_STEP_AWAIT : CLI_STEP_WAIT;
    out->wait_ms = out->kind == CLI_STEP_AWAIT
                       ? t->set_wait_ms
                       : (unsigned)strtoul(words.at[1].ptr, NULL, 10) * 1000;
    if (out->wait_ms == 0) {
        return fail(
            why, out->get ? "needs somebody who gets a property meanwhile: --set-wait"
                          : "needs somebody who sets a property meanwhile: --set-wait");
    }
    return true;
}
