/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/token.h"

#include "onelink/json/reader.h"
#include "tests/support/guard.h"
#include "tests/unit/onenet_util.h"

#define KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static struct ol_onenet_token_scratch scratch;

struct vector {
    char id[8], key[80], version[16], res[80], et[24], method[8], sign[64];
};

/* The text of a member, where it is one of those wanted. */
static void take_member(struct vector *v, const struct ol_json_token *key,
                        const struct ol_json_token *value)
{
    const struct {
        const char *name;
        char *out;
        size_t cap;
    } slots[] = {
        {"id", v->id, sizeof v->id},
        {"key", v->key, sizeof v->key},
        {"version", v->version, sizeof v->version},
        {"res", v->res, sizeof v->res},
        {"et", v->et, sizeof v->et},
        {"method", v->method, sizeof v->method},
        {"sign", v->sign, sizeof v->sign},
    };
    for (size_t i = 0; i < COUNT(slots); i++) {
        if (ol_json_token_equal(key, ol_str_from(slots[i].name))) {
            int32_t n = ol_json_token_decode(value, slots[i].out, slots[i].cap - 1);
            assert_true(n > 0);
            slots[i].out[n] = '\0';
        }
    }
}

/* sign as it stands in a token: base64 has three characters to be escaped. */
static void escape(const char *sign, char *out)
{
    for (; *sign != '\0'; sign++) {
        const char *e = *sign == '+'   ? "%2B"
                        : *sign == '/' ? "%2F"
                        : *sign == '=' ? "%3D"
                                       : NULL;
        if (e != NULL) {
            memcpy(out, e, 3);
            out += 3;
        } else {
            *out++ = *sign;
        }
    }
    *out = '\0';
}

static void check_vector(const struct vector *v)
{
    uint64_t et = 0;
    assert_int_equal(ol_dec_u64(ol_str_from(v->et), &et), OL_OK);
    const struct ol_onenet_token token = {
        .version = ol_str_from(v->version),
        .res = ol_str_from(v->res),
        .et = (int64_t)et,
        .method = ol_onenet_method_find(ol_str_from(v->method)),
    };
    assert_non_null(token.method);
    uint8_t out[OL_ONENET_TOKEN_MAX];
    struct ol_writer w = ol_writer_make(out, sizeof out);
    assert_int_equal(ol_onenet_token_encode(&w, &token, ol_str_from(v->key), &scratch),
                     OL_ONENET_TOKEN_OK);
    char sign[128];
    char res[128];
    char expected[512];
    escape(v->sign, sign);
    escape(v->res, res);
    snprintf(expected, sizeof expected, "version=%s&res=%s&et=%s&method=%s&sign=%s",
             v->version, res, v->et, v->method, sign);
    assert_written(&w, expected);

    /* And back: what was made verifies with the same key and with no other. */
    char text[512];
    struct ol_onenet_token_parts parts;
    assert_int_equal(
        ol_onenet_token_decode(ol_str_make(out, w.len), text, sizeof text, &parts),
        OL_ONENET_TOKEN_OK);
    assert_span(parts.res, v->res);
    assert_span(parts.sign, v->sign);
    assert_true(parts.et == token.et);
    assert_int_equal(ol_onenet_token_verify(&parts, ol_str_from(v->key), &scratch),
                     OL_ONENET_TOKEN_OK);
    char other[80];
    strcpy(other, v->key);
    other[3] = other[3] == 'A' ? 'B' : 'A';
    assert_int_equal(ol_onenet_token_verify(&parts, ol_str_from(other), &scratch),
                     OL_ONENET_TOKEN_SIGN);
}

/* Official documents, a foreign test suite, and our own: docs/protocol.md §2.3. */
static void test_vectors(void **state)
{
    (void)state;
    size_t len;
    char *file = read_vector_file("token-vectors.json", &len);
    struct ol_json_reader r = ol_json_reader_make(file, len);
    struct ol_json_token t = {.kind = OL_JSON_NULL};
    struct ol_json_token key = t;
    struct vector v;
    int depth = 0;
    int vectors = 0;
    while (t.kind != OL_JSON_END) {
        assert_int_equal(ol_json_reader_next(&r, &t), OL_OK);
        depth += t.kind == OL_JSON_OBJECT_BEGIN;
        if (t.kind == OL_JSON_OBJECT_BEGIN) {
            memset(&v, 0, sizeof v);
        } else if (t.kind == OL_JSON_KEY) {
            key = t;
        } else if (t.kind == OL_JSON_STRING && depth == 2) {
            take_member(&v, &key, &t);
        } else if (t.kind == OL_JSON_OBJECT_END) {
            if (depth == 2) {
                check_vector(&v);
                vectors++;
            }
            depth--;
        }
    }
    assert_int_equal(vectors, 12);
    free(file);
}

static const struct ol_onenet_token sample = {
    .version = OL_STR_INIT(OL_ONENET_VERSION_2018),
    .res = OL_STR_INIT("products/AbCdEf1234/devices/w55rp20-01"),
    .et = 2000000000,
    .method = &ol_onenet_sha1,
};

