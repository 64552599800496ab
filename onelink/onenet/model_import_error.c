/* SPDX-License-Identifier: MIT */
#include "onelink/onenet/model_import.h"

const char *ol_onenet_import_kind_str(char first)
{
    switch (first) {
    case '{':
        return "an object";
    case '[':
        return "an array";
    case '"':
        return "a string";
    case 't':
    case 'f':
        return "true or false";
    case 'n':
        return "null";
    case '\0':
        return "nothing";
    default:
        return "a number";
    }
}

const char *ol_onenet_import_reason_str(enum ol_onenet_import_reason reason)
{
    static const char *const texts[] = {
        [OL_ONENET_IMPORT_OK] = "ok",
        [OL_ONENET_IMPORT_JSON] = "the text is not JSON",
        [OL_ONENET_IMPORT_KIND] = "another kind of JSON value is needed here",
        [OL_ONENET_IMPORT_MISSING] = "this member is missing",
        [OL_ONENET_IMPORT_TWICE] = "this occurs twice",
        [OL_ONENET_IMPORT_IDENTIFIER] =
            "an identifier has 1 to 64 letters, digits or '_', perhaps after a '$'",
        [OL_ONENET_IMPORT_TYPE] =
            "this is not the name of a type (int32, float, bool, enum ...)",
        [OL_ONENET_IMPORT_NESTED] = "this type may not stand inside a struct or an array",
        [OL_ONENET_IMPORT_NUMBER] = "this is not a number that the type can hold",
        [OL_ONENET_IMPORT_RANGE] = "min is above max, or step is below 0",
        [OL_ONENET_IMPORT_LENGTH] = "a length is an integer from 1 to 1048576",
        [OL_ONENET_IMPORT_LABEL] = "an enum needs values, and each is an integer",
        [OL_ONENET_IMPORT_WORD] = "this word is not one of those allowed here",
        [OL_ONENET_IMPORT_POINTS] =
            "more than 100 function points, or 100 members of one",
        [OL_ONENET_IMPORT_FIELDS_FULL] = "more fields than there is room for",
        [OL_ONENET_IMPORT_LABELS_FULL] = "more named values than there is room for",
        [OL_ONENET_IMPORT_EVENTS_FULL] = "more events than there is room for",
        [OL_ONENET_IMPORT_SERVICES_FULL] = "more services than there is room for",
        [OL_ONENET_IMPORT_TEXT_FULL] = "more text than there is room for",
    };
    size_t i = (size_t)reason;
    return i < sizeof texts / sizeof texts[0] ? texts[i] : "unknown";
}
