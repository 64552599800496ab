/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FUZZ_FUZZ_MODEL_H
#define TESTS_FUZZ_FUZZ_MODEL_H

#include "onelink/onenet/model.h"

/* One property of each type, for the targets that need a model. */
static const struct ol_onenet_label fuzz_labels[] = {{0, OL_STR_INIT("off")},
                                                     {7, OL_STR_INIT("fast")}};
static const struct ol_onenet_field fuzz_fields[] = {
    {.identifier = OL_STR_INIT("temp"),
     .type = OL_ONENET_FLOAT,
     .writable = true,
     .has_min = true,
     .has_max = true,
     .has_step = true,
     .min = {-40, 0},
     .max = {85, 0},
     .step = {1, -1}},
    {.identifier = OL_STR_INIT("led"), .type = OL_ONENET_BOOL, .writable = true},
    {.identifier = OL_STR_INIT("mode"),
     .type = OL_ONENET_ENUM,
     .writable = true,
     .label_count = 2},
    {.identifier = OL_STR_INIT("total"), .type = OL_ONENET_INT64, .writable = true},
    {.identifier = OL_STR_INIT("ratio"), .type = OL_ONENET_DOUBLE, .writable = true},
    {.identifier = OL_STR_INIT("count"),
     .type = OL_ONENET_INT32,
     .writable = true,
     .has_step = true,
     .step = {7, 0}},
    {.identifier = OL_STR_INIT("label"),
     .type = OL_ONENET_STRING,
     .writable = true,
     .length = 4},
    {.identifier = OL_STR_INIT("since"), .type = OL_ONENET_DATE},
    {.identifier = OL_STR_INIT("bits"), .type = OL_ONENET_BITMAP, .writable = true},
    {.identifier = OL_STR_INIT("list"),
     .type = OL_ONENET_ARRAY,
     .writable = true,
     .length = 3,
     .first_child = 10,
     .child_count = 1},
    {.type = OL_ONENET_STRUCT, .first_child = 11, .child_count = 2},
    {.identifier = OL_STR_INIT("x"), .type = OL_ONENET_INT32},
    {.identifier = OL_STR_INIT("y"), .type = OL_ONENET_STRING, .length = 2},
};
static const struct ol_onenet_model fuzz_model = {
    .fields = fuzz_fields,
    .field_count = 13,
    .property_count = 10,
    .labels = fuzz_labels,
    .label_count = 2,
};

#endif