static enum ol_onenet_token_error encode_with(const char *key, size_t *len)
{
    static uint8_t out[OL_ONENET_TOKEN_MAX];
    struct ol_writer w = ol_writer_make(out, sizeof out);
    enum ol_onenet_token_error error =
        ol_onenet_token_encode(&w, &sample, ol_str_from(key), &scratch);
    *len = w.len;
    if (error == OL_ONENET_TOKEN_OK) {
        static const char sign[] = "sign=EEmNamgIkKeLFEdKlQrEM0HX1qA%3D";
        assert_true(w.len > sizeof sign);
        assert_memory_equal(out + w.len - (sizeof sign - 1), sign, sizeof sign - 1);
    }
    return error;
}

/* Keys as people paste them. docs/protocol.md §2.1 */
static void test_tolerant_keys(void **state)
{
    (void)state;
    static const char *const same[] = {
        KEY,
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        " \t" KEY "\r\n",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8==",
    };
    for (size_t i = 0; i < COUNT(same); i++) {
        size_t len;
        assert_int_equal(encode_with(same[i], &len), OL_ONENET_TOKEN_OK);
    }
}

static void test_wrong_keys(void **state)
{
    (void)state;
    static const char long_key[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                                   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    static const struct {
        const char *key;
        enum ol_onenet_token_error error;
        size_t at;
    } rows[] = {
        {"", OL_ONENET_TOKEN_KEY_EMPTY, 0},
        {" \n", OL_ONENET_TOKEN_KEY_EMPTY, 2},
        {"==", OL_ONENET_TOKEN_KEY_EMPTY, 2},
        {"AAE-AwQF", OL_ONENET_TOKEN_KEY_CHAR, 3},
        {"  AA A", OL_ONENET_TOKEN_KEY_CHAR, 4},
        {"AA=A", OL_ONENET_TOKEN_KEY_CHAR, 2},
        {"AAAA===", OL_ONENET_TOKEN_KEY_CHAR, 4},
        {"AAAAA", OL_ONENET_TOKEN_KEY_CUT, 5},
        {"A", OL_ONENET_TOKEN_KEY_CUT, 1},
        {long_key, OL_ONENET_TOKEN_KEY_LONG, sizeof long_key - 1},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        size_t at = 999;
        size_t len;
        assert_int_equal(ol_onenet_key_check(ol_str_from(rows[i].key), &at),
                         rows[i].error);
        assert_int_equal(at, rows[i].at);
        assert_int_equal(encode_with(rows[i].key, &len), rows[i].error);
        assert_int_equal(len, 0);
    }
    assert_int_equal(ol_onenet_key_check(OL_STR(KEY), NULL), OL_ONENET_TOKEN_OK);
}

/* 48 bytes are a user key, 64 the limit. */
static void test_key_lengths(void **state)
{
    (void)state;
    char text[96];
    memset(text, 'A', sizeof text);
    uint8_t key[OL_ONENET_KEY_MAX];
    size_t len;
    assert_int_equal(ol_onenet_key_decode(ol_str_make(text, 64), key, &len),
                     OL_ONENET_TOKEN_OK);
    assert_int_equal(len, 48);
    assert_int_equal(ol_onenet_key_decode(ol_str_make(text, 86), key, &len),
                     OL_ONENET_TOKEN_OK);
    assert_int_equal(len, 64);
    assert_int_equal(ol_onenet_key_decode(ol_str_make(text, 87), key, &len),
                     OL_ONENET_TOKEN_KEY_LONG);
    assert_int_equal(ol_onenet_key_decode(OL_STR("AAECAw"), key, &len),
                     OL_ONENET_TOKEN_OK);
    assert_int_equal(len, 4);
    assert_memory_equal(key, "\0\1\2\3", 4);
    assert_int_equal(ol_onenet_key_decode(OL_STR("+/+/"), key, &len), OL_ONENET_TOKEN_OK);
    assert_memory_equal(key, "\xFB\xFF\xBF", 3);
}

/* No buffer length writes past its end, and only the full one succeeds. */
static void test_every_buffer_size(void **state)
{
    (void)state;
    size_t full;
    assert_int_equal(encode_with(KEY, &full), OL_ONENET_TOKEN_OK);
    struct ol_guard g = ol_guard_open(full);
    for (size_t cap = 0; cap <= full; cap++) {
        struct ol_writer w = ol_writer_make(ol_guard_room(&g, cap), cap);
        assert_int_equal(ol_onenet_token_encode(&w, &sample, OL_STR(KEY), &scratch),
                         cap < full ? OL_ONENET_TOKEN_NOSPC : OL_ONENET_TOKEN_OK);
    }
    ol_guard_close(&g);
}

static void test_empty_fields(void **state)
{
    (void)state;
    struct ol_onenet_token tokens[4] = {sample, sample, sample, sample};
    tokens[0].version = (struct ol_str){NULL, 0};
    tokens[1].res = (struct ol_str){NULL, 0};
    tokens[2].et = -1;
    tokens[3].method = NULL;
    for (size_t i = 0; i < COUNT(tokens); i++) {
        uint8_t out[8];
        struct ol_writer w = ol_writer_make(out, sizeof out);
        assert_int_equal(ol_onenet_token_encode(&w, &tokens[i], OL_STR(KEY), &scratch),
                         OL_ONENET_TOKEN_FIELD_EMPTY);
        assert_int_equal(w.len, 0);
    }
}

/* Expiry beyond 32 bits, the largest too, and characters that need escaping. */
static void test_escapes_and_wide_expiry(void **state)
{
    (void)state;
    struct ol_onenet_token token = sample;
    token.res = OL_STR("a+b c/d?e%f#g&h=i~-_.");
    token.et = INT64_MAX;
    uint8_t out[OL_ONENET_TOKEN_MAX];
    struct ol_writer w = ol_writer_make(out, sizeof out);
    assert_int_equal(ol_onenet_token_encode(&w, &token, OL_STR(KEY), &scratch),
                     OL_ONENET_TOKEN_OK);
    static const char head[] =
        "version=2018-10-31&res=a%2Bb%20c%2Fd%3Fe%25f%23g%26h%3Di~-_.&"
        "et=9223372036854775807&method=sha1&sign=";
    assert_true(w.len > sizeof head);
    assert_memory_equal(out, head, sizeof head - 1);
    char text[512];
    struct ol_onenet_token_parts parts;
    assert_int_equal(
        ol_onenet_token_decode(ol_str_make(out, w.len), text, sizeof text, &parts),
        OL_ONENET_TOKEN_OK);
    assert_true(ol_str_equal(parts.res, token.res));
    assert_true(parts.et == INT64_MAX);
    assert_int_equal(ol_onenet_token_verify(&parts, OL_STR(KEY), &scratch),
                     OL_ONENET_TOKEN_OK);
}

/* The longest names, the longest method and expiry stay below OL_ONENET_TOKEN_MAX. */
static void test_longest(void **state)
{
    (void)state;
    char name[64];
    memset(name, 'W', sizeof name);
    uint8_t res[OL_ONENET_RESOURCE_MAX];
    struct ol_writer r = ol_writer_make(res, sizeof res);
    const struct ol_onenet_resource resource = {.kind = OL_ONENET_RESOURCE_DEVICE,
                                                .pid = ol_str_make(name, 32),
                                                .device = ol_str_make(name, 64)};
    assert_int_equal(ol_onenet_resource_encode(&r, &resource), OL_OK);
    assert_int_equal(r.len, OL_ONENET_RESOURCE_MAX);
    struct ol_onenet_token token = sample;
    token.res = ol_str_make(res, r.len);
    token.et = INT64_MAX;
    token.method = &ol_onenet_sha256;
    uint8_t out[OL_ONENET_TOKEN_MAX];
    struct ol_writer w = ol_writer_make(out, sizeof out);
    assert_int_equal(ol_onenet_token_encode(&w, &token, OL_STR(KEY), &scratch),
                     OL_ONENET_TOKEN_OK);
}

/* All but the expiry and the signature, which are no secrets, and padding. */
static void assert_no_key_in(const struct ol_onenet_token_scratch *s)
{
    static const struct ol_onenet_token_scratch zero;
    assert_memory_equal(&s->hash, &zero.hash, sizeof zero.hash);
    assert_memory_equal(s->bytes, zero.bytes, sizeof zero.bytes);
}

/* Nothing of the key stays behind in the caller's memory. */
static void test_scratch_is_wiped(void **state)
{
    (void)state;
    static const struct ol_onenet_token_scratch zero;
    size_t len;
    memset(&scratch, 0xAA, sizeof scratch);
    assert_int_equal(encode_with(KEY, &len), OL_ONENET_TOKEN_OK);
    assert_no_key_in(&scratch);
    assert_memory_equal(scratch.sign, zero.sign, sizeof zero.sign);
    memset(&scratch, 0xAA, sizeof scratch);
    assert_int_equal(encode_with("AAECAwQFBgcI!", &len), OL_ONENET_TOKEN_KEY_CHAR);
    assert_no_key_in(&scratch);
}

static void test_methods(void **state)
{
    (void)state;
    assert_ptr_equal(ol_onenet_method_find(OL_STR("md5")), &ol_onenet_md5);
    assert_ptr_equal(ol_onenet_method_find(OL_STR("sha1")), &ol_onenet_sha1);
    assert_ptr_equal(ol_onenet_method_find(OL_STR("sha256")), &ol_onenet_sha256);
    assert_null(ol_onenet_method_find(OL_STR("SHA256")));
    assert_null(ol_onenet_method_find(OL_STR("sm2")));
    assert_null(ol_onenet_method_find(OL_STR("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_tolerant_keys),
        cmocka_unit_test(test_wrong_keys),
        cmocka_unit_test(test_key_lengths),
        cmocka_unit_test(test_every_buffer_size),
        cmocka_unit_test(test_empty_fields),
        cmocka_unit_test(test_escapes_and_wide_expiry),
        cmocka_unit_test(test_longest),
        cmocka_unit_test(test_scratch_is_wiped),
        cmocka_unit_test(test_methods),
    };
    return cmocka_run_group_tests_name("onenet token", tests, NULL, NULL);
}
