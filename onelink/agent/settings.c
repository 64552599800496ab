/* SPDX-License-Identifier: MIT */
#include "onelink/agent/settings_private.h"

#include <string.h>

#include "onelink/base/addr.h"
#include "onelink/json/number.h"

static int32_t fail(struct ol_setting_error *err, enum ol_setting_problem problem)
{
    err->problem = problem;
    return OL_E_ARG;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_alnum(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_name_char(char c)
{
    return is_alnum(c) || c == '_' || c == '-';
}

static struct ol_str cut(struct ol_str s, size_t from, size_t to)
{
    return (struct ol_str){s.ptr + from, to - from};
}

static struct ol_str trim(struct ol_str s)
{
    size_t from = 0, to = s.len;
    while (from < to && is_blank(s.ptr[from])) {
        from++;
    }
    while (to > from && is_blank(s.ptr[to - 1])) {
        to--;
    }
    return s.len > 0 ? cut(s, from, to) : s;
}

/* --- values ------------------------------------------------------------------------- */

/* A host name as RFC 1123 section 2.1 has it, and '_', which names in use have. A name of
 * digits and dots alone would be taken for an address, so it has to be one. */
static bool is_host(struct ol_str s)
{
    struct ol_addr addr;
    size_t label = 0;
    bool letters = false;
    if (ol_addr_decode(s, 0, &addr) == OL_OK) {
        return true;
    }
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '.') {
            if (label == 0 || s.ptr[i - 1] == '-') {
                return false;
            }
            label = 0;
            continue;
        }
        if (!is_name_char(c) || (c == '-' && label == 0) || ++label > 63) {
            return false;
        }
        letters = letters || c < '0' || c > '9';
    }
    return letters && label > 0 && s.ptr[s.len - 1] != '-';
}

/* The address of one host: neither 0.x, 127.x nor of a group. */
static bool is_host_address(struct ol_str s)
{
    struct ol_addr addr;
    return ol_addr_decode(s, 0, &addr) == OL_OK && addr.bytes[0] > 0 &&
           addr.bytes[0] != 127 && addr.bytes[0] < 224;
}

struct ol_str ol_setting_list_next(struct ol_str *rest)
{
    const char *comma = rest->len > 0 ? memchr(rest->ptr, ',', rest->len) : NULL;
    size_t to = comma ? (size_t)(comma - rest->ptr) : rest->len;
    struct ol_str item = trim((struct ol_str){rest->ptr, to});
    *rest = comma ? cut(*rest, to + 1, rest->len) : (struct ol_str){NULL, 0};
    return item;
}

/* Between min and max hosts parted by commas, blanks around them allowed. */
static bool is_list(const struct ol_setting *setting, struct ol_str s)
{
    uint32_t count = 0;
    bool (*is_item)(struct ol_str) =
        setting->type == OL_SETTING_HOSTS ? is_host : is_host_address;
    bool more = true;
    for (; more; count++) {
        more = memchr(s.ptr, ',', s.len) != NULL;
        struct ol_str item = ol_setting_list_next(&s);
        if (item.len == 0 || !is_item(item) || (more && s.len == 0)) {
            return false;
        }
    }
    return count >= setting->min && count <= setting->max;
}

