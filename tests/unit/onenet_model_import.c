/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/model_import.h"

#include "tests/support/battery.h"
#include "tests/support/guard.h"
#include "tests/unit/onenet_util.h"

static struct model_box box;

static const struct ol_onenet_field *property(const char *identifier)
{
    int32_t i = ol_onenet_property_find(&box.model, ol_str_from(identifier));
    assert_true(i >= 0);
    return &box.model.fields[i];
}

static void assert_dec(struct ol_dec d, int64_t mantissa, int32_t exponent)
{
    const struct ol_dec expected = {mantissa, exponent};
    assert_int_equal(ol_dec_compare(d, expected), 0);
}

/* The whole shape that the console exports: docs/protocol.md §3.1, §3.2. */
static void test_full_export(void **state)
{
    (void)state;
    size_t len;
    char *file = read_vector_file("onenet/model.json", &len);
    assert_int_equal(model_box_import(&box, file, len), OL_OK);
    memset(file, 'x', len); /* the model does not need the text any more */
    free(file);
    const struct ol_onenet_model *m = &box.model;
    assert_span(m->version, "1.0");
    assert_span(m->product_id, "AbCdEf1234");
    assert_int_equal(m->property_count, 12);
    assert_int_equal(m->event_count, 1);
    assert_int_equal(m->service_count, 2);

    const struct ol_onenet_field *f = property("temp");
    assert_int_equal(f->type, OL_ONENET_FLOAT);
    assert_span(f->name, "温度");
    assert_span(f->desc, "室温");
    assert_span(f->unit, "摄氏度 / °C");
    assert_false(f->writable);
    assert_true(f->has_min && f->has_max && f->has_step);
    assert_dec(f->min, -40, 0);
    assert_dec(f->max, 85, 0);
    assert_dec(f->step, 1, -1);

    f = property("count");
    assert_int_equal(f->type, OL_ONENET_INT32);
    assert_true(f->writable && f->required);
    assert_dec(f->step, 5, 0);

    f = property("total");
    assert_int_equal(f->type, OL_ONENET_INT64);
    assert_int_equal(f->origin, OL_ONENET_STANDARD);
    assert_true(f->min.mantissa == INT64_MIN && f->max.mantissa == INT64_MAX);
    assert_false(f->has_step);

    f = property("ratio");
    assert_int_equal(f->type, OL_ONENET_DOUBLE);
    assert_true(f->has_max && !f->has_min && !f->has_step);

    f = property("led");
    assert_int_equal(f->type, OL_ONENET_BOOL);
    assert_span(ol_onenet_label_find(m, f, 1), "开");
    assert_span(ol_onenet_label_find(m, f, 0), "关");

    f = property("mode");
    assert_int_equal(f->type, OL_ONENET_ENUM);
    assert_int_equal(f->label_count, 3);
    assert_span(ol_onenet_label_find(m, f, 7), "fast");
    assert_span(ol_onenet_label_find(m, f, 2), "");

    assert_int_equal(property("label")->length, 16);
    assert_int_equal(property("since")->type, OL_ONENET_DATE);
    assert_int_equal(property("alarms")->type, OL_ONENET_BITMAP);
    assert_span(ol_onenet_label_find(m, property("alarms"), 1), "door");
}

