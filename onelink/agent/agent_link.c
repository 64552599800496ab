/* SPDX-License-Identifier: MIT */
#include "onelink/agent/agent_private.h"

/* What the parts share that speak to the network. */

ol_ms ol_agent_after(const struct ol_agent *a, uint32_t ms)
{
    return ol_ms_add(a->now, ms);
}

void ol_agent_poll_in(struct ol_agent *a, uint32_t ms)
{
    a->poll_at = ol_ms_min(a->poll_at, ol_agent_after(a, ms));
}

bool ol_agent_send(const struct ol_datagram *udp, const struct ol_addr *to,
                   const void *data, size_t len)
{
    return data != NULL && udp->ops->send(udp->ctx, to, data, len) != OL_E_AGAIN;
}

int32_t ol_agent_receive(struct ol_agent *a, const struct ol_datagram *udp,
                         struct ol_addr *from)
{
    const int32_t cap = sizeof a->config->scratch->work.datagram;
    int32_t len =
        udp->ops->recv(udp->ctx, a->config->scratch->work.datagram, (size_t)cap, from);

    return len > cap ? cap : len;
}
