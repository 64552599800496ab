/* SPDX-License-Identifier: MIT */
#ifndef ONELINK_ONENET_PARAMS_CHECK_H
#define ONELINK_ONENET_PARAMS_CHECK_H

#include "onelink/onenet/onejson.h"

/* Inside of the layer: params checked while a request is taken apart, so that its text is
 * read once. */
struct ol_onenet_params_check {
    /* begin, the '{' or '[' of params, was just read from r. Reads as far as it likes
     * within them. Returns an error of the reader or OL_OK, its verdict is its own. */
    int32_t (*run)(const struct ol_onenet_params_check *check, struct ol_json_reader *r,
                   const struct ol_json_token *begin);
    const struct ol_onenet_model *model;
    bool tolerant; /* takes 0 and 1 for a bool, as a device does */
    struct ol_onenet_refusal *verdict;
};

/* A command: bare values of writable properties. Without a model only its form is held. */
int32_t ol_onenet_params_check_set(const struct ol_onenet_params_check *check,
                                   struct ol_json_reader *r,
                                   const struct ol_json_token *begin);

/* ol_onenet_request_decode with a check of params; check may be NULL. *check->verdict is
 * set only when params are an object or an array. */
enum ol_onenet_request_error
ol_onenet_request_decode_checked(struct ol_str body, struct ol_onenet_request *out,
                                 const struct ol_onenet_params_check *check);

#endif
