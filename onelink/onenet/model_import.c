/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/model_import.h"

#include <string.h>

#include "onelink/onenet/model_cursor.h"

static const struct ol_str origins[] = {OL_STR_INIT("u"), OL_STR_INIT("s"),
                                        OL_STR_INIT("st")};

/* What properties, events and services have in common beside their tables. */
static enum ol_onenet_origin read_origin(struct ol_onenet_import *im,
                                         struct ol_str object, struct ol_str mode)
{
    (void)ol_onenet_import_word(im, object, OL_STR("functionMode"), &mode, 1, 0);
    return (enum ol_onenet_origin)ol_onenet_import_word(
        im, object, OL_STR("functionType"), origins, 3, OL_ONENET_CUSTOM);
}

/* identifier, name and desc, read as those of a field without a type. */
static void read_head(struct ol_onenet_import *im, struct ol_str object,
                      struct ol_str *identifier, struct ol_str *name, struct ol_str *desc)
{
    *identifier = ol_onenet_import_identifier(im, object);
    *name = ol_onenet_import_text(im, object, OL_STR("name"));
    *desc = ol_onenet_import_text(im, object, OL_STR("desc"));
}

/* Identifiers are unique among all points of the product. docs/protocol.md §3.1. */
static bool is_point(const struct ol_onenet_import *im, struct ol_str identifier)
{
    const struct ol_onenet_model *m = im->model;
    for (uint16_t i = 0; i < m->property_count; i++) {
        if (ol_str_equal(im->room->fields[i].identifier, identifier)) {
            return true;
        }
    }
    for (uint16_t i = 0; i < m->event_count; i++) {
        if (ol_str_equal(im->room->events[i].identifier, identifier)) {
            return true;
        }
    }
    for (uint16_t i = 0; i < m->service_count; i++) {
        if (ol_str_equal(im->room->services[i].identifier, identifier)) {
            return true;
        }
    }
    return false;
}

static bool read_access(struct ol_onenet_import *im, struct ol_str object)
{
    static const struct ol_str words[] = {OL_STR_INIT("r"), OL_STR_INIT("rw"),
                                          OL_STR_INIT("只读"), OL_STR_INIT("读写")};
    static const struct ol_str names[] = {OL_STR_INIT("accessMode"),
                                          OL_STR_INIT("access_mode"),
                                          OL_STR_INIT("access-mode")};
    for (int i = 0; i < 3; i++) {
        int word = ol_onenet_import_word(im, object, names[i], words, 4, -1);
        if (word >= 0) {
            return (word & 1) != 0;
        }
    }
    uint32_t mark = ol_onenet_import_push(im, names[0]);
    ol_onenet_import_fail(im, OL_ONENET_IMPORT_MISSING, object);
    ol_onenet_import_pop(im, mark);
    return false;
}

/* The properties' own fields come first, so they are reserved before any is read. */
static void read_properties(struct ol_onenet_import *im,
                            struct ol_onenet_import_walk walk)
{
    uint32_t count = ol_onenet_import_walk_count(walk);
    uint16_t first = 0;
    if (!ol_onenet_import_fields(im, count, &first)) {
        return;
    }
    while (!ol_onenet_import_failed(im) && ol_onenet_import_walk_next(&walk)) {
        uint32_t mark = ol_onenet_import_push_index(im, walk.index);
        struct ol_onenet_field *field = &im->room->fields[walk.index];
        ol_onenet_import_field(im, walk.value, OL_ONENET_TOP, field);
        field->origin = read_origin(im, walk.value, OL_STR("property"));
        field->writable = read_access(im, walk.value);
        field->required = ol_onenet_import_flag(im, walk.value, OL_STR("required"));
        if (is_point(im, field->identifier)) {
            ol_onenet_import_fail(im, OL_ONENET_IMPORT_TWICE, walk.value);
        }
        im->model->property_count++;
        ol_onenet_import_pop(im, mark);
    }
}

/* The parameters of an event or service; exports and documents name the list differently.
 */
static void read_params(struct ol_onenet_import *im, struct ol_str object,
                        struct ol_str name, struct ol_str other, uint16_t *first,
                        uint16_t *count)
{
    struct ol_str used;
    struct ol_str list = ol_onenet_import_member_either(im, object, name, other, &used);
    uint32_t mark = ol_onenet_import_push(im, used);
    ol_onenet_import_field_list(im, list, OL_ONENET_TOP, first, count);
    ol_onenet_import_pop(im, mark);
}

