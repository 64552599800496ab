/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "onelink/net/dhcp_message.h"
#include "tests/fuzz/fuzz.h"

static void check(const uint8_t *data, size_t size)
{
    static const uint8_t mac[6] = {2, 0, 0, 0, 0, 1};
    struct ol_dhcp_lease lease;
    static const uint8_t xid_bytes[4] = {1, 2, 3, 4}; /* as in the head below */
    uint32_t xid;
    memcpy(&xid, xid_bytes, sizeof xid);
    int32_t rc = ol_dhcp_answer_decode(data, size, xid, mac, &lease);

    require(rc == OL_E_PROTO || rc == OL_DHCP_OFFER || rc == OL_DHCP_ACK ||
            rc == OL_DHCP_NAK);
    if (rc > 0) {
        require(lease.server.family == OL_ADDR_IPV4 && lease.server.port == 67);
        require(memchr(lease.domain, 0, sizeof lease.domain) != NULL);
    }
    if (rc == OL_DHCP_OFFER || rc == OL_DHCP_ACK) {
        require(lease.address.family == OL_ADDR_IPV4 && lease.lease_s > 0);
        require(lease.prefix_len >= 1 && lease.prefix_len <= 31);
    }
}

/* First the bytes as a message, then as the options behind a head that fits, so that every
 * input reaches them. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t head[] = {2, 1, 6, 0, 1, 2, 3,  4, 0, 0,
                                   0, 0, 0, 0, 0, 0, 10, 0, 0, 9};
    static const uint8_t cookie[] = {0x63, 0x82, 0x53, 0x63};

    check(data, size);
    uint8_t *msg = calloc(1, 240 + size);
    require(msg != NULL);
    memcpy(msg, head, sizeof head);
    msg[28] = 2;
    msg[33] = 1;
    memcpy(msg + 236, cookie, sizeof cookie);
    memcpy(msg + 240, data, size);
    check(msg, 240 + size);
    free(msg);
    return 0;
}
