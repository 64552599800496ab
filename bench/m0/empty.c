/* SPDX-License-Identifier: MIT */
/* Nothing: what the harness itself leaves in the measured sections, which must be nothing.
 * m0-sources: */
#include "rt.h"

int main(void)
{
    m0_begin("nothing");
    m0_end();
    return 0;
}