static void test_nested_and_others(void **state)
{
    (void)state;
    size_t len;
    char *file = read_vector_file("onenet/model.json", &len);
    assert_int_equal(model_box_import(&box, file, len), OL_OK);
    free(file);
    const struct ol_onenet_model *m = &box.model;

    const struct ol_onenet_field *f = property("place");
    assert_int_equal(f->type, OL_ONENET_STRUCT);
    assert_int_equal(f->child_count, 2);
    assert_span(m->fields[f->first_child].identifier, "lon");
    assert_int_equal(m->fields[f->first_child + 1].type, OL_ONENET_BOOL);

    f = property("samples");
    assert_int_equal(f->type, OL_ONENET_ARRAY);
    assert_int_equal(f->length, 3);
    assert_int_equal(m->fields[f->first_child].type, OL_ONENET_INT32);
    assert_dec(m->fields[f->first_child].max, 9, 0);

    f = property("$OneNET_LBS");
    assert_int_equal(f->origin, OL_ONENET_SYSTEM);
    f = &m->fields[f->first_child];
    assert_int_equal(f->type, OL_ONENET_STRUCT);
    assert_int_equal(f->child_count, 2);
    assert_int_equal(m->fields[f->first_child + 1].length, 8);

    assert_span(m->events[0].identifier, "alarm");
    assert_int_equal(m->events[0].type, OL_ONENET_ALERT);
    assert_int_equal(m->events[0].output_count, 2);
    assert_span(m->fields[m->events[0].first_output + 1].identifier, "text");

    assert_span(m->services[0].identifier, "add");
    assert_false(m->services[0].asynchronous);
    assert_int_equal(m->services[0].input_count, 2);
    assert_int_equal(m->services[0].output_count, 1);
    assert_span(m->fields[m->services[0].first_output].identifier, "c");
    assert_true(m->services[1].asynchronous);
    assert_int_equal(m->services[1].input_count, 1);
    assert_int_equal(m->services[1].output_count, 0);
    assert_int_equal(m->services[1].origin, OL_ONENET_SYSTEM);
}

/* One property, written as the dialects write it; all give the same. */
#define PROP(type)     "{\"identifier\":\"a\",\"accessMode\":\"rw\",\"dataType\":" type "}"
#define ROOT(property) "{\"properties\":[" property "]}"

static void test_number_dialects(void **state)
{
    (void)state;
    static const char *const same[] = {
        ROOT(PROP("{\"type\":\"float\",\"specs\":{\"min\":\"-1.5\",\"max\":\"2\"}}")),
        ROOT(PROP("{\"type\":\"float\",\"specs\":{\"min\":-1.5,\"max\":2}}")),
        ROOT(PROP("{\"specs\":{\"max\":2.0,\"min\":\"-15e-1\",\"step\":\"\"},"
                  "\"type\":\"float\"}")),
        ROOT(PROP("{\"type\":\"float\",\"specs\":{\"min\":\"-1.50\",\"max\":\"2\","
                  "\"step\":null,\"unit\":null,\"other\":[1,{}]}}")),
        ROOT(PROP("{\"type\":\"float\",\"specs\":{\"min\":\"-1.5\",\"max\":\"2\","
                  "\"step\":\"0\"}}")),
        "\xEF\xBB\xBF" ROOT(
            PROP("{\"type\":\"float\",\"specs\":{\"min\":\"-1.5\",\"max\":\"2\"}}")),
        "\xEF\xBB\xBF\r\n " ROOT(PROP("{\"type\":\"float\",\"specs\":{\"min\":\"-1.5\","
                                      "\"max\":\"2\"}}")) "\n",
        "{\"properties\":[{\"access_mode\":\"读写\",\"identifier\":\"\\u0061\","
        "\"dataType\":{\"type\":\"float\",\"specs\":{\"min\":\"-1.5\",\"max\":2}}}],"
        "\"events\":null,\"services\":[],\"combs\":\"x\",\"profile\":null}",
        ROOT("{\"identifier\":\"a\",\"access-mode\":\"rw\",\"name\":null,\"desc\":\"\","
             "\"required\":null,\"functionMode\":\"property\",\"dataType\":"
             "{\"type\":\"float\",\"specs\":{\"min\":\"-1.5\",\"max\":2}}}"),
    };
    for (size_t i = 0; i < COUNT(same); i++) {
        int32_t rc = model_box_import(&box, same[i], strlen(same[i]));
        if (rc != OL_OK) {
            fail_msg("%s: %s at %s", same[i], box.error.path,
                     ol_onenet_import_reason_str(box.error.reason));
        }
        const struct ol_onenet_field *f = property("a");
        assert_int_equal(f->type, OL_ONENET_FLOAT);
        assert_true(f->writable && f->has_min && f->has_max && !f->has_step);
        assert_dec(f->min, -15, -1);
        assert_dec(f->max, 2, 0);
    }
}