static void read_event(struct ol_onenet_import *im, struct ol_str object,
                       struct ol_onenet_event *event)
{
    static const struct ol_str types[] = {OL_STR_INIT("info"),  OL_STR_INIT("alert"),
                                          OL_STR_INIT("error"), OL_STR_INIT("1"),
                                          OL_STR_INIT("2"),     OL_STR_INIT("3")};
    memset(event, 0, sizeof *event);
    read_head(im, object, &event->identifier, &event->name, &event->desc);
    event->origin = read_origin(im, object, OL_STR("event"));
    event->type = (enum ol_onenet_event_type)(
        ol_onenet_import_word(im, object, OL_STR("eventType"), types, 6, 0) % 3);
    event->required = ol_onenet_import_flag(im, object, OL_STR("required"));
    read_params(im, object, OL_STR("outputData"), OL_STR("output"), &event->first_output,
                &event->output_count);
}

static void read_service(struct ol_onenet_import *im, struct ol_str object,
                         struct ol_onenet_service *service)
{
    static const struct ol_str calls[] = {OL_STR_INIT("s"), OL_STR_INIT("a")};
    memset(service, 0, sizeof *service);
    read_head(im, object, &service->identifier, &service->name, &service->desc);
    service->origin = read_origin(im, object, OL_STR("service"));
    service->asynchronous =
        ol_onenet_import_word(im, object, OL_STR("callType"), calls, 2, 0) == 1;
    service->required = ol_onenet_import_flag(im, object, OL_STR("required"));
    read_params(im, object, OL_STR("input"), OL_STR("inputData"), &service->first_input,
                &service->input_count);
    read_params(im, object, OL_STR("output"), OL_STR("outputData"),
                &service->first_output, &service->output_count);
}

static void read_events(struct ol_onenet_import *im, struct ol_onenet_import_walk walk)
{
    while (!ol_onenet_import_failed(im) && ol_onenet_import_walk_next(&walk)) {
        uint32_t mark = ol_onenet_import_push_index(im, walk.index);
        if (im->model->event_count == im->room->event_cap) {
            ol_onenet_import_fail(im, OL_ONENET_IMPORT_EVENTS_FULL, walk.value);
            return;
        }
        struct ol_onenet_event *event = &im->room->events[im->model->event_count];
        read_event(im, walk.value, event);
        if (is_point(im, event->identifier)) {
            ol_onenet_import_fail(im, OL_ONENET_IMPORT_TWICE, walk.value);
        }
        im->model->event_count++;
        ol_onenet_import_pop(im, mark);
    }
}

static void read_services(struct ol_onenet_import *im, struct ol_onenet_import_walk walk)
{
    while (!ol_onenet_import_failed(im) && ol_onenet_import_walk_next(&walk)) {
        uint32_t mark = ol_onenet_import_push_index(im, walk.index);
        if (im->model->service_count == im->room->service_cap) {
            ol_onenet_import_fail(im, OL_ONENET_IMPORT_SERVICES_FULL, walk.value);
            return;
        }
        struct ol_onenet_service *service = &im->room->services[im->model->service_count];
        read_service(im, walk.value, service);
        if (is_point(im, service->identifier)) {
            ol_onenet_import_fail(im, OL_ONENET_IMPORT_TWICE, walk.value);
        }
        im->model->service_count++;
        ol_onenet_import_pop(im, mark);
    }
}

static void read_profile(struct ol_onenet_import *im, struct ol_str root)
{
    struct ol_str profile = ol_onenet_import_member(im, root, OL_STR("profile"));
    if (profile.len > 0 && profile.ptr[0] == '{') {
        uint32_t mark = ol_onenet_import_push(im, OL_STR("profile"));
        im->model->product_id = ol_onenet_import_text(im, profile, OL_STR("productId"));
        ol_onenet_import_pop(im, mark);
    }
}