int32_t ol_setting_prefix_decode(struct ol_str text, uint8_t *prefix_len)
{
    struct ol_addr mask;
    uint64_t number;
    uint32_t bits = 0;
    if (ol_dec_u64(text, &number) != OL_OK) {
        if (ol_addr_decode(text, 0, &mask) != OL_OK) {
            return OL_E_ARG;
        }
        for (int i = 0; i < 4; i++) {
            bits = bits << 8 | mask.bytes[i];
        }
        for (number = 0; number < 32 && (bits >> 31) != 0; number++) {
            bits <<= 1;
        }
    }
    if (bits != 0 || number < 1 || number > 30) {
        return OL_E_ARG;
    }
    *prefix_len = (uint8_t)number;
    return OL_OK;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

int32_t ol_setting_mac_decode(struct ol_str text, uint8_t mac[6])
{
    uint8_t any = 0;
    if (text.len != 17) {
        return OL_E_ARG;
    }
    for (size_t i = 0; i < 6; i++) {
        int high = hex_digit(text.ptr[3 * i]), low = hex_digit(text.ptr[3 * i + 1]);
        char mark = i < 5 ? text.ptr[3 * i + 2] : ':';
        if (high < 0 || low < 0 || (mark != ':' && mark != '-')) {
            return OL_E_ARG;
        }
        mac[i] = (uint8_t)(high << 4 | low);
        any |= mac[i];
    }
    return any != 0 && (mac[0] & 1) == 0 ? OL_OK : OL_E_ARG;
}

static bool has_only_allowed_chars(uint8_t type, struct ol_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (type == OL_SETTING_NAME && !is_name_char(c)) {
            return false;
        }
        if (type == OL_SETTING_SECRET && (c <= ' ' || c > '~')) {
            return false;
        }
    }
    uint8_t mac[6];
    switch (type) {
    case OL_SETTING_HOST:
        return is_host(s);
    case OL_SETTING_IPV4:
        return is_host_address(s);
    case OL_SETTING_NETMASK:
        return ol_setting_prefix_decode(s, mac) == OL_OK;
    case OL_SETTING_MAC:
        return ol_setting_mac_decode(s, mac) == OL_OK;
    default:
        return true;
    }
}

static int32_t text_check(const struct ol_setting *setting, struct ol_str text,
                          struct ol_setting_error *err)
{
    struct ol_dec dec;
    switch ((enum ol_setting_type)setting->type) {
    case OL_SETTING_DECIMAL:
        return ol_dec_decode(text, &dec) == OL_OK ? OL_OK : fail(err, OL_SETTING_NUMBER);
    case OL_SETTING_HOSTS:
    case OL_SETTING_IPV4S:
        return is_list(setting, text) ? OL_OK : fail(err, OL_SETTING_CHARACTER);
    default:
        break;
    }
    if (text.len < setting->min || text.len > setting->max) {
        return fail(err, OL_SETTING_LENGTH);
    }
    return has_only_allowed_chars(setting->type, text) ? OL_OK
                                                       : fail(err, OL_SETTING_CHARACTER);
}

/* Takes the unit off a duration and gives its seconds, 1 without a unit. */
static uint32_t duration_unit(struct ol_str *text)
{
    if (text->len < 2) {
        return 1;
    }
    text->len--;
    switch (text->ptr[text->len]) {
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return 86400;
    default:
        text->len++;
        return 1;
    }
}

static int32_t number_set(const struct ol_setting *setting, struct ol_str text,
                          uint32_t *out, struct ol_setting_error *err)
{
    uint64_t value;
    uint32_t unit = setting->type == OL_SETTING_DURATION ? duration_unit(&text) : 1;
    if (ol_dec_u64(text, &value) != OL_OK) {
        return fail(err, OL_SETTING_NUMBER);
    }
    if (value > setting->max / unit || value * unit < setting->min) {
        return fail(err, OL_SETTING_RANGE);
    }
    *out = (uint32_t)value * unit;
    return OL_OK;
}

/* The position of text in "a|b|c", or OL_E_NOENT. */
static int32_t choice_find(const char *choices, struct ol_str text)
{
    int32_t position = 0;
    for (const char *p = choices;; p++, position++) {
        const char *from = p;
        while (*p != '\0' && *p != '|') {
            p++;
        }
        if (ol_str_equal(text, (struct ol_str){from, (size_t)(p - from)})) {
            return position;
        }
        if (*p == '\0') {
            return OL_E_NOENT;
        }
    }
}

static int32_t choice_set(const char *choices, struct ol_str text, uint32_t *out,
                          struct ol_setting_error *err)
{
    int32_t position = choice_find(choices, text);
    *out = (uint32_t)position;
    return position >= 0 ? OL_OK : fail(err, OL_SETTING_CHOICE);
}