static void test_length_and_array_dialects(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        uint32_t length;
        enum ol_onenet_type element;
    } rows[] = {
        {"{\"type\":\"string\",\"specs\":{\"length\":255}}", 255, OL_ONENET_ARRAY},
        {"{\"type\":\"string\",\"specs\":{\"length\":\"255\"}}", 255, OL_ONENET_ARRAY},
        {"{\"type\":\"string\",\"specs\":{\"length\":\"\"}}", 0, OL_ONENET_ARRAY},
        {"{\"type\":\"string\",\"specs\":{}}", 0, OL_ONENET_ARRAY},
        {"{\"type\":\"string\",\"specs\":null}", 0, OL_ONENET_ARRAY},
        {"{\"type\":\"string\"}", 0, OL_ONENET_ARRAY},
        {"{\"type\":\"array\",\"specs\":{\"length\":10,\"type\":\"string\",\"specs\":"
         "{\"length\":256}}}",
         10, OL_ONENET_STRING},
        {"{\"type\":\"array\",\"specs\":{\"size\":\"10\",\"items\":{\"type\":\"string\","
         "\"specs\":{\"length\":\"256\"}}}}",
         10, OL_ONENET_STRING},
        {"{\"type\":\"array\",\"specs\":{\"length\":\"10\",\"items\":{\"type\":\"date\"}}"
         "}",
         10, OL_ONENET_DATE},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "{\"identifier\":\"a\",\"accessMode\":\"r\",\"dataType\":%s}",
                 rows[i].type);
        const struct ol_onenet_model *m = model_box_of(&box, text);
        assert_int_equal(m->fields[0].length, rows[i].length);
        if (m->fields[0].type == OL_ONENET_ARRAY) {
            assert_int_equal(m->fields[m->fields[0].first_child].type, rows[i].element);
        }
    }
}

static void test_labels(void **state)
{
    (void)state;
    const struct ol_onenet_model *m = model_box_of(
        &box, PROP("{\"type\":\"bool\",\"specs\":{\"0\":\"n\",\"1\":\"y\"}}"));
    assert_span(ol_onenet_label_find(m, &m->fields[0], 1), "y");
    m = model_box_of(&box, PROP("{\"type\":\"bool\"}"));
    assert_int_equal(m->fields[0].label_count, 0);
    m = model_box_of(&box, PROP("{\"type\":\"enum\",\"specs\":{\"-1\":\"low\",\"10\":"
                                "null,\"2147483647\":\"\\u4e2d\"}}"));
    assert_span(ol_onenet_label_find(m, &m->fields[0], -1), "low");
    assert_span(ol_onenet_label_find(m, &m->fields[0], 10), "");
    assert_span(ol_onenet_label_find(m, &m->fields[0], INT32_MAX), "中");
    m = model_box_of(&box, PROP("{\"type\":\"bitMap\",\"specs\":[]}"));
    assert_int_equal(m->fields[0].label_count, 0);
}

static void test_events_and_services(void **state)
{
    (void)state;
    static const char text[] =
        "{\"events\":[{\"identifier\":\"e\",\"eventType\":3,\"output\":null},"
        "{\"identifier\":\"e2\"},{\"identifier\":\"e3\",\"eventType\":\"2\"}],"
        "\"services\":[{\"identifier\":\"s\",\"outputData\":[{\"identifier\":\"o\","
        "\"dataType\":{\"type\":\"bool\"}}]}]}";
    assert_int_equal(model_box_import(&box, text, strlen(text)), OL_OK);
    assert_int_equal(box.model.property_count, 0);
    assert_int_equal(box.model.events[0].type, OL_ONENET_ERROR);
    assert_int_equal(box.model.events[1].type, OL_ONENET_INFO);
    assert_int_equal(box.model.events[2].type, OL_ONENET_ALERT);
    assert_int_equal(box.model.services[0].output_count, 1);
    assert_int_equal(box.model.services[0].input_count, 0);
}