/* Not inlined, so that its frame does not add to that of the caller's error. */
__attribute__((noinline)) static void read_root(struct ol_onenet_import *im,
                                                struct ol_str root)
{
    typedef void (*section_reader)(struct ol_onenet_import *,
                                   struct ol_onenet_import_walk);
    static const struct ol_str names[] = {OL_STR_INIT("properties"),
                                          OL_STR_INIT("events"), OL_STR_INIT("services")};
    static const section_reader readers[] = {read_properties, read_events, read_services};
    uint32_t points = 0;
    bool any = false;
    for (int i = 0; i < 3; i++) {
        struct ol_str section = ol_onenet_import_member(im, root, names[i]);
        any = any || section.len > 0;
        uint32_t mark = ol_onenet_import_push(im, names[i]);
        struct ol_onenet_import_walk walk = ol_onenet_import_walk(im, section);
        points += ol_onenet_import_walk_count(walk);
        if (points > OL_ONENET_POINTS_MAX) {
            ol_onenet_import_fail(im, OL_ONENET_IMPORT_POINTS, section);
        }
        if (!ol_onenet_import_failed(im)) {
            readers[i](im, walk);
        }
        ol_onenet_import_pop(im, mark);
    }
    if (!any) {
        (void)ol_onenet_import_push(im, names[0]);
        ol_onenet_import_fail(im, OL_ONENET_IMPORT_MISSING, root);
    }
    im->model->version = ol_onenet_import_text(im, root, OL_STR("version"));
    read_profile(im, root);
}

/* Takes a byte-order mark and the white space around the value off. */
static struct ol_str trim(const char *text, size_t len)
{
    size_t begin = len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    while (begin < len && (uint8_t)text[begin] <= ' ') {
        begin++;
    }
    while (len > begin && (uint8_t)text[len - 1] <= ' ') {
        len--;
    }
    return ol_str_make(text + begin, len - begin);
}

/* Checks that the text is JSON; the reader tells where it is not. */
static bool check_json(struct ol_onenet_import *im, struct ol_str root)
{
    struct ol_json_reader r = ol_json_reader_make(root.ptr, root.len);
    struct ol_json_token t = {.kind = OL_JSON_NULL};
    int32_t rc = OL_OK;
    while (rc == OL_OK && t.kind != OL_JSON_END) {
        rc = ol_json_reader_next(&r, &t);
    }
    if (rc != OL_OK) {
        ol_onenet_import_fail(im, OL_ONENET_IMPORT_JSON,
                              ol_str_make(root.ptr + r.pos, 0));
    }
    return rc == OL_OK;
}

int32_t ol_onenet_model_import(const void *text, size_t len,
                               const struct ol_onenet_model_room *room,
                               struct ol_onenet_model *model,
                               struct ol_onenet_import_error *error)
{
    struct ol_onenet_import_error own;
    text = len > 0 ? text : "";
    struct ol_onenet_import im = {
        .room = room,
        .model = model,
        .error = error != NULL ? error : &own,
        .text = text,
    };
    *model = (struct ol_onenet_model){.fields = room->fields,
                                      .labels = room->labels,
                                      .events = room->events,
                                      .services = room->services};
    im.error->reason = OL_ONENET_IMPORT_OK;
    im.error->offset = 0;
    im.error->path[0] = '\0';
    im.error->needed = '\0';
    im.error->found = '\0';
    struct ol_str root = trim(text, len);
    if (check_json(&im, root)) {
        read_root(&im, root);
    }
    model->field_count = im.field_count;
    model->label_count = im.label_count;
    if (!ol_onenet_import_failed(&im)) {
        return OL_OK;
    }
    return im.error->reason >= OL_ONENET_IMPORT_FIELDS_FULL ? OL_E_NOSPC : OL_E_ARG;
}

static uint16_t cut(uint32_t n)
{
    return (uint16_t)(n > UINT16_MAX ? UINT16_MAX : n);
}

void ol_onenet_model_measure(const void *text, size_t len,
                             struct ol_onenet_model_room *room)
{
    /* A field has an object of its own, an array element one too or that of its array; a
     * label has a ':'. */
    const char *p = text;
    uint32_t objects = 0;
    uint32_t members = 0;
    for (size_t i = 0; i < len; i++) {
        objects += p[i] == '{';
        members += p[i] == ':';
    }
    room->field_cap = cut(objects);
    room->label_cap = cut(members);
    room->event_cap = OL_ONENET_POINTS_MAX;
    room->service_cap = OL_ONENET_POINTS_MAX;
    room->text_cap = len > UINT32_MAX ? UINT32_MAX : (uint32_t)len;
}
