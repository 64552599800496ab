/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/model.h"

#include <string.h>

const char *ol_onenet_type_str(enum ol_onenet_type type)
{
    static const char *const words[] = {
        [OL_ONENET_INT32] = "int32",   [OL_ONENET_INT64] = "int64",
        [OL_ONENET_FLOAT] = "float",   [OL_ONENET_DOUBLE] = "double",
        [OL_ONENET_BOOL] = "bool",     [OL_ONENET_ENUM] = "enum",
        [OL_ONENET_STRING] = "string", [OL_ONENET_DATE] = "date",
        [OL_ONENET_BITMAP] = "bitMap", [OL_ONENET_STRUCT] = "struct",
        [OL_ONENET_ARRAY] = "array",
    };
    size_t i = (size_t)type;
    return i < sizeof words / sizeof words[0] ? words[i] : "unknown";
}

int32_t ol_onenet_property_find(const struct ol_onenet_model *model,
                                struct ol_str identifier)
{
    for (uint16_t i = 0; i < model->property_count; i++) {
        const struct ol_str *name = &model->fields[i].identifier;
        if (name->len == identifier.len &&
            memcmp(name->ptr, identifier.ptr, identifier.len) == 0) {
            return i;
        }
    }
    return -1;
}

int32_t ol_onenet_property_find_token(const struct ol_onenet_model *model,
                                      const struct ol_json_token *token)
{
    if (!token->escaped) {
        return ol_onenet_property_find(model, token->text);
    }
    for (uint16_t i = 0; i < model->property_count; i++) {
        if (ol_json_token_equal(token, model->fields[i].identifier)) {
            return i;
        }
    }
    return -1;
}

struct ol_str ol_onenet_label_find(const struct ol_onenet_model *model,
                                   const struct ol_onenet_field *field, int64_t value)
{
    for (uint16_t i = 0; i < field->label_count; i++) {
        const struct ol_onenet_label *label = &model->labels[field->first_label + i];
        if (label->value == value) {
            return label->text;
        }
    }
    return (struct ol_str){NULL, 0};
}