/* Every refusal says where and why. */
static void test_refused(void **state)
{
    (void)state;
#define T(type) ROOT(PROP(type))
#define DT      "properties[0].dataType"
    static const struct {
        const char *text;
        enum ol_onenet_import_reason reason;
        const char *path;
    } rows[] = {
        {"", OL_ONENET_IMPORT_JSON, ""},
        {"{", OL_ONENET_IMPORT_JSON, ""},
        {"{\"properties\":[]}x", OL_ONENET_IMPORT_JSON, ""},
        {"{\"properties\":[],}", OL_ONENET_IMPORT_JSON, ""},
        {"[]", OL_ONENET_IMPORT_KIND, ""},
        {"null", OL_ONENET_IMPORT_KIND, ""},
        {"{}", OL_ONENET_IMPORT_MISSING, "properties"},
        {"{\"properties\":{}}", OL_ONENET_IMPORT_KIND, "properties"},
        {"{\"properties\":[],\"properties\":[]}", OL_ONENET_IMPORT_TWICE, "properties"},
        {"{\"properties\":[],\"version\":1}", OL_ONENET_IMPORT_KIND, "version"},
        {ROOT("1"), OL_ONENET_IMPORT_KIND, "properties[0]"},
        {ROOT("{}"), OL_ONENET_IMPORT_MISSING, "properties[0].identifier"},
        {ROOT("{\"identifier\":\"\"}"), OL_ONENET_IMPORT_MISSING,
         "properties[0].identifier"},
        {ROOT("{\"identifier\":7}"), OL_ONENET_IMPORT_KIND, "properties[0].identifier"},
        {ROOT("{\"identifier\":\"a b\"}"), OL_ONENET_IMPORT_IDENTIFIER,
         "properties[0].identifier"},
        {ROOT("{\"identifier\":\"a\",\"identifier\":\"b\"}"), OL_ONENET_IMPORT_TWICE,
         "properties[0].identifier"},
        {ROOT("{\"identifier\":\"a\",\"name\":5}"), OL_ONENET_IMPORT_KIND,
         "properties[0].name"},
        {ROOT("{\"identifier\":\"a\"}"), OL_ONENET_IMPORT_MISSING, DT},
        {ROOT("{\"identifier\":\"a\",\"dataType\":\"int32\"}"), OL_ONENET_IMPORT_KIND,
         DT},
        {T("{}"), OL_ONENET_IMPORT_MISSING, DT ".type"},
        {T("{\"type\":\"text\"}"), OL_ONENET_IMPORT_TYPE, DT ".type"},
        {T("{\"type\":7}"), OL_ONENET_IMPORT_TYPE, DT ".type"},
        {T("{\"type\":\"int32\",\"specs\":[]}"), OL_ONENET_IMPORT_KIND, DT ".specs"},
        {T("{\"type\":\"int32\",\"specs\":{\"max\":\"ten\"}}"), OL_ONENET_IMPORT_NUMBER,
         DT ".specs.max"},
        {T("{\"type\":\"int32\",\"specs\":{\"max\":\"1.5\"}}"), OL_ONENET_IMPORT_NUMBER,
         DT ".specs.max"},
        {T("{\"type\":\"int32\",\"specs\":{\"max\":[]}}"), OL_ONENET_IMPORT_NUMBER,
         DT ".specs.max"},
        {T("{\"type\":\"int32\",\"specs\":{\"max\":2147483648}}"),
         OL_ONENET_IMPORT_NUMBER, DT ".specs.max"},
        {T("{\"type\":\"int32\",\"specs\":{\"min\":\"-2147483649\"}}"),
         OL_ONENET_IMPORT_NUMBER, DT ".specs.min"},
        {T("{\"type\":\"int64\",\"specs\":{\"max\":\"9223372036854775808\"}}"),
         OL_ONENET_IMPORT_NUMBER, DT ".specs.max"},
        {T("{\"type\":\"float\",\"specs\":{\"max\":\"1e999\"}}"), OL_ONENET_IMPORT_NUMBER,
         DT ".specs.max"},
        {T("{\"type\":\"float\",\"specs\":{\"max\":\"+1\"}}"), OL_ONENET_IMPORT_NUMBER,
         DT ".specs.max"},
        {T("{\"type\":\"float\",\"specs\":{\"unit\":1}}"), OL_ONENET_IMPORT_KIND,
         DT ".specs.unit"},
        {T("{\"type\":\"float\",\"specs\":{\"min\":2,\"max\":\"1\"}}"),
         OL_ONENET_IMPORT_RANGE, DT ".specs"},
        {T("{\"type\":\"float\",\"specs\":{\"step\":-1}}"), OL_ONENET_IMPORT_RANGE,
         DT ".specs"},
        {T("{\"type\":\"string\",\"specs\":{\"length\":0}}"), OL_ONENET_IMPORT_LENGTH,
         DT ".specs.length"},
        {T("{\"type\":\"string\",\"specs\":{\"length\":\"many\"}}"),
         OL_ONENET_IMPORT_LENGTH, DT ".specs.length"},
        {T("{\"type\":\"string\",\"specs\":{\"length\":1,\"size\":1}}"),
         OL_ONENET_IMPORT_TWICE, DT ".specs.size"},
        {T("{\"type\":\"array\",\"specs\":{\"size\":-1}}"), OL_ONENET_IMPORT_LENGTH,
         DT ".specs.size"},
        {T("{\"type\":\"enum\"}"), OL_ONENET_IMPORT_LABEL, DT ".specs"},
        {T("{\"type\":\"enum\",\"specs\":{}}"), OL_ONENET_IMPORT_LABEL, DT ".specs"},
        {T("{\"type\":\"enum\",\"specs\":{\"on\":\"x\"}}"), OL_ONENET_IMPORT_LABEL,
         DT ".specs.on"},
        {T("{\"type\":\"enum\",\"specs\":{\"1\":2}}"), OL_ONENET_IMPORT_KIND,
         DT ".specs.1"},
        {T("{\"type\":\"enum\",\"specs\":{\"2147483648\":\"\"}}"), OL_ONENET_IMPORT_LABEL,
         DT ".specs.2147483648"},
        {T("{\"type\":\"enum\",\"specs\":{\"\xC3\xA9\":\"x\"}}"), OL_ONENET_IMPORT_LABEL,
         DT ".specs.??"},
        {T("{\"type\":\"array\",\"specs\":{\"length\":1,\"type\":\"array\"}}"),
         OL_ONENET_IMPORT_NESTED, DT ".specs.type"},
        {T("{\"type\":\"array\",\"specs\":{\"length\":1,\"type\":\"bool\"}}"),
         OL_ONENET_IMPORT_NESTED, DT ".specs.type"},
        {T("{\"type\":\"array\",\"specs\":{\"length\":1,\"items\":{\"type\":\"enum\"}}}"),
         OL_ONENET_IMPORT_NESTED, DT ".specs.items.type"},
        {T("{\"type\":\"array\"}"), OL_ONENET_IMPORT_KIND, DT ".specs"},
        {T("{\"type\":\"struct\",\"specs\":{}}"), OL_ONENET_IMPORT_KIND, DT ".specs"},
        {T("{\"type\":\"struct\",\"specs\":[{\"identifier\":\"m\",\"dataType\":{\"type\":"
           "\"struct\"}}]}"),
         OL_ONENET_IMPORT_NESTED, DT ".specs[0].dataType.type"},
        {T("{\"type\":\"struct\",\"specs\":[{\"identifier\":\"m\",\"dataType\":{\"type\":"
           "\"date\"}},{\"identifier\":\"m\",\"dataType\":{\"type\":\"date\"}}]}"),
         OL_ONENET_IMPORT_TWICE, DT ".specs[1]"},
        {ROOT("{\"identifier\":\"a\",\"dataType\":{\"type\":\"date\"}}"),
         OL_ONENET_IMPORT_MISSING, "properties[0].accessMode"},
        {ROOT("{\"identifier\":\"a\",\"accessMode\":\"w\",\"dataType\":{\"type\":"
              "\"date\"}}"),
         OL_ONENET_IMPORT_WORD, "properties[0].accessMode"},
        {ROOT("{\"identifier\":\"a\",\"accessMode\":\"r\",\"functionType\":\"x\","
              "\"dataType\":{\"type\":\"date\"}}"),
         OL_ONENET_IMPORT_WORD, "properties[0].functionType"},
        {ROOT("{\"identifier\":\"a\",\"accessMode\":\"r\",\"functionMode\":\"event\","
              "\"dataType\":{\"type\":\"date\"}}"),
         OL_ONENET_IMPORT_WORD, "properties[0].functionMode"},
        {ROOT("{\"identifier\":\"a\",\"accessMode\":\"r\",\"required\":\"yes\","
              "\"dataType\":{\"type\":\"date\"}}"),
         OL_ONENET_IMPORT_KIND, "properties[0].required"},
        {ROOT(PROP("{\"type\":\"date\"}") "," PROP("{\"type\":\"date\"}")),
         OL_ONENET_IMPORT_TWICE, "properties[1]"},
        {"{\"properties\":[" PROP("{\"type\":\"date\"}") "],\"events\":[{\"identifier\":"
                                                         "\"a\"}]}",
         OL_ONENET_IMPORT_TWICE, "events[0]"},
        {"{\"events\":[{\"identifier\":\"a\"}],\"services\":[{\"identifier\":\"a\"}]}",
         OL_ONENET_IMPORT_TWICE, "services[0]"},
        {"{\"services\":[{\"identifier\":\"a\"},{\"identifier\":\"a\"}]}",
         OL_ONENET_IMPORT_TWICE, "services[1]"},
        {"{\"events\":[{\"identifier\":\"a\",\"eventType\":\"loud\"}]}",
         OL_ONENET_IMPORT_WORD, "events[0].eventType"},
        {"{\"events\":[{\"identifier\":\"a\",\"outputData\":{}}]}", OL_ONENET_IMPORT_KIND,
         "events[0].outputData"},
        {"{\"services\":[{\"identifier\":\"a\",\"callType\":\"x\"}]}",
         OL_ONENET_IMPORT_WORD, "services[0].callType"},
        {"{\"services\":[{\"identifier\":\"a\",\"input\":[],\"inputData\":[]}]}",
         OL_ONENET_IMPORT_TWICE, "services[0].inputData"},
        {"{\"services\":[{\"identifier\":\"a\",\"inputData\":[{\"identifier\":\"i\"}]}]}",
         OL_ONENET_IMPORT_MISSING, "services[0].inputData[0].dataType"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        int32_t rc = model_box_import(&box, rows[i].text, strlen(rows[i].text));
        if (rc != OL_E_ARG || box.error.reason != rows[i].reason ||
            strcmp(box.error.path, rows[i].path) != 0) {
            fail_msg("%s: status %d, %s at %s", rows[i].text, (int)rc,
                     ol_onenet_import_reason_str(box.error.reason), box.error.path);
        }
        assert_true(box.error.offset <= strlen(rows[i].text));
    }
}

/* Another kind of value than is needed: both kinds have words. */
static void test_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *text, *needed, *found;
    } rows[] = {
        {"[]", "an object", "an array"},
        {"null", "an object", "null"},
        {"{\"properties\":{}}", "an array", "an object"},
        {"{\"properties\":[],\"version\":1}", "a string", "a number"},
        {ROOT("-1"), "an object", "a number"},
        {ROOT("\"a\""), "an object", "a string"},
        {T("{\"type\":\"array\"}"), "an object", "nothing"},
        {"{\"services\":[{\"identifier\":\"a\",\"required\":\"no\"}]}", "true or false",
         "a string"},
        {"{\"services\":[{\"identifier\":\"a\",\"input\":true}]}", "an array",
         "true or false"},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        assert_int_equal(model_box_import(&box, rows[i].text, strlen(rows[i].text)),
                         OL_E_ARG);
        assert_int_equal(box.error.reason, OL_ONENET_IMPORT_KIND);
        assert_string_equal(ol_onenet_import_kind_str(box.error.needed), rows[i].needed);
        assert_string_equal(ol_onenet_import_kind_str(box.error.found), rows[i].found);
    }
}