static int32_t value_set(const struct ol_setting *setting, struct ol_str text,
                         struct ol_setting_value *out, struct ol_setting_error *err)
{
    if (text.len == 0) {
        return fail(err, OL_SETTING_EMPTY);
    }
    switch ((enum ol_setting_type)setting->type) {
    case OL_SETTING_BOOL:
        return choice_set(OL_SETTING_BOOLS, text, &out->as.number, err);
    case OL_SETTING_ENUM:
        return choice_set(setting->choices, text, &out->as.number, err);
    case OL_SETTING_INT:
    case OL_SETTING_DURATION:
        return number_set(setting, text, &out->as.number, err);
    default:
        out->as.text = text;
        return text_check(setting, text, err);
    }
}

static void preset(const struct ol_setting *setting, struct ol_setting_value *value)
{
    struct ol_setting_error unused;
    memset(value, 0, sizeof(*value));
    if (setting->preset) {
        /* Presets are checked by a test; a wrong one would leave 0. */
        (void)!value_set(setting, ol_str_from(setting->preset), value, &unused);
    }
}

/* --- keys --------------------------------------------------------------------------- */

/* docs/protocol.md section 3.1: letters, digits, '_' and '-'; '$' leads system points. */
static bool is_identifier(struct ol_str s)
{
    size_t i = s.len > 1 && s.ptr[0] == '$' ? 1 : 0;
    if (s.len == 0 || s.len > OL_SETTINGS_IDENTIFIER_MAX) {
        return false;
    }
    while (i < s.len && is_name_char(s.ptr[i])) {
        i++;
    }
    return i == s.len;
}

struct ol_settings_property *ol_settings_find(const struct ol_settings *s,
                                              struct ol_str identifier)
{
    for (uint16_t i = 0; i < s->property_count; i++) {
        if (ol_str_equal(s->properties[i].identifier, identifier)) {
            return &s->properties[i];
        }
    }
    return NULL;
}

static int32_t store(const struct ol_setting *setting, struct ol_setting_value *slot,
                     struct ol_str value, struct ol_setting_error *err)
{
    struct ol_setting_value fresh = {.line = err->line};
    err->setting = setting;
    if (!ol_setting_is_for(setting, err->where)) {
        return fail(err, OL_SETTING_ELSEWHERE);
    }
    if (slot->line > 0) {
        err->other_line = slot->line;
        return fail(err, OL_SETTING_TWICE);
    }
    int32_t rc = value_set(setting, value, &fresh, err);
    if (rc != OL_OK) {
        err->value =
            setting->type == OL_SETTING_SECRET ? (struct ol_str){NULL, 0} : value;
        return rc;
    }
    *slot = fresh;
    return OL_OK;
}

static struct ol_settings_property *property_add(struct ol_settings *s,
                                                 struct ol_str identifier)
{
    struct ol_settings_property *p = &s->properties[s->property_count];
    p->identifier = identifier;
    for (int i = 0; i < OL_PROPERTY_KEY_COUNT; i++) {
        preset(ol_setting_property_get((enum ol_property_key)i), &p->value[i]);
    }
    return p;
}

/* The property counts only once its first value is good. */
static int32_t property_set(struct ol_settings *s, const struct ol_setting_name *name,
                            struct ol_str value, struct ol_setting_error *err)
{
    size_t index = (size_t)(name->row - name->rows);
    struct ol_settings_property *p = ol_settings_find(s, name->identifier);
    if (p) {
        return store(name->row, &p->value[index], value, err);
    }
    if (s->property_count == s->property_cap) {
        (void)fail(err, OL_SETTING_PROPERTIES);
        return OL_E_NOSPC;
    }
    p = property_add(s, name->identifier);
    int32_t rc = store(name->row, &p->value[index], value, err);
    s->property_count = (uint16_t)(s->property_count + (rc == OL_OK ? 1 : 0));
    return rc;
}

