/* SPDX-License-Identifier: MIT */
#include "platform/access/connection.h"

_Static_assert(OL_NODE_PEER_CAP >= OL_LISTEN_TEXT_CAP, "an address fits");

void ol_access_peer_str(void *user, char text[OL_NODE_PEER_CAP])
{
    const struct ol_connection *c = user;
    ol_peer_str(&c->peer, text);
}