/* Reading stops at the character that is wrong. */
static void test_offset(void **state)
{
    (void)state;
    static const char text[] = "{\"properties\":[{\"identifier\": oops}]}";
    assert_int_equal(model_box_import(&box, text, strlen(text)), OL_E_ARG);
    assert_int_equal(box.error.offset, 30);
    static const char word[] =
        "{\"events\":[{\"identifier\":\"a\",\"eventType\":\"x\"}]}";
    assert_int_equal(model_box_import(&box, word, strlen(word)), OL_E_ARG);
    assert_int_equal(box.error.offset, strlen("{\"events\":[{\"identifier\":\"a\","
                                              "\"eventType\":"));
    assert_int_equal(ol_onenet_model_import(word, strlen(word),
                                            &(struct ol_onenet_model_room){0}, &box.model,
                                            NULL),
                     OL_E_NOSPC);
}

/* docs/protocol.md §3.1: at most 100 function points, of all three kinds together. */
static void test_points(void **state)
{
    (void)state;
    static char text[16384];
    for (int n = 100; n <= 101; n++) {
        size_t len = (size_t)snprintf(text, sizeof text,
                                      "{\"services\":[{\"identifier\":"
                                      "\"s\"}],\"properties\":[");
        for (int i = 1; i < n; i++) {
            len += (size_t)snprintf(
                text + len, sizeof text - len,
                "%s{\"identifier\":\"p%d\",\"accessMode\":\"r\",\"dataType\":{\"type\":"
                "\"date\"}}",
                i > 1 ? "," : "", i);
        }
        len += (size_t)snprintf(text + len, sizeof text - len, "]}");
        int32_t rc = model_box_import(&box, text, len);
        assert_int_equal(rc, n == 100 ? OL_OK : OL_E_ARG);
        if (n == 101) {
            assert_int_equal(box.error.reason, OL_ONENET_IMPORT_POINTS);
            assert_string_equal(box.error.path, "services");
        }
    }
}