void ol_settings_init(struct ol_settings *s, struct ol_settings_property *properties,
                      uint16_t cap)
{
    memset(s, 0, sizeof(*s));
    s->properties = properties;
    s->property_cap = cap;
    for (int i = 0; i < OL_SETTING_KEY_COUNT; i++) {
        preset(ol_setting_get((enum ol_setting_key)i), &s->value[i]);
    }
}

int32_t ol_settings_set(struct ol_settings *s, struct ol_str key, struct ol_str value,
                        uint16_t line, struct ol_setting_error *err)
{
    struct ol_setting_name name = ol_setting_name_decode(key);
    *err = (struct ol_setting_error){.line = line, .where = s->where, .key = key};
    if (name.is_property && !is_identifier(name.identifier)) {
        return fail(err, OL_SETTING_IDENTIFIER);
    }
    if (!name.row) {
        return fail(err, OL_SETTING_UNKNOWN);
    }
    return name.is_property
               ? property_set(s, &name, value, err)
               : store(name.row, &s->value[name.row - name.rows], value, err);
}

/* --- text --------------------------------------------------------------------------- */

/* Takes quotes and a comment off a value. */
static int32_t value_take(struct ol_str text, struct ol_str *out,
                          struct ol_setting_error *err)
{
    size_t end = 1;
    if (text.len > 0 && (text.ptr[0] == '"' || text.ptr[0] == '\'')) {
        while (end < text.len && text.ptr[end] != text.ptr[0]) {
            end++;
        }
        if (end == text.len) {
            return fail(err, OL_SETTING_QUOTE);
        }
        struct ol_str rest = trim(cut(text, end + 1, text.len));
        *out = cut(text, 1, end);
        return rest.len == 0 || rest.ptr[0] == '#' ? OL_OK : fail(err, OL_SETTING_QUOTE);
    }
    for (end = 0; end < text.len && text.ptr[end] != '#'; end++) {
    }
    if (end < text.len && end > 0 && !is_blank(text.ptr[end - 1])) {
        return fail(err, OL_SETTING_HASH);
    }
    *out = end > 0 ? trim(cut(text, 0, end)) : (struct ol_str){NULL, 0};
    return OL_OK;
}

static bool has_control(struct ol_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c < ' ' && c != '\t') || c == 0x7F) {
            return true;
        }
    }
    return false;
}

int32_t ol_settings_input_line(struct ol_settings *s, struct ol_str text, uint16_t line,
                               struct ol_setting_error *err)
{
    struct ol_str value = {NULL, 0};
    *err = (struct ol_setting_error){.line = line};
    if (text.len > 0 && text.ptr[text.len - 1] == '\r') {
        text.len--;
    }
    if (has_control(text)) {
        return fail(err, OL_SETTING_CONTROL);
    }
    text = trim(text);
    if (text.len == 0 || text.ptr[0] == '#') {
        return OL_OK;
    }
    const char *equals = memchr(text.ptr, '=', text.len);
    size_t at = equals ? (size_t)(equals - text.ptr) : 0;
    if (at == 0) {
        return fail(err, OL_SETTING_NO_EQUALS);
    }
    err->key = trim(cut(text, 0, at));
    int32_t rc = value_take(trim(cut(text, at + 1, text.len)), &value, err);
    return rc == OL_OK ? ol_settings_set(s, err->key, value, line, err) : rc;
}

static int32_t text_begin(struct ol_str text, struct ol_settings_cursor *cursor,
                          struct ol_setting_error *err)
{
    if (ol_str_has_prefix(text, OL_STR("\xFF\xFE")) ||
        ol_str_has_prefix(text, OL_STR("\xFE\xFF"))) {
        cursor->pos = text.len;
        err->line = 1;
        return fail(err, OL_SETTING_ENCODING);
    }
    cursor->pos = ol_str_has_prefix(text, OL_STR("\xEF\xBB\xBF")) ? 3 : 0;
    return OL_OK;
}

