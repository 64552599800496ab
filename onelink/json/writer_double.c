/* SPDX-License-Identifier: MIT */
#include "onelink/json/writer.h"

/* Apart from the other values, so that a program without binary floating point does not
 * link its conversion. */
void ol_json_double(struct ol_json_writer *w, double value)
{
    struct ol_dec d;
    if (ol_dec_from_double(value, &d) == OL_OK) {
        ol_json_dec(w, d);
        return;
    }
    int32_t rc = ol_json_writer_status(w);
    if (rc == OL_OK || rc == OL_E_AGAIN) {
        w->error = OL_E_ARG;
    }
}