/* A struct is bounded too. */
static void test_many_members(void **state)
{
    (void)state;
    static char text[16384];
    size_t len = (size_t)snprintf(text, sizeof text,
                                  "{\"properties\":[{\"identifier\":\"s\",\"accessMode\":"
                                  "\"r\",\"dataType\":{\"type\":\"struct\",\"specs\":[");
    for (int i = 0; i < 101; i++) {
        len += (size_t)snprintf(
            text + len, sizeof text - len,
            "%s{\"identifier\":\"m%d\",\"dataType\":{\"type\":\"date\"}}",
            i > 0 ? "," : "", i);
    }
    len += (size_t)snprintf(text + len, sizeof text - len, "]}}]}");
    assert_int_equal(model_box_import(&box, text, len), OL_E_ARG);
    assert_int_equal(box.error.reason, OL_ONENET_IMPORT_POINTS);
    assert_string_equal(box.error.path, "properties[0].dataType.specs");
}

/* Each table one entry too small, and the room that measure asks for suffices. */
static void test_room(void **state)
{
    (void)state;
    size_t len;
    char *file = read_vector_file("onenet/model.json", &len);
    assert_int_equal(model_box_import(&box, file, len), OL_OK);
    const struct ol_onenet_model whole = box.model;
    struct ol_onenet_model_room room = {.fields = box.fields,
                                        .labels = box.labels,
                                        .events = box.events,
                                        .services = box.services,
                                        .text = box.text};
    ol_onenet_model_measure(file, len, &room);
    assert_true(room.field_cap <= COUNT(box.fields) &&
                room.field_cap >= whole.field_count);
    assert_true(room.label_cap >= whole.label_count && room.text_cap == len);
    room.label_cap = (uint16_t)(room.label_cap < COUNT(box.labels) ? room.label_cap
                                                                   : COUNT(box.labels));
    room.event_cap = 1;
    room.service_cap = 2;
    assert_int_equal(ol_onenet_model_import(file, len, &room, &box.model, &box.error),
                     OL_OK);
    for (int i = 0; i < 5; i++) {
        struct ol_onenet_model_room small = room;
        small.field_cap = i == 0 ? (uint16_t)(whole.field_count - 1) : small.field_cap;
        small.label_cap = i == 1 ? (uint16_t)(whole.label_count - 1) : small.label_cap;
        small.event_cap = i == 2 ? 0 : small.event_cap;
        small.service_cap = i == 3 ? 1 : small.service_cap;
        small.text_cap = i == 4 ? 100 : small.text_cap;
        assert_int_equal(
            ol_onenet_model_import(file, len, &small, &box.model, &box.error),
            OL_E_NOSPC);
        assert_int_equal(box.error.reason, OL_ONENET_IMPORT_FIELDS_FULL + i);
    }
    free(file);
}

