/* SPDX-License-Identifier: MIT */
#include "onelink/wiznet/w5500_server.h"

#include "onelink/wiznet/w5500_private.h"

void ol_w5500_server_init(struct ol_w5500_server *server, struct ol_w5500 *chip,
                          struct ol_w5500_tcp *set, size_t count)
{
    *server = (struct ol_w5500_server){.chip = chip, .set = set, .count = count};
    for (size_t i = 0; i < count; i++) {
        ol_w5500_tcp_init(&set[i], chip);
    }
}

int32_t ol_w5500_server_open(struct ol_w5500_server *server, uint16_t port)
{
    if (port == 0) {
        return OL_E_ARG;
    }
    server->port = port;
    return OL_OK;
}

void ol_w5500_server_step(struct ol_w5500_server *server)
{
    for (size_t i = 0; server->port != 0 && i < server->count; i++) {
        struct ol_w5500_tcp *tcp = &server->set[i];
        if (tcp->socket.is_given) {
            continue; /* whatever became of it, until its user has closed it */
        }
        if (tcp->socket.phase == PHASE_DONE) {
            ol_w5500_tcp_drop(tcp); /* gone before anybody took it */
        }
        if (tcp->socket.phase == PHASE_CLOSED &&
            ol_w5500_tcp_listen(tcp, server->port) != OL_OK) {
            return; /* no socket now; the next step tries again */
        }
    }
}

struct ol_w5500_tcp *ol_w5500_server_accept(struct ol_w5500_server *server)
{
    for (size_t i = 0; i < server->count; i++) {
        struct ol_w5500_tcp *tcp = &server->set[i];
        if (!tcp->socket.is_given &&
            (tcp->socket.phase == PHASE_OPEN || tcp->socket.phase == PHASE_DONE)) {
            tcp->socket.is_given = true;
            return tcp;
        }
    }
    return NULL;
}

void ol_w5500_server_close(struct ol_w5500_server *server)
{
    server->port = 0;
    for (size_t i = 0; i < server->count; i++) {
        const struct ol_w5500_socket *s = &server->set[i].socket;
        if (!s->is_given && s->phase <= PHASE_DONE) {
            ol_w5500_tcp_drop(&server->set[i]);
        }
    }
}
