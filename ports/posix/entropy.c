/* SPDX-License-Identifier: MIT */
#include "ports/posix/entropy.h"

#include <errno.h>
#include <sys/random.h>
#include <sys/types.h>

static int32_t entropy_fill(void *ctx, void *buf, size_t len)
{
    unsigned char *bytes = buf;
    size_t done = 0;
    (void)ctx;
    while (done < len) {
        ssize_t n = getrandom(bytes + done, len - done, GRND_NONBLOCK);
        if (n > 0) {
            done += (size_t)n;
        } else if (errno != EINTR) {
            return errno == EAGAIN ? OL_E_AGAIN : OL_E_IO;
        }
    }
    return OL_OK;
}

struct ol_entropy ol_posix_entropy(void)
{
    return (struct ol_entropy){.fill = entropy_fill};
}