/* An imported model holds together: all indices lie within its tables. */
static void check_model(const struct ol_onenet_model *m)
{
    assert_true(m->property_count <= m->field_count);
    for (uint16_t i = 0; i < m->field_count; i++) {
        const struct ol_onenet_field *f = &m->fields[i];
        assert_true(f->first_child + f->child_count <= m->field_count);
        assert_true(f->first_label + f->label_count <= m->label_count);
        assert_true(f->type != OL_ONENET_ARRAY || f->child_count == 1);
        assert_true(f->child_count == 0 || f->first_child >= m->property_count);
    }
    for (uint16_t i = 0; i < m->event_count; i++) {
        assert_true(m->events[i].first_output + m->events[i].output_count <=
                    m->field_count);
    }
}

static void check_variant(void *ctx, const uint8_t *data, size_t len)
{
    (void)ctx;
    struct ol_onenet_model_room room = {0};
    ol_onenet_model_measure(data, len, &room);
    int32_t rc = model_box_import(&box, data, len);
    if (rc == OL_OK) {
        check_model(&box.model);
        assert_int_equal(box.error.reason, OL_ONENET_IMPORT_OK);
    } else {
        assert_int_not_equal(box.error.reason, OL_ONENET_IMPORT_OK);
        assert_true(box.error.offset <= len);
        assert_true(strlen(box.error.path) < sizeof box.error.path);
    }
}