int32_t ol_settings_input_next(struct ol_settings *s, struct ol_str text,
                               struct ol_settings_cursor *cursor,
                               struct ol_setting_error *err)
{
    *err = (struct ol_setting_error){.line = 0};
    int32_t rc = cursor->pos == 0 ? text_begin(text, cursor, err) : OL_OK;
    while (rc == OL_OK && cursor->pos < text.len) {
        const char *lf = memchr(text.ptr + cursor->pos, '\n', text.len - cursor->pos);
        size_t end = lf ? (size_t)(lf - text.ptr) : text.len;
        cursor->line = (uint16_t)(cursor->line + (cursor->line < 65535));
        rc = ol_settings_input_line(s, cut(text, cursor->pos, end), cursor->line, err);
        cursor->pos = end + 1;
    }
    return rc;
}

int32_t ol_settings_input(struct ol_settings *s, struct ol_str text,
                          struct ol_setting_error *err)
{
    struct ol_settings_cursor cursor = {0};
    return ol_settings_input_next(s, text, &cursor, err);
}

/* --- checks and access -------------------------------------------------------------- */

/* The same names the setting for whoever knows another problem with it. */
static int32_t fail_missing(struct ol_setting_error *err, enum ol_setting_key key)
{
    err->setting = ol_setting_get(key);
    err->key = ol_str_from(err->setting->name);
    return fail(err, OL_SETTING_MISSING);
}

static int32_t fail_conflict(const struct ol_settings *s, struct ol_setting_error *err,
                             enum ol_setting_key first, enum ol_setting_key second)
{
    (void)fail_missing(err, second);
    err->line = s->value[second].line;
    err->other = ol_setting_get(first);
    err->other_line = s->value[first].line;
    return fail(err, OL_SETTING_CONFLICT);
}

static int32_t check_credential(const struct ol_settings *s, struct ol_setting_error *err)
{
    int credential = -1;
    for (int key = OL_SETTING_KEY_DEVICE_KEY; key <= OL_SETTING_KEY_TOKEN_FILE; key++) {
        if (!ol_settings_is_set(s, (enum ol_setting_key)key)) {
            continue;
        }
        if (credential >= 0) {
            return fail_conflict(s, err, (enum ol_setting_key)credential,
                                 (enum ol_setting_key)key);
        }
        credential = key;
    }
    if (credential < 0) {
        (void)fail_missing(err, OL_SETTING_KEY_DEVICE_KEY);
        return fail(err, OL_SETTING_CREDENTIAL);
    }
    return OL_OK;
}

static int32_t check_set(const struct ol_settings *s, enum ol_setting_key key,
                         struct ol_setting_error *err)
{
    return ol_settings_is_set(s, key) ? OL_OK : fail_missing(err, key);
}

#define CHECKS 4

static int32_t check_one(const struct ol_settings *s, uint8_t index,
                         struct ol_setting_error *err)
{
    switch (index) {
    case 0:
        return check_set(s, OL_SETTING_KEY_PRODUCT_ID, err);
    case 1:
        return check_set(s, OL_SETTING_KEY_DEVICE_NAME, err);
    case 2:
        return check_credential(s, err);
    default:
        break;
    }
    bool fixed =
        s->where == OL_SETTING_BOARD && ol_settings_number(s, OL_SETTING_KEY_DHCP) == 0;
    return fixed ? check_set(s, OL_SETTING_KEY_ADDRESS, err) : OL_OK;
}

int32_t ol_settings_check_next(const struct ol_settings *s, uint8_t *next,
                               struct ol_setting_error *err)
{
    int32_t rc = OL_OK;
    memset(err, 0, sizeof(*err));
    err->where = s->where;
    while (rc == OL_OK && *next < CHECKS) {
        rc = check_one(s, (*next)++, err);
    }
    return rc;
}

int32_t ol_settings_check(const struct ol_settings *s, struct ol_setting_error *err)
{
    uint8_t next = 0;
    return ol_settings_check_next(s, &next, err);
}