static void test_battery(void **state)
{
    (void)state;
    size_t len;
    char *file = read_vector_file("onenet/model.json", &len);
    ol_battery_truncations(file, len, check_variant, NULL);
    free(file);
    /* Every kind of thing once, so that 8 variants of each byte stay quick. */
    static const char compact[] =
        "\xEF\xBB\xBF{\"version\":\"1.0\",\"profile\":{\"productId\":\"p\"},"
        "\"properties\":"
        "[{\"identifier\":\"t\",\"name\":\"\\u4e2d\",\"accessMode\":\"r\",\"dataType\":{"
        "\"type\":\"float\",\"specs\":{\"min\":\"-4\",\"max\":85,\"step\":\"0.1\"}}},"
        "{\"identifier\":\"e\",\"accessMode\":\"rw\",\"dataType\":{\"type\":\"enum\","
        "\"specs\":{\"0\":\"off\",\"1\":\"on\"}}},{\"identifier\":\"$a\",\"accessMode\":"
        "\"r\",\"dataType\":{\"type\":\"array\",\"specs\":{\"length\":2,\"type\":"
        "\"struct\",\"specs\":[{\"identifier\":\"m\",\"dataType\":{\"type\":\"string\","
        "\"specs\":{\"length\":\"8\"}}}]}}}],\"events\":[{\"identifier\":\"w\","
        "\"eventType\":1,\"outputData\":[{\"identifier\":\"m\",\"dataType\":{\"type\":"
        "\"date\"}}]}],\"services\":[{\"identifier\":\"s\",\"callType\":\"a\",\"input\":"
        "[]}]}";
    assert_int_equal(model_box_import(&box, compact, sizeof compact - 1), OL_OK);
    ol_battery_bit_flips(compact, sizeof compact - 1, check_variant, NULL);
}

static void test_reason_words(void **state)
{
    (void)state;
    for (int i = 0; i <= OL_ONENET_IMPORT_TEXT_FULL; i++) {
        for (int k = 0; k < i; k++) {
            assert_string_not_equal(
                ol_onenet_import_reason_str((enum ol_onenet_import_reason)i),
                ol_onenet_import_reason_str((enum ol_onenet_import_reason)k));
        }
    }
    assert_string_equal(ol_onenet_import_reason_str((enum ol_onenet_import_reason)99),
                        "unknown");
}

/* A path longer than its buffer is cut, not overrun. */
static void test_long_path(void **state)
{
    (void)state;
    char text[600];
    char name[200];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    snprintf(text, sizeof text, ROOT(PROP("{\"type\":\"enum\",\"specs\":{\"%s\":\"\"}}")),
             name);
    assert_int_equal(model_box_import(&box, text, strlen(text)), OL_E_ARG);
    assert_int_equal(strlen(box.error.path), sizeof box.error.path - 1);
    assert_int_equal(box.error.path[sizeof box.error.path - 2], 'x');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_export),
        cmocka_unit_test(test_nested_and_others),
        cmocka_unit_test(test_number_dialects),
        cmocka_unit_test(test_length_and_array_dialects),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_events_and_services),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_offset),
        cmocka_unit_test(test_points),
        cmocka_unit_test(test_many_members),
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_battery),
        cmocka_unit_test(test_reason_words),
        cmocka_unit_test(test_long_path),
    };
    return cmocka_run_group_tests_name("onenet model import", tests, NULL, NULL);
}
